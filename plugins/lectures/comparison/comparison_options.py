"""The options of the comparison of text classifiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from framework.errors import UsageError
from framework.training.option_fields import MODEL, option, with_default
from framework.training.training_options import LabelledTextOptions, LearningOptions


@dataclass(frozen=True, kw_only=True)
class ComparisonOptions(LabelledTextOptions, LearningOptions):
    """The options of the comparison of text classifiers."""

    corpus: str = with_default(LabelledTextOptions, "corpus", "attributed_sentiment")
    epochs: int = with_default(LearningOptions, "epochs", 6)
    learning_rate: float = with_default(LearningOptions, "learning_rate", 0.02)
    keep: Literal["last", "best"] = with_default(LearningOptions, "keep", "best")
    embedding_size: int = option(
        16,
        "Size of a word vector.",
        minimum=1,
        group=MODEL,
    )
    hidden_size: int = option(
        24,
        "Size of every hidden layer.",
        minimum=1,
        group=MODEL,
    )
    width: int = option(
        3,
        "Number of words in a window; odd.",
        minimum=1,
        group=MODEL,
    )

    def check_together(self) -> None:
        """Check the options together; a window of even width is an error."""
        super().check_together()
        if self.width % 2 == 0:
            raise UsageError(f"a window needs a middle word: --width must be odd, not {self.width}")
