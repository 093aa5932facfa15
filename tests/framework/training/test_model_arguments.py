"""`--set NAME=VALUE`."""

import pytest

from framework.errors import UsageError
from framework.training.tools import model_arguments


def test_values_are_tomls_or_text():
    written = ["a=3", "b = [3, 4]", "c=relu", "d=0.5", "e=true", "f='3'"]
    assert model_arguments(written) == {
        "a": 3,
        "b": [3, 4],
        "c": "relu",
        "d": 0.5,
        "e": True,
        "f": "3",
    }


def test_of_equal_names_the_last_one_counts():
    assert model_arguments(["maps=100", "maps=3"]) == {"maps": 3}


@pytest.mark.parametrize("text", ["a", "=3", "a=", "a b=3"])
def test_what_is_no_argument_is_shown(text):
    with pytest.raises(UsageError, match=f"'{text}' is no argument of a model: write NAME=VALUE"):
        model_arguments([text])
