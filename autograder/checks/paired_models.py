"""A submitted model beside the reference, with the same parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks.equality import (
    RTOL,
    CheckFailed,
    equal,
    expect,
    leaves_arguments_alone,
    same_form,
    same_names,
)
from autograder.checks.gradient_probe import Inputs
from autograder.checks.gradients import (
    after_backward,
    gradients_agree,
    many_passes,
    observed_passes,
    redrawn,
)
from autograder.checks.separate_instances import passes, used_in_turn
from autograder.checks.single_calls import keeps_arrays
from autograder.sandbox.session.calls import value_text
from autograder.sandbox.session.faults import Crashed, TimedOut
from autograder.sandbox.session.requests import (
    Build,
    Call,
    OverwriteResult,
    RemoteModule,
    RemoteObject,
    Step,
    assign,
    built,
    full_name,
    session_of,
)
from autograder.sandbox.wire import map_leaves

Array = np.ndarray[Any, Any]


def paired_models(
    submission: RemoteModule,
    reference: RemoteModule,
    name: str | Build,
    *args: Any,
    rng: np.random.Generator | None = None,
    scale: float = 0.5,
    **kwargs: Any,
) -> PairedModels:
    """Build model `name` of both with the same arguments and give both the same parameters.

    Args:
        name: of the model, or what `part` returns: a layer of another exercise, without `args`.
        rng: passed to the constructors, and the source of the parameters: every entry, biases
            included, is normal with standard deviation `scale`.
    """
    if rng is not None and not isinstance(name, Build):
        kwargs["rng"] = rng
    pair = built_pair(submission, reference, name, *args, **kwargs)
    if rng is not None:
        pair.draw_parameters(rng, scale)
    return pair


def built_pair(
    submission: RemoteModule, reference: RemoteModule, name: str | Build, *args: Any, **kwargs: Any
) -> PairedModels:
    """Build model `name` of both as `paired_models` does, each with its own initial parameters."""

    def made(module: RemoteModule, options: dict[str, Any] = kwargs) -> Any:
        if isinstance(name, Build):
            return built(module, name)
        return getattr(module, name)(*args, **options)

    def another(seed: int) -> Any:
        rng = {"rng": np.random.default_rng(seed)} if "rng" in kwargs else {}
        return made(submission, kwargs | rng)

    title = name.name if isinstance(name, Build) else name
    other, student = made(reference), made(submission)
    message = f"{title}(...) should make an object, not {value_text(student)}"
    expect(isinstance(student, RemoteObject), message)
    pair = PairedModels(title, student, other, another)
    pair.same_parameter_forms()
    return pair


@dataclass(frozen=True)
class PairedModels:
    """Two models with the same parameters: the submission's and the reference's.

    Attributes:
        another: builds one more model of the submission with the same arguments, and a generator of
            its own, with the given seed.
    """

    name: str
    student: RemoteObject
    reference: RemoteObject
    another: Callable[[int], RemoteObject]

    def parameter_forms(self) -> dict[str, Any]:
        """Return arrays with the names, shapes and dtypes of the reference's parameters.

        Kits record no more of them: the numbers would take a third of a recording.
        """
        forms: dict[str, Any] = self.reference.parameters
        session_of(self.reference)[0].keep_forms()
        return forms

    def same_parameter_forms(self) -> None:
        """Require names, shapes and dtypes of parameters and gradients as in the reference."""
        expected = self.parameter_forms()
        for attribute in ("parameters", "gradients"):
            what = f"{self.name}.{attribute}"
            actual = _named(getattr(self.student, attribute), expected, what)
            for key, value in expected.items():
                same_form(actual[key], value, f"{what}['{key}']")

    def draw_parameters(self, rng: np.random.Generator, scale: float = 0.5) -> dict[str, Array]:
        """Set the parameters of both to the same random values; returns them."""
        values = {
            key: rng.normal(scale=scale, size=value.shape).astype(value.dtype)
            for key, value in self.parameter_forms().items()
        }
        self.set_parameters(values)
        return values

    def set_parameters(self, values: dict[str, Array]) -> None:
        """Copy `values` into the parameters of both."""
        if values:
            assign(self.student, values)
            assign(self.reference, values)

    def same_forward(self, *inputs: Any, rtol: float = RTOL, atol: float = 0.0) -> Any:
        """Require that `forward` agrees, changes no input and returns no view of one."""
        expected = self.reference.forward(*inputs)
        outcome = self.student.forward.outcome(*inputs)
        equal(outcome.value, expected, f"{self.name}.forward", rtol=rtol, atol=atol)
        leaves_arguments_alone(outcome, self.student, "forward", f"{self.name}.forward")
        return outcome.value

    def same_backward(
        self,
        *inputs: Any,
        rng: np.random.Generator,
        rtol: float = RTOL,
        atol: float = 0.0,
        keeps: Sequence[str] = (),
    ) -> None:
        """Require that `forward`, and `backward` of a random upstream gradient, agree.

        A second instance, used in turn with the first one, may change nothing of it.

        Args:
            keeps: attributes that a second instance may not change, such as `state`.
        """
        output, upstream = self._expected(inputs, rng)
        returned = self.reference.backward(upstream)
        forward, backward, gradients = observed_passes(self.student, inputs, upstream)
        equal(forward.value, output, f"{self.name}.forward", rtol=rtol, atol=atol)
        self._same_returned(backward.value, returned, rtol, atol)
        leaves_arguments_alone(backward, self.student, "backward", f"{self.name}.backward")
        both = f"{self.name}.forward, or backward after it,"
        leaves_arguments_alone(forward, self.student, "forward", both)
        self._same_gradients(gradients.value, rtol, atol)
        self._in_turn_with_another(inputs, upstream, keeps)

    def used_in_turn_with(
        self, other: PairedModels, inputs: Inputs, others: Inputs, keeps: Sequence[str] = ()
    ) -> None:
        """Require that `other` models, used in turn with these, change nothing of them.

        `same_backward` does it for models of the same size; this is for models of other sizes.

        Args:
            others: arguments of `forward` of `other`.
            keeps: attributes that are compared as `gradients` are, such as `state`.
        """
        rng = np.random.default_rng(0)  # no answer of the reference depends on it
        (_, grad), (_, grads) = self._expected(inputs, rng), other._expected(others, rng)
        used_in_turn(
            self.student,
            passes(self.another, 1, self.student.parameters, inputs, grad, keeps),
            passes(other.another, 2, other.student.parameters, others, grads, keeps),
        )

    def _in_turn_with_another(self, inputs: Inputs, upstream: Any, keeps: Sequence[str]) -> None:
        """Require the same with other parameters and inputs of the same sizes."""
        first = (self.student.parameters, inputs, upstream)
        second = redrawn(first, np.random.default_rng(0))
        used_in_turn(
            self.student,
            passes(self.another, 1, *first, keeps),
            passes(self.another, 2, second[0], second[1], second[2], keeps),
        )

    def _expected(self, inputs: tuple[Any, ...], rng: np.random.Generator) -> tuple[Any, Any]:
        """Return the reference's output, without earlier gradients, and an upstream gradient."""
        self.reference.zero_gradients()
        output = self.reference.forward(*inputs)
        return output, map_leaves(
            lambda leaf: rng.normal(size=np.shape(leaf)).astype(np.asarray(leaf).dtype), output
        )

    def same_gradients(self, *inputs: Any, rng: np.random.Generator, rtol: float = RTOL) -> None:
        """Require that `forward`, and the `gradients` after `backward`, agree; nothing else."""
        expected, upstream = self._expected(inputs, rng)
        self.reference.backward(upstream)
        self.student.zero_gradients()
        output = self.student.forward(*inputs)
        self.student.backward(upstream)
        equal(output, expected, f"{self.name}.forward", rtol=rtol)
        self._same_gradients(self.student.gradients, rtol, 0.0)

    def gradients_agree(
        self, *inputs: Any, rng: np.random.Generator, and_then: Inputs | None = None
    ) -> None:
        """Require that `backward` of the student is the numerical derivative of `forward`.

        The reference tells which of the two is at fault, see `gradients.gradients_agree`.
        """
        gradients_agree(self.student, *inputs, rng=rng, and_then=and_then, reference=self.reference)

    def many_gradients(
        self, *inputs: Any, rng: np.random.Generator, passes: int = 40, atol: float = 0.0
    ) -> None:
        """Require right gradients of a layer of some 10,000 parameters, in time and many times.

        All passes have the limit of one call. Where the time is up, no check in which this
        `backward` answers earns points: see `autograder.judging.rules`.

        Args:
            inputs: arguments of `forward`: real numbers are drawn for each pass, ids are permuted.
            atol: of the sums, for gradients that are 0 but for rounding.

        Raises:
            CheckFailed: the sums of the gradients, or what `backward` returns, are wrong.
            TimedOut: with a sentence about differences.
        """
        drawn = [tuple(redrawn(value, rng) for value in inputs) for _ in range(passes)]
        output = self.reference.forward(*inputs)
        upstream = [redrawn(output, rng) for _ in range(passes)]
        theirs = many_passes(self.reference, drawn, upstream)
        session_of(self.reference)[0].keep_forms(slice(1, -1, 2))  # only gradients are compared
        calls = session_of(self.student)[0].calls
        try:
            ours = many_passes(self.student, drawn, upstream)
        except TimedOut as fault:
            if not fault.stalled:
                calls.outlasted.add(calls.named("backward").method)
                fault.message += (
                    f" for {passes} passes forward and back: backward has to compute all "
                    "gradients in one pass, without calls of forward for single parameters"
                )
            raise
        for got, wanted in zip(ours[2:-1:2], theirs[2:-1:2], strict=True):
            equal(got.value, wanted.value, "the gradient that backward returns", rtol=RTOL)
        sums, expected = _named(ours[-1].value, theirs[-1].value, "gradients"), theirs[-1].value
        for name, value in expected.items():
            what = f"gradients['{name}'] after {passes} backward passes"
            equal(sums[name], value, what, rtol=RTOL, atol=atol)

    def result_is_the_callers(
        self, *inputs: Any, rng: np.random.Generator, keeps: Sequence[str] = ()
    ) -> None:
        """Check that changing the result of `forward` changes neither `backward` nor `keeps`.

        A layer that returns a view of what `backward` needs computes wrong gradients as soon as
        the caller changes the result in place. Nothing may be drawn in `forward`: it is called
        with and without the change.

        Args:
            keeps: attributes of the student's model, as `state`.
        """
        _, upstream = self._expected(inputs, rng)
        session, handle = session_of(self.student)
        forward: list[Step] = [Call(handle, "forward", inputs)]
        unchanged = after_backward(self.student, keeps, forward, upstream)
        forward.append(OverwriteResult(1))
        changed = after_backward(self.student, keeps, forward, upstream)
        for what, expected in unchanged.items():
            try:
                equal(changed[what], expected, what)
            except CheckFailed:
                raise CheckFailed(
                    f"{what} is another one after the caller has changed what forward returned: "
                    "return a copy, and keep your own array for later calls",
                    about=session.calls.named("forward"),
                    fact="forward: result shares memory with what is kept",
                ) from None
        self._in_turn_with_another(inputs, upstream, keeps)

    def accumulates(self, *inputs: Any, rng: np.random.Generator, rtol: float = RTOL) -> None:
        """Require that `backward` adds to gradients in place, and `zero_gradients` clears them.

        What adds up has to be a gradient: that of the student's own `forward`.
        """
        _, upstream = self._expected(inputs, rng)
        self.student.zero_gradients()
        once, twice = (self._gradients_after(inputs, upstream) for _ in range(2))
        for key, value in once.items():
            if np.array_equal(twice[key], value) and np.any(value):
                raise CheckFailed(
                    f"{self.name}.backward overwrites gradients['{key}']: it must add to it, "
                    "because a layer used twice receives both contributions",
                    about=twice[key],
                    fact="gradients overwritten",
                )
            what = f"gradients['{key}'] after two backward passes"
            equal(twice[key], 2 * value, what, rtol=rtol, atol=1e-12)
        self.student.zero_gradients()
        _, handle = session_of(self.student)
        steps: list[Step] = [Call(handle, "forward", inputs), Call(handle, "backward", (upstream,))]
        why = "add to the one that is there (+=), because a network made of such layers shares it"
        keeps_arrays(self.student, "gradients", steps, f"{self.name}.backward", why)
        self.student.zero_gradients()
        for key, value in self._named(self.student.gradients).items():
            message = f"zero_gradients leaves gradients['{key}'] as it was"
            expect(not np.any(value), message, about=value, fact="gradients not cleared")
        self.gradients_agree(*inputs, rng=rng)

    def _gradients_after(self, inputs: tuple[Any, ...], upstream: Any) -> dict[str, Any]:
        self.student.forward(*inputs)
        self.student.backward(upstream)
        return self._named(self.student.gradients)

    def _named(self, gradients: Any) -> dict[str, Any]:
        return _named(gradients, self.reference.gradients, f"{self.name}.gradients")

    def keeps_gradient_arrays(self, function: str, *args: Any) -> None:
        """Require that `function(model, *args)` of the submission leaves the model its `gradients`.

        A network that the model is part of shares these arrays. What is in them is not compared,
        but may not be all zeros.
        """
        _, handle = session_of(self.student)
        steps: list[Step] = [Call(None, function, (handle, *args)), Call(handle, "zero_gradients")]
        why = (
            "copy into the one that is there ([...] = ...), because a network that the layer is "
            "part of shares it"
        )
        keeps_arrays(self.student, "gradients", steps, function, why)

    def _same_returned(self, ours: Any, theirs: Any, rtol: float, atol: float) -> None:
        """Require equal gradients of the inputs: one, or a tuple or list of one for each."""
        names = session_of(self.student)[0].calls.names
        parts = names.parts(full_name(self.student, "backward"), theirs)
        what = "backward" if parts else "the gradient that backward returns"
        equal(ours, theirs, what, rtol=rtol, atol=atol, names=parts)

    def _same_gradients(self, ours: Any, rtol: float, atol: float) -> None:
        expected = self.reference.gradients
        named = self._named(ours)
        for key, value in expected.items():
            equal(named[key], value, f"gradients['{key}']", rtol=rtol, atol=atol)


def _named(actual: Any, expected: dict[str, Array], what: str) -> dict[str, Any]:
    """Return `actual`, if it is a dict with the names of `expected`; else fail."""
    message = f"{what} should be a dict of arrays"
    expect(isinstance(actual, dict), message, about=actual, fact=f"{what}: type")
    same_names(actual, expected, what)
    return dict(actual)


def in_float32(pair: PairedModels) -> bool:
    """Convert both of `pair`; False where the submission's model cannot be converted.

    No interface asks for `astype`: subclasses of `framework.interfaces.Model` inherit one, and a
    model that is written from scratch is right without.
    """
    try:
        convert = pair.student.astype
    except Crashed as fault:
        if fault.raised != "AttributeError":
            raise
        return False
    convert("float32")
    pair.reference.astype("float32")
    return True
