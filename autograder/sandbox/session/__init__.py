"""The grader's side of a conversation with the code under test.

remote.py           modules and objects of the code under test, used in checks as if they were local
requests.py         the steps of a request, and the outcome of a step
session.py          what every conversation offers, wherever the code runs
inline.py           a conversation with a provider, in this process
sandbox_session.py  a conversation with a submission: requests, deadlines, restarts, faults
process.py          a worker process and the channel to it
launch.py           what it takes to start a worker
time_limits.py      limits of time, and what was used of them
callbacks.py        objects of a check that a submission may call
calls.py            the calls of a check in words, and which of them gave a value
describe.py         one call or value in words
translate.py        from a worker's reply, or the way it ended, to outcomes and faults
faults.py           what can go wrong with a call
output.py           printed text: cut, and safe to show
"""
