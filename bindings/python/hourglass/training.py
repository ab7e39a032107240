"""Training by a recipe on arrays."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

from numpy.typing import ArrayLike

from . import _core

Recipe = Union[str, "os.PathLike[str]", Mapping[str, Any]]

_log = logging.getLogger("hourglass")
_SOURCE = "arrays"


def train(
    recipe: Recipe,
    rows: ArrayLike,
    *,
    test: ArrayLike | None = None,
    init: _core.Model | None = None,
    overrides: Sequence[str] = (),
    threads: int = 0,
    callback: Callable[[dict[str, Any]], object] | None = None,
) -> _core.Model:
    """Train a model by a recipe.

    Parameters
    ----------
    recipe : path, str or dict
        A recipe file; its text, which is told from a path by a line break in it; or the same tree as a dict.
        ``data.source`` is left aside, the rows are here.
    rows : array of shape (rows, features), (rows, height, width) or (rows, channels, height, width)
        uint8 is taken as pixels, which ``scale = "unit"`` divides by 255; everything else as 32-bit floats.
    test : array, optional
        Rows to measure the reconstruction on after every epoch.
    init : Model, optional
        Start from its weights.
    overrides : list of str
        What beats the recipe, as the program's ``--set`` takes it: ``["train.epochs=3"]``.
    threads : int
        0: as many as pay. The result is the same on any number.
    callback : callable, optional
        Called after every epoch with a dict: epoch, train, validation and test where there are such, seconds,
        samples_per_second, as in the program's metrics.jsonl. What it raises ends the training and is raised here.

    Python's lock is free while training. Ctrl-C ends it with KeyboardInterrupt. What the trainer has to tell, an early
    stop for instance, goes to the logger ``hourglass``. Training that diverges raises ``RuntimeFailure``.
    """

    def on_epoch(line: str) -> None:
        if callback is not None:
            callback(json.loads(line))

    return _core.train(recipe_json(recipe, overrides), rows, test, init, threads, on_epoch, _log.info)


def recipe_json(recipe: Recipe, overrides: Sequence[str] = ()) -> str:
    """The recipe as the C++ side reads it."""
    changes = [*overrides, f"data.source={_SOURCE}"]
    if isinstance(recipe, Mapping):
        tree = {**recipe, "data": {**recipe.get("data", {}), "source": _SOURCE}}
        # NumPy's numbers, from a parameter grid for instance, know how to become Python's.
        text = _core.recipe_toml(json.dumps(tree, default=lambda value: value.item()))
        return _core.parse_recipe(text, changes)
    if isinstance(recipe, str) and "\n" in recipe:
        return _core.parse_recipe(recipe, changes)
    return _core.read_recipe(recipe, changes)
