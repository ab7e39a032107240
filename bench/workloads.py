"""What bench/compare and bench/contraction train: networks as recipe text, batch sizes and goals."""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

RECIPES = Path(__file__).resolve().parents[1] / "recipes"


def mirror(sizes, activation="sigmoid"):
    """encoder and decoder of a dense network, sizes from the input to the code."""
    stack = lambda units: "[" + ", ".join(f'{{ dense = {n} }}, "{activation}"' for n in units) + "]"
    return f"encoder = {stack(sizes[1:])}\ndecoder = {stack(sizes[-2::-1])}\n"


CONV = """encoder = [{ conv2d = 8, kernel = 3 }, "relu", { conv2d = 16, kernel = 5 }, "relu",
  { conv2d = 32, kernel = 5, stride = 2 }, "relu", { conv2d = 64, kernel = 2, stride = 2 }, "relu"]
decoder = [{ conv_transpose2d = 16, kernel = 3, stride = 2 }, "relu",
  { conv_transpose2d = 8, kernel = 5, stride = 2 }, "relu", { conv_transpose2d = 1, kernel = 8 }, "sigmoid"]
"""
CONV_NORM = CONV.replace('"relu"', '"batch_norm", "relu"')
SHALLOW, WIDE, NARROW = mirror([784, 128]), mirror([784, 512, 256, 64]), mirror([784, 64, 32, 16])
EXACT = "contractive = { weight = 1e-4 }"
WIDE_NORM = mirror([784, 512, 256, 64]).replace('"sigmoid", {', '"batch_norm", "sigmoid", {')
# An encoder alone, and MLPerf Tiny's network for anomaly detection.
ENCODER = [784, 512, 256, 64]
STREAM = [640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640]


def recipe_text(layers, batch, penalty="", source="mnist"):
    return (
        f'[data]\nsource = "{source}"\n[model]\n{layers}[objective]\n{penalty}\n'
        f"[train]\nbatch_size = {batch}\noptimizer = {{ adam = 1e-3 }}\n"
    )


@dataclass(frozen=True)
class Workload:
    """A network to train, and how much faster than PyTorch it should be: with one thread, with the best number."""

    name: str
    recipe: str  # TOML
    rows: int = 12000  # training images per epoch
    epochs: int = 3  # timed ones
    goals: tuple = (None, None)
    by_formula: bool = False  # PyTorch computes the exact penalty by a formula derived by hand, not by autograd

    @property
    def settings(self):
        return tomllib.loads(self.recipe)

    @property
    def batch(self):
        return self.settings["train"]["batch_size"]

    @property
    def steps(self):
        """Per epoch."""
        return math.ceil(self.rows / self.batch)


def exact(name, layers, batch, rows, goals):
    """An exact penalty twice: as anyone would write it in PyTorch, and with the formula done by hand there too."""
    recipe = recipe_text(layers, batch, EXACT)
    yield Workload(name, recipe, rows, 2, goals)
    yield Workload(f"{name}, PyTorch by formula", recipe, rows, 2, by_formula=True)


def shipped(name, rows=6000, epochs=2, goals=(None, None), title=None):
    return Workload(title or name, (RECIPES / f"{name}.toml").read_text(), rows, epochs, goals)


WORKLOADS = [
    Workload("784-128-784, batch 600", recipe_text(SHALLOW, 600), goals=(1.8, 2.8)),
    Workload("784-512-256-64 mirrored, batch 256", recipe_text(WIDE, 256), 6400, goals=(1.3, 1.8)),
    Workload("784-64-32-16 mirrored, batch 128", recipe_text(NARROW, 128), goals=(3.2, 5)),
    *exact("exact contractive 784-64-32-16, batch 128", NARROW, 128, 6400, (9, 15)),
    *exact("exact contractive 784-512-256-64, batch 256", WIDE, 256, 1280, (2, 2.5)),
    Workload("one-layer contractive 784-128, batch 600", recipe_text(SHALLOW, 600, EXACT), goals=(1.9, 2.8)),
    Workload("conv contractive network without penalty, batch 600", recipe_text(CONV, 600), 3000, 2, (1.8, 2)),
    Workload("784-512-256-64 mirrored with batch_norm, batch 256", recipe_text(WIDE_NORM, 256), 6400, goals=(1.5, None)),
    Workload("conv network with batch_norm, batch 600", recipe_text(CONV_NORM, 600), 3000, 2, (1.5, None)),
    shipped("mnist-conv-sparse-l1", 3600, 2, (1.8, 2), "conv sparse L1, batch 1200"),
]


def plain_dense_sizes(settings):
    """Units of a network of dense and sigmoid layers without penalty or corruption, from 784 inputs; or None."""
    model, objective = settings["model"], settings.get("objective", {})
    layers = model["encoder"] + model["decoder"]
    dense, between = layers[::2], layers[1::2]
    is_dense = all(isinstance(layer, dict) and layer.keys() == {"dense"} for layer in dense)
    is_sigmoid = all(layer == "sigmoid" for layer in between)
    if not is_dense or not is_sigmoid or model.get("tied") or "corruption" in settings:
        return None
    return None if objective.keys() - {"reconstruction"} else [784] + [layer["dense"] for layer in dense]


def step_operations(sizes, batch):
    """Floating-point operations of a step's matrix products: forward, to the weights, and back but for the input."""
    products = [a * b for a, b in zip(sizes, sizes[1:])]
    return 2 * batch * (3 * sum(products) - products[0])
