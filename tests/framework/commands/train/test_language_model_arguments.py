"""The arguments of language models: by default, as options, and by `--set`."""

import re

import numpy as np
import pytest
from gradus_command import gradus
from repository import text_of

from framework.errors import UsageError
from framework.training.checkpoints import load_checkpoint

SMALL = ("--corpus", "text.txt", "--epochs", 1, "--batch-size", 2, "--out", "m")

#: Without and with a bias of the highway's gates.
HIGHWAY = ((), ("--highway-bias", -2))

PLUGIN = text_of("plugins/tiny_lm.py")


@pytest.fixture(autouse=True)
def text(spec):
    (spec / "text.txt").write_text("a b c d\nd c a b\n" * 20, encoding="utf-8")
    (spec / "tiny.py").write_text(PLUGIN, encoding="utf-8")
    return spec


def train(model, *options):
    sizes = ("--embedding-size", 3, "--hidden-size", 4)
    gradus("train", model, *SMALL, *sizes, *options)
    return load_checkpoint("m")


@pytest.mark.parametrize(("model", "cell"), [("gated_lm", "lstm"), ("recurrent_lm", "rnn")])
@pytest.mark.parametrize(
    "options", [("--layers", 2), ("--dropout", "dropout:keep_probability=0.9")]
)
def test_a_stack_is_made_of_the_models_own_cell(model, cell, options):
    assert train(model, *options).arguments["cell"]["layer"] == cell


def test_the_models_own_cell_is_not_written_where_no_option_asks():
    assert "cell" not in train("gated_lm").arguments
    chosen = train("gated_lm", "--layers", 2, "--cell", "gru").arguments
    assert chosen["cell"] == {"layer": "gru", "layers": 2}
    assert train("gated_lm", "--layers", 2, "--set", "cell=gru").arguments == chosen


def test_layers_of_a_stack_get_other_arguments():
    cell = "cell={layer='qrnn',layers=2,options={width=3,pooling='fo'}}"
    saved = train("recurrent_lm", "--set", cell)
    assert saved.parameters["cell.layer_1.W"].shape == (3, 3, 3 * 4)


def test_dropout_below_the_first_layer_has_an_option():
    stack = {"layer": "rnn", "layers": 1}
    kinds = {
        "dropout": {"name": "variational_dropout", "keep_probability": 0.8},
        "input_dropout": {"name": "dropout", "keep_probability": 1},
    }
    above = ("--dropout", "variational_dropout:keep_probability=0.8")
    below = ("--input-dropout", "dropout:keep_probability=1")
    assert train("recurrent_lm", *above, *below).arguments["cell"] == {**stack, **kinds}
    alone = train("recurrent_lm", *below).arguments["cell"]
    assert alone == {**stack, "input_dropout": kinds["input_dropout"]}


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_matrices_of_recurrent_layers_are_dropped(backend):
    kind = "recurrent_dropout:keep_probability=0.8,drop=weights"
    options = ("--backend", backend, "--layers", 2, "--cell", "lstm")
    saved = train("recurrent_lm", "--dropout", kind, *options)
    assert saved.arguments["cell"]["dropout"] == {
        "name": "recurrent_dropout",
        "keep_probability": 0.8,
        "drop": "weights",
    }
    plain = train("recurrent_lm", *options).parameters
    assert plain.keys() == saved.parameters.keys()
    different = [name for name, array in plain.items() if (array != saved.parameters[name]).any()]
    assert "cell.layer_1.W_h" in different


def test_gates_of_highway_layers_start_with_a_bias():
    options = ("--character-filters", 1, "--initial-range", 0.1, "--learning-rate", 0)
    results = [train("recurrent_lm", *options, *more).parameters for more in HIGHWAY]
    for name, plain in results[0].items():
        change = -2.0 * name.endswith("highway_1.b_t")
        np.testing.assert_allclose(results[1][name], plain + change, err_msg=name)
    assert "embedding.highway_1.b_t" in results[0]


def test_the_trained_model_is_measured_on_a_test_text(text):
    (text / "test.txt").write_text("a b zebra\n" * 5, encoding="utf-8")
    shown = gradus("train", "recurrent_lm", *SMALL, "--test", "test.txt")
    perplexity = re.search(r"test perplexity ([\d.]+) on test.txt", shown)[1]
    result = gradus("evaluate", "m", "--corpus", "test.txt")
    assert float(re.search(r"perplexity ([\d.]+)", result)[1]) == pytest.approx(
        float(perplexity), abs=1e-4
    )


def test_a_model_without_a_hidden_layer_gets_no_size_of_one(text):
    plugin = ("--plugin", "tiny.py", "--provider", "tiny")
    gradus("train", "tiny_lm", *SMALL, *plugin)
    assert load_checkpoint("m").arguments == {"vocabulary_size": 7, "embedding_size": 32}
    with pytest.raises(UsageError, match="unexpected keyword argument 'hidden_size'"):
        gradus("train", "tiny_lm", *SMALL, *plugin, "--hidden-size", 4)
