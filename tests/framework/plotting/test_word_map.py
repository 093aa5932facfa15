"""The plane that shows most, and the picture of it."""

import sys

import numpy as np
import pytest

from framework.data.formats.word_vectors import WordVectors
from framework.errors import BadInputError, UsageError
from framework.plotting.word_map import plot_words, principal_components

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


@pytest.mark.parametrize(("name", "start"), [("x.png", b"\x89PNG"), ("new/x.svg", b"<?xml")])
def test_the_suffix_says_the_form_of_the_picture(tmp_path, name, start):
    pytest.importorskip("matplotlib", reason="plots need the extra `plots`")
    shown = plot_words(WORDS, WORDS.words, tmp_path / name, "Four words")
    assert 0 < shown.shares[1] < shown.shares[0] < 1
    assert (shown.drawn, shown.unknown) == (tuple(WORDS.words), ())
    content = (tmp_path / name).read_bytes()
    assert content.startswith(start)
    if name.endswith("svg"):
        drawn = (*WORDS.words, "Four words")
        assert all(f"<!-- {text} -->".encode() in content for text in drawn)


def test_no_label_lies_on_another_or_on_a_point(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib", reason="plots need the extra `plots`")
    figures = []
    monkeypatch.setattr(
        "framework.plotting.word_map.save_figure", lambda figure, path: figures.append(figure)
    )
    rng = np.random.default_rng(2)
    pairs = np.repeat(rng.normal(size=(4, 2)), 2, axis=0) + rng.normal(size=(8, 2)) * 0.02
    names = [f"word{i}" for i in range(8)]
    plot_words(
        WordVectors(names, np.hstack([pairs, np.ones((8, 1))])), names, tmp_path / "x.png", "x"
    )
    figures[0].draw_without_rendering()
    boxes = [text.get_window_extent() for text in figures[0].axes[0].texts]
    for i, box in enumerate(boxes):
        assert not box.count_overlaps(boxes[:i])


def test_what_cannot_be_drawn_is_said(tmp_path):
    pytest.importorskip("matplotlib", reason="plots need the extra `plots`")
    few = "2 words have vectors, three are needed; no vector for the word 'd'"
    with pytest.raises(BadInputError, match=few):
        plot_words(WORDS, ["a", "b", "a", "d"], tmp_path / "x.png", "x")
    with pytest.raises(BadInputError, match=r"x\.zip cannot be written: Format 'zip'"):
        plot_words(WORDS, ["a", "b", "c"], tmp_path / "x.zip", "x")


def test_words_without_a_vector_are_left_out_and_told(tmp_path):
    pytest.importorskip("matplotlib", reason="plots need the extra `plots`")
    shown = plot_words(WORDS, ["a", "ne", "b", "c", "b", "z"], tmp_path / "x.svg", "x")
    assert shown.drawn == ("a", "b", "c")
    assert [str(error).partition(":")[0] for error in shown.unknown] == [
        "no vector for the word 'ne'",
        "no vector for the word 'z'",
    ]
    assert b"<!-- z -->" not in (tmp_path / "x.svg").read_bytes()


def test_without_matplotlib_the_command_that_installs_it_is_shown(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(UsageError, match=r"pip install 'gradus-nlp\[plots\]'"):
        plot_words(WORDS, ["a", "b", "c"], tmp_path / "x.png", "x")
