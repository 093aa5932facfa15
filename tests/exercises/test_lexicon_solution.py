"""The solution of `lexicon` beside NLTK, on our own files and on the whole of WordNet."""

import random
import shutil
import warnings
from itertools import pairwise

import pytest
from wordnet_writer import write_wordnet

from framework.data.lexicon.entries import mini_entries
from framework.data.lexicon.wordnet import DEBIAN_WORDNET, read_wordnet
from solutions.word_vectors.lexicon.lexicon import hypernym_closure, path_similarity, synonyms

pytest.importorskip("nltk", reason="NLTK is the second implementation: it is in the extra `dev`")

import nltk.data
from nltk.corpus.reader.wordnet import WordNetCorpusReader

WORDNET = pytest.param(
    DEBIAN_WORDNET,
    marks=[
        pytest.mark.slow,
        pytest.mark.skipif(
            not (DEBIAN_WORDNET / "data.noun").is_file(),
            reason=f"the WordNet database is not in {DEBIAN_WORDNET}",
        ),
    ],
    id="wordnet",
)


class Reader(WordNetCorpusReader):
    """NLTK's reader without a map to another version, for which it would need downloads."""

    def map_wn(self, version="wordnet"):
        pass


@pytest.fixture(scope="module", params=[pytest.param(None, id="mini"), WORDNET])
def both(request, tmp_path_factory):
    """A plain lexicon, and NLTK's reader of the same files; its warnings are errors."""
    folder = tmp_path_factory.mktemp("lexicon")
    if request.param is None:
        write_wordnet(mini_entries(), folder)
    else:
        shutil.copytree(request.param, folder, dirs_exist_ok=True)
        for name in ("noun", "verb", "adj", "adv"):
            (folder / f"{name}.exc").touch()
    (folder / "lexnames").write_text("".join(f"{i:02d}\tfile\t1\n" for i in range(45)))
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr(nltk.data, "path", [str(folder)])  # it reads no files elsewhere
        warnings.filterwarnings("ignore", message="The multilingual functions")
        yield read_wordnet(folder), Reader(str(folder), None)


def theirs(reader, id):
    """NLTK's synset of our id: it numbers satellites in another way."""
    word, pos, number = id.rsplit(".", 2)
    return reader.synsets(word, "a" if pos == "s" else pos)[int(number) - 1]


def above(synset):
    return sorted(synset.hypernyms() + synset.instance_hypernyms(), key=lambda s: s.name())


def drawn(lexicon, count):
    return random.Random(0).sample(sorted(lexicon["synsets"]), count)


def test_hypernym_closure_is_that_of_nltk(both):
    lexicon, reader = both
    for id in [*lexicon["index"]["panda"], "dog.n.01", *drawn(lexicon, 100)]:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Discarded redundant search")
            expected = list(theirs(reader, id).closure(above))
        assert [theirs(reader, result) for result in hypernym_closure(lexicon, id)] == expected, id


def test_path_similarity_is_that_of_nltk_without_an_invented_root(both):
    lexicon, reader = both
    nouns = [id for id in drawn(lexicon, 100) if ".n." in id]
    verbs = [id for id in lexicon["synsets"] if ".v." in id][:40]
    for a, b in [*pairwise(nouns), *pairwise(verbs)]:
        first, other = theirs(reader, a), theirs(reader, b)
        expected = first.path_similarity(other, simulate_root=False) or 0.0
        assert path_similarity(lexicon, a, b) == pytest.approx(expected), (a, b)


def test_synonyms_are_the_lemmas_of_all_synsets(both):
    lexicon, reader = both
    for word in ["good", "bear", "run", *random.Random(1).sample(sorted(lexicon["index"]), 50)]:
        expected = {}
        for pos in "nvar":
            for synset in reader.synsets(word, pos):
                words = [name.lower() for name in synset.lemma_names()]
                if word in words:
                    expected.setdefault(synset.pos(), set()).update(words)
        result = synonyms(lexicon, word)
        assert {pos: {w.lower() for w in words} | {word} for pos, words in result.items()} == (
            expected
        ), word
