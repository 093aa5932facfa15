"""What test files call; all raise `CheckFailed` where the code under test is wrong.

equality            comparing two values; how a check fails
separate_instances  two instances of a class, used in turn
single_calls        single functions: agreement, exceptions, the caller's arrays, peak memory
paired_models       a submitted model beside the reference, with the same parameters
gradients           backward against differences of forward, and many times in time
gradient_search     the worst entry of a wrong gradient
numerical_gradients numerical derivatives with error bounds
gradient_probe      a remote model as a function of named arrays
language            language models, step by step
training            training a submitted model from the grader's side
trained_models      a trained model, and the reference with its parameters
sanity_checks       what is known before a long training
metric_threshold    metrics of trained models, and their thresholds
chance              scores that are too good, and frequencies of random draws
host_limits         time and memory that a check may take of the grader's process
"""

from autograder.checks.chance import (
    fits_distributions,
    matches_distribution,
    not_above,
    not_better_than_bayes,
)
from autograder.checks.equality import CheckFailed, equal, expect, finite, real_array
from autograder.checks.gradients import gradients_agree
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
from autograder.checks.paired_models import PairedModels, in_float32, paired_models
from autograder.checks.sanity_checks import (
    new_scores_are_uniform,
    overfits,
    overfits_text,
)
from autograder.checks.separate_instances import InstanceCalls, used_in_turn
from autograder.checks.single_calls import (
    after_call,
    agrees,
    arrays_are_fixed,
    changes_in_place,
    measured_passes,
    moves_the_callers_array,
    refuses,
    returns_a_float,
    returns_new_arrays,
    without_warning,
)
from autograder.checks.trained_models import (
    ConfirmableMetric,
    TrainedModels,
    combined,
    trained_models,
)
from autograder.checks.training import (
    classifier_chunks,
    language_model_chunks,
    margin_chunks,
    share_above,
)
from autograder.course.thresholds import HIGHER, LOWER
from autograder.sandbox.session.requests import assign, built, callback, part, set_attribute

__all__ = [
    "HIGHER", "LOWER", "CheckFailed", "ConfirmableMetric", "InstanceCalls", "PairedModels",
    "TrainedModels", "after_call", "agrees", "arrays_are_fixed", "assign", "built", "callback",
    "changes_in_place", "classifier_chunks", "combined", "equal", "expect", "finite",
    "fits_distributions", "gradients_agree", "in_float32", "language_model_callback",
    "language_model_chunks", "likelihood_ratio", "log_softmax", "margin_chunks",
    "matches_distribution", "measured_passes", "moves_the_callers_array", "new_scores_are_uniform",
    "no_look_ahead", "not_above", "not_better_than_bayes", "overfits", "overfits_text",
    "paired_models", "part", "perplexity", "perplexity_ratio", "real_array", "refuses",
    "returns_a_float", "returns_new_arrays", "same_for_large_scores", "set_attribute",
    "share_above", "token_log_probabilities", "trained_models", "used_in_turn", "without_warning",
]  # fmt: skip
