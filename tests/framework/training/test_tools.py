"""Names with arguments, and the arguments of a model, as the command line writes them."""

import re

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


WRITE, ARGUMENT = "write NAME:argument=value", "' is no argument of a model: write NAME=VALUE"
#: Of a name with arguments, and of the arguments of a model.
REFUSED = [
    *((parse_named, f"adam:{text}", WRITE) for text in ("0.5", "beta1=.x", "=1", "beta1")),
    *((parse_named, f"adam:beta1={value}", WRITE) for value in ("nan", "inf")),
    (parse_named, "adam:beta1=0.5,beta1=0.6", "'adam:beta1=0.5,beta1=0.6' sets beta1 twice"),
    (model_arguments, "maps=100 maps=3", "sets maps twice, to 100 and to 3: leave one out"),
    *((model_arguments, text, text + ARGUMENT) for text in ("a", "=3", "a=")),
    *(
        case
        for name in ("learning_rate", "rng", "kind")
        for case in (
            (parse_named, f"sgd:{name}=3", f"cannot set {name}: "),
            (model_arguments, f"{name}=3", f"`--set {name}` is not possible"),
        )
    ),
]


@pytest.mark.parametrize(("read", "text", "said"), REFUSED)
def test_what_cannot_be_set_is_refused(read, text, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        read(text.split() if read is model_arguments else text)


def test_a_name_with_a_blank_is_no_argument_of_a_model():
    with pytest.raises(UsageError, match=f"'a b=3{ARGUMENT}"):
        model_arguments(["a b=3"])


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
