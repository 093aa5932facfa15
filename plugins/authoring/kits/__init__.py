"""Copies of a course: kits for students, and autograders for grading services.

building.py                builds a student kit; the summary of what was built
contents.py                the files of a kit
solution_recording.py      records the public checks while the solution passes them
mistakes.py                fingerprints of listed mistakes, made from the recording
proof.py                   proves that a kit works without solutions, and holds no line of them
updating.py                replaces the files of a kit by those of a newer kit
gradescope_autograder.py   the autograder for Gradescope: the course, gradus, and scripts
templates/                 the scripts
"""
