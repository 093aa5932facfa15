"""`--compile`: which layers, what is missing, and equal results.

The translation itself takes half a minute: ``pytest -m slow``. By default the graph of operations
that `torch.compile` finds is run without a translation.
"""

import os
import shutil

import numpy as np
import pytest
from built_on import on_tensors
from gradus_command import gradus
from small_runs import copy_corpora, losses

from framework.errors import UsageError

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from torch._functorch import config as functorch_config  # noqa: E402

from plugins.networks.gated_rnns.stacked import Stacked  # noqa: E402
from plugins.torch_backend.acceleration.compilation import (  # noqa: E402
    compile_layers,
    missing_compiler,
)
from plugins.torch_backend.gated_rnns.gru import GRU  # noqa: E402
from plugins.torch_backend.language_models.rnn import RNN  # noqa: E402

RUN = ("rnn_lm", "--corpus", "text.txt", "--cell", "gru", "--embedding-size", 3, "--hidden-size", 4,
       "--batch-size", 4, "--unroll", 9, "--backend", "torch", "--epochs", 2)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    copy_corpora(tmp_path)
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def results(model):
    rng = np.random.default_rng(1)
    x, grad = (torch.from_numpy(rng.normal(size=(3, 5, size))) for size in (4, 6))
    y = model.forward(x)
    model.zero_gradients()
    return [
        y,
        model.backward(grad)[0],
        *(gradient.clone() for gradient in model.gradients.values()),
    ]


def without_translation(function):
    return torch.compile(function, backend="eager")


def stack(**options):
    rng = np.random.default_rng(2)
    layers = [on_tensors(RNN, 4, 5, rng=rng), on_tensors(GRU, 5, 6, rng=rng, **options)]
    return on_tensors(Stacked, layers)


@pytest.mark.parametrize(
    "compiler", [without_translation, pytest.param(torch.compile, marks=pytest.mark.slow)]
)
@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method:DeprecationWarning")
def test_compiled_layers_give_the_same_results(compiler):
    if compiler is torch.compile and missing_compiler("cpu"):
        pytest.skip(missing_compiler("cpu"))
    plain, compiled = stack(), stack()
    assert compile_layers(compiled, "cpu", compiler) == ("GRU",)
    for result, other in zip(results(compiled), results(plain), strict=True):
        np.testing.assert_allclose(result, other, rtol=1e-11, atol=1e-13)


def test_a_second_backward_finds_the_buffers_of_the_first(monkeypatch):
    """Where torch reuses them, it refuses to keep a graph, as `AutogradModel` does."""
    monkeypatch.setattr(functorch_config, "donated_buffer", True)
    compile_layers(stack(), "cpu", without_translation)
    assert not functorch_config.donated_buffer


def test_layers_with_a_kernel_are_left_alone():
    assert compile_layers(stack(reset_after=True), "cpu", pytest.fail) == ()


def test_a_run_names_the_layers_it_has_compiled(monkeypatch):
    compilers = []

    def compiler(function):
        compilers.append(function)
        return function

    monkeypatch.setattr(compile_layers, "__defaults__", (compiler,))
    plain = gradus("train", *RUN, "--out", "plain")
    shown = gradus("train", *RUN, "--out", "m", "--compile")
    assert [item.__qualname__ for item in compilers] == ["GRU.compute"]
    assert "\ncompiled: GRU\n" in shown
    assert losses(shown) == losses(plain)
    low = gradus("train", *RUN, "--out", "m", "--compile", "--precision", "bfloat16")
    assert "\ncompiled: GRU\n" in low
    other = gradus("train", *RUN, "--out", "m", "--compile", "--cell", "lstm")
    assert "`--compile` changed nothing: one kernel computes each layer" in other


def test_a_missing_compiler_is_an_error_that_says_what_to_install(monkeypatch):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UsageError, match=r"no C\+\+ compiler .* install g\+\+, or name one in CXX"):
        gradus("train", *RUN, "--out", "m", "--compile")
    monkeypatch.setitem(os.environ, "CXX", "mine")
    assert "(mine)" in missing_compiler("cpu")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "triton is missing" in missing_compiler("cuda")
