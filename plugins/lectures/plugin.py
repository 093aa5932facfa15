"""The built-in plugin of the lectures: corpora, kinds of runs, and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    import typer

    from framework.data.corpus_entry import CorpusEntry
    from framework.providers.registry import Implementation

#: The commands of this plugin: name -> where its function is.
COMMANDS = {
    "neighbors": "plugins.lectures.commands.neighbors:neighbors",
    "analogy": "plugins.lectures.commands.neighbors:analogy",
    "plot-words": "plugins.lectures.commands.neighbors:plot_words",
    "word-similarity": "plugins.lectures.commands.neighbors:word_similarity",
    "lexicon": "plugins.lectures.commands.lexicon:lexicon",
    "translate": "plugins.lectures.commands.translate:translate",
    "attention": "plugins.lectures.commands.attention:attention",
    "tokenize": "plugins.lectures.commands.tokenize:tokenize",
    "agreement": "plugins.lectures.commands.agreement:agreement",
    "compare": "plugins.lectures.commands.compare:compare",
    "experiment": "plugins.lectures.commands.experiment:experiment",
}


#: The kinds of runs of this plugin: name -> where its task is.
TASKS = {
    "language_model": "plugins.lectures.training.language_model:LanguageModelTask",
    "counts": "plugins.lectures.training.counts:CountTask",
    "tagger": "plugins.lectures.training.tagger:TaggerTask",
    "text_classifier": "plugins.lectures.training.text_classifier:TextClassifierTask",
    "pairs": "plugins.lectures.training.pair_tasks:PairTask",
    "conditions": "plugins.lectures.training.pair_tasks:ConditionTask",
    "cbow": "plugins.lectures.training.cbow:CbowTask",
    "word_vectors": "plugins.lectures.training.word_vectors:WordVectorTask",
    "window_scores": "plugins.lectures.training.window_scores:WindowScoreTask",
}


@hookimpl
def register_implementations() -> Iterable[Implementation]:
    """Return the kinds of runs."""
    from framework.providers.registry import Implementation

    return [Implementation("task", name, "lectures", target) for name, target in TASKS.items()]


@hookimpl
def register_corpora() -> Iterable[CorpusEntry]:
    """Return the generated and the published corpora."""
    from plugins.lectures.corpora import CORPORA

    return CORPORA


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add the commands of the lectures."""
    from framework.commands.groups import add_commands

    add_commands(app, COMMANDS)
