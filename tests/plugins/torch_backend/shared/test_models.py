"""Every torch model compared with its NumPy counterpart: one catalogue of cases feeds both."""

from dataclasses import dataclass
from importlib import import_module

import numpy as np
import pytest
from built_on import arrays_of, on_tensors

from framework.errors import UsageError
from framework.models.parts import parts_from
from plugins.networks import NETWORKS

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

UNITS = {
    "activations": "neural_networks",
    "neuron": "neural_networks",
    "word2vec": "word_vectors",
    "rnn": "language_models",
    "rnn_lm": "language_models",
    "bag_of_vectors": "convolution",
}
PARTS = {"rnn": ("rnn", "RNN"), "affine": ("neuron", "Affine")}
TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}
rng = np.random.default_rng(7)
Z = np.concatenate([rng.normal(scale=2.0, size=6), [-1e3, -40, -1, 0, 1, 40, 1e3]]).reshape(1, -1)
IDS = np.array([[1, 4, 4, 0, 2], [0, 3, 0, 0, 0], [0, 0, 0, 0, 0], [5, 5, 5, 1, 2]])


@dataclass(frozen=True)
class Case:
    module: str
    name: str
    args: tuple = ()
    options: tuple = ()
    inputs: tuple = (Z,)

    def build(self, provider):
        """The model on one provider's arrays; `rng` starts alike for both."""
        options = dict(self.options)
        if self.module != "activations":
            options["rng"] = np.random.default_rng(3)
        with parts_from(lambda name: find(provider, *PARTS[name])), arrays_of(provider):
            return find(provider, self.module, self.name)(*self.args, **options)

    def __str__(self):
        return "-".join([self.name, *map(str, self.args), *(f"{k}={v}" for k, v in self.options)])


X, H_0 = rng.normal(size=(3, 7, 4)), rng.normal(size=(3, 5))
CASES = [
    *(Case("activations", n) for n in ("Sigmoid", "Tanh", "HardTanh", "SoftSign", "ReLU")),
    Case("activations", "LeakyReLU"),
    Case("activations", "LeakyReLU", (0.3,)),
    Case("neuron", "Affine", (4, 5), inputs=(X,)),
    Case("word2vec", "SkipGram", (6, 4), inputs=(IDS.ravel(),)),
    Case("rnn", "RNN", (4, 5), inputs=(X, H_0)),
    Case("rnn", "RNN", (4, 5), (("truncation", 1),), (X, H_0)),
    Case("rnn", "RNN", (4, 5), (("truncation", 3),), (X, H_0)),
    Case("rnn", "RNN", (4, 5), (("truncation", 9),), (X,)),
    Case("rnn_lm", "RecurrentLM", (6, 4, 5), inputs=(IDS,)),
    Case("rnn_lm", "RecurrentLM", (6, 4, 5), inputs=(IDS, rng.normal(size=(4, 5)))),
    Case("bag_of_vectors", "DeepAveragingNetwork", (6, 4, [], 3), inputs=(IDS,)),
    Case("bag_of_vectors", "DeepAveragingNetwork", (6, 4, [7, 5], 3), inputs=(IDS,)),
    Case(
        "bag_of_vectors",
        "DeepAveragingNetwork",
        (6, 4, [7], 3),
        (("keep_probability", 0.5),),
        (IDS,),
    ),
]
WITH_PARAMETERS = [case for case in CASES if case.module != "activations"]


def find(provider, module, name):
    unit = UNITS[module]
    numpy = f"solutions.{unit}.{module}.{module}"
    backend = NETWORKS.get(module) or f"plugins.torch_backend.{unit}.{module}"
    return getattr(import_module(numpy if provider == "numpy" else backend), name)


def tensors(arrays):
    return [torch.tensor(array) for array in arrays]


def gradients_of(result):
    return [] if result is None else list(result) if isinstance(result, tuple) else [result]


def paired_models(case):
    """Both models, forward and backward done, with what they returned and the upstream gradient."""
    theirs, ours = case.build("numpy"), case.build("torch")
    expected, actual = theirs.forward(*case.inputs), ours.forward(*tensors(case.inputs))
    upstream = np.random.default_rng(5).normal(size=expected.shape)
    returned = (
        gradients_of(theirs.backward(upstream)),
        gradients_of(ours.backward(torch.tensor(upstream))),
    )
    return theirs, ours, (expected, actual), returned, upstream


def close(actual, expected):
    np.testing.assert_allclose(actual.numpy(), expected, **TOLERANCE)


@pytest.mark.parametrize("case", WITH_PARAMETERS, ids=str)
def test_the_same_rng_gives_the_same_start(case):
    theirs, ours = case.build("numpy"), case.build("torch")
    assert set(ours.parameters) == set(theirs.parameters) == set(ours.gradients)
    for name, value in theirs.parameters.items():
        assert ours.parameters[name].dtype is torch.float64
        np.testing.assert_array_equal(ours.parameters[name].numpy(), value)
        assert not ours.gradients[name].any()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_forward_and_backward_agree(case):
    theirs, ours, (expected, actual), (grads, our_grads), _ = paired_models(case)
    close(actual, expected)
    assert not actual.requires_grad
    assert len(our_grads) == len(grads)
    for gradient, reference in zip(our_grads, grads, strict=True):
        close(gradient, reference)
    for name, gradient in theirs.gradients.items():
        close(ours.gradients[name], gradient)


@pytest.mark.parametrize("case", WITH_PARAMETERS, ids=str)
def test_a_second_backward_adds_and_zero_gradients_clears_in_place(case):
    theirs, ours, _, _, upstream = paired_models(case)
    handed_out = dict(ours.gradients)
    ours.backward(torch.tensor(upstream))
    for name, gradient in theirs.gradients.items():
        close(handed_out[name], 2 * gradient)
    ours.zero_gradients()
    assert not any(gradient.any() for gradient in handed_out.values())


@pytest.mark.parametrize("case", WITH_PARAMETERS, ids=str)
def test_parameters_may_be_written_from_outside(case):
    """Handed-out tensors accept copy_ without ceremony, and forward and backward read them."""
    theirs, ours = case.build("numpy"), case.build("torch")
    ours.forward(*tensors(case.inputs))
    for name, value in theirs.parameters.items():
        value += 0.1
        ours.parameters[name].copy_(torch.tensor(value))
    upstream = np.ones_like(expected := theirs.forward(*case.inputs))
    if not dict(case.options).get("keep_probability"):
        close(ours.forward(*tensors(case.inputs)), expected)
        theirs.backward(upstream)
        ours.backward(torch.tensor(upstream))
        for name, gradient in theirs.gradients.items():
            close(ours.gradients[name], gradient)


@pytest.mark.parametrize("case", WITH_PARAMETERS, ids=str)
def test_astype_converts_parts_too_and_keeps_them_shared(case):
    ours = case.build("torch").astype("float32")
    values = [v.astype(np.float32) if v.dtype.kind == "f" else v for v in case.inputs]
    output = ours.forward(*tensors(values))
    assert output.dtype is torch.float32
    ours.backward(torch.ones_like(output))
    for name in ours.parameters:
        assert ours.parameters[name].dtype is ours.gradients[name].dtype is torch.float32
        assert ours.gradients[name].any() or name == "embedding"
    for name in getattr(getattr(ours, "cell", None), "parameters", {}):
        assert ours.cell.parameters[name] is ours.parameters[f"cell.{name}"]
        assert ours.cell.gradients[name] is ours.gradients[f"cell.{name}"]


@pytest.mark.parametrize("case", WITH_PARAMETERS, ids=str)
def test_gradients_are_derivatives(case):
    """A step along a random direction changes the output as the gradient says."""
    ours = case.build("torch")
    ours.eval()
    inputs, generator = tensors(case.inputs), torch.Generator().manual_seed(0)
    upstream = torch.randn(ours.forward(*inputs).shape, generator=generator, dtype=torch.float64)
    if dict(case.options).get("truncation"):
        pytest.skip("a truncated gradient is no derivative")
    for parameter in ours.parameters.values():
        parameter.add_(0.1)  # a text without words would stand on the kink of ReLU
    ours.forward(*inputs)
    ours.backward(upstream)
    for name, parameter in ours.parameters.items():
        direction = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        parameter.add_(direction, alpha=1e-6)
        above = (ours.forward(*inputs) * upstream).sum().item()
        parameter.add_(direction, alpha=-2e-6)
        below = (ours.forward(*inputs) * upstream).sum().item()
        parameter.add_(direction, alpha=1e-6)
        slope = (ours.gradients[name] * direction).sum().item()
        assert slope == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-7), name


def test_backward_before_forward_says_so():
    with pytest.raises(UsageError, match=r"RNN\.backward needs a forward"):
        on_tensors(find("torch", "rnn", "RNN"), 2, 3, rng=np.random.default_rng(0)).backward(
            torch.ones(1, 1, 3)
        )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("name", "z", "derivative"),
    [
        ("HardTanh", [-1.0001, -1, 1, 1.0001], [0, 1, 1, 0]),
        ("ReLU", [-1e-30, 0, 1e-30], [0, 0, 1]),
        ("LeakyReLU", [-1e-30, 0, 1e-30], [0.01, 0.01, 1]),
        ("SoftSign", [0], [1]),
    ],
)
def test_derivatives_at_the_kinks(name, z, derivative, dtype):
    model = find("torch", "activations", name)()
    model.forward(torch.tensor(z, dtype=dtype))
    at_z = model.backward(torch.ones(len(z), dtype=dtype))
    assert at_z.dtype is dtype
    assert at_z.tolist() == pytest.approx(derivative, rel=1e-6)


def test_softsign_keeps_its_digits_far_out():
    model = find("torch", "activations", "SoftSign")()
    model.forward(torch.tensor([1e9, -1e200], dtype=torch.float64))
    derivative = model.backward(torch.ones(2, dtype=torch.float64))
    assert derivative.tolist() == pytest.approx([1 / (1 + 1e9) ** 2, 0.0], rel=1e-12)


@pytest.mark.parametrize("ids", [[[6]], [[-1]], [[0.5]]], ids=str)
@pytest.mark.parametrize("case", [c for c in WITH_PARAMETERS if c.args[0] == 6], ids=str)
def test_ids_without_a_row_are_an_index_error(case, ids):
    with pytest.raises(IndexError, match="ids must"):
        case.build("torch").forward(torch.tensor(ids))


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8, torch.int16])
def test_ids_of_any_integer_dtype_are_read(dtype):
    case = next(case for case in CASES if case.name == "RecurrentLM")
    logits = case.build("torch").forward(torch.tensor(IDS, dtype=dtype))
    assert logits.shape == (4, 5, 6)


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-12), ("float32", 1e-4)])
def test_rnn_by_the_kernel_of_the_gpu_is_the_same(dtype, rtol):
    """The kernel runs on a CPU too, so that what a GPU computes is checked without one."""
    case = next(case for case in CASES if case.name == "RNN")
    model = case.build("torch").astype(dtype)
    inputs = [value.to(getattr(torch, dtype)) for value in tensors(case.inputs)]
    model.parameters["b"].add_(0.1)
    weights = [model.parameters[name] for name in ("W_x", "W_h", "b")]
    expected = model.forward(*inputs)
    torch.testing.assert_close(model._kernel_steps(*inputs, *weights), expected, rtol=rtol, atol=0)
    assert all(weight.T.is_contiguous() for weight in weights[:2]), "not as the kernel wants them"


def test_rnn_refuses_what_does_not_fit():
    RNN = find("torch", "rnn", "RNN")
    with pytest.raises(ValueError, match="at least 1, but got 0"):
        RNN(2, 3, truncation=0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="4 features per step, but input_size is 2"):
        on_tensors(RNN, 2, 3, rng=np.random.default_rng(0)).forward(torch.zeros(1, 2, 4))


def test_building_an_rnn_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    on_tensors(find("torch", "rnn", "RNN"), 2, 3, rng=np.random.default_rng(0))
    assert torch.equal(torch.get_rng_state(), before)


def test_words_are_kept_with_a_probability():
    network = find("torch", "bag_of_vectors", "DeepAveragingNetwork")
    with pytest.raises(ValueError, match=r"\(0, 1\], but got 0"):
        network(6, 4, [], 2, keep_probability=0, rng=np.random.default_rng(0))


def test_word_dropout_ends_with_training():
    case = next(case for case in CASES if case.options == (("keep_probability", 0.5),))
    model = case.build("torch")
    model.eval()
    first = model.forward(torch.tensor(IDS))
    assert torch.equal(first, model.forward(torch.tensor(IDS)))
    model.train()
    assert not torch.equal(first, model.forward(torch.tensor(IDS)))


def test_language_model_step_by_step_is_its_forward():
    case = next(case for case in CASES if case.name == "RecurrentLM")
    model, tokens = case.build("torch"), torch.tensor(IDS)
    log_P = torch.log_softmax(model.forward(tokens), -1)
    last, state = model.state, model.initial_state(len(tokens))
    for t in range(tokens.shape[1]):
        step, state = model.next_log_probabilities(tokens[:, t], state)
        torch.testing.assert_close(step, log_P[:, t], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(state, last, rtol=1e-12, atol=1e-12)
