"""What a submission prints is kept in bounded memory and made safe to show."""

import pytest

from autograder.sandbox.session.process import HEAD, TAIL, Output, plain_text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ((b"one\n", b"", "zwei ∂\n".encode()), "one\nzwei ∂\n"),
        ((b"x" * (HEAD + TAIL),), "x" * (HEAD + TAIL)),
        ((b"\xff\xfe ok",), "\ufffd\ufffd ok"),
    ],
    ids=["short", "up to the limit", "no text"],
)
def test_output_is_kept_as_it_is_and_given_once(parts, text):
    output = Output()
    for part in parts:
        output.add(part)
    assert (output.take(), output.take()) == (text, "")


@pytest.mark.parametrize("size", [1, 1000, HEAD, HEAD + TAIL, 100_000])
def test_a_flood_keeps_its_beginning_and_its_end(size):
    data = b"<" + b"." * 200_000 + b">"
    output = Output()
    for start in range(0, len(data), size):
        output.add(data[start : start + size])
    assert output.total == len(data)
    text = output.take()
    cut = len(data) - HEAD - TAIL
    assert text.startswith("<...")
    assert text.endswith("...>")
    assert f"... {cut:,} bytes cut ..." in text
    assert text.count(".") == HEAD + TAIL - 2 + 6


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\r\nb\tc", "a\nb\tc"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "0;titlex"),
        ("50%\r100%", "50%100%"),
        ("\x00\x07\x9b2J", "2J"),
    ],
)
def test_control_sequences_are_removed(text, plain):
    assert plain_text(text) == plain
