"""Grading one submission: request, grader, pytest run, fixtures, results."""
