"""Checks of the window classifier that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    classifier_chunks,
    not_better_than_bayes,
    overfits,
    paired_models,
    real_array,
    trained_models,
)
from framework.evaluation.metrics import entity_f1
from plugins.lectures.languages.entities import EntityLanguage

V, E, M, H, C = 11, 3, 2, 5, 4


@pytest.mark.task("windows")
@pytest.mark.points(1.25)
@pytest.mark.hint("With ids (T,) padded by m zeros on both sides, row t is places t to t + 2m.")
@pytest.mark.promise("windows.returns", "unchanged")
def test_windows(submission, reference, rng):
    """windows: each word with its neighbours, zeros beyond the ends."""
    agrees(submission, reference, "windows", rng.integers(1, V, size=7), 2)
    agrees(submission, reference, "windows", rng.integers(1, V, size=5), 1)


@pytest.mark.task("windows")
@pytest.mark.points(1.25)
@pytest.mark.hint("There is one row per word of the sentence, for every width of the window.")
def test_windows_wider_than_the_sentence(submission, reference, rng):
    """windows: a sentence shorter than a window, an empty one, and windows of one word."""
    agrees(submission, reference, "windows", np.zeros(0, dtype=np.int64), 2)
    agrees(submission, reference, "windows", rng.integers(1, V, size=3), 0)
    agrees(submission, reference, "windows", rng.integers(1, V, size=2), 4)
    agrees(submission, reference, "windows", rng.integers(1, V, size=1), 1)


@pytest.mark.task("WindowClassifier")
@pytest.mark.points(3)
@pytest.mark.hint("Concatenate the vectors of a window: reshape to (N, (2m+1) E).")
def test_forward(submission, reference, rng):
    """WindowClassifier: scores from the vectors of the whole window."""
    for f in ("tanh", "relu"):
        pair = paired_models(submission, reference, "WindowClassifier", V, E, M, H, C, f, rng=rng)
        pair.same_forward(rng.integers(V, size=(6, 2 * M + 1)))


@pytest.mark.task("WindowClassifier")
@pytest.mark.points(3)
@pytest.mark.hint("output, f, hidden: each `backward` takes what the one before returned.")
@pytest.mark.promise("unchanged")
def test_backward(submission, reference, rng):
    """WindowClassifier: the gradient of every parameter."""
    pair = paired_models(submission, reference, "WindowClassifier", V, E, M, H, C, rng=rng)
    distinct = rng.permutation(np.arange(V))[: 2 * (2 * M + 1)]
    pair.same_backward(distinct.reshape(2, 2 * M + 1), rng=rng)


@pytest.mark.task("WindowClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("gradient[ids] += g keeps one contribution per id: np.add.at(gradient, ids, g).")
def test_repeated_words(submission, reference, rng):
    """WindowClassifier: a word in several windows gets a gradient from each place."""
    pair = paired_models(submission, reference, "WindowClassifier", V, E, M, H, C, rng=rng)
    pair.same_backward(np.array([[3, 3, 5, 3, 0], [5, 3, 5, 7, 1], [0, 0, 3, 0, 0]]), rng=rng)


@pytest.mark.task("WindowClassifier")
@pytest.mark.points(1.25)
@pytest.mark.hint(
    "Cut ∂x into the vectors of the 2m + 1 words; a word that occurs twice gets it twice."
)
def test_gradients_are_right(submission, reference, rng):
    """WindowClassifier: the gradients agree with numerical gradients of your own forward."""
    pair = paired_models(submission, reference, "WindowClassifier", V, E, M, H, C, rng=rng)
    pair.gradients_agree(rng.integers(V, size=(4, 2 * M + 1)), rng=rng)
    large = paired_models(
        submission, reference, "WindowClassifier", V, 20, 2, 100, C, rng=rng, scale=0.1
    )
    large.many_gradients(rng.integers(V, size=(2, 5)), rng=rng)


@pytest.mark.task("WindowClassifier")
@pytest.mark.points(3)
@pytest.mark.hint("If all checks above pass, grade neuron and activations, which it uses.")
def test_f1(submission, reference, metric_threshold, rng):
    """WindowClassifier: trained on named entities, its F1 is close to the best possible."""
    small = rng.permutation(np.arange(1, 41)).reshape(8, 5)  # no two windows share a word
    overfits(
        trained_models(submission, reference, "WindowClassifier", 41, 8, 2, 16, 3, rng=rng), small,
        np.arange(8) % 3, classes=3, rng=rng,
    )  # fmt: skip

    def scores(rng):
        language = EntityLanguage(rng=rng)
        train = _Sentences(language, 800, rng)
        sizes = len(language.vocabulary), 16, 2, 32, len(TAGS)
        models = trained_models(submission, reference, "WindowClassifier", *sizes, rng=rng)
        for _ in classifier_chunks(
            models, train.windows(), train.labels(), epochs=4,
            batch_size=64, learning_rate=0.01, chunk=50, rng=rng,
        ):  # fmt: skip
            test = _Sentences(language, 800, rng)
            yield models.evaluate(test.nearness, test.windows())

    share = "the F1 of whole entities on held-out sentences, as a share of the best possible F1,"
    metric_threshold("f1_ratio", scores, rng=rng, best=1.0, what=share)


TAGS = ("O", "B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER")


class _Sentences:
    """Tagged sentences; the model receives only the words."""

    def __init__(self, language, count, rng):
        self.language, self.sentences = language, language.sample(count, rng=rng)
        self.ids = [language.vocabulary.encode(s.words) for s in self.sentences]

    def windows(self):
        """Return the windows of all words `(M, 5)`, with padding between sentences."""
        padded = np.concatenate([[0, 0], *([*ids, 0, 0] for ids in self.ids)])
        is_word = np.concatenate([np.arange(len(ids) + 2) < len(ids) for ids in self.ids])
        return np.lib.stride_tricks.sliding_window_view(padded, 5)[is_word[:-2]]

    def labels(self):
        """Return the numbers of the tags of all words `(M,)`."""
        return np.array([TAGS.index(tag) for s in self.sentences for tag in s.tags])

    def nearness(self, model, windows):
        """Return the F1 of the most probable tag of each word, divided by the best possible."""
        model.eval()
        scores = real_array(model.forward(windows), (len(windows), len(TAGS)), "forward")
        answers = scores.argmax(axis=1)
        model.train()
        self._reject_too_good(answers)
        following = iter(answers)
        tags = [[TAGS[next(following)] for _ in sentence.tags] for sentence in self.sentences]
        return entity_f1([s.tags for s in self.sentences], tags) / self.language.best_f1

    def _reject_too_good(self, answers):
        """Compare with the most probable tag of each name; the names are independent."""
        best = [tag for s in self.sentences for tag in self.language.best_tags(s.words)]
        best = np.array([TAGS.index(tag) for tag in best])
        labels = self.labels()
        names = np.array([tag.startswith("B") for tag in TAGS])[labels]
        not_better_than_bayes(answers[names], best[names], labels[names])
