"""What test files call: agreement, gradients, causality, training.

The modules behind most names are imported on first use: a check of one layer needs few of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# Imported at once: these functions have the names of their modules.
from autograder.checks.paired_models import PairedModels, in_float32, paired_models
from autograder.checks.trained_models import Evaluation, TrainedModels, combined, trained_models

if TYPE_CHECKING:
    from autograder.checks.best_possible import not_above, not_better_than_bayes
    from autograder.checks.callers_arrays import (
        changes_in_place,
        moves_the_callers_array,
        returns_a_float,
        returns_new_arrays,
    )
    from autograder.checks.equality import after_call, agrees, equal, finite, real_array, refuses
    from autograder.checks.failures import CheckFailed, expect
    from autograder.checks.frequencies import matches_distribution
    from autograder.checks.gradients.agreement import gradients_agree
    from autograder.checks.language import (
        language_model_callback,
        likelihood_ratio,
        log_softmax,
        no_look_ahead,
        perplexity,
        perplexity_ratio,
        same_for_large_scores,
        token_log_probabilities,
    )
    from autograder.checks.metric_threshold import HIGHER, LOWER
    from autograder.checks.sanity_checks import (
        initial_loss_is_uniform,
        new_scores_are_uniform,
        overfits,
        overfits_text,
    )
    from autograder.checks.training import (
        classifier_chunks,
        language_model_chunks,
        margin_chunks,
        share_above,
        train_classifier,
        train_language_model,
    )
    from autograder.isolation.host.callbacks import callback
    from autograder.isolation.host.remote import assign, built, part, set_attribute

__all__ = [
    "HIGHER",
    "LOWER",
    "CheckFailed",
    "Evaluation",
    "PairedModels",
    "TrainedModels",
    "after_call",
    "agrees",
    "assign",
    "built",
    "callback",
    "changes_in_place",
    "classifier_chunks",
    "combined",
    "equal",
    "expect",
    "finite",
    "gradients_agree",
    "in_float32",
    "initial_loss_is_uniform",
    "language_model_callback",
    "language_model_chunks",
    "likelihood_ratio",
    "log_softmax",
    "margin_chunks",
    "matches_distribution",
    "moves_the_callers_array",
    "new_scores_are_uniform",
    "no_look_ahead",
    "not_above",
    "not_better_than_bayes",
    "overfits",
    "overfits_text",
    "paired_models",
    "part",
    "perplexity",
    "perplexity_ratio",
    "real_array",
    "refuses",
    "returns_a_float",
    "returns_new_arrays",
    "same_for_large_scores",
    "set_attribute",
    "share_above",
    "token_log_probabilities",
    "train_classifier",
    "train_language_model",
    "trained_models",
]

#: Module -> the names that are imported from it on first use.
_LAZY = {
    "autograder.checks.best_possible": ("not_above", "not_better_than_bayes"),
    "autograder.checks.callers_arrays": (
        "changes_in_place",
        "moves_the_callers_array",
        "returns_a_float",
        "returns_new_arrays",
    ),
    "autograder.checks.equality": (
        "after_call",
        "agrees",
        "equal",
        "finite",
        "real_array",
        "refuses",
    ),
    "autograder.checks.failures": ("CheckFailed", "expect"),
    "autograder.checks.frequencies": ("matches_distribution",),
    "autograder.checks.gradients.agreement": ("gradients_agree",),
    "autograder.checks.language": (
        "language_model_callback",
        "likelihood_ratio",
        "log_softmax",
        "no_look_ahead",
        "perplexity",
        "perplexity_ratio",
        "same_for_large_scores",
        "token_log_probabilities",
    ),
    "autograder.checks.metric_threshold": ("HIGHER", "LOWER"),
    "autograder.checks.sanity_checks": (
        "initial_loss_is_uniform",
        "new_scores_are_uniform",
        "overfits",
        "overfits_text",
    ),
    "autograder.checks.training": (
        "classifier_chunks",
        "language_model_chunks",
        "margin_chunks",
        "share_above",
        "train_classifier",
        "train_language_model",
    ),
    "autograder.isolation.host.callbacks": ("callback",),
    "autograder.isolation.host.remote": ("assign", "built", "part", "set_attribute"),
}


def __getattr__(name: str) -> Any:
    """Import `name` on first use."""
    for module, names in _LAZY.items():
        if name in names:
            globals().update((one, getattr(importlib.import_module(module), one)) for one in names)
            return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
