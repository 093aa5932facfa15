"""Tensors made from NumPy's arrays and turned back."""

import ast
import sys
from pathlib import Path

import numpy as np
import pytest

from framework.arrays import arrays_in_force
from framework.errors import BadInputError

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend import arrays as module  # noqa: E402
from plugins.torch_backend.arrays import TorchArrays, current_device, to_dtype  # noqa: E402
from plugins.torch_backend.language_models.rnn import RNN  # noqa: E402


@pytest.fixture
def arrays():
    return TorchArrays()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.arange(6, dtype=np.float32)[::-2],
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(3, dtype=">f8"),
        np.array([True, False]),
        np.array(2.5),
        np.zeros((0, 4)),
        np.array([1 + 2j]),
        np.array([np.nan, -np.inf]),
    ],
    ids=lambda a: f"{a.dtype}{a.shape}",
)
def test_round_trip_keeps_values_shape_and_dtype(arrays, array):
    native = arrays.from_numpy(array)
    back = arrays.to_numpy(native)
    assert native.is_contiguous() and arrays.is_native(native) and not arrays.is_native(array)
    np.testing.assert_array_equal(back, array)
    assert (back.dtype, back.shape) == (array.dtype.newbyteorder("="), array.shape)
    assert back.flags.c_contiguous and back.flags.writeable


def test_memory_is_never_shared(arrays):
    array = np.zeros(3)
    native = arrays.from_numpy(array)
    back = arrays.to_numpy(native)
    native += 1
    assert array.tolist() == back.tolist() == [0, 0, 0]
    array.flags.writeable = False
    assert arrays.from_numpy(array).tolist() == [0, 0, 0]  # without a warning


def test_tensors_with_a_graph_views_and_conjugates_come_back_plain(arrays):
    x = torch.arange(4.0).reshape(2, 2).requires_grad_()
    assert arrays.to_numpy((x * 2).T).tolist() == [[0, 4], [2, 6]]
    assert arrays.to_numpy(torch.tensor([1 + 2j]).conj()).tolist() == [1 - 2j]


@pytest.mark.parametrize(
    ("convert", "said"),
    [
        (lambda a: a.to_numpy(torch.zeros(2, dtype=torch.bfloat16)), "has no NumPy form .*dense"),
        (lambda a: a.to_numpy(torch.zeros(2, device="meta")), "has no NumPy form .*dense"),
        (lambda a: a.to_numpy(torch.eye(2).to_sparse()), "has no NumPy form .*dense"),
        (lambda a: a.from_numpy(np.array(["a"])), "<U1"),
        *(
            (lambda a, name=name: TorchArrays(device=name), f"{name}.*cpu")
            for name in ("gpu", "meta", "mps")
        ),
    ],
)
def test_what_has_no_other_form_and_no_device_is_refused_by_name(arrays, convert, said):
    with pytest.raises(BadInputError, match=said):
        convert(arrays)


def test_assign_writes_into_leaves_of_a_graph_too(arrays):
    for target in (torch.zeros(2, 3).T, torch.nn.Parameter(torch.zeros(3, 2))):
        arrays.assign({"W": target}, "W", np.arange(6.0).reshape(3, 2))
        assert target.tolist() == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32"), torch.float32])
def test_dtype_names_are_those_of_numpy(dtype):
    assert to_dtype(dtype) is torch.float32


def test_a_missing_gpu_says_what_to_do(monkeypatch):
    missing = f"cuda:{torch.cuda.device_count()}"
    with pytest.raises(BadInputError, match=r"sees only cpu.*nvidia-smi.*--device cpu"):
        TorchArrays(device=missing)
    assert current_device() == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(BadInputError, match=r"'cuda:2': .* sees only cpu, cuda:0, cuda:1\."):
        TorchArrays(device="cuda:2")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_the_chosen_device_holds_tensors_and_models():
    try:
        arrays = TorchArrays(device="cuda")
        native = arrays.from_numpy(np.zeros(3))
        with arrays_in_force(arrays):
            model = RNN(2, 3, rng=np.random.default_rng(0))
        h = model.forward(torch.ones(1, 4, 2, dtype=torch.float64, device="cuda"))
        model.backward(torch.ones_like(h))
    finally:
        TorchArrays()
    assert native.is_cuda
    assert all(value.is_cuda for value in [*model.parameters.values(), *model.gradients.values()])


def test_the_file_stands_alone():
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    roots = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    own = {name.split(".")[0] for name in roots} - sys.stdlib_module_names
    assert own <= {"numpy", "torch", "framework"}


def test_ids_of_a_device_are_checked_where_the_host_knows_them():
    """A device that reads a row outside of a table stops for the rest of the process."""
    ids = torch.empty(3, dtype=torch.int64, device="meta")  # nothing can be read from it
    assert module.checked_ids(ids, 5) is not None
    with pytest.raises(IndexError, match=r"0 ... 4, but these lie in 0 ... 9"):
        module.checked_ids(module.remember_on_host(ids, np.array([0, 1, 9])), 5)


def test_what_is_graded_uses_all_bits_of_a_product():
    """TF32 would round the products of recurrent layers on a GPU to 11 bits."""
    libraries = torch.backends.cudnn, torch.backends.cuda.matmul
    before = [library.allow_tf32 for library in libraries]
    try:
        for library in libraries:
            library.allow_tf32 = True
        module.TorchArrays().use_full_precision()
        assert [library.allow_tf32 for library in libraries] == [False, False]
    finally:
        for library, allowed in zip(libraries, before, strict=True):
            library.allow_tf32 = allowed
