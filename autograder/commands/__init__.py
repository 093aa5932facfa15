"""Commands for students and instructors; each module is the command of its name.

Their options and their output are those of `framework.commands`.

grade.py           carries out `grade`
watch.py           `grade --watch`
hand_in.py         ``gradus hand-in``
hint.py            ``gradus hint EXERCISE``
list_exercises.py  ``gradus list``
next_exercise.py   ``gradus next``
notebook.py        ``gradus notebook EXERCISE``
replay.py          ``gradus replay CHECK``
reset.py           ``gradus reset EXERCISE``
show.py            ``gradus show EXERCISE``
why.py             ``gradus why CHECK``
"""
