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


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("data.adj", "", ""),
        ("data.adj", " good 0 ", " good(ip) 0 "),  # the position is no part of the word
        ("index.noun", "", "  1 A licence of several lines | with a bar  \n"),
    ],
)
def test_the_database_files_say_what_the_readable_source_says(database, file, old, new):
    text = (database / file).read_text()
    (database / file).write_text(text.replace(old, new, 1))
    assert read_wordnet(database) == mini_lexicon()


def test_words_that_look_like_forms_of_others_keep_their_own_senses(tmp_path):
    """*Axes* is a word of its own, and no form of *axe*."""
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


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("index.noun", "0 00", "0 01", id="offset without a synset"),
        pytest.param("index.noun", "panda n 2", "panda n x", id="no number"),
        pytest.param("data.noun", "n 01 entity", "n 07 entity", id="wrong count"),
        pytest.param("data.noun", "n 01 entity", "n ff entity", id="line too short"),
        pytest.param("data.verb", "@ 000000", "@ 009999", id="pointer to nowhere"),
        pytest.param("index.noun", "panda n 2", "panda n 3", id="missing sense"),
        pytest.param("index.noun", "\nentity n 1", "\nentit n 1", id="synset without its word"),
        pytest.param("data.noun", " n 01 entity", " x 01 entity", id="unknown part of speech"),
    ],
)
def test_broken_databases_are_refused(database, file, old, new):
    text = (database / file).read_text()
    assert old in text
    (database / file).write_text(text.replace(old, new))
    with pytest.raises(BadInputError, match="is no WordNet database that can be read"):
        read_wordnet(database)
    (database / file).unlink()
    with pytest.raises(BadInputError, match=f"has no {file}: is it a WordNet database?"):
        read_wordnet(database)
