"""A number in a text has its origin beside it: a command, an example that runs, a test, a source.

Tables of numbers, and sentences with a measured mean and spread, are looked at. The origin stands
in the same section, that is between two headings.
"""

import re

import pytest
from repository import ROOT

TEXTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS += sorted((ROOT / "exercises").glob("*/*/README.md"))

HEADING = re.compile(r"^(?=#+ )", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(?:^\|.*\|[ ]*\n)+", re.MULTILINE)
#: A cell that is a number: with a sign, a unit, a spread or a range.
NUMBER = re.compile(r"[≈−+<>~-]?[\d.,]+(?: ?%| ?±.*| to .*| [a-z]+)*|about [\d.,]+.*")
SPREAD = re.compile(r"\d ?± ?\d")

ORIGINS = {
    "a command": re.compile(r"(?:^ {4}|`|^\$ )(?:gradus|grade|pytest|python -m) ", re.MULTILINE),
    "an example": re.compile(r"^>>> ", re.MULTILINE),
    "a test": re.compile(r"`(?:tests/|test_\w+)"),
    "a source": re.compile(
        r"\bet al\. \(?(?:19|20)\d\d|\b[A-Z]\w+ \(?(?:19|20)\d\d[),]|\b(?:table|equation) \d"
    ),
}


def sections(text):
    """Return the sections of a Markdown text, each from a heading to the next."""
    blocks = FENCED.findall(text)  # a comment in a program looks like a heading
    hidden = FENCED.sub("\0", text)
    return [re.sub("\0", lambda _: blocks.pop(0), part) for part in HEADING.split(hidden)]


def cells(row):
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def is_of_numbers(table):
    """Return whether a third of the cells, without the first column, are numbers."""
    _, _, *rows = table.strip().splitlines()
    body = [cell for row in rows for cell in cells(row)[1:]]
    return bool(body) and 3 * sum(bool(NUMBER.fullmatch(cell)) for cell in body) >= len(body)


def without_origin(text):
    """Yield the first line of each table and sentence whose numbers have no origin beside them."""
    for section in sections(text):
        if any(origin.search(section) for origin in ORIGINS.values()):
            continue
        for table in filter(is_of_numbers, TABLE.findall(section)):
            yield table.splitlines()[0]
        for line in TABLE.sub("", FENCED.sub("", section)).splitlines():
            if SPREAD.search(line):
                yield line


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_number_has_its_origin_beside_it(file):
    assert list(without_origin(file.read_text("utf-8"))) == [], (
        "name the command, the test or the source that the numbers come from, in the same section"
    )


TABLE_OF_NUMBERS = "| model | score |\n| --- | --- |\n| a | 91 ± 2 % |\n| b | 0.35 |\n"


def test_a_table_without_an_origin_in_its_section_is_named():
    text = f"# A\n\n    gradus compare\n\n## B\n\n{TABLE_OF_NUMBERS}\nIt is 3 ± 1.\n"
    assert list(without_origin(text)) == ["| model | score |", "It is 3 ± 1."]
    words = "| name | shape |\n| --- | --- |\n| x | `(N, T)` |\n"
    for origin in (
        "    gradus compare",
        "`pytest -m slow tests/x.py`",
        "```python\n# comment\n>>> 1 + 1\n2\n```",
        "`test_accuracy_by_width` computes it.",
        "By Kim et al. (2016).",
        "See Kim (2014).",
    ):
        text = f"# A\n\n{words}\n# B\n\n{origin}\n\n{TABLE_OF_NUMBERS}"
        assert list(without_origin(text)) == [], origin
