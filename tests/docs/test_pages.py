#!/usr/bin/python3
"""The pages' links lead somewhere, and README.md repeats the figures of docs/ exactly. Needs Python alone."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pages():
    """Markdown files of the repository, those of build folders left out."""
    kept = [p for p in ROOT.glob("*.md")]
    for folder in ("docs", "tests", "models", "examples"):
        kept += [p for p in (ROOT / folder).rglob("*.md") if "node_modules" not in p.parts]
    return kept


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def anchors(page):
    """The names that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def tables(text):
    """The rows of all tables of a page, each a list of cells."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]


def section(text, title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)[1]


class Links(unittest.TestCase):
    def test_every_link_leads_to_a_file_and_heading(self):
        for page in pages():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                with self.subTest(page=str(page.relative_to(ROOT)), link=target):
                    self.assertTrue(file.exists())
                    self.assertTrue(not anchor or anchor in anchors(file))

    def test_pages_show_the_examples_as_they_are(self):
        for page in pages():
            for name, code in re.findall(r"`(examples/[^`]+)`:\n+```\w+\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
                with self.subTest(page=str(page.relative_to(ROOT)), example=name):
                    self.assertEqual(code, (ROOT / name).read_text())

    def test_the_index_names_every_page(self):
        text = (ROOT / "docs/README.md").read_text()
        listed = {(ROOT / "docs" / t).resolve() for t in re.findall(r"\]\(([^)#\s]+)\)", text)}
        for page in (ROOT / "docs").rglob("*.md"):
            with self.subTest(page=str(page.relative_to(ROOT))):
                below_index = any(folder in page.parts for folder in ("decisions", "math"))
                self.assertTrue(page in listed or below_index or page.name == "README.md")


class Limits(unittest.TestCase):
    def test_every_limit_names_tests_that_exist(self):
        sources = [p.read_text() for folder in ("hourglass", "tests") for p in (ROOT / folder).rglob("*_test.cpp")]
        known = {f"{suite}.{name}" for text in sources
                 for suite, name in re.findall(r"^(?:TEST|TEST_F|RC_GTEST_PROP)\((\w+),\s*(\w+)", text, re.MULTILINE)}
        rows = [row for row in tables((ROOT / "docs/limits.md").read_text()) if row[-1] != "tests" and "---" not in row[-1]]
        self.assertGreater(len(rows), 20)
        for row in rows:
            names = re.findall(r"`(\w+\.\w+)`", row[-1])
            with self.subTest(limit=row[0]):
                self.assertTrue(names)
                self.assertEqual([name for name in names if name not in known], [])


class Figures(unittest.TestCase):
    def setUp(self):
        self.readme = (ROOT / "README.md").read_text()

    def rows(self, title):
        """The rows of README's section, without the head of its table."""
        return [row for row in tables(section(self.readme, title))[2:]]

    def test_results_are_those_of_docs_results(self):
        known = {re.sub(r"\[(.*?)\]\(.*", r"\1", row[0]): " | ".join(row[1:])
                 for row in tables((ROOT / "docs/results.md").read_text())}
        rows = self.rows("Results")
        self.assertGreater(len(rows), 4)
        for recipe, loss, published, note in rows:
            with self.subTest(recipe=recipe):
                self.assertRegex(known[recipe], rf"\b{re.escape(loss)}\b")
                self.assertTrue(known[recipe].startswith(published + ","))
                for other, reached in re.findall(r"([\w-]+) \(\d+ epochs\) reaches (\d+\.\d+)", note):
                    self.assertRegex(known[other], rf"\bbce {re.escape(reached)}\b")

    def test_every_figure_of_results_stands_on_a_page(self):
        text = (ROOT / "docs/results.md").read_text() + (ROOT / "docs/anomaly.md").read_text()
        for figure in re.findall(r"\b0\.\d+", section(self.readme, "Results")):
            with self.subTest(figure=figure):
                self.assertRegex(text, rf"\b{re.escape(figure)}\b")

    def test_speeds_are_those_of_docs_performance(self):
        known = {row[0]: row for row in tables((ROOT / "docs/performance.md").read_text()) if len(row) > 9}
        rows = self.rows("Speed")
        self.assertGreater(len(rows), 4)
        for name, ours, theirs, ratio, our_memory, their_memory in rows:
            with self.subTest(step=name):
                reference = known[name]
                self.assertEqual([ours, theirs, ratio], [*reference[1:3], reference[3].split()[0]])
                self.assertEqual([our_memory, their_memory], reference[7:9])

    def test_the_headline_repeats_the_table(self):
        rows = self.rows("Speed")
        plain = sorted((row[3] for row in rows if "exact contractive" not in row[0] and "one-layer" not in row[0]), key=float)
        contractive = sorted((row[3] for row in rows if row[3] not in plain), key=float)
        headline = " ".join(self.readme.split("\n## ")[0].split())
        self.assertIn(f"{plain[0]} to {plain[-1]} times as fast", headline)
        self.assertIn(f"({contractive[0]} to {contractive[-1]} times with a contractive penalty)", headline)
        self.assertIn("less than a third of the memory", headline)
        self.assertTrue(all(3 * float(row[4]) < float(row[5]) for row in rows))


if __name__ == "__main__":
    unittest.main()
