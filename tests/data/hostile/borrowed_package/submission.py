import pytest


def attacked(x):
    return pytest.approx(x)
