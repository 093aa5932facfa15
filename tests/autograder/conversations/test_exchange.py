"""An exchange is kept as it was, whatever is done with what it gives."""

from dataclasses import replace

import numpy as np

from autograder.conversations.recording import read_exchange
from autograder.sandbox import wire
from autograder.sandbox.session.requests import Call, Load, Outcome
from autograder.sandbox.session.session import Exchange, copied, request_frame
from autograder.sandbox.wire import Handle
from plugins.authoring.kits.recorder import stored

CALL = Call(Handle(1, "RNN"), "forward", (np.arange(3.0),))


def test_code_that_changes_its_arguments_changes_no_request():
    exchange = Exchange(request_frame([CALL]))
    exchange.plain_steps()[0][3][0] += 1
    assert exchange.plain_steps()[0][3][0].tolist() == [0, 1, 2]
    assert exchange.steps[0].args[0].tolist() == [0, 1, 2]


def test_copies_of_an_answer_share_nothing_with_it():
    kept = (Outcome({"W": [np.ones(2)]}, changed=("argument 1",), args=(np.zeros(2),)),)
    (copy,) = copied(kept)
    copy.value["W"][0] += 1
    copy.args[0][:] = 5
    assert kept[0].value["W"][0].tolist() == [1, 1] and kept[0].args[0].tolist() == [0, 0]
    assert copy.changed == ("argument 1",)


def test_what_is_stored_has_no_number_of_the_request():
    frame = wire.encode({"id": 7, "fresh": True, "steps": [CALL.plain()]})
    exchange = Exchange(frame, (Outcome(1.0),), "ValueError", "ValueError: no")
    request, answer = stored(exchange)
    assert request == request_frame([CALL])
    assert read_exchange(request, answer) == replace(exchange, frame=request)


def test_the_import_of_the_file_is_no_request_of_a_check():
    assert Exchange(request_frame([Load()])).is_import
    assert not Exchange(request_frame([CALL])).is_import
