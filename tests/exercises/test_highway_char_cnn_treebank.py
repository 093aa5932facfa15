"""Parts of speech of English words never seen before, from their characters: UD English EWT.

Needs the corpus: see `DATA`. `pytest -m slow -s` prints what was found.
"""

import time
from collections import Counter, defaultdict

import numpy as np
import pytest
from built_on import arrays_of
from repository import DATA

from framework.data.characters import Characters
from framework.models.parts import parts_from

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.networks.convolution.highway_char_cnn import CharacterTagger  # noqa: E402
from plugins.torch_backend.convolution.conv1d import Conv1d  # noqa: E402
from plugins.torch_backend.convolution.pooling import MaxOverTime  # noqa: E402
from plugins.torch_backend.gated_rnns.shortcuts import Highway  # noqa: E402
from plugins.torch_backend.neural_networks.activations import Tanh  # noqa: E402
from plugins.torch_backend.neural_networks.optimizers import Adam  # noqa: E402

#: A folder with ud_ewt/en_ewt-ud-train.conllu and en_ewt-ud-test.conllu.
PARTS = {"conv1d": Conv1d, "max_over_time": MaxOverTime, "highway": Highway, "tanh": Tanh}
BATCH, EPOCHS, RATE = 32, 4, 3e-3

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def read(part):
    """Words and universal parts of speech of each sentence of a CoNLL-U file."""
    path = DATA / "ud_ewt" / f"en_ewt-ud-{part}.conllu"
    if not path.is_file():
        pytest.skip(f"no {path}: set GRADUS_DATA to the folder of the corpora")
    sentences = []
    for block in path.read_text("utf-8").strip().split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if not line.startswith("#")]
        words = [row for row in rows if row[0].isdigit()]  # no ranges, no empty nodes
        sentences.append(([row[1] for row in words], [row[3] for row in words]))
    return sentences


def scores(model, characters, sentences):
    return model.forward(torch.tensor(characters.encode_sentences(sentences)))


def train(model, characters, tags, sentences, rng):
    """Sentences of similar lengths together; nothing is learned of padding."""
    optimizer = Adam(RATE)
    by_length = sorted(range(len(sentences)), key=lambda place: len(sentences[place][0]))
    batches = [by_length[i : i + BATCH] for i in range(0, len(by_length), BATCH)]
    for epoch in range(EPOCHS):
        optimizer.learning_rate = RATE * (1 - epoch / EPOCHS)
        for number in rng.permutation(len(batches)):
            chosen = [sentences[place] for place in batches[number]]
            logits = scores(model, characters, [words for words, _ in chosen])
            grad = logits.softmax(dim=2)
            for row, (_, right) in zip(grad, chosen, strict=True):
                row[np.arange(len(right)), [tags.index(tag) for tag in right]] -= 1
                row[len(right) :] = 0
            model.zero_gradients()
            model.backward(grad / sum(len(words) for words, _ in chosen))
            optimizer.step(model.parameters, model.gradients)


def tagged(model, characters, tags, sentences):
    found = []
    for words, _ in sentences:
        logits = scores(model, characters, [words])
        found += [tags[place] for place in logits[0].argmax(dim=1)]
    return found


def by_the_word(sentences, test):
    """Of each word the tag that it has most often; of a new one is a name, as most are."""
    counts = defaultdict(Counter)
    for words, right in sentences:
        for word, tag in zip(words, right, strict=True):
            counts[word][tag] += 1
    likeliest = {word: count.most_common(1)[0][0] for word, count in counts.items()}
    return [likeliest.get(word, "PROPN") for words, _ in test for word in words]


def test_a_tagger_of_words_never_seen():
    sentences, test = read("train"), read("test")
    tags = sorted({tag for _, right in sentences for tag in right})
    characters = Characters(word for words, _ in sentences for word in words)
    known = {word for words, _ in sentences for word in words}
    rng = np.random.default_rng(0)
    with parts_from(PARTS.__getitem__), arrays_of("torch"):
        model = CharacterTagger(
            len(characters), 16, 25, len(tags), 2, widths=(1, 2, 3, 4, 5), rng=rng
        ).astype("float32")
    started = time.perf_counter()
    train(model, characters, tags, sentences, rng)
    seconds = time.perf_counter() - started
    right = np.array([tag for _, row in test for tag in row])
    unseen = np.array([word not in known for words, _ in test for word in words])
    ours = np.array(tagged(model, characters, tags, test)) == right
    words_alone = np.array(by_the_word(sentences, test)) == right
    print(f"\n{len(right)} words, {unseen.mean():.1%} never seen; trained for {seconds:.0f} s")
    for name, found in (("characters", ours), ("words", words_alone)):
        print(f"  {name:10}  all {found.mean():.1%}   never seen {found[unseen].mean():.1%}")
    assert (len(right), len(tags)) == (25_094, 17)
    assert ours.mean() > words_alone.mean() + 0.01
    assert ours[unseen].mean() > words_alone[unseen].mean() + 0.2
