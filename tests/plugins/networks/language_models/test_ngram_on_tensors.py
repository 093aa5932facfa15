"""N-gram models on tensors: results are tensors in float64; what is refused."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.arrays import arrays_in_force  # noqa: E402
from framework.models.parts import parts_from  # noqa: E402
from plugins.networks.language_models import kneser_ney, ngram  # noqa: E402
from plugins.torch_backend.arrays import TorchArrays  # noqa: E402

PARTS = {"kneser_ney_discounts": kneser_ney.kneser_ney_discounts}


@pytest.fixture(autouse=True)
def on_tensors():
    with arrays_in_force(TorchArrays()), parts_from(PARTS.__getitem__):
        yield


def test_arrays_and_ids_of_any_width_are_taken():
    model = ngram.AddDelta(5, 2, 0.5)
    model.fit(np.array([1, 2, 3, 1, 2], dtype=np.int32))
    assert model.count(torch.tensor([1, 2], dtype=torch.int32)).item() == 2


@pytest.mark.parametrize("name", ["probability", "log_probabilities", "ngrams", "initial_state"])
def test_what_a_model_returns_is_a_tensor(name):
    model = kneser_ney.KneserNey(5, 2)
    model.fit(torch.tensor([1, 2, 3, 1, 2, 4, 1]))
    arguments = {
        "probability": (torch.tensor([1]), torch.tensor([2])),
        "log_probabilities": (torch.tensor([1, 2]),),
        "ngrams": (2,),
        "initial_state": (3,),
    }
    result = getattr(model, name)(*arguments[name])
    parts = result if isinstance(result, tuple) else (result,)
    assert all(isinstance(part, torch.Tensor) for part in (*parts, model.discounts))


def test_a_text_is_read_word_by_word_as_a_whole():
    model = kneser_ney.KneserNey(5, 3)
    model.fit(torch.tensor([1, 2, 3, 1, 2, 4, 1]))
    text, state = torch.tensor([[1, 2], [3, 1]]), model.initial_state(2)
    whole = model.forward(text)
    for t in range(2):
        logs, state = model.next_log_probabilities(text[:, t], state)
        torch.testing.assert_close(logs, whole[:, t])
    assert torch.equal(state, model.state)


def test_what_is_refused():
    model = ngram.NgramLM(5, 2)
    with pytest.raises(ValueError, match=r"call fit\(tokens\) first"):
        model.forward(torch.tensor([[1]]))
    with pytest.raises(ValueError, match="a text of 1 token"):
        model.fit(torch.tensor([1]))
    with pytest.raises(IndexError, match=r"in 0 ... 4, but these lie in 1 ... 5"):
        model.fit(torch.tensor([1, 5]))
    with pytest.raises(ValueError, match=r"end must be one of 0 ... 4 or None, not 5"):
        kneser_ney.KneserNey(5, 2, end=5)
