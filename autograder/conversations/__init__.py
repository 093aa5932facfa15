"""What a check asks the code under test, or the reference, and what is answered.

exchange.py     one request and its answer, as all other modules here keep it
transcript.py   what one check asked of a submission, for the diagnosis of its answers
remembered.py   a session that asks the reference once, for all submissions of a class
recording.py    the recording of the reference for a student kit: a session that makes it, its file
draws.py        the random numbers of a check, recorded and played
player.py       a session that answers from a recording, in a kit
"""
