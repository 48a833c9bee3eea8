# SPDX-License-Identifier: MIT
"""What a case is: what needs a boot, a machine or a build of its own.

A case is a function that gets a Context and raises Failure. Its docstring's first line is what the
report says of it. They stand in cases_*.py, by what they are about.
"""
import os
import re

from image import OUT, Image
from machine import SILENCE, Machine

UP = r"cairn: up in "
PANIC_STATUS = 85
MIB = 1 << 20

CASES = []


class Failure(Exception):
    pass


class Skip(Exception):
    """What the case needs this host cannot have; its text says what."""


class Lacks(Skip):
    """A tool is not there, which make test would have installed: where CI is set, a failure."""


class Context:
    def __init__(self, name):
        self.name = name
        self.log = os.path.join(OUT, f"{name}.log")

    def expect(self, condition, text):
        if not condition:
            raise Failure(text)

    def boot(self, image, *, until=None, typed=(), started=None, silence=SILENCE, **options):
        image.build()
        machine = Machine(image.iso, self.log, **options)
        return machine.run(until=until, typed=typed, started=started, silence=silence)

    def expect_lines(self, machine, *patterns):
        """Each pattern is in some line, in this order."""
        at = 0
        for pattern in patterns:
            while at < len(machine.lines) and not re.search(pattern, machine.lines[at]):
                at += 1
            if at == len(machine.lines):
                raise Failure(f"no line (after those before it) has '{pattern}'{self.tail(machine)}")
            at += 1

    def expect_typed(self, machine):
        if machine.untyped:
            raise Failure(f"waited in vain for '{machine.untyped[0][0]}'{self.tail(machine)}")

    def expect_end(self, machine, status):
        if machine.end != "exit" or machine.status != status:
            got = f"status {machine.status}" if machine.end == "exit" else f"no end ({machine.end})"
            raise Failure(f"QEMU's status should be {status}: {got}{self.tail(machine)}")

    @staticmethod
    def tail(machine):
        return "\n  " + "\n  ".join(machine.lines[-20:])


class Case:
    image = None

    def __init__(self, function):
        self.function = function
        self.name = function.__name__.replace("_", "-")

    def run(self, report):
        context = Context(self.name)
        what = (self.function.__doc__ or "").splitlines()[0]
        try:
            self.function(context)
        except Failure as failure:
            log = context.log if os.path.exists(context.log) else None
            report.fail(self.name, str(failure), note=what, log=log)
        except Skip as skip:
            if isinstance(skip, Lacks) and os.environ.get("CI"):
                report.fail(self.name, f"{skip}, and this is CI")
            else:
                report.skip(self.name, str(skip))
        else:
            report.ok(self.name, what)


def case(function):
    CASES.append(Case(function))
    return function


PLAIN = Image("plain")
POWEROFF = Image("poweroff", 'exec="poweroff"')
EXTRA = "tests/modules/extra"
