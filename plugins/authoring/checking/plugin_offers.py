"""Problems of a plugin that its author can fix, found for `gradus check --plugin`.

Everything that it offers is loaded, and small parts are tried with random numbers. Parts of an
exercise of the course are graded by the checks of that exercise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from autograder.checks.numerical_gradients import numerical_gradient
from autograder.grading.setting import GradingSetting
from framework.commands.plugins import NAMED
from framework.data.corpus_entry import CorpusEntry
from framework.data.corpus_registry import load_entry
from framework.errors import GradusError
from framework.importing import in_one_line, load_target
from framework.providers.installed_courses import courses_of_plugin
from framework.providers.plugin_sources import Source
from framework.providers.registry import Implementation, Registry
from plugins.authoring.checking.checking import Step, provider_problems, taken
from plugins.authoring.checking.exercise_files import Checked, Problem, advice

#: An entry of a registry, which names its target.
E = TypeVar("E", Implementation, CorpusEntry)

#: Relative error of a gradient that rounding may cause.
TOLERANCE = 1e-5


def checked_plugin(setting: GradingSetting, source: Source) -> list[Checked]:
    """Look at everything that the loaded plugin `source` offers."""
    plugins = setting.plugins
    offered = [entry for entry in plugins.registry if entry.origin == source.label]
    steps: list[Step] = [
        ("parts can be loaded", lambda: _unloadable(plugins.registry.load, offered)),
        ("parts compute", lambda: _tried(plugins.registry, offered)),
        ("formats, sandboxes, gradebooks", lambda: _targets(setting, source)),
        ("corpora and courses", lambda: _contents(setting, source)),
        ("checks of exercises", lambda: _graded(setting, offered)),
    ]
    return [taken(*step) for step in steps]


def _unloadable(load: Callable[[E], object], offered: Iterable[E]) -> Iterator[Problem]:
    """Yield the implementations or corpora that `load` refuses."""
    for entry in offered:
        try:
            load(entry)
        except GradusError as error:
            yield Problem(str(error), f"correct {entry.target}")


def _targets(setting: GradingSetting, source: Source) -> Iterator[Problem]:
    """Yield the names of a hook behind which nothing can be called."""
    for hook in NAMED:
        for offered in setting.plugins.ask(source, hook):
            for name, target in offered.items():
                try:
                    value = load_target(target)
                except GradusError as error:
                    yield Problem(f"'{name}' of {hook}: {error}", "correct the target")
                else:
                    if not callable(value):
                        kind = type(value).__name__
                        problem = f"'{name}' of {hook}: {target} is a {kind}, no class or function"
                        yield Problem(problem, "name a class or a function")


def _contents(setting: GradingSetting, source: Source) -> Iterator[Problem]:
    """Yield the corpora that cannot be loaded or are malformed; those of files are left out."""
    courses_of_plugin(setting.plugins, source)
    corpora = setting.plugins.corpora_of(source)
    for entry in corpora:
        if entry.files:
            files = f"the corpus '{entry.name}' needs files, and was not loaded"
            yield advice(files, f"`gradus train --corpus {entry.name} --data DIR` loads it")
    yield from _unloadable(load_entry, (entry for entry in corpora if not entry.files))


def _graded(setting: GradingSetting, offered: Iterable[Implementation]) -> Iterator[Problem]:
    """Yield the checks that the plugin fails in exercises of which it offers all tasks."""
    course, registry = setting.course, setting.plugins.registry
    providers = {entry.provider for entry in offered}
    names = {entry.name for entry in offered}
    for exercise in course.select():
        tasks = {task.registry_name for task in exercise.tasks}
        if tasks & names:
            own = [p for p in providers if all(registry.offers(task, p) for task in tasks)]
            yield from provider_problems(setting, exercise, own)


def _tried(registry: Registry, offered: Iterable[Implementation]) -> Iterator[Problem]:
    """Yield what is wrong with losses, penalties, optimizers, schedules and transforms."""
    for entry in offered:
        if entry.kind not in TRIALS or registry.offers("arrays", entry.provider):
            continue  # the checks of the exercises know other arrays
        try:
            part = registry.load(entry)
        except GradusError:  # told by the first step
            continue
        try:
            problems = list(TRIALS[entry.kind](part))
        except Exception as error:
            text = f"{entry.key} raises {in_one_line(error)}"
            yield advice(text, "it was tried with the arguments that its kind usually takes")
            continue
        yield from (Problem(f"{entry.key}: {text}", f"correct {entry.target}") for text in problems)


def _loss(offered: Callable[..., Any]) -> Iterator[str]:
    """Compare backward with differences of forward, for the first inputs that forward takes."""
    loss, inputs = offered(), _inputs_of_losses()
    for x, *others in inputs[:-1]:
        try:
            loss.forward(x, *others)
        except Exception:  # a loss of other inputs
            continue
        break
    else:
        x, *others = inputs[-1]
        loss.forward(x, *others)
    returned = loss.backward()
    gradient = returned[0] if isinstance(returned, tuple | list) else returned
    expected = numerical_gradient(lambda point: loss.forward(point["input"], *others), {"input": x})
    yield from _unlike("backward", {"input": gradient}, expected)


def _inputs_of_losses() -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4, 3)), rng.normal(size=4)
    return [
        (x, rng.integers(3, size=4)),
        (y, rng.integers(2, size=4).astype(float)),
        (x, rng.normal(size=(4, 3))),
        (x,),
    ]


def _penalty(offered: Callable[..., Any]) -> Iterator[str]:
    """Compare gradient with differences of value; what has no gradient must not change it."""
    penalty, parameters = offered(0.1), _parameters(1)
    gradients = {name: np.zeros(p.shape) for name, p in parameters.items()}
    gradients |= penalty.gradient(parameters)
    yield from _unlike("gradient", gradients, numerical_gradient(penalty.value, parameters))


def _unlike(method: str, returned: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield where a gradient differs from the measured one; kinks, which are NaN, are left out."""
    for name, right in expected.items():
        got = np.asarray(returned[name], float)
        if got.shape != right.shape:
            yield f"{method} returned shape {got.shape} for {name}, expected {right.shape}"
            continue
        gap = np.abs(got - right) > TOLERANCE * (1 + np.abs(right))
        if gap.any():
            at = tuple(map(int, np.argwhere(gap)[0]))
            yield (
                f"{method} returned {got[at]:.6g} for {name}[{', '.join(map(str, at))}], but the "
                f"numerical derivative is {right[at]:.6g}"
            )


def _optimizer(offered: Callable[..., Any]) -> Iterator[str]:
    """Take two steps: parameters change, keep their shapes and stay finite."""
    optimizer, parameters = offered(0.1), _parameters(1)
    before, gradients = {n: p.copy() for n, p in parameters.items()}, _parameters(2)
    given = {name: gradient.copy() for name, gradient in gradients.items()}
    for _ in range(2):
        optimizer.step(parameters, gradients)
    float(optimizer.learning_rate)
    for name, old in before.items():
        new = np.asarray(parameters[name])
        if new.shape != old.shape or not np.isfinite(new).all():
            yield f"after two steps {name} has shape {new.shape}, or is not finite"
        elif (new == old).all():
            yield f"two steps with learning rate 0.1 do not change {name}"
        if not np.array_equal(gradients[name], given[name]):
            yield f"step changes the gradient of {name}"


def _schedule(offered: Callable[..., Any]) -> Iterator[str]:
    """Ask for the first rates."""
    rates = [float(offered(0.1).rate(step)) for step in range(4)]
    if not np.isfinite(rates).all() or min(rates) < 0:
        yield f"the rates of the first steps are {rates}: expected finite numbers of at least 0"


def _transform(offered: Callable[..., Any]) -> Iterator[str]:
    """Fit and apply: one row for each row, finite, without a change of the input."""
    transform, rng = offered(), np.random.default_rng(0)
    x, new = rng.normal(size=(20, 3)), rng.normal(size=(5, 3))
    kept = new.copy()
    transform.fit(x)
    result = np.asarray(transform.apply(new))
    if len(result) != len(new) or not np.isfinite(result).all():
        yield f"apply returned shape {result.shape} for {new.shape}, or is not finite"
    if not np.array_equal(new, kept):
        yield "apply changes its input"


def _parameters(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}


#: Kind -> what is tried with such a part.
TRIALS: dict[str, Callable[[Callable[..., Any]], Iterator[str]]] = {
    "loss": _loss,
    "penalty": _penalty,
    "optimizer": _optimizer,
    "schedule": _schedule,
    "transform": _transform,
}
