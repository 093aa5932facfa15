"""Layers that `torch.compile` translates: those that launch many small operations.

The attribute `gains_by_compiling` of a layer says whether it becomes faster. Layers that one kernel
computes become slower: a compiled highway layer takes twice the time on a CPU. A transformer block,
whose parts have kernels, takes the same time.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from typing import Any

import torch
from torch._functorch import config as functorch_config

from framework.errors import UsageError
from framework.interfaces import Model
from framework.models.parts import parts_of

#: Names of C++ compilers, in the order in which they are looked for.
_COMPILERS = ("c++", "g++", "clang++")

Compiler = Callable[[Callable[..., Any]], Callable[..., Any]]


def compile_layers(
    model: Model, device: str, compiler: Compiler = torch.compile
) -> tuple[str, ...]:
    """Compile the layers of `model` that become faster by it, parts included.

    Args:
        model: the model that computes.
        device: the type of its device.
        compiler: translates a function.

    Returns:
        the names of the classes of these layers.

    Raises:
        UsageError: a compiler is missing.
    """
    if missing := missing_compiler(device):
        raise UsageError(f"`--compile` is not possible: {missing}, or leave the option out")
    # A pullback keeps its graph for a second backward: no buffer of it may be reused.
    functorch_config.donated_buffer = False
    layers = [part for _, part in parts_of(model) if getattr(part, "gains_by_compiling", False)]
    for layer in layers:
        layer.compute = compiler(layer.compute)
    return tuple(dict.fromkeys(type(layer).__name__ for layer in layers))


def missing_compiler(device: str) -> str:
    """Return what is missing for code of `device`, with the remedy; empty if nothing is."""
    if device == "cuda" and importlib.util.find_spec("triton") is None:
        return "the package triton is missing: install a CUDA build of torch"
    chosen = os.environ.get("CXX")
    if not any(map(shutil.which, [chosen] if chosen else _COMPILERS)):
        looked = chosen or ", ".join(_COMPILERS)
        return f"no C++ compiler is on the path ({looked}): install g++, or name one in CXX"
    return ""


def compiled_in_words(names: tuple[str, ...]) -> str:
    """Return a line about the compiled layers `names`."""
    if not names:
        return "`--compile` changed nothing: one kernel computes each layer of this model"
    return f"compiled: {', '.join(names)}"
