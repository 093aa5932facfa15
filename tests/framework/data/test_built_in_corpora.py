"""The table of built-in corpora, and help texts made from it."""

import subprocess
import sys

from framework.data.built_in_corpora import BUILT_IN, corpus_help
from framework.data.corpus_entry import LABELLED_TEXTS, TAGGED_SENTENCES, CorpusEntry
from framework.data.corpus_registry import Corpora


def test_every_name_stands_once_with_a_description_and_a_licence():
    assert len(Corpora().names(*{entry.kind for entry in BUILT_IN})) == len(BUILT_IN)
    assert all(entry.description and entry.licence for entry in BUILT_IN)


def test_a_help_text_names_the_corpora_of_its_kind():
    assert corpus_help(TAGGED_SENTENCES) == (
        "Corpus: entities; with --data conll2003. `gradus corpora` shows all."
    )
    assert corpus_help(LABELLED_TEXTS, file="a label and words on each line") == (
        "Corpus: sentiment or attributed_sentiment; with --data trec, mr, subj, sst2 or ag_news; "
        "a file with a label and words on each line. `gradus corpora` shows all."
    )


def test_a_help_text_can_be_made_from_the_corpora_of_plugins():
    moods = CorpusEntry("moods", TAGGED_SENTENCES, "week3:moods")
    assert "entities or moods" in corpus_help(TAGGED_SENTENCES, entries=Corpora([moods]))


def test_a_help_text_is_made_without_numpy():
    code = "import sys, framework.data.built_in_corpora\nprint('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
