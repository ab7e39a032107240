"""Hourglass: autoencoders for NumPy arrays.

``train`` trains a ``Model`` from a recipe and NumPy arrays. ``Autoencoder`` and ``AnomalyDetector`` are scikit-learn
estimators; only they require scikit-learn. Model files are compatible with the hourglass program.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._core import Error, Model, RuntimeFailure, __version__
from .training import train

if TYPE_CHECKING:
    from .anomaly import AnomalyDetector
    from .autoencoder import Autoencoder

__all__ = ["AnomalyDetector", "Autoencoder", "Error", "Model", "RuntimeFailure", "__version__", "train"]

for _name in (Error, Model, RuntimeFailure):
    _name.__module__ = "hourglass"
del _name


def __getattr__(name: str) -> Any:
    # Importing scikit-learn takes a second, and it is not required for models.
    modules = {"Autoencoder": "autoencoder", "AnomalyDetector": "anomaly"}
    if name not in modules:
        raise AttributeError(f"module 'hourglass' has no attribute {name!r}")
    return getattr(import_module(f".{modules[name]}", __name__), name)
