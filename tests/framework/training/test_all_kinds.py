"""Every option works for every kind of run, and every run can be interrupted anywhere."""

import os
import signal
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from gradus_command import gradus
from power_cut import PowerCutError, power_cut
from small_runs import RUNS, copy_corpora, train

from framework.errors import BadInputError, StoppedError, UsageError
from framework.training.checkpoints import Checkpoint, load_checkpoint
from framework.training.saved_runs import Watcher

WATCHER = "framework.commands.train.epoch_lines.EpochLines"

#: An argument of each kind's model, as `--set` gives it, and what it then is.
ARGUMENTS = {
    "language_model": ("hidden_size=5", 5),
    "tagger": ("window=1", 1),
    "text_classifier": ("widths=[2]", [2]),
    "pairs": ("width=2", 2),
    "conditions": ("cell=gru", "gru"),
    "cbow": ("dimension=5", 5),
    "word_vectors": ("dimension=5", 5),
    "window_scores": ("activation=tanh", "tanh"),
}

#: Options that are no default of any kind, but for those in `OTHERS`.
OPTIONS = {
    "clip": (0.001,),
    "schedule": ("exponential_decay:decay=1.0",),
    "summed": (),
    "initial_range": (0.01,),
    "weight_decay": (0.1,),
    "penalty": ("l2_penalty:strength=0.1",),
    "initializer": ("xavier_uniform",),
    "optimizer": ("momentum:mu=0.5",),
    "learning_rate": (0.0001,),
    "precision": ("float32",),
    "seed": (9,),
}
OTHERS = {
    ("cbow", "summed"): "--no-summed",
    ("word_vectors", "summed"): "--no-summed",
    ("word_vectors", "precision"): ("float64",),
}


@pytest.fixture(autouse=True)
def folder(spec):
    """Small corpora in the working directory."""
    copy_corpora(spec)
    return spec


@cache
def plain_run(kind, epochs):
    """The checkpoint of a small run, trained once for all that are compared with it."""
    train(kind, "plain", "--seed", 1, epochs=epochs)
    return load_checkpoint(Path("plain"))


@cache
def whole_run(kind, backend):
    """The bytes of a run with `CUT`, trained once for all that are cut."""
    train(kind, "whole", "--backend", backend, *CUT)
    return Path("whole").read_bytes()


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("kind", RUNS)
def test_every_option_of_training_changes_the_result_and_is_saved(kind, name):
    epochs = 2 if name == "schedule" else 1  # which begins with the second epoch
    plain, other = plain_run(kind, epochs), OTHERS.get((kind, name), OPTIONS[name])
    flag, values = (other, ()) if isinstance(other, str) else (f"--{name.replace('_', '-')}", other)
    train(kind, "changed", "--seed", 1, flag, *values, epochs=epochs)
    changed = load_checkpoint(Path("changed"))
    assert plain.training[name] != changed.training[name]
    same = [
        np.array_equal(array, changed.parameters[key])
        and array.dtype == changed.parameters[key].dtype
        for key, array in plain.parameters.items()
    ]
    assert not all(same)


@pytest.mark.parametrize("kind", [kind for kind in RUNS if kind not in ("cbow", "word_vectors")])
def test_torch_trains_and_evaluates_every_kind_in_single_precision(kind):
    train(kind, "m", "--backend", "torch", "--precision", "float32", epochs=1)
    assert {array.dtype.name for array in load_checkpoint(Path("m")).parameters.values()} == {
        "float32"
    }
    gradus("evaluate", "m", "--backend", "torch")


@pytest.mark.parametrize("kind", RUNS)
def test_every_model_gets_its_arguments_by_set(kind):
    written, value = ARGUMENTS[kind]
    name = written.partition("=")[0]
    words, option = list(RUNS[kind]), f"--{name.replace('_', '-')}"
    if option in words:
        with pytest.raises(UsageError, match=f"both set {name}: leave one out"):
            train(kind, "m", "--set", written)
        at = words.index(option)
        del words[at : at + 2]
    gradus("train", *words, "--epochs", 1, "--out", "m", "--set", written)
    assert load_checkpoint(Path("m")).arguments[name] == value


@pytest.mark.parametrize("kind", ["language_model", "word_vectors", "window_scores"])
def test_several_seeds_show_mean_and_spread(kind, folder):
    shown = train(kind, "m", "--seed", 4, "--seeds", 2, epochs=1)
    assert "of 2 runs: mean " in shown.splitlines()[-1]
    results = [load_checkpoint(Path(f"m-seed{seed}")) for seed in (4, 5)]
    assert [saved.training["seed"] for saved in results] == [4, 5]
    assert {path.name for path in folder.glob("m*")} == {"m-seed4", "m-seed5"}


@pytest.mark.parametrize("kind", ["language_model", "tagger", "word_vectors"])
def test_the_epoch_that_is_kept_can_be_chosen(kind):
    rates = ("--schedule", "step_decay:factor=1e-9,every=1")  # the second epoch changes nothing
    train(kind, "last", "--keep", "last", *rates)
    train(kind, "best", "--keep", "best", *rates)
    assert load_checkpoint(Path("best")).optimizer == {}
    last, best = (load_checkpoint(Path(out)).training for out in ("last", "best"))
    assert last["scores"] == best["scores"]
    assert best["best_score"] in best["scores"]


CUT = ("--optimizer", "adam", "--seed", 3, "--clip", 1)


@pytest.mark.parametrize(("backend", "steps"), [("numpy", 0), ("numpy", 2), ("torch", 2)])
@pytest.mark.parametrize("kind", RUNS)
def test_a_run_that_is_cut_within_its_first_epoch_goes_on_to_the_same_bytes(
    kind, backend, steps, folder, monkeypatch
):
    """Killed at the first step, it goes on from its start."""
    whole, options = whole_run(kind, backend), ("--backend", backend, *CUT)
    with monkeypatch.context() as patch:
        if steps:
            patch.setattr("framework.training.saved_runs.SAVING", 0.0)
            patch.setattr("framework.training.saved_runs.SAVING_SHARE", 1e9)
        patch.setattr(WATCHER, power_cut(after=0, steps=steps))
        with pytest.raises(PowerCutError):
            train(kind, "cut", *options)
    assert not (folder / "cut").exists()
    if steps:
        interrupted = load_checkpoint(folder / "cut.last").training["interrupted"]
        assert interrupted["steps_done"] == steps
    shown = train(kind, "cut", *options, "--resume")
    if steps:
        assert "continuing after epoch 0 and step 2 of the next one\nepoch 1/2" in shown
    assert (folder / "cut").read_bytes() == whole
    assert not (folder / "cut.last").exists()


def interrupting(number):
    """A class of watchers that send this process a signal at the second step of each epoch."""

    class Interrupting(Watcher):
        @contextmanager
        def epoch(self, run):
            def on_step(done, total, loss):
                if done == 2:
                    os.kill(os.getpid(), number)

            yield on_step

    return Interrupting


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["language_model", "text_classifier"])
def test_an_interruption_saves_where_the_run_is(kind, number, folder, monkeypatch):
    train(kind, "whole")
    before = signal.getsignal(number)
    said = "interrupted at step 2 of .* epoch 1; the same command with `--resume` continues there"
    with monkeypatch.context() as patch:
        patch.setattr(WATCHER, interrupting(number))
        with pytest.raises(StoppedError, match=said) as stopped:
            train(kind, "cut")
    assert stopped.value.exit_code == 130
    assert signal.getsignal(number) is before
    train(kind, "cut", "--resume")
    assert (folder / "cut").read_bytes() == (folder / "whole").read_bytes()


def test_a_new_run_does_not_go_on_with_what_an_older_one_has_left(folder, monkeypatch):
    train("language_model", "whole")
    train("language_model", "m", "--seed", 7)
    with monkeypatch.context() as patch:
        patch.setattr(WATCHER, power_cut(after=1))
        with pytest.raises(PowerCutError):
            train("language_model", "m")
    train("language_model", "m", "--resume")
    assert (folder / "m").read_bytes() == (folder / "whole").read_bytes()


def test_a_longer_run_goes_on_with_a_shorter_one_where_its_end_settles_nothing():
    train("language_model", "m", epochs=1)
    train("language_model", "m", "--resume", epochs=2)
    train("language_model", "whole", epochs=2)
    assert Path("m").read_bytes() == Path("whole").read_bytes()
    train("word_vectors", "v", "--schedule", "constant", epochs=1)
    assert "epoch 2/2" in train("word_vectors", "v", "--schedule", "constant", "--resume", epochs=2)
    train("word_vectors", "v", epochs=1)
    with pytest.raises(UsageError, match="its epochs is 1, but this run has 2"):
        train("word_vectors", "v", "--resume", epochs=2)


def test_a_saved_setting_outside_of_its_range_is_refused(folder):
    out = folder / "run"
    train("language_model", out)
    saved = load_checkpoint(out)
    Checkpoint(**{**vars(saved), "training": {**saved.training, "batch_size": 0}}).save(out)
    said = "its batch_size must be a whole number from 1 on, not 0"
    with pytest.raises(BadInputError, match=said):
        train("language_model", out, "--resume", epochs=3)
