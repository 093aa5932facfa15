"""`gradus attention`: the tables and the drawing of the heads of a checkpoint."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from gradus_command import gradus

from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError, UsageError
from framework.interfaces import Model, NumpyArrays
from framework.models.parts import part
from framework.training.checkpoints import Checkpoint
from plugins.lectures.commands.attention import attention_weights

WORDS = ("the", "cat", "dog", "sees")
SIZES = {"vocabulary_size": 3 + len(WORDS), "features": 8, "heads": 2, "layers": 2}
MODEL = "attention_only_transformer"
TEXT = "the cat sees the dog"


def saved(path, model=MODEL, sizes=SIZES, parameters=None, run="text_classifier"):
    made = part(model)(**sizes, rng=np.random.default_rng(0))
    checkpoint = Checkpoint(
        model, sizes, Vocabulary(WORDS), "a corpus", "numpy", "", made.parameters, {"run": run}
    )
    checkpoint.save(path)
    return made


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "model.safetensors"
    return path, saved(path)


def rows(text, first):
    """The cells of the table whose first column is `first`."""
    lines = iter(text.splitlines())
    next(line for line in lines if line.startswith(first))
    table = []
    for line in lines:
        if not line:
            break
        table.append(line)
    return table


def test_each_head_has_a_row_with_means_of_its_weights(checkpoint):
    path, model = checkpoint
    ids = Vocabulary(WORDS).encode(TEXT.split())[None]
    weights = model.head_weights(ids)[0]
    table = rows(gradus("attention", path, TEXT), "head")
    assert len(table) == len(weights) == 6
    assert [line.split(",")[0] for line in table] == ["near_1", *["far_1"] * 2, "near_2"] + [
        "far_2"
    ] * 2
    scores = part("prefix_matching_score")(weights[None], ids)
    for line, alpha, score in zip(table, weights, scores, strict=True):
        means = alpha.diagonal().mean(), alpha.diagonal(-1).mean(), alpha[1:, 0].mean(), score
        assert line.split()[3:] == [f"{mean:.2f}" for mean in means]


def test_each_word_has_the_word_with_the_largest_weight_of_each_head(checkpoint):
    path, model = checkpoint
    words = TEXT.split()
    weights = model.head_weights(Vocabulary(WORDS).encode(words)[None])[0]
    table = rows(gradus("attention", path, TEXT), "far_2 ")
    for t, line in enumerate(table):
        expected = [words[t]]
        for alpha in weights[-2:]:
            expected += [words[alpha[t].argmax()], f"{alpha[t].max():.2f}"]
        assert line.split() == expected


def test_the_drawing_has_a_matrix_for_each_head(checkpoint, tmp_path):
    path, model = checkpoint
    file = tmp_path / "new" / "heads.svg"
    assert f"drawn in {file}" in gradus("attention", path, TEXT, "--plot", file)
    root = ET.parse(file).getroot()
    matrices = root.findall("{http://www.w3.org/2000/svg}svg")
    assert len(matrices) == 6
    last = [
        float(cell.get("fill-opacity"))
        for cell in matrices[-1].iter()
        if cell.get("class") == "cell"
    ]
    weights = model.head_weights(Vocabulary(WORDS).encode(TEXT.split())[None])[0, -1]
    np.testing.assert_allclose(last, weights.ravel(), atol=1e-3)


def test_every_backend_shows_the_same(checkpoint):
    path, _ = checkpoint
    assert gradus("attention", path, TEXT, "--backend", "torch") == gradus("attention", path, TEXT)


def test_without_a_repeated_word_there_is_no_matching_score(checkpoint):
    path, _ = checkpoint
    table = rows(gradus("attention", path, "the cat"), "head")
    assert {len(line.split()) for line in table} == {6}
    assert {len(line.split()) for line in rows(gradus("attention", path, "cat"), "head")} == {4}


def test_errors_name_the_next_command(checkpoint, tmp_path):
    path, _ = checkpoint
    with pytest.raises(BadInputError, match="no word in TEXT"):
        gradus("attention", path, " ")
    other = tmp_path / "other.safetensors"
    sizes = {"vocabulary_size": 7, "embedding_size": 2, "hidden_size": 3}
    saved(other, "recurrent_lm", sizes, run="language_model")
    with pytest.raises(UsageError, match="no part of recurrent_lm under numpy has weights"):
        gradus("attention", other, TEXT)


def test_heads_that_stand_alone_get_an_axis():
    """The weights are those of the first text."""
    several, single = np.random.default_rng(0).random((2, 3, 4, 4)), np.ones((2, 4, 5))
    heads = {"a": several, "b": single, "c": np.ones(3)}
    model = Model()
    for name, weights in heads.items():
        model.add_child(name, head := Model())
        head.weights = weights
    model.add_child("d", object())
    result = attention_weights(model, NumpyArrays())
    assert list(result) == ["a", "b"]
    np.testing.assert_array_equal(result["a"], several[0])
    np.testing.assert_array_equal(result["b"], single[:1])
