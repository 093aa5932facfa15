"""The loss on tensors, beside torch's own."""

import pytest

from framework.errors import UsageError

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.neural_networks.losses import MaxMarginLoss, SoftmaxCrossEntropy  # noqa: E402


@pytest.mark.parametrize("target", [4, -1, -100])
def test_targets_without_a_class_are_an_index_error(target):
    with pytest.raises(IndexError, match=r"0 \.\.\. 3"):
        SoftmaxCrossEntropy().forward(torch.zeros(1, 4), torch.tensor([target]))


@pytest.mark.parametrize(("scores", "targets"), [(2, 3), (0, 0)])
def test_shapes_that_do_not_belong_together(scores, targets):
    with pytest.raises(ValueError, match=rf"received \({scores}, 4\) and \({targets},\)"):
        SoftmaxCrossEntropy().forward(torch.zeros(scores, 4), torch.zeros(targets).long())


@pytest.mark.parametrize(("true", "corrupt"), [(2, 3), (0, 0)])
def test_max_margin_needs_pairs(true, corrupt):
    with pytest.raises(ValueError, match=rf"got \({true},\) and \({corrupt},\)"):
        MaxMarginLoss().forward(torch.zeros(true), torch.zeros(corrupt))


def test_max_margin_refuses_a_negative_margin():
    with pytest.raises(ValueError, match="0 or more, but got -1"):
        MaxMarginLoss(-1)


@pytest.mark.parametrize("loss", [MaxMarginLoss, SoftmaxCrossEntropy])
def test_backward_needs_a_forward(loss):
    with pytest.raises(UsageError, match=rf"{loss.__name__}\.backward needs a forward"):
        loss().backward()
