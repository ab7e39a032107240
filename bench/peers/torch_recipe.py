"""A recipe's network, loss and optimiser in PyTorch: the oracle of the golden files and the peer of the benchmarks."""

import math
from functools import partial

import torch
import torch.nn.functional as F
from idx import read_idx_images
from torch import nn


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
    "topk": TopK,
}


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


class Residual(nn.Module):
    """The sum of what two stacks make of the input; an empty shortcut passes it on."""

    def __init__(self, residual, shortcut):
        super().__init__()
        self.residual, self.shortcut = residual, shortcut

    def forward(self, x):
        return self.residual(x) + self.shortcut(x)


def unit_images(path, rows=None):
    """Images as floats in [0, 1], shape (rows, 1, height, width)."""
    pixels = torch.from_numpy(read_idx_images(path)[:rows].copy())
    return pixels.float().div_(255).unsqueeze(1)


def make_layer(spec, shape):
    """The module of one entry of a recipe's layer list, for samples of `shape`."""
    if isinstance(spec, str):
        return ACTIVATIONS[spec]()
    options = dict(spec)
    kind, size = next(iter(options.items()))
    del options[kind]
    if kind in ACTIVATIONS:
        return ACTIVATIONS[kind](size, **options)
    if kind == "dense":
        return Dense(math.prod(shape), size)
    if kind == "max_pool2d":
        return nn.MaxPool2d(size, **options)
    if kind == "upsample2d":
        return nn.Upsample(scale_factor=size, mode="nearest")
    if kind == "reshape":
        return Reshape(size)
    if kind == "residual":
        return Residual(*(make_stack(specs, shape)[0] for specs in (size, options.get("shortcut", []))))
    make = {"conv2d": nn.Conv2d, "conv_transpose2d": nn.ConvTranspose2d}[kind]
    return make(shape[0], size, options.pop("kernel"), **options)


def make_stack(specs, shape):
    """A Sequential for a layer list, and the shape it makes of samples of `shape`."""
    layers = []
    for spec in specs:
        layers.append(make_layer(spec, shape))
        with torch.no_grad():
            shape = tuple(layers[-1](torch.zeros(1, *shape)).shape[1:])
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
            run = F.conv2d if isinstance(layer, nn.Conv2d) else F.conv_transpose2d
            self.run = partial(run, stride=layer.stride, padding=layer.padding)

    def forward(self, x):
        return self.run(x, self.mirror[0].weight, self.bias)


def tie(encoder, decoder):
    """The k-th layer with a weight from the input mirrors the k-th from the output."""
    mirrors = [layer for layer in encoder if hasattr(layer, "weight")]
    for i, layer in enumerate(decoder):
        if hasattr(layer, "weight"):
            decoder[i] = Tied(layer, mirrors.pop())


def start_weights(module, init):
    """Applies a recipe's init where it is not PyTorch's own; biases then start at zero."""
    if init == "pytorch":
        return
    for name, parameter in module.named_parameters():
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
    """What depends on the training step, from 0 of `steps`: the k of topk."""
    for module in network.modules():
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


def weight_decay(network):
    return sum((p**2).sum() for name, p in network.named_parameters() if name.endswith("weight"))


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

    def signs(self, code, count):
        return torch.randint(2, (count, *code.shape)) * 2 - 1

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
    noisy = corrupt(x, recipe.get("corruption", {}), noise)
    hidden = []
    code, _ = run_stack(network.encoder, noisy, hidden)
    output, before = run_stack(network.decoder, code, hidden)
    ends_in_sigmoid = isinstance(network.decoder[-1], nn.Sigmoid)
    kind = objective.get("reconstruction", "bce" if ends_in_sigmoid else "mse")
    loss = reconstruction(kind, network.decoder, output, before, x)
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
    if "sgd" in config:
        return torch.optim.SGD(network.parameters(), config["sgd"], momentum=config.get("momentum", 0.0))
    betas = (config.get("beta1", 0.9), config.get("beta2", 0.999))
    return torch.optim.Adam(network.parameters(), config["adam"], betas, config.get("epsilon", 1e-8))


def rate_factor(schedule, step, steps):
    """What the learning rate is multiplied with at `step` (from 0) of `steps`."""
    if isinstance(schedule, str):
        return 1.0
    warmup = schedule.get("warmup_steps", 0)
    if step < warmup:
        return (step + 1) / warmup
    if "cosine" not in schedule:
        return 1.0
    final = schedule["cosine"]
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))
