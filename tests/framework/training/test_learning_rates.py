"""The learning rate of a run: held, by epoch, by step, and by the held-out score."""

import pytest

from framework.data.vocabulary import Vocabulary
from framework.errors import UsageError
from framework.interfaces import Model
from framework.training.engine import TrainingRun
from framework.training.loops import Batch, Learner
from framework.training.task import TrainingTask
from framework.training.tools import LearningRate
from framework.training.training_options import LearningOptions


def options(schedule, **others):
    return LearningOptions(learning_rate=8.0, schedule=schedule, **others)


def test_without_a_schedule_it_stays(backend):
    rate = LearningRate(backend, options(None))
    assert (rate.at(1), rate.at(50, 0.5)) == (8.0, 8.0)
    assert not rate.is_scheduled


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), "fast", None])
def test_a_rate_that_is_no_finite_number_is_refused(backend, monkeypatch, wrong):
    rate = LearningRate(backend, options("constant"))
    monkeypatch.setattr(type(rate._schedule), "rate", lambda self, step: wrong)
    with pytest.raises(UsageError, match=r"returned .* as the learning rate of epoch 2: a finite"):
        rate.at(2)


@pytest.mark.parametrize(
    ("schedule", "others", "times", "rates"),
    [
        ("step_decay:factor=0.5,every=1", {"hold": 2}, [(1, 0.9), (2, 0.9), (3, 0.9), (4, 0.9)],
         [8, 8, 4, 2]),
        ("linear_decay", {"epochs": 4}, [(1, 0.0), (2, 0.0), (2, 0.5)], [8, 6, 5]),
        ("linear_decay", {"epochs": 3, "hold": 2}, [(1, 0.5), (2, 0.0), (3, 0.0)], [8, 8, 4]),
    ],
)  # fmt: skip
def test_epochs_are_held_and_rates_fall(backend, schedule, others, times, rates):
    rate = LearningRate(backend, options(schedule, **others))
    assert [rate.at(*time) for time in times] == rates
    assert rate.depends_on_the_end == (schedule == "linear_decay")
    assert not LearningRate(backend, options("plateau")).depends_on_the_end


class Scored(TrainingTask):
    """A task with given held-out scores."""

    kind, measure = "scored", "score"
    corpus = described = ""
    vocabulary = Vocabulary([])

    def __init__(self, scores, *, lower_is_better):
        self.scores, self.lower_is_better = iter(scores), lower_is_better
        self.rates = []

    @classmethod
    def load(cls, options, request):
        raise NotImplementedError

    @classmethod
    def evaluate(cls, saved, asked):
        raise NotImplementedError

    def build(self, backend, model, arguments, rng):
        return Model()

    def batches(self, options, epoch):
        return 1, iter([Batch((), ())])

    def learner(self, backend, model, optimizer, options):
        rates = self.rates

        class Remembers(Learner):
            def backpropagate(self, batch):
                rates.append(self.optimizer.learning_rate)
                return 1.0

        return Remembers(model, optimizer, backend.arrays)

    def score(self, model, arrays):
        return next(self.scores)


@pytest.mark.parametrize(
    ("scores", "lower_is_better", "expected"),
    [
        ([9, 8, 8, 7, 7], True, [8, 8, 8, 4, 4]),
        ([0.1, 0.2, 0.2, 0.3, 0.1], False, [8, 8, 8, 4, 4]),
        ([9, 8, 7, 6, 5], False, [8, 8, 4, 2, 1]),
    ],
)
def test_a_schedule_looks_at_the_held_out_score(backend, scores, lower_is_better, expected):
    task = Scored(scores, lower_is_better=lower_is_better)
    run = TrainingRun(
        backend, task, "m", {}, options("plateau:factor=0.5", epochs=5, optimizer="sgd")
    )
    for _ in range(5):
        run.epoch()
    assert task.rates == expected


def test_a_resumed_run_knows_the_scores_before_it(backend):
    first = Scored([9, 8, 8], lower_is_better=True)
    wanted = options("plateau:factor=0.5", epochs=5, optimizer="sgd")
    run = TrainingRun(backend, first, "m", {}, wanted)
    for _ in range(3):
        run.epoch()
    second = Scored([8, 8], lower_is_better=True)
    resumed = TrainingRun(backend, second, "m", {}, wanted)
    resumed.resume(run.progress())
    for _ in range(2):
        resumed.epoch()
    assert second.rates == [4, 2]
