import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from autograder.reports.plain import clean, encodable
from autograder.results.findings.texts import PrintedText, excerpt

ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
def test_clean_text_only_shows(text):
    categories = {unicodedata.category(character) for character in clean(text) if character != "\n"}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(clean(text)) == clean(text)
    clean(text).encode("utf-8")


@given(ANY_TEXT)
def test_encodable_text_can_be_encoded(text):
    assert encodable(text, "ascii").isascii()
    encodable(text, "cp1252").encode("cp1252")


def test_formulas_stay_readable_in_ascii():
    assert encodable("σ'(z) ≥ 0 → x − 1, Σ_t h², naïve", "ascii") == (
        "sigma'(z) >= 0 -> x - 1, sum_t h2, naive"
    )
    assert encodable("café − σ", "latin-1") == "café - sigma"


def test_excerpt_keeps_the_beginning_and_the_end():
    lines = list(map(str, range(20)))
    assert excerpt(lines, 6) == ["0", "1", "2", "3", "... 14 more lines ...", "18", "19"]
    assert PrintedText("a\r\nb\n").text_lines() == ["a", "b"]
