"""A small corpus for commands."""

import pytest


@pytest.fixture
def reviews():
    """A corpus of sixty short texts with a label in front: good ones first."""
    good = [f"1 a {w} film\n" for w in ("good", "fine", "great")] * 10
    bad = [f"0 a {w} film\n" for w in ("bad", "dull", "sad")] * 10
    return "".join(good + bad)
