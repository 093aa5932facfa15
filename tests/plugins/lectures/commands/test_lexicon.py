"""`gradus lexicon` on the built-in lexicon and on database files."""

import pytest
from gradus_command import gradus
from repository import ROOT, text_of
from wordnet_writer import write_wordnet

from framework.data.lexicon.entries import mini_entries
from framework.errors import BadInputError, UnknownNameError, UsageError

PANDA = text_of("texts/lexicon/panda.txt")

#: A student's functions, which answer unlike the reference.
STUDENT = """
def synonyms(lexicon, word):
    return {"n": [f"my {word}"]}

def hypernym_closure(lexicon, synset):
    return ["my closure"]

def path_similarity(lexicon, a, b):
    return float(len(a))
"""


@pytest.fixture
def database(tmp_path):
    """The mini lexicon in WordNet's format."""
    write_wordnet(mini_entries(), tmp_path)
    return tmp_path


def test_a_word_is_shown_with_its_synsets_synonyms_and_hypernyms():
    assert gradus("lexicon", "panda") == PANDA


def test_database_files_give_the_same(database):
    assert gradus("lexicon", "panda", "--wordnet", database) == PANDA


def test_synsets_are_printed_as_by_the_program_of_the_lecture():
    lines = gradus("lexicon", "good").splitlines()
    assert lines[1:3] == ["noun: good, goodness"] * 2
    assert "adj (s): adept, expert, good, practiced, proficient, skillful, skilful" in lines
    assert "adv: well, good" in lines
    assert "adj: good" in lines


def test_the_similarity_is_that_of_the_nearest_synsets():
    shown = gradus("lexicon", "Dog", "cat").splitlines()
    assert shown[-1] == "similarity 0.3333 of dog.n.01 and cat.n.01"
    assert gradus("lexicon", "walk", "eat").splitlines()[-1].startswith("similarity 0.0000 of ")


def test_a_synset_is_shown_alone():
    lines = gradus("lexicon", "lesser_panda.n.01", "giant panda").splitlines()
    assert lines[0] == "noun: lesser_panda, red_panda, panda, Ailurus_fulgens"
    assert lines[2].startswith("hypernyms of lesser_panda.n.01: procyonid.n.01, carnivore.n.01")
    assert lines[-1] == "similarity 0.3333 of lesser_panda.n.01 and giant_panda.n.01"
    assert len(lines) == 5


def test_a_word_without_synonyms_and_a_synset_without_hypernyms():
    assert "synonyms, noun: none\n" in gradus("lexicon", "ninja")
    assert gradus("lexicon", "entity.n.01") == "noun: entity\n"


def test_the_students_functions_are_used(tmp_path):
    folder = tmp_path / "word_vectors" / "lexicon"
    folder.mkdir(parents=True)
    (folder / "lexicon.py").write_text(STUDENT)
    options = ("--provider", "student", "--submission", tmp_path)
    lines = gradus("lexicon", "panda", "cat", *options).splitlines()
    assert "synonyms, noun: my panda" in lines
    assert "hypernyms of giant_panda.n.01: my closure" in lines
    assert lines[-1] == "similarity 17.0000 of lesser_panda.n.01 and cat.n.01"


def test_untouched_stubs_are_refused():
    with pytest.raises(UsageError, match="nothing is written"):
        gradus("lexicon", "panda", "--provider", "student", "--submission", ROOT / "exercises")


def test_an_unknown_word_gets_a_suggestion():
    with pytest.raises(UnknownNameError, match="no word of the lexicon 'badass'"):
        gradus("lexicon", "badass")
    with pytest.raises(UnknownNameError, match="did you mean 'panda'"):
        gradus("lexicon", "dog", "pandda")


def test_a_folder_without_a_database_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="is it a WordNet database"):
        gradus("lexicon", "panda", "--wordnet", tmp_path)
