"""A step of training reads nothing back from the device, so that the device never waits."""

import sys
from collections import Counter

import pytest
from gradus_command import gradus
from small_runs import copy_corpora

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from framework.training.loops import Learner  # noqa: E402
from plugins.lectures.training import word_vectors  # noqa: E402, F401  (its learners are watched)

#: Operations whose result depends on values of tensors: on a GPU each waits for the device.
WAITING = ("_local_scalar_dense", "nonzero", "masked_select", "unique", "equal", "is_nonzero")
#: What only a CPU does: on a GPU ids are not looked at.
ON_CPU_ONLY = "checked_ids"

SMALL = "--set embedding_size=3 --set hidden_size=4 --epochs 1 --clip 1"
TEXT = (
    "--corpus text.txt --batch-size 4 --unroll 9 --embedding-size 3 --hidden-size 4 "
    "--dropout dropout:keep_probability=0.8 --epochs 1 --clip 1"
)
WORDS = "--corpus conll2003 --data . --batch-size 16"
RUNS = {
    "rnn": f"rnn_lm {TEXT}",
    "lstm": f"rnn_lm --cell lstm --layers 2 {TEXT}",
    "gru": f"rnn_lm --cell gru {TEXT}",
    "qrnn": f"rnn_lm --cell qrnn {TEXT}",
    "characters": f"rnn_lm --cell lstm --character-filters 3 {TEXT}",
    "bfloat16": f"rnn_lm --cell lstm --precision bfloat16 {TEXT}",
    "tagger": f"window_classifier {WORDS} {SMALL}",
    "text_cnn": (
        "text_cnn --corpus reviews.txt --set embedding_size=3 --set maps=2 --epochs 1 --clip 1"
    ),
    "conv_seq2seq": f"conv_seq2seq --corpus pairs.tsv --batch-size 8 {SMALL}",
    "conditional_lm": f"conditional_lm --corpus pairs.tsv --batch-size 8 {SMALL}",
    "skip_gram": (
        "skip_gram --corpus text.txt --dimension 4 --min-count 1 --batch-size 4 --epochs 1"
    ),
}


class Reads(TorchDispatchMode):
    """Counts operations that read values on the host, with the functions that call them."""

    def __init__(self):
        super().__init__()
        self.found, self.steps = Counter(), 0

    def watched(self, step):
        """Return the method `step` of a learner, watched."""

        def counted(learner, batch):
            self.steps += 1
            with self:
                return step(learner, batch)

        return counted

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        by_mask = name == "index" and any(i is not None and i.dtype == torch.bool for i in args[1])
        if by_mask or any(name.startswith(waiting) for waiting in WAITING):
            self.note(name)
        return function(*args, **(kwargs or {}))

    def note(self, name):
        frame, calls = sys._getframe(2), []
        while frame is not None and "plugins" not in frame.f_code.co_filename:
            frame = frame.f_back
        while frame is not None and len(calls) < 2:
            calls.append(frame.f_code.co_qualname)
            frame = frame.f_back
        if ON_CPU_ONLY not in calls:
            self.found[name, *calls] += 1


@pytest.fixture
def reads(monkeypatch):
    """What the steps of every learner read; `steps` counts them."""
    result = Reads()
    for learner in (Learner, *subclasses(Learner)):
        if (step := vars(learner).get("step")) is not None:
            monkeypatch.setattr(learner, "step", result.watched(step))
    return result


def subclasses(owner):
    """All subclasses, at any depth."""
    for item in owner.__subclasses__():
        yield item
        yield from subclasses(item)


@pytest.mark.parametrize("name", RUNS)
def test_a_step_reads_nothing_from_the_device(name, spec, reads):
    copy_corpora(spec)
    gradus("train", *RUNS[name].split(), "--backend", "torch", "--out", "m")
    assert reads.steps
    assert not reads.found
