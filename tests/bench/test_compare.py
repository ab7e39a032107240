"""What bench/compare counts, without running anything."""

import sys
import tomllib
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import tables
import workloads


class Workloads(unittest.TestCase):
    def test_mirrors_the_encoder(self):
        model = tomllib.loads(workloads.mirror([784, 64, 16]))
        self.assertEqual(model["encoder"], [{"dense": 64}, "sigmoid", {"dense": 16}, "sigmoid"])
        self.assertEqual(model["decoder"], [{"dense": 64}, "sigmoid", {"dense": 784}, "sigmoid"])

    def test_have_names_of_their_own_and_whole_batches(self):
        names = [workload.name for workload in workloads.WORKLOADS]
        self.assertEqual(len(names), len(set(names)))
        for workload in workloads.WORKLOADS:
            with self.subTest(workload.name):
                self.assertGreaterEqual(workload.rows, workload.batch)

    def test_counts_a_last_smaller_batch_as_a_step(self):
        self.assertEqual(workloads.Workload("w", workloads.recipe_text("", 100), rows=201).steps, 3)

    def test_counts_the_products_of_a_step_but_for_the_gradient_of_the_input(self):
        forward, weights, back = 2 * 5 * (6 + 8), 2 * 5 * (6 + 8), 2 * 5 * 8
        self.assertEqual(workloads.step_operations([3, 2, 4], 5), forward + weights + back)

    def test_tells_plain_dense_networks(self):
        sizes = lambda text: workloads.plain_dense_sizes(tomllib.loads(text))
        self.assertEqual(sizes(workloads.recipe_text(workloads.SHALLOW, 600)), [784, 128, 784])
        self.assertIsNone(sizes(workloads.recipe_text(workloads.SHALLOW, 600, workloads.EXACT)))
        self.assertIsNone(sizes(workloads.recipe_text(workloads.CONV, 600)))
        self.assertIsNone(sizes(workloads.shipped("mnist-dense-basic").recipe))


class Tables(unittest.TestCase):
    FIGURES = {
        ("Hourglass", "1"): [(0.010, 30), (0.030, 30), (0.011, 30)],
        ("Hourglass", "best"): [(0.006, 40), (0.005, 40), (0.006, 40)],
        ("PyTorch", "1+1"): [(0.022, 300)] * 3,
        ("PyTorch", "2+1"): [(0.012, 310)] * 3,
        ("scikit-learn", "1+1"): [(0.033, 150)] * 3,
    }

    def test_compares_medians_and_the_best_settings(self):
        row = tables.speed_row("w", self.FIGURES, (1.8, None), bound=0.0055)
        times = ["11.00", "22.00", "2.00 (1.8)", "6.00", "12.00", "2.00"]
        self.assertEqual(row, ["w", *times, "40", "300", "0.13", "50%"])

    def test_lists_scikit_learn_only_where_it_ran(self):
        lines = tables.sklearn_table({"w": self.FIGURES, "x": {("Hourglass", "1"): [(1, 1)]}}).splitlines()
        self.assertEqual(lines[2:], ["| w | 11.00 | 33.00 | 33.00 | 3.00 (1.5) |"])


if __name__ == "__main__":
    unittest.main()
