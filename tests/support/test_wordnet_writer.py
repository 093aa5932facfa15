import os
import shutil
import subprocess

import pytest
from wordnet_writer import write_wordnet

from framework.data.lexicon.entries import mini_entries, read_entries

SOURCE = """
n animal creature | it moves
n dog @ animal.n.01 | it barks — loudly
n Laika @i dog.n.01 | she flew
n dog | a bad café
a big | much
s huge & big.a.01 | very much
v go | away
"""


@pytest.fixture
def written(tmp_path):
    source = tmp_path / "source.txt"
    source.write_text(SOURCE, encoding="utf-8")
    write_wordnet(read_entries(source), tmp_path)
    return tmp_path


def data(file):
    """Offset -> columns, for every line that is no remark."""
    lines, offset = {}, 0
    for line in file.read_bytes().splitlines(keepends=True):
        if not line.startswith(b"  "):
            lines[offset] = line.decode().split("|")[0].split()
        offset += len(line)
    return lines


@pytest.mark.parametrize("name", ["noun", "verb", "adj", "adv"])
def test_every_line_starts_with_its_own_byte_offset(written, name):
    for offset, columns in data(written / f"data.{name}").items():
        assert columns[0] == f"{offset:08d}"


def test_pointers_lead_to_offsets_and_back(written):
    lines = data(written / "data.noun")
    animal, dog, laika, _ = (f"{offset:08d}" for offset in lines)
    animal_line, dog_line, laika_line, other_line = lines.values()
    assert animal_line[1:] == f"03 n 02 animal 0 creature 0 001 ~ {dog} n 0000".split()
    assert dog_line[1:] == f"03 n 01 dog 0 002 @ {animal} n 0000 ~i {laika} n 0000".split()
    assert laika_line[1:] == f"03 n 01 Laika 0 001 @i {dog} n 0000".split()
    assert other_line[1:] == ["03", "n", "01", "dog", "1", "000"]


def test_the_index_lists_words_by_alphabet_with_their_senses_in_order(written):
    lines = (written / "index.noun").read_text("utf-8").splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["animal", "creature", "dog", "laika"]
    _, dog, _, other = (f"{offset:08d}" for offset in data(written / "data.noun"))
    assert lines[2].split() == f"dog n 2 2 @ ~i 2 0 {dog} {other}".split()


def test_satellites_stand_with_the_adjectives_and_verbs_tell_their_frames(written):
    big, huge = data(written / "data.adj")
    lines = data(written / "data.adj")
    assert lines[big][2:] == f"a 01 big 0 001 & {huge:08d} a 0000".split()
    assert lines[huge][2:] == f"s 01 huge 0 001 & {big:08d} a 0000".split()
    (go,) = data(written / "data.verb").values()
    assert go[2:] == ["v", "01", "go", "0", "000", "00"]


@pytest.mark.skipif(not shutil.which("wn"), reason="WordNet's own program `wn` is not installed")
def test_wordnets_own_program_reads_the_mini_lexicon(tmp_path):
    write_wordnet(mini_entries(), tmp_path)
    shown = subprocess.run(
        ["wn", "panda", "-hypen"],
        env={**os.environ, "WNSEARCHDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,  # it exits with the number of senses
    ).stdout
    first = shown[shown.index("Sense 1") : shown.index("Sense 2")].splitlines()
    assert first[1].startswith("giant panda, panda, panda bear")
    assert [line.split("=> ")[1].split(",")[0] for line in first if "=>" in line] == [
        *("procyonid", "carnivore", "placental", "mammal", "vertebrate", "chordate", "animal"),
        *("organism", "living thing", "whole", "object", "physical entity", "entity"),
    ]
