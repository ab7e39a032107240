#!/usr/bin/python3
"""Trains scikit-learn's MLPRegressor(X, X), sigmoid hidden layers, and prints the median epoch's seconds per step as
JSON. Its output is linear and its loss squared: a peer in speed alone. OPENBLAS_NUM_THREADS threads multiply.
"""

import argparse

import numpy as np
from idx import read_idx_images
from sklearn.neural_network import MLPRegressor
from timing import report, seconds_of


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hidden", nargs="+", type=int, help="units of the hidden layers")
    parser.add_argument("--images", required=True, help="IDX file of training images, plain or .gz")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=1, help="timed ones")
    arguments = parser.parse_args()
    pixels = read_idx_images(arguments.images)
    x = pixels.reshape(len(pixels), -1).astype(np.float32)
    x /= 255
    model = MLPRegressor(tuple(arguments.hidden), activation="logistic", alpha=0.0, batch_size=arguments.batch)
    model.partial_fit(x, x)  # one epoch
    times = [seconds_of(lambda: model.partial_fit(x, x)) for _ in range(arguments.epochs)]
    report(times, -(-len(x) // arguments.batch))


if __name__ == "__main__":
    main()
