"""Arrays of every backend are scaled and clipped alike."""

import numpy as np
import pytest
from boxes.arrays import BoxArrays

from framework.arrays import NumpyArrays
from framework.errors import BadInputError


@pytest.fixture(params=["numpy", "torch", "jax", "boxes"])
def arrays(request):
    if request.param == "torch":
        pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
        from plugins.torch_backend.arrays import TorchArrays

        return TorchArrays()
    if request.param == "jax":
        pytest.importorskip("jax", reason="the JAX backend needs the extra `jax`")
        from plugins.jax_backend.arrays import JaxArrays

        return JaxArrays()
    return {"numpy": NumpyArrays, "boxes": BoxArrays}[request.param]()


def native(arrays, **values):
    return {name: arrays.from_numpy(np.array(value)) for name, value in values.items()}


def plain(arrays, natives):
    return {name: arrays.to_numpy(array).tolist() for name, array in natives.items()}


@pytest.mark.parametrize(
    ("factor", "clip", "expected"),
    [
        (1, None, (3, 4)),
        (2, None, (6, 8)),
        (1, 5.0, (3, 4)),
        (1, 1.0, (0.6, 0.8)),
        (20, 5.0, (3, 4)),
        (20, 200.0, (60, 80)),
    ],
)
def test_gradients_keep_their_direction_when_they_are_scaled_and_clipped(
    arrays, factor, clip, expected
):
    gradients = native(arrays, b=[3.0], W=[[4.0]])
    arrays.scale(gradients, factor, clip)
    results = [arrays.to_numpy(g).item() for g in gradients.values()]
    assert results == pytest.approx(list(expected))


def test_gradients_of_zero_stay_zero(arrays):
    zeros = arrays.from_numpy(np.zeros(2))
    gradients = {"b": zeros}
    arrays.scale(gradients, clip=1.0)
    assert not arrays.to_numpy(gradients["b"]).any()


def test_nothing_to_scale_is_no_error(arrays):
    arrays.scale({}, 2.0, clip=1.0)


def test_a_multiple_of_other_arrays_is_added_by_name(arrays):
    natives = native(arrays, b=[1.0, 2.0], W=[[3.0]])
    others = native(arrays, W=[[30.0]], b=[10.0, 20.0])
    arrays.add_multiple(natives, others, 0.5)
    assert plain(arrays, natives) == {"b": [6.0, 12.0], "W": [[18.0]]}
    assert plain(arrays, others) == {"W": [[30.0]], "b": [10.0, 20.0]}
    arrays.add_multiple(natives, native(arrays, b=[2.0, 2.0]), 1.0)  # some of the names
    arrays.add_multiple(natives, {}, 0.5)
    assert plain(arrays, natives) == {"b": [8.0, 14.0], "W": [[18.0]]}


def test_an_array_and_its_rows_are_set(arrays):
    natives = native(arrays, W=[[1.0], [2.0], [3.0]])
    arrays.assign(natives, "W", np.array([[4.0], [5.0], [6.0]]))
    rows = native(arrays, ids=[2, 0], values=[[7.0], [8.0]])
    arrays.assign_rows(natives, "W", rows["ids"], rows["values"])
    assert plain(arrays, natives) == {"W": [[8.0], [5.0], [7.0]]}
    arrays.fill_zero(natives)
    assert plain(arrays, natives) == {"W": [[0.0]] * 3}


def test_an_array_keeps_its_precision(arrays):
    natives = {"b": arrays.astype(arrays.from_numpy(np.zeros(2)), "float32")}
    arrays.assign(natives, "b", np.ones(2))
    assert arrays.to_numpy(natives["b"]).dtype == np.float32


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_norm_that_is_not_finite_is_refused_or_shows_in_the_entries(arrays, bad):
    gradients = {"b": arrays.from_numpy(np.array([1.0, bad]))}
    try:
        arrays.scale(gradients, clip=1.0)
    except BadInputError as error:
        assert "smaller learning rate" in str(error)
    else:
        assert not np.isfinite(arrays.to_numpy(gradients["b"])[1])


@pytest.fixture
def operators(arrays):
    """The arrays of a library whose functions have the names of NumPy's."""
    if isinstance(arrays, BoxArrays):
        pytest.skip("boxes have no functions of their own")
    return arrays


def test_words_and_reversed_axes(operators):
    ids = np.array([[3, 1, 0], [0, 2, 0]])
    for given in (ids, operators.from_numpy(ids)):
        words, flipped = operators.words(given), operators.flip(given, 1)
        assert operators.is_native(words) and operators.is_native(flipped)
        np.testing.assert_array_equal(operators.to_numpy(words), ids > 0)
        np.testing.assert_array_equal(operators.to_numpy(flipped), ids[:, ::-1])


@pytest.mark.parametrize("wrong", [-1, 4])
def test_ids_outside_of_a_table_are_refused(operators, wrong):
    operators.check_ids(operators.from_numpy(np.array([[0, 3]])), 4)
    operators.check_ids(operators.from_numpy(np.zeros((2, 0), int)), 4)
    ids = operators.from_numpy(np.array([[0, wrong]]))
    with pytest.raises(IndexError, match=r"0 \.\.\. 3"):
        operators.check_ids(ids, 4)
    with pytest.raises(IndexError, match=r"0 \.\.\. 3"):
        operators.rows(operators.from_numpy(np.ones((4, 2))), ids)
