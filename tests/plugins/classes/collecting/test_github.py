"""Cloned repositories: names with hyphens, commits in time, tags, hostile settings."""

import os
import subprocess
from datetime import UTC, datetime

import pytest

from framework.errors import BadInputError, UsageError
from plugins.classes.collecting import git_repository, github
from plugins.classes.collecting.github import read_github

pytestmark = pytest.mark.skipif(
    subprocess.run(["git", "--version"], capture_output=True, check=False).returncode != 0,
    reason="git is missing",
)


def git(folder, *arguments, time="2026-03-01T10:00:00Z"):
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_DATE": time,
        "GIT_COMMITTER_DATE": time,
        **{
            f"GIT_{who}_{what}": "x"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    subprocess.run(
        ["git", "-C", folder, *arguments], check=True, env=environment, capture_output=True
    )


@pytest.fixture
def clones(tmp_path):
    """`clones(name, {time: text})`: a repository with one commit for each."""

    def clone(name, commits):
        folder = tmp_path / "lab1-submissions" / name
        folder.mkdir(parents=True)
        git(folder, "init", "-q", "-b", "main")
        for time, text in commits.items():
            (folder / "src").mkdir(exist_ok=True)
            (folder / "src" / "rnn.py").write_text(text, "utf-8")
            (folder / "test_rnn.py").write_text(text, "utf-8")
            git(folder, "add", ".")
            git(folder, "commit", "-q", "-m", "x", time=time)
        return folder

    return clone


TIMES = {
    "2026-03-01T10:00:00Z": "a",
    "2026-03-01T11:00:00Z": "b",
    "2026-03-03T09:00:00Z": "c",
    "2026-03-03T10:00:00Z": "d",
}


def contents(found):
    return {item.submitted.strftime("%d %H"): item.read(99) for item in found.found}


def test_the_last_commit_in_time_and_of_each_later_day_are_attempts(clones, tmp_path, reading):
    clones("lab1-ana-b", TIMES)
    due = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    result = reading(
        read_github,
        tmp_path / "lab1-submissions",
        known=lambda *kinds: {"b", "ana-b"},
        due=lambda owner: due,
    )
    assert {item.owners[0].identifiers for item in result.found} == {(("github", "ana-b"),)}
    assert {str(item.inner) for item in result.found} == {"src/rnn.py"}
    assert contents(result) == {"03 10": b"d", "01 11": b"b"}
    assert len({item.version for item in result.found}) == 2


def test_without_a_due_date_the_last_commit_is_read_and_not_the_files(clones, tmp_path, reading):
    folder = clones("lab1-ana", TIMES)
    (folder / "lstm.py").symlink_to("src/rnn.py")
    git(folder, "add", "lstm.py")
    git(folder, "commit", "-q", "-m", "a link", time="2026-03-03T10:00:00Z")
    (folder / "src/rnn.py").write_text("not committed", "utf-8")
    result = reading(read_github, folder.parent)
    assert contents(result) == {"03 10": b"d"}
    assert [str(item.inner) for item in result.found] == ["src/rnn.py"]


def test_each_tag_of_a_submission_is_an_attempt(clones, reading):
    folder = clones("lab1-ana", TIMES)
    git(folder, "tag", "submit/2026-03-02T10-15-00Z-a1b2c3d", "HEAD~2")
    git(folder, "tag", "submit/2026-03-04T10-15-00Z-a1b2c3e")
    git(folder, "tag", "other")
    assert contents(reading(read_github, folder.parent)) == {"02 10": b"b", "04 10": b"d"}


def test_a_folder_without_commits_is_read_as_it_is(write_folder, reading, identified):
    files = {"lab1-ana/rnn.py": "x", "lab1-bo/.git/HEAD": "ref: x", "lab1-bo/rnn.py": "y",
             "lab1-bo/.git/objects/x": "", "lab1-bo/.git/refs/x": "",
             "lab2-ana/rnn.py": "z", "notes.txt": ""}  # fmt: skip
    result = reading(read_github, write_folder("clones", files), assignment="lab1")
    assert identified(result) == [("ana", "rnn.py"), ("bo", "rnn.py")]
    assert sorted(map(str, result.unmatched)) == ["lab2-ana", "notes.txt"]
    assert result.notes == ["lab1-bo: git finds no commit in it, so that its files are read"]


def test_names_of_users_are_not_split(write_folder, reading, identified):
    users = {"ana-b", "b", "bo"}
    files = {"my-lab-ana-b/rnn.py": "x", "my-lab-bo/rnn.py": "y"}
    export = write_folder("clones", files)
    result = reading(read_github, export, known=lambda *kinds: users)
    assert identified(result) == [("ana-b", "rnn.py"), ("bo", "rnn.py")]
    with pytest.raises(UsageError, match="--assignment SLUG"):
        reading(read_github, export)


def test_nothing_that_a_repository_configures_is_run(clones, tmp_path, reading):
    folder = clones("lab1-ana", TIMES)
    sign = tmp_path / "sign"
    command = f"touch {sign}"
    for key in ("core.fsmonitor", "core.sshCommand", "filter.x.smudge", "diff.external"):
        git(folder, "config", key, command)
    git(folder, "config", "remote.origin.url", f"ext::sh -c '{command}'")
    git(folder, "config", "remote.origin.promisor", "true")
    git(folder, "config", "protocol.ext.allow", "always")
    missing = next(iter(sorted((folder / ".git/objects").glob("??/*"))))
    missing.unlink()  # git would fetch it from the remote
    reading(read_github, folder.parent)
    assert not sign.exists()


def commondir(own, other):
    (own / ".git/commondir").write_text(f"{other}/.git", "utf-8")


def alternates(own, other):
    (own / ".git/objects/info/alternates").write_text(f"{other}/.git/objects", "utf-8")


def linked_objects(own, other):
    (own / ".git/objects").rename(own / "objects")
    (own / ".git/objects").symlink_to(other / ".git/objects")


def linked_head(own, other):
    (own / ".git/HEAD").unlink()
    (own / ".git/HEAD").symlink_to(other / ".git/HEAD")


def objects_in_part(own, other):
    for folder in (other / ".git/objects").glob("??"):
        (own / ".git/objects" / folder.name).symlink_to(folder)


def waiting_object(own, other):
    first = next((own / ".git/objects").glob("??/*"))
    first.unlink()
    os.mkfifo(first)


def linked_repository(own, other):
    (own / ".git").rename(own / "git")
    (own / ".git").symlink_to(other / ".git")


@pytest.mark.parametrize(
    "borrow",
    [
        *(commondir, alternates, linked_objects, objects_in_part, linked_head, linked_repository),
        waiting_object,
    ],
)
def test_a_repository_hands_in_nothing_of_another(borrow, clones, reading):
    other = clones("lab1-bo", {"2026-03-01T10:00:00Z": "of another"})
    own = clones("lab1-mallory", {"2026-03-01T11:00:00Z": "own"})
    borrow(own, other)
    result = reading(read_github, own.parent)
    texts = {o.owners[0].identifiers[0][1]: o for o in result.found if o.inner.name == "rnn.py"}
    assert texts["bo"].read(99) == b"of another"
    assert str(texts["mallory"].file) == "lab1-mallory/src/rnn.py"
    assert texts["mallory"].read is None  # the file in the folder, not one of a commit
    assert result.notes == [
        "lab1-mallory: its .git refers to other folders, so that its files are read"
    ]


def test_a_clone_that_is_a_link_is_no_clone(clones, reading):
    other = clones("lab1-bo", {"2026-03-01T10:00:00Z": "of another"})
    (other.parent / "lab1-mallory").symlink_to(other)
    result = reading(read_github, other.parent)
    assert {item.owners[0].identifiers[0][1] for item in result.found} == {"bo"}


def waiting_settings(git_folder):
    (git_folder / "config").unlink()
    os.mkfifo(git_folder / "config")  # git would wait for a writer


def included_settings(git_folder):
    os.mkfifo(git_folder / "settings")
    with (git_folder / "config").open("a") as config:
        config.write("[INCLUDE]\n\tpath = settings\n")


def settings_of_a_newer_git(git_folder):
    git(git_folder.parent, "config", "core.repositoryformatversion", "99")


@pytest.mark.parametrize(
    "configure", [waiting_settings, included_settings, settings_of_a_newer_git]
)
def test_the_configuration_of_a_repository_is_not_read(configure, clones, reading):
    folder = clones("lab1-ana", TIMES)
    configure(folder / ".git")
    assert contents(reading(read_github, folder.parent)) == {"03 10": b"d"}


def test_of_a_huge_file_the_start_is_read_and_git_stays_small(clones, reading, monkeypatch):
    """A file that git would read as a whole needs more than the limit of memory."""
    limited = git_repository._LIMITED.replace(str(git_repository.MAX_MEMORY >> 10), str(200 << 10))
    monkeypatch.setattr(git_repository, "_LIMITED", limited)
    folder = clones("lab1-ana", TIMES)
    git(folder, "config", "core.bigFileThreshold", "1m")
    with (folder / "bomb.py").open("wb") as file:
        file.truncate(300 << 20)
    git(folder, "add", "bomb.py")
    git(folder, "commit", "-q", "-m", "x", time="2026-03-04T10:00:00Z")
    git(folder, "config", "core.bigFileThreshold", "100g")
    for sandbox in (git_repository._sandbox, lambda: None):  # in bubblewrap, and without
        monkeypatch.setattr(git_repository, "_sandbox", sandbox)
        result = reading(read_github, folder.parent)
        texts = {str(file.inner): file.read(99) for file in sorted(result.found, key=str)}
        assert texts == {"bomb.py": bytes(99), "src/rnn.py": b"d"}


def test_references_that_are_too_large_are_not_read(clones, reading, monkeypatch):
    folder = clones("lab1-ana", TIMES)
    monkeypatch.setattr(git_repository, "MAX_REFERENCES", 10)
    notes = reading(read_github, folder.parent).notes
    assert notes == ["lab1-ana: git finds no commit in it, so that its files are read"]


def commit_of(folder, seconds, count=1):
    """Add `count` commits of the same files, one a day, the first one at `seconds`."""
    data = "".join(
        f"commit refs/heads/main\nmark :{i + 1}\ncommitter x <x> {seconds + 86_400 * i} +0000\n"
        f"data 1\nx\nfrom {f':{i}' if i else 'refs/heads/main^0'}\n"
        for i in range(count)
    )
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=data.encode(), check=True)


def test_a_commit_that_is_submitted_twice_counts_at_both_times(clones, reading):
    folder = clones("lab1-ana", {"2026-03-01T10:00:00Z": "a"})
    for time in ("2026-03-02T10-15-00Z", "2026-03-09T10-15-00Z"):
        git(folder, "tag", f"submit/{time}-a1b2c3d")
    result = reading(read_github, folder.parent).found
    assert len({item.version for item in result}) == 2
    assert sorted(item.submitted.day for item in result) == [2, 9]


@pytest.mark.parametrize("seconds", [0, 253_402_300_799])
def test_the_time_of_a_commit_stays_near_today(seconds, clones, reading):
    folder = clones("lab1-ana", {"2026-03-01T10:00:00Z": "a"})
    commit_of(folder, seconds)
    due = datetime(2026, 3, 2, tzinfo=UTC)
    result = reading(read_github, folder.parent, due=lambda owner: due).found
    assert all(1970 <= item.submitted.year <= 2106 for item in result)


def test_of_too_many_attempts_those_in_time_are_read(clones, reading, monkeypatch):
    monkeypatch.setattr(github, "MAX_ATTEMPTS", 3)
    folder = clones("lab1-ana", {"2026-03-01T10:00:00Z": "a"})
    due = datetime(2026, 3, 2, tzinfo=UTC)
    commit_of(folder, int(due.timestamp()) + 60, count=20)
    result = reading(read_github, folder.parent, due=lambda owner: due)
    assert sorted(item.submitted.day for item in result.found) == [1, 2, 3]
    assert result.notes == ["lab1-ana: 21 attempts are too many, 3 are read"]


def test_files_missing_in_the_repository_are_notes_and_no_empty_files(clones, reading):
    folder = clones("lab1-ana", {"2026-03-01T10:00:00Z": "a"})
    (first,) = reading(read_github, folder.parent).found
    id = subprocess.check_output(["git", "-C", folder, "rev-parse", "HEAD:src/rnn.py"], text=True)
    (folder / ".git/objects" / id[:2] / id[2:].strip()).unlink()
    with pytest.raises(BadInputError, match="git cannot read"):
        first.read(99)
