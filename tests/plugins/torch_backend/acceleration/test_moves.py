"""Batches move ahead: recorded calls of a device that this machine need not have."""

import numpy as np
import pytest
from small_runs import copy_corpora, train

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.training.loops import Batch  # noqa: E402
from plugins.torch_backend.acceleration import moves  # noqa: E402
from plugins.torch_backend.arrays import host_values  # noqa: E402


class RecordedStream:
    """A stream that writes down what is asked of it."""

    def __init__(self, calls):
        self.calls = calls

    def record_event(self):
        self.calls.append("record event")
        return f"event {self.calls.count('record event')}"

    def wait_event(self, event):
        self.calls.append(f"wait for {event}")


@pytest.fixture
def calls(monkeypatch):
    """The calls of the streams, of `pin_memory`, `to` and `record_stream`, in order."""
    results = []
    side, current = RecordedStream(results), RecordedStream(results)

    class Within:
        def __init__(self, stream):
            assert stream is side

        def __enter__(self):
            results.append("side {")

        def __exit__(self, *error):
            results.append("}")

    def pin(tensor):
        results.append("pin")
        return tensor.clone()

    def to(tensor, device, *, non_blocking):
        assert non_blocking, "a blocking copy waits for the device"
        results.append(f"copy to {device}")
        return tensor

    monkeypatch.setattr(torch.cuda, "Stream", lambda device: side)
    monkeypatch.setattr(torch.cuda, "stream", Within)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: current)
    monkeypatch.setattr(torch.Tensor, "pin_memory", pin)
    monkeypatch.setattr(torch.Tensor, "to", to)
    monkeypatch.setattr(
        torch.Tensor, "record_stream", lambda tensor, stream: results.append("record stream")
    )
    return results


def batches(count):
    text = np.arange(20).reshape(2, 10)
    return [Batch((text[:, t : t + 2],), text[:, t + 1 : t + 3], terms=t + 1) for t in range(count)]


def test_a_batch_is_copied_from_pinned_memory_on_a_stream_of_its_own(calls):
    stream = moves.SideStream(torch.device("cuda"))
    moving = stream.start(batches(1)[0])
    copies = ["pin", "copy to cuda"] * 2
    assert calls == ["side {", *copies, "record event", "}"]
    assert stream.finish(moving).terms == 1
    assert calls[7:] == ["wait for event 1", "record stream", "record stream"]


def test_the_next_batch_is_on_its_way_before_one_is_used(calls):
    stream = moves.SideStream(torch.device("cuda"))
    result, given = [], batches(3)
    for batch in moves.moved_ahead(iter(given), stream):
        result.append(batch)
        calls.append(f"step {len(result)}")
    order = [call for call in calls if call.startswith(("record event", "wait", "step"))]
    assert order == [
        *("record event", "record event", "wait for event 1", "step 1"),
        *("record event", "wait for event 2", "step 2"),
        *("wait for event 3", "step 3"),
    ]
    for item, other in zip(result, given, strict=True):
        np.testing.assert_array_equal(item.inputs[0], other.inputs[0])
        np.testing.assert_array_equal(item.targets, other.targets)
        assert item.terms == other.terms
    assert list(moves.moved_ahead(iter([]), stream)) == []


def test_ids_that_were_moved_keep_their_values_on_the_host(calls, monkeypatch):
    stream = moves.SideStream(torch.device("cuda"))
    (batch,) = moves.moved_ahead(iter(batches(1)), stream)
    monkeypatch.setattr(torch.Tensor, "cpu", lambda tensor: pytest.fail("read from the device"))
    assert host_values(batch.inputs[0]).tolist() == [[0, 1], [10, 11]]


@pytest.mark.parametrize("kind", ["language_model", "word_vectors"])
def test_runs_train_on_moved_batches(kind, tmp_path, monkeypatch):
    """A step accepts batches that are in the backend's form already."""
    copy_corpora(tmp_path)
    monkeypatch.chdir(tmp_path)
    train(kind, "plain", "--backend", "torch")

    class Copies:
        def start(self, batch):
            return batch

        def finish(self, batch):
            inputs = tuple(torch.from_numpy(array.copy()) for array in batch.inputs)
            return Batch(inputs, torch.from_numpy(batch.targets.copy()), **settings_of(batch))

    monkeypatch.setattr(
        "plugins.torch_backend.acceleration.accelerator.TorchAccelerator.moved_ahead",
        lambda accelerator, result: moves.moved_ahead(result, Copies()),
    )
    train(kind, "moved", "--backend", "torch")
    assert (tmp_path / "moved").read_bytes() == (tmp_path / "plain").read_bytes()


def settings_of(batch):
    return {name: getattr(batch, name) for name in ("terms", "weight", "continues")}
