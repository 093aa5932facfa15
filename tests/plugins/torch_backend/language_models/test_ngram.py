"""N-gram models on tensors: the NumPy form's answers, in float64, and what they refuse."""

import numpy as np
import pytest

from solutions.language_models.kneser_ney import kneser_ney as numpy_kneser_ney
from solutions.language_models.ngram import ngram as numpy_form

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.language_models import kneser_ney, ngram  # noqa: E402

V = 40
MODELS = [
    (ngram, numpy_form, "NgramLM", ()),
    (ngram, numpy_form, "AddDelta", (0.2,)),
    (ngram, numpy_form, "Backoff", ("stupid",)),
    (ngram, numpy_form, "Backoff", ("interpolated",)),
    (kneser_ney, numpy_kneser_ney, "KneserNey", ()),
]


@pytest.mark.parametrize(("torch_form", "other_form", "name", "args"), MODELS)
def test_a_text_gets_the_same_log_probabilities(torch_form, other_form, name, args):
    rng = np.random.default_rng(0)
    tokens, new = rng.geometric(0.15, size=(2, 2000)) % V
    found = getattr(torch_form, name)(V, 4, *args, end=0)
    expected = getattr(other_form, name)(V, 4, *args, end=0)
    found.fit(torch.from_numpy(tokens))
    expected.fit(tokens)
    log_p = found.log_probabilities(torch.from_numpy(new))
    assert log_p.dtype is torch.float64
    np.testing.assert_allclose(log_p.numpy(), expected.log_probabilities(new), rtol=1e-12)


def test_arrays_and_ids_of_any_width_are_taken():
    model = ngram.AddDelta(5, 2, 0.5)
    model.fit(np.array([1, 2, 3, 1, 2], dtype=np.int32))
    assert model.count(torch.tensor([1, 2], dtype=torch.int32)).item() == 2


def test_what_is_refused():
    model = ngram.NgramLM(5, 2)
    with pytest.raises(ValueError, match=r"call fit\(tokens\) first"):
        model.forward(torch.tensor([[1]]))
    with pytest.raises(IndexError, match=r"in 0 ... 4, but these lie in 1 ... 5"):
        model.fit(torch.tensor([1, 5]))
    with pytest.raises(ValueError, match=r"end must be one of 0 ... 4 or None, not 5"):
        kneser_ney.KneserNey(5, 2, end=5)
