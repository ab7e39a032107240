"""Measures that `hourglass eval` does not have: the size of filters, and a loss with the noisy image as the target. Needs NumPy."""

import json
import tempfile
from functools import cache
from pathlib import Path

import numpy

from runs import hourglass

SIDE = 28  # pixels of an image of MNIST and Fashion-MNIST


@cache
def images(data, part):
    """(rows, 784) bytes of mnist or fashion-mnist; part: train or t10k."""
    folder = Path(hourglass("data", "fetch", data).split(": ")[1].rsplit(" (", 1)[0])
    return numpy.fromfile(folder / f"{part}-images-idx3-ubyte", numpy.uint8, offset=16).reshape(-1, SIDE * SIDE)


def few_rows(data, count, seed, file):
    """Writes `count` training images, drawn by the seed, to an .npy file."""
    every = images(data, "train")
    chosen = numpy.random.default_rng(seed).choice(len(every), count, replace=False)
    numpy.save(file, every[chosen].reshape(-1, SIDE, SIDE))


def first_weights(model_file):
    """(units, inputs) weights of the encoder's first layer."""
    content = model_file.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    entry = json.loads(content[8:start])["encoder.0.weight"]
    first, last = entry["data_offsets"]
    return numpy.frombuffer(content[start + first : start + last], "<f4").reshape(entry["shape"]).astype(float)


def mean_frequency(filters):
    """Mean over units of Σ P_k |k| / Σ P_k in cycles per pixel: P is the power spectrum of a filter, |k| the length of a frequency.

    White noise has 0.383, a constant filter 0. filters: (units, side²).
    """
    side = int(filters.shape[1] ** 0.5)
    power = abs(numpy.fft.fft2(filters.reshape(-1, side, side))) ** 2
    frequency = numpy.hypot(*numpy.meshgrid(numpy.fft.fftfreq(side), numpy.fft.fftfreq(side)))
    return float(numpy.mean((power * frequency).sum((1, 2)) / power.sum((1, 2))))


def mean_area(filters, spread):
    """Mean over units of 1 / Σ p²: p_j is the share of pixel j, whose standard deviation is spread_j, in the unit's input variance."""
    energy = (filters * spread) ** 2
    return float(numpy.mean(energy.sum(1) ** 2 / (energy**2).sum(1)))


def bce(reconstruction, target):
    """Mean over all values. The target may lie outside [0, 1]. Logarithms are at least -100, as in PyTorch."""
    log = lambda p: numpy.maximum(numpy.log(numpy.maximum(p, 1e-300)), -100)
    return float(numpy.mean(-target * log(reconstruction) - (1 - target) * log(1 - reconstruction)))


def noisy_losses(model, data, std, draws=8):
    """bce of the reconstructions of x + std n against x + std n, one for each draw of n ~ N(0, 1). A draw is followed by its negative."""
    clean, losses = images(data, "t10k") / 255, []
    random = numpy.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        rows, output = Path(folder, "noisy.npy"), Path(folder, "reconstruction.npy")
        for draw in range(draws):
            noise = std * random.standard_normal(clean.shape) if draw % 2 == 0 else -noise
            noisy = (clean + noise).astype(numpy.float32)
            numpy.save(rows, noisy.reshape(-1, 1, SIDE, SIDE))
            hourglass("reconstruct", model, "--data", rows, "-o", output)
            losses.append(bce(numpy.load(output).reshape(noisy.shape).astype(float), noisy.astype(float)))
    return losses
