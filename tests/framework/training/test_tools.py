"""Names with arguments, and the arguments of a model, as the command line writes them."""

import pytest

from framework.errors import UsageError
from framework.training.tools import model_arguments, parse_named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adam", ("adam", {})),
        ("frozen@week3", ("frozen@week3", {})),
        ("step_decay:factor=0.5,every=1", ("step_decay", {"factor": 0.5, "every": 1})),
        ("adam: beta1 = 1e-1, epsilon=2", ("adam", {"beta1": 0.1, "epsilon": 2})),
        ("adam:bias_correction=False", ("adam", {"bias_correction": False})),
        ("recurrent_dropout:drop=weights", ("recurrent_dropout", {"drop": "weights"})),
    ],
)
def test_names_and_numbers_are_read(text, expected):
    name, arguments = parse_named(text)
    assert (name, arguments) == expected
    assert [type(v) for v in arguments.values()] == [type(v) for v in expected[1].values()]


@pytest.mark.parametrize(
    "text",
    ["adam:0.5", "adam:beta1=.x", "adam:=1", "adam:beta1", "adam:beta1=nan", "adam:beta1=inf"],
)
def test_what_is_no_argument_is_refused(text):
    with pytest.raises(UsageError, match="write NAME:argument=value"):
        parse_named(text)


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


def test_an_argument_that_is_written_twice_is_refused():
    with pytest.raises(UsageError, match="sets maps twice, to 100 and to 3: leave one out"):
        model_arguments(["maps=100", "maps=3"])
    with pytest.raises(UsageError, match=r"'adam:beta1=0\.5,beta1=0\.6' sets beta1 twice"):
        parse_named("adam:beta1=0.5,beta1=0.6")


@pytest.mark.parametrize("name", ["learning_rate", "rng", "kind"])
def test_what_gradus_gives_itself_is_refused(name):
    with pytest.raises(UsageError, match=f"cannot set {name}: "):
        parse_named(f"sgd:{name}=3")
    with pytest.raises(UsageError, match=f"`--set {name}` is not possible"):
        model_arguments([f"{name}=3"])


@pytest.mark.parametrize("text", ["a", "=3", "a=", "a b=3"])
def test_what_is_no_argument_of_a_model_is_shown(text):
    with pytest.raises(UsageError, match=f"'{text}' is no argument of a model: write NAME=VALUE"):
        model_arguments([text])
