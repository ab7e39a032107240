"""Training on arrays with a recipe."""

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
    """Train a model with a recipe.

    Parameters
    ----------
    recipe : path, str or dict
        The path of a recipe file; its text, which is recognised by a line break; or the same content as a dict.
        ``data.source`` is ignored, because the rows are passed as an argument.
    rows : array of shape (rows, features), (rows, height, width) or (rows, channels, height, width)
        uint8 values are pixels, which ``scale = "unit"`` divides by 255; all others are converted to 32-bit floats.
    test : array, optional
        Rows on which the reconstruction loss is measured after every epoch.
    init : Model, optional
        Model whose weights training starts from.
    overrides : list of str
        Changes of the recipe, as in the ``--set`` option of the program: ``["train.epochs=3"]``.
    threads : int
        Number of threads; 0: the fastest number. The result does not depend on it.
    callback : callable, optional
        Called after every epoch with a dict, a line of the program's metrics.jsonl: epoch, train, validation and test
        if there are such rows, seconds, samples_per_second. An exception ends the training and is raised again here.

    The global interpreter lock is released while training. Ctrl-C ends training with KeyboardInterrupt. Messages, such
    as an early stop, go to the logger ``hourglass``. Training that diverges raises ``RuntimeFailure``.
    """

    def on_epoch(line: str) -> None:
        if callback is not None:
            callback(json.loads(line))

    return _core.train(recipe_json(recipe, overrides), rows, test, init, threads, on_epoch, _log.info)


def recipe_json(recipe: Recipe, overrides: Sequence[str] = ()) -> str:
    """The recipe as JSON, for the C++ module."""
    changes = [*overrides, f"data.source={_SOURCE}"]
    if isinstance(recipe, Mapping):
        tree = {**recipe, "data": {**recipe.get("data", {}), "source": _SOURCE}}
        # Numbers of NumPy, for example from a parameter grid, are converted to those of Python.
        text = _core.recipe_toml(json.dumps(tree, default=lambda value: value.item()))
        return _core.parse_recipe(text, changes)
    if isinstance(recipe, str) and "\n" in recipe:
        return _core.parse_recipe(recipe, changes)
    return _core.read_recipe(recipe, changes)
