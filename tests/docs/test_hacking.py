#!/usr/bin/python3
"""HACKING.md's lists of files are complete: each is followed for an example that exists. Needs Python alone.

A list begins with "### TITLE (example: `NAME`)". Each file in it exists and mentions the example; "NAME" in a file name
stands for the example. The other way round, every file of the program or of its reference pages that mentions the example
is in the list. Tests, recipes and pages that show an example of use may mention it freely.
"""

import functools
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECKED = ("hourglass", "cli", "api", "bindings/python/src", "docs/formats/recipe.md", "docs/metrics.md", "docs/report.md",
           "docs/library.md", "docs/interop.md", "CMakeLists.txt")
ADVICE = {("sparse_l1", "hourglass/objective/sparse_kl.cpp")}  # a message that recommends the example


def lists():
    """Of every list its title, its example and its files."""
    text = (ROOT / "HACKING.md").read_text()
    for title, example, body in re.findall(r"^### (.*?) \(example: `(.*?)`\)\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE):
        files = re.findall(r"^\| `([^`]+)` \|", body, re.MULTILINE)
        yield title, example, [f.replace("NAME", example) for f in files]


def pattern_of(example):
    """Matches sparse_l1, SparseL1 and sparse-l1, also within longer identifiers."""
    words = example.split("_")
    names = (example, "".join(w.capitalize() for w in words), "-".join(words))
    return re.compile("|".join(rf"\b(?:\w+_)?{re.escape(n)}(?:_\w+)?\b" for n in names))


@functools.cache
def text_of(file):
    return (ROOT / file).read_text(errors="ignore")


def mentions(file, pattern):
    return bool(pattern.search(file) or pattern.search(text_of(file)))


@functools.cache
def checked_files():
    paths = [path for name in CHECKED for path in ((ROOT / name).rglob("*.*") if (ROOT / name).is_dir() else [ROOT / name])]
    return [str(p.relative_to(ROOT)) for p in paths if p.is_file() and not p.name.endswith("_test.cpp")]


class Lists(unittest.TestCase):
    def test_there_is_a_list_for_every_kind_of_addition(self):
        titles = " ".join(title for title, _, _ in lists())
        for kind in ("penalty", "layer", "activation", "metric", "file format", "subcommand", "figure", "C function"):
            self.assertIn(kind, titles)

    def test_every_listed_file_mentions_the_example(self):
        for title, example, files in lists():
            for file in files:
                with self.subTest(list=title, file=file):
                    self.assertTrue((ROOT / file).exists())
                    self.assertTrue(mentions(file, pattern_of(example)))

    def test_every_file_that_mentions_the_example_is_listed(self):
        for title, example, files in lists():
            found = {file for file in checked_files() if mentions(file, pattern_of(example))}
            for file in found.difference(files):
                with self.subTest(list=title):
                    self.assertIn((example, file), ADVICE, f"{file} mentions {example}")


if __name__ == "__main__":
    unittest.main()
