"""Anomaly detection as a scikit-learn outlier detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OutlierMixin
from sklearn.utils.validation import check_is_fitted

from .estimator import RecipeEstimator
from .layers import recipe_layers
from .training import train

EVIDENCE = ("input_neighbour", "rank_neighbour", "output_neighbour")


@dataclass(repr=False, eq=False)
class AnomalyDetector(OutlierMixin, RecipeEstimator):
    """Finds rows unlike most others, using an autoencoder trained on all rows.

    The score of a row combines its distances from a near stored row in its values, in their ranks and between the
    reconstructions. docs/anomaly.md defines it and explains the defaults: robust scaling,
    strong noise, and a trimmed loss. Labels are not needed.

    Parameters
    ----------
    contamination : "auto" or float in (0, 0.5]
        Fraction of the training rows to label as abnormal; "auto": the rows above the threshold of the model, about 5 %.
    encoder, decoder : list of layers, optional
        As for Autoencoder. Default: one linear layer each, with as many units as features.
    noise : float
        Standard deviation of the noise in training, in robust standard deviations (interquartile range / 1.349).
    trim : float
        Fraction of rows, those with the largest error, left out of the loss.
    epochs : int, optional
        Default: the number that gives about 4,000 steps.
    batch_size : int
    learning_rate : float
    optimizer : str or dict
        As for Autoencoder.
    evidence : list of str
        What the score combines; an empty list: the mean squared residual alone, as up to version 0.1.
    n_models : int
        Number of models with consecutive seeds whose scores are averaged.
    n_jobs : int, optional
        Number of threads; default: the fastest number. Results do not depend on it.
    random_state : int, RandomState or None

    Attributes
    ----------
    models_ : list of Model
        Can be saved as files for ``hourglass score``.
    offset_ : float
        Threshold of score_samples: rows below it are abnormal.
    n_features_in_ : int

    Examples
    --------
    >>> from hourglass import AnomalyDetector
    >>> abnormal = AnomalyDetector(contamination=0.02).fit_predict(X) == -1
    """

    contamination: str | float = "auto"
    _: KW_ONLY
    noise: float = 2.0
    trim: float = 0.1
    epochs: int | None = None
    evidence: Sequence[str] = EVIDENCE
    n_models: int = 1

    def fit(self, X: ArrayLike, y: object = None) -> AnomalyDetector:
        """Train on the rows of X, most of which should be normal; y is ignored."""
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
        """Anomaly scores with the opposite sign: higher is more normal, -1 is the threshold of the models."""
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
        steps_per_epoch = -(-rows // self.batch_size)
        epochs = max(10, 4000 // steps_per_epoch) if self.epochs is None else self.epochs
        return {
            "data": {"scale": "robust"},
            "model": self._layers(recipe_layers([self.n_features_in_])),
            "objective": {"reconstruction": "mse", "trim": self.trim},
            "corruption": {"gaussian": self.noise},
            "train": self._training(epochs, seed),
            "anomaly": {"quantile": quantile, "evidence": list(self.evidence)},
        }
