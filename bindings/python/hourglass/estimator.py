"""Common base of the two estimators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from .layers import Layer, default_encoder, mirrored, recipe_layers


class RecipeEstimator(BaseEstimator):
    """An estimator whose parameters define a recipe."""

    image_shape: tuple[int, int, int] | None = None
    batch_size: int
    learning_rate: float
    optimizer: str | Mapping[str, float]
    n_jobs: int | None
    random_state: int | RandomState | None

    def _rows(self, X: ArrayLike, *, reset: bool) -> NDArray[Any]:
        """X as an array of float32 or uint8 of shape (rows, features), or of images if image_shape is set."""
        rows: NDArray[Any] = self._validate_data(X, reset=reset, dtype=[np.float32, np.uint8])
        return rows if self.image_shape is None else rows.reshape(len(rows), *self.image_shape)

    def _seed(self) -> int:
        """Seed of the recipe: random_state if it is an integer, so that the program trains the same model with it."""
        if isinstance(self.random_state, Integral):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _threads(self) -> int:
        return self.n_jobs if self.n_jobs is not None and self.n_jobs > 0 else 0

    def _model_section(
        self, encoder: Sequence[Layer] | None, decoder: Sequence[Layer] | None, features: int
    ) -> dict[str, Any]:
        layers = default_encoder(features) if encoder is None else recipe_layers(encoder)
        return {
            "encoder": layers,
            "decoder": mirrored(layers, features) if decoder is None else recipe_layers(decoder),
        }

    def _train_section(self, epochs: int, seed: int) -> dict[str, Any]:
        optimizer = {self.optimizer: self.learning_rate} if isinstance(self.optimizer, str) else self.optimizer
        return {"epochs": epochs, "batch_size": self.batch_size, "optimizer": optimizer, "seed": seed}
