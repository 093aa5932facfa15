import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports.plain import clean, for_spreadsheet, from_spreadsheet
from autograder.results.findings.check_texts import PrintedText, excerpt

ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
def test_clean_text_only_shows(text):
    categories = {unicodedata.category(character) for character in clean(text) if character != "\n"}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(clean(text)) == clean(text)
    clean(text).encode("utf-8")


def test_excerpt_keeps_the_beginning_and_the_end():
    lines = list(map(str, range(20)))
    assert excerpt(lines, 6) == ["0", "1", "2", "3", "... 14 more lines ...", "18", "19"]
    assert PrintedText("a\r\nb\n").text_lines() == ["a", "b"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("-3.5", "-3.5"),
        ("x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"),
        ("x\t@SUM(A1)", "x\t'@SUM(A1)"),
        ("O'Brien; 'x' ;-)", "O'Brien; 'x' ;-)"),
    ],
)
def test_no_spreadsheet_runs_a_cell_whatever_separates_its_cells(cell, expected):
    assert for_spreadsheet(cell) == expected
    assert from_spreadsheet(expected) == cell
