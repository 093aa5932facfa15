"""Under a rule, the beam search and the samples of every backend fulfil it."""

from itertools import islice, product

import numpy as np
import pytest

from framework.data.vocabulary import EOS, Vocabulary
from framework.errors import BadInputError
from framework.evaluation.ruled import Ruled
from framework.evaluation.sampling import first_sentence, sample_tokens
from framework.evaluation.text_rules import rule_of
from framework.interfaces import LanguageModel

VOCABULARY = Vocabulary(["a", "b", "c"])
V = len(VOCABULARY)
LENGTH = 3


class Table(LanguageModel):
    """P(next word | word) from a table of the backend's arrays."""

    def __init__(self, arrays):
        super().__init__()
        scores = np.random.default_rng(4).normal(scale=2, size=(V, V))
        self.logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        self._table = arrays.from_numpy(self.logs)

    def initial_state(self, batch_size):
        return None

    def next_log_probabilities(self, tokens, state):
        return self._table[tokens], None


@pytest.fixture(params=["numpy", "torch"])
def backend(request, backends):
    return backends(request.param)


def fulfils(text, rule):
    words = [word for word in text if word != EOS]
    return np.append(rule.accepting, False)[rule.state_after(words)]


@pytest.mark.parametrize(
    "words", [{"must": ["a", "b"]}, {"must_not": ["c"]}, {"must": ["a"], "must_not": ["b"]}]
)
def test_a_wide_beam_finds_the_likeliest_text_of_all_that_fulfil_the_rule(backend, words):
    rule, model = rule_of(VOCABULARY, **words), Table(backend.arrays)
    finished = [(*text, EOS) for n in range(LENGTH) for text in product(range(V), repeat=n)]
    cut = list(product(range(V), repeat=LENGTH))
    texts = [text for text in finished + cut if EOS not in text[:-1] and fulfils(text, rule)]
    texts = [text for text in texts if 0 not in text]  # no padding
    logs = [
        sum(model.logs[i, j] for i, j in zip((EOS, *text), text, strict=False)) for text in texts
    ]
    ruled = Ruled(model, rule, [EOS], LENGTH, backend.arrays)
    search, ids = backend.function("beam_search"), backend.arrays.from_numpy(np.array([EOS]))
    text, log_probability = search(ruled, ids, LENGTH, V**LENGTH, end=EOS)
    assert tuple(backend.arrays.to_numpy(text).tolist()) == texts[int(np.argmax(logs))]
    assert float(log_probability) == pytest.approx(max(logs))


@pytest.mark.parametrize("beam", [1, 2, 3])
def test_every_beam_fulfils_the_rule_within_the_length(backend, beam):
    rule = rule_of(VOCABULARY, must=["a", "b", "c"])
    ruled = Ruled(Table(backend.arrays), rule, [EOS], LENGTH, backend.arrays)
    ids = backend.arrays.from_numpy(np.array([EOS]))
    text, log_probability = backend.function("beam_search")(ruled, ids, LENGTH, beam, end=EOS)
    assert fulfils(backend.arrays.to_numpy(text).tolist(), rule)
    assert np.isfinite(float(log_probability))


def test_samples_fulfil_the_rule(backend):
    rule = rule_of(VOCABULARY, must=["b"], must_not=["c"])
    a = int(VOCABULARY.encode(["a"])[0])
    for seed in range(20):
        ruled = Ruled(Table(backend.arrays), rule, [EOS, a], LENGTH, backend.arrays)
        tokens = sample_tokens(
            ruled, [EOS, a], arrays=backend.arrays, rng=np.random.default_rng(seed)
        )
        text = list(islice(first_sentence(tokens), LENGTH))
        assert fulfils(text, rule), text


def test_the_prompt_counts_for_the_rule(backend):
    a, b, c = VOCABULARY.encode(["a", "b", "c"]).tolist()
    rule, arrays = rule_of(VOCABULARY, must=["a", "b"]), backend.arrays
    ruled = Ruled(Table(arrays), rule, [EOS, a], 1, arrays)
    state = ruled.initial_state(2)
    for token in (EOS, a):
        logs, state = ruled.next_log_probabilities(arrays.from_numpy(np.array([token] * 2)), state)
    allowed = np.isfinite(arrays.to_numpy(logs))
    assert allowed.tolist() == [[word == b for word in range(V)]] * 2
    with pytest.raises(BadInputError, match="needs 1 more words, but the text has at most 0"):
        Ruled(Table(arrays), rule, [EOS, a, c], 0, arrays)


def test_allowed_words_keep_their_probabilities(backend):
    arrays, rule = backend.arrays, rule_of(VOCABULARY, must_not=["c"])
    model = Table(arrays)
    ruled = Ruled(model, rule, [EOS], 9, arrays)
    logs, _ = ruled.next_log_probabilities(
        arrays.from_numpy(np.array([EOS])), ruled.initial_state(1)
    )
    expected = model.logs[EOS].copy()
    expected[[0, int(VOCABULARY.encode(["c"])[0])]] = -np.inf
    np.testing.assert_allclose(arrays.to_numpy(logs)[0], expected)
