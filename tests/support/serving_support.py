"""A running server of the pages of a class."""

import threading
import time

import uvicorn
from large_class import large_class
from repository import ROOT

from autograder.course.reading import Course
from plugins.classes.collecting.listing import named
from plugins.classes.pages.server import Serving, application, open_socket
from plugins.classes.pages.view import CodeReader

TOKEN = "a-token"


class Running:
    """A server in a thread; `store` and `run` are those of its class."""

    def __init__(self, folder=None, count=0, made=None, **options):
        made = made or large_class(folder, count, **options)
        self.collection, self.store, self.run = made
        shown, code = named(self.collection), CodeReader(self.collection, Course.read(ROOT))
        self.serving = Serving(self.collection, self.store, self.run.id, shown, code)
        self.socket = open_socket("127.0.0.1", 0, ())
        self.port = self.socket.getsockname()[1]
        app = application(self.serving, TOKEN, ["grades.example"])
        config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self.socket]}, daemon=True
        )
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        self._server.should_exit = True
        self._thread.join(10)
        self.socket.close()
        self.store.close()
