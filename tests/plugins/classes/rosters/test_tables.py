"""A sheet changes single cells and keeps every other byte, in every form that systems write."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.errors import BadInputError
from plugins.classes.rosters.tables import read_sheet

TEXT = 'Student,ID,Lab\r\n"García, ""A""",1,\r\n\r\nLi\u00a0,2,"5,0"\r\n'


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\r\n", "\r").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.encode("latin-1"),
        TEXT.rstrip().encode(),
        TEXT.replace("\r\n", "\n", 1).encode(),
    ],
)
def test_one_cell_changes_and_nothing_else(data, tmp_path):
    file = tmp_path / "grades.csv"
    file.write_bytes(data)
    sheet = read_sheet(file)
    assert sheet.header == ("Student", "ID", "Lab")
    assert [line.value(1) for line in sheet.rows] == ["1", "2"]
    assert sheet.rendered() == data
    sheet.write(sheet.rows[0], 2, "7.5")
    wide = len("7.5".encode(sheet.encoding))
    changed = sheet.rendered()
    location = next(i for i, (a, b) in enumerate(zip(data, changed, strict=False)) if a != b)
    assert changed[:location] + changed[location + wide :] == data
    file.write_bytes(changed)
    assert [line.value(2) for line in read_sheet(file).rows] == ["7.5", sheet.rows[1].value(2)]


def test_quotes_are_those_of_the_cell_or_its_row(tmp_path):
    file = tmp_path / "grades.csv"
    file.write_text('"a","b"\n"x",""\n"y"\nz\n', "utf-8", newline="")
    sheet = read_sheet(file)
    for line, value in zip(sheet.rows, ('1"', "2", "3,4"), strict=True):
        sheet.write(line, 1, value)
    assert sheet.rendered() == b'"a","b"\n"x","1"""\n"y","2"\nz,"3,4"\n'


def test_a_row_that_ends_early_gets_the_cells_up_to_each_column(tmp_path):
    file = tmp_path / "grades.csv"
    file.write_text("a,b,c,d\nx\ny,2\nz,\n", "utf-8", newline="")
    sheet = read_sheet(file)
    sheet.write(sheet.rows[0], 3, "late")
    sheet.write(sheet.rows[0], 1, "8")
    sheet.write(sheet.rows[1], 1, "9")
    sheet.write(sheet.rows[1], 2, "")
    sheet.write(sheet.rows[2], 1, "7")
    sheet.write(sheet.rows[2], 3, "good")
    assert sheet.rendered() == b"a,b,c,d\nx,8,,late\ny,9,\nz,7,,good\n"


def test_what_is_no_table_or_cannot_hold_a_character_is_refused(tmp_path):
    file = tmp_path / "grades.csv"
    for data, problem in (
        (b"\xff\xfe\x00\xd8", "no table of text"),
        (b"a\0", "no table of text"),
        (b" \n\n", "is empty"),
    ):
        file.write_bytes(data)
        with pytest.raises(BadInputError, match=problem):
            read_sheet(file)
    file.write_bytes("Größe,b\nx,y\n".encode("latin-1"))
    sheet = read_sheet(file)
    sheet.write(sheet.rows[0], 1, "→")
    with pytest.raises(BadInputError, match="'→' has no place in it: export it as UTF-8"):
        sheet.rendered()


CELLS = st.lists(
    st.lists(st.text(st.sampled_from('ab",;\n\r é'), max_size=6), min_size=2, max_size=4),
    min_size=1, max_size=5,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(CELLS, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_cells_are_those_that_python_reads(tmp_path_factory, rows, quoting):
    rows = [["head", "er"], *rows]
    out = io.StringIO()
    csv.writer(out, quoting=quoting).writerows(rows)
    file = tmp_path_factory.mktemp("sheet") / "x.csv"
    file.write_bytes(out.getvalue().encode())
    sheet = read_sheet(file)
    results = [list(line.cells) for line in sheet.lines]
    read = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert results == [row for row in read if any(cell.strip() for cell in row)]
    assert sheet.rendered() == file.read_bytes()


@settings(max_examples=100, deadline=None)
@given(CELLS, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.data())
def test_a_written_cell_is_read_back_and_all_others_are_as_before(
    tmp_path_factory, rows, quoting, data
):
    out = io.StringIO()
    csv.writer(out, quoting=quoting).writerows([["head", "er"], *rows])
    file = tmp_path_factory.mktemp("sheet") / "x.csv"
    file.write_bytes(out.getvalue().encode())
    sheet = read_sheet(file)
    location = data.draw(st.integers(0, len(sheet.lines) - 1))
    column, value = data.draw(st.integers(0, 6)), data.draw(st.sampled_from(["8.5", 'a"b', "x\ny"]))
    sheet.write(sheet.lines[location], column, value)
    expected = [list(line.cells) for line in sheet.lines]
    expected[location] += [""] * (column + 1 - len(expected[location]))
    expected[location][column] = value
    file.write_bytes(sheet.rendered())
    assert [list(line.cells) for line in read_sheet(file).lines] == expected
