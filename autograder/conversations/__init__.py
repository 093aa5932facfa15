"""The reference's answers, kept: for a class, and for a student kit without solutions.

remembered.py   a session that asks the reference once, for all submissions of a class
recording.py    the recording of the reference for a student kit, read from its file
draws.py        the random numbers of a check, played
player.py       a session that answers from a recording, in a kit
"""
