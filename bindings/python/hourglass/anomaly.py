"""Finding abnormal rows, as scikit-learn knows outlier detectors."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OutlierMixin
from sklearn.utils.validation import check_is_fitted

from .estimator import RecipeEstimator
from .layers import Layer
from .training import train


class AnomalyDetector(OutlierMixin, RecipeEstimator):
    """Finds rows that an autoencoder, trained on all of them, reconstructs badly.

    A row's score is its mean squared residual, every feature measured in the robust standard deviation of its own
    residuals. The defaults, robust scaling, strong noise and leaving out the worst rows while training, are explained
    in docs/anomaly.md. Labels are never needed.

    Parameters
    ----------
    contamination : "auto" or float in (0, 0.5]
        Share of the training rows to call abnormal; "auto": those beyond the model's own threshold, a twentieth.
    encoder, decoder : list of layers, optional
        As for Autoencoder. Default: one linear layer each, as wide as there are features.
    noise : float
        Standard deviation of the noise while training, in robust standard deviations (1/1.349 of the quartiles' distance).
    trim : float
        Share of rows, those reconstructed worst, left out of the loss.
    epochs : int, optional
        Default: as many as take some 4,000 steps.
    batch_size : int
    learning_rate : float
    optimizer : str or dict
        As for Autoencoder.
    n_models : int
        Models, of seeds one after the other, whose scores are averaged.
    n_jobs : int, optional
        Threads; default as many as pay. Results do not depend on it.
    random_state : int, RandomState or None

    Attributes
    ----------
    models_ : list of Model
        Can be saved as files, which ``hourglass score`` takes.
    offset_ : float
        What score_samples is compared with: rows below it are abnormal.
    n_features_in_ : int

    Examples
    --------
    >>> from hourglass import AnomalyDetector
    >>> abnormal = AnomalyDetector(contamination=0.02).fit_predict(X) == -1
    """

    def __init__(
        self,
        contamination: str | float = "auto",
        *,
        encoder: Sequence[Layer] | None = None,
        decoder: Sequence[Layer] | None = None,
        noise: float = 2.0,
        trim: float = 0.1,
        epochs: int | None = None,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        optimizer: str | dict[str, float] = "adam",
        n_models: int = 1,
        n_jobs: int | None = None,
        random_state: int | RandomState | None = None,
    ) -> None:
        self.contamination = contamination
        self.encoder = encoder
        self.decoder = decoder
        self.noise = noise
        self.trim = trim
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.n_models = n_models
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> AnomalyDetector:
        """Train on the rows of X, which are mostly normal; y is ignored."""
        share = self._share()
        if self.n_models < 1:
            raise ValueError(f"n_models: expected at least 1, found {self.n_models}")
        rows = self._rows(X, reset=True)
        first = self._seed()
        quantile = 0.95 if share is None else 1 - share
        recipes = [self._recipe(len(rows), first + k, quantile) for k in range(self.n_models)]
        self.models_ = [train(recipe, rows, threads=self._threads()) for recipe in recipes]
        self.offset_ = -1.0 if share is None else float(np.percentile(self._scores(rows), 100 * share))
        return self

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Higher is more normal; -1 is the models' own threshold."""
        check_is_fitted(self)
        return self._scores(self._rows(X, reset=False))

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """``score_samples(X) - offset_``: below 0 for abnormal rows."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """-1 for abnormal rows, 1 for the others."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _share(self) -> float | None:
        """The contamination; None for the models' own threshold."""
        share = self.contamination
        if isinstance(share, str) and share == "auto":
            return None
        if isinstance(share, str) or not isinstance(share, Real) or not 0 < share <= 0.5:
            raise ValueError(f"contamination: expected 'auto' or a number in (0, 0.5], found {share!r}")
        return float(share)

    def _scores(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = np.mean(
            [model.anomaly_scores(rows, self._threads()) for model in self.models_], axis=0
        )
        return -scores

    def _recipe(self, rows: int, seed: int, quantile: float) -> dict[str, Any]:
        features = self.n_features_in_
        encoder = [features] if self.encoder is None else self.encoder
        steps_per_epoch = -(-rows // self.batch_size)
        epochs = max(10, 4000 // steps_per_epoch) if self.epochs is None else self.epochs
        return {
            "data": {"scale": "robust"},
            "model": self._model_section(encoder, self.decoder, features),
            "objective": {"reconstruction": "mse", "trim": self.trim},
            "corruption": {"gaussian": self.noise},
            "train": self._train_section(epochs, seed),
            "anomaly": {"quantile": quantile},
        }
