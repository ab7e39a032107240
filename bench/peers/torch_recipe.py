"""A recipe's network, loss and optimiser in PyTorch: the oracle of the golden files and the peer of the benchmarks."""

import math

import torch
import torch.nn.functional as F
from idx import read_idx_images
from torch import nn
from torch.nn.utils.stateless import functional_call


class TopK(nn.Module):
    """The k largest units of a row pass, the earliest of equals first; all others are 0. `from`: k falls to its last
    value over the first half of training; see set_step. alpha concerns encoding alone."""

    def __init__(self, k, **options):
        super().__init__()
        self.first, self.last = options.get("from", k), k
        self.k = self.first

    def set_step(self, step, steps):
        self.k = math.floor(self.first + (self.last - self.first) * min(1, 2 * step / steps) + 0.5)

    def forward(self, x):
        z = x.flatten(1).detach()
        values, chosen = z.topk(self.k)
        if torch.count_nonzero(z >= values[:, -1:]) > chosen.numel():  # several are the k-th: topk takes any of them
            chosen = z.sort(dim=1, descending=True, stable=True).indices[:, : self.k]
        return x * torch.zeros_like(z).scatter(1, chosen, 1.0).view_as(x)


ACTIVATIONS = {
    "identity": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "softplus": nn.Softplus,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "topk": TopK,
}


class Dropout(nn.Module):
    """Zeros with probability p in training; `noise`, which total_loss sets, draws for the layer named `name`."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p, self.name, self.noise = p, "", None

    def forward(self, x):
        return x * self.noise.kept(x, self.name, self.p).to(x) / (1 - self.p) if self.training else x


class Dense(nn.Linear):
    """A linear layer that flattens an image first, so that a layer's index in the recipe is its index here."""

    def forward(self, x):
        return super().forward(x.flatten(1))


class Reshape(nn.Module):
    """Samples in another shape, as Flatten and Unflatten."""

    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes

    def forward(self, x):
        return x.reshape(-1, *self.sizes)


class Gaussian(nn.Module):
    """A drawn code, μ + σ∘ε, of an input (μ, ln σ²) in training; μ otherwise. total_loss sets the noise."""

    def __init__(self, units):
        super().__init__()
        self.units, self.noise, self.step = units, None, math.inf

    def forward(self, x):
        self.mean, self.log_variance = x.flatten(1).chunk(2, dim=1)
        if not self.training or self.noise is None:
            return self.mean
        return self.mean + torch.exp(0.5 * self.log_variance) * self.noise.code_normals(self.mean)[0].to(x)


class Residual(nn.Module):
    """The sum of what two stacks make of the input; an empty shortcut passes it on."""

    def __init__(self, residual, shortcut):
        super().__init__()
        self.residual, self.shortcut = residual, shortcut

    def forward(self, x):
        return self.residual(x) + self.shortcut(x)


class Series(nn.Module):
    """A row of time steps with `channels` values each, as (channels, length)."""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels

    def forward(self, x):
        return x.flatten(1).unflatten(1, (-1, self.channels)).transpose(1, 2)


class Steps(nn.Module):
    """The inverse of Series."""

    def forward(self, x):
        return x.transpose(1, 2).flatten(1)


class Same:
    """A convolution whose output has ⌈size/stride⌉ elements along each axis; of the z zeros that this takes, ⌊z/2⌋ are
    at the beginning."""

    def forward(self, x):
        zeros = []
        for size, k, s, d in reversed(list(zip(x.shape[2:], self.kernel_size, self.stride, self.dilation))):
            count = max(0, (math.ceil(size / s) - 1) * s + (k - 1) * d + 1 - size)
            zeros += [count // 2, count - count // 2]
        return super().forward(F.pad(x, zeros))


class SameTransposed:
    """A transposed convolution whose output has size · stride elements along each axis."""

    def forward(self, x):
        sizes = [size * s for size, s in zip(x.shape[2:], self.stride)]
        x = super().forward(x)
        for axis, (size, k, s, d) in enumerate(zip(sizes, self.kernel_size, self.stride, self.dilation), start=2):
            x = x.narrow(axis, max(0, (k - 1) * d + 1 - s) // 2, size)
        return x


class SameConv1d(Same, nn.Conv1d):
    pass


class SameConv2d(Same, nn.Conv2d):
    pass


class SameConvTranspose1d(SameTransposed, nn.ConvTranspose1d):
    pass


class SameConvTranspose2d(SameTransposed, nn.ConvTranspose2d):
    pass


CONVOLUTIONS = {
    "conv1d": (nn.Conv1d, SameConv1d),
    "conv2d": (nn.Conv2d, SameConv2d),
    "conv_transpose1d": (nn.ConvTranspose1d, SameConvTranspose1d),
    "conv_transpose2d": (nn.ConvTranspose2d, SameConvTranspose2d),
}
POOLS = {
    "max_pool1d": nn.MaxPool1d,
    "max_pool2d": nn.MaxPool2d,
    "avg_pool1d": nn.AvgPool1d,
    "avg_pool2d": nn.AvgPool2d,
}


def make_convolution(kind, channels, size, kernel, **options):
    plain, same = CONVOLUTIONS[kind]
    if options.get("padding") != "same":
        return plain(channels, size, kernel, **options)
    del options["padding"]
    if kind.startswith("conv_transpose"):  # elements that no kernel reaches, which are the bias
        reach = (kernel - 1) * options.get("dilation", 1) + 1
        options["output_padding"] = max(0, options.get("stride", 1) - reach)
    return same(channels, size, kernel, **options)


def unit_images(path, rows=None):
    """Images as floats in [0, 1], shape (rows, 1, height, width)."""
    pixels = torch.from_numpy(read_idx_images(path)[:rows].copy())
    return pixels.float().div_(255).unsqueeze(1)


def batch_norm(shape, momentum=0.1, epsilon=1e-5):
    make = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
    return make(shape[0], eps=epsilon, momentum=momentum)


# Layers whose parameters are scales, slopes and their biases: no weight decay, no init of a recipe's, never tied.
SCALES = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm, nn.PReLU)
OTHER_LAYERS = {
    "batch_norm": batch_norm,
    "layer_norm": lambda shape, epsilon=1e-5: nn.LayerNorm(shape, epsilon),
    "group_norm": lambda shape, groups, epsilon=1e-5: nn.GroupNorm(groups, shape[0], epsilon),
    "dropout": lambda shape, p=0.5: Dropout(p),
    "prelu": lambda shape, slope=0.25, per_channel=False: nn.PReLU(shape[0] if per_channel else 1, slope),
}


def make_layer(spec, shape):
    """The module of one entry of a recipe's layer list, for samples of `shape`."""
    if spec == "steps":
        return Steps()
    if isinstance(spec, str):
        return OTHER_LAYERS[spec](shape) if spec in OTHER_LAYERS else ACTIVATIONS[spec]()
    options = dict(spec)
    kind, size = next(iter(options.items()))
    del options[kind]
    if kind in OTHER_LAYERS:
        return OTHER_LAYERS[kind](shape, size, **options)
    if kind in ACTIVATIONS:
        return ACTIVATIONS[kind](size, **options)
    if kind == "dense":
        return Dense(math.prod(shape), size)
    if kind in POOLS:
        return POOLS[kind](size, **options)
    if kind in ("upsample1d", "upsample2d"):
        return nn.Upsample(scale_factor=size, mode=options.get("mode", "nearest"))
    if kind == "reshape":
        return Reshape(size)
    if kind == "gaussian":
        return Gaussian(size)
    if kind == "residual":
        return Residual(*(make_stack(specs, shape)[0] for specs in (size, options.get("shortcut", []))))
    if kind == "series":
        return Series(size)
    return make_convolution(kind, shape[0], size, **options)


def make_stack(specs, shape):
    """A Sequential for a layer list, and the shape it makes of samples of `shape`."""
    layers = []
    for spec in specs:
        layers.append(make_layer(spec, shape))
        with torch.no_grad():
            shape = tuple(layers[-1].eval()(torch.zeros(1, *shape)).shape[1:])
        layers[-1].train()
    return nn.Sequential(*layers), shape


class Tied(nn.Module):
    """A decoder's layer with the weight of the encoder's mirrored layer; only its bias is its own."""

    def __init__(self, layer, mirror):
        super().__init__()
        self.bias = layer.bias
        self.mirror = [mirror]  # in a list it is no part of this module, and its weight stays one tensor
        if isinstance(layer, Dense):
            self.run = lambda x, weight, bias: F.linear(x.flatten(1), weight.t(), bias)
        else:
            self.run = lambda x, weight, bias: functional_call(layer, {"weight": weight, "bias": bias}, x)

    def forward(self, x):
        return self.run(x, self.mirror[0].weight, self.bias)


def tie(encoder, decoder):
    """The k-th layer with a weight from the input mirrors the k-th from the output."""
    is_shared = lambda layer: hasattr(layer, "weight") and not isinstance(layer, SCALES)
    mirrors = [layer for layer in encoder if is_shared(layer)]
    for i, layer in enumerate(decoder):
        if is_shared(layer):
            decoder[i] = Tied(layer, mirrors.pop())


def scale_parameters(module):
    """Names of the parameters of SCALES."""
    layers = [(name, layer) for name, layer in module.named_modules() if isinstance(layer, SCALES)]
    return {f"{name}.{p}" for name, layer in layers for p, _ in layer.named_parameters()}


def start_weights(module, init):
    """Applies a recipe's init where it is not PyTorch's own; biases then start at zero."""
    if init == "pytorch":
        return
    scales = scale_parameters(module)
    for name, parameter in module.named_parameters():
        if name in scales:
            continue
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
        elif init == "xavier":
            nn.init.xavier_uniform_(parameter)
        elif init == "he":
            nn.init.kaiming_normal_(parameter)
        else:
            nn.init.normal_(parameter, std=init["normal"])


class Autoencoder(nn.Module):
    """Keys of the state_dict are a model file's tensor names: encoder.0.weight, …, decoder.0.weight, … (tied: the
    decoder has biases only)"""

    def __init__(self, model, shape=(1, 28, 28)):
        super().__init__()
        self.encoder, code = make_stack(model["encoder"], shape)
        features = {"dense": math.prod(shape)}
        decoder = [features if layer == {"dense": "input"} else layer for layer in model["decoder"]]
        self.decoder, output = make_stack(decoder, code)
        if math.prod(output) != math.prod(shape):
            raise SystemExit(f"the decoder makes {output} of samples {shape}")
        if model.get("tied", False):
            tie(self.encoder, self.decoder)
        for name, layer in self.named_modules():
            if isinstance(layer, Dropout):
                layer.name = name
        start_weights(self, model.get("init", "pytorch"))


def run_stack(stack, x, activations=None):
    """Output of the stack and input of its last layer; outputs of activation layers are appended to `activations`."""
    before = x
    for layer in stack:
        if isinstance(layer, Residual):
            before, x = x, sum(run_stack(part, x, activations)[0] for part in (layer.residual, layer.shortcut))
            continue
        before, x = x, layer(x)
        if activations is not None and isinstance(layer, tuple(ACTIVATIONS.values())):
            activations.append(x)
    return x, before


def set_step(network, step, steps):
    """What depends on the training step, from 0 of `steps`: the k of topk, the warm-up of gaussian_kl."""
    for module in network.modules():
        if isinstance(module, Gaussian):
            module.step = step
        if isinstance(module, TopK):
            module.set_step(step, steps)


def reconstruction(kind, decoder, output, before, target):
    """bce from the logits, or mse; mean over batch and elements."""
    if kind == "mse":
        return F.mse_loss(output.flatten(1), target.flatten(1))
    if not isinstance(decoder[-1], nn.Sigmoid):
        raise SystemExit("bce needs a final sigmoid")
    return F.binary_cross_entropy_with_logits(before.flatten(1), target.flatten(1))


def reduce_units(values, reduction):
    return values.mean() if reduction == "mean" else values.sum()


def sparse_l1(config, layers):
    reduction = config.get("reduction", "sum")
    return sum(reduce_units(a.flatten(1).abs().mean(0), reduction) for a in layers)


def sparse_kl(config, layers):
    reduction, rho = config.get("reduction", "sum"), config["target"]
    means = [a.flatten(1).mean(0) for a in layers]
    divergences = [rho * torch.log(rho / m) + (1 - rho) * torch.log((1 - rho) / (1 - m)) for m in means]
    return sum(reduce_units(d, reduction) for d in divergences)


def gaussian_kl(config, gaussian):
    """The penalty times its weight: the warm-up raises the weight, or the capacity if there is one."""
    variance = gaussian.log_variance.exp()
    divergence = 0.5 * (gaussian.mean**2 + variance - gaussian.log_variance - 1)
    units = divergence.mean(0)
    if "free_bits" in config:
        units = torch.clamp(units, min=config["free_bits"])
    warmth = min(1.0, gaussian.step / config["warmup_steps"]) if "warmup_steps" in config else 1.0
    if "capacity" in config:
        return config["weight"] * (units.sum() - warmth * config["capacity"]).abs()
    return config["weight"] * warmth * units.sum()


def mmd(config, code, prior):
    """The unbiased estimate with inverse multiquadratic kernels, from the matrices of squared distances."""
    code, prior = code.flatten(1), prior.flatten(1)
    count, units = code.shape
    total = 0.0
    for scale in config.get("scales", (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)):
        c = 2 * units * scale
        kernel = lambda a, b: c / (c + ((a[:, None] - b[None, :]) ** 2).sum(-1))
        others = lambda k: (k.sum() - k.diagonal().sum()) / (count * (count - 1))
        total = total + others(kernel(code, code)) + others(kernel(prior, prior)) - 2 * kernel(code, prior).mean()
    return total


def weight_decay(network):
    scales = scale_parameters(network)
    weights = [p for name, p in network.named_parameters() if name.endswith("weight") and name not in scales]
    return sum((p**2).sum() for p in weights)


def unit_vectors(code):
    """The unit vectors of the code's space, each for all rows: (units, *code.shape)."""
    units = code[0].numel()
    return torch.eye(units).to(code).view(units, 1, *code.shape[1:]).expand(-1, *code.shape)


def jacobian_rows(encoder, x, directions):
    """Jᵀv of every row of x for each v of `directions`, by one backward pass each: any encoder, no formula."""
    x = x.detach().requires_grad_(True)
    code = encoder(x)
    return [torch.autograd.grad(code, x, v, create_graph=True)[0] for v in directions]


def contractive_by_rows(encoder, x, code, config, noise):
    """mean over the batch of ‖∂h/∂x‖²_F, or of its estimate by `probes`."""
    probes = config.get("probes", 0)
    rows = jacobian_rows(encoder, x, noise.signs(code, probes).to(code) if probes else unit_vectors(code))
    return sum((row**2).sum() for row in rows) / len(x) / max(probes, 1)


def hessian(encoder, x, code, config, noise):
    """mean over the batch and over noises ε of ‖J(x) − J(x + ε)‖²_F, or of its estimate by `probes`."""
    std, samples, probes = config.get("std", 0.1), config.get("samples", 1), config.get("probes", 0)
    if probes:
        directions = noise.hessian_signs(code, samples * probes).to(code).split(probes)
    else:
        directions = [unit_vectors(code)] * samples
    total = 0.0
    for normals, vectors in zip(noise.hessian_normals(x, samples), directions):
        moved = x + (std * normals).to(x)
        ends = jacobian_rows(encoder, x, vectors), jacobian_rows(encoder, moved, vectors)
        total = total + sum(((here - there) ** 2).sum() for here, there in zip(*ends))
    return total / len(x) / samples / max(probes, 1)


def contractive_closed(encoder, code):
    """The same for one dense layer, as Σ_j s'(z_j)² ‖W_j‖²; s' from the code."""
    slope = code * (1 - code) if isinstance(encoder[1], nn.Sigmoid) else 1 - code**2
    return (slope**2).mean(0) @ (encoder[0].weight ** 2).sum(1)


def contractive(encoder, x, code, config, noise):
    one_layer = len(encoder) == 2 and isinstance(encoder[0], Dense) and isinstance(encoder[1], (nn.Sigmoid, nn.Tanh))
    if one_layer and "probes" not in config:
        return contractive_closed(encoder, code)
    return contractive_by_rows(encoder, x, code, config, noise)


class TorchNoise:
    """PyTorch's own random numbers, for speed; philox.Noise draws the ones that Hourglass trains with."""

    def uniforms(self, x):
        return torch.rand_like(x)

    def normals(self, x):
        return torch.randn_like(x)

    def code_normals(self, code, draws=1):
        return torch.randn(draws, *code.shape)

    def prior_normals(self, code):
        return torch.randn_like(code)

    def signs(self, code, count):
        return torch.randint(2, (count, *code.shape)) * 2 - 1

    def kept(self, x, layer, p):
        return torch.rand_like(x) >= p

    def hessian_normals(self, x, count):
        return torch.randn(count, *x.shape)

    hessian_signs = signs


def corrupt(x, config, noise):
    if "gaussian" in config:
        return x + (config["gaussian"] * noise.normals(x)).to(x)
    if "masking" in config:
        return x * (noise.uniforms(x) >= config["masking"])
    if "salt_pepper" in config:
        draw, share = noise.uniforms(x), config["salt_pepper"]
        return torch.where(draw < share / 2, torch.zeros_like(x), torch.where(draw < share, torch.ones_like(x), x))
    return x


def total_loss(network, recipe, x, noise=TorchNoise(), contraction=contractive):
    """reconstruction + Σ weight · penalty; `contraction` says how the contractive penalty is computed."""
    objective = recipe.get("objective", {})
    for layer in network.modules():
        if isinstance(layer, Dropout):
            layer.noise = noise
    noisy = corrupt(x, recipe.get("corruption", {}), noise)
    hidden = []
    gaussian = network.encoder[-1] if isinstance(network.encoder[-1], Gaussian) else None
    if gaussian:
        gaussian.noise = noise
    code, _ = run_stack(network.encoder, noisy, hidden)
    output, before = run_stack(network.decoder, code, hidden)
    ends_in_sigmoid = isinstance(network.decoder[-1], nn.Sigmoid)
    kind = objective.get("reconstruction", "bce" if ends_in_sigmoid else "mse")
    loss = reconstruction(kind, network.decoder, output, before, x)
    if objective.get("reduction", "mean") == "sum":
        loss = loss * x[0].numel()
    if "gaussian_kl" in objective:
        loss = loss + gaussian_kl(objective["gaussian_kl"], gaussian)
    if "mmd" in objective:
        config = objective["mmd"]
        loss = loss + config["weight"] * mmd(config, code, noise.prior_normals(code).to(code))
    for name, penalty in ("sparse_l1", sparse_l1), ("sparse_kl", sparse_kl):
        if name in objective:
            config = objective[name]
            loss = loss + config["weight"] * penalty(config, hidden if config.get("on") == "hidden" else [code])
    if "weight_decay" in objective:
        loss = loss + objective["weight_decay"]["weight"] * weight_decay(network)
    for name, penalty in ("contractive", contraction), ("hessian", hessian):
        if name in objective:
            config = objective[name]
            loss = loss + config["weight"] * penalty(network.encoder, noisy, code, config, noise)
    return loss


def make_optimizer(network, config):
    weights, epsilon, momentum = network.parameters(), config.get("epsilon", 1e-8), config.get("momentum", 0.0)
    if "sgd" in config:
        return torch.optim.SGD(weights, config["sgd"], momentum=momentum, nesterov=config.get("nesterov", False))
    if "rmsprop" in config:
        return torch.optim.RMSprop(weights, config["rmsprop"], config.get("alpha", 0.99), epsilon, momentum=momentum)
    betas = (config.get("beta1", 0.9), config.get("beta2", 0.999))
    if "adamw" in config:
        return torch.optim.AdamW(weights, config["adamw"], betas, epsilon, config.get("weight_decay", 0.01))
    return torch.optim.Adam(weights, config["adam"], betas, epsilon)


def rate_factor(schedule, step, steps):
    """What the learning rate is multiplied with at `step` (from 0) of `steps`: of constant and cosine schedules."""
    if isinstance(schedule, str):
        return 1.0
    warmup = schedule.get("warmup_steps", 0)
    if step < warmup:
        return (step + 1) / warmup
    if "cosine" not in schedule:
        return 1.0
    final = schedule["cosine"]
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))
