"""Recipes of published results: the values of the papers, and runs that can be interrupted."""

import tomllib
from pathlib import Path

import pytest
from gradus_command import gradus
from power_cut import PowerCutError, power_cut
from repository import text_of
from small_runs import copy_corpora

from framework.commands.train.command import RECIPES
from framework.data.vocabulary import SPECIAL, UNK
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.checkpoints import load_checkpoint
from framework.training.kinds import task_class
from framework.training.tools import LearningRate, model_arguments

<<<<<<< HEAD
#: Recipe -> kind of run, model, and what the paper says: options by name, and the learning rate
#: of some epochs.
PAPERS = {
    # Zaremba et al. 2014, sections 4.1 and 3.
    "zaremba_small": (
        "language_model",
        "recurrent_lm",
        {"cell": "lstm", "layers": 2, "embedding_size": 200, "hidden_size": 200, "dropout": None,
         "unroll": 20, "batch_size": 20, "epochs": 13, "clip": 5, "initial_range": 0.1,
         "optimizer": "sgd", "summed": True},
        {1: 1.0, 4: 1.0, 5: 1 / 2, 13: 1 / 2**9},
    ),
    "zaremba_medium": (
        "language_model",
        "recurrent_lm",
        {"cell": "lstm", "layers": 2, "embedding_size": 650, "hidden_size": 650,
         "dropout": "dropout:keep_probability=0.5",
         "unroll": 35, "batch_size": 20, "epochs": 39, "clip": 5, "initial_range": 0.05,
         "optimizer": "sgd", "summed": True},
        {1: 1.0, 6: 1.0, 7: 1 / 1.2, 39: 1 / 1.2**33},
    ),
    "zaremba_large": (
        "language_model",
        "recurrent_lm",
        {"cell": "lstm", "layers": 2, "embedding_size": 1500, "hidden_size": 1500,
         "dropout": "dropout:keep_probability=0.35",
         "unroll": 35, "batch_size": 20, "epochs": 55, "clip": 10, "initial_range": 0.04,
         "optimizer": "sgd", "summed": True},
        {1: 1.0, 14: 1.0, 15: 1 / 1.15, 55: 1 / 1.15**41},
    ),
    # Kim et al. 2016, section 3 ("Optimization", "Dropout") and table 2; the bias of the gates is
    # that of the authors' program.
    "kim_2016_small": (
        "language_model",
        "recurrent_lm",
        {"cell": "lstm", "layers": 2, "character_filters": 25, "embedding_size": 15,
         "highway_layers": 1, "highway_bias": -2.0, "hidden_size": 300,
         "dropout": "dropout:keep_probability=0.5",
         "input_dropout": "dropout:keep_probability=1", "unroll": 35, "batch_size": 20,
         "epochs": 25, "clip": 5, "initial_range": 0.05, "optimizer": "sgd", "summed": True,
         "schedule": "plateau:factor=0.5,by=1.0"},
        {1: 1.0},
    ),
    # Bradbury et al. 2016, section 3.2.
    "bradbury_2016": (
        "language_model",
        "recurrent_lm",
        {"embedding_size": 640, "hidden_size": 640, "unroll": 105, "batch_size": 20, "epochs": 72,
         "clip": 10, "penalty": "l2_penalty:strength=1e-4", "optimizer": "sgd", "summed": True},
        {1: 1.0, 6: 1.0, 7: 0.95, 72: 0.95**66},
    ),
    # Conneau et al. 2017, sections 3 and 4; the rate as in Zhang et al. 2015, section 3.3.
    "conneau_2017": (
        "text_classifier",
        "text_classifier:deep_text_cnn",
        {"tokens": "characters", "batch_size": 128, "optimizer": "momentum:mu=0.9", "epochs": 15},
        {1: 0.01, 3: 0.01, 4: 0.005, 7: 0.0025},
    ),
    # Mikolov et al. 2011, section 2 (the corpus) and table 1 (no cut-offs).
    "mikolov_2011": (
        "counts",
        "kneser_ney",
        {"tokens": "words", "minimum_count": 1, "maximum_words": 10_001},
        {},
    ),
    # Kim 2014, section 3.1.
    "kim_2014": (
        "text_classifier",
        "text_cnn",
        {"batch_size": 50, "optimizer": "ada_delta:decay=0.95,epsilon=1e-6", "clip": None},
        {1: 1.0},
    ),
    # Bahdanau et al. 2015 and Luong et al. 2015 say what the model is; the sizes are our own.
    "multi30k": (
        "pairs",
        "attentive_translator",
        {"optimizer": "adam", "batch_size": 64, "clip": 1, "keep": "best", "minimum_count": 2},
        {},
    ),
}  # fmt: skip

#: Recipe -> the arguments of the model that it sets, as the paper says.
ARGUMENTS = {
    "bradbury_2016": {
        "cell": {
            "layer": "qrnn",
            "layers": 2,
            "dropout": {"name": "dropout", "keep_probability": 0.5},
            "options": {"width": 2, "pooling": "fo"},
        }
    },
    "conneau_2017": {
        "length": 1014, "depth": 29, "maps": 64, "embedding_size": 16, "hidden_size": 2048, "k": 8,
        "shortcut": False,
    },
    "kim_2014": {
        "embedding_size": 300, "widths": [3, 4, 5], "maps": 100, "keep_probability": 0.5,
        "max_norm": 3.0,
    },
    "multi30k": {
        "embedding_size": 256, "hidden_size": 256,
        "cell": {
            "layer": "lstm",
            "layers": 1,
            "dropout": {"name": "dropout", "keep_probability": 0.6},
        },
    },
}  # fmt: skip
=======
#: Recipe -> kind of run, model, and what the paper says.
PAPERS = tomllib.loads(text_of("training/papers.toml"))

>>>>>>> main

_TINY_TEXT = (
    "--corpus", "text.txt", "--hidden-size", 4, "--embedding-size", 3, "--unroll", 9,
)  # fmt: skip
#: Options that make the run of a recipe small.
TINY = {
    "kim_2016_small": (*_TINY_TEXT, "--character-filters", 1),
    "conneau_2017": (
        *("--corpus", "reviews.txt", "--set", "length=70", "--set", "depth=9", "--set", "maps=2"),
        *("--set", "hidden_size=4"),
    ),
    "kim_2014": ("--corpus", "reviews.txt", "--set", "embedding_size=3", "--set", "maps=2"),
}

recipes = pytest.mark.parametrize("name", PAPERS)
of_steps = pytest.mark.parametrize("name", [name for name in PAPERS if "rates" in PAPERS[name]])


def file_of(name):
    return RECIPES / PAPERS[name]["kind"] / f"{name}.toml"


def values_of(name):
    return tomllib.loads(file_of(name).read_text("utf-8"))


def options_of(name):
    return task_class(PAPERS[name]["kind"], Plugins().registry).options(**values_of(name))


def train(name, *options):
    kind_and_size = (*TINY.get(name, _TINY_TEXT), "--recipe", name, "--batch-size", 4)
    return gradus("train", PAPERS[name]["model"], *kind_and_size, "--epochs", 2, *options)


def test_every_recipe_is_held_to_its_paper():
    assert sorted(file.stem for file in RECIPES.glob("*/*.toml")) == sorted(PAPERS)
    with_arguments = {name for name in PAPERS if "arguments" in values_of(name)}
    assert with_arguments == {name for name in PAPERS if "arguments" in PAPERS[name]}


@recipes
def test_a_recipe_has_the_values_of_its_paper(name):
    options = options_of(name)
    said = PAPERS[name]["options"] | dict.fromkeys(PAPERS[name].get("unset", []))
    assert {key: getattr(options, key) for key in said} == said
    assert model_arguments(options.arguments) == PAPERS[name].get("arguments", {})


@of_steps
def test_the_learning_rate_falls_as_in_the_paper(name):
    backend = Backend(Plugins().registry, "numpy")
    found = LearningRate(backend, options_of(name))
    rates = {int(epoch): rate for epoch, rate in PAPERS[name]["rates"].items()}
    assert {epoch: found.at(epoch) for epoch in rates} == pytest.approx(rates)


def test_kims_rate_is_halved_where_the_perplexity_falls_by_too_little():
    backend = Backend(Plugins().registry, "numpy")
    found = LearningRate(backend, options_of("kim_2016_small"))
    rates = []
    for epoch, perplexity in enumerate([200.0, 150.0, 149.5, 148.9, 140.0], start=1):
        found.observe(epoch, perplexity)
        rates.append(found.at(epoch + 1))
    assert rates == [1, 1, 0.5, 0.25, 0.25]


@of_steps
def test_a_recipe_runs_and_goes_on_to_the_same_bytes_after_a_cut(name, spec, monkeypatch):
    copy_corpora(spec)
    assert "epoch 2/2" in train(name, "--out", "whole")
    with monkeypatch.context() as patch:
        patch.setattr("framework.training.saved_runs.SAVING", 0.0)
        patch.setattr("framework.training.saved_runs.SAVING_SHARE", 1e9)
        watcher = "framework.commands.train.epoch_lines.EpochLines"
        patch.setattr(watcher, power_cut(after=1, steps=1))
        with pytest.raises(PowerCutError):
            train(name, "--out", "cut")
    assert "continuing after epoch 1 and step 1" in train(name, "--out", "cut", "--resume")
    assert Path("cut").read_bytes() == Path("whole").read_bytes()
    assert load_checkpoint(Path("cut")).training["epochs_done"] == 2


def test_a_recipe_of_counts_runs(spec):
    copy_corpora(spec)
    gradus("train", "kneser_ney", "--corpus", "text.txt", "--recipe", "mikolov_2011", "--out", "m")
    saved = load_checkpoint(Path("m"))
    text = set(Path("text.txt").read_text("utf-8").split())
    assert UNK not in saved.arguments["counted_text"], "a word that occurs once is no <unk>"
    assert text >= set(saved.vocabulary.words[len(SPECIAL) :])
