"""What losses on tensors refuse."""

import pytest

from framework.errors import UsageError

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.neural_networks.losses import MaxMarginLoss, SoftmaxCrossEntropy  # noqa: E402


@pytest.mark.parametrize(
    ("loss", "first", "second", "error", "said"),
    [
        *(
            (SoftmaxCrossEntropy, torch.zeros(1, 4), torch.tensor([c]), IndexError, r"0 \.\.\. 3")
            for c in (4, -1, -100)
        ),
        *(
            (SoftmaxCrossEntropy, torch.zeros(n, 4), torch.zeros(m).long(), ValueError,
             rf"received \({n}, 4\) and \({m},\)")
            for n, m in ((2, 3), (0, 0))
        ),
        *(
            (MaxMarginLoss, torch.zeros(n), torch.zeros(m), ValueError,
             rf"got \({n},\) and \({m},\)")
            for n, m in ((2, 3), (0, 0))
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(loss, first, second, error, said):
    with pytest.raises(error, match=said):
        loss().forward(first, second)
    with pytest.raises(UsageError, match=rf"{loss.__name__}\.backward needs a forward"):
        loss().backward()
    with pytest.raises(ValueError, match="0 or more, but got -1"):
        MaxMarginLoss(-1)
