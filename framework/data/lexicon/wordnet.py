"""WordNet, from its own database files.

Source: Fellbaum (ed.), *WordNet: An Electronic Lexical Database* (1998).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from framework import DISTRIBUTION
from framework.data.lexicon import Lexicon
from framework.errors import BadInputError

#: Where Debian's package ``wordnet-base`` puts the database.
DEBIAN_WORDNET = Path("/usr/share/wordnet")


def read_wordnet(folder: Path = DEBIAN_WORDNET) -> Lexicon:
    """Return the lexicon in `folder`, in the format of WordNet's database files, read by NLTK.

    The whole of WordNet (117 659 synsets) takes about ten seconds.

    Args:
        folder: has ``data.noun``, ``index.noun`` and those of the other parts of speech.

    Raises:
        BadInputError: NLTK is not installed, files are missing, or they are no such database.
    """
    if not find_spec("nltk"):
        raise BadInputError(
            "WordNet's files are read by NLTK, which is not installed: "
            f"`pip install '{DISTRIBUTION}[lexicon]'`"
        )
    from framework.data.lexicon.wordnet_reader import read  # imports NLTK

    return read(folder)
