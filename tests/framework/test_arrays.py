"""Arrays of every backend are scaled and clipped alike."""

import numpy as np
import pytest
from boxes.arrays import BoxArrays

from framework.arrays import NumpyArrays
from framework.errors import BadInputError


@pytest.fixture(params=["numpy", "torch", "boxes"])
def arrays(request):
    if request.param == "torch":
        pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
        from plugins.torch_backend.arrays import TorchArrays

        return TorchArrays()
    return {"numpy": NumpyArrays, "boxes": BoxArrays}[request.param]()


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
    gradients = [arrays.from_numpy(np.array(g)) for g in ([3.0], [[4.0]])]
    arrays.scale(gradients, factor, clip)
    assert [arrays.to_numpy(g).item() for g in gradients] == pytest.approx(list(expected))


def test_gradients_of_zero_stay_zero(arrays):
    zeros = arrays.from_numpy(np.zeros(2))
    arrays.scale([zeros], clip=1.0)
    assert not arrays.to_numpy(zeros).any()


def test_nothing_to_scale_is_no_error(arrays):
    arrays.scale([], 2.0, clip=1.0)


def test_a_multiple_of_other_arrays_is_added_in_place(arrays):
    natives = [arrays.from_numpy(np.array(x)) for x in ([1.0, 2.0], [[3.0]])]
    others = [arrays.from_numpy(np.array(x)) for x in ([10.0, 20.0], [[30.0]])]
    arrays.add_multiple(natives, others, 0.5)
    assert [arrays.to_numpy(x).tolist() for x in natives] == [[6.0, 12.0], [[18.0]]]
    assert arrays.to_numpy(others[0]).tolist() == [10.0, 20.0]
    arrays.add_multiple([], [], 0.5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_norm_that_is_not_finite_is_refused_or_shows_in_the_entries(arrays, bad):
    gradient = arrays.from_numpy(np.array([1.0, bad]))
    try:
        arrays.scale([gradient], clip=1.0)
    except BadInputError as error:
        assert "smaller learning rate" in str(error)
    else:
        assert not np.isfinite(arrays.to_numpy(gradient)[1])
