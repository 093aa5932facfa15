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
from framework.providers.loaded_plugins import Plugins
from framework.training.checkpoints import load_checkpoint
from framework.training.task_kinds import task_class
from framework.training.tools import LearningRate, model_arguments

#: Recipe -> kind of run, model, what the paper says, and options that make its run small.
PAPERS = tomllib.loads(text_of("training/papers.toml"))
#: Options that make a run small, unless a recipe has its own.
TINY = "--corpus text.txt --hidden-size 4 --embedding-size 3 --unroll 9"

recipes = pytest.mark.parametrize("name", PAPERS)
of_steps = pytest.mark.parametrize("name", [name for name in PAPERS if "rates" in PAPERS[name]])


def file_of(name):
    return RECIPES / PAPERS[name]["kind"] / f"{name}.toml"


def values_of(name):
    return tomllib.loads(file_of(name).read_text("utf-8"))


def options_of(name):
    return task_class(PAPERS[name]["kind"], Plugins().registry).options(**values_of(name))


def train(name, *options):
    kind_and_size = (*PAPERS[name].get("tiny", TINY).split(), "--recipe", name, "--batch-size", 4)
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
def test_the_learning_rate_falls_as_in_the_paper(name, backend):
    result = LearningRate(backend, options_of(name))
    rates = {int(epoch): rate for epoch, rate in PAPERS[name]["rates"].items()}
    assert {epoch: result.at(epoch) for epoch in rates} == pytest.approx(rates)


def test_kims_rate_is_halved_where_the_perplexity_falls_by_too_little(backend):
    result = LearningRate(backend, options_of("kim_2016_small"))
    rates = []
    for epoch, perplexity in enumerate([200.0, 150.0, 149.5, 148.9, 140.0], start=1):
        result.observe(epoch, perplexity)
        rates.append(result.at(epoch + 1))
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
