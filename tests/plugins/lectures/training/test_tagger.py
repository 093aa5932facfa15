"""Tagged sentences as a task: what taggers read, batches, F1 of entities, accuracy of words."""

import numpy as np
import pytest

from framework.data.characters import Characters
from framework.data.tagged import PartOfSpeechCorpus, TaggedCorpus, TaggedSentence
from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError, UsageError
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from plugins.lectures.training.tagger import (
    CharacterReading,
    TaggerOptions,
    WindowReading,
    WordReading,
    reading_for,
    tagging_task,
)

ADA = TaggedSentence(("ada", "lovelace", "rests"), ("B-PER", "I-PER", "O"))
TURIN = TaggedSentence(("turin",), ("B-LOC",))
WORDS = Vocabulary(["ada", "lovelace", "rests"])
CORPUS = TaggedCorpus("c", [ADA], [TURIN, ADA], WORDS, test=[TURIN])


@pytest.fixture(scope="module", params=["numpy", "torch"])
def windows(request):
    return WindowReading(WORDS, Backend(Plugins().registry, request.param), 1)


def inputs(part):
    return [group.inputs.tolist() for group in part.groups]


def test_windows_do_not_reach_into_the_next_sentence(windows):
    task = tagging_task(CORPUS, windows)
    assert inputs(task.train) == [[[0, 3, 4], [3, 4, 5], [4, 5, 0]]]
    assert inputs(task.valid) == [[[0, 1, 0], [0, 3, 4], [3, 4, 5], [4, 5, 0]]]
    assert [task.classes[label] for label in task.train.labels] == ["B-PER", "I-PER", "O"]


def test_sentences_of_equal_lengths_are_groups_without_padding():
    two = TaggedSentence(("rests", "ada"), ("O", "B-PER"))
    part = tagging_task(
        TaggedCorpus("c", [ADA, two, TURIN, two], [ADA], WORDS), WordReading(WORDS)
    ).train
    assert inputs(part) == [[[1]], [[5, 3], [5, 3]], [[3, 4, 5]]]
    assert [group.places.tolist() for group in part.groups] == [
        [[5]],
        [[3, 4], [6, 7]],
        [[0, 1, 2]],
    ]


def test_characters_are_those_of_each_word():
    characters = Characters(["ada", "ab"])
    part = tagging_task(
        TaggedCorpus("c", [TaggedSentence(("ab", "ada"), ("O", "O"))], [ADA], WORDS),
        CharacterReading(characters),
    ).train
    a, b, d = (characters.encode([letter])[0, 1] for letter in "abd")
    assert inputs(part) == [[[[2, a, b, 3, 0], [2, a, d, a, 3]]]]


def test_every_word_is_in_one_batch_of_an_epoch_and_batches_are_mixed():
    sentences = [
        TaggedSentence(("ada",) * length, ("B-PER",) * (length - 1) + ("O",))
        for length in (1, 2, 3) * 20
    ]
    task = tagging_task(TaggedCorpus("c", sentences, [ADA], WORDS), WordReading(WORDS))
    count, made = task.batches(TaggerOptions(batch_size=8), 1)
    batches = list(made)
    assert count == len(batches) == 9
    assert sum(batch.targets.size for batch in batches) == 120
    assert all(batch.inputs[0].shape == batch.targets.shape for batch in batches)
    assert all(batch.weight == batch.terms == batch.targets.size for batch in batches)
    widths = [batch.targets.shape[1] for batch in batches]
    assert widths != sorted(widths)
    ends = [batch.targets[:, -1] for batch in batches]
    assert {task.classes[c] for c in np.concatenate(ends)} == {"O"}


@pytest.mark.parametrize(
    ("known", "arguments", "expected"),
    [
        ({"vocabulary_size", "window"}, {"window": 1}, WindowReading),
        ({"vocabulary_size", "classes"}, {}, WordReading),
        ({"characters", "window"}, {}, CharacterReading),
    ],
)
def test_the_arguments_of_a_model_say_what_it_reads(known, arguments, expected):
    backend = Backend(Plugins().registry, "numpy")
    reading = reading_for(arguments, known, WORDS, ["zoe"], backend)
    assert type(reading) is expected
    expected_sizes = {"characters": 4 + len(set("<pad><unk></s>adalovelacerestszoe"))}
    if expected is not CharacterReading:
        expected_sizes = {"vocabulary_size": len(WORDS)}
    assert reading.sizes == expected_sizes
    with pytest.raises(UsageError, match="needs the argument `window`"):
        reading_for({}, {"window"}, WORDS, [], backend)


def test_entities_are_scored_whole_and_a_type_that_was_never_seen_counts_as_missed(windows):
    task = tagging_task(CORPUS, windows)
    b, i, o = (task.classes.index(tag) for tag in ("B-PER", "I-PER", "O"))
    assert task.measure == "F1"
    assert task.valid.score(np.array([o, b, i, o])) == pytest.approx(2 / 3)
    assert task.valid.score(np.array([o, b, o, o])) == 0
    assert task.valid.details(np.array([o, b, i, o]))[2:4] == [
        "LOC      1.0000  0.0000  0.0000         1",
        "PER      1.0000  1.0000  1.0000         1",
    ]


def test_unknown_words_have_an_accuracy_of_their_own():
    train = [TaggedSentence(("a", "b", "rare"), ("X", "Y", "Y"))]
    test = [TaggedSentence(("a", "new", "rare", "newer"), ("X", "Y", "X", "Z"))]
    words = Vocabulary(["a", "b"])
    corpus = PartOfSpeechCorpus("c", train, train, words, None, test)
    task = tagging_task(corpus, WordReading(words))
    assert task.measure == "accuracy"
    x, y = (task.classes.index(tag) for tag in "XY")
    predicted = np.array([x, y, y, x])
    assert task.test.score(predicted) == 0.5
    assert task.test.details(predicted) == [
        "accuracy 0.5000 of 2 words seen in training, 0.5000 of 2 unknown words"
    ]
    assert task.valid.details(np.array([x, y, y])) == []


def test_windows_of_another_shape_are_refused():
    class Wide(Backend):
        def function(self, name):
            return lambda ids, size: np.zeros((len(ids), 5), dtype=np.int64)

    reading = WindowReading(WORDS, Wide(Plugins().registry, "numpy"), 1)
    with pytest.raises(BadInputError, match=r"should be \(3, 3\), but are \(3, 5\).*`grade"):
        reading.groups([ADA])
