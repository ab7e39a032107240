"""A recipe's network, loss and optimiser in PyTorch: the oracle of the golden files and the peer of the benchmarks."""

import gzip
import math
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ACTIVATIONS = {
    "identity": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "softplus": nn.Softplus,
    "gelu": nn.GELU,
}


class Dense(nn.Linear):
    """A linear layer that flattens an image first, so that a layer's index in the recipe is its index here."""

    def forward(self, x):
        return super().forward(x.flatten(1))


def read_idx_images(path):
    """The images of an IDX file, plain or .gz, as a uint8 array (rows, height, width)."""
    data = Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    magic, *shape = struct.unpack(">4I", data[:16])
    if magic != 0x803 or len(data) != 16 + math.prod(shape):
        raise SystemExit(f"{path}: not an IDX file of images")
    return np.frombuffer(data, np.uint8, offset=16).reshape(shape)


def unit_images(path, rows=None):
    """Images as floats in [0, 1], shape (rows, 1, height, width)."""
    pixels = torch.from_numpy(read_idx_images(path)[:rows].copy())
    return (pixels.float() / 255).unsqueeze(1)


def make_layer(spec, shape):
    """The module of one entry of a recipe's layer list, for samples of `shape`."""
    if isinstance(spec, str):
        return ACTIVATIONS[spec]()
    options = dict(spec)
    kind, size = next(iter(options.items()))
    del options[kind]
    if kind in ACTIVATIONS:
        return ACTIVATIONS[kind](size)
    if kind == "dense":
        return Dense(math.prod(shape), size)
    if kind == "max_pool2d":
        return nn.MaxPool2d(size, **options)
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
    """Keys of the state_dict are a model file's tensor names: encoder.0.weight, …, decoder.0.weight, …"""

    def __init__(self, model, shape=(1, 28, 28)):
        super().__init__()
        self.encoder, code = make_stack(model["encoder"], shape)
        self.decoder, output = make_stack(model["decoder"], code)
        if math.prod(output) != math.prod(shape):
            raise SystemExit(f"the decoder makes {output} of samples {shape}")
        start_weights(self, model.get("init", "pytorch"))


def run_stack(stack, x, watched=None):
    """The stack's output and the input of its last layer; activations' outputs are appended to `watched`."""
    before = x
    for layer in stack:
        before, x = x, layer(x)
        if watched is not None and isinstance(layer, tuple(ACTIVATIONS.values())):
            watched.append(x)
    return x, before


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


def contractive_by_rows(encoder, x):
    """mean over the batch of ‖∂h/∂x‖²_F, one double backward per code unit: any encoder, no formula."""
    x = x.detach().requires_grad_(True)
    code = encoder(x).flatten(1)
    rows = [torch.autograd.grad(code[:, j].sum(), x, create_graph=True)[0] for j in range(code.shape[1])]
    return sum((row**2).sum() for row in rows) / len(x)


def contractive_closed(encoder, code):
    """The same for one dense layer, as Σ_j s'(z_j)² ‖W_j‖²; s' from the code."""
    slope = code * (1 - code) if isinstance(encoder[1], nn.Sigmoid) else 1 - code**2
    return (slope**2).mean(0) @ (encoder[0].weight ** 2).sum(1)


def contractive(encoder, x, code):
    closed = len(encoder) == 2 and isinstance(encoder[0], Dense) and isinstance(encoder[1], (nn.Sigmoid, nn.Tanh))
    return contractive_closed(encoder, code) if closed else contractive_by_rows(encoder, x)


def corrupt(x, config):
    if "gaussian" in config:
        return x + config["gaussian"] * torch.randn_like(x)
    if "masking" in config:
        return x * (torch.rand_like(x) >= config["masking"])
    if "salt_pepper" in config:
        draw = torch.rand_like(x)
        half = config["salt_pepper"] / 2
        return torch.where(draw < half, torch.zeros_like(x), torch.where(draw > 1 - half, torch.ones_like(x), x))
    return x


def total_loss(network, recipe, x, contraction=contractive):
    """reconstruction + Σ weight · penalty; `contraction` says how the contractive penalty is computed."""
    objective = recipe.get("objective", {})
    noisy = corrupt(x, recipe.get("corruption", {}))
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
    if "contractive" in objective:
        loss = loss + objective["contractive"]["weight"] * contraction(network.encoder, noisy, code)
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
