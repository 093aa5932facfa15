"""Cloned repositories of GitHub Classroom or Classroom 50: one for each student or team.

With tags ``submit/...`` each tag is an attempt. Else an attempt is the last commit in time, and
the last one of each later day; without a due date, the last commit of all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath

from autograder.public.submissions import is_archive, is_candidate
from framework.errors import UsageError
from plugins.classes.collecting.export import Export, HandedIn, Owner, Reading, Wanted
from plugins.classes.collecting.git_repository import Commit, GitRepository, stands_alone
from plugins.classes.rosters.dates import days_late, read_moment
from plugins.classes.rosters.roster import GROUP, folded

_TAG_TIME = re.compile(r"submit/(?P<time>[\dT:-]+Z?)-[0-9a-f]+$")
_CLONES = "-submissions"
#: Maximum number of attempts of a repository, the earliest commits or the newest tags, and of all
#: their files.
MAX_ATTEMPTS, MAX_ALL_FILES = 500, 50_000


def read_github(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each attempt in each repository."""
    reading = Reading()
    opened = lru_cache(maxsize=1)(GitRepository)  # they are read one after the other
    slug = folded(wanted.assignment) or _slug(export, wanted)
    for name in export.folders:
        if not folded(name).startswith(f"{slug}-"):
            reading.unmatched[PurePosixPath(name)] = f"its name is not {slug}-USERNAME"
            continue
        # A user's name may have hyphens and is not split.
        user = folded(name).removeprefix(f"{slug}-")
        owner = Owner(((GROUP if wanted.is_team_work else "github", user),))
        reading.found += _repository(export, opened, name, owner, wanted.due(owner), reading.notes)
    for file in export.files:
        if len(file.parts) == 1:
            reading.unmatched[file] = "it is in no repository"
    return reading


def _slug(export: Export, wanted: Wanted) -> str:
    """Return the common prefix of the repository names, before the user's name."""
    if export.path.name.endswith(_CLONES):
        return folded(export.path.name.removesuffix(_CLONES))
    users = wanted.known("github", GROUP)
    slugs = Counter(
        folded(name).removesuffix(f"-{user}")
        for name in export.folders
        for user in users
        if folded(name).endswith(f"-{user}")
    )
    if not slugs:
        raise UsageError("name the assignment: `--assignment SLUG`, as in SLUG-USERNAME")
    return max(sorted(slugs), key=lambda slug: (slugs[slug], -len(slug)))


def _repository(
    export: Export,
    opened: Callable[[Path], GitRepository],
    name: str,
    owner: Owner,
    due: datetime | None,
    notes: list[str],
) -> Iterator[HandedIn]:
    """Yield the files of each attempt; of the folder itself where it is no repository."""
    folder = export.path / name
    git = folder / ".git"
    if git.is_symlink() or (git.is_dir() and not stands_alone(git)):
        notes.append(f"{name}: its .git refers to other folders, so that its files are read")
    elif git.is_dir():
        repository = opened(folder)
        attempts, left = list(_attempts(repository, due)), MAX_ALL_FILES
        for count, (commit, time) in enumerate(reversed(attempts)):
            files = repository.files(commit.id)
            left -= len(files)
            if left < 0 or count >= MAX_ATTEMPTS:
                notes.append(f"{name}: {len(attempts)} attempts are too many, {count} are read")
                break
            for inner, id in files.items():
                if is_candidate(inner) or is_archive(inner):
                    read = partial(lambda id, limit: opened(folder).contents(id, limit), id)
                    version = f"{commit.id} {time}"  # a commit may be submitted twice
                    yield HandedIn(name / inner, inner, (owner,), version, time, read=read)
        if attempts:
            return
        notes.append(f"{name}: git finds no commit in it, so that its files are read")
    for file in export.files:
        if file.parts[0] == name and len(file.parts) > 1:
            yield HandedIn(file, file.relative_to(name), (owner,))


def _attempts(
    repository: GitRepository, due: datetime | None
) -> Iterator[tuple[Commit, datetime | None]]:
    """Yield the commits that are attempts, and the time of each."""
    tags = repository.tags()
    if tagged := [(tag, commit) for tag in tags for commit in repository.history(tag, 1)]:
        for tag, commit in tagged:
            match = _TAG_TIME.search(tag)
            time = read_moment(match["time"], None) if match is not None else None
            yield commit, time or commit.time
        return
    seen: set[int] = set()
    for commit in repository.history():
        days = days_late(commit.time, due) if due is not None else 0
        if days not in seen:
            seen.add(days)
            yield commit, commit.time
        if days == 0:
            return
