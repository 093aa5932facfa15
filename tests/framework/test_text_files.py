"""Text files: what is read, and how a file that cannot be read is named."""

import pytest

from framework.errors import BadInputError
from framework.text_files import read_text
from framework.toml_tables import read_table


def test_line_ends_and_a_byte_order_mark_are_no_part_of_the_text(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    assert read_text(file) == "one\ntwo\nthree\n"
    file.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert read_table(file).values == {"a": 1}
    with pytest.raises(BadInputError, match="cannot be read: Is a directory"):
        read_text(tmp_path)


ENCODING = r"{}, line 2, is not UTF-8 text \(byte 0xfc\)\. Save the file"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("notes.txt", b"one\ntwo \xfc\n", ENCODING.format("notes.txt")),
        ("notes.txt", b"\xef\xbb\xbfone\ntwo \xfc\n", ENCODING.format("notes.txt")),
        ("x.toml", b'a = 1\nb = "\xfc"\n', ENCODING.format("x.toml")),
        ("x.toml", b"a = " + b"[" * 5000, r"x\.toml cannot be read: "),
        ("x.toml", b"a = 1\nb == 2\n", "line 2"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path, name, data, message):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(BadInputError, match=message):
        (read_table if name == "x.toml" else read_text)(file)


def test_all_keys_that_are_missing_are_named_at_once(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text("[[units]]\n", "utf-8")
    (unit,) = read_table(file).tables("units")
    with pytest.raises(BadInputError) as error:
        unit.require(name=str, exercises=list)
    assert str(error.value) == (
        f"{file}:1: units[0].name is missing: it must be text; units[0].exercises is missing: it "
        "must be a list"
    )
