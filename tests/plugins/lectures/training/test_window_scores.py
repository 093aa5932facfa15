"""A scorer of windows learns with max-margin: true windows above corrupted ones, and F1."""

import re
from pathlib import Path

import numpy as np
import pytest
from gradus_command import gradus
from repository import ROOT
from small_runs import copy_corpora, train

from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError
from framework.interfaces import Model
from framework.training.checkpoints import load_checkpoint
from plugins.lectures.training.sources import TagSource
from plugins.lectures.training.window_scores import (
    PairedScores,
    WindowScoreOptions,
    WindowScoreTask,
    best_threshold,
)

WORDS = ("in", "Paris", "mr", "Paris", "said")
TAGS = ("O", "B-LOC", "O", "B-PER", "O")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Small corpora in the working directory."""
    monkeypatch.chdir(tmp_path)
    copy_corpora(tmp_path)
    return tmp_path


def corpus(sentences=8, tags=TAGS, valid=2):
    part = [TaggedSentence(WORDS, tags)] * sentences
    vocabulary = Vocabulary.from_texts([WORDS], minimum_count=1)
    return TaggedCorpus("small", part, part[:valid], vocabulary)


def task(backend, found=None, **options):
    found = found or corpus()
    vectors = np.random.default_rng(0).normal(size=(len(found.vocabulary), 3))
    return WindowScoreTask(found, vectors, backend, TagSource("small"), size=1, **options)


class FirstEntry(Model):
    """The score of a window is its entry number 3: the first one of its middle word."""

    def forward(self, x):
        return x[:, 3]


def test_a_window_is_the_vectors_of_a_word_and_its_neighbours(backend):
    result = task(backend)
    ids = result.vocabulary.encode(WORDS)
    vectors = [result.vectors[ids[t]] for t in (0, 1, 2)]
    np.testing.assert_array_equal(result.train.x[1], np.concatenate(vectors))
    assert result.train.is_name[:5].tolist() == [False, True, False, True, False]
    assert result.sizes() == {"input_size": 9}


def test_every_true_window_is_paired_with_a_corrupted_one(backend):
    result, options = task(backend), WindowScoreOptions(batch_size=5)
    names = {tuple(x) for x in result.true}
    others = {tuple(x) for x in result.corrupted}
    orders = []
    for epoch in (1, 2):
        steps, batches = result.batches(options, epoch)
        seen = []
        for batch in batches:
            true, corrupted = np.split(batch.inputs[0], 2)
            assert batch.terms == len(true) == len(corrupted)
            assert {tuple(x) for x in true} <= names
            assert {tuple(x) for x in corrupted} <= others
            seen.extend(corrupted)
        assert (steps, len(seen)) == (4, len(result.true))
        orders.append(np.array(seen))
    assert not np.array_equal(*orders)  # corrupted windows are drawn again in each epoch


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_the_first_half_of_a_batch_should_score_above_the_second_half(name, backends):
    computing = backends(name)
    arrays = computing.arrays
    margin = computing.build("max_margin_loss", kind="loss")
    loss = PairedScores(margin, arrays)
    scores = arrays.from_numpy(np.array([2.0, 0.0, 0.5, 0.5]))
    assert float(loss.forward(scores, None)) == (0 + 1.5) / 2
    assert arrays.to_numpy(loss.backward()).tolist() == [0, -0.5, 0, 0.5]


def test_the_transform_is_that_of_the_training_windows(backend):
    wide = corpus(valid=1)
    plain, white = task(backend, wide), task(backend, wide, transform="mean_subtraction")
    mean = plain.train.x.mean(axis=0)
    np.testing.assert_allclose(white.train.x, plain.train.x - mean)
    np.testing.assert_allclose(white.valid.x, plain.valid.x - mean)


def test_the_threshold_has_the_highest_f1():
    rng = np.random.default_rng(1)
    scores, is_name = rng.normal(size=40).round(1), rng.random(40) < 0.3

    def f1(threshold):
        result = scores >= threshold
        return 2 * (result & is_name).sum() / (result.sum() + is_name.sum())

    best = max(f1(score) for score in scores)
    assert f1(best_threshold(scores, is_name)) == pytest.approx(best)


def test_f1_counts_words_in_names(backend):
    result = task(backend)
    result.train.x[:, 3] = np.where(result.train.is_name, 1.0, 0.0)
    result.valid.x[:, 3] = np.tile([0, 1, 1, 0, 0], 2)
    score = result.f1(FirstEntry(), result.valid, backend.arrays)
    assert (score.right, score.predicted, score.true, score.f1) == (2, 4, 4, 0.5)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (corpus(valid=0), "small has no held-out sentences to measure an epoch on"),
        (corpus(tags=("O",) * 5), "small has 0 words in names and 40 others"),
        (corpus(tags=("B-LOC",) * 5), "small has 40 words in names and 0 others"),
    ],
)
def test_a_corpus_without_pairs_is_refused(backend, found, said):
    with pytest.raises(BadInputError, match=said):
        task(backend, found)


def test_max_margin_training_reports_f1_and_the_checkpoint_gives_it_again(folder):
    shown = gradus("train", "window_scorer", "--epochs", 2, "--batch-size", 64, "--out", "m",
                   "--loss", "max_margin_loss:margin=0.5", "--transform", "whitening")  # fmt: skip
    f1 = float(re.search(r"^test F1 ([\d.]+) after epoch", shown, re.MULTILINE)[1])
    assert f1 > 0.85
    assert load_checkpoint(Path("m")).training["loss"] == "max_margin_loss:margin=0.5"
    for backend in ("numpy", "torch"):
        result = gradus("evaluate", "m", "--backend", backend)
        assert float(re.search(r"^F1 ([\d.]+)", result, re.MULTILINE)[1]) == pytest.approx(
            f1, abs=1e-3
        )


def test_each_seed_draws_its_own_word_vectors(folder):
    train("window_scores", "m", "--seeds", 2, epochs=1)
    results = [load_checkpoint(Path(f"m-seed{seed}")).arguments["vectors"] for seed in (0, 1)]
    assert results[0].shape == results[1].shape
    assert (results[0] != results[1]).any()
    assert not results[0][0].any()  # padding


def test_word_vectors_may_come_from_a_file(folder):
    (folder / "vectors.txt").write_text("2 3\nmr 1 2 3\nin 4 5 6\n", encoding="utf-8")
    gradus("train", "window_scorer", "--corpus", "conll2003", "--data", ".", "--epochs", 1,
           "--vectors", "vectors.txt", "--out", "m")  # fmt: skip
    saved = load_checkpoint(Path("m"))
    assert saved.arguments["vectors"][saved.vocabulary.encode(["mr"])[0]].tolist() == [1, 2, 3]
    assert saved.arguments["input_size"] == 5 * 3
    Path("vectors.txt").unlink()
    assert "F1" in gradus("evaluate", "m", "--data", ".")


def test_a_student_trains_with_parts_of_their_own(folder):
    student = ("--provider", "student", "--submission", ROOT / "solutions")
    parts = ("--penalty", "l2_penalty:strength=0.001", "--initializer", "xavier_uniform")
    shown = train("window_scores", "m", *student, *parts, epochs=1)
    (line,) = (line for line in shown.splitlines() if line.startswith("from your code"))
    own = {"max_margin_loss", "l2_penalty", "xavier_uniform", "whitening", "window_scorer", "adam"}
    assert own <= set(re.findall(r"\w+", line))
