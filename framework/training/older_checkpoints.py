"""Settings in checkpoints of older versions, as those of today: what could not be chosen then.

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

#: Kind of run -> what version 2 did not say, since there was no choice.
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
    """What `metadata` of a checkpoint says about its training, as a version 3 says it."""
    training = dict(metadata.get("training", {}))
    if not training or metadata["schema_version"] >= 3:
        return training
    run = training.get("run") or ("word_vectors" if "negative" in training else "language_model")
    arguments = {"arguments": metadata["arguments"]}
    return {**arguments, **_ADDED.get(run, {}), "run": run, **training}
