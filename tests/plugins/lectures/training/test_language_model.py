"""Runs of language models: schedules, initial values, and going on after an interruption."""

from dataclasses import replace

import numpy as np
import pytest
from gradus_command import gradus

from framework.data.corpus import Corpus
from framework.data.tokens import CHARACTERS
from framework.data.vocabulary import Vocabulary
from framework.errors import UsageError
from framework.training.checkpoints import load_checkpoint
from framework.training.engine import Run
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
    return Run(backend, task, "recurrent_lm", arguments, settings)


def ignore(done, total, loss):
    pass


def test_backends_learn_alike_with_all_options(backends):
    """Without dropout: each backend draws masks on its own device."""
    settings = replace(SETTINGS, precision="float64", optimizer="momentum:mu=0.5")
    deep = {**SIZES, "cell": {"layer": "lstm", "layers": 2}}
    one, two = (a_run(backends(name), settings, arguments=deep) for name in ("numpy", "torch"))
    found = [[run.epoch(ignore) for _ in range(3)] for run in (one, two)]
    assert np.array(found[0]) == pytest.approx(np.array(found[1]), rel=1e-9)


def test_initial_values_are_drawn_from_the_range(backends):
    for precision in ("float32", "float64"):
        run = a_run(backends("numpy"), replace(SETTINGS, precision=precision))
        for name, array in run.checkpoint().parameters.items():
            assert array.dtype == precision
            assert 0 < np.abs(array).max() <= 0.1, name
    own = a_run(backends("numpy"), replace(SETTINGS, initial_range=None))
    assert own.checkpoint().parameters["cell.layer_1.b"].max() == 1  # the forget gate's


@pytest.mark.parametrize(
    ("changes", "arguments", "said"),
    [
        ({"learning_rate": 0.5}, DEEP, "its learning rate is 0.01, but this run has 0.5"),
        ({"schedule": None, "hold": 1}, DEEP, "its hold is 2, but this run has 1"),
        ({}, {**SIZES, "cell": "lstm"}, "its arguments is .*'layers': 2.*, but .*'cell': 'lstm'"),
    ],
)
def test_another_run_is_not_resumed(backends, changes, arguments, said):
    saved = a_run(backends("numpy")).checkpoint()
    other = a_run(backends("numpy"), replace(SETTINGS, **changes), arguments=arguments)
    with pytest.raises(UsageError, match=said):
        other.resume(saved)


def test_another_text_is_not_resumed(backends):
    saved = a_run(backends("numpy")).checkpoint()
    with pytest.raises(UsageError, match="its words is 200, but this run has 100"):
        a_run(backends("numpy"), corpus=a_corpus(tokens=100)).resume(saved)


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


def test_filters_over_the_characters_of_words_need_words():
    for tokens in ("characters", "subwords:9"):
        with pytest.raises(UsageError, match=f"`--tokens {tokens}` has no words: leave one out"):
            LanguageModelOptions(tokens=tokens, character_filters=2)
