"""Runs of models that count: one pass, a checkpoint with the text, and honest perplexities."""

import math
from collections import Counter
from dataclasses import fields

import numpy as np
import pytest
from gradus_command import gradus
from plugin_fixtures import reader
from repository import text_of

from framework.data.corpus import Corpus
from framework.data.vocabulary import EOS, Vocabulary
from framework.errors import BadInputError
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from framework.training.checkpoints import load_checkpoint
from framework.training.engine import TrainingRun
from framework.training.option_fields import option_fields
from framework.training.training_options import LearningOptions
from plugins.lectures.training.counts import CountOptions, CountTask

LINES = ["a b c", "a b d", "a c b", "b a"] * 5
#: The words of all lines but the last two, which are held out.
COUNTS = Counter(word for line in LINES[:-2] for word in [*line.split(), "end"])

#: A model that counts, written by a student, with the reader of the student's folder.
UNIGRAMS = text_of("texts/counts/unigrams.py")


@pytest.fixture
def folder(spec):
    (spec / "text.txt").write_text("\n".join(LINES), encoding="utf-8")
    return spec


def train(*words):
    return gradus("train", *words, "--corpus", "text.txt", "--out", "m")


def a_run(backend, model="kneser_ney", arguments=None, order=2):
    registry = Plugins().registry
    ids = np.random.default_rng(0).integers(EOS, 6, size=300)
    text = Corpus("made", ids[:200], ids[200:], Vocabulary(["x", "y", "z"]))
    task = CountTask(text)
    task.order = order
    options = CountOptions(order=order)
    return TrainingRun(Backend(registry, backend), task, model, arguments or {}, options)


def test_options_of_gradient_steps_are_not_offered():
    """A new option of training is not offered by itself."""
    offered = {field.name for field in option_fields(CountOptions)}
    of_steps = {field.name for field in fields(LearningOptions)} - {"corpus"}
    assert not offered & of_steps
    assert offered == set(CountOptions.offered)
    assert CountOptions().settings() == {"tokens": "words", "order": 3}


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize(
    ("model", "arguments"),
    [("ngram_lm", {}), ("add_delta", {"delta": 0.5}), ("kneser_ney", {}),
     ("backoff", {"method": "interpolated"})],
)  # fmt: skip
def test_a_run_counts_once_and_every_backend_counts_the_checkpoint_again(
    backend, model, arguments, tmp_path
):
    run = a_run(backend, model, arguments)
    loss, score = run.epoch()
    assert run.epochs_done == run.options.epochs == 1
    text = run.backend.arrays.from_numpy(run.task.text.train)
    of_text = run.backend.arrays.to_numpy(run.model.log_probabilities(text))
    assert loss == pytest.approx(-of_text.mean())
    held_out = run.model.log_probabilities(run.backend.arrays.from_numpy(run.task.text.valid))
    assert score == pytest.approx(np.exp(-run.backend.arrays.to_numpy(held_out).mean()))
    run.checkpoint().save(tmp_path / "m")
    saved = load_checkpoint(tmp_path / "m")
    assert saved.parameters == {} and saved.kind == "counts"
    for name in ("numpy", "torch"):
        other = Backend(Plugins().registry, name)
        restored = saved.restore(other)
        assert CountTask.perplexity(restored, run.task.text.valid, other.arrays) == pytest.approx(
            score
        )


def test_scores_that_are_no_probabilities_have_no_perplexity():
    run = a_run("numpy", "backoff", {"method": "stupid"}, order=3)
    assert math.isnan(run.epoch()[1])
    value, (said,) = run.task.measured(run.model, run.backend.arrays)
    assert math.isnan(value)
    assert "the scores of all words after a history sum to 1." in said


def test_a_command_trains_evaluates_and_samples(folder):
    shown = train("kneser_ney", "--order", 3).splitlines()
    assert shown[:3] == [
        "kneser_ney, n-grams of up to 3 words, float64 on cpu",
        "corpus text.txt: 68 tokens to learn from, 7 held out, 7 words",
        "from the NumPy reference: kneser_ney",
    ]
    assert "epoch 1/1" in shown[3] and "held-out perplexity " in shown[3]
    score = load_checkpoint(folder / "m").training["scores"][0]
    lines = gradus("evaluate", "m").splitlines()
    assert lines[1:3] == [
        "kneser_ney under numpy on held-out text of text.txt, 7 tokens",
        f"perplexity {score:.6f}",
    ]
    (folder / "new.txt").write_text("a b b\nd d\n", encoding="utf-8")
    # New are b b, end d and d d among seven bigrams; all trigrams but end a b among five.
    assert gradus("evaluate", "m", "--corpus", "new.txt").splitlines()[-3:] == [
        " 1            5   0.0 %",
        " 2           12   42.9 %",
        " 3           10   80.0 %",
    ]


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_text_of_an_unsmoothed_model_has_only_ngrams_that_were_counted(folder, backend):
    train("ngram_lm", "--order", 3)
    sampled = gradus("sample", "m", "--length", 40, "--backend", backend).splitlines()
    assert len(sampled) > 5
    assert set(sampled[:-1]) <= {*LINES}


def test_a_model_that_counts_in_an_exercise_is_known_by_its_plain_name(folder):
    assert train("ngram").startswith("backoff, ")
    assert load_checkpoint(folder / "m").arguments["method"] == "interpolated"
    assert train("add_delta", "--set", "delta=0.5").startswith("add_delta, ")
    assert load_checkpoint(folder / "m").arguments["delta"] == 0.5
    assert train("ngram_lm", "--order", 1).startswith("ngram_lm, n-grams of up to 1 words")


def test_a_students_model_counts(folder):
    (folder / "exercises").mkdir()
    (folder / "exercises" / "written.py").write_text(UNIGRAMS, encoding="utf-8")
    (folder / "reader.py").write_text(
        reader("language_model", "kneser_ney", "Words"), encoding="utf-8"
    )
    own = ("--provider", "student", "--plugin", "reader.py")
    assert "from your code: kneser_ney\n" in train("kneser_ney", *own)
    result = gradus("evaluate", "m", "--plugin", "reader.py")
    assert "from your code: kneser_ney\n" in result
    p = (
        np.array([COUNTS[word] for word in ["a", "c", "b", "end", "b", "a", "end"]])
        / COUNTS.total()
    )
    assert f"perplexity {np.exp(-np.log(p).mean()):.6f}" in result


def test_a_history_that_no_word_follows_is_said(folder):
    (folder / "text.txt").write_text("a b\n" * 4, encoding="utf-8")
    gradus("train", "ngram_lm", "--order", 3, "--corpus", "text.txt", "--out", "m")
    with pytest.raises(BadInputError, match="gives no token a probability above 0 here"):
        gradus("sample", "m", "--prompt", "b b", "--length", 1)
