"""The page of a server on which an instructor gives points for answers in prose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from framework.errors import BadInputError
from plugins.classes.marks.manual_points import FILE, read_entries
from plugins.classes.marks.prose_answers import (
    ProseAnswer,
    give,
    lines_of_comment,
    next_open,
    prose_answers,
    reusable,
)
from plugins.classes.pages.site import ANSWERS, Live, RunSite

#: Maximum bytes of a form that is sent.
MAX_FORM = 1 << 16


def answers_page(site: RunSite, live: Live, wanted: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        wanted: ``answer``, the key of an answer; or ``after`` or ``question`` for the next open
            one; without any, the first open one is shown.
    """
    answers = _answers(site)
    key, question = wanted.get("answer", ""), wanted.get("question", "")
    own = [answer for answer in answers if answer.question == question] or answers
    chosen = next((answer for answer in answers if answer.key == key), None)
    chosen = chosen or next_open(own, wanted.get("after", ""))
    counts = Counter(answer.question for answer in answers)
    is_open = Counter(answer.question for answer in answers if answer.is_open)
    given = chosen.given if chosen is not None else None
    known = reusable(answers, chosen.question) if chosen is not None else []
    lines = [*lines_of_comment(given.comment)] if given is not None else []
    return site.page(
        ANSWERS, live, counts=counts, open=is_open, chosen=chosen, given=given, known=known,
        lines=lines, own=[a for a in answers if chosen and a.question == chosen.question],
    )  # fmt: skip


def save_answer(site: RunSite, form: Mapping[str, Sequence[str]]) -> str:
    """Write what a form gives, and return the address of the next open answer.

    It has ``answer``, ``points``, ``comment``, and each reused comment as ``again``.
    """
    key = form.get("answer", [""])[0]
    answers = {answer.key: answer for answer in _answers(site)}
    if key not in answers:
        raise BadInputError("this answer is not in the run any more: open the page again")
    try:
        points = float(form.get("points", [""])[0].replace(",", "."))
    except ValueError:
        raise BadInputError(f"{answers[key].question}: points must be a number") from None
    texts = (*form.get("again", ()), *form.get("comment", ()))
    lines = dict.fromkeys(line for text in texts for line in lines_of_comment(text))
    give(_folder(site), answers[key], points, "\n".join(lines))
    return f"/{ANSWERS}?question={quote(answers[key].question)}&after={quote(key)}"


def _answers(site: RunSite) -> list[ProseAnswer]:
    entries = read_entries(_folder(site) / FILE)
    return prose_answers(site.view.results, entries)


def _folder(site: RunSite) -> Path:
    return site.view.collection.folder
