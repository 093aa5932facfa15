"""Revisions of a course: what decides about grades, pinned and compared."""
