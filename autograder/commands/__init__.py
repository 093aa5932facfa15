"""Commands of `gradus` for a student's day and for the course's files, one per module."""
