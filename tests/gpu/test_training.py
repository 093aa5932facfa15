"""Training on a GPU: each kind of run, resuming, precision, and checkpoints between devices.

On the CPU two kinds run; ``pytest -m slow`` runs all of them there too.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from devices import on_devices
from gradus_command import gradus
from power_cut import PowerCutError, power_cut
from small_runs import RUNS, copy_corpora, losses, train

from framework.training.checkpoints import load_checkpoint

SAMPLE = ("tagger", "language_model")
#: Kinds whose steps exist in bfloat16, and whose state is carried from batch to batch.
IN_16_BITS = tuple(kind for kind in RUNS if kind not in ("cbow", "word_vectors"))
#: bfloat16 keeps 8 bits: a rounding error is at most 2⁻⁹ of a number.
NEAR = 2.0**-5
WATCHER = "framework.commands.train.epoch_lines.EpochLines"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Small corpora in the working directory."""
    monkeypatch.chdir(tmp_path)
    copy_corpora(tmp_path)
    return tmp_path


def on(device, *options):
    return ("--backend", "torch", "--device", device, "--seed", 3, *options)


@on_devices(RUNS, SAMPLE)
def test_each_kind_of_run_learns(name, device):
    rate = ("--learning-rate", 0.02, "--precision", "float32")
    result = losses(train(name, "m", *on(device, *rate), epochs=3))
    assert len(result) == 3
    assert result[-1] < result[0]


@on_devices(IN_16_BITS, (*SAMPLE, "text_classifier"))
def test_each_kind_of_run_learns_in_16_bits(name, device):
    """Steps are in 16 bits, and everything that is kept is in float32."""
    options = on(device, "--learning-rate", 0.02, "--keep", "last")
    wide = losses(train(name, "wide", *options, "--precision", "float32"))
    result = losses(train(name, "m", *options, "--precision", "bfloat16"))
    assert result[-1] < result[0]
    np.testing.assert_allclose(result, wide, rtol=NEAR)
    saved, exact = load_checkpoint(Path("m")), load_checkpoint(Path("wide")).parameters
    assert any((saved.parameters[key] != array).any() for key, array in exact.items())
    kept = [*saved.parameters.values(), *(a for a in saved.optimizer.values() if a.ndim)]
    assert {array.dtype.name for array in kept} == {"float32"}
    rounded = [array.view(np.uint32) & 0xFFFF for array in saved.parameters.values()]
    assert any(bits.any() for bits in rounded), "the weights have more than 16 bits"


@on_devices((*IN_16_BITS, "cbow"), SAMPLE[:1])
def test_recorded_steps_give_what_single_steps_give(name, device):
    """On a GPU most steps are replayed; the sums of a kernel may come in another order."""
    options = on(device, "--precision", "float64", "--keep", "last", "--weight-decay", 0.01)
    printed = train(name, "recorded", *options, epochs=4)
    train(name, "single", *options, "--no-graphs", epochs=4)
    recorded, single = (load_checkpoint(Path(out)).parameters for out in ("recorded", "single"))
    for key, array in single.items():
        np.testing.assert_allclose(recorded[key], array, rtol=1e-8, atol=1e-10)
    if device == "cuda" and name == "language_model":
        replayed = re.search(r"^([\d,]+) of [\d,]+ steps as CUDA graphs", printed, re.MULTILINE)
        assert replayed is not None
        assert int(replayed[1].replace(",", "")) > 0


@on_devices(RUNS, SAMPLE)
def test_a_deterministic_run_that_is_cut_goes_on_to_the_same_bytes(
    name, device, folder, monkeypatch
):
    options = on(device, "--deterministic", "--optimizer", "adam", "--clip", 1)
    train(name, "whole", *options)
    train(name, "again", *options)
    assert (folder / "again").read_bytes() == (folder / "whole").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("framework.training.saved_runs.SAVING", 0.0)
        patch.setattr("framework.training.saved_runs.SAVING_SHARE", 1e9)
        patch.setattr(WATCHER, power_cut(after=0, steps=2))
        with pytest.raises(PowerCutError):
            train(name, "cut", *options)
    train(name, "cut", *options, "--resume")
    assert (folder / "cut").read_bytes() == (folder / "whole").read_bytes()


@on_devices(IN_16_BITS, SAMPLE[:1])
def test_a_checkpoint_moves_between_devices(name, device):
    """From the device to the CPU, one more epoch there, and back: scores and arrays stay."""
    plain = ("--keep", "last", "--schedule", "constant")
    train(name, "m", *on(device, *plain), epochs=1)
    scores = [score_of(item) for item in (device, "cpu")]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-6)
    before = load_checkpoint(Path("m"))
    train(name, "m", *on("cpu", *plain), "--resume", epochs=2)
    train(name, "m", *on(device, *plain), "--resume", epochs=3)
    after = load_checkpoint(Path("m"))
    assert after.training["epochs_done"] == 3
    assert after.training["scores"][:1] == before.training["scores"]
    assert {key: array.dtype for key, array in after.parameters.items()} == {
        key: array.dtype for key, array in before.parameters.items()
    }


def score_of(device):
    """The last number that `gradus evaluate` prints for the checkpoint ``m``."""
    printed = gradus("evaluate", "m", "--backend", "torch", "--device", device)
    numbers = [word for word in printed.split() if word.replace(".", "", 1).isdigit()]
    return float(numbers[-1])
