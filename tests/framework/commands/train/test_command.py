"""`gradus train`, `evaluate` and `sample`, from the command line to the file and back."""

import os
import re

import pytest
from gradus_command import gradus
from repository import text_of

from framework.errors import PluginError, UsageError
from plugins.lectures.languages import agreement

LINES = ["the key is here", "the keys are here", "a key is old", "the old keys are here"]

STUDENT_RNN = text_of("texts/command/student_rnn.py")

READS_STUDENTS = """
from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation

@hookimpl
def student_implementations(folder):
    written = sorted(folder.glob("*.py"))
    return [Implementation("model", p.stem, {provider!r}, f"{{p}}:RNN") for p in written]
"""

OPTIMIZER_PLUGIN = text_of("texts/command/optimizer_plugin.py")


@pytest.fixture(autouse=True)
def course(spec):
    """A folder with a small text."""
    (spec / "text.txt").write_text("\n".join(LINES * 15), encoding="utf-8")
    return spec


SMALL = ("--corpus", "text.txt", "--embedding-size", 4, "--hidden-size", 6, "--batch-size", 4)


def perplexities(output):
    return [float(result) for result in re.findall(r"perplexity ([\d.]+)", output)]


def test_training_lowers_the_held_out_perplexity_and_saves(course):
    output = gradus("train", "rnn_lm", *SMALL, "--epochs", 6, "--learning-rate", 0.03)
    result = perplexities(output)
    assert len(result) == 6
    assert result[-1] < 0.7 * result[0]
    assert (course / "checkpoints" / "rnn_lm.safetensors").is_file()


def test_piped_output_is_a_plain_line_per_epoch(course):
    output = gradus("train", "rnn_lm", *SMALL, "--epochs", 2)
    lines = re.sub(r"[\d,]+ tokens/s   [\d.]+ s$", "9 tokens/s   1.0 s", output, flags=re.M)
    lines = re.sub(r"\d+\.\d{4}", "1.2345", lines)
    *first, last = lines.splitlines()
    assert first[:6] == [
        "recurrent_lm, 187 parameters, float64 on cpu",
        "corpus text.txt: 283 tokens to learn from, 32 held out, 11 words",
        "from the NumPy reference: adam, recurrent_lm, rnn, softmax_cross_entropy",
        "epoch 1/2   loss 1.2345   held-out perplexity 1.2345   9 tokens/s   1.0 s",
        "epoch 2/2   loss 1.2345   held-out perplexity 1.2345   9 tokens/s   1.0 s",
        "",
    ]
    checkpoint = os.path.join("checkpoints", "rnn_lm.safetensors")  # noqa: PTH118
    curve = os.path.join("checkpoints", "rnn_lm.svg")  # noqa: PTH118
    assert last == f"Saved {checkpoint} and {curve}. Next: `gradus sample {checkpoint}`"


def test_the_best_possible_perplexity_stands_beside_the_found_one(monkeypatch):
    whole = agreement.corpus()
    monkeypatch.setattr(
        agreement,
        "corpus",
        lambda: type(whole)(
            whole.name, whole.train[:2001], whole.valid[:501], whole.vocabulary, 3.25
        ),
    )
    assert "(best possible 3.2500)" in gradus("train", "recurrent_lm", "--epochs", 1)
    assert "(best possible 3.2500)" in gradus("evaluate", "checkpoints/recurrent_lm.safetensors")


@pytest.mark.parametrize("trained", ["numpy", "torch"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_backend_reads_a_checkpoint_with_the_same_perplexity(trained, dtype):
    options = ("--backend", trained, "--dtype", dtype, "--out", "m", "--epochs", 2)
    last = perplexities(gradus("train", "rnn_lm", *SMALL, *options))[-1]
    results = [
        perplexities(gradus("evaluate", "m", "--backend", backend))[0]
        for backend in ("numpy", "torch")
    ]
    assert results[0] == pytest.approx(results[1], rel=1e-6)
    assert results[0] == pytest.approx(last, abs=1e-4)


def test_words_may_be_known_by_their_characters(course):
    """Trained, gone on with, evaluated and sampled from like any other."""
    options = ("--backend", "torch", "--character-filters", 3, "--learning-rate", 0.03)
    gradus("train", "rnn_lm", *SMALL, *options, "--out", "m", "--epochs", 3)
    output = gradus("train", "rnn_lm", *SMALL, *options, "--out", "m", "--epochs", 6, "--resume")
    assert "character_word_encoder" in output
    whole = gradus("train", "rnn_lm", *SMALL, *options, "--out", "n", "--epochs", 6)
    assert perplexities(output)[-1] < 0.7 * perplexities(whole)[0]
    assert (course / "m").read_bytes() == (course / "n").read_bytes()
    for backend in ("numpy", "torch"):
        result = perplexities(gradus("evaluate", "m", "--backend", backend))[0]
        assert result == pytest.approx(perplexities(output)[-1], abs=1e-4)
        assert gradus("sample", "m", "--backend", backend, "--prompt", "the").startswith("the ")


def test_a_text_of_ones_own_is_scored_whole(course):
    gradus("train", "rnn_lm", *SMALL, "--out", "m", "--epochs", 1)
    (course / "other.txt").write_text("the key is\nthe zebra\n", encoding="utf-8")
    assert "on other.txt, 7 tokens" in gradus("evaluate", "m", "--corpus", "other.txt")
    assert "held-out text of text.txt, 32 tokens" in gradus("evaluate", "m")
    same = gradus("evaluate", "m", "--corpus", course / "text.txt")
    assert same.splitlines()[-1] == gradus("evaluate", "m").splitlines()[-1]


def test_samples_go_on_after_the_prompt():
    gradus("train", "rnn_lm", *SMALL, "--epochs", 12, "--learning-rate", 0.03, "--out", "m")
    text = gradus("sample", "m", "--prompt", "the old", "--length", 30, "--seed", 1)
    assert text.startswith("the old keys")
    assert len(text.split()) + text.count("\n") in (32, 33)
    assert text.endswith("\n")
    assert text == gradus("sample", "m", "--prompt", "the old", "--length", 30, "--seed", 1)
    assert text != gradus("sample", "m", "--prompt", "the old", "--length", 30, "--seed", 2)
    assert "read as <unk>: zebra" in gradus("sample", "m", "--prompt", "the zebra", "--length", 3)
    greedy = [gradus("sample", "m", "--temperature", 0, "--seed", seed) for seed in (1, 2)]
    assert greedy[0] == greedy[1]


def student(course, body, provider="student"):
    """A folder with a student's RNN, and the options that use it."""
    folder = course / "exercises"
    folder.mkdir()
    (folder / "rnn.py").write_text(STUDENT_RNN.format(body=body), encoding="utf-8")
    plugin = course / "reader.py"
    plugin.write_text(READS_STUDENTS.format(provider=provider), encoding="utf-8")
    return ("--provider", "student", "--plugin", plugin)


def test_the_parts_of_a_student_are_used_and_named(course):
    options = student(course, "return np.zeros((*x.shape[:2], self.hidden_size))")
    output = gradus("train", "rnn_lm", *SMALL, *options, "--epochs", 1)
    assert "a student's RNN" in output
    assert "from your code: rnn\n" in output
    assert "from the NumPy reference: adam, recurrent_lm, softmax_cross_entropy\n" in output


def test_the_parts_of_a_student_compute_on_the_arrays_of_the_backend(course):
    options = student(course, "return x.new_zeros((*x.shape[:2], self.hidden_size))")
    file = course / "exercises" / "rnn.py"
    written = file.read_text("utf-8").replace("np.zeros((*", "grad_h.new_zeros((*")
    written = written.replace("import numpy as np", "import torch").replace("np.", "torch.")
    file.write_text(written, "utf-8")
    output = gradus("train", "rnn_lm", *SMALL, *options, "--backend", "torch", "--epochs", 1)
    assert "from your code: rnn\n" in output
    assert "from torch: adam, affine, recurrent_lm, softmax_cross_entropy\n" in output
    saved = "checkpoints/rnn_lm.safetensors"
    as_trained = gradus("evaluate", saved, *options[2:])
    assert "from your code: rnn\nfrom torch: affine, recurrent_lm\n" in as_trained


def test_the_optimizer_of_a_plugin(course):
    (course / "week3.py").write_text(OPTIMIZER_PLUGIN, encoding="utf-8")
    options = ("--plugin", "week3.py", "--optimizer", "frozen@week3")
    output = gradus("train", "rnn_lm", *SMALL, *options, "--epochs", 2)
    assert "from week3: frozen\n" in output
    first, last = perplexities(output)
    assert first == last
    with pytest.raises(UsageError, match="Frozen has no attribute `learning_rate`, which `--sched"):
        gradus("train", "rnn_lm", *SMALL, *options, "--schedule", "constant")


@pytest.mark.parametrize(
    ("body", "provider", "error", "said"),
    [
        ("raise NotImplementedError('forward')", "student", UsageError,
         r"not finished \(forward\): .*rnn@student.*`grade`"),
        (None, "student", UsageError, "nothing is written in 'exercises' yet: `grade`"),
        ("", "numpy", PluginError, "rnn@numpy"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_used_is_no_traceback(course, body, provider, error, said):
    options = student(course, body, provider=provider)
    if body is None:
        (course / "exercises" / "rnn.py").unlink()
    with pytest.raises(error, match=said):
        gradus("train", "rnn_lm", *SMALL, *options)
