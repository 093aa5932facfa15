"""AdaDelta under both backends walks the path of torch's own."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch's own Adadelta is what is compared with")


@pytest.mark.parametrize("provider", ["numpy", "torch"])
@pytest.mark.parametrize(
    "options", [{}, {"learning_rate": 0.3, "decay": 0.5, "epsilon": 1e-2}, {"decay": 0.9}]
)
def test_ten_steps_in_place(provider, options, backends):
    rng = np.random.default_rng(0)
    backend = backends(provider)
    ours = backend.build("ada_delta", kind="optimizer", **options)
    start = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    held = {name: backend.arrays.from_numpy(array) for name, array in start.items()}
    theirs = {name: torch.nn.Parameter(torch.tensor(array)) for name, array in start.items()}
    reference = torch.optim.Adadelta(
        theirs.values(),
        lr=options.get("learning_rate", 1.0),
        rho=options.get("decay", 0.95),
        eps=options.get("epsilon", 1e-6),
    )
    for _ in range(10):
        gradients = {name: rng.normal(size=array.shape) for name, array in start.items()}
        ours.step(held, {n: backend.arrays.from_numpy(g) for n, g in gradients.items()})
        for name, parameter in theirs.items():
            parameter.grad = torch.tensor(gradients[name])
        reference.step()
    for name, parameter in theirs.items():
        result = backend.arrays.to_numpy(held[name])
        np.testing.assert_allclose(result, parameter.detach().numpy(), rtol=1e-10)
        assert not np.allclose(result, start[name])


@pytest.mark.parametrize("provider", ["numpy", "torch"])
def test_float32_stays_float32_and_gradients_stay_as_they_are(provider, backends):
    backend = backends(provider)
    x, g = (backend.arrays.from_numpy(np.full(2, value, np.float32)) for value in (1.0, 2.0))
    backend.build("ada_delta", kind="optimizer").step({"x": x}, {"x": g})
    assert backend.arrays.to_numpy(x).dtype == np.float32
    np.testing.assert_array_equal(backend.arrays.to_numpy(g), [2, 2])
