"""The recipes whose training is recorded, and how they are put into TOML."""

ENCODE = {
    "sigmoid": '[{ dense = 16 }, "sigmoid"]',
    "sigmoid 32": '[{ dense = 32 }, "sigmoid"]',
    "tanh": '[{ dense = 16 }, "tanh"]',
    "tanh 32": '[{ dense = 32 }, "tanh"]',
    "deep bounded": '[{ dense = 16 }, "sigmoid", { dense = 12 }, "tanh", { dense = 8 }, "identity"]',
    "deep kinked": '[{ dense = 16 }, "relu", { dense = 12 }, { leaky_relu = 0.05 }, { dense = 8 }, { elu = 0.7 }]',
    "deep soft": '[{ dense = 16 }, "gelu", { dense = 12 }, "softplus", { dense = 8 }, "sigmoid"]',
    "pool": '[{ conv2d = 4, kernel = 3 }, "relu", { conv2d = 8, kernel = 5, stride = 2 }, "relu", { max_pool2d = 2 }]',
    "pooled sigmoid": '[{ conv2d = 4, kernel = 3 }, "relu", { conv2d = 8, kernel = 5, stride = 2 }, "sigmoid", '
    "{ max_pool2d = 2 }]",
    "padded": '[{ conv2d = 4, kernel = 3, stride = 2, padding = 1 }, { elu = 1.0 }, '
    '{ conv2d = 6, kernel = 3, stride = 2, padding = 1 }, "gelu"]',
    "conv then dense": '[{ conv2d = 4, kernel = 5, stride = 2 }, "relu", { dense = 16 }, "sigmoid"]',
    "conv": '[{ conv2d = 4, kernel = 7, stride = 3 }, "softplus", { conv2d = 3, kernel = 4, stride = 2 }, "tanh"]',
    "conv, then pool": '[{ conv2d = 4, kernel = 5, stride = 2 }, "gelu", { max_pool2d = 2 }, '
    '{ conv2d = 3, kernel = 4 }, "sigmoid"]',
    "conv, then small dense": '[{ conv2d = 3, kernel = 7, stride = 3 }, { elu = 1.0 }, { dense = 8 }, "sigmoid"]',
    "two dense": '[{ dense = 16 }, "tanh", { dense = 8 }, "sigmoid"]',
    "two convs": '[{ conv2d = 4, kernel = 4, stride = 2, padding = 1 }, "relu", '
    '{ conv2d = 6, kernel = 4, stride = 2 }, "sigmoid"]',
    "grouped": '[{ conv2d = 4, kernel = 3, stride = 2, padding = "same" }, "softplus", '
    '{ conv2d = 8, kernel = 3, padding = "same", dilation = 2, groups = 4 }, "tanh", '
    "{ avg_pool2d = 3, stride = 2, padding = 1 }]",
    "series": '[{ series = 28 }, { conv1d = 12, kernel = 5, stride = 2, padding = "same" }, "gelu", '
    '{ conv1d = 12, kernel = 3, padding = 2, dilation = 2, groups = 3 }, "softplus", { max_pool1d = 2 }, '
    "{ avg_pool1d = 2, stride = 1 }]",
    "two convs of series": '[{ series = 28 }, { conv1d = 16, kernel = 4, stride = 2, padding = 1 }, "tanh", '
    '{ conv1d = 8, kernel = 3, stride = 2, padding = "same", groups = 2 }, "sigmoid"]',
    "grouped, then dense": '[{ conv2d = 4, kernel = 5, stride = 3, padding = "same" }, "softplus", '
    '{ conv2d = 4, kernel = 3, groups = 2, dilation = 2 }, "tanh", { avg_pool2d = 2 }, { dense = 8 }, "sigmoid"]',
    "topk": "[{ dense = 20 }, { topk = 6 }]",
    "gaussian": '[{ dense = 16 }, "tanh", { dense = 12 }, { gaussian = 6 }]',
    "falling topk": "[{ dense = 24 }, { topk = 5, from = 20 }]",
    "residual": '[{ dense = 24 }, "tanh", { residual = [{ dense = 16 }, "softplus", { dense = 24 }] }, '
    '{ residual = [{ dense = 12 }, "tanh"], shortcut = [{ dense = 12 }] }]',
    "residual conv": '[{ conv2d = 4, kernel = 4, stride = 2, padding = 1 }, "softplus", '
    '{ residual = [{ conv2d = 6, kernel = 3, padding = 1 }, "tanh", { conv2d = 4, kernel = 3, padding = 1 }] }, "softplus", '
    '{ residual = [{ conv2d = 6, kernel = 3, stride = 2, padding = 1 }, "tanh", { conv2d = 6, kernel = 3, padding = 1 }], '
    'shortcut = [{ conv2d = 6, kernel = 1, stride = 2 }] }, "sigmoid"]',
    "residual dense": '[{ residual = [{ conv2d = 1, kernel = 3, padding = 1 }, "tanh"] }, { conv2d = 3, kernel = 7, '
    'stride = 3 }, "softplus", { residual = [{ dense = 8 }, "tanh"], shortcut = [{ dense = 8 }] }, "sigmoid"]',
    "residual batch_norm": '[{ conv2d = 4, kernel = 4, stride = 2, padding = 1 }, "silu", "batch_norm", { residual = '
    '[{ conv2d = 4, kernel = 3, padding = 1 }, "silu", "batch_norm", { conv2d = 4, kernel = 3, padding = 1 }] }, "silu", '
    '{ residual = [{ conv2d = 6, kernel = 3, stride = 2, padding = 1 }, "tanh", "batch_norm"], '
    'shortcut = [{ conv2d = 6, kernel = 1, stride = 2 }, "tanh", "batch_norm"] }, "sigmoid"]',
    "residual layer_norm": '[{ dense = 16 }, "tanh", { residual = ["layer_norm", { dense = 12 }, "tanh", { dense = 16 }] }, '
    '{ dense = 8 }, "sigmoid"]',
    "batch_norm": '[{ dense = 16 }, "tanh", "batch_norm"]',
    "conv, batch_norm": '[{ conv2d = 4, kernel = 5, stride = 2 }, "silu", { batch_norm = 0.2, epsilon = 1e-3 }, '
    '{ dense = 16 }, "sigmoid"]',
    "layer_norm": '[{ dense = 16 }, "layer_norm", "tanh", { dense = 8 }, "layer_norm"]',
    "conv, group_norm": '[{ conv2d = 4, kernel = 7, stride = 3 }, { group_norm = 2 }, "silu", '
    '{ conv2d = 3, kernel = 4, stride = 2 }, "tanh"]',
    "dropout": '[{ dense = 16 }, "sigmoid", { dropout = 0.3 }]',
    "prelu": '[{ dense = 16 }, { prelu = 0.25, per_channel = true }, { dense = 12 }, "prelu"]',
    "conv, prelu": '[{ conv2d = 4, kernel = 5, stride = 2 }, { prelu = 0.1, per_channel = true }, '
    '{ dense = 16 }, "sigmoid"]',
    "deep topk": '[{ dense = 16 }, "softplus", { dense = 12 }, { topk = 5 }]',
}
DECODE = {
    "sigmoid": '[{ dense = 784 }, "sigmoid"]',
    "identity": "[{ dense = 784 }]",
    "tanh": '[{ dense = 784 }, "tanh"]',
    "transposed": '[{ conv_transpose2d = 4, kernel = 3, stride = 2 }, "relu", '
    '{ conv_transpose2d = 1, kernel = 8, stride = 2 }, "sigmoid"]',
    "padded": '[{ conv_transpose2d = 4, kernel = 4, stride = 2, padding = 1 }, "softplus", '
    "{ conv_transpose2d = 4, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.01 }, "
    '{ conv2d = 1, kernel = 3, padding = 1 }, "sigmoid"]',
    "3 pixels": '[{ conv_transpose2d = 4, kernel = 4, stride = 2 }, "tanh", '
    '{ conv_transpose2d = 1, kernel = 7, stride = 3 }, "sigmoid"]',
    "two dense": '[{ dense = 16 }, "tanh", { dense = 784 }, "sigmoid"]',
    "two convs": '[{ conv_transpose2d = 4, kernel = 4, stride = 2 }, "relu", '
    '{ conv_transpose2d = 1, kernel = 4, stride = 2, padding = 1 }, "sigmoid"]',
    "residual": '[{ residual = [{ dense = 24 }, "tanh"], shortcut = [{ dense = 24 }] }, '
    '{ residual = [{ dense = 16 }, "softplus", { dense = 24 }] }, "tanh", { dense = 784 }, "sigmoid"]',
    "residual conv": '[{ residual = [{ conv_transpose2d = 4, kernel = 4, stride = 2, padding = 1 }, "tanh", '
    '{ conv2d = 4, kernel = 3, padding = 1 }], shortcut = [{ upsample2d = 2 }, { conv2d = 4, kernel = 1 }] }, "softplus", '
    '{ conv_transpose2d = 1, kernel = 4, stride = 2, padding = 1 }, '
    '{ residual = [{ conv2d = 1, kernel = 3, padding = 1 }] }, "sigmoid"]',
    "grouped": '[{ upsample2d = 2, mode = "bilinear" }, { conv2d = 4, kernel = 3, padding = "same" }, "tanh", '
    '{ conv_transpose2d = 4, kernel = 5, stride = 2, padding = "same", groups = 2 }, "softplus", '
    '{ conv2d = 1, kernel = 3, padding = "same" }, "sigmoid"]',
    "series": '[{ conv_transpose1d = 12, kernel = 2, groups = 2 }, "tanh", { upsample1d = 2, mode = "linear" }, '
    '{ upsample1d = 1 }, { conv_transpose1d = 28, kernel = 4, stride = 2, padding = "same" }, "steps", "sigmoid"]',
    "two convs of series": '[{ conv_transpose1d = 16, kernel = 3, stride = 2, padding = "same", groups = 2 }, "tanh", '
    '{ conv_transpose1d = 28, kernel = 4, stride = 2, padding = 1 }, "steps", "sigmoid"]',
    "reshaped": '[{ dense = 196 }, "relu", { reshape = [4, 7, 7] }, { upsample2d = 2 }, '
    '{ conv2d = 3, kernel = 3, padding = 1 }, "tanh", '
    '{ conv_transpose2d = 1, kernel = 3, stride = 2, padding = 1, output_padding = 1 }, "sigmoid"]',
}

# name: (encoder, decoder, reconstruction, whatever else differs from the default)
CASES = {
    "dense_bce": ("sigmoid 32", "sigmoid", "bce"),
    "dense_mse_tanh": ("sigmoid", "tanh", "mse"),
    "dense_mse_identity": ("tanh", "identity", "mse"),
    "dense_sparse_l1_code_sum": ("tanh", "sigmoid", "bce", "objective.sparse_l1 = { weight = 1e-3 }"),
    "dense_sparse_l1_hidden_mean": (
        "tanh", "sigmoid", "bce", 'objective.sparse_l1 = { weight = 0.05, on = "hidden", reduction = "mean" }'),
    "dense_sparse_kl_sum": ("sigmoid", "sigmoid", "bce", "objective.sparse_kl = { weight = 1e-3, target = 0.1 }"),
    "dense_sparse_kl_mean": (
        "sigmoid", "sigmoid", "bce", 'objective.sparse_kl = { weight = 0.02, target = 0.1, reduction = "mean" }'),
    "dense_sparse_kl_hidden": (
        "sigmoid", "sigmoid", "bce", 'objective.sparse_kl = { weight = 1e-4, target = 0.1, on = "hidden" }'),
    "dense_weight_decay": ("sigmoid", "sigmoid", "bce", "objective.weight_decay = { weight = 1e-3 }"),
    "dense_contractive_sigmoid": ("sigmoid 32", "sigmoid", "bce", "objective.contractive = { weight = 1e-2 }"),
    "dense_contractive_tanh": ("tanh 32", "sigmoid", "bce", "objective.contractive = { weight = 1e-2 }"),
    "dense_momentum": ("sigmoid", "sigmoid", "bce", "train.optimizer = { sgd = 0.1, momentum = 0.9 }"),
    "dense_cosine": ("sigmoid", "sigmoid", "bce", "train.schedule = { cosine = 0.1, warmup_steps = 10 }"),
    "dense_warmup": ("sigmoid", "sigmoid", "bce", "train.schedule = { constant = 1.0, warmup_steps = 25 }"),
    "dense_linear": ("sigmoid", "sigmoid", "bce", "train.schedule = { linear = 0.1 }"),
    "dense_step": ("sigmoid", "sigmoid", "bce", "train.schedule = { step = 0.3, every = 1 }", "train.epochs = 2",
                   "train.batch_size = 128"),
    "dense_one_cycle": ("sigmoid", "sigmoid", "bce", "train.schedule = { one_cycle = 0.3 }"),
    "dense_nesterov": (
        "sigmoid", "sigmoid", "bce", "train.optimizer = { sgd = 0.1, momentum = 0.9, nesterov = true }"),
    "dense_adamw": ("sigmoid", "sigmoid", "bce", "train.optimizer = { adamw = 1e-3, weight_decay = 0.5 }"),
    "dense_rmsprop": ("sigmoid", "sigmoid", "bce", "train.optimizer = { rmsprop = 1e-3 }"),
    "dense_rmsprop_momentum": (
        "tanh", "identity", "mse", "train.optimizer = { rmsprop = 1e-3, alpha = 0.9, momentum = 0.5 }"),
    "dense_clipped": (
        "sigmoid", "sigmoid", "bce", "train.optimizer = { sgd = 1.0, momentum = 0.9 }", "train.clip_norm = 0.02"),
    "dense_averaged": ("sigmoid", "sigmoid", "bce", "train.ema = 0.9"),
    "conv_clipped_averaged": (
        "padded", "padded", "bce", "train.optimizer = { adamw = 1e-3 }", "train.schedule = { one_cycle = 0.4 }",
        "train.clip_norm = 0.05", "train.ema = 0.8"),
    "tied_clipped": (
        "two dense", "two dense", "bce", "model.tied = true", "train.optimizer = { rmsprop = 1e-3 }",
        "train.clip_norm = 0.03", "objective.weight_decay = { weight = 1e-3 }"),
    "dense_tall_batches": (
        "sigmoid", "sigmoid", "bce", "objective.sparse_kl = { weight = 1e-3, target = 0.1 }", "train.batch_size = 600"),
    "conv_pool": ("pool", "transposed", "bce"),
    "conv_sparse_l1": (
        "pool", "transposed", "bce", 'objective.sparse_l1 = { weight = 1e-2, on = "hidden", reduction = "mean" }'),
    "conv_sparse_kl": (
        "pooled sigmoid", "transposed", "bce", "objective.sparse_kl = { weight = 1e-4, target = 0.1 }"),
    "conv_padded": ("padded", "padded", "bce"),
    "conv_then_dense": ("conv then dense", "sigmoid", "mse"),
    "contractive_deep_bounded": ("deep bounded", "sigmoid", "bce", "objective.contractive = { weight = 0.1 }"),
    "contractive_deep_kinked": ("deep kinked", "sigmoid", "bce", "objective.contractive = { weight = 0.1 }"),
    "contractive_deep_soft": ("deep soft", "sigmoid", "bce", "objective.contractive = { weight = 1.0 }"),
    "contractive_conv": ("conv", "3 pixels", "bce", "objective.contractive = { weight = 0.1 }"),
    "contractive_conv_pool": ("conv, then pool", "3 pixels", "bce", "objective.contractive = { weight = 0.1 }"),
    "contractive_conv_dense": (
        "conv, then small dense", "sigmoid", "bce", "objective.contractive = { weight = 0.1 }"),
    "probes_dense": ("sigmoid", "sigmoid", "bce", "objective.contractive = { weight = 1e-2, probes = 3 }"),
    "probes_deep": ("deep soft", "sigmoid", "bce", "objective.contractive = { weight = 1.0, probes = 2 }",
                    "train.epochs = 2", "train.batch_size = 128"),
    "probes_conv": ("conv", "3 pixels", "bce", "objective.contractive = { weight = 0.1, probes = 2 }"),
    "denoising_gaussian": ("sigmoid", "sigmoid", "bce", "corruption.gaussian = 0.3",
                           "train.epochs = 2", "train.batch_size = 128"),
    "denoising_masking": ("tanh", "identity", "mse", "corruption.masking = 0.3"),
    "denoising_salt_pepper": ("sigmoid", "sigmoid", "bce", "corruption.salt_pepper = 0.2"),
    "denoising_contractive": ("conv, then small dense", "sigmoid", "bce", "corruption.gaussian = 0.3",
                              "objective.contractive = { weight = 1e-2 }", "train.seed = 7"),
    "tied_dense": ("sigmoid", "sigmoid", "bce", "model.tied = true"),
    "tied_deep": ("two dense", "two dense", "bce", "model.tied = true"),
    "tied_conv": ("two convs", "two convs", "bce", "model.tied = true"),
    "tied_contractive": ("sigmoid", "sigmoid", "bce", "model.tied = true", "objective.contractive = { weight = 0.1 }",
                         "objective.weight_decay = { weight = 1e-3 }"),
    "tied_contractive_deep": (
        "two dense", "two dense", "bce", "model.tied = true", "objective.contractive = { weight = 0.1 }"),
    "topk": ("topk", "sigmoid", "bce"),
    "topk_falling": ("falling topk", "identity", "mse", "train.epochs = 2", "train.batch_size = 128"),
    "topk_tied": ("topk", "sigmoid", "bce", "model.tied = true"),
    "topk_contractive": ("deep topk", "sigmoid", "bce", "objective.contractive = { weight = 0.1 }"),
    "conv_grouped": ("grouped", "grouped", "bce"),
    "contractive_conv_grouped": (
        "grouped, then dense", "sigmoid", "bce", "objective.contractive = { weight = 1.0 }"),
    "series": ("series", "series", "mse"),
    "series_tied": ("two convs of series", "two convs of series", "bce", "model.tied = true"),
    "conv_reshaped": ("conv then dense", "reshaped", "bce"),
    "residual_dense": ("residual", "residual", "bce"),
    "residual_conv": ("residual conv", "residual conv", "bce"),
    "residual_sparse_l1": (
        "residual conv", "residual conv", "bce",
        'objective.sparse_l1 = { weight = 1e-2, on = "hidden", reduction = "mean" }'),
    "residual_contractive": ("residual", "sigmoid", "bce", "objective.contractive = { weight = 0.1 }"),
    "residual_probes": ("residual conv", "residual conv", "mse", "objective.contractive = { weight = 0.1, probes = 2 }"),
    "residual_hessian": ("residual dense", "sigmoid", "bce", "objective.hessian = { weight = 10, std = 0.2 }"),
    "residual_batch_norm": ("residual batch_norm", "residual conv", "bce"),
    "residual_layer_norm": ("residual layer_norm", "sigmoid", "bce", "objective.contractive = { weight = 0.1 }"),
    "norm_batch": ("batch_norm", "sigmoid", "bce"),
    "norm_batch_conv": ("conv, batch_norm", "sigmoid", "bce"),
    "norm_layer": ("layer_norm", "sigmoid", "bce", "objective.contractive = { weight = 1e-2 }",
                   "objective.weight_decay = { weight = 1e-3 }"),
    "norm_group_conv": ("conv, group_norm", "3 pixels", "bce", "objective.contractive = { weight = 1e-2 }"),
    "dropout": ("dropout", "sigmoid", "bce", "train.epochs = 2", "train.batch_size = 128"),
    "prelu": ("prelu", "sigmoid", "bce"),
    "prelu_conv": ("conv, prelu", "sigmoid", "bce"),
    "hessian_one_layer": ("sigmoid", "sigmoid", "bce", "objective.hessian = { weight = 10, std = 0.3, samples = 2 }"),
    "hessian_deep": ("deep soft", "sigmoid", "bce", "objective.hessian = { weight = 1e2, std = 0.3, samples = 2 }"),
    "hessian_conv": ("conv", "3 pixels", "bce", "objective.hessian = { weight = 10, std = 0.2 }"),
    "hessian_probes": ("deep soft", "sigmoid", "bce", "objective.hessian = { weight = 1e3, samples = 2, probes = 3 }",
                       "train.epochs = 2", "train.batch_size = 128"),
    "hessian_probes_conv": (
        "conv, then pool", "3 pixels", "bce", "objective.hessian = { weight = 10, samples = 2, probes = 3 }"),
    "hessian_contractive_tied": (
        "sigmoid", "sigmoid", "bce", "model.tied = true", "objective.contractive = { weight = 0.1 }",
        "objective.hessian = { weight = 1, samples = 3 }", "corruption.masking = 0.25"),
    "hessian_tied_deep": (
        "two dense", "two dense", "bce", "model.tied = true", "objective.hessian = { weight = 10 }"),
    "vae": ("gaussian", "two dense", "bce", 'objective.reduction = "sum"',
            "objective.gaussian_kl = { weight = 1, warmup_steps = 20 }", "train.epochs = 2", "train.batch_size = 128"),
    "vae_free_bits": ("gaussian", "two dense", "bce", 'objective.reduction = "sum"',
                      "objective.gaussian_kl = { weight = 2, free_bits = 0.02 }"),
    "vae_capacity": ("gaussian", "identity", "mse", 'objective.reduction = "sum"',
                     "objective.gaussian_kl = { weight = 10, warmup_steps = 100, capacity = 4 }"),
    "wae": ("two dense", "two dense", "bce", 'objective.reduction = "sum"', "objective.mmd = { weight = 50 }"),
    "wae_gaussian": ("gaussian", "two dense", "bce", "objective.mmd = { weight = 2, scales = [0.5, 2] }",
                     "train.epochs = 2", "train.batch_size = 128"),
}

# Cases that record the weights of the training in fp64 too.
PRECISE = ("norm_batch", "norm_batch_conv", "norm_layer", "norm_group_conv", "dropout", "prelu", "prelu_conv", "tied_clipped")


def recipe_text(encoder, decoder, reconstruction, *settings):
    sections = {
        "data": {"source": '"mnist-sample"', "shuffle": "false"},
        "model": {"encoder": ENCODE[encoder], "decoder": DECODE[decoder]},
        "objective": {"reconstruction": f'"{reconstruction}"'},
        "corruption": {},
        "train": {"epochs": "1", "batch_size": "64", "optimizer": "{ adam = 1e-3 }"},
    }
    for setting in settings:
        name, value = setting.split(" = ", 1)
        section, key = name.split(".")
        sections[section][key] = value
    text = ""
    for section, entries in sections.items():
        if entries:
            text += f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
    return text
