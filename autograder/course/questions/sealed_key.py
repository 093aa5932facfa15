"""The key of written questions in a student kit: enciphered, so that only equal answers open it.

A kit holds neither model answers nor the list of wrong ones. Each is enciphered with a slow hash of
itself: of the letter of a choice, of a number that is rounded, or of the rounded values of a
formula. An answer opens what has the same hash, and is then compared exactly. The hash takes some
0.05 seconds: a key of few possible answers, as of a choice, can still be found by trying them all.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from autograder.course.kit_folder import Kit, enciphered, kit_of
from autograder.course.questions.answer_keys import (
    ABSOLUTE,
    RELATIVE,
    Answer,
    AnswerKey,
    Judgement,
    WrongAnswer,
    allowed_difference,
    difference,
    first_line,
    not_right,
    read_answer,
    sample,
)
from autograder.course.questions.description import Formula, Number, Prose, Question
from autograder.course.questions.expressions import Expression
from autograder.course.reading import Exercise
from framework.errors import BadInputError

#: Numbers have the same hash if they agree in about four digits, or within a larger tolerance.
STEP = 1e-4
#: The cost of a hash: 16 MiB of memory.
COST = {"n": 1 << 14, "r": 8, "p": 1}


@dataclass(frozen=True)
class SealedAnswer:
    """One enciphered answer: a model answer, or a listed wrong one with its explanation.

    Attributes:
        points: of a formula, the numbers of the points at which its values are hashed.
        text: the enciphered answer, as hexadecimal digits.
    """

    points: list[int]
    text: str


@dataclass(frozen=True)
class SealedKey:
    """The key of an exercise in a student kit.

    Attributes:
        answers: question -> its enciphered answers, the model answer first.
    """

    salt: str
    answers: dict[str, list[SealedAnswer]]

    def judged(self, question: Question, given: Answer, seed: int) -> Judgement:
        """Compare `given` with what it opens, as `AnswerKey.judged` does."""
        for sealed in self.answers[question.id]:
            opened = self._opened(question, given, sealed)
            if opened is None:
                continue
            if not difference(question, given, read_answer(question, opened.answer), seed):
                return (not_right(question, given), opened) if opened.id else ("", None)
        return not_right(question, given), None

    def _opened(
        self, question: Question, given: Answer, sealed: SealedAnswer
    ) -> WrongAnswer | None:
        """Return what `given` opens; an empty `id` is that of the model answer."""
        key = _key(self.salt, question.id, _label(question, given, sealed.points))
        try:
            answer, name, sentence, hint = json.loads(enciphered(bytes.fromhex(sealed.text), key))
        except (ValueError, TypeError):
            return None
        return WrongAnswer(name, question.id, answer, sentence, hint)


def sealed_key(exercise: Exercise, key: AnswerKey, salt: str) -> SealedKey:
    """Return `key`, enciphered."""
    answers: dict[str, list[SealedAnswer]] = {}
    for question in exercise.questions:
        if isinstance(question, Prose):
            continue
        facts = [(first_line(key.sections[question.id].answer), "", "", "")]
        own = (wrong for wrong in key.wrong if wrong.question == question.id)
        facts += [(wrong.answer, wrong.id, wrong.sentence, wrong.hint) for wrong in own]
        answers[question.id] = [
            SealedAnswer(points, enciphered(json.dumps(fact).encode(), digest).hex())
            for fact in facts
            for label, points in _labels(question, read_answer(question, fact[0]))
            for digest in [_key(salt, question.id, label)]
        ]
    return SealedKey(salt, answers)


def read_sealed_key(exercise: Exercise) -> SealedKey | None:
    """Return the key of `exercise` in its student kit; None if this is no kit, or has no key."""
    import msgspec  # kits alone need it

    kit = kit_of(exercise.root)
    if kit is None or not kit.answers(exercise.name).is_file():
        return None
    file = kit.answers(exercise.name)
    try:
        return msgspec.json.decode(file.read_bytes(), type=SealedKey)
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"{file} is damaged ({error}): `gradus kit update KIT` with the kit that you got "
            "replaces it"
        ) from None


def write_sealed_key(kit: Kit, exercise: Exercise, key: AnswerKey) -> None:
    """Write the enciphered `key` of `exercise` into `kit`."""
    import msgspec

    file, sealed = kit.answers(exercise.name), sealed_key(exercise, key, salt=kit.course)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(sealed))


@cache
def _key(salt: str, question: str, label: str) -> bytes:
    text = f"{question} {label}"
    return hashlib.scrypt(text.encode(), salt=salt.encode(), dklen=32, **COST)


def _label(question: Question, answer: Answer, points: Sequence[int]) -> str:
    """Return what is hashed of `answer`."""
    match question, answer:
        case Number(), float():
            return _rounded(answer, question.tolerance or 0.0)
        case Formula(), Expression():
            values = _values(question, answer)
            return ", ".join(_rounded(values[number]) for number in points)
    return str(answer)


def _labels(question: Question, answer: Answer) -> Iterator[tuple[str, list[int]]]:
    """Yield all labels of the answers that count as equal to `answer`, with their points."""
    match question, answer:
        case Number(), float():
            near = allowed_difference(question, answer)
            ends = (answer, answer - near, answer + near)
            for label in dict.fromkeys(_label(question, end, ()) for end in ends):
                yield label, []
        case Formula(), Expression():
            values = enumerate(_values(question, answer))
            points = [number for number, value in values if _is_clear(value)]
            if points:  # else the listed formula has no values
                yield _label(question, answer, points), points
        case _:
            yield str(answer), []


def _values(question: Formula, answer: Expression) -> list[float]:
    return [answer.value(variables) for variables in sample(question, seed=0)]


def _is_clear(value: float) -> bool:
    """Return whether rounding errors cannot change the rounded `value`."""
    near = 2 * (RELATIVE * abs(value) + ABSOLUTE)
    return math.isfinite(value) and _rounded(value - near) == _rounded(value + near)


def _rounded(value: float, tolerance: float = 0.0) -> str:
    if not math.isfinite(value):
        return str(value)
    size = 10.0 ** math.floor(math.log10(max(1.0, abs(value))))
    step = max(2 * tolerance, STEP * size)
    return f"{round(value / step)} * {step:.4g}"
