"""Public checks of the lexicon. The course has hidden ones, too."""

import pytest

from autograder.checks import after_call, agrees, equal, expect, refuses
from framework.data.lexicon import mini_lexicon

#: The words of the lecture that praise today, in a meaning that is missing in WordNet.
SLANG = ("wicked", "badass", "nifty", "wizard", "genius", "ninja", "bombast")


def lexicon_of(**hypernyms):
    """Return a lexicon of nouns with one-word names: a="b c" says that a is a b and a c."""
    names = {name: f"{name}.n.01" for name in hypernyms}
    return {
        "synsets": {
            names[name]: {
                "pos": "n",
                "words": [name],
                "hypernyms": [names[above] for above in hypernyms[name].split()],
            }
            for name in hypernyms
        },
        "index": {name: [names[name]] for name in hypernyms},
    }


def same_in_a_drawn_tree(submission, reference, name, rng):
    """Compare function `name` in a small tree of nouns with drawn names: no answer is known."""
    top, left, right, *leaves = rng.permutation(list("abcdefghij")).tolist()[:7]
    above = {leaf: (left, right)[i % 2] for i, leaf in enumerate(leaves)}
    lexicon = lexicon_of(**above, **{left: top, right: top, top: ""})
    start, other = (f"{leaf}.n.01" for leaf in rng.permutation(leaves)[:2].tolist())
    if name == "synonyms":
        more = rng.permutation(list("uvwxyz")).tolist()[:2]
        lexicon["synsets"][start]["words"] += more
        lexicon["index"] |= {word: [start] for word in more}
        agrees(submission, reference, name, lexicon, more[0])
    elif name == "hypernym_closure":
        agrees(submission, reference, name, lexicon, start)
    else:
        agrees(submission, reference, name, lexicon, start, other)


@pytest.mark.task("synonyms")
@pytest.mark.points(2.5)
@pytest.mark.hint("lexicon['index']['good'] has the ids of all senses; each has its own pos.")
def test_synonyms_of_good(submission, reference, rng):
    """synonyms: the synonyms of "good" by part of speech."""
    actual = agrees(submission, reference, "synonyms", mini_lexicon(), "good")
    expect("proficient" in actual["s"], "the lecture's example: proficient is a synonym of good")
    same_in_a_drawn_tree(submission, reference, "synonyms", rng)


@pytest.mark.task("synonyms")
@pytest.mark.points(2.5)
@pytest.mark.hint("Each synonym once, in the order of the senses; never the word itself.")
def test_synonyms_of_several_words(submission, reference, rng):
    """synonyms: words with one sense, many senses and several parts of speech."""
    lexicon = mini_lexicon()
    for word in (
        "wizard",
        "bear",
        "fast",
        "wicked",
        "expert",
        "run",
        "giant",
        "Ada Lovelace",
        "GOOD",
    ):
        agrees(submission, reference, "synonyms", lexicon, word.replace("_", " "))
    same_in_a_drawn_tree(submission, reference, "synonyms", rng)


@pytest.mark.task("synonyms")
@pytest.mark.points(1.5)
@pytest.mark.hint("Read the senses from the lexicon of this call; it may have changed.")
def test_new_meanings(submission, reference, rng):
    """synonyms: seven words that praise today, without their new meaning and with it."""
    lexicon = mini_lexicon()
    good = _adjectives(agrees(submission, reference, "synonyms", lexicon, "good"))
    for word in SLANG:
        old = _adjectives(agrees(submission, reference, "synonyms", lexicon, word))
        expect(not good & old, f"as an adjective, {word} shares {good & old} with good")
    lexicon["synsets"]["awesome.s.01"] = {
        "pos": "s",
        "words": ["awesome", *rng.permutation(SLANG).tolist()],
        "hypernyms": [],
    }
    for word in SLANG:
        lexicon["index"][word] = [*lexicon["index"].get(word, []), "awesome.s.01"]
        actual = agrees(submission, reference, "synonyms", lexicon, word)
        expect("awesome" in actual["s"], f"the new synset calls {word} awesome")


def _adjectives(actual):
    """Return the synonyms that are adjectives, satellites among them."""
    return {*actual.get("a", ()), *actual.get("s", ())}


@pytest.mark.task("synonyms")
@pytest.mark.points(1.25)
@pytest.mark.hint("lexicon['index'].get(key, []) has no senses for an unknown word.")
def test_unknown_words(submission, reference, rng):
    """synonyms: {} for an unknown word, an empty list for a word alone in its synset."""
    lexicon = mini_lexicon()
    equal(submission.synonyms(lexicon, "badass"), {}, "the synonyms of badass, an unknown word")
    equal(submission.synonyms(lexicon, "ninja"), {"n": []}, "the synonyms of ninja")
    same_in_a_drawn_tree(submission, reference, "synonyms", rng)


@pytest.mark.task("synonyms")
@pytest.mark.points(1.25)
@pytest.mark.hint("Methods such as pop, remove and sort change the list that they are called on.")
@pytest.mark.promise("unchanged", "synonyms.lexicon")
def test_synonyms_reads_only(submission, reference, rng):
    """synonyms: the lexicon is not changed."""
    lexicon = mini_lexicon()
    expect("proficient" in submission.synonyms(lexicon, "good")["s"], "good means proficient")
    after, *_ = after_call(submission, "synonyms", lexicon, "good")
    equal(after, lexicon, "the lexicon after synonyms")
    same_in_a_drawn_tree(submission, reference, "synonyms", rng)


@pytest.mark.task("hypernym_closure")
@pytest.mark.points(2.5)
@pytest.mark.hint("The hypernyms of the hypernyms, and so on, until there are no more.")
def test_what_a_panda_is(submission, reference, rng):
    """hypernym_closure: from the panda up to entity, as in the lecture."""
    lexicon = mini_lexicon()
    panda = lexicon["index"]["panda"][0]
    actual = agrees(submission, reference, "hypernym_closure", lexicon, panda)
    equal(len(actual), 13, "the number of hypernyms of the panda")
    equal(actual[-1], "entity.n.01", "the last of them")
    equal(submission.hypernym_closure(lexicon, "entity.n.01"), [], "the closure of entity.n.01")
    same_in_a_drawn_tree(submission, reference, "hypernym_closure", rng)


@pytest.mark.task("hypernym_closure")
@pytest.mark.points(2.5)
@pytest.mark.hint("A queue: take the first one out, append its hypernyms at the end.")
def test_two_hypernyms(submission, reference, rng):
    """hypernym_closure: breadth-first order with two hypernyms, each synset once."""
    lexicon = lexicon_of(a="b c", b="d", c="e", d="f", e="f", f="")
    actual = agrees(submission, reference, "hypernym_closure", lexicon, "a.n.01")
    equal(actual, [f"{name}.n.01" for name in "bcdef"], "the closure of a, which is a b and a c")
    for synset in ("dog.n.01", "milk.n.01", "student.n.01"):
        agrees(submission, reference, "hypernym_closure", mini_lexicon(), synset)
    same_in_a_drawn_tree(submission, reference, "hypernym_closure", rng)


@pytest.mark.task("hypernym_closure")
@pytest.mark.points(1.25)
@pytest.mark.hint("Keep the set of seen synsets, with the start in it, and skip those.")
def test_a_circle(submission, reference, rng):
    """hypernym_closure: it ends where hypernyms form a cycle."""
    circle = lexicon_of(a="b", b="c", c="a")
    actual = submission.hypernym_closure(circle, "a.n.01")
    equal(actual, ["b.n.01", "c.n.01"], "the closure of a, where a is a b, b is a c and c is an a")
    same_in_a_drawn_tree(submission, reference, "hypernym_closure", rng)


@pytest.mark.task("hypernym_closure")
@pytest.mark.points(1.25)
@pytest.mark.hint("lexicon['synsets'][synset] raises it.")
@pytest.mark.promise("hypernym_closure.raises")
def test_unknown_synsets(submission, reference, rng):
    """hypernym_closure: an unknown synset raises a KeyError."""
    above = submission.hypernym_closure(mini_lexicon(), "dog.n.01")
    expect("entity.n.01" in above, "a dog is an entity")
    refuses(submission, "hypernym_closure", mini_lexicon(), "badass.n.01", error=("KeyError",))
    same_in_a_drawn_tree(submission, reference, "hypernym_closure", rng)


@pytest.mark.task("hypernym_closure")
@pytest.mark.points(1.25)
@pytest.mark.hint("Methods such as pop, remove and sort change the list that they are called on.")
@pytest.mark.promise("unchanged", "hypernym_closure.lexicon")
def test_closure_reads_only(submission, reference, rng):
    """hypernym_closure: the lexicon is not changed."""
    lexicon = mini_lexicon()
    above = submission.hypernym_closure(lexicon, "dog.n.01")
    expect("entity.n.01" in above, "a dog is an entity")
    after, *_ = after_call(submission, "hypernym_closure", lexicon, "dog.n.01")
    equal(after, lexicon, "the lexicon after hypernym_closure")
    same_in_a_drawn_tree(submission, reference, "hypernym_closure", rng)


@pytest.mark.task("path_similarity")
@pytest.mark.points(2.5)
@pytest.mark.hint("1 / (1 + steps up from a + steps up from b) to a common synset.")
def test_similarity_of_nouns(submission, reference, rng):
    """path_similarity: two synsets on one path up, on two branches, and equal synsets."""
    lexicon = mini_lexicon()
    for a, b in (
        ("motel", "hotel"),
        ("giant_panda", "lesser_panda"),
        ("giant_panda", "entity"),
        ("bicycle", "frog"),
    ):
        agrees(submission, reference, "path_similarity", lexicon, f"{a}.n.01", f"{b}.n.01")
    same = submission.path_similarity(lexicon, "frog.n.01", "frog.n.01")
    equal(same, 1.0, "the similarity of frog.n.01 with itself")
    same_in_a_drawn_tree(submission, reference, "path_similarity", rng)


@pytest.mark.task("path_similarity")
@pytest.mark.points(2.5)
@pytest.mark.hint("Compare all common synsets: the first one found may not give the shortest path.")
def test_the_shortest_path(submission, reference, rng):
    """path_similarity: the shortest of several paths."""
    lexicon = mini_lexicon()
    actual = submission.path_similarity(lexicon, "dog.n.01", "cat.n.01")
    equal(actual, 1 / 3, "the similarity of dog and cat, both of which are domestic animals")
    # Nearest above a is m, but that is six steps above b; z is three above a and one above b.
    far = lexicon_of(
        a="m x", m="top", x="y", y="z", z="", b="p z", p="q", q="r", r="s", s="t", t="m", top=""
    )
    actual = submission.path_similarity(far, "a.n.01", "b.n.01")
    equal(actual, 1 / 5, "the similarity with paths of four and of seven steps")
    same_in_a_drawn_tree(submission, reference, "path_similarity", rng)


@pytest.mark.task("path_similarity")
@pytest.mark.points(1.25)
@pytest.mark.hint("Without a common synset the result is 0.0.")
def test_nothing_above_both(submission, reference, rng):
    """path_similarity: 0 where no synset is above both."""
    lexicon = mini_lexicon()
    for a, b in (("walk.v.01", "eat.v.01"), ("good.a.01", "bad.a.01"), ("dog.n.01", "run.v.01")):
        equal(submission.path_similarity(lexicon, a, b), 0.0, f"the similarity of {a} and {b}")
    actual = submission.path_similarity(lexicon, "dog.n.01", "cat.n.01")
    equal(actual, 1 / 3, "the similarity of dog and cat, which have a synset above both")
    same_in_a_drawn_tree(submission, reference, "path_similarity", rng)


@pytest.mark.task("path_similarity")
@pytest.mark.points(1.25)
@pytest.mark.hint("Paths go up from both: a synset below both does not count.")
def test_something_below_both(submission, reference, rng):
    """path_similarity: a synset below both does not count."""
    lexicon = lexicon_of(a="x", x="top", b="y", y="top", both="a b", top="")
    actual = submission.path_similarity(lexicon, "a.n.01", "b.n.01")
    equal(actual, 1 / 5, "the similarity of a and b, with one common synset at the top")
    agrees(submission, reference, "path_similarity", lexicon, "both.n.01", "b.n.01")
    same_in_a_drawn_tree(submission, reference, "path_similarity", rng)


@pytest.mark.task("path_similarity")
@pytest.mark.points(1.25)
@pytest.mark.hint("Methods such as pop, remove and sort change the list that they are called on.")
@pytest.mark.promise("unchanged", "path_similarity.lexicon")
def test_similarity_reads_only(submission, reference, rng):
    """path_similarity: the lexicon is not changed."""
    lexicon = mini_lexicon()
    actual = submission.path_similarity(lexicon, "dog.n.01", "cat.n.01")
    equal(actual, 1 / 3, "the similarity of dog and cat")
    after, *_ = after_call(submission, "path_similarity", lexicon, "dog.n.01", "cat.n.01")
    equal(after, lexicon, "the lexicon after path_similarity")
    same_in_a_drawn_tree(submission, reference, "path_similarity", rng)
