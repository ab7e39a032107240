#!/usr/bin/python3
"""What scripts/measures.py computes, against plain formulas, and what tests/skipped allows. Needs NumPy."""

import cmath
import importlib.machinery
import importlib.util
import math
import re
import sys
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))
try:
    import numpy
except ImportError as error:
    print(f"skipped: {error} (scripts/packages test)")
    sys.exit(77)
import measures
import nab


def script(path):
    """A script without .py as a module."""
    loader = importlib.machinery.SourceFileLoader(Path(path).name, str(ROOT / path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def naive_frequency(filters, side):
    """The mean frequency by the definition of the Fourier transform."""
    total = 0
    for row in filters:
        powers = {}
        for u in range(side):
            for v in range(side):
                phases = (-2j * math.pi * (u * (i // side) + v * (i % side)) / side for i in range(side * side))
                powers[u, v] = abs(sum(w * cmath.exp(phase) for w, phase in zip(row, phases))) ** 2
        length = lambda u, v: math.hypot(min(u, side - u), min(v, side - v)) / side
        total += sum(p * length(*k) for k, p in powers.items()) / sum(powers.values())
    return total / len(filters)


class Measures(unittest.TestCase):
    def test_mean_frequency_is_that_of_the_definition(self):
        for side in (5, 6):
            filters = numpy.random.default_rng(1).normal(size=(3, side * side))
            self.assertAlmostEqual(measures.mean_frequency(filters), naive_frequency(filters, side), places=12)

    def test_mean_frequency_of_known_filters(self):
        x = numpy.tile(numpy.arange(28), 28)
        self.assertAlmostEqual(measures.mean_frequency(numpy.ones((1, 784))), 0)
        self.assertAlmostEqual(measures.mean_frequency(numpy.cos(2 * numpy.pi * x / 7)[None]), 1 / 7)
        noise = numpy.random.default_rng(1).normal(size=(200, 784))
        self.assertAlmostEqual(measures.mean_frequency(noise), 0.383, places=2)

    def test_mean_area_counts_pixels(self):
        filters, spread = numpy.zeros((2, 784)), numpy.full(784, 0.5)
        filters[0, :10], filters[1, 5:35] = 3, -1
        self.assertAlmostEqual(measures.mean_area(filters, spread), 20)
        spread[:5] = 0
        self.assertAlmostEqual(measures.mean_area(filters, spread), 17.5)

    def test_bce_takes_targets_outside_the_unit_interval(self):
        found = measures.bce(numpy.array([0.25, 0.5]), numpy.array([-0.5, 1.5]))
        self.assertAlmostEqual(found, (0.5 * math.log(0.25) - 1.5 * math.log(0.75) + math.log(2)) / 2)
        self.assertEqual(measures.bce(numpy.array([0.0]), numpy.array([1.0])), 100)


class Nab(unittest.TestCase):
    """The score of the Numenta Anomaly Benchmark, by hand: rows 0 to 99, of which 15 are not judged; a window 50 to 59."""

    LABELS = nab.Labels(numpy.arange(100), [(50, 59)])

    def score(self, *rows):
        found = numpy.zeros(100, bool)
        found[list(rows)] = True
        return nab.score([self.LABELS], [found])

    def test_sigmoid_has_the_values_of_the_paper(self):
        self.assertAlmostEqual(nab.sigma(-1), 0.98661430, places=7)
        self.assertEqual(nab.sigma(0), 0)
        self.assertAlmostEqual(nab.sigma(1), -0.98661430, places=7)
        self.assertEqual(nab.sigma(3.5), -1)

    def test_the_ends_of_the_scale(self):
        self.assertEqual(self.score(), 0)
        self.assertAlmostEqual(self.score(50), 100)

    def test_the_earliest_detection_in_a_window_counts(self):
        late = 100 * (nab.sigma(-0.1) / nab.sigma(-1) + 1) / 2
        self.assertAlmostEqual(self.score(59), late)
        self.assertAlmostEqual(self.score(50, 59), 100)

    def test_false_detections_cost_more_the_further_behind_a_window_they_are(self):
        self.assertAlmostEqual(self.score(50, 49), 100 - 100 * 0.11 / 2)
        self.assertAlmostEqual(self.score(50, 68), 100 + 100 * 0.11 * nab.sigma(1) / 2)
        self.assertAlmostEqual(self.score(50, 99), 100 - 100 * 0.11 / 2)

    def test_the_first_rows_are_not_judged(self):
        self.assertAlmostEqual(self.score(50, *range(15)), 100)
        self.assertEqual(nab.probation(22695), 750)

    def test_the_best_threshold_is_the_best_of_all(self):
        for seed in range(20):
            random = numpy.random.default_rng(seed)
            labels = [nab.Labels(numpy.arange(60), [(left, left + 6)]) for left in random.integers(10, 50, 3)]
            scores = [random.integers(0, 12, 60).astype(float) for _ in labels]
            best = max(nab.score(labels, [some >= threshold for some in scores]) for threshold in range(14))
            found, threshold = nab.best_score(labels, scores)
            self.assertAlmostEqual(found, best)
            self.assertAlmostEqual(nab.score(labels, [some >= threshold for some in scores]), best)


class Skipped(unittest.TestCase):
    RESULTS = """<testsuite><testcase name="a" status="run"/><testcase name="b" status="fail"/>
        <testcase name="c" status="notrun"><system-out>x\nskipped: no npm\n</system-out></testcase>
        <testcase name="d" status="notrun"><system-out>a_test.cpp:12: Skipped\n../shared/data is absent\n\n</system-out></testcase>
        <testcase name="e" status="disabled"><system-out>Disabled</system-out></testcase></testsuite>"""

    def test_reasons_are_found_and_few_are_allowed(self):
        skipped = script("tests/skipped")
        found, ran = skipped.skipped(xml.fromstring(self.RESULTS))
        self.assertEqual(found, {"c": "no npm", "d": "../shared/data is absent", "e": "Disabled"})
        self.assertEqual(ran, 2)
        self.assertEqual([bool(skipped.allowed(reason)) for reason in found.values()], [False, True, False])


class Names(unittest.TestCase):
    def test_parameters_of_tests_have_names(self):
        """Without a function for the names, ctest shows numbers."""
        for path in [*(ROOT / "hourglass").rglob("*_test.cpp"), *(ROOT / "tests").rglob("*_test.cpp")]:
            for statement in re.findall(r"^INSTANTIATE_TEST_SUITE_P\(.*?\);$", path.read_text(), re.DOTALL | re.MULTILINE):
                with self.subTest(file=str(path.relative_to(ROOT))):
                    self.assertIn("info", statement)


if __name__ == "__main__":
    unittest.main()
