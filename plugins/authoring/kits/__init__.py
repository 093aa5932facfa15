"""Copies of a course: kits for students, and autograders for grading services.

building.py                builds a student kit; the summary of what was built
contents.py                the files of a kit, and the zip of a folder
recorder.py                records a conversation with the reference, and writes the file
solution_recording.py      records the public checks, and fingerprints of listed mistakes
proof.py                   proves that a kit works without solutions, and holds no line of them
updating.py                replaces the files of a kit by those of a newer kit
gradescope_autograder.py   the autograder for Gradescope: the course, gradus, and scripts
templates/                 the README of a kit, and the scripts
"""
