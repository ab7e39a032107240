#!/usr/bin/python3
"""Trains a recipe's network in PyTorch and prints the median epoch's seconds per step as JSON.

PyTorch takes OMP_NUM_THREADS threads; OpenBLAS, which it does not reach, takes OPENBLAS_NUM_THREADS.
"""

import argparse
import tomllib
from pathlib import Path

import torch
import torch_recipe
from timing import report, seconds_of

WARMUP_STEPS = 3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path, help="a recipe file")
    parser.add_argument("--images", type=Path, required=True, help="IDX file of training images, plain or .gz")
    parser.add_argument("--epochs", type=int, default=1, help="timed ones")
    parser.add_argument("--formula", action="store_true", help="the exact Jacobian of sigmoid layers by hand")
    return parser.parse_args()


def keep_outputs(layers):
    """Each layer remembers what it gave, for contractive_by_formula."""
    for layer in layers:
        layer.register_forward_hook(lambda module, _, output: setattr(module, "output", output))


def contractive_by_formula(encoder, x, code, config, noise):
    """mean ‖J‖²_F of dense sigmoid layers: with J = M·W₁ it is Σ (M·W₁W₁ᵀ) ∘ M, so no row of J is ever formed."""
    weights = [layer.weight for layer in encoder[::2]]
    slopes = [layer.output * (1 - layer.output) for layer in encoder[1::2]]
    product = slopes[-1].unsqueeze(2) * weights[-1]
    for slope, weight in zip(slopes[-2:0:-1], weights[-2:0:-1]):
        product = (product * slope.unsqueeze(1)) @ weight
    product = product * slopes[0].unsqueeze(1)
    return (product @ (weights[0] @ weights[0].t()) * product).sum() / len(x)


def main():
    arguments = parse_arguments()
    recipe = tomllib.loads(arguments.recipe.read_text())
    torch.manual_seed(recipe["train"].get("seed", 42))
    # Convolutions are a little faster this way round.
    images = torch_recipe.unit_images(arguments.images).to(memory_format=torch.channels_last)
    network = torch_recipe.Autoencoder(recipe["model"], images.shape[1:]).to(memory_format=torch.channels_last)
    torch_recipe.set_step(network, 1, 1)  # a falling k has fallen
    optimizer = torch_recipe.make_optimizer(network, recipe["train"]["optimizer"])
    contraction = torch_recipe.contractive
    if arguments.formula:
        keep_outputs(network.encoder[1::2])
        contraction = contractive_by_formula

    def step(rows):
        optimizer.zero_grad(set_to_none=True)
        loss = torch_recipe.total_loss(network, recipe, images.index_select(0, rows), contraction=contraction)
        loss.backward()
        optimizer.step()

    def epoch(steps=None):
        for rows in torch.randperm(len(images)).split(recipe["train"]["batch_size"])[:steps]:
            step(rows)

    epoch(WARMUP_STEPS)
    report([seconds_of(epoch) for _ in range(arguments.epochs)], -(-len(images) // recipe["train"]["batch_size"]))


if __name__ == "__main__":
    main()
