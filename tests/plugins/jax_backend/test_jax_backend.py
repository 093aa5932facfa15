"""JAX passes the checks of exercises, and trains; its arrays are never changed in place."""

import json
import sys

import numpy as np
import pytest
from gradus_command import gradus
from programs import completed
from repository import ROOT

jax = pytest.importorskip("jax", reason="the JAX backend needs the extra `jax`")

from framework.course.catalogue import Catalogue  # noqa: E402
from framework.errors import BadInputError, UsageError  # noqa: E402
from framework.models.differentiated import DifferentiatedModel  # noqa: E402
from framework.processes import forking  # noqa: E402
from framework.providers.backends import Backend  # noqa: E402
from framework.providers.loaded_plugins import Plugins  # noqa: E402
from plugins.jax_backend import EXERCISES  # noqa: E402
from plugins.jax_backend.arrays import JaxArrays  # noqa: E402

#: The exercises of the public course that the backend offers.
OFFERED = [name for name in Catalogue.read(ROOT).exercise_names if name in EXERCISES]
QUICK = ("perplexity", "gradient_clipping")
GRADE = [sys.executable, "-c", "from autograder.cli import main; main()"]


@pytest.fixture(autouse=True)
def _later_tests_may_fork(monkeypatch):
    monkeypatch.setattr(forking, "_is_forbidden", False)


@pytest.fixture
def backend():
    return Backend(Plugins().registry, "jax")


class Scaled(DifferentiatedModel):
    """y = x w where a mask is True; the sum of x is returned beside it."""

    def __init__(self):
        super().__init__()
        self.add_parameter("w", np.array(3.0))

    @staticmethod
    def compute(parameters, x, mask):
        return mask * x * parameters["w"], x.sum()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "exercises",
    [QUICK, *(pytest.param([name], marks=pytest.mark.slow, id=name) for name in OFFERED)],
)
def test_exercises_get_all_points_graded_in_turn(exercises, tmp_path):
    file = tmp_path / "report.json"
    words = [*exercises, "--provider", "jax", "--jobs", "2", "--json", str(file)]
    done = completed(*GRADE, *words, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(file.read_text("utf-8"))
    assert report["earned"] == report["possible"] > 0


CLIPPING = """
import jax.numpy as jnp


def clip_by_norm(gradients, threshold):
    norm = float(jnp.sqrt(sum((g * g).sum() for g in gradients.values())))
    return {name: g * min(1.0, threshold / norm) for name, g in gradients.items()}
"""


@pytest.mark.timeout(300)
def test_code_of_a_student_in_jax_is_graded(tmp_path):
    file, report = tmp_path / "gradient_clipping.py", tmp_path / "report.json"
    file.write_text(CLIPPING, "utf-8")
    words = ["gradient_clipping", "--backend", "jax", "--submission", str(file)]
    command = [*GRADE, *words, "--json", str(report)]
    done = completed(*command, cwd=ROOT)
    assert (done.returncode, done.stderr) == (1, "")
    checks = [
        check
        for exercise in json.loads(report.read_text("utf-8"))["exercises"]
        for task in exercise["tasks"]
        for check in task["checks"]
    ]
    # Norms that overflow, and NaN, are beyond this answer.
    assert {"passed", "failed"} <= {check["verdict"] for check in checks}


@pytest.mark.timeout(300)
def test_a_language_model_trains(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = tmp_path / "text.txt"
    text.write_text("the key is here\nthe keys are here\n" * 10, "utf-8")
    options = ["--hidden-size", "8", "--embedding-size", "4", "--batch-size", "4", "--clip", "1"]
    words = ["rnn_lm", "--backend", "jax", "--corpus", str(text), "--epochs", "2", *options]
    output = gradus("train", *words, "--out", str(tmp_path / "lm.safetensors"))
    assert "from jax: adam, affine, recurrent_lm, rnn, softmax_cross_entropy" in output
    assert "epoch 2/2" in output
    assert gradus("sample", str(tmp_path / "lm.safetensors"), "--length", "5")


def test_a_model_writes_compute_alone(backend):
    with backend.in_force():
        model = Scaled()
    x, mask = (backend.arrays.from_numpy(np.array(a)) for a in ([1.0, 2.0], [True, False]))
    with pytest.raises(UsageError, match="needs a forward"):
        model.backward(x)
    y, total = model.forward(x, mask)
    assert (y.tolist(), float(total)) == ([3, 0], 3)
    for times in (1, 2):
        grad_x, grad_mask = model.backward(jax.numpy.ones(2))
        assert grad_x.tolist() == [3, 0] and grad_mask is None
        assert float(model.gradients["w"]) == times


def test_arrays_keep_their_precision_and_share_no_memory(backend):
    array = np.ones(2, np.float32)
    native = backend.arrays.from_numpy(array)
    array[0] = 5
    assert native.dtype == np.float32 and native.tolist() == [1, 1]
    copy = backend.arrays.to_numpy(native)
    copy[0] = 5
    assert native.tolist() == [1, 1]


def test_a_device_that_is_missing_is_named():
    with pytest.raises(BadInputError, match="JAX has no device 'tpu'"):
        JaxArrays("tpu")
