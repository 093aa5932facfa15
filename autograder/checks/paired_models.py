"""A submitted model beside the reference, with the same parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks.equality import (
    RTOL,
    equal,
    leaves_arguments_alone,
    same_form,
    same_names,
)
from autograder.checks.failures import CheckFailed, expect
from autograder.isolation.host.describe import value_text
from autograder.isolation.host.faults import Blocked, Crashed
from autograder.isolation.host.remote import (
    RemoteModule,
    RemoteObject,
    assign,
    built_with,
    session_of,
    wrap,
)
from autograder.isolation.host.requests import (
    Build,
    Call,
    Get,
    Observe,
    Outcome,
    Step,
    observed,
)
from autograder.isolation.values import map_leaves
from autograder.isolation.wire import Result

if TYPE_CHECKING:
    from autograder.checks.gradients.probe import Inputs

Array = np.ndarray[Any, Any]

#: The attributes of a model that hold its arrays by name.
ARRAYS = ("parameters", "gradients")


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

    Raises:
        CheckFailed: names, shapes or dtypes of the parameters or gradients are not the reference's.
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
    """Build model `name` of both with the same arguments, each with its own initial parameters.

    Args:
        name: of the model, or what `part` returns: a layer of another exercise, without `args`.

    Raises:
        CheckFailed: names, shapes or dtypes of the parameters or gradients are not the reference's.
    """
    build = name if isinstance(name, Build) else Call(None, name, args, kwargs)
    other, expected = built_with(reference, build, ["parameters"])
    arrays: Iterable[tuple[str, Any]]
    try:
        student, *values = built_with(submission, build, ARRAYS)
        arrays = zip(ARRAYS, values, strict=True)
    except Crashed as fault:  # what the check is about first is reported first
        try:
            (student,) = built_with(submission, build, ())
        except Blocked:  # it has ended its worker, and is not called again
            raise fault from None
        arrays = _arrays_of(student)
    message = f"{build.name}(...) should make an object, not {value_text(student)}"
    expect(isinstance(student, RemoteObject), message)
    _same_forms(build.name, arrays, expected)
    return PairedModels(build.name, student, other)


@dataclass(frozen=True)
class PairedModels:
    """Two models with the same parameters: the submission's and the reference's."""

    name: str
    student: RemoteObject
    reference: RemoteObject

    def same_parameter_forms(self) -> None:
        """Require names, shapes and dtypes of parameters and gradients as in the reference."""
        _same_forms(self.name, _arrays_of(self.student), self.reference.parameters)

    def draw_parameters(self, rng: np.random.Generator, scale: float = 0.5) -> dict[str, Array]:
        """Set the parameters of both to the same random values; returns them."""
        values = {
            key: rng.normal(scale=scale, size=value.shape).astype(value.dtype)
            for key, value in self.reference.parameters.items()
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
        equal(outcome.value, expected, self._what("forward"), rtol=rtol, atol=atol)
        leaves_arguments_alone(outcome, self._what("forward"))
        return outcome.value

    def same_backward(
        self, *inputs: Any, rng: np.random.Generator, rtol: float = RTOL, atol: float = 0.0
    ) -> None:
        """Require that `forward`, and `backward` of a random upstream gradient, agree."""
        expected = _expected(self.reference, inputs, rng)
        ours = _backward(self.student, inputs, expected.upstream)
        equal(ours[0].value, expected.output, self._what("forward"), rtol=rtol, atol=atol)
        self._same_returned(ours[1].value, expected.returned, rtol, atol)
        leaves_arguments_alone(ours[1], self._what("backward"))
        leaves_arguments_alone(ours[0], self._what("forward, or backward after it,"))
        self._same_gradients(ours[2].value, expected.gradients, rtol, atol)

    def passes(self, *inputs: Any, grad_output: Any) -> tuple[Any, Any]:
        """Return what the student's `forward` gives, and `backward` of `grad_output` after it."""
        session, handle = session_of(self.student)
        steps = [Call(handle, "forward", inputs), Call(handle, "backward", (grad_output,))]
        output, returned = (wrap(session, outcome).value for outcome in session.run(steps))
        return output, returned

    def same_gradients(self, *inputs: Any, rng: np.random.Generator, rtol: float = RTOL) -> None:
        """Require that `forward`, and the `gradients` after `backward`, agree; nothing else."""
        expected = _expected(self.reference, inputs, rng)
        ours = _backward(self.student, inputs, expected.upstream)
        equal(ours[0].value, expected.output, self._what("forward"), rtol=rtol)
        self._same_gradients(ours[2].value, expected.gradients, rtol, 0.0)

    def gradients_agree(
        self, *inputs: Any, rng: np.random.Generator, and_then: Inputs | None = None
    ) -> None:
        """Require that `backward` of the student is the numerical derivative of `forward`.

        Where it is not, the reference tells which of the two is at fault: see
        `autograder.checks.gradients.agreement.gradients_agree`.
        """
        from autograder.checks.gradients.agreement import gradients_agree

        gradients_agree(self.student, *inputs, rng=rng, and_then=and_then, reference=self.reference)

    def many_gradients(
        self, *inputs: Any, rng: np.random.Generator, passes: int = 40, atol: float = 0.0
    ) -> None:
        """Require right gradients of a layer of some 10,000 parameters, in time and many times.

        See `autograder.checks.gradients.many`.
        """
        from autograder.checks.gradients.many import many_gradients

        many_gradients(self, inputs, rng, passes, atol)

    def result_is_the_callers(
        self, *inputs: Any, rng: np.random.Generator, keeps: Sequence[str] = ()
    ) -> None:
        """Check that changing the result of `forward` changes neither `backward` nor `keeps`.

        Args:
            keeps: attributes of the student's model, as `state`.
        """
        from autograder.checks.callers_arrays import result_is_the_callers

        upstream = _upstream(self.reference.forward(*inputs), rng)
        result_is_the_callers(self.student, inputs, upstream, keeps)

    def accumulates(self, *inputs: Any, rng: np.random.Generator, rtol: float = RTOL) -> None:
        """Require that `backward` adds to gradients in place, and `zero_gradients` clears them.

        What adds up has to be a gradient: that of the student's own `forward`.
        """
        upstream = _upstream(self.reference.forward(*inputs), rng)
        once = self._named(_backward(self.student, inputs, upstream)[2].value)
        twice = self._named(_backward(self.student, inputs, upstream, zero=False)[2].value)
        for key, value in once.items():
            if np.array_equal(twice[key], value) and np.any(value):
                raise CheckFailed(
                    f"{self._what('backward')} overwrites gradients['{key}']: it must add to it, "
                    "because a layer used twice receives both contributions",
                    about=twice[key],
                    fact="gradients overwritten",
                )
            what = f"gradients['{key}'] after two backward passes"
            equal(twice[key], 2 * value, what, rtol=rtol, atol=1e-12)
        self._adds_in_place(inputs, upstream)
        self.student.zero_gradients()
        for key, value in self._named(self.student.gradients).items():
            expect(
                not np.any(value),
                f"zero_gradients leaves gradients['{key}'] as it was",
                about=value,
                fact="gradients not cleared",
            )
        self.gradients_agree(*inputs, rng=rng)

    def _named(self, gradients: Any, expected: Collection[str] | None = None) -> dict[str, Any]:
        """Return `gradients`, if it is a dict with the names `expected`: those of the reference."""
        what = f"{self.name}.gradients"
        message = f"{what} should be a dict of arrays"
        expect(isinstance(gradients, dict), message, about=gradients, fact=f"{what}: type")
        same_names(gradients, self.reference.gradients if expected is None else expected, what)
        return dict(gradients)

    def keeps_gradient_arrays(self, function: str, *args: Any) -> None:
        """Require that `function(model, *args)` of the submission leaves the model its `gradients`.

        The very same arrays, that is, which a network that the model is part of shares; what is
        in them is not compared, but may not be all zeros.
        """
        session, handle = session_of(self.student)
        outcomes = session.run(
            [
                Get(handle, "gradients"),
                Call(Result(0), "copy"),  # a dict of its own, with the very same arrays
                Call(None, function, (handle, *args)),
                Call(handle, "zero_gradients"),
            ]
        )
        for key, value in outcomes[1].value.items():
            expect(
                not np.any(value),
                f"{function} puts a new array into gradients['{key}']: copy into the one that is "
                "there ([...] = ...), because a network that the layer is part of shares it",
                about=session.calls.named(function),
                fact="new array of gradients",
            )

    def _adds_in_place(self, inputs: tuple[Any, ...], upstream: Any) -> None:
        """Require that `backward` adds to the arrays that were there before."""
        session, handle = session_of(self.student)
        outcomes = session.run(
            [
                Call(handle, "zero_gradients"),
                Get(handle, "gradients"),
                Call(Result(1), "copy"),  # a dict of its own, with the very same arrays
                Call(handle, "forward", inputs),
                Call(handle, "backward", (upstream,)),
                Get(handle, "gradients"),
            ]
        )
        held, current = (self._named(outcomes[i].value) for i in (2, 5))
        for key, value in current.items():
            expect(
                np.array_equal(held[key], value, equal_nan=True),
                f"{self._what('backward')} puts a new array into gradients['{key}']: add to the "
                "one that is there (+=), because a network made of such layers shares it",
                about=value,
                fact="new array of gradients",
            )

    def _same_returned(self, ours: Any, theirs: Any, rtol: float, atol: float) -> None:
        """Require equal gradients of the inputs: one, or a tuple or list of one for each."""
        several = isinstance(theirs, (tuple, list)) and isinstance(ours, (tuple, list))
        if not (several and len(ours) == len(theirs)):
            equal(ours, theirs, "the gradient that backward returns", rtol=rtol, atol=atol)
            return
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True), start=1):
            what = f"the gradient of input {i} that backward returns"
            equal(one, other, what, rtol=rtol, atol=atol)

    def _same_gradients(self, ours: Any, theirs: Any, rtol: float, atol: float) -> None:
        named = self._named(ours, theirs)
        for key, value in theirs.items():
            equal(named[key], value, f"gradients['{key}']", rtol=rtol, atol=atol)

    def _what(self, method: str) -> str:
        return f"{self.name}.{method}"


def _arrays_of(model: RemoteObject) -> Iterator[tuple[str, Any]]:
    """Yield the parameters and the gradients of `model`, in one request if it has both."""
    session, handle = session_of(model)
    try:
        outcomes = session.run([Get(handle, name) for name in ARRAYS])
    except Crashed:  # what the check is about first is reported first
        yield from ((name, getattr(model, name)) for name in ARRAYS)
        return
    yield from ((n, wrap(session, one).value) for n, one in zip(ARRAYS, outcomes, strict=True))


def _same_forms(name: str, arrays: Iterable[tuple[str, Any]], expected: dict[str, Array]) -> None:
    """Require names, shapes and dtypes as in `expected` of the `arrays` of the model `name`."""
    for attribute, actual in arrays:
        what = f"{name}.{attribute}"
        expect(
            isinstance(actual, dict),
            f"{what} should be a dict of arrays",
            about=actual,
            fact=f"{what}: type",
        )
        same_names(actual, expected, what)
        for key, value in expected.items():
            same_form(actual[key], value, f"{what}['{key}']")


def _upstream(output: Any, rng: np.random.Generator) -> Any:
    def drawn(leaf: Any) -> Array:
        array = np.asarray(leaf)
        return rng.normal(size=array.shape).astype(array.dtype)

    return map_leaves(drawn, output)


@dataclass(frozen=True)
class _Expected:
    """What both passes of the reference gave: `upstream` is what `backward` was given."""

    output: Any
    upstream: Any
    returned: Any
    gradients: dict[str, Array]


def _expected(
    reference: RemoteObject, inputs: tuple[Any, ...], rng: np.random.Generator
) -> _Expected:
    """Return what `forward`, and `backward` of a random upstream gradient, give."""
    session, handle = session_of(reference)
    _, forward = session.run([Call(handle, "zero_gradients"), Call(handle, "forward", inputs)])
    output = wrap(session, forward).value
    upstream = _upstream(output, rng)
    backward = Call(handle, "backward", (upstream,))
    returned, gradients = session.run([backward, Get(handle, "gradients")])
    return _Expected(output, upstream, wrap(session, returned).value, gradients.value)


def _backward(
    model: RemoteObject, inputs: tuple[Any, ...], upstream: Any, *, zero: bool = True
) -> list[Outcome]:
    """Return outcomes of forward, backward and the gradients after it, in one exchange."""
    session, handle = session_of(model)
    steps: list[Step] = [Call(handle, "zero_gradients")] if zero else []
    backward = Call(handle, "backward", (upstream,))
    steps += [Call(handle, "forward", inputs), backward]
    place = len(steps) - 1
    steps += [
        *observed(backward, place),
        Observe(place - 1, sharing=False),
        Get(handle, "gradients"),
    ]
    outcomes = session.run(steps)
    return [wrap(session, outcomes[i]) for i in (place - 1, place, -1)]


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
