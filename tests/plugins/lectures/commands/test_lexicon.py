"""`gradus lexicon` on the built-in lexicon and on database files."""

import pytest
from gradus_command import gradus
from repository import ROOT, text_of
from wordnet_writer import write_wordnet

from framework.data.lexicon.entries import mini_entries
from framework.errors import BadInputError, UnknownNameError, UsageError

PANDA = text_of("texts/lexicon/panda.txt")

#: A student's functions, which answer unlike the reference.
STUDENT = text_of("texts/lexicon/student.py")


@pytest.fixture
def database(tmp_path):
    """The mini lexicon in WordNet's format."""
    write_wordnet(mini_entries(), tmp_path)
    return tmp_path


def test_a_word_is_shown_with_its_synsets_synonyms_and_hypernyms(database):
    assert gradus("lexicon", "panda") == PANDA
    assert gradus("lexicon", "panda", "--wordnet", database) == PANDA


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ["good"],  # as by the program of the lecture
            {
                "noun: good, goodness",
                "adj (s): adept, expert, good, practiced, proficient, skillful, skilful",
                "adv: well, good",
                "adj: good",
            },
        ),
        (["Dog", "cat"], {"similarity 0.3333 of dog.n.01 and cat.n.01"}),
        (
            ["lesser_panda.n.01", "giant panda"],
            {
                "noun: lesser_panda, red_panda, panda, Ailurus_fulgens",
                "similarity 0.3333 of lesser_panda.n.01 and giant_panda.n.01",
            },
        ),
        (["ninja"], {"synonyms, noun: none"}),
    ],
)
def test_words_and_synsets_are_shown(words, lines):
    assert lines <= set(gradus("lexicon", *words).splitlines())


def test_a_synset_is_shown_alone():
    assert gradus("lexicon", "entity.n.01") == "noun: entity\n"
    last = gradus("lexicon", "walk", "eat").splitlines()[-1]
    assert last.startswith("similarity 0.0000 of ")


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("badass",), UnknownNameError, "no word of the lexicon 'badass'"),
        (("dog", "pandda"), UnknownNameError, "did you mean 'panda'"),
        (("panda", "--wordnet", ROOT), BadInputError, "is it a WordNet database"),
        (
            ("panda", "--provider", "student", "--submission", ROOT / "exercises"),
            UsageError,
            "nothing is written",
        ),
    ],
)
def test_what_cannot_be_looked_up_is_said(words, error, said):
    with pytest.raises(error, match=said):
        gradus("lexicon", *words)


def test_the_students_functions_are_used(tmp_path):
    folder = tmp_path / "word_vectors" / "lexicon"
    folder.mkdir(parents=True)
    (folder / "lexicon.py").write_text(STUDENT)
    options = ("--provider", "student", "--submission", tmp_path)
    lines = gradus("lexicon", "panda", "cat", *options).splitlines()
    assert "synonyms, noun: my panda" in lines
    assert "hypernyms of giant_panda.n.01: my closure" in lines
    assert lines[-1] == "similarity 17.0000 of lesser_panda.n.01 and cat.n.01"
