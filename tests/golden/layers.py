"""The loss of one training step and all its gradients, by autograd in fp64, for layers of every kind."""

import math
import tomllib

import torch

import philox
import torch_recipe
from penalties import EPOCH, FLAT, SAMPLES, SEED, new_numbers

IMAGE = (2, 7, 6)
PENALTIES = "contractive = { weight = 0.3, force = true }\nhessian = { weight = 0.2, std = 0.4, force = true }\n"
# name: (shape, encoder, decoder without its last dense layer, penalties)
LAYERS = {
    "batch_norm": (FLAT, '[{ dense = 7 }, "batch_norm", "tanh"]', '[{ dense = 5 }, { batch_norm = 0.3, epsilon = 0.1 }', ""),
    "batch_norm_first": (FLAT, '["batch_norm", { dense = 4 }, "sigmoid", "batch_norm"]', "[",
                         "sparse_l1 = { weight = 0.1 }\nweight_decay = { weight = 0.1 }\n"),
    "batch_norm_conv": (
        IMAGE, '[{ conv2d = 3, kernel = 3 }, "batch_norm", "gelu", { conv2d = 2, kernel = 2 }, "batch_norm"]',
        '[{ conv_transpose2d = 3, kernel = 3 }, "batch_norm"', ""),
    "layer_norm": (FLAT, '[{ dense = 7 }, "layer_norm", "tanh", { dense = 5 }, { layer_norm = 0.1 }]',
                   '["layer_norm"', PENALTIES),
    "layer_norm_conv": (IMAGE, '[{ conv2d = 3, kernel = 3, stride = 2 }, "layer_norm", "softplus", { dense = 4 }]',
                        "[", PENALTIES),
    "group_norm": (FLAT, '[{ dense = 8 }, { group_norm = 2 }, "gelu", { dense = 5 }]', '[{ dense = 12 }, { group_norm = 3 }',
                   PENALTIES),
    "group_norm_conv": (IMAGE, '[{ conv2d = 4, kernel = 3, stride = 2 }, { group_norm = 2, epsilon = 1e-3 }, "silu"]',
                        "[{ group_norm = 1 }", PENALTIES),
    "dropout": (FLAT, '[{ dense = 7 }, "tanh", { dropout = 0.4 }, { dense = 5 }, "sigmoid"]', '["dropout"', PENALTIES),
    "dropout_conv": (IMAGE, '[{ conv2d = 3, kernel = 3, stride = 2 }, { dropout = 0.3 }, "tanh"]', "[", PENALTIES),
    "prelu": (FLAT, '[{ dense = 7 }, "prelu", { dense = 5 }, { prelu = 0.1, per_channel = true }]',
              '[{ dense = 6 }, "prelu"', PENALTIES),
    "prelu_conv": (IMAGE, '[{ conv2d = 3, kernel = 3, stride = 2 }, { prelu = 0.3, per_channel = true }, '
                   '{ conv2d = 2, kernel = 2 }, "prelu"]', "[", PENALTIES),
    "silu": (FLAT, '[{ dense = 7 }, "silu", { dense = 5 }, "silu"]', '[{ dense = 4 }, "silu"', PENALTIES),
}


def recipe_text(shape, encoder, decoder, penalties):
    last = f"{{ dense = {math.prod(shape)} }}]"
    layers = decoder + last if decoder == "[" else f"{decoder}, {last}"
    return f'[model]\nencoder = {encoder}\ndecoder = {layers}\n[objective]\nreconstruction = "mse"\n{penalties}'


def layer_case(shape, text):
    recipe = tomllib.loads(text)
    network = torch_recipe.Autoencoder(recipe["model"], shape).double()
    weights = dict(network.named_parameters())
    with torch.no_grad():
        for name, w in weights.items():
            w.copy_(new_numbers(*w.shape) / 2 ** round(math.log2(w[0].numel()) / 2))
    x = new_numbers(len(SAMPLES), *shape)
    noise = philox.Noise(SEED, EPOCH, SAMPLES)
    loss = torch_recipe.total_loss(network, recipe, x, noise, torch_recipe.contractive_by_rows)
    gradients = torch.autograd.grad(loss, list(weights.values()))
    states = {f"state_{name}": b for name, b in network.named_buffers() if b.is_floating_point()}
    with torch.no_grad():
        output = network.eval().decoder(network.encoder(x)).flatten(1)
    return {"input": x, "value": loss.reshape(1), "output": output, **weights, **states,
            **{f"grad_{name}": g for name, g in zip(weights, gradients)}}


def layer_cases():
    """(name, recipe, tensors) of every case."""
    torch.manual_seed(5)
    for name, (shape, *parts) in LAYERS.items():
        text = recipe_text(shape, *parts)
        yield name, text, layer_case(shape, text)
