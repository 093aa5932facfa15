"""What went wrong, in one sentence, where it can be told for certain.

A check that failed leaves a transcript: what the grader asked of the submission, and what came
back. The same requests are asked of the reference and of each known mistake. Where a mistake
answers exactly as the student did, it is named; else general patterns are tried (a factor, a lost
transpose, a forgotten bias). A diagnosis holds for every input of the check, or is not given.

transcript.py   what was asked and answered, recorded by a session
replay.py       the same requests, asked of other code
comparison.py   whether two answers are the same
evidence.py     pairs of arrays: the student's beside the reference's
patterns/       what can be told from such pairs alone
variants.py     the reference, used differently: an option ignored, a bias left out
diagnose.py     which of all these it is
"""
