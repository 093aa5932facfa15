"""The loss on tensors, beside torch's own."""

import pytest

from framework.errors import UsageError

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.neural_networks.losses import MaxMarginLoss, SoftmaxCrossEntropy  # noqa: E402


@pytest.mark.parametrize("shape", [(5,), (2, 3), ()], ids=str)
@pytest.mark.parametrize("size", [1.0, 1e4])
def test_agrees_with_torch(shape, size):
    generator = torch.Generator().manual_seed(0)
    logits = size * torch.randn(*shape, 4, generator=generator, dtype=torch.float64)
    targets = torch.randint(4, shape, generator=generator)
    leaf = logits.clone().requires_grad_()
    expected = torch.nn.functional.cross_entropy(leaf.reshape(-1, 4), targets.reshape(-1))
    expected.backward()
    loss = SoftmaxCrossEntropy()
    value = loss.forward(logits, targets)
    assert (value.shape, value.dtype, value.requires_grad) == ((), logits.dtype, False)
    assert float(value) == pytest.approx(expected.item(), rel=1e-12)
    for _ in range(2):  # asked twice, it answers the same
        torch.testing.assert_close(loss.backward(), leaf.grad, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("target", [4, -1, -100])
def test_targets_without_a_class_are_an_index_error(target):
    with pytest.raises(IndexError, match=r"0 \.\.\. 3"):
        SoftmaxCrossEntropy().forward(torch.zeros(1, 4), torch.tensor([target]))


@pytest.mark.parametrize(("scores", "targets"), [(2, 3), (0, 0)])
def test_shapes_that_do_not_belong_together(scores, targets):
    with pytest.raises(ValueError, match=rf"received \({scores}, 4\) and \({targets},\)"):
        SoftmaxCrossEntropy().forward(torch.zeros(scores, 4), torch.zeros(targets).long())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_max_margin_agrees_with_autograd_and_stands_still_at_the_kink(dtype):
    scores = torch.tensor([[2.0, 0.5, -1.0, 1.0], [0.0, 0.0, 1.0, 0.0]], dtype=dtype)
    s, s_c = (row.clone().requires_grad_() for row in scores)
    expected = torch.relu(1 + s_c - s).mean()
    expected.backward()
    loss = MaxMarginLoss()
    assert float(loss.forward(*scores)) == pytest.approx(expected.item()) == 3.5 / 4
    for actual, leaf in zip(loss.backward(), (s, s_c), strict=True):
        torch.testing.assert_close(actual, leaf.grad)
    assert loss.backward()[1].tolist() == [0, 0.25, 0.25, 0]


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
