"""`gradus bench`: models of the torch backend beside plain `torch.nn` programs; only in a clone.

bandwidth.py        the pooling of a QRNN beside a copy
catalogue.py        the models that `gradus bench` measures
classifiers.py      text classifiers written twice
bench_command.py    `gradus bench`
language_models.py  language models written twice
layers.py           layers of two kinds with equal sizes
measurement.py      the measurement of cases
measures.py         what a training step takes
pair.py             a model of the torch backend, and a plain program
result.py           the measurement of one case
skip_gram.py        skip-gram beside gensim with one worker
transformers.py     a transformer language model written twice
translators.py      the translator with attention, written twice
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add `gradus bench`."""
    from plugins.bench.bench_command import bench

    app.command()(bench)
