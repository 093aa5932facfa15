"""The plane that shows most, and the picture of it."""

from xml.etree import ElementTree

import numpy as np
import pytest

from framework.errors import BadInputError
from plugins.lectures.evaluation.word_map import plot_words, principal_components
from plugins.lectures.formats.word_vectors import WordVectors

WORDS = WordVectors(["a", "b", "c", "né"], np.random.default_rng(0).normal(size=(4, 6)))


def test_points_of_a_plane_keep_their_distances_wherever_it_lies():
    rng = np.random.default_rng(1)
    plane = rng.normal(size=(7, 2)) * [3, 1]
    turned = plane @ np.linalg.qr(rng.normal(size=(5, 5)))[0][:2] + rng.normal(size=5)
    points, shares = principal_components(turned)

    def distances(x):
        return np.linalg.norm(x[:, None] - x, axis=2)

    np.testing.assert_allclose(distances(points), distances(plane), rtol=1e-12, atol=1e-12)
    assert shares.sum() == pytest.approx(1)
    assert points[:, 0].var() > points[:, 1].var()
    assert points[:, 0] @ points[:, 1] == pytest.approx(0, abs=1e-12)


def test_the_first_axis_is_the_one_of_the_greatest_variance():
    x = np.array([[0, 5, 0], [0, -5, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 0.1], [0, 0, -0.1]])
    points, shares = principal_components(x)
    np.testing.assert_allclose(points, x[:, [1, 0]], atol=1e-12)
    assert shares.tolist() == pytest.approx([50 / 52.02, 2 / 52.02])


@pytest.mark.parametrize("x", [np.eye(2), np.ones((3, 1)), np.ones((4, 3))])
def test_what_spans_no_plane_is_refused(x):
    with pytest.raises(BadInputError):
        principal_components(x)


def drawn_in(path):
    """Return the texts of the SVG file `path`, each with its position."""
    elements = ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    return {text.text: text for text in elements}


def test_every_word_is_written_into_the_chart(tmp_path):
    path = tmp_path / "new" / "x.svg"
    shown = plot_words(WORDS, WORDS.words, path, "Four words")
    assert 0 < shown.shares[1] < shown.shares[0] < 1
    assert (shown.drawn, shown.unknown) == (tuple(WORDS.words), ())
    first, second = (f"{share:.0%} of the variance" for share in shown.shares)
    labels = {f"first principal component, {first}", f"second principal component, {second}"}
    assert drawn_in(path).keys() >= {*WORDS.words, "Four words", *labels}


def test_what_cannot_be_drawn_is_said(tmp_path):
    few = "2 words have vectors, three are needed; no vector for the word 'd'"
    with pytest.raises(BadInputError, match=few):
        plot_words(WORDS, ["a", "b", "a", "d"], tmp_path / "x.svg", "x")
    with pytest.raises(BadInputError, match=r"x\.png cannot be written: the chart is SVG"):
        plot_words(WORDS, ["a", "b", "c"], tmp_path / "x.png", "x")
    with pytest.raises(BadInputError, match=r"x\.svg cannot be written: .*directory"):
        (tmp_path / "x.svg").mkdir()
        plot_words(WORDS, ["a", "b", "c"], tmp_path / "x.svg", "x")


def test_words_without_a_vector_are_left_out_and_told(tmp_path):
    shown = plot_words(WORDS, ["a", "ne", "b", "c", "b", "z"], tmp_path / "x.svg", "x")
    assert shown.drawn == ("a", "b", "c")
    assert [str(error).partition(":")[0] for error in shown.unknown] == [
        "no vector for the word 'ne'",
        "no vector for the word 'z'",
    ]
    assert "z" not in drawn_in(tmp_path / "x.svg")
