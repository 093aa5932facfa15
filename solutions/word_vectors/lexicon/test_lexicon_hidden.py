"""Hidden checks of the lexicon: random lexicons, cycles, other spellings of a word."""

import pytest

from autograder.checks import agrees, equal, refuses
from framework.data.lexicon import mini_lexicon

POS = "nvasr"


def drawn(rng, size=14, circles=False):
    """Return a random lexicon: words in several synsets, up to three hypernyms per synset."""
    words = [f"W{i}_x" if i % 3 else f"w{i}" for i in range(size)]
    ids = [f"w{i}.x.01" for i in range(size)]
    synsets, index = {}, {}
    for i, synset in enumerate(ids):
        above = range(size) if circles else range(i + 1, size)
        hypernyms = rng.permutation(above)[: rng.integers(0, 4)]
        own = [words[j] for j in rng.permutation(size)[: rng.integers(1, 5)]]
        pos = POS[rng.integers(len(POS))]
        synsets[synset] = {"pos": pos, "words": own, "hypernyms": [ids[j] for j in hypernyms]}
        for word in own:
            index.setdefault(word.lower(), []).append(synset)
    return {"synsets": synsets, "index": index}


@pytest.mark.task("synonyms")
@pytest.mark.points(2)
@pytest.mark.promise("synonyms.returns")
def test_synonyms_in_drawn_lexicons(submission, reference, rng):
    """synonyms: every word of random lexicons."""
    for _ in range(2):
        lexicon = drawn(rng)
        for word in lexicon["index"]:
            agrees(submission, reference, "synonyms", lexicon, word)


@pytest.mark.task("synonyms")
@pytest.mark.points(1)
@pytest.mark.promise("spelling-of-words")
def test_other_ways_to_write_a_word(submission, rng):
    """synonyms: upper case and spaces, in the word and in the lexicon."""
    lexicon = mini_lexicon()
    expected = {"n": ["panda", "panda_bear", "Ailuropoda_melanoleuca"]}
    letters = [letter.upper() if rng.random() < 0.5 else letter for letter in "giant panda"]
    for word in ("Giant Panda", "".join(letters)):
        equal(submission.synonyms(lexicon, word), expected, f'the synonyms of "{word}"')
    expected = {"n": ["Lovelace"]}
    equal(submission.synonyms(lexicon, "ada LOVELACE"), expected, 'the synonyms of "ada LOVELACE"')


@pytest.mark.task("hypernym_closure")
@pytest.mark.points(3)
@pytest.mark.promise("hypernym_closure", "cycles-end")
def test_closures_in_drawn_lexicons(submission, reference, rng):
    """hypernym_closure: every synset of random lexicons, with and without cycles."""
    for circles in (False, True):
        lexicon = drawn(rng, circles=circles)
        for synset in lexicon["synsets"]:
            agrees(submission, reference, "hypernym_closure", lexicon, synset)


@pytest.mark.task("path_similarity")
@pytest.mark.points(3)
@pytest.mark.promise("path_similarity", "cycles-end")
def test_similarities_in_drawn_lexicons(submission, reference, rng):
    """path_similarity: all pairs of random lexicons, with and without cycles."""
    for circles in (False, True):
        lexicon = drawn(rng, size=9, circles=circles)
        for a in lexicon["synsets"]:
            for b in lexicon["synsets"]:
                agrees(submission, reference, "path_similarity", lexicon, a, b)


@pytest.mark.task("path_similarity")
@pytest.mark.points(1.5)
@pytest.mark.promise("errors", "path_similarity.raises")
def test_similarity_of_unknown_synsets(submission, rng):
    """path_similarity: an unknown synset raises a KeyError, as first or second argument."""
    lexicon = mini_lexicon()
    unknown = f"x{rng.integers(10**6)}.n.01"
    for a, b in ((unknown, "dog.n.01"), ("dog.n.01", unknown), (unknown, unknown)):
        refuses(submission, "path_similarity", lexicon, a, b, error=("KeyError",))
