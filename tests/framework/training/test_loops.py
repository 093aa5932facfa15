"""The loops train, carry the state, and use only the interface of a model."""

import numpy as np
import pytest
from small_models import Table

from framework.interfaces import LanguageModel, NumpyArrays
from framework.training.loops import (
    Batch,
    LossLearner,
    classifier_steps,
    language_model_steps,
)
from solutions.neural_networks.losses.losses import SoftmaxCrossEntropy


class Sgd:
    """Also remembers the norms of the gradients it was given."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.norms = []

    def step(self, parameters, gradients):
        self.norms.append(np.sqrt(sum((g**2).sum() for g in gradients.values())))
        for name, x in parameters.items():
            x -= self.learning_rate * gradients[name]


class Bigram(LanguageModel):
    """logits = table[token]; the state is the number of tokens read, for the tests to see."""

    def __init__(self, V):
        super().__init__()
        self.add_parameter("table", np.zeros((V, V)))
        self.seen = []
        self.read = []

    def forward(self, tokens, state=None):
        self.seen.append(state)
        self.read.append(tokens)
        self.state = (0 if state is None else state) + tokens.shape[1]
        return self.parameters["table"][tokens]

    def backward(self, grad_logits):
        np.add.at(self.gradients["table"], self.read[-1], grad_logits)


class Scores(Table):
    """One row of scores per input id; all begin with 0."""

    scale = 0.0

    def __init__(self, V, C):
        super().__init__(V, C, rng=np.random.default_rng(0))


class Remote:
    """Like a model in another process: gradients are copies, and nothing else is offered."""

    def __init__(self, model):
        self._model = model
        self.parameters = model.parameters

    gradients = property(lambda self: {k: v.copy() for k, v in self._model.gradients.items()})
    state = property(lambda self: self._model.state)

    def forward(self, *inputs):
        return self._model.forward(*inputs)

    def backward(self, grad_output):
        return self._model.backward(grad_output)

    def zero_gradients(self):
        self._model.zero_gradients()


def fit(model, ids, *, optimizer=None, batch_size=2, unroll=4, epochs=1, **options):
    return list(
        language_model_steps(
            model,
            ids,
            loss=SoftmaxCrossEntropy(),
            optimizer=optimizer or Sgd(1.0),
            arrays=NumpyArrays(),
            batch_size=batch_size,
            unroll=unroll,
            epochs=epochs,
            **options,
        )
    )


CYCLE = np.tile(np.arange(5), 20)


def test_a_bigram_model_learns_a_cycle_from_log_v_on():
    losses = fit(Bigram(5), CYCLE, epochs=20, optimizer=Sgd(5.0))
    assert losses[0] == pytest.approx(np.log(5))
    assert losses[-1] < 0.1


def test_the_state_is_carried_within_an_epoch_and_dropped_after_it():
    model = Bigram(5)
    fit(model, CYCLE[:21], batch_size=2, unroll=4, epochs=2)
    assert model.seen == [None, 4, 8, None, 4, 8]
    assert [tokens.shape for tokens in model.read[:3]] == [(2, 4), (2, 4), (2, 2)]


def test_a_further_call_goes_on_where_the_last_one_ended():
    together, apart = Bigram(5), Bigram(5)
    losses = fit(together, CYCLE, epochs=2)
    assert losses == fit(apart, CYCLE) + fit(apart, CYCLE)
    once, twice = Sgd(0.0), Sgd(0.0)
    fit(Bigram(5), CYCLE[:9], optimizer=once)
    fit(Bigram(5), CYCLE[:9], epochs=2, optimizer=twice)
    assert twice.norms == once.norms * 2, "gradients do not add up over the steps"


def test_clipping_bounds_the_norm_that_the_optimizer_sees():
    free, bounded = Sgd(0.1), Sgd(0.1)
    fit(Bigram(5), CYCLE, optimizer=free)
    fit(Bigram(5), CYCLE, optimizer=bounded, clip=0.05)
    assert max(free.norms) > 0.05
    assert max(bounded.norms) == pytest.approx(0.05)


def test_a_model_that_offers_the_interface_alone_is_trained_the_same():
    plain, remote = Bigram(5), Bigram(5)
    assert fit(plain, CYCLE, clip=0.1) == fit(Remote(remote), CYCLE, clip=0.1)
    np.testing.assert_array_equal(plain.parameters["table"], remote.parameters["table"])


def classify(model, inputs, labels, *, seed=0, epochs=30, shorten=False):
    return list(
        classifier_steps(
            model,
            inputs,
            labels,
            loss=SoftmaxCrossEntropy(),
            optimizer=Sgd(5.0),
            arrays=NumpyArrays(),
            batch_size=4,
            epochs=epochs,
            rng=np.random.default_rng(seed),
            shorten=shorten,
        )
    )


def test_a_classifier_learns_its_labels():
    inputs = np.arange(10)
    losses = classify(Scores(10, 2), inputs, inputs % 2)
    assert losses[0] == pytest.approx(np.log(2))
    assert len(losses) == 30 * 3
    assert losses[-1] < 0.1


@pytest.mark.parametrize(("shorten", "seen"), [(False, {3}), (True, {1, 2})])
def test_batches_lose_their_columns_of_padding_if_asked(shorten, seen):
    class Widths(Scores):
        def forward(self, ids):
            widths.add(ids.shape[1])
            return super().forward(ids[:, 0])

    widths = set()
    inputs = np.array([[i, i % 8 == 0, 0] for i in range(1, 9)])
    classify(Widths(10, 2), inputs, inputs[:, 1], epochs=5, shorten=shorten)
    assert widths == seen


def test_the_order_of_examples_is_drawn_from_rng():
    inputs = np.arange(10)
    runs = [classify(Scores(10, 2), inputs, inputs % 3 // 2, seed=s, epochs=2) for s in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


class DoubledWeights:
    """A penalty with the gradient 2 W on the weights alone."""

    def gradient(self, parameters):
        return {"W": 2 * parameters["W"]}


@pytest.mark.parametrize("summed", [False, True])
def test_a_penalty_adds_its_gradient_to_that_of_the_loss_before_clipping(summed):
    batch = Batch((np.array([0, 1, 1]),), np.array([1, 0, 1]), terms=3)

    def gradient(**options):
        model = Scores(2, 2)
        model.parameters["W"][:] = [[1.0, -2.0], [0.5, 3.0]]
        learner = LossLearner(
            model, SoftmaxCrossEntropy(), Sgd(0.1), NumpyArrays(), summed=summed, **options
        )
        return learner.scaled_gradients(batch)[1]["W"], model.parameters["W"]

    plain, weights = gradient()
    penalised, _ = gradient(penalty=DoubledWeights())
    np.testing.assert_allclose(penalised, plain + 2 * weights)
    clipped, _ = gradient(penalty=DoubledWeights(), clip=0.2)
    np.testing.assert_allclose(clipped, 0.2 * penalised / np.linalg.norm(penalised))


def test_weight_decay_shrinks_every_parameter_beside_the_step_of_the_optimizer():
    batch, start = Batch((np.array([0, 1, 1]),), np.array([1, 0, 1])), np.array([[1.0, -2.0]] * 2)

    def after(**options):
        model = Scores(2, 2)
        model.parameters["W"][:] = start
        LossLearner(model, SoftmaxCrossEntropy(), Sgd(0.1), NumpyArrays(), **options).step(batch)
        return model.parameters["W"]

    shrunk = after(weight_decay=0.3)
    np.testing.assert_allclose(shrunk, after() - 0.1 * 0.3 * start)
    tight = after(weight_decay=0.3, clip=1e-9)  # clipping does not see it
    np.testing.assert_allclose(tight, (1 - 0.1 * 0.3) * start, rtol=1e-6)


def test_a_summed_loss_weighs_a_chunk_by_its_steps():
    mean, summed = Sgd(0.0), Sgd(0.0)
    losses = [
        fit(Bigram(5), CYCLE[:13], unroll=4, optimizer=optimizer, summed=optimizer is summed)
        for optimizer in (mean, summed)
    ]
    assert losses[0] == losses[1]  # the mean is what is reported
    np.testing.assert_allclose(np.divide(summed.norms, mean.norms), [4, 2])
