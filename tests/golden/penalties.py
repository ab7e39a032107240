"""Values and gradients of the penalties that look at the encoder's Jacobian, by autograd in fp64."""

import math
import tomllib

import torch

import philox
import torch_recipe

# The key of all random numbers, the same as in hourglass/objective/jacobian/jacobian_golden_test.cpp.
SEED, EPOCH, SAMPLES = 11, 3, [4, 0, 70000, 12, 2]

FLAT, IMAGE = (12,), (2, 9, 8)
ENCODERS = {
    "one_layer": (FLAT, '[{ dense = 7 }, "sigmoid"]'),
    "one_linear_layer": (FLAT, "[{ dense = 7 }]"),
    "bounded": (FLAT, '[{ dense = 10 }, "sigmoid", { dense = 8 }, "tanh", { dense = 6 }, "identity", { dense = 5 }]'),
    "kinked": (FLAT, '[{ dense = 10 }, "relu", { dense = 8 }, { leaky_relu = 0.05 }, { dense = 6 }, { elu = 0.7 }]'),
    "soft": (FLAT, '[{ dense = 10 }, "gelu", { dense = 8 }, "softplus", { dense = 6 }, "sigmoid"]'),
    "wide": (FLAT, '[{ dense = 40 }, "gelu", { dense = 5 }, "tanh"]'),
    "wide_code": (FLAT, '[{ dense = 9 }, "tanh", { dense = 150 }, "sigmoid"]'),
    "topk": (FLAT, '[{ dense = 10 }, { topk = 4 }, { dense = 6 }, "tanh", { dense = 9 }, { topk = 3 }]'),
    "activation_first": (FLAT, '["tanh", { dense = 7 }, "softplus", "sigmoid"]'),
    "conv": (
        IMAGE, '[{ conv2d = 3, kernel = 3, stride = 2, padding = 1 }, "softplus", { conv2d = 4, kernel = 2 }, "tanh"]'),
    "conv_pool": (
        IMAGE, '[{ conv2d = 3, kernel = 3 }, "gelu", { max_pool2d = 2 }, { conv2d = 2, kernel = 2 }, { elu = 0.7 }]'),
    "overlapping_pool": (
        IMAGE, '[{ conv2d = 3, kernel = 2 }, "sigmoid", { max_pool2d = 3, stride = 2, padding = 1 }, "tanh"]'),
    "conv_dense": (
        IMAGE, '[{ conv2d = 3, kernel = 3, stride = 2 }, { leaky_relu = 0.05 }, { dense = 6 }, "sigmoid"]'),
    "transposed": (
        IMAGE, '[{ conv2d = 3, kernel = 3, stride = 2 }, "sigmoid", { conv_transpose2d = 2, kernel = 3 }, "gelu"]'),
}
RESIDUALS = {
    "dense": (FLAT, '[{ dense = 8 }, "tanh", { residual = [{ dense = 6 }, "softplus", { dense = 8 }] }, "sigmoid"]'),
    "at_the_ends": (
        FLAT, '[{ residual = [{ dense = 10 }, "gelu", { dense = 12 }, "tanh"] }, { dense = 9 }, "tanh", '
        '{ residual = ["sigmoid", { dense = 5 }], shortcut = [{ dense = 5 }] }]'),
    "both_curved": (
        FLAT, '[{ dense = 9 }, { residual = ["tanh", { dense = 7 }, "gelu"], '
        'shortcut = ["softplus", { dense = 7 }, "sigmoid"] }]'),
    "nested": (
        FLAT, '[{ dense = 7 }, { residual = [{ residual = ["tanh", { dense = 7 }] }, "softplus", '
        '{ residual = [{ dense = 5 }, "tanh", { dense = 7 }], shortcut = [{ dense = 7 }, "gelu"] }] }, "tanh"]'),
    "conv": (
        IMAGE, '[{ conv2d = 3, kernel = 3, padding = 1 }, "softplus", { residual = [{ conv2d = 4, kernel = 3, padding = 1 }, '
        '"tanh", { conv2d = 3, kernel = 3, padding = 1 }] }, { residual = [{ conv2d = 4, kernel = 3, stride = 2, '
        'padding = 1 }, "gelu"], shortcut = [{ conv2d = 4, kernel = 1, stride = 2 }] }, "sigmoid"]'),
    "conv_at_the_input": (
        IMAGE, '[{ residual = [{ conv2d = 2, kernel = 3, padding = 1 }, "tanh"] }, { max_pool2d = 2 }, '
        '{ residual = [{ dense = 6 }, "tanh"], shortcut = [{ conv2d = 1, kernel = 2 }, { dense = 6 }] }]'),
}
PENALTIES = {
    "contractive": ("contractive = { weight = 1, force = true }", ENCODERS),
    "contractive_probes": (
        "contractive = { weight = 1, probes = 3 }", ("one_layer", "soft", "wide", "wide_code", "conv", "conv_pool")),
    "hessian": ("hessian = { weight = 1, std = 0.4, samples = 2, force = true }", ENCODERS),
    "hessian_probes": (
        "hessian = { weight = 1, std = 0.3, samples = 3, probes = 2 }",
        ("one_layer", "soft", "wide_code", "conv", "conv_pool")),
}


def recipe_text(encoder, shape, penalty):
    return f"[model]\nencoder = {encoder}\ndecoder = [{{ dense = {math.prod(shape)} }}]\n[objective]\n{penalty}\n"


def new_numbers(*shape):
    """Standard normals that float32 holds too."""
    return torch.randn(shape).double()


def penalty_case(shape, text):
    recipe = tomllib.loads(text)
    encoder = torch_recipe.Autoencoder(recipe["model"], shape).encoder.double()
    weights = {f"encoder.{name}": w for name, w in encoder.named_parameters()}
    with torch.no_grad():
        for w in weights.values():
            w.copy_(new_numbers(*w.shape) / 2 ** round(math.log2(w[0].numel()) / 2))
    x = new_numbers(len(SAMPLES), *shape)
    (name, config), = recipe["objective"].items()
    penalty = {"contractive": torch_recipe.contractive_by_rows, "hessian": torch_recipe.hessian}[name]
    value = penalty(encoder, x, encoder(x), config, philox.Noise(SEED, EPOCH, SAMPLES))
    gradients = torch.autograd.grad(value, list(weights.values()), allow_unused=True)
    tensors = {"input": x, "value": value.reshape(1), **weights}
    for (name, w), gradient in zip(weights.items(), gradients):
        tensors[f"grad_{name}"] = torch.zeros_like(w) if gradient is None else gradient
    return tensors


def residual_cases():
    """(name, recipe, tensors) of the penalties for encoders with residuals."""
    torch.manual_seed(4)
    for penalty in "contractive", "hessian", "contractive_probes":
        for encoder, (shape, layers) in RESIDUALS.items():
            text = recipe_text(layers, shape, PENALTIES[penalty][0])
            yield f"{penalty}_{encoder}", text, penalty_case(shape, text)


def penalty_cases():
    """(name, recipe, tensors) of every case."""
    torch.manual_seed(3)
    for name, (penalty, encoders) in PENALTIES.items():
        for encoder in encoders:
            shape, layers = ENCODERS[encoder]
            text = recipe_text(layers, shape, penalty)
            yield f"{name}_{encoder}", text, penalty_case(shape, text)
