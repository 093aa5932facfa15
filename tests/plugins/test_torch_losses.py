"""The loss on tensors, beside torch's own."""

import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.losses import SoftmaxCrossEntropy  # noqa: E402


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
    assert isinstance(value, float) and value == pytest.approx(expected.item(), rel=1e-12)
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
