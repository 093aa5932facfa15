"""Runs of language models: schedules, initial values, and going on after an interruption."""

from dataclasses import replace

import numpy as np
import pytest
from gradus_command import gradus

from framework.data.corpus import Corpus
from framework.data.tokens import CHARACTERS
from framework.data.vocabulary import Vocabulary
from framework.errors import UsageError
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
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
SPELLED = {"hidden_size": 6, "characters": {"embedding_size": 3, "maps": 2}}


@pytest.fixture(scope="module")
def backends():
    registry = Plugins().registry
    return lambda name: Backend(registry, name)


def a_corpus(words=6, tokens=200):
    ids = np.random.default_rng(0).integers(2, 3 + words, size=tokens)
    return Corpus("made", ids, ids[:40], Vocabulary([f"w{i}" for i in range(words)]))


def a_run(backend, settings=SETTINGS, corpus=None, arguments=DEEP):
    task = LanguageModelTask(corpus or a_corpus())
    return Run(backend, task, "recurrent_lm", arguments, settings)


def ignore(done, total, loss):
    pass


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize(
    ("optimizer", "arguments"), [("sgd", DEEP), ("adam", DEEP), ("adam", SPELLED)]
)
def test_an_interrupted_run_ends_in_the_same_bytes(
    backends, backend, optimizer, arguments, tmp_path
):
    settings = replace(SETTINGS, optimizer=optimizer)
    whole, first, second = (
        a_run(backends(backend), settings, arguments=arguments) for _ in range(3)
    )
    for _ in range(4):
        whole.epoch(ignore)
    for _ in range(2):
        first.epoch(ignore)
    first.checkpoint().save(tmp_path / "m")
    second.resume(load_checkpoint(tmp_path / "m"))
    assert second.epochs_done == 2
    for _ in range(2):
        second.epoch(ignore)
    whole.checkpoint().save(tmp_path / "whole")
    second.checkpoint().save(tmp_path / "resumed")
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "resumed").read_bytes()


def test_backends_learn_alike_with_all_options(backends):
    """Without dropout: each backend draws masks on its own device."""
    settings = replace(SETTINGS, precision="float64", optimizer="momentum:mu=0.5")
    deep = {**SIZES, "cell": {"layer": "lstm", "layers": 2}}
    one, two = (a_run(backends(name), settings, arguments=deep) for name in ("numpy", "torch"))
    found = [[run.epoch(ignore) for _ in range(3)] for run in (one, two)]
    assert np.array(found[0]) == pytest.approx(np.array(found[1]), rel=1e-9)


def test_the_schedule_begins_after_the_epochs_that_are_held(backends):
    run, rates = a_run(backends("numpy"), replace(SETTINGS, optimizer="sgd", hold=3)), []
    for _ in range(5):
        expected = run.learning_rate
        run.epoch(lambda *step: rates.append(run._optimizer.learning_rate))
        assert rates[-1] == expected
    assert list(dict.fromkeys(rates)) == [0.01, 0.005, 0.0025]
    assert rates.count(0.01) == 3 * len(rates) / 5


def test_initial_values_are_drawn_from_the_range(backends):
    for precision in ("float32", "float64"):
        run = a_run(backends("numpy"), replace(SETTINGS, precision=precision))
        for name, array in run.checkpoint().parameters.items():
            assert array.dtype == precision
            assert 0 < np.abs(array).max() <= 0.1, name
    own = a_run(backends("numpy"), replace(SETTINGS, initial_range=None))
    assert own.checkpoint().parameters["cell.layer_1.b"].max() == 1  # the forget gate's


def test_a_cell_by_name_is_trained(backends):
    run = a_run(backends("numpy"), arguments={**SIZES, "cell": "gru"})
    losses = [run.epoch(ignore)[0] for _ in range(3)]
    assert losses[-1] < losses[0]


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


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schedule": "step_decay:factor=7,every=1"}, "0 < factor ≤ 1 is needed"),
        ({"schedule": "step_decay"}, "step_decay cannot be built as a schedule here"),
        ({"schedule": "adam"}, "adam@numpy is an optimizer; what is needed here is a schedule"),
        ({"optimizer": "adam:mu=1"}, "adam cannot be built as an optimizer here"),
    ],
)
def test_tools_that_cannot_be_are_named(backends, changes, said):
    with pytest.raises(UsageError, match=said):
        a_run(backends("numpy"), replace(SETTINGS, **changes))


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
