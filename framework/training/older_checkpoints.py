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
    """Return the training settings in `metadata` of a checkpoint, in the form of version 3."""
    training = dict(metadata.get("training", {}))
    if not training or metadata["schema_version"] >= 3:
        return training
    run = training.get("run") or ("word_vectors" if "negative" in training else "language_model")
    arguments = {"arguments": metadata["arguments"]}
    return {**arguments, **_ADDED.get(run, {}), "run": run, **training}
