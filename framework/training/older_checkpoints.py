"""Conversion of the settings in checkpoints of older versions.

Version 1 says nothing about training; version 2 has the options that each kind of run had.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CLASSIFIER = {
    "clip": None,
    "schedule": None,
    "hold": 1,
    "summed": False,
    "initial_range": None,
    "keep": "best",
}

#: Options that version 3 did not have at first, and the values that runs without them had.
_LATER: dict[str, Any] = {"weight_decay": 0.0}
_LATER_BY_KIND: dict[str, dict[str, Any]] = {
    "language_model": {"highway_bias": None},
    "text_classifier": {"characters": False},
}

#: Kind of run -> the settings that were fixed in version 2.
_ADDED: dict[str, dict[str, Any]] = {
    "language_model": {"keep": "last"},
    "tagger": _CLASSIFIER,
    "text_classifier": _CLASSIFIER,
    "word_vectors": {
        "batch_size": 256,
        "optimizer": "sgd",
        "schedule": "linear_decay",
        "hold": 1,
        "clip": None,
        "summed": True,
        "precision": "float32",
        "initial_range": None,
        "keep": "last",
    },
}


def upgraded(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the training settings in `metadata` of a checkpoint, with all that there are now."""
    training = dict(metadata.get("training", {}))
    if not training:
        return training
    third = training if metadata["schema_version"] >= 3 else _third(training, metadata)
    return {**_LATER, **_LATER_BY_KIND.get(third.get("run", ""), {}), **third}


def _third(training: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings `training` of version 2 in the form of version 3."""
    run = training.get("run") or ("word_vectors" if "negative" in training else "language_model")
    arguments = {"arguments": metadata["arguments"]}
    return {**arguments, **_ADDED.get(run, {}), "run": run, **training}
