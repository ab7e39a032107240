"""Common base of the two estimators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from . import _core
from .layers import Layer, mirrored, recipe_layers


@dataclass(repr=False, eq=False, kw_only=True)
class RecipeEstimator(BaseEstimator):
    """An estimator whose parameters, the fields of its dataclass, define a recipe."""

    image_shape: ClassVar[Any] = None

    encoder: Sequence[Layer] | None = None
    decoder: Sequence[Layer] | None = None
    batch_size: int = 128
    learning_rate: float = 1e-3
    optimizer: str | Mapping[str, float] = "adam"
    n_jobs: int | None = None
    random_state: int | RandomState | None = None

    def _rows(self, X: ArrayLike, *, reset: bool) -> NDArray[Any]:
        """X as an array of float32 or uint8 of shape (rows, features), or of images if image_shape is set."""
        _core.refuse_masked(X, "X")  # scikit-learn drops the mask
        rows: NDArray[Any] = self._validate_data(X, reset=reset, dtype=[np.float32, np.uint8])
        return rows if self.image_shape is None else rows.reshape(len(rows), *self.image_shape)

    def _seed(self) -> int:
        """Seed of the recipe: random_state if it is an integer, so that the program trains the same model with it."""
        if isinstance(self.random_state, Integral):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _threads(self) -> int:
        return self.n_jobs if self.n_jobs is not None and self.n_jobs > 0 else 0

    def _layers(self, default_encoder: list[Any]) -> dict[str, Any]:
        encoder = default_encoder if self.encoder is None else recipe_layers(self.encoder)
        decoder = mirrored(encoder, self.n_features_in_) if self.decoder is None else recipe_layers(self.decoder)
        return {"encoder": encoder, "decoder": decoder}

    def _training(self, epochs: int, seed: int) -> dict[str, Any]:
        optimizer = {self.optimizer: self.learning_rate} if isinstance(self.optimizer, str) else self.optimizer
        return {"epochs": epochs, "batch_size": self.batch_size, "optimizer": optimizer, "seed": seed}
