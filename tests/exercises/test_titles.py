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


@pytest.mark.parametrize("file", HIDDEN, ids=lambda file: file.parent.name)
def test_titles_and_hints_of_hidden_checks_say_what_to_test(file):
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    titles = {}
    for check in (node for node in functions if node.name.startswith("test_")):
        title = (ast.get_docstring(check) or "").partition("\n")[0]
        assert len(title) > 20, check.name
        assert not CATCH_ALL.search(title), title
        assert titles.setdefault(title, check) is check, f"two checks have the title {title}"
        markers = " ".join(map(ast.unparse, check.decorator_list))
        assert "mark.hint(" in markers or "mark.promise(" in markers, check.name
