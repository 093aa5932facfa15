"""Errors name the object, near misses or the choices, and the next command."""

import pytest

from framework.errors import MAX_LISTED, UnknownNameError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            UnknownNameError("loss", "hinj", ["hinge", "mse"]),
            "no loss 'hinj': did you mean 'hinge'?",
        ),
        (UnknownNameError("loss", "x", ["mse", "hinge"]), "no loss 'x': choose one of hinge, mse"),
        (
            UnknownNameError("loss", "x", ["mse"], "list"),
            "no loss 'x': choose one of mse. `list` shows all",
        ),
        (UnknownNameError("loss", "x", []), "no loss 'x'"),
        (
            UnknownNameError("loss", "x", ["mse"], note="Why."),
            "no loss 'x': choose one of mse. Why.",
        ),
        (UnknownNameError("word", "x", map(str, range(MAX_LISTED + 1))), "no word 'x'"),
    ],
)
def test_an_unknown_name_is_reported_with_near_misses_or_choices(error, message):
    assert str(error) == message
