"""What test files call: agreement, gradients, causality, training."""

from autograder.checks.equality import after_call, agrees, equal, finite, refuses
from autograder.checks.failures import CheckFailed, expect
from autograder.checks.frequencies import follows
from autograder.checks.gradients import gradients_agree
from autograder.checks.language import (
    lend_language_model,
    log_softmax,
    no_look_ahead,
    perplexity,
    perplexity_ratio,
)
from autograder.checks.metric_threshold import HIGHER, LOWER
from autograder.checks.paired_models import Twins, in_float32, twins
from autograder.checks.sanity_checks import knows_nothing, overfits, overfits_text
from autograder.checks.training import (
    classifier_chunks,
    language_model_chunks,
    train_classifier,
    train_language_model,
)
from autograder.isolation.host.callbacks import lend
from autograder.isolation.host.remote import assign, built, part

__all__ = [
    "HIGHER",
    "LOWER",
    "CheckFailed",
    "Twins",
    "after_call",
    "agrees",
    "assign",
    "built",
    "classifier_chunks",
    "equal",
    "expect",
    "finite",
    "follows",
    "gradients_agree",
    "in_float32",
    "knows_nothing",
    "language_model_chunks",
    "lend",
    "lend_language_model",
    "log_softmax",
    "no_look_ahead",
    "overfits",
    "overfits_text",
    "part",
    "perplexity",
    "perplexity_ratio",
    "refuses",
    "train_classifier",
    "train_language_model",
    "twins",
]
