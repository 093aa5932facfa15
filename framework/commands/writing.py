"""The first steps of commands that write texts: the checkpoint, its language model, and a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.output import write_error
from framework.errors import BadInputError, UsageError

if TYPE_CHECKING:
    from framework.commands.options import CheckpointSetup
    from framework.data.tokens import Tokens
    from framework.data.vocabulary import Vocabulary
    from framework.evaluation.text_rules import Automaton
    from framework.interfaces import LanguageModel
    from framework.providers.backends import Backend
    from framework.training.checkpoints import Checkpoint
    from framework.training.task import TextWriter, TrainingTask

RULE_PANEL = "Rules for the text"

Must = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WORD",
        help="The sentence must have this word. Repeatable.",
        rich_help_panel=RULE_PANEL,
    ),
]
MustNot = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WORD",
        help="The sentence must not have this word. Repeatable.",
        rich_help_panel=RULE_PANEL,
    ),
]
RuleFile = Annotated[
    Path | None,
    typer.Option(
        "--rule",
        metavar="FILE",
        help="An automaton that accepts the sentence. A line STATE NEXT WORD is a transition, and "
        "* is every word that the state does not name. A line STATE says where a sentence may end. "
        "The first state is the initial one.",
        rich_help_panel=RULE_PANEL,
    ),
]


@dataclass(frozen=True)
class Writing:
    """A checkpoint that writes texts on a backend.

    Attributes:
        saved: the checkpoint.
        path: its path, for messages.
        task: its kind of run.
        computing: the backend.
        writer: its language models.
        tokens: those of its texts.
    """

    saved: Checkpoint
    path: Path
    task: type[TrainingTask]
    computing: Backend
    writer: TextWriter
    tokens: Tokens

    def model(self, condition: str | None = None) -> LanguageModel:
        """Return the language model for `condition`; unknown words of it are reported.

        Raises:
            UsageError: the model takes no condition, or needs one.
            BadInputError: the condition has no words.
        """
        source = self.writer.source
        if (source is None) != (condition is None):
            needs = "needs a condition" if condition is None else "takes no condition"
            raise UsageError(f"{self.saved.model} {needs}. {self.fitting_commands()}")
        words = self.tokens.split(condition or "")
        if source is not None:
            if not words:
                raise BadInputError("the condition has no words: give at least one")
            warn_of_unknown(words, source)
        return self.writer.model_for(words)

    def draft(self, path: Path, condition: str | None = None) -> LanguageModel:
        """Return the language model of the checkpoint at `path`, on the same backend.

        It gets `condition` if it takes one.

        Raises:
            UsageError: it writes no texts, or its vocabulary differs.
            BadInputError: see `load_checkpoint`.
        """
        from framework.training.checkpoints import load_checkpoint

        other = _writing(load_checkpoint(path), path, self.computing)
        mine, theirs = self.saved.vocabulary.words, other.saved.vocabulary.words
        if mine != theirs:
            raise UsageError(
                f"the draft {path} has a vocabulary of {len(theirs):,} {other.tokens.name}, "
                f"{self.path} another one of {len(mine):,} {self.tokens.name}: train both on the "
                "same corpus with the same options for words"
            )
        return other.model(None if other.writer.source is None else condition)

    def ruled(
        self, model: LanguageModel, rule: Automaton | None, prompt: Sequence[int], length: int
    ) -> LanguageModel:
        """Return `model` under `rule`, see `framework.evaluation.ruled`; None: `model` itself."""
        from framework.evaluation.ruled import Ruled

        return model if rule is None else Ruled(model, rule, prompt, length, self.computing.arrays)

    def likeliest(
        self,
        model: LanguageModel,
        rule: Automaton | None,
        prompt: Sequence[int],
        length: int,
        beam: int,
    ) -> tuple[list[int], float]:
        """Return the likeliest text after `prompt` that a beam search finds, and its log p.

        A beam drops texts with an unlikely word, so that a word that must come would often stand at
        the end. The search is therefore made for each length in which the rule can be fulfilled.

        Args:
            model: the language model.
            rule: the rule for prompt and text, or None.
            prompt: at least one id.
            length: the most words to write, with the end of the sentence.
            beam: the number of hypotheses; 1 is greedy search.
        """
        import numpy as np

        from framework.data.vocabulary import EOS
        from framework.evaluation.text_rules import words_needed

        search, arrays = self.computing.function("beam_search"), self.computing.arrays
        ids = arrays.from_numpy(np.array(prompt, dtype=np.int64))
        needed = 0 if rule is None else words_needed(rule, prompt[1:], length)
        texts = [
            search(self.ruled(model, rule, prompt, within), ids, length, beam, end=EOS)
            for within in (range(needed, length + 1) if needed else [length])
        ]
        text, log_probability = max(texts, key=lambda scored: float(scored[1]))
        return arrays.to_numpy(text).tolist(), float(log_probability)

    def written(
        self,
        model: LanguageModel,
        rule: Automaton | None,
        prompt: Sequence[int],
        length: int,
        beam: int,
    ) -> list[int]:
        """Return the likeliest text, see `likeliest`.

        Raises:
            BadInputError: every text that was found has the probability 0.
        """
        text, log_probability = self.likeliest(model, rule, prompt, length, beam)
        if log_probability == float("-inf"):
            raise BadInputError(
                "the model gives no text a probability above 0 here: another rule or prompt is "
                "needed, or a model with smoothing"
            )
        return text

    def fitting_commands(self) -> str:
        """Return a sentence with the commands that use this checkpoint."""
        return _fitting_commands(self.task, self.path)


def load_writing(checkpoint: Path, chosen: CheckpointSetup) -> Writing:
    """Return the checkpoint at `checkpoint` with its language models.

    Raises:
        UsageError: it writes no texts; the message lists the commands that use it. See also
            `CheckpointSetup.chosen_backend`.
        BadInputError: see `load_checkpoint`.
    """
    from framework.training.checkpoints import load_checkpoint

    saved = load_checkpoint(checkpoint)
    return _writing(saved, checkpoint, chosen.chosen_backend(saved))


def _writing(saved: Checkpoint, path: Path, computing: Backend) -> Writing:
    """Return the checkpoint `saved`, which was at `path`, on the backend `computing`."""
    from framework.commands.setup import unfinished_parts
    from framework.training.task_kinds import task_class

    task = task_class(saved.kind, computing.registry)
    with unfinished_parts(computing):
        writer, tokens = task.writer(saved, computing), saved.tokens(computing)
    if writer is None:
        raise UsageError(
            f"{path} has a {saved.model}, which writes no text. {_fitting_commands(task, path)}"
        )
    return Writing(saved, path, task, computing, writer, tokens)


def _fitting_commands(task: type[TrainingTask], path: Path) -> str:
    shown = ", ".join(f"`{command.format(path=path)}`" for command in task.commands)
    return f"Commands for this checkpoint: {shown}"


def warn_of_unknown(words: Sequence[str], vocabulary: Vocabulary) -> None:
    """Write a line about the words that are not in `vocabulary`, if there are any."""
    unknown = [word for word in words if word not in vocabulary]
    if unknown:
        write_error(f"not in the vocabulary, read as <unk>: {' '.join(unknown)}")
