"""Products of matrices by both libraries, small and large ones."""

import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.shared import products  # noqa: E402


@pytest.fixture(params=[0, 2**21], ids=["onednn", "ordinary"], autouse=True)
def least(request, monkeypatch):
    """Let the least number of multiplications decide which library computes."""
    monkeypatch.setattr(products, "_LEAST", request.param)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_products_of_views(dtype):
    a, b = torch.randn(5, 7, dtype=dtype), torch.randn(5, 3, dtype=dtype)
    torch.testing.assert_close(products.product(a.T, b), a.T @ b)
    torch.testing.assert_close(products.product(a.T, b[:, 1:]), a.T @ b[:, 1:])
    bias = torch.randn(7, dtype=dtype)
    torch.testing.assert_close(products.product(b.T, a, bias), b.T @ a + bias)
    total = torch.ones(7, 3, dtype=dtype)
    products.add_product(total, a.T, b)  # in place
    torch.testing.assert_close(total, 1 + a.T @ b)
    for function in (torch.tanh, torch.sigmoid):
        result = products.product(b.T, a, bias, function.__name__)
        torch.testing.assert_close(result, function(b.T @ a + bias))


def test_large_products_of_single_precision_are_those_of_onednn(monkeypatch):
    calls = []
    monkeypatch.setattr(products, "_ONEDNN", lambda a, *others: calls.append(a.dtype) or a[:, :3])
    a, b = torch.randn(5, 7), torch.randn(7, 3)
    products.product(a, b)
    products.product(a.double(), b.double())
    assert calls == [torch.float32] * (products._LEAST == 0)
