"""Grading of written questions: no code runs, and answers in prose wait for an instructor."""
