import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from autograder.reports.plain import clean
from autograder.results.findings.texts import PrintedText, excerpt

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
