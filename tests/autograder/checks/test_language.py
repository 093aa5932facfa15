"""Language models are judged by their distributions, and must not know what comes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.checks import (
    CheckFailed,
    log_softmax,
    no_look_ahead,
    perplexity,
    perplexity_ratio,
)
from framework.errors import BadInputError
from framework.languages.agreement import AgreementLanguage

V = 5


class Counts:
    """P(next = last + 1) = 0.6, and 0.1 for everything else."""

    def initial_state(self, batch_size):
        return np.zeros(batch_size)

    def next_log_probabilities(self, tokens, state):
        p = np.full((len(tokens), V), 0.1)
        p[np.arange(len(tokens)), (tokens + 1) % V] = 0.6
        return np.log(p), state + 1

    def forward(self, tokens):
        return np.log(1.0 + tokens[..., None] + np.arange(V))


def model_of(remote, **methods):
    return remote(Model=type("Other", (Counts,), methods)).Model()


def test_perplexity_of_a_known_source(remote):
    tokens = np.tile(np.arange(V), 8)
    assert perplexity(model_of(remote), tokens, batch_size=4) == pytest.approx(1 / 0.6)


def test_a_uniform_model_is_as_good_as_chance(remote):
    uniform = model_of(
        remote, next_log_probabilities=lambda self, t, s: (np.full((len(t), V), -math.log(V)), s)
    )
    tokens = np.random.default_rng(0).integers(V, size=60)
    assert perplexity(uniform, tokens, batch_size=3) == pytest.approx(V)


def test_a_ratio_is_that_of_the_model_and_of_the_texts_own_source(remote):
    """Of 40 words the first is given; 8 of each of the others, with what the grammar says of it."""
    language = AgreementLanguage(longest_span=0)
    words = len(language.vocabulary)
    tokens = language.vocabulary.encode(["the", "key", "is", "here", "</s>"] * 8)
    uniform = model_of(
        remote,
        next_log_probabilities=lambda self, t, s: (np.full((len(t), words), -math.log(words)), s),
    )
    noun = 0.5 / sum(1 / rank for rank in range(1, 9))
    log_p = 8 * math.log(noun * (6 / 11) * (12 / 25))
    assert perplexity_ratio(uniform, language, tokens) == pytest.approx(
        words / math.exp(-log_p / 39)
    )


def test_log_softmax_of_extreme_scores_and_of_any_shape():
    logits = np.array([[[1e4, 1e4, -1e4]], [[0.0, math.log(2), 0.0]]])
    before = logits.copy()
    expected = [
        [[-math.log(2), -math.log(2), -2e4 - math.log(2)]],
        [[math.log(p) for p in (0.25, 0.5, 0.25)]],
    ]
    np.testing.assert_allclose(log_softmax(logits), expected)
    np.testing.assert_array_equal(logits, before)


def test_the_state_is_carried_from_token_to_token(remote):
    seen = []

    def next_log_probabilities(self, tokens, state):
        seen.append(state.tolist())
        return Counts.next_log_probabilities(self, tokens, state)

    model = model_of(remote, next_log_probabilities=next_log_probabilities)
    perplexity(model, np.tile(np.arange(V), 2), batch_size=2)
    assert seen == [[n, n] for n in (0.0, 1.0, 2.0, 3.0)]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda self, t, s: (np.zeros((len(t), V)), s),
            "next_log_probabilities does not return distributions: the probabilities sum to 5",
        ),
        (
            lambda self, t, s: (np.full((len(t), V), 1 / V), s),
            "next_log_probabilities does not return distributions",
        ),
        (
            lambda self, t, s: (np.full((len(t), V), 1e4), s),
            "next_log_probabilities does not return distributions: the probabilities sum to inf",
        ),
        (
            lambda self, t, s: (np.full((len(t), V), np.nan), s),
            "next_log_probabilities does not return distributions",
        ),
        (
            lambda self, t, s: np.zeros((len(t), V)),
            "next_log_probabilities should return (log_probabilities, state)",
        ),
        (
            lambda self, t, s: (np.zeros(V), s),
            "next_log_probabilities should return log probabilities of shape (2, V)",
        ),
        (
            lambda self, t, s: (None, s),
            "next_log_probabilities should return log probabilities of shape (2, V)",
        ),
        (
            lambda self, t, s: (np.full((len(t), 2), math.log(0.5)), s),
            "next_log_probabilities gives probabilities of 2 words, but the text has 5",
        ),
        (
            lambda self, t, s: (np.full((len(t), V), -math.log(V)) + 0j, s),
            "next_log_probabilities should return real numbers",
        ),
    ],
    ids=[
        "scores",
        "probabilities",
        "overflow",
        "NaN",
        "no state",
        "one row",
        "nothing",
        "too few",
        "complex",
    ],
)
def test_what_is_no_distribution(remote, answer, message):
    model = model_of(remote, next_log_probabilities=answer)
    with pytest.raises(CheckFailed) as caught:
        perplexity(model, np.tile(np.arange(V), 2), batch_size=2)
    assert caught.value.message.startswith(message)


def test_one_row_of_many_that_is_no_distribution(remote):
    def answer(self, tokens, state):
        log_p, state = Counts.next_log_probabilities(self, tokens, state)
        log_p[-1] += 0.1
        return log_p, state

    with pytest.raises(CheckFailed, match=r"sum to 1\.10517"):
        perplexity(model_of(remote, next_log_probabilities=answer), np.arange(V).repeat(4), 4)


def test_a_model_of_the_past_passes(remote):
    no_look_ahead(model_of(remote), V, rng=np.random.default_rng(0))


def test_looking_ahead_is_noticed_and_the_step_named(remote):
    def forward(self, tokens):
        following = np.roll(tokens, -1, axis=1)
        return 1.0 * np.eye(V)[following]

    with pytest.raises(CheckFailed, match="outputs up to step 0 change with the tokens after it"):
        no_look_ahead(model_of(remote, forward=forward), V, rng=np.random.default_rng(0))


def test_a_peek_at_the_end_alone_is_noticed(remote):
    def forward(self, tokens):
        scores = Counts.forward(self, tokens)
        scores[:, -2] += tokens[:, -1:]
        return scores

    with pytest.raises(CheckFailed, match="the model looks at what it should predict") as caught:
        no_look_ahead(model_of(remote, forward=forward), V, rng=np.random.default_rng(0))
    assert caught.value.details[0].startswith("worst at [")


def test_outputs_of_another_kind(remote):
    model = model_of(remote, forward=lambda self, tokens: tokens.tolist())
    with pytest.raises(CheckFailed) as caught:
        no_look_ahead(model, V, rng=np.random.default_rng(0))
    assert caught.value.message.startswith("forward should return scores of shape (2, 6, V), not [")


def test_outputs_that_are_no_numbers(remote):
    model = model_of(remote, forward=lambda self, tokens: np.full((*tokens.shape, V), np.nan))
    with pytest.raises(CheckFailed, match="forward: 60 of 60 values are not finite"):
        no_look_ahead(model, V, rng=np.random.default_rng(0))


def test_a_text_too_short_is_our_own_mistake(remote):
    with pytest.raises(BadInputError, match="5 tokens are too few for 4 streams"):
        perplexity(model_of(remote), np.arange(V), batch_size=4)
