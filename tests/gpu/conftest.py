"""After a test, new models are built on the CPU again."""

import pytest


@pytest.fixture(autouse=True)
def cpu_afterwards():
    """Let no device of one test reach the next one."""
    torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    from plugins.torch_backend.arrays import use_device

    yield
    use_device("cpu")
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
