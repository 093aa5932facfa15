"""The arrays of a model and of its parts, by name."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import Any


class NamedArrays(MutableMapping[str, Any]):
    """Name -> array of a model: its own arrays, and those of its parts as ``part.name``.

    Nothing is stored twice: every lookup and every assignment reaches the part that owns the array.
    So arrays that cannot be changed in place can be replaced. To delete the name of a part's array
    only hides it.

    Args:
        attribute: where a part has such arrays: ``parameters``, ``gradients`` or ``buffers``.
        own: the arrays of the model itself, in any mapping; None: in a new dict.
    """

    def __init__(self, attribute: str, own: MutableMapping[str, Any] | None = None) -> None:
        self.own: MutableMapping[str, Any] = {} if own is None else own
        self._attribute = attribute
        #: Name of a part -> prefix, other names of its keys, the part, and the number of own arrays
        #: that come before its.
        self._parts: dict[str, tuple[str, Mapping[str, str], Any, int]] = {}
        self._hidden: set[str] = set()

    def add_part(self, name: str, part: Any, names: Mapping[str, str] | None = None) -> None:
        """Show the arrays of `part` as ``name.key``, or as ``key`` if `name` begins with "_".

        `names` has the names that are shown instead of some keys.
        """
        prefix, names = "" if name.startswith("_") else f"{name}.", names or {}
        for key in self._arrays_of(part):
            self.own.pop(prefix + names.get(key, key), None)
        self._parts[name] = prefix, names, part, len(self.own)

    def __getitem__(self, name: str) -> Any:
        owner = self._owner(name)
        if owner is None:
            raise KeyError(name)
        arrays, key = owner
        return arrays[key]

    def __setitem__(self, name: str, array: Any) -> None:
        arrays, key = self._owner(name) or (self.own, name)
        arrays[key] = array

    def __delitem__(self, name: str) -> None:
        if name in self.own:
            del self.own[name]
        elif name in self:
            self._hidden.add(name)
        else:
            raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.copy())

    def __len__(self) -> int:
        return len(self.copy())

    def items(self) -> ItemsView[str, Any]:
        """Return names and arrays; assignments to names are allowed meanwhile."""
        return self.copy().items()

    def values(self) -> ValuesView[Any]:
        """Return the arrays."""
        return self.copy().values()

    def copy(self) -> dict[str, Any]:
        """Return a dict of the same arrays, in the order in which arrays and parts were added."""
        own, start = list(self.own.items()), 0
        arrays: dict[str, Any] = {}
        for prefix, names, part, end in self._parts.values():
            arrays.update(own[start:end])
            for key, array in self._arrays_of(part).copy().items():
                arrays[prefix + names.get(key, key)] = array
            start = end
        for name in self._hidden:
            arrays.pop(name, None)
        arrays.update(own)
        return arrays

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return self.copy() | dict(other)

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return dict(other) | self.copy()

    def __repr__(self) -> str:
        return repr(self.copy())

    def _owner(self, name: str) -> tuple[MutableMapping[str, Any], str] | None:
        """Return the mapping that holds the array `name`, and its name there; None without it."""
        if name in self.own:
            return self.own, name
        for prefix, names, part, _ in reversed(self._parts.values()):
            if name.startswith(prefix) and name not in self._hidden:
                shown = name.removeprefix(prefix)
                keys = {other: key for key, other in names.items()}
                if shown in names and shown not in keys:
                    continue  # this key has another name here
                owner = self._arrays_of(part)._owner(keys.get(shown, shown))
                if owner is not None:
                    return owner
        return None

    def _arrays_of(self, part: Any) -> NamedArrays:
        """Return the arrays of `part`; none where it has a method of that name, as in torch."""
        arrays = getattr(part, self._attribute, {})
        if isinstance(arrays, NamedArrays):
            return arrays
        return NamedArrays(self._attribute, {} if callable(arrays) else arrays)
