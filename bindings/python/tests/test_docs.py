"""Runs the code on the pages of docs/ and checks its results."""

import contextlib
import io
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
from data import PROGRAM, rows

import hourglass

DOCS = Path(__file__).resolve().parents[3] / "docs"
DENSE = {"encoder": [{"dense": 16}, "tanh", {"dense": 3}], "decoder": [{"dense": 16}, "tanh", {"dense": 6}]}


def run_page(name):
    """Runs all code blocks of a page in order; returns what they defined."""
    blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / name).read_text(), re.DOTALL | re.MULTILINE)
    names = {}
    exec(compile("\n".join(blocks), name, "exec"), names)
    return names


class Pages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def test_python(self):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            names = run_page("python.md")
        self.assertEqual(len(output.getvalue().splitlines()), 5)
        np.testing.assert_array_equal(names["model"].encode(names["rows"]), names["codes"])
        self.assertEqual(names["abnormal"].sum(), 10)

    def test_interop(self):
        try:
            import torch
        except ImportError:
            self.skipTest("PyTorch is not installed (scripts/packages peers)")
        original = hourglass.train({"data": {"scale": "standard"}, "model": DENSE, "train": {"epochs": 2}}, rows())
        original.save("model.safetensors")
        names = run_page("interop.md")
        before, after = original.reconstruct(rows()), hourglass.Model.load("changed.safetensors").reconstruct(rows())
        shift = rows().astype(float).std(axis=0)
        np.testing.assert_allclose(after - before, np.broadcast_to(shift, before.shape), rtol=1e-3)
        theirs = names["reconstruct"](torch.from_numpy(rows())).detach().numpy()
        np.testing.assert_allclose(theirs, after, rtol=1e-4, atol=1e-5)
        self.check_that_weights_start_a_training()

    def check_that_weights_start_a_training(self):
        recipe = 'data.source = "rows.npy"\nmodel.encoder = [{ dense = 16 }, "tanh", { dense = 3 }]\n'
        recipe += 'model.decoder = [{ dense = 16 }, "tanh", { dense = 6 }]\ntrain.optimizer = { sgd = 1e-30 }\n'
        Path("recipe.toml").write_text(recipe + "train.epochs = 1\n")
        np.save("rows.npy", rows())
        command = [PROGRAM, "train", "recipe.toml", "--init", "weights.safetensors", "--output-dir", "run"]
        subprocess.run(command, check=True, capture_output=True)
        changed = hourglass.Model.load("changed.safetensors").weights
        for name, weight in hourglass.Model.load("run").weights.items():
            np.testing.assert_array_equal(weight, changed[name])


if __name__ == "__main__":
    unittest.main()
