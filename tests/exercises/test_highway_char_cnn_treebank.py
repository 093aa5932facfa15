"""Parts of speech of English words never seen before, from their characters: UD English EWT.

Needs the corpus: see `DATA`. `pytest -m slow -s` prints what was found.
"""

import re
from collections import Counter, defaultdict

import pytest
from gradus_command import gradus
from repository import DATA

from plugins.lectures.formats.conllu import ud_ewt

FOLDER = DATA / "ud_ewt"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        not (FOLDER / "en_ewt-ud-train.conllu").is_file(),
        reason="no UD English EWT: set GRADUS_DATA to the folder of the corpora",
    ),
]


@pytest.fixture(scope="module")
def by_the_word():
    """The accuracy of the most frequent tag of each word, of all words and of unknown ones.

    A new word is a name, as most are.
    """
    files = {part: f"en_ewt-ud-{part}.conllu" for part in ("train", "dev", "test")}
    files["valid"] = files["dev"]
    corpus = ud_ewt({part: FOLDER / name for part, name in files.items()})
    counts = defaultdict(Counter)
    for sentence in corpus.train:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            counts[word][tag] += 1
    likeliest = {word: count.most_common(1)[0][0] for word, count in counts.items()}
    right = [
        (likeliest.get(word, "PROPN") == tag, word not in likeliest)
        for sentence in corpus.test
        for word, tag in zip(sentence.words, sentence.tags, strict=True)
    ]
    assert (len(right), len(corpus.tags)) == (25_094, 17)
    unknown = [is_right for is_right, is_unknown in right if is_unknown]
    return sum(is_right for is_right, _ in right) / len(right), sum(unknown) / len(unknown)


@pytest.mark.parametrize(
    ("model", "options", "of_all", "of_unknown"),
    [
        ("character_tagger", ("--set", "widths=[1,2,3,4,5]"), 0.01, 0.2),
        ("recurrent_tagger", ("--cell", "lstm"), 0.01, 0.0),
        ("window_classifier", ("--batch-size", 512), 0.01, 0.0),
    ],
)
def test_taggers_are_better_than_the_most_frequent_tag(
    model, options, of_all, of_unknown, by_the_word, spec
):
    pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    corpus = ("--corpus", "ud_ewt", "--data", FOLDER, "--epochs", 4)
    fast = ("--backend", "torch", "--precision", "float32", "--schedule", "linear_decay")
    shown = gradus("train", model, *corpus, *fast, *options)
    print(f"\nby the word: {by_the_word}\n{shown}")
    accuracy = float(re.search(r"test accuracy (\S+)", shown).group(1))
    unknown = float(re.search(r"training, (\S+) of [\d,]+ unknown words", shown).group(1))
    assert accuracy > by_the_word[0] + of_all
    assert unknown > by_the_word[1] + of_unknown
