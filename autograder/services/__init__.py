"""Packages for grading services: a course, gradus itself, and the scripts that a service runs."""
