"""Sessions with the reference and with graded providers, both in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.course.reading import Course, Exercise
from autograder.isolation.host.faults import NotOffered, ReferenceFailed, SubmissionFault
from autograder.isolation.host.inline import InlineSession, ProviderModule
from framework.providers.backends import Backend, part_source
from framework.providers.registry import Registry


class ReferenceSession(InlineSession):
    """The conversation with the reference: a failure there is no fault of a call under test."""

    def _fault(self, error: dict[str, Any], texts: Sequence[str]) -> SubmissionFault:
        fault = super()._fault(error, texts)
        raise ReferenceFailed(f"the reference failed in {fault.call}: {fault}") from fault


class ProviderSession(InlineSession):
    """The conversation with a provider that is graded: what it does not offer is skipped."""

    def _fault(self, error: dict[str, Any], texts: Sequence[str]) -> SubmissionFault:
        if error["kind"] == "not_defined":
            return NotOffered(error["message"])
        return super()._fault(error, texts)


def open_inline(
    session: type[InlineSession], backend: Backend, registry: Registry, exercise: Exercise
) -> InlineSession:
    """A conversation with what `backend` offers for `exercise`, in this process."""
    names = {task.name: task.registry_name for task in exercise.tasks}
    module = ProviderModule(registry, backend.name, names)
    return session(module, backend.arrays, part_source(registry, backend.providers))


def parts_of(course: Course) -> dict[str, tuple[str, str]]:
    """Registry name -> (exercise, task) of everything that can be a part of a network."""
    return {
        task.registry_name: (exercise.name, task.name)
        for exercise in course.select()
        for task in exercise.tasks
    }
