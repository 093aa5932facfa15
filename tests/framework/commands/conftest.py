"""Where commands are tried: a folder of their own, and no plugins but the backends."""

import pytest


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """An empty folder to work in, and the backends as the only plugins."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "framework.providers.plugin_sources.BUILT_IN",
        {"numpy_reference": "plugins.numpy_reference", "torch_backend": "plugins.torch_backend"},
    )
    return tmp_path


@pytest.fixture
def reviews():
    """A corpus of sixty short texts with a label in front: good ones first."""
    good = [f"1 a {w} film\n" for w in ("good", "fine", "great")] * 10
    bad = [f"0 a {w} film\n" for w in ("bad", "dull", "sad")] * 10
    return "".join(good + bad)
