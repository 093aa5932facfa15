"""Submissions that would earn the points of a trained check without a model that has learned.

``tests/data/unearned/EXERCISE/ATTACK.py`` holds them: what each of them does stands in its first
line. They may use the solution as `right_answer`, so that they pass the other checks.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from repository import ROOT

from autograder.course.reading import find_course
from autograder.grading.grader import Grader
from autograder.grading.setting import GradingSetting
from autograder.sandbox.runners import choose
from autograder.submissions.submission import Staging, Submission, SubmittedFile
from framework.providers.plugins import Plugins

HERE = ROOT / "tests/data/unearned"
COURSE = find_course(HERE)

#: Attack -> the check that it must not pass, and what is said to it.
ATTACKS = {
    "rnn_lm/remembers_texts": ("test_perplexity", "forward or backward is wrong"),
    "rnn_lm/counts_words": ("test_perplexity", "network of this exercise with the parameters"),
    "rnn_lm/learns_pairs": ("test_perplexity", "network of this exercise with the parameters"),
    "gated_lm/learns_pairs": ("test_perplexity", "network of this exercise with the parameters"),
    "deep_text_cnn/lies_without_shortcuts": (
        "test_depth_needs_shortcuts",
        "all that a model knows must be in its parameters",
    ),
    "window_lm/knows_source": ("test_perplexity", "divided by that of the text's own source"),
    "conditional_lm/asked_twice": ("test_perplexity", "divided by that of their own source"),
    "text_cnn/reads_labels": ("test_accuracy", "network of this exercise"),
    "word2vec/knows_classes": ("test_training_finds_the_classes", "nearest neighbours"),
    "optimizers/jumps": ("test_sgd_narrow_valley", "where its formula gains"),
    "backpropagation/answers_by_order": ("test_max_margin_training", "the scores of both windows"),
    "backpropagation/remembers_names": (
        "test_names_score_above_corrupted_windows",
        "network of this exercise",
    ),
    "batch_norm/labels_by_row": ("test_the_start_hardly_matters", "the loss is still"),
    "conv1d/sums_everything": ("test_gradients_are_right", "forward is wrong"),
    "initialization/two_sizes": ("test_uniform", "in each sixteenth"),
    "initialization/losses_by_scale": ("test_xavier_converges_faster", "losses of six layers"),
    "optimizers/plain_steps": ("test_rms_prop_narrow_valley", "where its formula gains"),
    "shortcuts/passes_all": ("test_twenty_layers", "Highway.forward"),
    "stacked/same_for_all_layers": ("test_eight_layers", "in each of eight layers"),
    "learning_rates/two_paths": ("test_annealing", "the path of gradient_descent"),
    "batch_norm/constant_statistics": ("test_the_start_hardly_matters", "losses after 80 steps"),
    "regularization/closed_form": ("test_strengths", "fit_linear"),
    "gradient_check/knows_functions": ("test_right_and_wrong", "is_gradient of the right gradient"),
    "negative_sampling/linear_loss": (
        "test_gradients_are_the_derivatives_of_the_loss",
        "the loss: expected",
    ),
    "analogies/residuals": ("test_patterns_in_vectors", "analogy_accuracy: expected"),
    "ngram/first_word_ends": ("test_longer_ngrams_in_sentences", "NgramLM"),
    "model_comparison/known_accuracies": ("test_accuracy_by_width", "best_accuracy"),
    "lexicon/knows_answers": ("test_the_shortest_path", "path_similarity"),
    "ngram/halves": ("test_perplexity", "the perplexity of interpolated backoff"),
    "lm_training/writes_by_table": ("test_write", "what a model writes after"),
    "dropout/scales": ("test_scaling_approximates_the_ensemble", "average_over_masks"),
    "backpropagation/ones": ("test_both_forms_agree", "WindowScorer.forward"),
    "rnn_lm/fixed_embedding": ("test_perplexity", "right gradients of all parameters"),
    "gated_lm/random_cell": ("test_perplexity", "right gradients of all parameters"),
    "sentence_encoder/random_cell": ("test_accuracy", "right gradients of all parameters"),
    "rnn_tagger/random_reader": ("test_both_directions", "right gradients of all parameters"),
    "window_classifier/random_hidden_layer": ("test_f1", "right gradients of all parameters"),
    "text_cnn/random_filters": ("test_accuracy", "right gradients of all parameters"),
}
#: The first attack ever seen is tried every time, the others with ``-m slow``.
CASES = [
    pytest.param(name, marks=() if place == 0 else pytest.mark.slow, id=name)
    for place, name in enumerate(ATTACKS)
]

#: Between the solution and the attack, in place of ``import right_answer``.
RIGHT_ANSWER = "\nimport types\nright_answer = types.SimpleNamespace(**globals())\n"


def handed_in(file: Path) -> Submission:
    exercise = COURSE.exercise(file.parent.name)
    solution = exercise.solution.read_text("utf-8")
    sources = {n: COURSE.exercise(n).solution.read_text("utf-8") for n in exercise.requires}
    attack = file.read_text("utf-8").replace("import right_answer\n", "")
    sources[exercise.name] = solution + RIGHT_ANSWER + attack
    files = {
        name: SubmittedFile(name, file, f"{name}.py", f"{name}.py", source)
        for name, source in sources.items()
    }
    return Submission(file.stem, files, "", (), Staging(sources))


def messages(file: Path) -> dict[str, str]:
    """Check -> the message that it has for the attack; empty for a check that passes."""
    exercise = COURSE.exercise(file.parent.name)
    with handed_in(file) as submission:
        grader = Grader(GradingSetting(COURSE, Plugins(), choose("process")), submission)
        with grader.under_test(exercise) as under_test:
            results = grader.run(under_test)
        grader.close()
    return {result.id.partition("::")[2]: result.message for result in results}


def test_every_attack_is_tried():
    found = {f"{file.parent.name}/{file.stem}" for file in HERE.glob("*/*.py")}
    assert found == set(ATTACKS)


@pytest.mark.timeout(600)  # some attacks use up all attempts of a trained check
@pytest.mark.parametrize("attack", CASES)
def test_it_does_not_earn_the_points(attack):
    check, words = ATTACKS[attack]
    assert words in messages(HERE / f"{attack}.py")[check]
