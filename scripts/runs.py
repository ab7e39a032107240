"""Run folders for scripts: the recipe of a run, whether it is finished, and its metrics. Standard library only.

$HOURGLASS names the program (default build/release/hourglass).
"""

import hashlib
import json
import os
import subprocess
import sys
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(os.environ.get("HOURGLASS", ROOT / "build" / "release" / "hourglass")).resolve()
CONTRACTIVE = "objective.contractive"


def hourglass(*words):
    """Output of the program; an error of the program ends the script."""
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"{PROGRAM} does not exist; build it or name the program in $HOURGLASS")
    result = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"hourglass {' '.join(map(str, words))}\nexited with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


@cache
def shipped_recipes():
    """Every shipped recipe by its name, with all defaults."""
    return {entry["name"]: entry["recipe"] for entry in json.loads(hourglass("recipes", "--json"))}


def flat(table, prefix=""):
    """{"train.epochs": 3, …}"""
    keys = {}
    for key, value in table.items():
        keys |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return keys


def differences(recipe, shipped):
    """{key: (value, shipped value)} of the relevant differences. A recipe without a contractive penalty counts as weight 0."""
    a, b = flat(recipe), flat(shipped)
    if not recipe["objective"].get("contractive") and shipped["objective"].get("contractive"):
        a |= {key: value for key, value in b.items() if key.startswith(CONTRACTIVE)} | {f"{CONTRACTIVE}.weight": 0.0}
    keys = {key for key in a.keys() | b.keys() if key != "description" and not key.startswith("train.checkpoint.")}
    return {key: (a.get(key), b.get(key)) for key in sorted(keys) if a.get(key) != b.get(key)}


def trains_with(*penalties):
    return lambda name, recipe: not recipe["objective"].keys().isdisjoint(penalties)


def has_layer(layer):
    return lambda name, recipe: f'"{layer}"' in json.dumps(recipe["model"])


# Metrics to measure in addition to bce or mse, by recipe: those that show whether a recipe reaches its purpose.
CONTRACTION = ("relative_contraction", "contractive")
EXTRA_METRICS = (
    (lambda name, recipe: recipe["objective"].get("reconstruction") == "mse", ("mse",)),
    (trains_with("contractive", "hessian"), CONTRACTION),
    (lambda name, recipe: name.startswith("rifai-"), (*CONTRACTION, "jacobian_frobenius")),
    (trains_with("sparse_kl"), ("mean_activation",)),
    (trains_with("sparse_l1"), ("l0",)),
    (has_layer("topk"), ("l0", "dead_frac")),
)


def extra_metrics(name, recipe):
    return tuple(dict.fromkeys(m for applies, metrics in EXTRA_METRICS if applies(name, recipe) for m in metrics))


def eval_options(recipe, metrics):
    """Options of `hourglass eval` for these metrics. The exact Jacobian of a convolutional code takes hours."""
    probes = has_layer("conv2d")("", recipe) and not set(CONTRACTION).isdisjoint(metrics)
    return (["--metrics", ",".join(metrics)] if metrics else []) + (["--probes", "16"] if probes else [])


def has_corruption(recipe):
    return any(recipe["corruption"].values())


# The optimum of a linear autoencoder is that of its training images.
OPTIMUM = ("--split", "train", "--metrics", "pca")


def card_options(name, recipe):
    """Options of `hourglass eval` for a model card, by the purpose of the recipe: its optimum, denoising, or its metrics."""
    if recipe["data"]["scale"] == "center":
        return list(OPTIMUM)
    return eval_options(recipe, extra_metrics(name, recipe)) + (["--corrupt"] if has_corruption(recipe) else [])


class Run:
    """The folder of a training run."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.weights = self.folder / "model.safetensors"

    @cached_property
    def recipe(self):
        return json.loads(hourglass("info", self.folder, "--json"))["recipe"]

    @property
    def seed(self):
        return self.recipe["train"]["seed"]

    @cached_property
    def epochs(self):
        return [json.loads(line) for line in (self.folder / "metrics.jsonl").read_text().splitlines()]

    @cached_property
    def sha256(self):
        return hashlib.sha256(self.weights.read_bytes()).hexdigest()

    def complaint(self):
        """Why this run is not finished; empty if it is."""
        for file in ("model.safetensors", "metrics.jsonl"):
            if not (self.folder / file).exists():
                return f"not finished: there is no {file}"
        done, wanted = self.epochs[-1]["epoch"], self.recipe["train"]["epochs"]
        stopped_early = "early_stopping" in self.recipe["train"] and (self.folder / "reconstructions.png").exists()
        return "" if done == wanted or stopped_early else f"not finished: {done} of {wanted} epochs"

    def nearest_recipe(self):
        """The shipped recipe with the fewest differences from this run's, and the differences other than the seed."""
        found = {name: differences(self.recipe, shipped) for name, shipped in shipped_recipes().items()}
        name = min(found, key=lambda name: len(found[name].keys() - {"train.seed"}))
        return name, {key: pair for key, pair in found[name].items() if key != "train.seed"}

    def evaluate(self, *options):
        """Result of `hourglass eval --json`, stored by its options."""
        return self.measure("eval", options, " ".join(options))

    def probe(self, *options):
        """Result of `hourglass probe --json`, stored by its options."""
        return self.measure("probe", options, " ".join(("probe", *options)))

    def measure(self, subcommand, options, key):
        """Result of `hourglass SUBCOMMAND --json`, stored under the key."""
        return self.stored(key, lambda: json.loads(hourglass(subcommand, self.folder, "--json", *options)))

    def stored(self, key, compute):
        """Result of compute(), kept next to the weights under the key until the weights change."""
        file = self.folder / "results.json"
        results = json.loads(file.read_text()) if file.exists() else {}
        if results.get("sha256") != self.sha256:
            results = {"sha256": self.sha256, "evaluations": {}}
        if key not in results["evaluations"]:
            print(f"evaluating {self.folder} {key}", file=sys.stderr)
            results["evaluations"][key] = compute()
            replace(file, json.dumps(results, indent=1) + "\n")
        return results["evaluations"][key]


def note(text):
    print(f"note: {text}", file=sys.stderr)


def run_folders(arguments):
    for argument in arguments:
        if not argument.is_dir():
            sys.exit(f"{argument}: no such folder")
        folders = [argument] if (argument / "recipe.toml").exists() else sorted(argument.iterdir())
        yield from (folder for folder in folders if (folder / "recipe.toml").exists())


def finished_runs(arguments):
    for run in map(Run, run_folders(arguments)):
        if complaint := run.complaint():
            note(f"{run.folder} is left out: {complaint}")
        else:
            yield run


def headline(metrics):
    """("mse", 0.01) if the metrics have mse, else ("bce", …)."""
    name = "mse" if "mse" in metrics else "bce"
    return name, metrics[name]


def replace(path, content):
    """Writes a file atomically: text or bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content if isinstance(content, bytes) else content.encode())
    part.replace(path)


def say_differences(differences):
    return ", ".join(f"{key} is {ours}, not {shipped}" for key, (ours, shipped) in differences.items())


def table(header, rows):
    """Markdown table without the columns that are empty in every row."""
    kept = [i for i in range(len(header)) if any(row[i] for row in rows)]
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line[i] for i in kept)} |\n" for line in lines)
