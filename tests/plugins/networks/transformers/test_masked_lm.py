"""A masked language model and a classifier on tensors: the same numbers as the solutions."""

import numpy as np
import pytest

from framework.providers.backends import Backend
from plugins.networks.transformers import fine_tuning
from solutions.transformers.masked_lm import masked_lm as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

IDS = np.array([[3, 1, 4, 2], [5, 2, 0, 0]])


def masked_models():
    """Return the model on tensors and the solution, with the same parameters."""
    sizes = 6, 4, 4, 2, 1
    model = on_tensors(masked_lm.MaskedLM, *sizes, rng=np.random.default_rng(0))
    other = reference.MaskedLM(*sizes, rng=np.random.default_rng(1))
    for name, values in model.parameters.items():
        other.parameters[name][...] = values.numpy()
    return model, other


def test_pseudo_perplexity_is_that_of_the_solution():
    model, other = masked_models()
    found = on_tensors(masked_lm.pseudo_perplexity, model, torch.tensor(IDS))
    assert found == pytest.approx(reference.pseudo_perplexity(other, IDS), rel=1e-5)


def test_chosen_of_another_shape_is_named():
    model, _ = masked_models()
    with pytest.raises(ValueError, match=r"should be bool \(2, 4\), but is int64 \(2, 4\)"):
        model.forward(torch.tensor(IDS), torch.tensor(IDS))


def test_an_encoder_is_loaded_whole_or_not_at_all():
    sizes = 6, 4, 4, 2, 1
    classifier = on_tensors(fine_tuning.TextClassifier, *sizes, 3, rng=np.random.default_rng(2))
    before = classifier.parameters["encoder.embedding"].clone()
    given = dict(masked_models()[0].parameters)
    beta = given.pop("encoder.norm.beta")
    wider = given | {"encoder.norm.beta": beta[:1]}
    for wrong, found in ((given, "missing"), (wider, r"\(1,\)")):
        message = rf"'encoder.norm.beta' should be \(4,\), but is {found}"
        with pytest.raises(ValueError, match=message):
            fine_tuning.load_encoder(classifier, wrong)
        assert torch.equal(classifier.parameters["encoder.embedding"], before)
    fine_tuning.load_encoder(classifier, given | {"encoder.norm.beta": beta})
    assert torch.equal(classifier.parameters["encoder.embedding"], given["encoder.embedding"])
    given["encoder.embedding"] += 1
    assert not torch.equal(classifier.parameters["encoder.embedding"], given["encoder.embedding"])
