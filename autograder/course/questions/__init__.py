"""Written questions of an exercise.

description   the tables ``[[questions]]``: numbers, formulas, choices and prose
sections      the file ``questions.md``: a section with an answer for each question
expressions   formulas of students, parsed and computed
answers       comparison of answers, and the key: right and listed wrong answers
"""
