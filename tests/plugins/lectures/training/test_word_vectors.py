"""Runs of word vectors: they learn, can be interrupted, and refuse what would be another run."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from framework.errors import BadInputError, UsageError
from framework.training.engine import TrainingRun
from plugins.lectures.evaluation.word_similarity import neighbors
from plugins.lectures.training.counted_text import count_text
from plugins.lectures.training.trained_vectors import vectors_of
from plugins.lectures.training.word_vectors import WordVectorOptions, WordVectorTask

SETTINGS = WordVectorOptions(
    dimension=8,
    window=2,
    negative=3,
    minimum_count=2,
    subsample=0.0,
    epochs=4,
    learning_rate=0.1,
    seed=0,
)

#: Words of one group stand among the same words, and never beside one of the other group.
ANIMALS, TOOLS = ("cat", "dog", "cow"), ("saw", "axe", "file")


def sentences(count):
    rng = np.random.default_rng(0)
    groups = (ANIMALS, ("eats", "sleeps")), (TOOLS, ("cuts", "breaks"))
    made = []
    for i in range(count):
        nouns, verbs = groups[i % 2]
        made.append(["the", str(rng.choice(nouns)), str(rng.choice(verbs))])
    return made


def a_run(backend, settings=SETTINGS, count=300):
    text = count_text("farm", sentences(count), minimum_count=settings.minimum_count)
    return TrainingRun(backend, WordVectorTask(text, settings, backend), "skip_gram", {}, settings)


def ignore(done, total, loss):
    pass


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_words_of_one_kind_become_neighbours(backends, backend, tmp_path):
    run = a_run(backends(backend))
    losses = [run.epoch(ignore)[0] for _ in range(4)]
    assert losses[-1] < losses[0]
    vectors = vectors_of(run.checkpoint(), tmp_path)
    for kind in (ANIMALS, TOOLS):
        nearest = {word for word, _ in neighbors(vectors, kind[0], 2)}
        assert nearest == set(kind[1:])


def test_backends_learn_alike(backends):
    first, two = (a_run(backends(name)) for name in ("numpy", "torch"))
    assert [first.epoch(ignore)[0] for _ in range(2)] == pytest.approx(
        [two.epoch(ignore)[0] for _ in range(2)], rel=1e-4
    )
    for name, array in first.checkpoint().parameters.items():
        assert array.dtype == np.float32
        np.testing.assert_allclose(two.checkpoint().parameters[name], array, atol=1e-4)


def test_the_learning_rate_falls_in_a_straight_line_and_is_never_0(backends, monkeypatch):
    run, rates = a_run(backends("numpy"), replace(SETTINGS, epochs=2), 3000), []
    monkeypatch.setattr(run._learner, "_move", lambda *given: rates.append(given[-1]) or 1.0)
    for _ in range(2):
        run.epoch(ignore)
    np.testing.assert_allclose(rates, np.linspace(0.1, 0, len(rates), endpoint=False), rtol=1e-9)
    assert len(rates) > 100
    run.epoch(ignore)
    assert 0 < rates[-1] < 1e-4


def test_every_epoch_draws_other_words(backends, monkeypatch):
    run, drawn = a_run(backends("numpy")), []  # nine words for each block: K (m + 1)
    monkeypatch.setattr(run._learner, "_move", lambda *given: drawn.append(given[3][:, -9:]) or 1.0)
    for _ in range(2):
        run.epoch(ignore)
    first, second = np.split(np.concatenate(drawn), 2)
    assert (first != second).mean() > 0.5


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_any_optimizer_gets_the_gradients_of_the_step(backends, backend, precision):
    """Momentum that forgets all is plain gradient descent, which the backend's own step takes."""
    first, two = (
        a_run(backends(backend), replace(SETTINGS, precision=precision, optimizer=optimizer))
        for optimizer in ("sgd", "momentum:mu=0.0")
    )
    rtol = 1e-9 if precision == "float64" else 1e-3
    for _ in range(2):
        assert first.epoch(ignore)[0] == pytest.approx(two.epoch(ignore)[0], rel=rtol)
    for name, array in first.checkpoint().parameters.items():
        assert array.dtype == precision
        np.testing.assert_allclose(two.checkpoint().parameters[name], array, rtol=rtol, atol=rtol)


def test_clipping_bounds_the_step(backends):
    run = a_run(backends("numpy"), replace(SETTINGS, clip=0.01, precision="float64"))
    tables = run.model.parameters
    seen = [{name: table.copy() for name, table in tables.items()}]
    run.epoch(lambda *step: seen.append({name: table.copy() for name, table in tables.items()}))
    steps = [
        np.sqrt(sum(((after[name] - before[name]) ** 2).sum() for name in tables))
        for before, after in pairwise(seen)
    ]
    assert max(steps) == pytest.approx(0.1 * 0.01, rel=1e-3)
    assert max(steps) <= 0.1 * 0.01 * (1 + 1e-9)


def test_a_mean_takes_smaller_steps_than_a_sum(backends):
    """The step of the mean is that of the sum, divided by the number of pairs."""
    backend = backends("numpy")
    start = a_run(backend, replace(SETTINGS, precision="float64")).checkpoint().parameters
    batch = next(a_run(backend).task.batches(SETTINGS, 1)[1])
    moved = {}
    for summed in (True, False):
        run = a_run(backend, replace(SETTINGS, precision="float64", summed=summed))
        run._learner.step(batch)
        moved[summed] = run.checkpoint().parameters["center_vectors"] - start["center_vectors"]
    np.testing.assert_allclose(moved[True], batch.terms * moved[False], rtol=1e-6, atol=1e-12)


def test_runs_that_cannot_be_are_refused(backends):
    backend = backends("numpy")
    text = count_text("x", [["other", "words", "here"]] * 300, minimum_count=2)
    other = TrainingRun(backend, WordVectorTask(text, SETTINGS, backend), "skip_gram", {}, SETTINGS)
    with pytest.raises(UsageError, match="its vocabulary differs"):
        other.resume(a_run(backend).checkpoint())
    with pytest.raises(BadInputError, match="subsampling left no context"):
        a_run(backend, replace(SETTINGS, subsample=1e-12)).epoch(ignore)
