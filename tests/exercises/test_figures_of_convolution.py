"""Numbers in the figures and texts of the unit convolution are those of the solutions."""

import re
from collections import Counter

import numpy as np
import pytest
from drawn_figures import SVG, root_of, texts_of
from repository import ROOT

from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from solutions.convolution.conv1d.conv1d import Conv1d
from solutions.convolution.conv_seq2seq.conv_seq2seq import layer_widths
from solutions.convolution.pooling.pooling import (
    AverageOverTime,
    KMaxPool,
    LocalMaxPool,
    MaxOverTime,
)
from solutions.convolution.text_cnn.text_cnn import windows_with_words

UNIT = ROOT / "exercises/convolution"


def boxes(exercise, figure):
    """Return how often each box, of one style, width and height, occurs in a figure."""
    root = root_of(f"convolution/{exercise}/{figure}.svg")
    return Counter(
        (box.get("class"), float(box.get("width")), float(box.get("height")))
        for box in root.iter(f"{SVG}rect")
        if box.get("height") != "100%"
    )


def built(name, *args, **settings):
    """Return the solution's model with this name in the registry."""
    backend = Backend(Plugins().registry, "numpy")
    rng = np.random.default_rng(0)
    return backend.build(name, *args, rng=rng, kind="model", **settings)


def test_windows_of_conv1d_are_counted():
    settings = ({}, {"padding": 1}, {"stride": 2}, {"dilation": 2})
    layers = [Conv1d(1, 1, 3, rng=np.random.default_rng(0), **setting) for setting in settings]
    counts = [f"T' = {layer.output_length(7)}" for layer in layers]
    drawn = texts_of("convolution/conv1d/windows.svg")
    assert [text for text in drawn if text.startswith("T'")] == counts


def test_poolings_of_the_drawn_channel():
    drawn = texts_of("convolution/pooling/poolings.svg")
    c = np.array([float(number) for number in drawn[1:7]])[None, :, None]
    results = [
        number
        for pool in (MaxOverTime(), AverageOverTime(), LocalMaxPool(2, 2), KMaxPool(2))
        for number in pool.forward(c).ravel()
    ]
    shown = [float(text) for text in drawn[7:] if re.fullmatch(r"[\d.]+", text)]
    np.testing.assert_allclose(results, shown, atol=0.005)


@pytest.mark.parametrize(("width", "style"), [(2, "gate"), (3, "good")])
def test_feature_maps_have_a_number_for_each_window_with_a_word(width, style):
    words = np.ones((1, 7), bool)
    cells = boxes("text_cnn", "network")[style, 22.0, 18.0]
    assert cells == windows_with_words(words, width).sum()


def test_steps_of_the_convolutional_encoder():
    drawn = boxes("conv_seq2seq", "translator")
    steps = [drawn[style, 30.0, 26.0] for style in ("on", "box", "gate")]
    widths = layer_widths(steps[0], 3)
    assert steps[1:] == [steps[0] - sum(w - 1 for w in widths[:i]) for i in (1, 2)]


def test_shapes_of_the_deep_network():
    s, M = 32, 3
    model = built("deep_text_cnn", 5, 2, s, 9, M, embedding_size=2, hidden_size=4, k=2)
    x = model.parameters["embedding"][np.zeros((1, s), int)]
    shapes = []
    for layer in model.trunk:
        x = layer.forward(x)
        shapes.append(x.shape[1:])
    texts = texts_of("convolution/deep_text_cnn/network.svg")
    drawn = [text for text in texts if text.startswith("(")]
    written = [f"(s{length}, {maps}M)" for length, maps in (("/2", 2), ("/4", 4), ("/8", 8))]
    assert drawn == ["(s, M)", "(s, M)", *written, "(k, 8M)"]
    computed = dict.fromkeys(shapes)  # a pooling has the length of its stage, not yet the maps
    for shape in [(s, M), (s // 2, 2 * M), (s // 4, 4 * M), (s // 8, 8 * M), (2, 8 * M)]:
        assert shape in computed


@pytest.mark.parametrize(("depth", "place"), [(9, 0), (17, 1)])
def test_characters_that_the_last_convolution_sees(depth, place):
    """With positive weights, a step is positive exactly if it sees a character that is not 0."""
    readme = (UNIT / "deep_text_cnn/README.md").read_text("utf-8")
    sentence = r"last of 9 layers sees (\d+) characters, the last of 17 sees (\d+)"
    s = 320
    model = built("deep_text_cnn", 2, 2, s, depth, 1, embedding_size=1, hidden_size=1, k=1)
    model.eval()
    for name, array in model.parameters.items():
        if name.endswith(".W"):
            array[...] = 1
    x = np.eye(s)[:, :, None]  # text i has the character i alone
    for layer in model.trunk[:-1]:
        x = layer.forward(x)
    middle = x.shape[1] // 2
    seen = np.count_nonzero(x[:, middle].sum(axis=1))
    assert int(re.search(sentence, readme)[place + 1]) == seen
