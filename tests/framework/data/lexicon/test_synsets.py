import subprocess
import sys

import pytest
from wordnet_writer import write_wordnet

from framework.data.lexicon import lexicon_of, mini_lexicon
from framework.data.lexicon.entries import mini_entries, read_entries
from framework.data.lexicon.wordnet import read_wordnet
from framework.errors import BadInputError


@pytest.fixture
def database(tmp_path):
    """The mini lexicon in WordNet's format."""
    write_wordnet(mini_entries(), tmp_path)
    return tmp_path


def test_the_mini_lexicon_has_what_the_lecture_shows():
    lexicon = mini_lexicon()
    synsets, index = lexicon["synsets"], lexicon["index"]
    assert len(synsets) >= 150
    assert {synset["pos"] for synset in synsets.values()} == set("nvasr")
    good = {word for sense in index["good"] for word in synsets[sense]["words"]}
    assert "proficient" in good
    assert synsets[index["panda"][0]]["hypernyms"] == ["procyonid.n.01"]


def test_the_mini_lexicon_is_closed_and_every_noun_is_an_entity():
    synsets = mini_lexicon()["synsets"]
    for id, synset in synsets.items():
        top = id
        while synsets[top]["hypernyms"]:
            top = synsets[top]["hypernyms"][0]
        assert top == "entity.n.01" or synset["pos"] != "n", id


def test_senses_are_ordered_by_part_of_speech_then_as_in_the_file():
    index = mini_lexicon()["index"]
    assert index["bank"] == ["bank.n.01", "bank.n.02", "bank.n.03"]
    assert index["fast"] == ["fast.a.01", "fast.r.01"]
    assert index["duck"] == ["duck.n.01", "duck.v.01"]
    assert index["good"][4:7] == ["good.a.01", "full.s.01", "good.a.03"]
    assert index["ada_lovelace"] == ["ada_lovelace.n.01"]


def test_nltk_reads_from_the_written_files_what_the_readable_source_says(database):
    pytest.importorskip("nltk", reason="WordNet's files are read by the extra `lexicon`")
    assert read_wordnet(database) == mini_lexicon()


def test_words_that_look_like_forms_of_others_keep_their_own_senses(tmp_path):
    """NLTK looks for base forms as well: *axes* is no sense of *axe*."""
    pytest.importorskip("nltk", reason="WordNet's files are read by the extra `lexicon`")
    source = tmp_path / "source.txt"
    source.write_text("n axe | chops\nn axes | two lines\nn ax axe | chops too\n")
    entries = read_entries(source)
    write_wordnet(entries, tmp_path)
    assert read_wordnet(tmp_path)["index"] == {
        "ax": ["ax.n.01"],
        "axe": ["axe.n.01", "ax.n.01"],
        "axes": ["axes.n.01"],
    }
    assert read_wordnet(tmp_path) == lexicon_of(entries)


def test_without_nltk_the_mini_lexicon_is_there_and_wordnet_is_refused(database):
    code = (
        "import sys; sys.modules['nltk'] = None\n"
        "from pathlib import Path\n"
        "from framework.data.lexicon import mini_lexicon\n"
        "from framework.data.lexicon.wordnet import read_wordnet\n"
        "mini_lexicon()\n"
        "try: read_wordnet(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(database)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("BadInputError")
    assert "pip install 'gradus-nlp[lexicon]'" in done.stdout


def test_the_mini_lexicon_does_not_import_nltk():
    code = (
        "import sys, framework.data.lexicon as lexicon; lexicon.mini_lexicon(); "
        "sys.exit('nltk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_files_are_named(database):
    pytest.importorskip("nltk", reason="WordNet's files are read by the extra `lexicon`")
    (database / "index.verb").unlink()
    with pytest.raises(BadInputError, match=r"has no index\.verb: is it a WordNet database\?"):
        read_wordnet(database)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("index.noun", "0 00", "0 01", id="offset without a synset"),
        pytest.param("index.noun", "panda n 2", "panda n x", id="no number"),
        pytest.param("data.noun", "n 01 entity", "n 07 entity", id="wrong count"),
        pytest.param("data.noun", "n 01 entity", "n ff entity", id="line too short"),
        pytest.param("data.verb", "@ 000000", "@ 009999", id="pointer to nowhere"),
    ],
)
def test_broken_databases_are_refused(database, file, old, new):
    pytest.importorskip("nltk", reason="WordNet's files are read by the extra `lexicon`")
    text = (database / file).read_text()
    assert old in text
    (database / file).write_text(text.replace(old, new))
    with pytest.raises(BadInputError, match="is no WordNet database that can be read"):
        read_wordnet(database)
