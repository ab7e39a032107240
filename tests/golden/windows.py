"""Layers that move a window over images and series, computed by PyTorch."""

import json

import torch
import torch_recipe

# name: (the layer in a recipe, shape of the input)
LAYERS = {
    "conv_same": ({"conv2d": 4, "kernel": 3, "padding": "same"}, (2, 3, 6, 5)),
    "conv_same_even": ({"conv2d": 2, "kernel": 4, "padding": "same"}, (2, 3, 6, 5)),
    "conv_same_strided": ({"conv2d": 3, "kernel": 4, "stride": 2, "padding": "same"}, (2, 2, 7, 8)),
    "conv_same_sparse": ({"conv2d": 3, "kernel": 2, "stride": 3, "padding": "same"}, (2, 2, 7, 9)),
    "conv_dilated": ({"conv2d": 3, "kernel": 3, "dilation": 2}, (2, 4, 9, 8)),
    "conv_dilated_strided": ({"conv2d": 3, "kernel": 3, "stride": 2, "padding": 3, "dilation": 3}, (2, 4, 9, 8)),
    "conv_dilated_same": ({"conv2d": 5, "kernel": 2, "padding": "same", "dilation": 3}, (2, 3, 7, 6)),
    "conv_groups": ({"conv2d": 6, "kernel": 3, "padding": 1, "groups": 2}, (2, 4, 5, 6)),
    "conv_depthwise": ({"conv2d": 5, "kernel": 3, "padding": 1, "groups": 5}, (2, 5, 6, 5)),
    "conv_depth_multiplier": ({"conv2d": 6, "kernel": 3, "stride": 2, "groups": 3, "dilation": 2}, (2, 3, 9, 9)),
    "transposed_same": ({"conv_transpose2d": 4, "kernel": 4, "stride": 2, "padding": "same"}, (2, 3, 4, 5)),
    "transposed_same_odd": ({"conv_transpose2d": 4, "kernel": 5, "stride": 2, "padding": "same"}, (2, 3, 4, 5)),
    "transposed_same_sparse": ({"conv_transpose2d": 2, "kernel": 2, "stride": 3, "padding": "same"}, (2, 3, 4, 5)),
    "transposed_dilated": (
        {"conv_transpose2d": 3, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1, "dilation": 2},
        (2, 4, 4, 5)),
    "transposed_groups": ({"conv_transpose2d": 6, "kernel": 3, "stride": 2, "groups": 2}, (2, 4, 4, 5)),
    "transposed_depthwise": (
        {"conv_transpose2d": 4, "kernel": 4, "stride": 2, "padding": 1, "groups": 4}, (2, 4, 4, 5)),
    "conv1d": ({"conv1d": 4, "kernel": 3}, (2, 3, 11)),
    "conv1d_all": (
        {"conv1d": 4, "kernel": 3, "stride": 2, "padding": 2, "dilation": 2, "groups": 2}, (2, 2, 11)),
    "conv1d_same": ({"conv1d": 3, "kernel": 4, "stride": 3, "padding": "same"}, (2, 2, 11)),
    "transposed1d": (
        {"conv_transpose1d": 4, "kernel": 4, "stride": 3, "padding": 1, "output_padding": 2}, (2, 3, 6)),
    "transposed1d_same": ({"conv_transpose1d": 4, "kernel": 5, "stride": 2, "padding": "same", "groups": 2}, (2, 2, 6)),
    "max_pool1d": ({"max_pool1d": 3, "stride": 2, "padding": 1}, (2, 3, 10)),
    "avg_pool": ({"avg_pool2d": 2}, (2, 3, 6, 8)),
    "avg_pool_padded": ({"avg_pool2d": 3, "stride": 2, "padding": 1}, (2, 3, 7, 8)),
    "avg_pool_overlapping": ({"avg_pool2d": 3, "stride": 1}, (2, 2, 5, 6)),
    "avg_pool1d": ({"avg_pool1d": 4, "stride": 3, "padding": 2}, (2, 3, 11)),
    "bilinear": ({"upsample2d": 2, "mode": "bilinear"}, (2, 3, 4, 5)),
    "bilinear_by_3": ({"upsample2d": 3, "mode": "bilinear"}, (2, 2, 1, 4)),
    "upsample1d": ({"upsample1d": 3}, (2, 3, 4)),
    "linear": ({"upsample1d": 4, "mode": "linear"}, (2, 3, 5)),
    "series": ({"series": 3}, (2, 12)),
    "steps": ("steps", (2, 3, 4)),
}


def toml(layer):
    if isinstance(layer, str):
        return json.dumps(layer)
    return "{ " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in layer.items()) + " }"


def window_cases():
    """Yields (name, the layer as TOML, tensors of one forward and backward pass for a random gradient of the output)."""
    torch.manual_seed(4)
    for name, (layer, shape) in LAYERS.items():
        module = torch_recipe.make_layer(layer, shape[1:]).double()
        for parameter in module.parameters():
            torch.nn.init.normal_(parameter)
        x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
        leaves = {"input": x, **dict(module.named_parameters())}
        output = module(x)
        seed = torch.randn_like(output)
        gradients = torch.autograd.grad(output, list(leaves.values()), seed)
        tensors = {**leaves, "output": output, "grad_output": seed}
        yield name, toml(layer), tensors | {f"grad_{k}": g for k, g in zip(leaves, gradients)}
