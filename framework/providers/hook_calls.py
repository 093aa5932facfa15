"""Calls of one plugin's hooks, with checks of definitions, exceptions and results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import isroutine
from typing import Any

import pluggy

from framework.errors import GradusError, PluginError, block_options
from framework.providers.plugin_sources import Source


def hook_names(manager: pluggy.PluginManager) -> list[str]:
    """Return every hook that `manager` knows, by name."""
    return sorted(name for name in vars(manager.hook) if not name.startswith("_"))


def functions_of(manager: pluggy.PluginManager, source: Source, hook: str) -> list[pluggy.HookImpl]:
    """Return the plugin's own functions for `hook`, in the order in which pluggy calls them."""
    functions = getattr(manager.hook, hook).get_hookimpls()
    return [function for function in reversed(functions) if function.plugin_name == source.name]


def check_hooks(manager: pluggy.PluginManager, source: Source) -> None:
    """Raise errors for mistakes that pluggy ignores.

    Raises:
        PluginError: an attribute has the name of a hook and is no hook, or wraps a hook of which
            every plugin's result is wanted.
        pluggy.PluginValidationError: a function is marked as a hook that does not exist.
    """
    manager.check_pending()
    plugin = manager.get_plugin(source.name)
    for hook in hook_names(manager):
        value = getattr(plugin, hook, None)
        if value is not None and manager.parse_hookimpl_opts(plugin, hook) is None:
            raise PluginError(
                f"'{hook}' is the name of a hook: expected a function marked with @hookimpl, but "
                f"it is {_kind(value)}"
            )
        _check_wrappers(manager, source, hook)


def _kind(value: object) -> str:
    return "a function without the mark" if isroutine(value) else f"a {type(value).__name__}"


def _check_wrappers(manager: pluggy.PluginManager, source: Source, hook: str) -> None:
    spec = getattr(manager.hook, hook).spec
    for function in functions_of(manager, source, hook):
        if (function.wrapper or function.hookwrapper) and not spec.opts["firstresult"]:
            raise PluginError(f"hook '{hook}' cannot be wrapped: each plugin is asked by itself")


def ask(manager: pluggy.PluginManager, source: Source, hook: str, **arguments: Any) -> list[Any]:
    """Return what the plugin's functions for `hook` return; iterators are read to their end.

    Raises:
        PluginError: one of them raises.
        GradusError: one of them raises it: plugins may say what is wrong as gradus itself does.
    """
    return [
        _result(source, hook, function, arguments)
        for function in functions_of(manager, source, hook)
    ]


def _result(source: Source, hook: str, function: pluggy.HookImpl, arguments: dict[str, Any]) -> Any:
    try:
        value = function.function(*(arguments[name] for name in function.argnames))
        return list(value) if isinstance(value, Iterator) else value
    except GradusError:
        raise
    except Exception as error:
        reason = f"it raised {type(error).__name__}: {error}"
        raise contract_error(source, hook, reason) from error


def expect(source: Source, hook: str, wanted: str, kind: type, value: object) -> Any:
    """Return `value` if it is a `kind`; text is never taken for a list of its letters.

    Raises:
        PluginError: it is not; the message names plugin, hook and value.
    """
    if not isinstance(value, kind) or (kind is Iterable and isinstance(value, str | bytes)):
        raise invalid_return(source, hook, wanted, value)
    return value


def invalid_return(source: Source, hook: str, wanted: str, value: object) -> PluginError:
    """Return the error for a hook that returns `value` instead of what is `wanted`."""
    received = f"{value!r:.80} ({type(value).__name__})"
    return contract_error(source, hook, f"it must return {wanted}, but it returned {received}")


def contract_error(source: Source, hook: str, problem: str) -> PluginError:
    """Return the error for a hook that does not do what its specification says."""
    block = block_options([source.name])
    advice = f". {block} leaves the plugin out" if block else ""
    return PluginError(f"plugin {source.label}: hook '{hook}': {problem}{advice}")
