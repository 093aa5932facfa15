"""Feedback: one page for each student, in a folder or in the zip that Moodle reads."""
