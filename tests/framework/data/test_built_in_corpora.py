"""The table of built-in corpora, and help texts made from it."""

import subprocess
import sys

from framework.data.built_in_corpora import BUILT_IN, corpus_help
from framework.data.corpus_entry import LABELLED_TEXTS, TAGGED_SENTENCES
from framework.data.corpus_registry import Corpora


def test_every_name_stands_once_with_a_description_and_a_licence():
    assert len(Corpora().names(*{entry.kind for entry in BUILT_IN})) == len(BUILT_IN)
    assert all(entry.description and entry.licence for entry in BUILT_IN)


def test_a_help_text_names_the_corpora_of_its_kind():
    assert corpus_help(TAGGED_SENTENCES) == (
        "Corpus: a name in `gradus corpora`; with --data conll2003."
    )
    assert corpus_help(LABELLED_TEXTS, file="a label and words on each line") == (
        "Corpus: a name in `gradus corpora`; with --data trec, mr, subj, sst2 or ag_news; "
        "a file with a label and words on each line."
    )


def test_a_help_text_is_made_without_numpy():
    code = "import sys, framework.data.built_in_corpora\nprint('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
