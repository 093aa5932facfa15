"""A PostgreSQL server of its own for tests: in a temporary folder, on a Unix socket alone."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path


def programs():
    """Return the folder of the server's programs; None if it is not installed."""
    if result := shutil.which("initdb"):
        return Path(os.path.realpath(result)).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


def user():
    """Return the account that runs the server, which is never root; None if there is none."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "daemon") if name in names), None)


class Server:
    """A server that can be stopped and started again; `url` names its database."""

    def __init__(self, folder, name):
        self.folder, self._name = folder, name
        self.url = f"postgresql://{name}@/postgres?host={folder}"

    def _run(self, program, *arguments):
        options = {"user": self._name} if os.getuid() == 0 else {}
        command = [programs() / program, "-D", self.folder / "data", *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **options)

    def make(self):
        """Make the files of the server."""
        self._run("initdb", "-U", self._name, "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self):
        """Start the server; it listens on a socket in its folder and on no port."""
        settings = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        log = self.folder / "log"
        self._run("pg_ctl", "start", "-w", "-s", "-l", log, "-o", settings)

    def stop(self):
        """Stop the server at once, as a crash does."""
        self._run("pg_ctl", "stop", "-w", "-s", "-m", "immediate")


@contextmanager
def postgresql():
    """Yield a running server; None where none is installed."""
    name = user()
    if programs() is None or name is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, name)
    server = Server(folder, name)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
