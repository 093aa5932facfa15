"""`--deterministic`: algorithms without chance in a run, and the old settings after it."""

import os

import pytest
from small_runs import copy_corpora, train

from framework.errors import DeviceError
from framework.training.loops import Learner

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from torch.backends import cuda, cudnn  # noqa: E402

from plugins.torch_backend.acceleration.deterministic import deterministic_algorithms  # noqa: E402


def settings():
    return (
        torch.are_deterministic_algorithms_enabled(),
        *(cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32, cuda.matmul.allow_tf32),
    )


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    copy_corpora(tmp_path)
    return tmp_path


def test_the_block_has_them_and_the_settings_come_back():
    before = settings()
    with pytest.raises(KeyError), deterministic_algorithms():
        assert settings() == (True, True, False, False, False)
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
        raise KeyError
    assert settings() == before


@pytest.mark.parametrize("options", [(), ("--deterministic",)])
def test_all_steps_of_a_run_are_in_the_block(options, monkeypatch):
    before, seen, real = settings(), set(), Learner.step

    def step(learner, batch):
        seen.add(settings())
        return real(learner, batch)

    monkeypatch.setattr(Learner, "step", step)
    train("tagger", "m", "--backend", "torch", *options, epochs=1)
    assert seen == {(True, True, False, False, False) if options else before}
    assert settings() == before


def test_an_operation_without_such_a_form_is_named(monkeypatch):
    def step(learner, batch):
        raise RuntimeError("cumsum_cuda_kernel does not have a deterministic implementation")

    monkeypatch.setattr(Learner, "step", step)
    with pytest.raises(DeviceError, match=r"cumsum_cuda_kernel.*leave `--deterministic` out"):
        train("tagger", "m", "--backend", "torch", "--deterministic")
