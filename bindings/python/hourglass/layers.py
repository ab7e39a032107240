"""Conversion of layer lists to the form of recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

Layer = Union[int, str, Mapping[str, Any]]


def recipe_layers(layers: Sequence[Layer]) -> list[Any]:
    """Layer list of a recipe; a number means a dense layer with that many units."""
    return [layer if isinstance(layer, (str, Mapping)) else {"dense": int(layer)} for layer in layers]


def default_encoder(features: int) -> list[Any]:
    """Default encoder: half as many units as features, then a code of a quarter."""
    hidden, code = min(max(features // 2, 4), 256), min(max(features // 4, 2), 64)
    return recipe_layers([hidden, "relu", code])


def mirrored(encoder: Sequence[Any], features: int) -> list[Any]:
    """Mirrored decoder: the dense layers of the encoder in reverse order, each with the activations that follow it there.

    The last layer has `features` units and is linear. Raises ValueError if the encoder has convolutions or pooling.
    """
    blocks: list[tuple[int, list[Any]]] = []
    for layer in encoder:
        if isinstance(layer, Mapping) and "dense" in layer:
            blocks.append((layer["dense"], []))
        elif isinstance(layer, Mapping) and any(key.startswith(("conv", "max_pool")) for key in layer):
            raise ValueError(f"decoder: only dense encoders are mirrored, {dict(layer)} is in this one; give a decoder")
        elif blocks and not (isinstance(layer, Mapping) and "topk" in layer):
            blocks[-1][1].append(layer)
    decoder: list[Any] = []
    for size, activations in reversed(blocks[:-1]):
        decoder += [{"dense": size}, *activations]
    return [*decoder, {"dense": features}]
