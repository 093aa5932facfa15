"""Names with arguments, as an option of the command line writes them."""

import pytest

from framework.errors import UsageError
from framework.training.tools import parse_named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adam", ("adam", {})),
        ("frozen@week3", ("frozen@week3", {})),
        ("step_decay:factor=0.5,every=1", ("step_decay", {"factor": 0.5, "every": 1})),
        ("adam: beta1 = 1e-1, epsilon=2", ("adam", {"beta1": 0.1, "epsilon": 2})),
    ],
)
def test_names_and_numbers_are_read(text, expected):
    name, arguments = parse_named(text)
    assert (name, arguments) == expected
    assert [type(v) for v in arguments.values()] == [type(v) for v in expected[1].values()]


@pytest.mark.parametrize("text", ["adam:0.5", "adam:beta1=x", "adam:=1", "adam:beta1"])
def test_what_is_no_argument_is_refused(text):
    with pytest.raises(UsageError, match="write NAME:argument=number"):
        parse_named(text)
