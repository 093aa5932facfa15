"""What concerns a person is removed from a bundle; what explains a bug stays."""

from __future__ import annotations

import getpass
import socket
from pathlib import Path

import pytest

from autograder.installation.bundle import Redactor

FOREIGN = "/home/otto/notes, /Users/otto/x, C:\\Users\\otto\\x"


@pytest.fixture
def redact(tmp_path, monkeypatch):
    """The redactor of a person: Anna, at home in her own folder, with secrets."""
    home = tmp_path / "homes" / "anna"
    home.mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setattr(getpass, "getuser", lambda: "anna")
    monkeypatch.setattr(socket, "gethostname", lambda: "annas-laptop.example.org")
    for name, value in {
        "USER": "anna",
        "API_TOKEN": "t0k3",
        "SOME_SETTING": "a long private value",
        "PEM": "-----BEGIN-----\nlinetwoofthekey\n",
        "SHORT": "torch",
        "TERM": "xterm-256color",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(home)
    return Redactor({"course": home / "course"})


def test_paths_are_replaced_by_what_they_are(redact):
    home = Path.home()
    assert redact(f"{home}/course/exercises") == "<course>/exercises"
    assert redact(f"'{home}/x'") == "'<working folder>/x'"
    assert redact(f"{home}-old") == "<temporary>/" + redact(f"{home}-old").partition("/")[2]


@pytest.mark.parametrize("text", FOREIGN.split(", "))
def test_other_homes_lose_their_names(redact, text):
    assert "otto" not in redact(text)


@pytest.mark.parametrize(
    "secret", ["linetwoofthekey", "t0k3", "a long private value", "anna", "Anna", "annas-laptop"]
)
def test_names_and_values_of_the_environment_are_removed(redact, secret):
    told = redact(f"before {secret} after, key={secret}, {secret}_x")
    assert secret.lower() not in told.lower()
    assert told.startswith("before <")


def test_credentials_in_addresses_are_removed(redact):
    assert redact("https://me:pw@host/x") == "https://<credentials>@host/x"


@pytest.mark.parametrize("text", ["torch 2.13 (needs >=2.4)", "xterm-256color", "hannah, annals"])
def test_plain_words_stay(redact, text):
    assert redact(text) == text
