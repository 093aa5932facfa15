"""Recipes: a file gives the defaults, the command line has the last word."""

import re

import pytest
from gradus_command import gradus, invoked

from framework.cli import app
from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.training.checkpoints import load_checkpoint

SMALL = ("--embedding-size", "3", "--hidden-size", "4", "--batch-size", "2", "--epochs", "2")


@pytest.fixture(autouse=True)
def texts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.txt").write_text("a b c\nb c a\n" * 20, encoding="utf-8")
    (tmp_path / "valid.txt").write_text("a c zebra\n" * 5, encoding="utf-8")


def train(*options):
    corpus = ("--corpus", "train.txt", "--held-out", "valid.txt")
    return gradus("train", "recurrent_lm", *corpus, *options)


def test_a_file_of_ones_own(tmp_path):
    (tmp_path / "mine.toml").write_text("seed = 5\nsummed = true\n", encoding="utf-8")
    train("--recipe", "mine.toml", *SMALL, "--out", "m")
    assert load_checkpoint("m").training["seed"] == 5
    train("--recipe", "mine.toml", *SMALL, "--seed", "6", "--out", "m")
    assert load_checkpoint("m").training["seed"] == 6


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sede = 5", "sede is no known key: did you mean 'seed'"),
        ("seed = ", "mine.toml cannot be read"),
        ('recipe = "x.toml"', "mine.toml:1: recipe is no known key"),
        ("epochs = 'many'", "mine.toml: epochs must be a whole number from 1 on, not 'many'"),
        ("device = 'gpu'", "mine.toml: device must be one of cpu, cuda, not 'gpu'"),
        ("backend = 3", "mine.toml: backend must be text, not 3"),
        ("plugin = 'week3'", "mine.toml: plugin must be a list of texts, not 'week3'"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_is_allowed(tmp_path, line, said):
    (tmp_path / "mine.toml").write_text(line, encoding="utf-8")
    with pytest.raises(BadInputError, match=re.escape(said)):
        train("--recipe", "mine.toml")


def test_a_value_on_the_command_line_is_refused_too():
    code, output = invoked(app, "train", "recurrent_lm", "--epochs", "many")
    assert code == 2 and "Invalid value for '--epochs'" in output
    with pytest.raises(UsageError, match="epochs must be a whole number from 1 on, not 0"):
        gradus("train", "recurrent_lm", "--epochs", "0")


def test_each_kind_of_run_lists_its_own_recipes():
    language, text = (gradus("train", name, "--help") for name in ("recurrent_lm", "text_cnn"))
    assert "zaremba_small" in language and "kim_2014" not in language
    assert "kim_2014" in text and "zaremba_small" not in text
    with pytest.raises(UnknownNameError, match="'kim_2014' is a recipe for runs of"):
        train("--recipe", "kim_2014")


def test_the_error_for_an_unknown_recipe_lists_all():
    with pytest.raises(UnknownNameError, match="did you mean 'zaremba_small'"):
        train("--recipe", "zaremba_smal")
    with pytest.raises(UnknownNameError) as refused:
        train("--recipe", "x")
    assert str(refused.value) == (
        "no recipe 'x': choose one of bradbury_2016, kim_2016_small, tiny_shakespeare, "
        "tiny_shakespeare_gpu, zaremba_large, "
        "zaremba_medium, zaremba_small. "
        "For your own recipe, give a path that ends in .toml"
    )


def test_an_argument_of_the_command_line_replaces_the_recipes(tmp_path):
    (tmp_path / "mine.toml").write_text('arguments = ["cell = lstm"]\n', encoding="utf-8")
    train("--recipe", "mine.toml", *SMALL, "--set", "cell=gru", "--out", "m")
    assert load_checkpoint("m").arguments["cell"] == "gru"
    train("--recipe", "mine.toml", *SMALL, "--out", "m")
    assert load_checkpoint("m").arguments["cell"] == "lstm"


def test_what_was_held_out_in_a_file_of_its_own_is_evaluated():
    lines = train(*SMALL, "--out", "m").splitlines()
    last = [line for line in lines if line.startswith("epoch")][-1]
    result = gradus("evaluate", "m")
    assert "on valid.txt, 20 tokens" in result
    perplexity = float(re.search(r"perplexity ([\d.]+)", last)[1])
    assert float(re.search(r"perplexity ([\d.]+)", result)[1]) == pytest.approx(
        perplexity, abs=1e-4
    )
    assert "on train.txt, 160 tokens" in gradus("evaluate", "m", "--corpus", "train.txt")


def test_an_exercise_has_its_own_defaults_of_options():
    """The exercise word2vec comes before negative sampling, and is trained with its softmax."""
    for name, loss in (("word2vec", "softmax_cross_entropy"), ("skip_gram", "negative_sampling")):
        shown = " ".join(gradus("train", name, "--help").split())
        assert f"default: {loss}" in shown
    words = ("--corpus", "train.txt", "--dimension", "2", "--subsample", "0", "--epochs", "1")
    shown = gradus("train", "word2vec", *words)
    assert "softmax_cross_entropy" in shown and "negative_sampling" not in shown
    shown = gradus("train", "word2vec", *words, "--loss", "negative_sampling")
    assert "skip_gram_step" in shown
