"""A hidden check that failed shows its title and its hint: both say what to test."""

import ast
import re

import pytest
from repository import ROOT

HIDDEN = sorted((ROOT / "solutions").glob("*/*/test_*_hidden.py"))

#: Titles that leave open what to test.
CATCH_ALL = re.compile(
    r"^(Any|Other|Odd|More) (batch|shape|size|input|length|setting|argument|case|detail)s?\b"
    r"|\bany (batch|length|sizes|arguments)\b|\b(edge|special|corner) cases\b|\betc\b",
    re.IGNORECASE,
)


def checks(file):
    found = ast.walk(ast.parse(file.read_text("utf-8")))
    return [
        node
        for node in found
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


@pytest.mark.parametrize("file", HIDDEN, ids=lambda file: file.parent.name)
def test_titles_of_hidden_checks_say_what_to_test(file):
    titles = [(ast.get_docstring(check) or "").partition("\n")[0] for check in checks(file)]
    assert len(set(titles)) == len(titles)
    for title in titles:
        assert len(title) > 20, title
        assert not CATCH_ALL.search(title), title


@pytest.mark.parametrize("file", HIDDEN, ids=lambda file: file.parent.name)
def test_hidden_checks_have_a_hint_or_a_sentence_to_show(file):
    for check in checks(file):
        markers = " ".join(map(ast.unparse, check.decorator_list))
        assert "mark.hint(" in markers or "mark.promise(" in markers, check.name
