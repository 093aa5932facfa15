"""Checks of lora that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import PairedModels, assign, built, equal, expect, in_float32, part, refuses
from framework.training.loss_and_optimizers import Adam, SoftmaxCrossEntropy


def pair_of(submission, reference, rng, D=4, H=5, rank=2, alpha=3.0):
    """Return both models and both trained layers, with the same arrays, of which none is 0."""
    trained = {"W": rng.normal(size=(D, H)), "b": rng.normal(size=H)}

    def beside_a_layer(module, seed=0):
        layer = built(module, part("affine", D, H, rng=rng))
        assign(layer, trained)
        return module.LoRA(layer, rank, alpha, rng=np.random.default_rng(seed)), layer

    def another(seed):
        return beside_a_layer(submission, seed)[0]

    (student, of_student), (solution, kept) = map(beside_a_layer, (submission, reference))
    pair = PairedModels("LoRA", student, solution, another)
    pair.same_parameter_forms()
    pair.draw_parameters(rng)
    return pair, (of_student, kept), trained


@pytest.mark.task("LoRA")
@pytest.mark.points(3)
@pytest.mark.hint("A is drawn with the standard deviation 1/√D, and B is 0.")
@pytest.mark.promise("starts-as-the-layer", "start", "LoRA")
def test_start(submission, rng):
    """Before training, the layer computes what it computed before; A is drawn, B is 0."""
    D, H = 60, 30
    for rank in (1, 30):
        layer = built(submission, part("affine", D, H, rng=rng))
        model = submission.LoRA(layer, rank, 8.0, rng=rng)
        A, B = (model.parameters[name] for name in "AB")
        equal(B, np.zeros((rank, H)), "B at first", rtol=0.0)
        x = rng.normal(size=(3, D))
        equal(model.forward(x), layer.forward(x), "forward at first, and that of the layer")
    share = float(A.std() * D**0.5)
    message = f"the standard deviation of A is {share:.2g} times 1/√D: it should be 1/√D"
    expect(0.85 < share < 1.15, message, about=A)


@pytest.mark.task("LoRA")
@pytest.mark.points(3)
@pytest.mark.hint("x W + b + s (x A) B, with s = α/r.")
@pytest.mark.promise("any-axes", "unchanged", "LoRA.forward.x", "LoRA.scale")
def test_forward(submission, reference, rng):
    """x W + b + (α/r) x A B, for one vector, a batch and texts."""
    for rank, alpha in ((1, 1.0), (2, 1.0), (4, 6.0)):
        pair, *_ = pair_of(submission, reference, rng, rank=rank, alpha=alpha)
        equal(pair.student.scale, alpha / rank, f"scale for r = {rank} and α = {alpha:g}")
        for shape in ((4,), (3, 4), (2, 3, 4)):
            pair.same_forward(rng.normal(size=shape))


@pytest.mark.task("LoRA")
@pytest.mark.points(5)
@pytest.mark.hint(
    "p = x A is a hidden layer: first the gradients of B and p, then those of A and x."
)
@pytest.mark.promise("adds-up", "unchanged", "only-a-and-b", "dtype", "LoRA.backward.grad_output")
def test_backward(submission, reference, rng):
    """The gradients of A, B and x; nothing else has one."""
    pair, *_ = pair_of(submission, reference, rng)
    names = sorted(pair.student.parameters)
    expect(names == ["A", "B"], f"the parameters should be A and B, but are {', '.join(names)}")
    for shape in ((4,), (3, 4), (2, 3, 4)):
        pair.same_backward(rng.normal(size=shape), rng=rng)
    pair.gradients_agree(rng.normal(size=(3, 4)), rng=rng)
    pair.accumulates(rng.normal(size=(2, 4)), rng=rng)
    large, *_ = pair_of(submission, reference, rng, 90, 80, rank=30)
    large.many_gradients(rng.normal(size=(8, 90)), rng=rng)
    single, layers, trained = pair_of(submission, reference, rng)
    if in_single(single, layers, trained):
        single.same_backward(rng.normal(size=(3, 4)).astype(np.float32), rng=rng, rtol=1e-4)


@pytest.mark.task("LoRA")
@pytest.mark.points(3)
@pytest.mark.hint("The layer's own backward adds to the gradient of W. Compute ∂x without it.")
@pytest.mark.promise("layer-is-kept", "constants", "LoRA.backward", "LoRA.layer")
def test_the_layer_is_kept(submission, reference, rng):
    """forward and backward change neither W and b of the trained layer nor their gradients."""
    pair, (layer, _), trained = pair_of(submission, reference, rng)
    x, model = rng.normal(size=(3, 4)), pair.student
    layer.zero_gradients()
    pair.same_backward(x, rng=rng)
    model.zero_gradients()
    for name, before in trained.items():
        equal(layer.parameters[name], before, f"{name} of the layer", rtol=0.0)
        what = f"the gradient of {name} of the layer, after backward"
        equal(layer.gradients[name], 0 * before, what, rtol=0.0)


@pytest.mark.task("LoRA")
@pytest.mark.points(4)
@pytest.mark.hint("merge: W += s A B. forward of a merged layer adds nothing to x W + b.")
@pytest.mark.promise("merged-equals-unmerged", "unmerge", "LoRA.merge", "LoRA.unmerge")
def test_merge_and_unmerge(submission, reference, rng):
    """A merged layer computes the same by W and b alone; unmerge gives W back."""
    for rank, alpha in ((2, 3.0), (3, 1.0)):
        pair, (layer, _), trained = pair_of(submission, reference, rng, rank=rank, alpha=alpha)
        x, model = rng.normal(size=(2, 3, 4)), pair.student
        before = pair.same_forward(x)
        equal(model.merged, False, "merged before merge")
        model.merge()
        equal(model.merged, True, "merged after merge")
        near = {"rtol": 1e-10, "atol": 1e-10}
        equal(model.forward(x), before, "forward after merge", **near)
        what = "forward of the trained layer alone, after merge"
        equal(layer.forward(x), before, what, **near)
        equal(layer.parameters["b"], trained["b"], "b after merge", rtol=0.0)
        model.unmerge()
        equal(model.merged, False, "merged after unmerge")
        equal(layer.parameters["W"], trained["W"], "W after merge and unmerge", **near)
        equal(model.forward(x), before, "forward after merge and unmerge", **near)
        pair.same_backward(x, rng=rng, rtol=1e-7, atol=1e-10)


@pytest.mark.task("LoRA")
@pytest.mark.points(2)
@pytest.mark.hint("`self.merged` says whether s A B is in W already.")
@pytest.mark.promise(
    "merged-once", "no-backward-when-merged", "LoRA.merged", "LoRA.backward.raises"
)
def test_merged_once(submission, reference, rng):
    """A second merge or unmerge changes nothing; a merged layer refuses backward."""
    pair, (layer, _), trained = pair_of(submission, reference, rng)
    x, model = rng.normal(size=(3, 4)), pair.student
    model.unmerge()
    equal(layer.parameters["W"], trained["W"], "W after unmerge alone", rtol=0.0)
    before = pair.same_forward(x)
    model.backward(np.ones((3, 5)))
    model.merge()
    model.merge()
    equal(model.forward(x), before, "forward after merge was called twice", atol=1e-10)
    refuses(model, "backward", np.ones((3, 5)))
    model.unmerge()
    model.unmerge()
    equal(model.forward(x), before, "forward after unmerge was called twice", atol=1e-10)


def in_single(pair, layers, trained):
    """Convert both models and their layers to float32; False where one cannot be converted."""
    layers = PairedModels("Affine", *layers, pair.another)
    if not (in_float32(pair) and in_float32(layers)):
        return False
    layers.set_parameters({name: x.astype(np.float32) for name, x in trained.items()})
    return True


#: Features and hidden units, classes, the distance of each class from 0, and the rank of LoRA.
UNITS, CLASSES, DISTANCE, RANK = 128, 6, 4.0, 2
#: The class that each class becomes in the second task.
RENAMED = np.array([1, 0, 2, 3, 4, 5])
#: Steps of full tuning and of LoRA; their rates fall along a line, from the given one to 0.
FULL_STEPS, STEPS, BATCH, TESTED = 200, 300, 64, 4000
FULL_RATE, RATE = 0.003, 0.02


class Task:
    """Inputs around the means of their classes, which are orthogonal, with normal noise."""

    def __init__(self, rng):
        self.rng = rng
        self.means = DISTANCE * np.linalg.qr(rng.normal(size=(UNITS, CLASSES)))[0].T

    def draw(self, size, names):
        """Return inputs, and the names of their classes."""
        classes = self.rng.integers(CLASSES, size=size)
        return self.means[classes] + self.rng.normal(size=(size, UNITS)), names[classes]


def output_of(network, hidden):
    """Return the scores of all classes."""
    return hidden @ network["U"] + network["c"]


def share_of_right(network, inputs, labels):
    """Return the share of inputs for which the network has the right class."""
    hidden = np.tanh(inputs @ network["W"] + network["b"])
    return float((output_of(network, hidden).argmax(axis=1) == labels).mean())


def tuned(network, task, names, steps):
    """Return the network after `steps` of Adam on all of its parameters."""
    network = {name: x.copy() for name, x in network.items()}
    adam, loss = Adam(FULL_RATE), SoftmaxCrossEntropy()
    for step in range(steps):
        adam.learning_rate = FULL_RATE * (1 - step / steps)
        x, labels = task.draw(BATCH, names)
        h = np.tanh(x @ network["W"] + network["b"])
        loss.forward(output_of(network, h), labels)
        grad = loss.backward()
        grad_a = (grad @ network["U"].T) * (1 - h**2)
        gradients = {"W": x.T @ grad_a, "b": grad_a.sum(axis=0), "U": h.T @ grad}
        adam.step(network, gradients | {"c": grad.sum(axis=0)})
    return network


@pytest.mark.task("LoRA")
@pytest.mark.points(3)
@pytest.mark.hint("This check uses forward and backward only: see the checks above.")
@pytest.mark.promise("as-good-as-full-tuning")
def test_as_good_as_full_tuning(submission, metric_threshold, rng):
    """With 3 % of the parameters, a network learns a changed task as well as by full tuning."""

    def shares(rng):
        task = Task(rng)
        scale = UNITS**-0.5
        network = {
            "W": scale * rng.normal(size=(UNITS, UNITS)), "b": np.zeros(UNITS),
            "U": scale * rng.normal(size=(UNITS, CLASSES)), "c": np.zeros(CLASSES),
        }  # fmt: skip
        network = tuned(network, task, np.arange(CLASSES), 300)
        tested = task.draw(TESTED, RENAMED)
        full = share_of_right(tuned(network, task, RENAMED, FULL_STEPS), *tested)
        layer = built(submission, part("affine", UNITS, UNITS, rng=rng))
        model = submission.LoRA(layer, RANK, RANK, rng=rng)
        assign(layer, {name: network[name] for name in "Wb"})
        learned = {name: np.array(model.parameters[name]) for name in "AB"}
        number, of_all = (sum(x.size for x in table.values()) for table in (learned, network))
        expect(number <= 0.03 * of_all, f"{number} of {of_all} parameters are more than 3 %")
        adam, loss = Adam(RATE), SoftmaxCrossEntropy()
        for step in range(1, STEPS + 1):
            adam.learning_rate = RATE * (1 - (step - 1) / STEPS)
            x, labels = task.draw(BATCH, RENAMED)
            h = np.tanh(model.forward(x))
            loss.forward(output_of(network, h), labels)
            model.zero_gradients()
            model.backward((loss.backward() @ network["U"].T) * (1 - h**2))
            adam.step(learned, model.gradients)
            assign(model, learned)
            if step % 50 == 0:
                changed = network | {"W": network["W"] + learned["A"] @ learned["B"]}
                yield min(1.0, share_of_right(changed, *tested) / full)

    what = "the right labels with LoRA, as a share of those with full tuning,"
    metric_threshold("share_of_full_tuning", shares, rng=rng, best=1.0, what=what)
