"""Submissions: files, folders, archives and notebooks, read within limits."""

from __future__ import annotations

from autograder.submissions.archives import ArchiveLimits, archive_members
from autograder.submissions.candidates import (
    LIMITS,
    archive_stem,
    candidates,
    files_below,
    is_archive,
    is_candidate,
    suffix,
    why_unreadable,
)
from autograder.submissions.notes import Notes, OnNote, reason, short
from autograder.submissions.submission import Submission, load_submission
