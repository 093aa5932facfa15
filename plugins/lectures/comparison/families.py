"""The families of text classifiers that `gradus compare` trains, each in its plainest form.

Source: CS224n lecture 11, section 3.4; Vaswani et al., "Attention Is All You Need" (2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from framework.errors import UnknownNameError, UsageError


@dataclass(frozen=True)
class Family:
    """One kind of classifier.

    Attributes:
        encoder: registered name of the layer that reads the words; empty for a bag of vectors.
        pooling: how one vector is made of what it says of all words.
        in_order: whether it takes the words one after the other, each with a matrix product.
    """

    encoder: str = ""
    pooling: str = ""
    in_order: bool = False

    def model(self) -> str:
        """Its registry name."""
        return "sequence_classifier" if self.encoder else "deep_averaging_network"

    def arguments(self, embedding_size: int, hidden_size: int, width: int) -> dict[str, Any]:
        """Arguments of its constructor, without the sizes of vocabulary and classes."""
        if not self.encoder:
            return {"embedding_size": embedding_size, "hidden_sizes": [hidden_size]}
        return {
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "encoder": self.encoder,
            "pooling": self.pooling,
            "width": width,
        }


#: By name, in the order of the lecture.
FAMILIES = {
    "bag": Family(),
    "window": Family("conv1d", "mean"),
    "cnn": Family("conv1d", "max"),
    "rnn": Family("rnn", "max", in_order=True),
    "rnn_last": Family("rnn", "last", in_order=True),
    "lstm": Family("lstm", "max", in_order=True),
    "gru": Family("gru", "max", in_order=True),
    "qrnn": Family("qrnn", "max"),
    "transformer": Family("transformer_layer", "mean"),
}


def chosen_families(names: Sequence[str]) -> dict[str, Family]:
    """Return the families of these names, in this order.

    Raises:
        UnknownNameError: there is no such family.
        UsageError: there is none, or one is named twice.
    """
    for name in names:
        if name not in FAMILIES:
            raise UnknownNameError("family of models", name, FAMILIES)
    if not names or len(set(names)) < len(names):
        raise UsageError(f"name each family once: {', '.join(names) or 'there is none'}")
    return {name: FAMILIES[name] for name in names}
