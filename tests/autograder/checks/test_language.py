"""Language models are judged by their distributions, and must not know what comes."""

import math

import numpy as np
import pytest
from check_failures import failure

from autograder.checks import (
    CheckFailed,
    log_softmax,
    no_look_ahead,
    perplexity,
    perplexity_ratio,
)
from framework.data.vocabulary import EOS
from framework.errors import BadInputError
from plugins.lectures.languages.agreement import AgreementLanguage

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


def answering(remote, answer):
    """Return a model whose ``next_log_probabilities(tokens, state)`` returns ``answer(...)``."""
    return model_of(remote, next_log_probabilities=lambda self, *asked: answer(*asked))


def uniform_over(remote, words):
    return answering(remote, lambda t, s: (np.full((len(t), words), -math.log(words)), s))


def test_perplexity_of_a_known_source(remote):
    tokens = np.tile(np.arange(V), 8)
    assert perplexity(model_of(remote), tokens, batch_size=4) == pytest.approx(1 / 0.6)
    tokens = np.random.default_rng(0).integers(V, size=60)
    assert perplexity(uniform_over(remote, V), tokens, batch_size=3) == pytest.approx(V)


def source_of(remote, language, known):
    """Return a model that knows the probabilities of `language` for the texts `known`."""
    log_p = language.log_probabilities(known)

    def answer(tokens, state):
        words, location = len(language.vocabulary), int(state[0])
        p = np.full((len(tokens), words), -np.inf)
        for row, column in enumerate(known[:, location + 1]):
            p[row] = np.log((1 - np.exp(log_p[row, location])) / (words - 1) + 1e-300)
            p[row, column] = log_p[row, location]
        return p, state + 1

    return answering(remote, answer)


def test_a_ratio_is_that_of_the_model_and_of_the_texts_own_source(remote):
    """Of 40 words 8 are of each kind; the grammar says how probable each of them is."""
    language = AgreementLanguage(longest_span=0)
    words = len(language.vocabulary)
    tokens = language.vocabulary.encode(["the", "key", "is", "here", "</s>"] * 8)
    noun = 0.5 / sum(1 / rank for rank in range(1, 9))
    log_p = 8 * math.log(noun * (6 / 11) * (12 / 25))
    result = perplexity_ratio(uniform_over(remote, words), language, np.append(EOS, tokens)[None])
    assert result == pytest.approx(words / math.exp(-log_p / 40))


def test_the_source_itself_has_the_ratio_1_and_an_oracle_is_too_good(remote, draws):
    language = AgreementLanguage(longest_span=2, rng=draws)
    texts, words = language.sample_texts(4, 50, rng=draws), len(language.vocabulary)
    assert perplexity_ratio(source_of(remote, language, texts), language, texts) == pytest.approx(1)

    def oracle(tokens, state):
        p = np.full((len(tokens), words), 1e-9)
        p[np.arange(len(tokens)), texts[:, int(state[0]) + 1]] = 1
        return np.log(p / p.sum(axis=1, keepdims=True)), state + 1

    with pytest.raises(CheckFailed, match="times as probable for the model as for the source"):
        perplexity_ratio(answering(remote, oracle), language, texts)

    def hardly_any(tokens, state):
        return np.where(np.arange(words) == 0, 0.0, np.full((len(tokens), words), -1e6)), state

    assert perplexity_ratio(answering(remote, hardly_any), language, texts) == math.inf


def test_who_knows_the_usual_language_is_far_from_a_drawn_one(remote):
    """The source code of the generator does not help: ids and probabilities are drawn."""
    usual = AgreementLanguage(longest_span=2)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        drawn = AgreementLanguage(longest_span=2, rng=rng)
        texts = drawn.sample_texts(4, 50, rng=rng)
        known = 0.999 * np.exp(usual.log_probabilities(texts)) + 0.001 / len(usual.vocabulary)
        assert np.log(known).mean() < drawn.log_probabilities(texts).mean() - 1


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

    def answer(tokens, state):
        seen.append(state.tolist())
        return Counts().next_log_probabilities(tokens, state)

    perplexity(answering(remote, answer), np.tile(np.arange(V), 2), batch_size=2)
    assert seen == [[n, n] for n in (0.0, 1.0, 2.0, 3.0)]


UNIFORM = np.full((2, V), -math.log(V))
ONE_OFF = UNIFORM + np.array([[0.0], [0.1]])
NO_DISTRIBUTION = "next_log_probabilities does not return distributions: the probabilities sum to"
NO_SHAPE = "next_log_probabilities should return log probabilities of shape (2, V)"
TOO_FEW = "next_log_probabilities gives probabilities of 2 words, but the text has 5"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((np.zeros((2, V)), 0), f"{NO_DISTRIBUTION} 5"),
        ((np.exp(UNIFORM), 0), NO_DISTRIBUTION),
        ((np.full((2, V), 1e4), 0), f"{NO_DISTRIBUTION} inf"),
        ((np.full((2, V), np.nan), 0), NO_DISTRIBUTION),
        ((ONE_OFF, 0), f"{NO_DISTRIBUTION} 1.10517"),
        (UNIFORM, "next_log_probabilities should return (log_probabilities, state)"),
        ((UNIFORM[0], 0), NO_SHAPE),
        ((None, 0), NO_SHAPE),
        ((np.full((2, 2), math.log(0.5)), 0), TOO_FEW),
        ((UNIFORM + 0j, 0), "next_log_probabilities should return real numbers"),
    ],
)
def test_what_is_no_distribution(remote, answer, message):
    model = answering(remote, lambda tokens, state: answer)
    told = failure(perplexity, model, np.tile(np.arange(V), 2), batch_size=2)
    assert told[0].startswith(message)


def peeks_at_the_end(tokens):
    scores = Counts().forward(tokens)
    scores[:, -2] += tokens[:, -1:]
    return scores


AHEAD = "the outputs up to step {} change with the tokens after it: the model looks at what it "


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (lambda tokens: 1.0 * np.eye(V)[np.roll(tokens, -1, axis=1)], AHEAD.format(0)),
        (peeks_at_the_end, AHEAD.format(4)),
        (lambda tokens: np.zeros((*tokens.shape, V)), "the outputs do not depend on the tokens"),
        (lambda tokens: tokens.tolist(), "forward should return scores of shape (2, 6, V), not ["),
        (
            lambda tokens: np.full((*tokens.shape, V), np.nan),
            "forward: 60 of 60 values are not finite",
        ),
    ],
)
def test_a_model_may_not_look_ahead(remote, forward, message):
    no_look_ahead(model_of(remote), V, rng=np.random.default_rng(0))
    model = model_of(remote, forward=lambda self, tokens: forward(tokens))
    first, *details = failure(no_look_ahead, model, V, rng=np.random.default_rng(0))
    assert first.startswith(message)
    assert "step" not in message or details[0].startswith("worst at [")


def test_a_text_too_short_is_our_own_mistake(remote):
    with pytest.raises(BadInputError, match="5 tokens are too few for 4 streams"):
        perplexity(model_of(remote), np.arange(V), batch_size=4)
