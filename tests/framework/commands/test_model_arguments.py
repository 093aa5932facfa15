"""`--set NAME=VALUE`."""

import pytest

from framework.commands.model_arguments import model_arguments
from framework.errors import UsageError


def test_values_are_tomls_or_text():
    written = ["a=3", "b = [3, 4]", "c=relu", "d=0.5", "e=true", "f='3'"]
    assert model_arguments(written, None) == {
        "a": 3,
        "b": [3, 4],
        "c": "relu",
        "d": 0.5,
        "e": True,
        "f": "3",
    }


def test_the_command_line_changes_single_arguments_of_a_recipe():
    recipe = {"epochs": 3, "arguments": ["maps=100", "channels=both"]}
    found = model_arguments(["channels=static"], recipe)
    assert found == {"maps": 100, "channels": "static"}
    assert model_arguments([], {"epochs": 3}) == {}


@pytest.mark.parametrize("text", ["a", "=3", "a=", "a b=3"])
def test_what_is_no_argument_is_shown(text):
    with pytest.raises(UsageError, match=f"'{text}' is no argument of a model: write NAME=VALUE"):
        model_arguments([text], None)
