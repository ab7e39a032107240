#!/usr/bin/python3
"""Runs dense layers forwards in PyTorch and prints the median seconds of one pass over the rows as JSON.

PyTorch takes OMP_NUM_THREADS threads; OpenBLAS, which it does not reach, takes OPENBLAS_NUM_THREADS.
"""

import argparse

import torch
from idx import read_idx_images
from timing import report, seconds_of
from torch import nn


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="+", type=int, help="units from the input on")
    parser.add_argument("--activation", choices=("Sigmoid", "ReLU"), required=True)
    parser.add_argument("--images", help="IDX file, repeated to the number of rows; default random numbers")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--linear-end", action="store_true", help="no activation behind the last layer")
    parser.add_argument("--compiled", action="store_true", help="traced and optimised for inference")
    return parser.parse_args()


def make_network(arguments):
    layers = []
    for inputs, outputs in zip(arguments.sizes, arguments.sizes[1:]):
        layers += [nn.Linear(inputs, outputs), getattr(nn, arguments.activation)()]
    return nn.Sequential(*layers[: -1 if arguments.linear_end else None]).eval()


def make_rows(arguments):
    if not arguments.images:
        return torch.rand(arguments.rows, arguments.sizes[0])
    images = torch.from_numpy(read_idx_images(arguments.images).copy()).flatten(1).float().div_(255)
    return images.repeat(-(-arguments.rows // len(images)), 1)[: arguments.rows]


def main():
    arguments = parse_arguments()
    network, rows = make_network(arguments), make_rows(arguments)
    if arguments.compiled:
        with torch.no_grad():
            network = torch.jit.optimize_for_inference(torch.jit.trace(network, rows[: arguments.batch]))
    batches = rows.split(arguments.batch)

    def run():
        for batch in batches:
            network(batch)

    with torch.inference_mode():
        run()
        report([seconds_of(run) for _ in range(arguments.passes)])


if __name__ == "__main__":
    main()
