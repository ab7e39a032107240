"""The recipes whose first steps are recorded: one line per case, joined into TOML."""

ENCODE = {
    "sigmoid": '[{ dense = 16 }, "sigmoid"]',
    "sigmoid 32": '[{ dense = 32 }, "sigmoid"]',
    "tanh": '[{ dense = 16 }, "tanh"]',
    "tanh 32": '[{ dense = 32 }, "tanh"]',
    "pool": '[{ conv2d = 4, kernel = 3 }, "relu", { conv2d = 8, kernel = 5, stride = 2 }, "relu", { max_pool2d = 2 }]',
    "pooled sigmoid": '[{ conv2d = 4, kernel = 3 }, "relu", { conv2d = 8, kernel = 5, stride = 2 }, "sigmoid", '
    "{ max_pool2d = 2 }]",
    "padded": '[{ conv2d = 4, kernel = 3, stride = 2, padding = 1 }, { elu = 1.0 }, '
    '{ conv2d = 6, kernel = 3, stride = 2, padding = 1 }, "gelu"]',
    "conv then dense": '[{ conv2d = 4, kernel = 5, stride = 2 }, "relu", { dense = 16 }, "sigmoid"]',
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
}

# name: (encoder, decoder, reconstruction, penalty line, [train] lines that differ from the default)
CASES = {
    "dense_bce": ("sigmoid 32", "sigmoid", "bce", "", {}),
    "dense_mse_tanh": ("sigmoid", "tanh", "mse", "", {}),
    "dense_mse_identity": ("tanh", "identity", "mse", "", {}),
    "dense_sparse_l1_code_sum": ("tanh", "sigmoid", "bce", "sparse_l1 = { weight = 1e-3 }", {}),
    "dense_sparse_l1_hidden_mean": (
        "tanh", "sigmoid", "bce", 'sparse_l1 = { weight = 0.05, on = "hidden", reduction = "mean" }', {}),
    "dense_sparse_kl_sum": ("sigmoid", "sigmoid", "bce", "sparse_kl = { weight = 1e-3, target = 0.1 }", {}),
    "dense_sparse_kl_mean": (
        "sigmoid", "sigmoid", "bce", 'sparse_kl = { weight = 0.02, target = 0.1, reduction = "mean" }', {}),
    "dense_sparse_kl_hidden": (
        "sigmoid", "sigmoid", "bce", 'sparse_kl = { weight = 1e-4, target = 0.1, on = "hidden" }', {}),
    "dense_weight_decay": ("sigmoid", "sigmoid", "bce", "weight_decay = { weight = 1e-3 }", {}),
    "dense_contractive_sigmoid": ("sigmoid 32", "sigmoid", "bce", "contractive = { weight = 1e-2 }", {}),
    "dense_contractive_tanh": ("tanh 32", "sigmoid", "bce", "contractive = { weight = 1e-2 }", {}),
    "dense_momentum": ("sigmoid", "sigmoid", "bce", "", {"optimizer": "{ sgd = 0.1, momentum = 0.9 }"}),
    "dense_cosine": ("sigmoid", "sigmoid", "bce", "", {"schedule": "{ cosine = 0.1, warmup_steps = 10 }"}),
    "dense_warmup": ("sigmoid", "sigmoid", "bce", "", {"schedule": "{ constant = 1.0, warmup_steps = 25 }"}),
    "dense_tall_batches": ("sigmoid", "sigmoid", "bce", "sparse_kl = { weight = 1e-3, target = 0.1 }",
                           {"batch_size": 600}),
    "conv_pool": ("pool", "transposed", "bce", "", {}),
    "conv_sparse_l1": (
        "pool", "transposed", "bce", 'sparse_l1 = { weight = 1e-2, on = "hidden", reduction = "mean" }', {}),
    "conv_sparse_kl": ("pooled sigmoid", "transposed", "bce", "sparse_kl = { weight = 1e-4, target = 0.1 }", {}),
    "conv_padded": ("padded", "padded", "bce", "", {}),
    "conv_then_dense": ("conv then dense", "sigmoid", "mse", "", {}),
}


def recipe_text(case):
    encoder, decoder, reconstruction, penalty, train = case
    settings = {"epochs": 1, "batch_size": 64, "optimizer": "{ adam = 1e-3 }", **train}
    lines = ["[data]", 'source = "mnist-sample"', "shuffle = false", "[model]", f"encoder = {ENCODE[encoder]}"]
    lines += [f"decoder = {DECODE[decoder]}", "[objective]", f'reconstruction = "{reconstruction}"', penalty, "[train]"]
    lines += [f"{key} = {value}" for key, value in settings.items()]
    return "\n".join(line for line in lines if line) + "\n"
