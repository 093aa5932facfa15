"""Figures on words, translations and transformers show what the solutions compute."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from repository import ROOT

from docs.figures.transformers import LEAST, PAIRS, ROWS, WARMUP, D
from docs.figures.translation import ACCURACY, STEPS
from solutions.convolution.batch_norm.batch_norm import BatchNorm1d
from solutions.language_models.window_lm.window_lm import WindowLM
from solutions.transformers.layer_norm.layer_norm import LayerNorm
from solutions.transformers.positions.positions import angles, sinusoidal
from solutions.transformers.warmup_and_decay.warmup_and_decay import WarmupCosine
from solutions.translation.evaluation.evaluation import calibration_error
from solutions.translation.subwords.subwords import decode, encode, learn_merges
from solutions.word_vectors.one_hot.one_hot import cosine_similarity, one_hot
from solutions.word_vectors.word2vec.word2vec import context_pairs

SVG = "{http://www.w3.org/2000/svg}"


def texts_of(figure):
    """Return the texts of a figure, and the class of the shape that each is drawn in."""
    root = ET.parse(ROOT / "exercises" / figure).getroot()
    style, texts = "", []
    for element in root.iter():
        style = element.get("class", "") if element.tag == f"{SVG}rect" else style
        if element.tag == f"{SVG}text":
            texts.append(("".join(element.itertext()).strip(), style))
    return texts


def test_one_hot_vectors_of_hotel_motel_and_cat():
    texts = [text for text, _ in texts_of("word_vectors/one_hot/dense.svg")]
    digits = np.array([float(text) for text in texts if text in "01"])
    vectors = one_hot(np.array([2, 5, 6]), 7)
    np.testing.assert_array_equal(digits.reshape(3, 7), vectors)
    for i, word in ((1, "motel"), (2, "cat")):
        assert f"hotel · {word} = {cosine_similarity(vectors[0], vectors[i]):g}" in texts


def test_the_gap_of_a_model_that_is_too_sure():
    confidence = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 100)
    correct = np.concatenate([np.arange(100) < round(100 * accuracy) for accuracy in ACCURACY])
    texts = [text for text, _ in texts_of("translation/evaluation/reliability.svg")]
    assert f"mean gap: ECE = {calibration_error(confidence, correct, 5):.2g}" in texts


def test_the_weights_of_a_translator_sum_to_one():
    texts = [text for text, _ in texts_of("translation/attentive_translator/translator.svg")]
    assert sum(float(text) for text in texts if text.startswith("0.")) == pytest.approx(1)


def test_statistics_of_a_column_and_of_a_row():
    drawn = texts_of("transformers/layer_norm/axes.svg")
    x = np.array(ROWS, float)
    numbers = [(float(text), style) for text, style in drawn if text.isdigit()]
    np.testing.assert_array_equal([n for n, _ in numbers], np.tile(x.ravel(), 2))
    marked = np.reshape([style == "gate" for _, style in numbers], (2, *x.shape))
    texts = [text for text, _ in drawn if text.startswith("μ")]
    for of_kind, text, layer in zip(marked, texts, (BatchNorm1d(4), LayerNorm(4)), strict=True):
        chosen = x[of_kind]
        assert text == f"μ = {chosen.mean():g}, σ² = {chosen.var():.2g}"
        expected = (chosen - chosen.mean()) / chosen.std()
        np.testing.assert_allclose(layer.forward(x)[of_kind], expected, rtol=1e-4)


def test_hands_at_the_angles_of_their_pairs():
    figure = "transformers/positions/pairs.svg"
    root = ET.parse(ROOT / "exercises" / figure).getroot()
    lines = [line.get("points").split() for line in root.iter(f"{SVG}polyline")]
    hands = np.array([[[*map(float, point.split(","))] for point in line] for line in lines])
    turned = (hands[:, 1] - hands[:, 0]).reshape(PAIRS, 7, 2) * [1, -1]
    turned /= np.linalg.norm(turned, axis=-1, keepdims=True)
    expected = sinusoidal(7, D).reshape(7, -1, 2)[:, :PAIRS, ::-1]
    np.testing.assert_allclose(turned, expected.swapaxes(0, 1), atol=0.02)
    texts = [text for text, _ in texts_of(figure) if text.endswith(" t")]
    assert texts[:-1] == [f"{rate:.2g} t" for rate in angles(np.arange(2), D)[1, :PAIRS]]


def test_the_curve_of_warmup_and_cosine():
    figure = "transformers/warmup_and_decay/schedule.svg"
    root = ET.parse(ROOT / "exercises" / figure).getroot()
    lines = {line.get("class"): line.get("points") for line in root.iter(f"{SVG}polyline")}
    points = np.array([[*map(float, point.split(","))] for point in lines["first"].split()])
    drawn = (points - points[0]) / [370, -140]
    schedule = WarmupCosine(1.0, warmup=WARMUP, least=LEAST)
    rates = [schedule.rate_at(min(share, 1.0)) for share in drawn[:, 0]]
    np.testing.assert_allclose(drawn[:, 1], rates, atol=1e-2)


def test_the_merges_of_rings():
    merges = learn_merges({b"sing": 4, b"singing": 2, b"ring": 3, b"rings": 2}, 5)
    for count, (tokens, _) in zip((0, 1, 2, 5), STEPS, strict=True):
        (ids,) = encode([b"rings"], merges[:count])
        assert [decode([token], merges).decode() for token in ids] == tokens.split()


def test_the_window_of_into():
    drawn = texts_of("word_vectors/word2vec/window.svg")
    words = ["problems", "turning", "into", "banking", "crises", "as"]
    centers, outsides = context_pairs(range(len(words)), window=2)
    beside = {words[o] for c, o in zip(centers, outsides, strict=True) if words[c] == "into"}
    assert {text for text, style in drawn if style == "on" and text in words} == beside
    assert [text for text, style in drawn if style == "gate"] == ["into"]


def test_the_window_of_a_language_model_ends_at_the_last_word():
    drawn = texts_of("language_models/window_lm/window.svg")
    words = [text for text, _ in drawn if text in ["clock", "the", "students", "opened", "their"]]
    model = WindowLM(len(words), 2, 3, rng=np.random.default_rng(0))
    logits = []
    for changed in range(len(words)):
        tokens = np.arange(len(words))[None]
        tokens[0, changed] = (changed + 1) % len(words)
        logits.append(model.forward(tokens)[0, -1])
    same = model.forward(np.arange(len(words))[None])[0, -1]
    seen = [bool(np.ptp(found - same)) for found in logits]
    inside = [style == "on" for text, style in drawn if text in words]
    assert words == ["clock", "the", "students", "opened", "their"]
    assert inside == seen
