"""`gradus compare`, from the command line."""

import json
import os
import re
import shutil
import sys
from xml.etree import ElementTree as ET

import pytest
from gradus_command import gradus
from programs import completed
from repository import ROOT

from autograder.course.reading import find_course
from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.providers import plugin_sources
from framework.threads import VARIABLES
from plugins.authoring.kits.contents import write_course
from plugins.lectures.comparison.outcomes import Training


@pytest.fixture(autouse=True)
def folder(spec, reviews):
    """A folder with a small corpus."""
    (spec / "reviews.txt").write_text(reviews, "utf-8")
    return spec


SMALL = ("--corpus", "reviews.txt", "--embedding-size", 4, "--hidden-size", 5)
SHORT_RUN = ("--epochs", 1, "--batch-size", 500)


def compare(*arguments):
    return gradus("compare", *arguments)


def rows(output):
    """Family -> the cells of its row."""
    table = output.split("\n\n")[1].splitlines()[1:]
    return {cells[0]: cells[1:] for cells in (re.split(r"\s{2,}", line.strip()) for line in table)}


def test_all_families_are_trained_and_all_claims_made():
    shown = compare(*SMALL, "--epochs", 2)
    assert "corpus reviews.txt: 54 texts to learn from, 6 held out" in shown
    families = ["bag", "window", "cnn", "rnn", "rnn_last", "lstm", "gru", "qrnn", "transformer"]
    assert list(rows(shown)) == families
    assert {name: cells[1] for name, cells in rows(shown).items()} == {
        "bag": "81", "window": "121", "cnn": "121", "rnn": "106", "rnn_last": "106",
        "lstm": "256", "gru": "206", "qrnn": "191", "transformer": "436",
    }  # fmt: skip
    assert len(re.findall(r"^(holds|does not hold here|undecided) ", shown, re.MULTILINE)) == 13


def test_a_corpus_whose_best_is_known_shows_it():
    shown = compare(*SHORT_RUN, "--models", "bag,cnn,rnn")
    result = rows(shown)
    assert [result[name][1] for name in ("bag", "cnn", "rnn")] == ["72.25%", "81.25%", "100.00%"]
    assert [result[name][-1] for name in ("bag", "cnn", "rnn")] == ["1", "1", "20"]
    assert "does not see the order of words: no more" in shown
    wide = rows(compare(*SHORT_RUN, "--models", "bag,cnn", "--width", 5))
    assert len(wide["cnn"]) == len(wide["bag"]) - 1  # of windows of 5 words it is not known


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_json_has_all_numbers(folder, backend):
    options = ("--models", "rnn,cnn", "--seeds", 2, "--seed", 3, "--backend", backend)
    shown = compare(*SMALL, *options, "--epochs", 2, "--json", "deep/found.json")
    result = json.loads((folder / "deep" / "found.json").read_text("utf-8"))
    assert result["settings"] == {
        "corpus": "reviews.txt", "backend": backend, "provider": backend, "seeds": 2,
        "threads": "1 thread",
        "embedding_size": 4, "hidden_size": 5, "width": 3, "optimizer": "adam",
        "learning_rate": 0.02, "loss": "softmax_cross_entropy",
        "batch_size": 32, "epochs": 2, "precision": "float64", "seed": 3, "hold": 1,
        "keep": "best", "summed": False, "weight_decay": 0.0,
    }  # fmt: skip
    rnn, cnn = result["families"]
    assert (rnn["name"], cnn["name"], rnn["in_order"], cnn["in_order"]) == (
        "rnn", "cnn", True, False,
    )  # fmt: skip
    assert len(rnn["accuracies"]) == len(rnn["epoch_seconds"]) == 2  # the first ones warm up
    mean = sum(rnn["accuracies"]) / 2
    assert rnn["accuracy"] == pytest.approx(mean)
    assert rows(shown)["rnn"][0] == f"{mean:.2%} ± {100 * rnn['spread']:.2f}"
    assert [claim["holds"] for claim in result["claims"]] == [None]  # two timings decide nothing
    assert shown.count("undecided") == 1


def test_the_table_fits_a_terminal_of_80_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = compare(*SHORT_RUN, "--models", "bag,rnn_last,lstm", "--seeds", 2)
    assert "…" not in shown
    seconds = rows(shown)["lstm"][-2]
    assert re.fullmatch(r"[\d.]+ \([\d.]+–[\d.]+\)", seconds)


def test_the_same_seed_gives_the_same_accuracies_for_every_choice_of_models():
    alone = rows(compare(*SHORT_RUN, "--models", "cnn"))["cnn"][0]
    beside = rows(compare(*SHORT_RUN, "--models", "bag,cnn"))["cnn"][0]
    assert alone == beside


def test_families_are_timed_in_turns(monkeypatch):
    order = []
    epoch = Training.epoch

    def noted(training, bar):
        order.append(training.name)
        epoch(training, bar)

    monkeypatch.setattr(Training, "epoch", noted)
    compare(*SMALL, "--epochs", 3, "--models", "bag,cnn,rnn")
    once = ["bag", "cnn", "rnn"]
    assert order == [*once, *reversed(once), *once]


def test_the_command_computes_on_one_thread_whatever_the_machine(folder):
    command = [sys.executable, "-c", "from framework.cli import main; main()", "compare"]
    free = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    options = [*map(str, SMALL), "--models", "bag", "--epochs", "1"]
    done = completed(*command, *options, cwd=folder, env=free, check=True)
    assert "timed on cpu, 1 thread\n" in done.stdout
    asked = {**free, "OPENBLAS_NUM_THREADS": "2"}
    done = completed(*command, *options, cwd=folder, env=asked, check=True)
    assert "OPENBLAS_NUM_THREADS=2" in done.stdout


def test_pictures(folder):
    shown = compare(*SMALL, "--models", "bag,cnn", "--epochs", 1, "--plots", "pictures")
    names = {"accuracy-over-parameters.svg", "accuracy-over-seconds.svg"}
    assert {path.name for path in (folder / "pictures").iterdir()} == names
    assert all(f"Saved pictures/{name}" in shown for name in names)
    picture = ET.parse(folder / "pictures" / "accuracy-over-parameters.svg")
    texts = {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {"bag", "cnn", "parameters", "accuracy, %"} <= texts


def test_what_cannot_be_compared_is_refused(folder):
    with pytest.raises(UnknownNameError, match="did you mean 'qrnn'"):
        compare("--models", "bag,qrn")
    with pytest.raises(UsageError, match="name each family once: bag, bag"):
        compare("--models", "bag,bag")
    with pytest.raises(UsageError, match="name each family once: there is none"):
        compare("--models", "")
    with pytest.raises(UsageError, match="--width must be odd, not 4"):
        compare("--width", 4)
    (folder / "file").write_text("", "utf-8")
    with pytest.raises(BadInputError, match="cannot be written"):
        compare(*SMALL, "--models", "bag", "--epochs", 1, "--json", "file/found.json")


def test_families_whose_parts_are_not_written_are_left_out(folder, monkeypatch):
    """A course without solutions, as a student kit, has no reference that could take over."""
    monkeypatch.setitem(plugin_sources.BUILT_IN, "autograder", "autograder.plugin")
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    with pytest.raises(UsageError, match="nothing is written in"):
        compare(*SMALL, *SHORT_RUN)
    name = "convolution/bag_of_vectors/bag_of_vectors.py"
    shutil.copy(ROOT / "solutions" / name, folder / "exercises" / name)
    shown = compare(*SMALL, *SHORT_RUN)
    assert list(rows(shown)) == ["bag"]
    assert "from your code: deep_averaging_network" in shown
    with pytest.raises(UsageError, match=r"'sequence_classifier' is not written.*no solutions"):
        compare(*SMALL, *SHORT_RUN, "--models", "cnn,rnn")


def test_a_kit_without_these_exercises_compares_nothing(folder, monkeypatch, capsys):
    monkeypatch.setitem(plugin_sources.BUILT_IN, "autograder", "autograder.plugin")
    course = find_course(ROOT)
    write_course(folder, course, [course.exercise("losses")])
    shutil.copy(ROOT / "solutions/neural_networks/losses/losses.py",
                folder / "exercises/neural_networks/losses")  # fmt: skip
    with pytest.raises(UsageError, match="no family is left"):
        compare(*SMALL, *SHORT_RUN)
