"""Commands of `gradus` for students and instructors, one per module."""
