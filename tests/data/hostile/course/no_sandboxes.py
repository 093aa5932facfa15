"""Sandboxes that cannot start a worker, each in its own way."""

from autograder.sandbox.runners.base import ProcessSandbox
from framework.errors import SandboxError
from framework.hookspecs import hookimpl


class Refusing(ProcessSandbox):
    name = "refusing"

    def spawn(self, argv, world, limits):
        raise SandboxError("the warden is on holiday")


class Missing(ProcessSandbox):
    name = "missing"

    def spawn(self, argv, world, limits):
        return super().spawn(["/no/such/program"], world, limits)


class Dying(ProcessSandbox):
    name = "dying"

    def spawn(self, argv, world, limits):
        return super().spawn([argv[0], "-c", "raise SystemExit('no bed')"], world, limits)


class Babbling(ProcessSandbox):
    name = "babbling"

    def spawn(self, argv, world, limits):
        code = "import os, time; os.write(1, bytes(3) + bytes([1]) + bytes(5)); time.sleep(60)"
        return super().spawn([argv[0], "-c", code], world, limits)


@hookimpl
def register_sandboxes():
    classes = (Refusing, Missing, Dying, Babbling)
    return {sandbox.name: f"{__file__}:{sandbox.__name__}" for sandbox in classes}
