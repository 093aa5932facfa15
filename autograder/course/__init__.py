"""A course on disk, and what a student keeps beside it.

What reads a file raises `BadInputError` if it is wrong; the message names the file and the place.

reading             units and exercises, read from ``course.toml`` and ``exercise.toml``
borrowing           what exercises take from the bases of their course
thresholds          required metrics of trained models
questions           written questions and their answers
mistakes            wrong answers of students, as patches to a solution
exercise_texts      promises, names and figures in the text of an exercise
mathematics         formulas of a text, and their plain form for a terminal
source              Python source without execution
generated_stubs     solutions without their answers
kit_folder          the folder of a student kit, and its manifest
identity            hash of everything that decides about grades, and revisions
student_state       small files in ``.gradus``
working_directory   the exercise in whose folder a command runs
"""
