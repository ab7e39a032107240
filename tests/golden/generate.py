#!/usr/bin/python3
"""Writes the golden files of this folder with PyTorch and its kin, or of the trajectories only those named. See
README.md."""

import copy
import json
import math
import os
import sys
import tomllib
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "bench" / "peers"))
import philox
import torch_recipe
from classifiers import classifier_cases, read_labels
from layers import layer_cases
from metrics import metric_cases, spectrum_cases
from penalties import penalty_cases, residual_cases
from optimizers import averaged_model, optimizer_cases, schedule_cases, schedule_factors
from safetensors_writer import write_safetensors
from trajectories import CASES, PRECISE, recipe_text
from variational import variational_cases
from windows import window_cases

SAMPLE = HERE.parent / "data" / "mnist-sample"
ROWS = 3200
SEED = 42  # the recipe's default
# A recorded trajectory must be a property of the mathematics, not of one library's rounding.
WORST_ROUNDING = 2e-5
SMALLEST_MARGIN = 1e-5


def rate_factors(schedule, epochs, per_epoch):
    """What the learning rate is multiplied with at every step."""
    steps = epochs * per_epoch
    if schedule == "constant" or "constant" in schedule or "cosine" in schedule:
        return [torch_recipe.rate_factor(schedule, step, steps) for step in range(steps)]
    return schedule_factors(schedule, epochs, per_epoch)


def train(network, recipe, images):
    """The recipe's epochs over `images` in order, the last, smaller batch of each included. With train.ema the network
    ends with the average of its weights."""
    settings = recipe["train"]
    average = averaged_model(network, settings["ema"]) if "ema" in settings else None
    optimizer = torch_recipe.make_optimizer(network, settings["optimizer"])
    rate = optimizer.param_groups[0]["lr"]
    batches = torch.arange(len(images)).split(settings["batch_size"])
    steps = settings["epochs"] * len(batches)
    factors = rate_factors(settings.get("schedule", "constant"), settings["epochs"], len(batches))
    for step in range(steps):
        epoch, batch = step // len(batches) + 1, batches[step % len(batches)]
        optimizer.param_groups[0]["lr"] = rate * factors[step]
        optimizer.zero_grad(set_to_none=True)
        torch_recipe.set_step(network, step, steps)
        noise = philox.Noise(settings.get("seed", SEED), epoch, batch)
        contraction = torch_recipe.contractive_by_rows
        torch_recipe.total_loss(network, recipe, images[batch], noise, contraction).backward()
        if "clip_norm" in settings:
            torch.nn.utils.clip_grad_norm_(network.parameters(), settings["clip_norm"])
        optimizer.step()
        if average:
            average.update_parameters(network)
    if average:
        network.load_state_dict(average.module.state_dict())


def tensors_of(network):
    """The state_dict without the counters of batches."""
    return {k: w for k, w in network.state_dict().items() if w.is_floating_point()}


def worst_difference(network, precise):
    """max over tensors of ‖w − w'‖ / ‖w'‖."""
    other = precise.state_dict()
    return max(float((w.double() - other[k]).norm() / other[k].norm()) for k, w in tensors_of(network).items())


def check_rounding(name, network, precise):
    rounding = worst_difference(network, precise)
    print(f"{name}: fp32 is {rounding:.1e} from fp64")
    if rounding > WORST_ROUNDING:
        raise SystemExit(f"{name}: rounding decides the result; choose a calmer case")


def record_margins(network):
    """A list that fills, as the network runs, with how near to topk's last unit the next one comes, relatively."""
    margins = [math.inf]

    def record(topk, inputs, _):
        z = inputs[0].detach().flatten(1)
        if topk.k < z.shape[1]:
            last, following = z.topk(topk.k + 1).values[:, -2:].unbind(1)
            margins.append(float(((last - following) / last.abs()).min()))

    for layer in network.encoder:
        if isinstance(layer, torch_recipe.TopK):
            layer.register_forward_hook(record)
    return margins


def reconstruction_of(network, recipe, images):
    """The reconstruction loss alone, no corruption, mean over images and pixels."""
    plain = {"objective": {"reconstruction": recipe["objective"]["reconstruction"]}}
    with torch.no_grad():
        return float(torch_recipe.total_loss(network.eval(), plain, images))


def write_trajectory(name, case, images, test_images):
    text = recipe_text(*case)
    recipe = tomllib.loads(text)
    torch.manual_seed(1)
    network = torch_recipe.Autoencoder(recipe["model"])
    precise = copy.deepcopy(network).double()
    margins = record_margins(precise)
    tensors = {f"initial.{k}": w.clone() for k, w in tensors_of(network).items()}
    train(network, recipe, images)
    train(precise, recipe, images.double())
    check_rounding(name, network, precise)
    if min(margins) < SMALLEST_MARGIN:
        raise SystemExit(f"{name}: rounding decides which units pass; choose a calmer case")
    tensors |= {f"final.{k}": w for k, w in tensors_of(network).items()}
    if name in PRECISE:
        tensors |= {f"precise.{k}": w for k, w in tensors_of(precise).items()}
    metadata = {"recipe": text, "test_reconstruction": repr(reconstruction_of(network, recipe, test_images))}
    write_safetensors(HERE / "trajectories" / f"{name}.safetensors", tensors, metadata)


def write_activations():
    """s, s' and s'' on a grid without 0, where relu and elu have their kink."""
    tails = torch.tensor([-40.0, -20.0, 20.0, 40.0], dtype=torch.float64)
    grid = torch.cat([tails[:2], torch.linspace(-8, 8, 128, dtype=torch.float64), tails[2:]])
    functions = {
        "identity": lambda z: z * 1,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
        "elu": F.elu,
        # F.softplus turns linear at 20.
        "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),
        "gelu": F.gelu,
        "silu": F.silu,
    }
    tensors = {}
    for name, function in functions.items():
        z = grid.clone().requires_grad_(True)
        s = function(z)
        (s1,) = torch.autograd.grad(s.sum(), z, create_graph=True)
        s2 = torch.autograd.grad(s1.sum(), z)[0] if s1.requires_grad else torch.zeros_like(z)
        tensors |= {f"{name}.z": z, f"{name}.s": s, f"{name}.s1": s1, f"{name}.s2": s2}
    write_safetensors(HERE / "values" / "activations.safetensors", tensors, {"leaky_relu": "0.01", "elu": "1.0"})


# name: (kind, stride, padding, input shape, weight shape or window)
CONVOLUTIONS = {
    "conv_plain": ("conv2d", 1, 0, (2, 1, 9, 9), (4, 1, 3, 3)),
    "conv_strided": ("conv2d", 2, 0, (3, 4, 11, 11), (5, 4, 5, 5)),
    "conv_rest_unused": ("conv2d", 2, 0, (2, 3, 10, 8), (4, 3, 3, 3)),
    "conv_padded": ("conv2d", 1, 2, (2, 3, 7, 6), (2, 3, 5, 5)),
    "conv_strided_padded": ("conv2d", 3, 1, (2, 2, 8, 11), (3, 2, 4, 4)),
    "conv_pointwise": ("conv2d", 1, 0, (2, 5, 4, 3), (7, 5, 1, 1)),
    "transposed_plain": ("conv_transpose2d", 1, 0, (2, 4, 5, 5), (4, 2, 3, 3)),
    "transposed_strided": ("conv_transpose2d", 2, 0, (3, 5, 4, 4), (5, 3, 3, 3)),
    "transposed_padded": ("conv_transpose2d", 2, 1, (2, 3, 5, 4), (3, 4, 4, 4)),
    "transposed_gaps": ("conv_transpose2d", 3, 0, (2, 2, 3, 4), (2, 3, 2, 2)),
    "transposed_to_one": ("conv_transpose2d", 1, 0, (2, 8, 6, 6), (8, 1, 8, 8)),
    "pool_even": ("max_pool2d", 2, 0, (2, 3, 8, 6), 2),
    "pool_rest_unused": ("max_pool2d", 2, 0, (2, 3, 9, 9), 2),
    "pool_overlapping": ("max_pool2d", 1, 0, (2, 2, 6, 7), 3),
    "pool_padded": ("max_pool2d", 2, 1, (2, 2, 7, 7), 3),
    "transposed_output_padded": ("conv_transpose2d", 2, 1, (2, 3, 5, 4), (3, 2, 3, 3), (1, 0)),
    "transposed_output_padded_much": ("conv_transpose2d", 3, 0, (2, 2, 3, 4), (2, 3, 2, 2), (1, 2)),
    "upsample": ("upsample2d", 1, 0, (2, 3, 4, 5), 3),
}


def convolution_case(kind, stride, padding, input_shape, weight, output_padding=None):
    """Every tensor of one forward and backward pass for a random gradient of the output."""
    new = lambda shape: torch.randn(shape, dtype=torch.float64, requires_grad=True)
    x = new(input_shape)
    if kind == "max_pool2d":
        leaves = {"input": x}
        output = F.max_pool2d(x, weight, stride, padding)
    elif kind == "upsample2d":
        leaves = {"input": x}
        output = F.interpolate(x, scale_factor=weight, mode="nearest")
    else:
        w = new(weight)
        leaves = {"input": x, "weight": w, "bias": new(weight[0] if kind == "conv2d" else weight[1])}
        more = {"output_padding": output_padding} if output_padding else {}
        output = getattr(F, kind)(x, w, leaves["bias"], stride, padding, **more)
    seed = torch.randn_like(output)
    gradients = torch.autograd.grad(output, list(leaves.values()), seed)
    return {**leaves, "output": output, "grad_output": seed, **{f"grad_{k}": g for k, g in zip(leaves, gradients)}}


def write_convolutions():
    torch.manual_seed(2)
    tensors, metadata = {}, {}
    for name, case in CONVOLUTIONS.items():
        kind, stride, padding, _, weight = case[:5]
        kernel = weight if isinstance(weight, int) else weight[-1]
        about = {"kind": kind, "stride": stride, "padding": padding, "kernel": kernel}
        metadata[name] = json.dumps(about | ({"output_padding": case[5]} if len(case) > 5 else {}))
        tensors |= {f"{name}.{k}": t for k, t in convolution_case(*case).items()}
    write_safetensors(HERE / "values" / "convolutions.safetensors", tensors, metadata)


def write_encoders(file, cases):
    """cases: (name, recipe or layer, tensors)."""
    tensors, metadata = {}, {}
    for name, text, case in cases:
        metadata[name] = text
        tensors |= {f"{name}.{k}": t for k, t in case.items()}
    write_safetensors(HERE / "values" / f"{file}.safetensors", tensors, metadata)


def write_metrics():
    tensors = {f"{name}.{k}": t for name, case in metric_cases() for k, t in case.items()}
    write_safetensors(HERE / "values" / "metrics.safetensors", tensors, {})


def main():
    philox.check()
    torch.set_num_threads(1)
    for folder in "trajectories", "values":
        (HERE / folder).mkdir(exist_ok=True)
    write_activations()
    write_convolutions()
    write_encoders("windows", window_cases())
    write_encoders("penalties", penalty_cases())
    write_encoders("residuals", residual_cases())
    write_encoders("spectra", spectrum_cases())
    write_encoders("variational", variational_cases())
    write_encoders("layers", layer_cases())
    write_metrics()
    images = torch_recipe.unit_images(SAMPLE / "train-images-idx3-ubyte.gz", ROWS)
    labels = read_labels(SAMPLE / "train-labels-idx1-ubyte.gz")
    write_encoders("optimizers", optimizer_cases())
    write_encoders("schedules", schedule_cases())
    write_encoders("classifiers", classifier_cases(images, labels, check_rounding))
    test_images = torch_recipe.unit_images(SAMPLE / "t10k-images-idx3-ubyte.gz")
    for name in sys.argv[1:] or CASES:
        write_trajectory(name, CASES[name], images, test_images)


if __name__ == "__main__":
    main()
