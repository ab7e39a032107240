"""An autoencoder as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from . import _core
from .estimator import RecipeEstimator
from .layers import Layer, default_encoder
from .training import recipe_json, train


@dataclass(repr=False, eq=False)
class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, RecipeEstimator):
    """Autoencoder with any sum of penalties; ``transform`` computes the codes (latent vectors, embeddings).

    Parameters
    ----------
    encoder : list of layers, optional
        As in a recipe: ``{"dense": 64}``, ``{"conv2d": 8, "kernel": 3}``, ``"relu"``, ``{"topk": 16}``; a number means a
        dense layer. Default: half as many units as features, relu, a code of a quarter.
    decoder : list of layers, optional
        Likewise; the last layer has as many units as features. Default: the mirrored encoder, if it is dense.
    penalties : dict, optional
        Penalties of [objective] in the recipe: ``{"contractive": 1e-4, "sparse_kl": {"weight": 1e-3, "target": 0.1}}``. A number
        is a weight.
    corruption : dict, optional
        ``{"gaussian": 0.2}``, ``{"masking": 0.25}`` or ``{"salt_pepper": 0.1}``: a denoising autoencoder.
    reconstruction : "bce" or "mse", optional
        Default: bce if the decoder ends in a sigmoid, else mse.
    trim : float
        Fraction of rows, those with the largest error, left out of the loss.
    tied : bool
        Use the transposed weights of the encoder in the decoder.
    init : str or dict
        "pytorch", "xavier", "he", "pca" or ``{"normal": 0.1}``.
    scale : str
        "standard", "minmax", "robust", "unit", "center" or "none"; fitted to the training rows and stored in the model.
    image_shape : tuple, optional
        Shape (channels, height, width) of every row, for convolutions.
    epochs, batch_size : int
    learning_rate : float
    optimizer : str or dict
        "adam", "adamw", "rmsprop" or "sgd" with ``learning_rate``, or with all options: ``{"sgd": 0.1, "momentum": 0.9}``.
    schedule : str or dict, optional
        ``{"cosine": 0.0, "warmup_steps": 100}``; not used by ``partial_fit``.
    early_stopping : int or dict, optional
        Number of epochs without a better validation loss, or ``{"patience": 5, "min_delta": 1e-4}``.
    validation : float
        Fraction of rows held out for validation; default 0.1 with early stopping.
    n_jobs : int, optional
        Number of threads; default: the fastest number. Results do not depend on it.
    random_state : int, RandomState or None
    callback : callable, optional
        Called after every epoch with its metrics, a dict.

    Attributes
    ----------
    model_ : Model
        Can be saved as a file for the hourglass program.
    history_ : list of dict
        Metrics of every epoch of the last ``fit``.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only if X had feature names.

    Examples
    --------
    >>> from hourglass import Autoencoder
    >>> codes = Autoencoder([32, "relu", 4], penalties={"sparse_l1": 1e-3}).fit_transform(X)
    """

    encoder: Sequence[Layer] | None = None
    decoder: Sequence[Layer] | None = None
    _: KW_ONLY
    penalties: Mapping[str, Any] | None = None
    corruption: Mapping[str, float] | None = None
    reconstruction: str | None = None
    trim: float = 0.0
    tied: bool = False
    init: str | Mapping[str, float] = "pytorch"
    scale: str = "standard"
    image_shape: tuple[int, int, int] | None = None
    epochs: int = 50
    schedule: str | Mapping[str, float] | None = None
    early_stopping: int | Mapping[str, float] | None = None
    validation: float = 0.0
    callback: Callable[[dict[str, Any]], object] | None = None

    def fit(self, X: ArrayLike, y: object = None) -> Autoencoder:
        """Train on the rows of X from new weights; y is ignored."""
        rows = self._rows(X, reset=True)
        history: list[dict[str, Any]] = []

        def record(epoch: dict[str, Any]) -> None:
            history.append(epoch)
            if self.callback is not None:
                self.callback(epoch)

        self.model_ = train(self._recipe(), rows, threads=self._threads(), callback=record)
        self.history_ = history
        return self

    def partial_fit(self, X: ArrayLike, y: object = None) -> Autoencoder:
        """Train for one pass over the rows of X, starting from the current weights; the first call fits the scaler.

        A pass that diverges raises RuntimeFailure and leaves the estimator as it was.
        """
        is_new = not hasattr(self, "model_")
        before = dict(vars(self))
        try:
            rows = self._rows(X, reset=is_new)
            if is_new:
                self.model_ = _core.begin_model(recipe_json(self._recipe()), rows)
            self.model_.train_on(rows, self._threads())
        except ValueError:
            vars(self).clear()
            vars(self).update(before)
            raise
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Compute the codes of X: (rows, units)."""
        check_is_fitted(self)
        codes = self.model_.encode(self._rows(X, reset=False), self._threads())
        return codes.reshape(len(codes), -1)

    def inverse_transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Decode codes (rows, units) to (rows, features), in the units of the training rows."""
        check_is_fitted(self)
        _core.refuse_masked(X, "X")
        codes = check_array(X, dtype=np.float32)
        decoded = self.model_.decode(codes, self._threads())
        return decoded.reshape(len(decoded), -1)

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Negative mean squared residual of every row in scaled units: higher is better."""
        check_is_fitted(self)
        return -self.model_.errors(self._rows(X, reset=False), self._threads())

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Mean of ``score_samples``; y is ignored."""
        return float(np.mean(self.score_samples(X)))

    def _recipe(self) -> dict[str, Any]:
        penalties = {
            name: {"weight": value} if not isinstance(value, Mapping) else value
            for name, value in (self.penalties or {}).items()
        }
        objective: dict[str, Any] = {"trim": self.trim, **penalties}
        if self.reconstruction is not None:
            objective["reconstruction"] = self.reconstruction
        training = self._training(self.epochs, self._seed())
        if self.schedule is not None:
            training["schedule"] = self.schedule
        if self.early_stopping is not None:
            patience = self.early_stopping
            training["early_stopping"] = patience if isinstance(patience, Mapping) else {"patience": patience}
        layers = self._layers(default_encoder(self.n_features_in_))
        return {
            "data": {"scale": self.scale, "validation": self.validation},
            "model": {**layers, "tied": self.tied, "init": self.init},
            "objective": objective,
            "corruption": dict(self.corruption or {}),
            "train": training,
        }

    @property
    def _n_features_out(self) -> int:
        return int(np.prod(self.model_.code_shape))

    def _more_tags(self) -> dict[str, Any]:
        reason = "the last binary digit of a row's values may depend on its position among the rows"
        checks = ("check_methods_sample_order_invariance", "check_methods_subset_invariance")
        return {"preserves_dtype": [np.float32], "_xfail_checks": dict.fromkeys(checks, reason)}
