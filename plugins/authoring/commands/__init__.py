"""Commands for authors of courses; each module is the command of its name.

audit.py       ``gradus audit``
calibrate.py   ``gradus calibrate``
check.py       ``gradus check``
course.py      ``gradus course pin`` and ``diff``
gradescope.py  ``gradus gradescope``
kit.py         ``gradus kit``
stubs.py       ``gradus stubs``
"""
