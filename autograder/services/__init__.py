"""Packages for grading services: a course, gradus itself, and the scripts that a service runs.

gradescope_package.py  the zip with the autograder that Gradescope runs
templates/             its scripts
"""
