"""N-gram models on tensors: the NumPy form's answers, in float64, and what they refuse."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.language_models import kneser_ney, ngram  # noqa: E402


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
