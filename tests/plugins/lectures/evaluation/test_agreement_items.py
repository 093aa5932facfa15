"""Items of the agreement task, read from two files that must fit each other."""

import pytest

from framework.errors import BadInputError
from plugins.lectures.evaluation.agreement_items import AgreementItem, read_agreement_items

TEXT = "the keys to the cabinet are here <eos>\nis it <eos>\n"
GOLD = "5\tare\tis\t1\n0\tIs\tAre\t0\n"


def folder(tmp_path, text=TEXT, gold=GOLD):
    (tmp_path / "x.text").write_text(text, encoding="utf-8")
    (tmp_path / "x.gold").write_text(gold, encoding="utf-8")
    return tmp_path


def test_items_are_read_and_follow_the_letters_of_the_text(tmp_path):
    assert read_agreement_items(folder(tmp_path)) == [
        AgreementItem(("the", "keys", "to", "the", "cabinet"), "are", "is", 1),
        AgreementItem((), "is", "are", 0),
    ]


@pytest.mark.parametrize(
    ("text", "gold", "said"),
    [
        (
            TEXT,
            GOLD + "1\tis\tare\t0\n",
            r"x.gold:3 says that word 1 of the sentence is 'is': None",
        ),
        (TEXT + "more\n", GOLD, "x.gold:3 is no 'position, right, wrong, attractors': None"),
        (TEXT, "5 are is 1\n" * 2, "x.gold:1 is no 'position"),
        (TEXT, GOLD.replace("5", "4"), "x.gold:1 says that word 4 of the sentence is 'are'"),
        ("", "", "is empty"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, text, gold, said):
    with pytest.raises(BadInputError, match=r"holds 0 files \*.text, .* with `--data`"):
        read_agreement_items(tmp_path)
    with pytest.raises(BadInputError, match=said):
        read_agreement_items(folder(tmp_path, text, gold))
