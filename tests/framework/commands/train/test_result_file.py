"""`gradus train --json`: settings, scores and seconds of all runs, also of interrupted ones."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from power_cut import PowerCutError, power_cut
from small_runs import copy_corpora, train

from framework import __version__
from framework.errors import BadInputError
from framework.training.accelerator import processor_name


@pytest.fixture(autouse=True)
def folder(spec):
    """Small corpora in the working directory."""
    copy_corpora(spec)
    return spec


def read(name="r.json"):
    return json.loads(Path(name).read_text("utf-8"))


def test_a_file_says_what_was_trained_where_and_how_well():
    shown = train("text_classifier", "m", "--json", "r.json", "--seed", 3)
    result = read()
    assert result["model"] == "text_cnn"
    assert result["recipe"] is None
    assert result["arguments"]["maps"] == 2
    assert result["corpus"] == "reviews.txt"
    assert (result["measure"], result["backend"]) == ("accuracy", "numpy")
    assert result["options"]["batch_size"] == 8
    assert (result["version"], result["date"]) == (__version__, date.today().isoformat())
    assert result["device"] == processor_name()
    assert isinstance(result["threads"], int)
    (run,) = result["runs"]
    assert (run["label"], run["seed"]) == ("", 3)
    scores = [float(x) for x in re.findall(r"held-out accuracy ([\d.]+)", shown)][:2]
    assert run["held_out"] == pytest.approx(scores, abs=1e-4)
    assert len(run["seconds"]) == 2
    assert run["shown"][0] in shown
    assert f"{run['score']:.4f}" in run["shown"][0]


def test_every_run_of_several_has_an_entry_and_the_recipe_is_named():
    Path("mine.toml").write_text("minimum_count = 1\n", "utf-8")
    options = ("--json", "r.json", "--seeds", 2, "--recipe", "mine.toml")
    train("text_classifier", "m", *options, epochs=1)
    result = read()
    assert result["recipe"] == "mine.toml"
    assert [(run["label"], run["seed"]) for run in result["runs"]] == [("seed0", 0), ("seed1", 1)]
    assert (result["seeds"], result["folds"]) == (2, 0)
    train("text_classifier", "m", "--json", "r.json", "--folds", 2, epochs=1)
    result = read()
    assert (result["seeds"], result["folds"]) == (1, 2)
    assert [run["label"] for run in result["runs"]] == ["fold1", "fold2"]


def test_an_interrupted_run_keeps_its_scores_and_seconds(monkeypatch):
    train("language_model", "whole", "--json", "whole.json", epochs=3)
    with monkeypatch.context() as patch:
        cut = type("Cut", (power_cut(after=1),), {"__init__": lambda self, file, job: None})
        recorded = "framework.commands.train.result_file.RecordedLines"
        patch.setattr(f"{recorded}.epoch", cut.epoch)
        with pytest.raises(PowerCutError):
            train("language_model", "m", "--json", "r.json", epochs=3)
    before = read()["runs"][0]
    assert len(before["seconds"]) == 1
    assert "score" not in before
    train("language_model", "m", "--json", "r.json", "--resume", epochs=3)
    (run,) = read()["runs"]
    assert run["held_out"] == read("whole.json")["runs"][0]["held_out"]
    assert run["seconds"][:1] == before["seconds"]
    assert len(run["seconds"]) == 3
    assert run["score"] == run["held_out"][-1]


def test_epochs_before_the_file_have_unknown_seconds():
    train("language_model", "m", epochs=1)
    train("language_model", "m", "--json", "r.json", "--resume", epochs=2)
    (run,) = read()["runs"]
    assert (len(run["held_out"]), run["seconds"][0]) == (2, None)


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_file_of_something_else_is_refused_and_kept(text):
    Path("r.json").write_text(text, "utf-8")
    with pytest.raises(BadInputError, match=r"r\.json has no results of `gradus train`"):
        train("language_model", "m", "--json", "r.json", "--resume")
    assert Path("r.json").read_text("utf-8") == text


def test_a_file_that_cannot_be_written_is_an_error_before_the_first_epoch():
    Path("taken").write_text("", "utf-8")
    with pytest.raises(BadInputError, match=r"taken/r\.json cannot be written"):
        train("language_model", "m", "--json", "taken/r.json")
    assert not Path("m").exists()


def test_the_processor_has_a_name(tmp_path):
    (tmp_path / "cpuinfo").write_text("model\t: 2\nmodel name\t: Fast 3000 \nx: y\n", "utf-8")
    assert processor_name(tmp_path / "cpuinfo") == "Fast 3000"
    assert processor_name(tmp_path / "none")
