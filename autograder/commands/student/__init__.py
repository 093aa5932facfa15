"""Commands of `gradus` for a student at work on an exercise, one per module."""
