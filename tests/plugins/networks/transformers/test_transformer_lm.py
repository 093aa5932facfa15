"""Several tokens in one step of the transformer, and in one call of an evaluation."""

from itertools import pairwise

import numpy as np
import pytest

from framework.evaluation.metrics import TOGETHER, language_model_perplexity, perplexity
from framework.interfaces import LanguageModel

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

V, CONTEXT = 7, 6


@pytest.fixture
def model(backends):
    """A model on tensors with an attribute `steps`: the numbers of tokens of its steps."""
    sizes = V, 8, 2, 2, CONTEXT
    rng = np.random.default_rng(0)
    built = backends("torch").build("transformer_lm", *sizes, kind="language_model", rng=rng)
    step, built.steps = built.step, []

    def counted(tokens, state):
        built.steps.append(tokens.shape[1])
        return step(tokens, state)

    built.step = counted
    return built


def test_tokens_read_together_have_the_results_of_one_after_the_other(model):
    tokens = torch.tensor(np.random.default_rng(1).integers(V, size=(3, 11)))
    together = model.read_tokens(tokens, model.initial_state(3))
    assert model.steps == [6, 3, 3, 3, 2], "the context is filled, then its newer half is kept"
    alone = LanguageModel.read_tokens(model, tokens, model.initial_state(3))
    assert len(together) == len(alone) == 11
    for (ours, after), (expected, state) in zip(together, alone, strict=True):
        torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-5)
        assert after[0].equal(state[0])
        for kept, other in zip(after[1], state[1], strict=True):
            for array, single in zip(kept, other, strict=True):
                torch.testing.assert_close(array, single, rtol=1e-4, atol=1e-5)


def test_a_draft_goes_on_from_any_of_the_states(model):
    tokens = torch.tensor(np.random.default_rng(1).integers(V, size=(2, 5)))
    _, state = model.read_tokens(tokens, model.initial_state(2))[1]
    model.steps = []
    again, _ = model.next_log_probabilities(tokens[:, 2], state)
    expected, _ = model.read_tokens(tokens[:, :3], model.initial_state(2))[-1]
    torch.testing.assert_close(again, expected, rtol=1e-4, atol=1e-5)
    assert model.steps == [1, 3]


def test_an_evaluation_reads_several_tokens_in_each_call(model):
    ids = np.random.default_rng(2).integers(V, size=4 * TOGETHER + 1)
    ours = language_model_perplexity(model, ids, 1, model._arrays)
    assert len(model.steps) < 3 * TOGETHER, "not one step for each of the 64 tokens"
    state, log_probabilities = model.initial_state(1), []
    for token, target in pairwise(ids):
        row, state = model.next_log_probabilities(torch.tensor([token]), state)
        log_probabilities.append(float(row[0, target]))
    assert ours == pytest.approx(perplexity(np.array(log_probabilities)), rel=1e-5)
