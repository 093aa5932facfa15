"""Archives that would keep the grader busy, or take its memory, before any sandbox starts.

A reading without its limit does not end within the time of a test, or takes the listed bytes.
"""

import io
import struct
import tarfile

import pytest

from autograder.submissions import archives
from autograder.submissions.archives import archive_members

MEBIBYTE = 1 << 20
ENTRY = b"PK\x01\x02" + b"\0" * 24


def members(path):
    """Return path -> data of the members, and the notes."""
    notes = []
    read = {
        str(inner): data(100) for inner, data in archive_members(path, lambda p: True, notes.append)
    }
    return read, notes


def block(name, size, kind):
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.USTAR_FORMAT)


def entry(name, kind, data):
    """Return an entry of a tar archive: its header, and its data in whole blocks."""
    return block(name, len(data), kind) + data + b"\0" * (-len(data) % 512)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"1" * (8 * MEBIBYTE), "takes more than 65536 bytes"),
        (b"1" * 60_000, ""),
        (b"x" * 60_000, "the extended header of an entry is damaged"),
        (b"0 a=b\n" * 100, "the extended header of an entry is damaged"),
        (b"17 path=other.py\n", ""),
        (b"999999 path=name.py\n", ""),
    ],
)
def test_an_extended_header_of_a_tar_is_read_in_linear_time(tmp_path, header, expected):
    archive = tmp_path / "work.tar"
    archive.write_bytes(entry("x", b"x", header) + entry("rnn.py", b"0", b"a = 1") + b"\0" * 1024)
    read, notes = members(archive)
    assert [expected in note for note in notes] == ([True] if expected else [])
    assert list(read.values()) == ([] if expected else [b"a = 1"])


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_a_name_of_megabytes_is_refused(tmp_path, kind):
    """As a path of millions of folders it takes a hundred times the memory."""
    archive = tmp_path / "work.tar"
    named = entry("x", kind, b"a/" * MEBIBYTE) + entry("rnn.py", b"0", b"a = 1")
    archive.write_bytes(entry("gru.py", b"0", b"b = 1") + named + b"\0" * 1024)
    read, notes = members(archive)
    assert read == {"gru.py": b"b = 1"}
    assert len(notes) == 1 and "takes more than 65536 bytes" in notes[0]


def test_holes_of_a_sparse_file_are_not_read(tmp_path):
    """They are bytes that the archive does not hold, and no limit on its bytes counts."""
    archive = tmp_path / "work.tar"
    info = tarfile.TarInfo("rnn.py")
    info.size, info.type = 512, tarfile.GNUTYPE_SPARSE
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"%011o\0%011o\0" % (0, 512)
    header[483:495] = b"%011o\0" % (1 << 32)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    archive.write_bytes(bytes(header) + b"a" * 512 + b"\0" * 1024)
    read, notes = members(archive)
    assert read == {} and len(notes) == 1 and "rnn.py is refused" in notes[0]


@pytest.mark.parametrize("offset", [b"\0" * 4, b"PK\x05\x06"])
def test_a_long_list_of_a_zip_is_refused_however_its_end_is_written(tmp_path, offset):
    """The place of the list may hold the signature that the end is sought by."""
    archive, name = tmp_path / "work.zip", b"a"
    line = ENTRY + struct.pack("<HHHHHLL", 1, 0, 0, 0, 0, 0, 0) + name
    lines = line * (archives.MAX_DIRECTORY // len(line) + 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHL", 0, 0, 9, 9, len(lines)) + offset + b"\0\0"
    archive.write_bytes(lines + end)
    read, notes = members(archive)
    assert read == {} and len(notes) == 1
    assert "work.zip is not read: its list of files takes more than 8 MiB" in notes[0]


def test_names_of_a_zip_are_repaired_in_linear_time(tmp_path):
    archive = tmp_path / "work.zip"
    record = ENTRY + b"\xff\xff" + "é".encode() * 8
    archive.write_bytes(record * (archives.MAX_REPAIRED // len(record)))
    assert len(archives._with_plain_names(archive)) <= archives.MAX_REPAIRED


def test_entries_with_long_names_keep_them(tmp_path):
    name = "ü" * 60 + "/" + "x" * 120 + ".py"
    for kind in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        archive = tmp_path / "work.tar.gz"
        with tarfile.open(archive, "w:gz", format=kind) as made:
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = 5, {"comment": "späť"}
            made.addfile(info, io.BytesIO(b"a = 1"))
        assert members(archive) == ({name: b"a = 1"}, [])
