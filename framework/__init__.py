"""Interfaces, hooks, registry, training and data: everything that computes plugs in here.

arrays.py        the arrays of a backend
cli.py           `gradus`
errors.py        every error gradus raises on purpose
hookspecs.py     every hook of gradus, on one page
importing.py     import of modules and their attributes, by name or by path
interfaces.py    the interfaces of all implementations
kinds.py         the kinds of things that a provider can offer
log.py           the log of gradus
model_arrays.py  the arrays of a model and of its parts, by name
text_files.py    reading and writing of text files
threads.py       how many threads the libraries of linear algebra use
toml_tables.py   formats and reading of TOML files
commands/        the commands of `gradus` that train and use models
course/          the folder of a course and the catalogue of its exercises
data/            corpora, vocabularies, batches and file formats
evaluation/      scores of trained models
models/          models built from parts of any backend
plotting/        charts as SVG
processes/       the process of a command
providers/       providers of implementations
training/        training runs
"""

import sys

#: What gradus is called where it is installed from: another project owns the name ``gradus`` there.
DISTRIBUTION = "gradus-nlp"

__version__ = "0.1.0"


def version_line(program: str) -> str:
    """Return what ``--version`` of `program` shows."""
    return f"{program} {__version__} (Python {sys.version.partition(' ')[0]})"
