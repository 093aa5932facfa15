"""Language models whose word vectors come from characters, for models of every provider."""

import numpy as np
import pytest
from derivatives import assert_gradients_are_slopes

from framework.data.characters import Characters
from framework.data.vocabulary import Vocabulary
from framework.errors import UsageError
from framework.models.character_aware import kim_encoder
from framework.models.language_models import build_language_model

VOCABULARY = Vocabulary(["key", "keys", "of", "cabinets"])
TOKENS = np.array([[3, 4, 3, 6], [5, 3, 1, 0]])
ENCODER = {"embedding_size": 2, "maps": [2, 3], "widths": [1, 3], "highway_layers": 1}


def build(backend, name="recurrent_lm", vocabulary=VOCABULARY, encoder=ENCODER, **arguments):
    described = {
        "vocabulary_size": len(vocabulary), "hidden_size": 4, "characters": encoder, **arguments
    }  # fmt: skip
    return build_language_model(backend, name, vocabulary, described, np.random.default_rng(0))


CELLS = ["rnn", {"layer": "lstm", "layers": 2}]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_table_is_replaced_by_the_encoder(backends, cell):
    model = build(backends("numpy"), cell=cell)
    assert model.parameters.keys() == model.gradients.keys()
    assert "embedding" not in model.parameters
    characters = len(Characters(VOCABULARY.words))
    assert model.parameters["embedding.embedding"].shape == (characters, 2)
    assert model.parameters["embedding.conv_3.W"].shape == (3, 2, 3)
    assert model.parameters["U"].shape == (4, len(VOCABULARY))


@pytest.mark.parametrize("name", ["recurrent_lm", "gated_lm"])
def test_every_gradient_is_the_slope_of_the_loss(backends, name):
    model, rng = build(backends("numpy"), name), np.random.default_rng(1)
    upstream = rng.normal(size=(*TOKENS.shape, len(VOCABULARY)))
    model.forward(TOKENS)
    model.backward(upstream)
    assert_gradients_are_slopes(model, lambda: model.forward(TOKENS) * upstream, rng)


def test_parameters_follow_a_change_of_precision(backends):
    model = build(backends("numpy")).astype("float32")
    assert {value.dtype for value in model.parameters.values()} == {np.dtype("float32")}
    before = model.forward(TOKENS)
    for value in model.parameters.values():
        value *= 2  # as an optimizer does, in place
    assert (model.forward(TOKENS) != before).all()


def test_what_training_moves_beside_the_parameters_is_offered_too(backends):
    model = build(backends("numpy"))
    moved = {"mean": np.zeros(2)}

    class Normalized(type(model.encoder)):
        buffers = property(lambda self: moved)

    model.encoder.__class__ = Normalized
    assert model.buffers == {"embedding.mean": moved["mean"]}


def test_a_word_is_known_by_its_characters_alone(backends):
    """Two words that are written alike are the same word to it, whatever their ids."""
    model = build(backends("numpy"))
    model.spelling[4] = model.spelling[3]
    first, other = model.forward(np.array([[3, 5, 3]])), model.forward(np.array([[4, 5, 4]]))
    np.testing.assert_array_equal(first, other)


def test_the_encoder_of_the_paper():
    """Small and large of table 2 differ in more; these are the small one's filters."""
    assert kim_encoder(25) == {
        "embedding_size": 15,
        "maps": [25, 50, 75, 100, 125, 150],
        "widths": [1, 2, 3, 4, 5, 6],
        "highway_layers": 1,
    }
    assert kim_encoder(2, 4, 0)["embedding_size"] == 4


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("window_lm", {}, r"shape \(7, 5\), a row for each word, and it has .* \(8, 5\)"),
        ("recurrent_lm", {"encoder": {"maps": 3}}, "character_word_encoder cannot be built"),
        ("recurrent_ml", {}, "recurrent_ml"),
    ],
)
def test_what_cannot_be_built_is_said(backends, name, arguments, said):
    with pytest.raises(UsageError, match=said):
        build(backends("numpy"), name, **arguments)
