"""Runs of language models: schedules, initial values, and going on after an interruption."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from gradus_command import gradus

from framework.data.corpus import Corpus
from framework.data.tokens import CHARACTERS
from framework.data.vocabulary import Vocabulary
from framework.errors import UsageError
from framework.training.checkpoints import load_checkpoint
from framework.training.engine import TrainingRun
from framework.training.loops import text_batches
from plugins.lectures.training.language_model import LanguageModelOptions, LanguageModelTask

SETTINGS = LanguageModelOptions(
    epochs=4,
    optimizer="adam",
    learning_rate=0.01,
    batch_size=4,
    unroll=5,
    clip=5.0,
    precision="float32",
    seed=3,
    schedule="step_decay:factor=0.5,every=1",
    hold=2,
    summed=True,
    initial_range=0.1,
)
SIZES = {"embedding_size": 5, "hidden_size": 6}
DEEP = {
    **SIZES,
    "cell": {"layer": "lstm", "layers": 2, "dropout": {"name": "dropout", "keep_probability": 0.7}},
}


def a_corpus(words=6, tokens=200):
    ids = np.random.default_rng(0).integers(2, 3 + words, size=tokens)
    return Corpus("made", ids, ids[:40], Vocabulary([f"w{i}" for i in range(words)]))


def a_run(backend, settings=SETTINGS, corpus=None, arguments=DEEP):
    task = LanguageModelTask(corpus or a_corpus())
    return TrainingRun(backend, task, "recurrent_lm", arguments, settings)


def ignore(done, total, loss):
    pass


@pytest.mark.parametrize(
    ("model", "arguments", "changes"),
    [
        # Without dropout: each backend draws masks on its own device.
        (
            "recurrent_lm",
            {**SIZES, "cell": {"layer": "lstm", "layers": 2}},
            {"optimizer": "momentum:mu=0.5"},
        ),
        (
            "transformer_lm",
            {"embedding_size": 4, "heads": 2, "layers": 1, "context": 5},
            {"optimizer": "adam_w", "schedule": None, "hold": 1},
        ),
    ],
)
def test_backends_learn_alike_with_all_options(backends, model, arguments, changes):
    settings, losses = replace(SETTINGS, precision="float64", **changes), []
    for name in ("numpy", "torch"):
        run = TrainingRun(backends(name), LanguageModelTask(a_corpus()), model, arguments, settings)
        losses.append([run.epoch(ignore) for _ in range(3)])
    assert np.array(losses[0]) == pytest.approx(np.array(losses[1]), rel=1e-9)


def test_initial_values_are_drawn_from_the_range(backends):
    for precision in ("float32", "float64"):
        run = a_run(backends("numpy"), replace(SETTINGS, precision=precision))
        for name, array in run.checkpoint().parameters.items():
            assert array.dtype == precision
            assert 0 < np.abs(array).max() <= 0.1, name
    own = a_run(backends("numpy"), replace(SETTINGS, initial_range=None))
    assert own.checkpoint().parameters["cell.layer_1.b"].max() == 1  # the forget gate's


@pytest.mark.parametrize(
    ("changes", "arguments", "tokens", "said"),
    [
        ({"learning_rate": 0.5}, DEEP, 200, "its learning rate is 0.01, but this run has 0.5"),
        ({"schedule": None, "hold": 1}, DEEP, 200, "its hold is 2, but this run has 1"),
        ({}, {**SIZES, "cell": "lstm"}, 200, "its arguments is .*'layers': 2.*, but .*: 'lstm'"),
        ({}, DEEP, 100, "its words is 200, but this run has 100"),
    ],
)
def test_another_run_is_not_resumed(backends, changes, arguments, tokens, said):
    saved, settings = a_run(backends("numpy")).checkpoint(), replace(SETTINGS, **changes)
    with pytest.raises(UsageError, match=said):
        a_run(backends("numpy"), settings, a_corpus(tokens=tokens), arguments).resume(saved)


def test_a_model_of_characters_reports_bits_and_samples_characters(spec):
    (spec / "text.txt").write_text("to be or\nnot to be\n" * 30, encoding="utf-8")
    options = ("--tokens", "characters", "--embedding-size", 4, "--hidden-size", 8, "--epochs", 1)
    shown = gradus("train", "rnn_lm", *options, "--corpus", "text.txt", "--out", "m")
    assert "513 tokens to learn from, 57 held out, 10 characters\n" in shown
    saved = load_checkpoint(spec / "m")
    score = saved.training["scores"][0]
    bits = f"{np.log2(score):.4f} bits per character"
    assert f"held-out perplexity {score:.4f}, {bits}" in shown
    assert saved.training["tokens"] == CHARACTERS.name
    evaluated = gradus("evaluate", "m")
    assert evaluated.splitlines()[-1] == f"perplexity {score:.6f}, {bits}"
    sampled = gradus("sample", "m", "--prompt", "to b", "--length", 30)
    assert sampled.startswith("to b")
    special = sum(sampled.count(word) * (len(word) - 1) for word in ("<pad>", "<unk>"))
    assert len(sampled.removesuffix("\n")) - special in (33, 34), "a character for each token"


def test_epochs_of_a_number_of_steps_go_through_the_text_and_begin_it_again_elsewhere():
    corpus = a_corpus(tokens=81)
    ids, task = corpus.train, LanguageModelTask(corpus)
    options = replace(SETTINGS, epoch_steps=3)
    read, continues = [], []
    for epoch in (1, 2, 3):
        steps, batches = task.batches(options, epoch)
        result = list(batches)
        assert len(result) == steps == 3
        read += [batch.inputs[0] for batch in result]
        continues += [batch.continues for batch in result]
    readings = [text_batches(ids[later : later + 76], 4, 5)[1] for later in (0, 3, 1)]
    for result, expected in zip(read, chain.from_iterable(readings), strict=False):
        np.testing.assert_array_equal(result, expected.inputs[0])
    # No state is carried into an epoch, and none to the beginning of the text.
    assert continues == [False, True, True, False, False, True, False, True, False]
    assert task.speed(2.0, options) == "30 tokens/s"


def test_options_of_a_transformer(spec):
    small = ("--corpus", "text.txt", "--embedding-size", 4, "--epochs", 1, "--out", "m")
    (spec / "text.txt").write_text("a b a b\nb a\n" * 30, "utf-8")
    gradus("train", "transformer_lm", *small, "--layers", 3, "--unroll", 8)
    arguments = load_checkpoint(spec / "m").arguments
    assert (arguments["layers"], arguments["heads"], arguments["context"]) == (3, 4, 64)
    assert gradus("sample", "m", "--length", 70).split()
