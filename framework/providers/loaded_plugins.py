"""All plugins of one run: loaded, blocked, checked, and asked."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from framework import hookspecs
from framework.course.catalogue import Catalogue, active_course
from framework.course.folder import course_file
from framework.course.solutions import solutions_folder
from framework.errors import ConflictError, PluginError, UnknownNameError, UsageError
from framework.importing import import_fault
from framework.log import logger
from framework.providers.backends import REFERENCE, STUDENT
from framework.providers.course_offers import CourseOffers, reference_offers
from framework.providers.hook_calls import (
    ask,
    check_hooks,
    contract_error,
    expect,
    functions_of,
    hook_names,
    invalid_return,
)
from framework.providers.installed_courses import InstalledCourse, courses_of, lineage
from framework.providers.plugin_sources import Source, find_sources
from framework.providers.registry import COURSE_OWNER, Implementation, Registry, problem
from framework.providers.scoped_offers import Listed, ScopedOffers

if TYPE_CHECKING:
    from framework.data.corpus_entry import CorpusEntry
    from framework.data.corpus_registry import Corpora

#: Providers that only one built-in plugin may offer; no plugin may offer `student`. A plugin may
#: offer its parts for the arrays of another one, as ``attention@torch``.
RESERVED = {REFERENCE: "numpy_reference", STUDENT: ""}

#: The owner of the exercises' tasks, in origins and ``[overrides]``.
COURSE = COURSE_OWNER

_log = logger("plugins")


class Plugins:
    """All plugins of one run.

    Args:
        options: modules or paths given with ``--plugin``: these must load.
        course: the active course, whose own plugins must load; by default the one around the
            working directory.
        blocked: names of plugins that are not to be loaded.

    Attributes:
        course: the active course.
        lineage: the active course, its base, the base of that.
        sources: what was loaded, in order.
        failures: entry points that could not be loaded, with the reason: the rest works.
        blocked: what was not loaded because it was not wanted.

    Raises:
        UnknownNameError: a plugin that is to be blocked does not exist.
        ConflictError: two plugins share a name.
        UsageError: one that was asked for does not exist.
        PluginError: one that was asked for cannot be loaded.
    """

    def __init__(
        self,
        options: Iterable[str] = (),
        course: Catalogue | None = None,
        blocked: Iterable[str] = (),
    ) -> None:
        self.course = active_course() if course is None else course
        self.manager = pluggy.PluginManager("gradus")
        self.manager.add_hookspecs(hookspecs)
        self.sources: list[Source] = []
        self.failures: list[tuple[Source, str]] = []
        unwanted = set(blocked)
        self.lineage = lineage(self.course)
        own = [plugin for course in self.lineage for plugin in course.plugins]
        sources = find_sources(options, own, unwanted)
        _check_known(unwanted, sources)
        self.blocked = [source for source in sources if source.name in unwanted]
        for source in self.blocked:
            _log.info("blocked %s, %s", source.label, source.place)
        for source in sources:
            if source.name not in unwanted:
                self._load(source)

    @property
    def hook(self) -> Any:
        """Call hooks that have one result through this; `call` asks each plugin by itself."""
        return self.manager.hook

    @property
    def warnings(self) -> list[str]:
        """Messages about plugins that were left out, with reasons."""
        return [
            f"plugin {source.label} is left out, it cannot be loaded: {reason}"
            for source, reason in self.failures
        ]

    def _load(self, source: Source) -> None:
        """Load one plugin; only a failure of an installed, not requested plugin is allowed."""
        try:
            self._register(source)
        except (Exception, SystemExit) as error:
            if source.channel != "entry point" and isinstance(error, UsageError):
                raise
            reason = import_fault(error)
            if source.channel != "entry point":
                raise PluginError(f"plugin {source.label} cannot be loaded: {reason}") from error
            self.failures.append((source, reason))
            _log.info("cannot load %s, %s: %s", source.label, source.place, reason)
        else:
            self.sources.append(source)
            _log.info("loaded %s, %s", source.label, source.place)

    def _register(self, source: Source) -> None:
        try:
            self.manager.register(source.load(), source.name)
            check_hooks(self.manager, source)
        except BaseException:
            if self.manager.has_plugin(
                source.name
            ):  # pluggy keeps half of a plugin that it refuses
                self.manager.unregister(name=source.name)
            raise

    @cached_property
    def registry(self) -> Registry:
        """What the course defines and what the plugins offer, stamped with its origin.

        A plugin's form of what the course defines is used where the course's overrides name it.
        An exercise is read when a name is looked up that no exercise read before defines.

        Raises:
            ConflictError: two plugins offer one ``name@provider``.
            PluginError: a plugin returns something else, or claims another's provider.
        """
        # Without solutions, the loss and the optimizers of training are those of the plugin.
        has_solutions = solutions_folder(self.course.root).is_dir()
        preferred = COURSE if has_solutions else RESERVED[REFERENCE]
        chosen = {k: v for course in reversed(self.lineage) for k, v in course.overrides.items()}
        registry = Registry(chosen, self._left_out(), preferred=preferred)
        for depth, course in enumerate(self.lineage):
            self._register_offers(registry, course, self.lineage[:depth])
        return registry

    def _register_offers(
        self, registry: Registry, course: Catalogue, nearer: Sequence[Catalogue]
    ) -> None:
        """Register what `course` defines, and what plugins offer for it."""
        scoped = partial(ScopedOffers, course=course, nearer=nearer)
        registry.defer(scoped(reference_offers(course)), _origin(course))
        hook, wanted = "register_implementations", "a list of Implementations"
        for source, offered in self.call(hook, course=course):
            if isinstance(offered, CourseOffers) and _may_claim(source, *offered.providers):
                registry.defer(scoped(offered), source.label)
                continue
            values = expect(source, hook, wanted, Iterable, offered)
            listed = [_checked(source, hook, value) for value in values]
            for implementation in listed:
                _check_claim(source, implementation)
                if not nearer:
                    registry.add(replace(implementation, origin=source.label))
            if nearer:
                registry.defer(scoped(Listed(listed)), source.label)

    @property
    def course_origin(self) -> str:
        """The origin of what the course defines: it names the course's file."""
        return _origin(self.course)

    @cached_property
    def courses(self) -> dict[str, InstalledCourse]:
        """The courses that plugins offer, by name.

        Raises:
            ConflictError: two plugins offer courses of one name.
            PluginError: a plugin offers something else than folders of courses.
        """
        return courses_of(self)

    @cached_property
    def corpora(self) -> Corpora:
        """Every corpus, of gradus and of the plugins, stamped with its owner.

        Raises:
            ConflictError: two owners offer one name.
            PluginError: a plugin returns something else.
        """
        from framework.data.corpus_registry import Corpora

        entries = (entry for source in self.sources for entry in self.corpora_of(source))
        return Corpora(entries, self._left_out())

    def corpora_of(self, source: Source) -> list[CorpusEntry]:
        """Return the corpora that one plugin offers, stamped with its label."""
        hook, wanted = "register_corpora", "a list of CorpusEntries"
        return [
            replace(_checked_corpus(source, hook, value), owner=source.label)
            for offered in self.ask(source, hook)
            for value in expect(source, hook, wanted, Iterable, offered)
        ]

    def add_student(self, folder: Path) -> None:
        """Register what a student has written in `folder`, with the folder as its origin.

        Raises:
            PluginError: a plugin offers a student's code under another provider.
        """
        for implementation in self.student_implementations(folder):
            self.registry.add(replace(implementation, origin=str(folder)))

    def student_implementations(self, folder: Path) -> list[Implementation]:
        """Return what a student has written in `folder`.

        Raises:
            PluginError: a plugin offers a student's code under another provider.
        """
        hook = "student_implementations"
        offered = self._implementations(hook, folder=folder, course=self.course)
        for source, implementation in offered:
            if implementation.provider != STUDENT:
                raise contract_error(
                    source, hook, f"{implementation.key} cannot come from a submission"
                )
        return [implementation for _, implementation in offered]

    def _implementations(self, hook: str, **arguments: Any) -> list[tuple[Source, Implementation]]:
        wanted = "a list of Implementations"
        return [
            (source, _checked(source, hook, value))
            for source, offered in self.call(hook, **arguments)
            for value in expect(source, hook, wanted, Iterable, offered)
        ]

    def _left_out(self) -> list[str]:
        blocked = [f"{source.label} is blocked" for source in self.blocked]
        return blocked + [f"{source.label} failed: {reason}" for source, reason in self.failures]

    def call(self, hook: str, **arguments: Any) -> list[tuple[Source, Any]]:
        """Return what each plugin that implements `hook` returns, in the order of `sources`.

        Raises:
            PluginError: one of them raises.
        """
        return [
            (source, value)
            for source in self.sources
            for value in self.ask(source, hook, **arguments)
        ]

    def ask(self, source: Source, hook: str, **arguments: Any) -> list[Any]:
        """Return what one plugin returns for `hook`: nothing where it does not implement it.

        Raises:
            PluginError: it raises.
        """
        return ask(self.manager, source, hook, **arguments)

    def named(self, hook: str) -> dict[str, str]:
        """Merge the mappings name -> ``module:attribute`` that the plugins return for `hook`.

        Raises:
            ConflictError: two plugins offer one name.
            PluginError: one returns something else.
        """
        owners: dict[str, Source] = {}
        merged: dict[str, str] = {}
        for source, offered in self.call(hook):
            for name, target in _names(source, hook, offered).items():
                other = owners.setdefault(name, source)
                if name in merged:
                    raise ConflictError.between(f"{hook} entry", name, other.label, source.label)
                merged[name] = target
        return merged

    def names_of(self, source: Source, hook: str) -> list[str]:
        """Return the names that one plugin returns for `hook`."""
        offered = self.ask(source, hook)
        return sorted(name for value in offered for name in _names(source, hook, value))

    def sentence_of(self, source: Source, hook: str) -> str:
        """Return the first sentence of what a plugin's function for `hook` says, or of the hook."""
        (function, *_) = functions_of(self.manager, source, hook)
        text = inspect.getdoc(function.function) or inspect.getdoc(getattr(hookspecs, hook)) or ""
        return text.partition("\n")[0]

    def about(self, source: Source) -> str:
        """Return the first line of what the module of a loaded plugin says about itself."""
        text = inspect.getdoc(self.manager.get_plugin(source.name)) or ""
        return text.partition("\n")[0]

    def hooks_of(self, source: Source) -> list[str]:
        """Return the hooks that a plugin implements."""
        manager = self.manager
        return [name for name in hook_names(manager) if functions_of(manager, source, name)]


def _origin(course: Catalogue) -> str:
    """Return the origin of what `course` defines: it names the course's file."""
    return f"{COURSE} ({course_file(course.root)})"


def _check_known(blocked: Iterable[str], sources: list[Source]) -> None:
    names = [source.name for source in sources]
    for name in blocked:
        if name not in names:
            raise UnknownNameError("plugin", name, names, "gradus plugins")


def _names(source: Source, hook: str, value: object) -> Mapping[str, str]:
    wanted = "a mapping from names to 'module:attribute'"
    offered: Mapping[str, str] = expect(source, hook, wanted, Mapping, value)
    for name, target in offered.items():
        if not (isinstance(name, str) and isinstance(target, str) and ":" in target):
            raise invalid_return(source, hook, wanted, {name: target})
    return offered


def _checked(source: Source, hook: str, value: object) -> Implementation:
    """Return `value` if it is an implementation that can be registered."""
    if not isinstance(value, Implementation):
        raise invalid_return(source, hook, "Implementations", value)
    wrong = problem(value)
    if wrong:
        raise contract_error(source, hook, wrong)
    return value


def _checked_corpus(source: Source, hook: str, value: object) -> CorpusEntry:
    """Return `value` if it is a corpus that can be registered."""
    from framework.data import corpus_entry

    if not isinstance(value, corpus_entry.CorpusEntry):
        raise invalid_return(source, hook, "CorpusEntries", value)
    wrong = corpus_entry.problem(value)
    if wrong:
        raise contract_error(source, hook, wrong)
    return value


def _may_claim(source: Source, *providers: str) -> bool:
    """Return whether a plugin may offer implementations of `providers`."""
    return all(RESERVED.get(provider, source.name) == source.name for provider in providers)


def _check_claim(source: Source, claimed: Implementation) -> None:
    """Refuse a claim to a reserved provider; no plugin can have a built-in one's name."""
    if not _may_claim(source, claimed.provider):
        raise contract_error(
            source,
            "register_implementations",
            f"it offers {claimed.key}, but the provider '{claimed.provider}' is not its own: "
            f"{claimed.name}@{source.name} would be",
        )
