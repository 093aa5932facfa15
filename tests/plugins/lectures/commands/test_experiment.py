"""`gradus experiment`, from the command line."""

import json

import pytest
from gradus_command import gradus

from framework.errors import UnknownNameError, UsageError
from plugins.lectures.experiments import activations, forget_gates
from plugins.lectures.experiments.catalogue import EXPERIMENTS


def test_without_a_name_all_experiments_are_listed():
    lines = gradus("experiment").splitlines()
    assert [line.split(":")[0] for line in lines] == list(EXPERIMENTS)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_findings_are_shown_and_saved(spec, monkeypatch, backend):
    monkeypatch.setattr(activations, "CALLS", 1)
    options = ("--repeats", 2, "--backend", backend, "--json", "deep/found.json")
    shown = gradus("experiment", "activations", *options)
    assert shown.startswith("hard tanh is cheaper than tanh (notes, 2.4)\n2 times on cpu, ")
    assert "undecided  Hard tanh is cheaper than tanh" in shown  # two runs decide nothing
    result = json.loads((spec / "deep/found.json").read_text("utf-8"))
    names = {"backend": backend, "provider": backend, "device": "cpu"}
    assert result["settings"] == {**names, "seed": 0, "repeats": 2}
    assert [len(item["values"]) for item in result["measured"]] == [2] * len(activations.NAMES)
    assert [claim["holds"] for claim in result["claims"]] == [None]


def test_unknown_names_and_a_text_for_another_experiment_are_errors():
    with pytest.raises(UnknownNameError, match="did you mean 'trigrams'"):
        gradus("experiment", "trigram")
    with pytest.raises(UsageError, match="`--text` is for 'trigrams'"):
        gradus("experiment", "copying", "--text", "words.txt")
    with pytest.raises(UsageError, match="`--plots` is for 'forget_gates'"):
        gradus("experiment", "copying", "--plots", "pictures")


def test_the_picture_of_an_experiment_is_saved(spec, monkeypatch):
    monkeypatch.setattr(forget_gates, "TRAIN", 40)
    monkeypatch.setattr(forget_gates, "TEST", 20)
    shown = gradus("experiment", "forget_gates", "--repeats", 1, "--plots", "pictures")
    assert "Saved pictures/forget-gates.svg" in shown
    assert "forget gate" in (spec / "pictures/forget-gates.svg").read_text("utf-8")
