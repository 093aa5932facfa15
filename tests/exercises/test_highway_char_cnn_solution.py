"""The character encoder as the input layer of a language model (lecture 11, 3.10)."""

import numpy as np
import pytest

from framework.data.agreement import AgreementLanguage
from framework.data.characters import Characters
from framework.interfaces import LanguageModel, NumpyArrays
from framework.metrics import language_model_perplexity
from framework.parts import parts_from
from framework.training import fit_language_model
from solutions.convolution.conv1d.conv1d import Conv1d
from solutions.convolution.highway_char_cnn.highway_char_cnn import CharacterWordEncoder
from solutions.convolution.pooling.pooling import MaxOverTime
from solutions.gated_rnns.lstm.lstm import LSTM
from solutions.gated_rnns.shortcuts.shortcuts import Highway
from solutions.neural_networks.losses.losses import SoftmaxCrossEntropy
from solutions.neural_networks.neuron.neuron import Affine
from solutions.neural_networks.optimizers.optimizers import Adam

PARTS = {"conv1d": Conv1d, "max_over_time": MaxOverTime, "highway": Highway}


class CharacterAwareLM(LanguageModel):
    """Kim et al. 2016: characters, encoder, LSTM, softmax over words. It has no word vectors.

    Args:
        spelling: the characters of each word of the vocabulary, `(V, L)`.
    """

    def __init__(self, spelling, characters, E, maps, H, rng):
        super().__init__()
        self.spelling = spelling
        with parts_from(PARTS.__getitem__):
            encoder = CharacterWordEncoder(characters, E, maps, rng=rng)
        self.encoder = self.add_child("encoder", encoder)
        self.cell = self.add_child("cell", LSTM(encoder.size, H, rng=rng))
        self.output = self.add_child("output", Affine(H, len(spelling), rng=rng))

    def forward(self, tokens, state=None):
        vectors = self.encoder.forward(self.spelling[tokens])
        h = self.cell.forward(vectors, state)
        self.state = self.cell.state
        return self.output.forward(h)

    def backward(self, grad_logits):
        grad_vectors, _ = self.cell.backward(self.output.backward(grad_logits))
        self.encoder.backward(grad_vectors)

    def initial_state(self, batch_size):
        return self.cell.initial_state(batch_size)

    def next_log_probabilities(self, tokens, state):
        logits = self.forward(tokens[:, None], state)[:, 0]
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), self.state


def language_model(words, E, maps, H):
    characters = Characters(words)
    spelling = characters.encode(words)
    return CharacterAwareLM(spelling, len(characters), E, maps, H, np.random.default_rng(0))


def test_gradients_reach_the_characters():
    """A small step along random directions changes the loss by what the gradients say."""
    model, rng = language_model(["keys", "key", "of", "the"], 2, 3, 4), np.random.default_rng(1)
    tokens, upstream = np.array([[0, 1, 3], [2, 2, 0]]), rng.normal(size=(2, 3, 4))
    model.forward(tokens)
    model.backward(upstream)
    for name, values in model.parameters.items():
        step = 1e-6 * rng.normal(size=values.shape)
        values += step
        ahead = (model.forward(tokens) * upstream).sum()
        values -= 2 * step
        change = ahead - (model.forward(tokens) * upstream).sum()
        values += step
        expected = 2 * (model.gradients[name] * step).sum()
        assert change == pytest.approx(expected, rel=1e-4, abs=1e-12), name


def test_without_word_vectors_it_comes_close_to_the_best_possible_perplexity():
    language, rng = AgreementLanguage(longest_span=2), np.random.default_rng(2)
    train, test = language.sample(12_000, rng=rng), language.sample(3_000, rng=rng)
    model = language_model(language.vocabulary.words, 6, 8, 32)
    fit_language_model(
        model, train, loss=SoftmaxCrossEntropy(), optimizer=Adam(0.02), arrays=NumpyArrays(),
        batch_size=16, unroll=20, epochs=5, clip=5.0,
    )  # fmt: skip
    log_p = language.automaton.log_probabilities(language.vocabulary.decode(test))
    best = np.exp(-log_p[1:].mean())
    assert language_model_perplexity(model, test, arrays=NumpyArrays(), batch_size=16) < 1.1 * best


@pytest.mark.parametrize("words", [["key", "keys"], ["moving", "moved"]])
def test_a_word_never_seen_has_a_vector_near_that_of_its_relatives(words):
    """Words that share their characters share what the filters answer to."""
    characters = Characters(["abcdefghijklmnopqrstuvwxyz"])
    with parts_from(PARTS.__getitem__):
        encoder = CharacterWordEncoder(
            len(characters), 8, 50, highway_layers=0, rng=np.random.default_rng(0)
        )
    one, other, stranger = encoder.forward(characters.encode([*words, "buzz"]))

    def cosine(a, b):
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    assert cosine(one, other) > cosine(one, stranger) + 0.05
