"""Every error gradus raises on purpose, as one tree.

    GradusError                 exit code 3: a fault of ours unless a subclass says otherwise
    ├── UsageError              exit code 2: what was asked for cannot be done as asked
    │   ├── UnknownNameError    no exercise, plugin, model ... of that name
    │   ├── BadInputError       a file, an array or a setting that cannot be used
    │   ├── AbsentPartError     a part whose code is not installed, or a solution that is missing
    │   ├── ConflictError       two owners claim one name
    │   └── DeviceError         a GPU, its driver or its memory
    ├── StoppedError            exit code 130: a run was interrupted, and can go on
    ├── PluginError             a plugin that cannot be imported or breaks a hook's contract
    ├── InterfaceError          an implementation that does not offer what its kind promises
    └── SandboxError            the sandbox itself failed: never the student's fault

An error names the object, the cause and, where there is one, the next command to run.
"""

from __future__ import annotations

from collections.abc import Iterable


class GradusError(Exception):
    """Root of the tree. `exit_code` is what a command returns when it ends with this error."""

    exit_code = 3


class UsageError(GradusError):
    """What was asked for cannot be done as asked."""

    exit_code = 2


class AbsentPartError(UsageError):
    """A part whose code is not installed, or whose solution is missing.

    Args:
        part: its registry name.
    """

    def __init__(self, message: str, part: str) -> None:
        super().__init__(message)
        self.part = part


#: Maximum number of names that are listed in the error for an unknown name.
MAX_LISTED = 12


class UnknownNameError(UsageError):
    """No object of that name, with the nearest names that do exist.

    Args:
        what: the sort of object, as in ``exercise``.
        name: the requested name.
        known: every existing name; without near misses and without `see`, a few are listed.
        see: the command that lists them.
        note: another possible cause, such as blocked plugins.
    """

    def __init__(
        self, what: str, name: str, known: Iterable[str], see: str = "", note: str = ""
    ) -> None:
        import difflib  # imported for errors only: it takes longer to import than this module

        choices = sorted(known)
        close = difflib.get_close_matches(name, choices, n=3, cutoff=0.55)
        guess = " or ".join(f"'{match}'" for match in close)
        message = f"no {what} '{name}'"
        if guess:
            message += f": did you mean {guess}?"
        if not guess and 0 < len(choices) <= MAX_LISTED:
            message += f": choose one of {', '.join(choices)}"
        if see:
            message += f"{'' if guess else '.'} `{see}` shows all"
        if note:
            message += f"{' ' if message.endswith('?') else '. '}{note}"
        super().__init__(message)


class BadInputError(UsageError):
    """A file, an array or a setting that cannot be used."""


#: Owners that no message advises to block: gradus does not work without them.
BUILT_IN_OWNERS = frozenset(
    {
        *("gradus", "the course", "numpy_reference", "torch_backend", "jax_backend"),
        *("lectures", "autograder", "authoring", "classes", "doctor", "bench"),
    }
)


def block_options(plugins: Iterable[str]) -> str:
    """Return the options that leave one of `plugins` out; empty if all of them are built in."""
    added = dict.fromkeys(name for name in plugins if name not in BUILT_IN_OWNERS)
    return " or ".join(f"`--block {name}`" for name in added)


class ConflictError(UsageError):
    """Two owners claim one name."""

    @classmethod
    def between(cls, what: str, name: str, first: str, second: str) -> ConflictError:
        """Return the error for two owners of one `name`.

        Args:
            what: the sort of object, as in ``corpus``.
            name: the name that both offer.
            first, second: ``name`` or ``name (distribution)`` of each; a plugin can be blocked.
        """
        owners = dict.fromkeys((first, second))
        block = block_options(owner.partition(" (")[0] for owner in owners)
        if len(owners) == 1:
            problem = f"{first} offers the {what} '{name}' twice"
            return cls(f"{problem}: leave it out with {block}" if block else problem)
        problem = f"{first} and {second} both offer the {what} '{name}'"
        return cls(f"{problem}: choose with {block}" if block else problem)


class DeviceError(UsageError):
    """A GPU, its driver or its memory cannot do what was asked for."""


class StoppedError(GradusError):
    """A run was interrupted, and can go on."""

    exit_code = 130


class PluginError(GradusError):
    """A plugin that cannot be imported or breaks a hook's contract."""


class InterfaceError(GradusError):
    """An implementation that does not offer what its kind promises."""


class SandboxError(GradusError):
    """The sandbox itself failed: never the student's fault."""
