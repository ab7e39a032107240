"""Common data of the tests."""

import os

import numpy as np

PROGRAM = os.environ.get("HOURGLASS_PROGRAM", "hourglass")

RECIPE = """
[data]
source = "elsewhere"
scale = "standard"
[model]
encoder = [{ dense = 3 }, "tanh"]
decoder = [{ dense = 6 }]
[objective]
sparse_l1 = { weight = 1e-3 }
[train]
epochs = 3
batch_size = 32
"""


def rows(count=200, features=6, seed=0):
    """Rows near a plane."""
    random = np.random.RandomState(seed)
    plane = random.randn(count, 2) @ random.randn(2, features)
    return (plane + 0.1 * random.randn(count, features)).astype(np.float32)
