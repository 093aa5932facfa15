"""The kinds of things that a provider can offer: known without importing NumPy."""

from __future__ import annotations

_MODEL = ("forward", "backward", "zero_gradients", "train", "eval")

#: The kinds of things a provider can offer, and the methods that each promises.
KINDS: dict[str, tuple[str, ...]] = {
    "model": _MODEL,
    "language_model": (*_MODEL, "initial_state", "next_log_probabilities"),
    "loss": ("forward", "backward"),
    "optimizer": ("step",),
    "schedule": ("rate",),
    "transform": ("fit", "apply"),
    "penalty": ("value", "gradient"),
    "initializer": ("__call__",),
    "arrays": (
        *("from_numpy", "to_numpy", "assign", "is_native"),
        *("asarray", "zeros_like", "fill_zero", "scale", "add_multiple", "astype"),
        *("rows", "add_rows", "assign_rows"),
        *("generator", "generator_state", "restore_generator"),
    ),
    "accelerator": ("low_precision", "compile", "moved_ahead", "repeated", "computing", "notes"),
    "task": ("jobs", "batches", "score"),
    "function": ("__call__",),
}


def missing_methods(kind: str, implementation: object) -> list[str]:
    """Return the methods of `kind` that are missing in `implementation`, a class or a function."""
    return [name for name in KINDS[kind] if not _has_method(implementation, name)]


def _has_method(implementation: object, name: str) -> bool:
    """Return whether the method `name` exists and is not abstract."""
    method = getattr(implementation, name, None)
    return callable(method) and not getattr(method, "__isabstractmethod__", False)
