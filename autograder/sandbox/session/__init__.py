"""The grader's side of a conversation with the code under test.

requests.py         what checks ask: modules and objects used as if they were local, steps, outcomes
calls.py            the calls of a check in words, and which of them gave a value
text_names.py       names that the text of the exercise gives to arguments and results
session.py          what every conversation offers: a request and its answer, and how it is read
inline.py           a conversation with a provider, in this process, and the callbacks of a check
sandbox_session.py  a conversation with a submission: requests, deadlines, restarts, faults
process.py          a worker process and the channel to it, and the text that it prints
launch.py           what it takes to start a worker
faults.py           what can go wrong with a call
"""
