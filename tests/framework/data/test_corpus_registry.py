"""The registry of corpora: one owner for each name, and corpora that are what they say."""

from dataclasses import replace

import pytest

from framework.data.corpus_entry import (
    AS_LOADED,
    CORPUS_KINDS,
    LABELLED_TEXTS,
    TAGGED_SENTENCES,
    TEXT,
    CorpusEntry,
    CorpusFile,
    problem,
)
from framework.data.corpus_registry import Corpora, best_possible_score, load_entry
from framework.data.labelled import BEST, LabelledText, TextCorpus
from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.vocabulary import Vocabulary
from framework.errors import (
    BadInputError,
    ConflictError,
    PluginError,
    UnknownNameError,
    UsageError,
)
from plugins.lectures.corpora import CORPORA

WEEK3 = "week3 (week3-plugin 1.0)"


def entry(name, kind, function, **facts):
    return CorpusEntry(name, kind, f"{__name__}:{function}", owner=WEEK3, **facts)


def moods():
    sentences = [TaggedSentence(("so", "sad"), ("O", "B-MOOD"))]
    return TaggedCorpus("moods", sentences, sentences, Vocabulary(["so", "sad"]), 0.9)


def reviews():
    return TextCorpus("reviews", [LabelledText(("good",), "1")], best={BEST: 0.75})


def first_lines(files):
    lines = files["train"].read_text("utf-8"), files["test"].read_text("utf-8")
    train, test = ([LabelledText((line.strip(),), "1")] for line in lines)
    return TextCorpus("lines", train, test=test)


def broken():
    raise RuntimeError("no network")


def malformed():
    raise BadInputError("poems.txt, line 3: no label")


def nothing():
    return None


def test_a_tagged_corpus_of_a_plugin_is_loaded():
    corpora = Corpora([entry("moods", TAGGED_SENTENCES, "moods")])
    assert corpora.load("moods", TAGGED_SENTENCES).tags == ("B-MOOD", "O")


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        ("week4", r"week3 \(.*\) and week4 both offer .*`--block week4`"),
        (WEEK3, r"week3 \(.*\) offers the corpus 'moods' twice: leave"),
    ],
)
def test_two_corpora_of_one_name_and_of_two_kinds_are_a_conflict(owner, said):
    moods = entry("moods", TAGGED_SENTENCES, "moods")
    with pytest.raises(ConflictError, match=said):
        Corpora([moods, replace(moods, kind=TEXT, owner=owner)])


@pytest.mark.parametrize("kind", CORPUS_KINDS)
@pytest.mark.parametrize("name", ["trec", "conll2003"])
def test_no_corpus_takes_the_name_of_a_another_one_of_any_kind(name, kind):
    with pytest.raises(ConflictError) as error:
        Corpora([*CORPORA, entry(name, kind, "reviews")])
    assert str(error.value) == (
        f"gradus and {WEEK3} both offer the corpus '{name}': choose with `--block week3`"
    )


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("broken", "cannot be loaded from .*:broken: RuntimeError: no network"),
        ("missing", "has no attribute 'missing'"),
        ("nothing", "'tagged_sentences': .*:nothing must return a TaggedCorpus, .* a NoneType"),
        ("reviews", "must return a TaggedCorpus, but it returned a TextCorpus"),
    ],
)
def test_a_corpus_that_cannot_be_loaded_or_is_of_another_type_is_named_with_its_owner(
    function, message
):
    corpora = Corpora([entry("theirs", TAGGED_SENTENCES, function)])
    with pytest.raises(PluginError, match=message) as error:
        corpora.load("theirs", TAGGED_SENTENCES)
    assert f"corpus 'theirs' of {WEEK3}" in str(error.value)


def test_what_is_wrong_with_a_file_is_said_as_the_reader_says_it():
    with pytest.raises(BadInputError, match="line 3: no label"):
        load_entry(entry("theirs", LABELLED_TEXTS, "malformed"))


def test_a_name_of_another_kind_is_distinguished_from_an_unknown_one():
    corpora = Corpora(CORPORA, left_out=["week3 is blocked"])
    with pytest.raises(UsageError, match="'trec' has labelled texts, but tagged sentences are ne"):
        corpora.find("trec", TAGGED_SENTENCES)
    with pytest.raises(UnknownNameError) as error:
        corpora.find("conll203", TAGGED_SENTENCES)
    assert str(error.value) == (
        "no corpus 'conll203': did you mean 'conll2003'? `gradus corpora` shows all. "
        "Not loaded: week3 is blocked"
    )


def test_files_are_found_under_any_of_their_names_and_handed_over_by_part(tmp_path):
    files = (CorpusFile("train", ("a.txt", "b.txt")), CorpusFile("test", ("c.txt",)))
    own = entry("lines", LABELLED_TEXTS, "first_lines", files=files)
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "b.txt").write_text("one", "utf-8")
    with pytest.raises(BadInputError, match=r"lines has none of the files c\.txt"):
        load_entry(own, tmp_path)
    (tmp_path / "lines" / "c.txt").write_text("two", "utf-8")
    for folder in (tmp_path, tmp_path / "lines"):
        corpus = load_entry(own, folder)
        assert [text.words for text in (*corpus.train, *corpus.test)] == [("one",), ("two",)]
    with pytest.raises(UsageError, match=r"'lines' is read from files: .* `--data DIR`"):
        load_entry(own)


def test_the_best_score_is_a_number_or_what_the_loaded_corpus_says():
    said = entry("reviews", LABELLED_TEXTS, "broken", best_score=0.5)
    assert best_possible_score(said) == 0.5  # and nothing was loaded
    assert best_possible_score(replace(said, best_score=None)) is None
    loaded = entry("reviews", LABELLED_TEXTS, "reviews", best_score=AS_LOADED)
    assert best_possible_score(loaded) == 0.75
    with pytest.raises(PluginError, match=r"best accuracy is 0\.5, but it is 0\.7500"):
        load_entry(replace(loaded, best_score=0.5))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "the name of a CorpusEntry must be text, not ''"),
        ({"target": 3}, "the target of a CorpusEntry must be text, not 3"),
        ({"kind": "verse"}, "has the kind 'verse': use text, labelled_texts"),
        ({"target": "week3.poems"}, "is at 'week3.poems': expected 'module:function'"),
        ({"best_score": "good"}, "is 'good': expected a number, 'as loaded' or None"),
        ({"files": ["train.txt"]}, r"are ['train.txt']: expected a tuple of CorpusFile"),
    ],
)
def test_malformed_entries_are_refused(change, message):
    wrong = replace(entry("poems", TEXT, "nothing"), **change)
    assert message in problem(wrong)
    with pytest.raises(PluginError, match=r"week3 \(week3-plugin 1\.0\)"):
        Corpora([wrong])
