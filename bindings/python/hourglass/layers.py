"""Layer lists as people write them, made what a recipe says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

Layer = Union[int, str, Mapping[str, Any]]


def recipe_layers(layers: Sequence[Layer]) -> list[Any]:
    """A recipe's list: a number stands for a dense layer of so many units."""
    return [layer if isinstance(layer, (str, Mapping)) else {"dense": int(layer)} for layer in layers]


def default_encoder(features: int) -> list[Any]:
    """Half of the features, then a code of a quarter."""
    hidden, code = min(max(features // 2, 4), 256), min(max(features // 4, 2), 64)
    return recipe_layers([hidden, "relu", code])


def mirrored(encoder: Sequence[Any], features: int) -> list[Any]:
    """The decoder that goes the encoder's way back: its dense sizes in reverse, each followed by what follows it there.

    The last layer, of `features` units, is linear. Raises ValueError when the encoder has layers that are not dense.
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
