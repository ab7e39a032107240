#!/usr/bin/python3
"""Trains a recipe's network in PyTorch and prints its speed as JSON: {"seconds_per_step", "peak_rss_mb", "blas"}."""

import argparse
import json
import os
import resource
import time
import tomllib
from pathlib import Path

WARMUP_STEPS = 3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path, help="a recipe file")
    parser.add_argument("--images", type=Path, required=True, help="IDX file of training images, plain or .gz")
    parser.add_argument("--steps", type=int, help="timed steps; default one epoch")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def blas_in_use():
    """What PyTorch multiplies with: the reference BLAS is many times slower and no fair peer."""
    return "openblas" if "openblas" in Path("/proc/self/maps").read_text() else "reference"


def shuffled_batches(torch, images, batch_size):
    """Batches without end, in a new order every epoch."""
    while True:
        for rows in torch.randperm(len(images)).split(batch_size):
            yield images[rows]


def timed(step, batches, count):
    begin = time.perf_counter()
    for _ in range(count):
        step(next(batches))
    return time.perf_counter() - begin


def main():
    arguments = parse_arguments()
    # torch.set_num_threads does not reach OpenBLAS, which reads this when it is loaded.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    import torch
    import torch_recipe

    torch.set_num_threads(arguments.threads)
    recipe = tomllib.loads(arguments.recipe.read_text())
    torch.manual_seed(recipe["train"].get("seed", 42))
    # Convolutions are a little faster this way round.
    images = torch_recipe.unit_images(arguments.images).to(memory_format=torch.channels_last)
    network = torch_recipe.Autoencoder(recipe["model"], images.shape[1:]).to(memory_format=torch.channels_last)
    torch_recipe.set_step(network, 1, 1)  # a falling k has fallen
    optimizer = torch_recipe.make_optimizer(network, recipe["train"]["optimizer"])

    def step(batch):
        optimizer.zero_grad(set_to_none=True)
        torch_recipe.total_loss(network, recipe, batch).backward()
        optimizer.step()

    batch_size = recipe["train"]["batch_size"]
    steps = arguments.steps or -(-len(images) // batch_size)
    timed(step, shuffled_batches(torch, images, batch_size), WARMUP_STEPS)
    seconds = timed(step, shuffled_batches(torch, images, batch_size), steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds_per_step": seconds / steps, "peak_rss_mb": round(peak, 1), "blas": blas_in_use()}))


if __name__ == "__main__":
    main()
