"""Language models are judged by their distributions, and must not know what comes."""

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


def test_perplexity_of_a_known_source(remote):
    tokens = np.tile(np.arange(V), 8)
    assert perplexity(model_of(remote), tokens, batch_size=4) == pytest.approx(1 / 0.6)


def test_a_uniform_model_is_as_good_as_chance(remote):
    uniform = model_of(
        remote, next_log_probabilities=lambda self, t, s: (np.full((len(t), V), -math.log(V)), s)
    )
    tokens = np.random.default_rng(0).integers(V, size=60)
    assert perplexity(uniform, tokens, batch_size=3) == pytest.approx(V)


def uniform_over(remote, words):
    return model_of(
        remote,
        next_log_probabilities=lambda self, t, s: (np.full((len(t), words), -math.log(words)), s),
    )


def source_of(remote, language, known=None):
    """Return a model that knows the probabilities of `language` for the texts `known`."""
    log_p = None if known is None else language.log_probabilities(known)

    def next_log_probabilities(self, tokens, state):
        words, place = len(language.vocabulary), int(state[0])
        p = np.full((len(tokens), words), -np.inf)
        for row, column in enumerate(known[:, place + 1]):
            p[row] = np.log((1 - np.exp(log_p[row, place])) / (words - 1) + 1e-300)
            p[row, column] = log_p[row, place]
        return p, state + 1

    return model_of(remote, next_log_probabilities=next_log_probabilities)


def test_a_ratio_is_that_of_the_model_and_of_the_texts_own_source(remote):
    """Of 40 words 8 are of each kind; the grammar says how probable each of them is."""
    language = AgreementLanguage(longest_span=0)
    words = len(language.vocabulary)
    tokens = language.vocabulary.encode(["the", "key", "is", "here", "</s>"] * 8)
    noun = 0.5 / sum(1 / rank for rank in range(1, 9))
    log_p = 8 * math.log(noun * (6 / 11) * (12 / 25))
    found = perplexity_ratio(uniform_over(remote, words), language, np.append(EOS, tokens)[None])
    assert found == pytest.approx(words / math.exp(-log_p / 40))


def test_the_source_itself_has_the_ratio_1(remote, draws):
    language = AgreementLanguage(longest_span=2, rng=draws)
    texts = language.sample_texts(4, 50, rng=draws)
    assert perplexity_ratio(source_of(remote, language, texts), language, texts) == pytest.approx(1)


def test_a_model_that_knows_the_text_is_too_good(remote, draws):
    language = AgreementLanguage(longest_span=2, rng=draws)
    texts = language.sample_texts(4, 50, rng=draws)

    def next_log_probabilities(self, tokens, state):
        p = np.full((len(tokens), len(language.vocabulary)), 1e-9)
        p[np.arange(len(tokens)), texts[:, int(state[0]) + 1]] = 1
        return np.log(p / p.sum(axis=1, keepdims=True)), state + 1

    oracle = model_of(remote, next_log_probabilities=next_log_probabilities)
    with pytest.raises(CheckFailed, match="times as probable for the model as for the source"):
        perplexity_ratio(oracle, language, texts)


def test_who_knows_the_usual_language_is_far_from_a_drawn_one(remote):
    """The source code of the generator does not help: ids and probabilities are drawn."""
    usual = AgreementLanguage(longest_span=2)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        drawn = AgreementLanguage(longest_span=2, rng=rng)
        texts = drawn.sample_texts(4, 50, rng=rng)
        known = 0.999 * np.exp(usual.log_probabilities(texts)) + 0.001 / len(usual.vocabulary)
        assert np.log(known).mean() < drawn.log_probabilities(texts).mean() - 1


def test_hardly_any_probability_is_a_ratio_without_limit(remote, draws):
    language = AgreementLanguage(longest_span=0)
    texts = language.sample_texts(2, 20, rng=draws)

    def next_log_probabilities(self, tokens, state):
        p = np.full((len(tokens), len(language.vocabulary)), -1e6)
        p[:, 0] = 0.0
        return p, state

    stubborn = model_of(remote, next_log_probabilities=next_log_probabilities)
    assert perplexity_ratio(stubborn, language, texts) == math.inf


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


def test_outputs_that_are_always_the_same_do_not_pass_for_blind_to_the_future(remote):
    model = model_of(remote, forward=lambda self, tokens: np.zeros((*tokens.shape, V)))
    with pytest.raises(CheckFailed, match="do not depend on the tokens at all"):
        no_look_ahead(model, V, rng=np.random.default_rng(0))


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
