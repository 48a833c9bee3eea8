# SPDX-License-Identifier: MIT
"""Reads the tests' results out of a serial log: KTAP among everything else a kernel prints."""
import re

PREFIX = re.compile(r"^(<\d>)?\[ *\d+\.\d+\] ?")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PLAN = re.compile(r"^1\.\.(\d+)(?:\s+# SKIP.*)?$")
RESULT = re.compile(r"^(ok|not ok) (\d+)(?: -)?(?: (.*?))?(?:\s*# (SKIP|TODO)\b\s*(.*))?$")
# What a kernel prints, outside a captured test, when it found something wrong.
REPORT = re.compile(r"\bBUG\b:?|\bWARNING:|\bOops\b|\bGuru\b")


class Result:
    def __init__(self, name, status, reason, notes):
        self.name, self.status, self.reason, self.notes = name, status, reason, notes


class Level:
    def __init__(self, indent, plan):
        self.indent, self.plan, self.seen = indent, plan, 0


class Parser:
    """Feed it lines; it collects results of tests, and errors of the protocol itself."""

    def __init__(self):
        self.results, self.errors, self.notes = [], [], []
        self.levels = []
        self.started = self.finished = False

    def feed(self, raw):
        text = PREFIX.sub("", ESCAPE.sub("", raw).rstrip())
        line = text.lstrip(" ")
        indent = len(text) - len(line)
        if re.match(r"^(KTAP|TAP) version \d+$", line):
            self.started = True
        elif not self.started:
            self._check_report(text)
        elif plan := PLAN.match(line):
            self._close(indent)
            self.levels.append(Level(indent, int(plan[1])))
        elif result := RESULT.match(line):
            self._result(indent, *result.groups())
        elif line.startswith("# "):
            self.notes.append(line[2:])
        else:
            self._check_report(text)
            if line:
                self.notes.append(line)

    def _check_report(self, text):
        if REPORT.search(text):
            self.errors.append(f"a report outside a test: {text}")

    def _result(self, indent, word, number, name, directive, reason):
        parent = self._close(indent)
        if not self.levels or self.levels[-1].indent != indent:
            self.errors.append(f"a result without a plan: {word} {number} {name}")
            self.levels.append(Level(indent, None))
        level = self.levels[-1]
        level.seen += 1
        if int(number) != level.seen:
            self.errors.append(f"result {number} ({name}) where {level.seen} was due")
            level.seen = int(number)
        status = "skip" if directive == "SKIP" else "pass" if word == "ok" else "fail"
        if not parent or status == "fail":
            self.results.append(Result(name or number, status, reason, self.notes))
        self.notes = []
        if len(self.levels) == 1 and level.plan == level.seen:
            self.finished = True

    def _close(self, indent):
        """Ends the levels deeper than indent; true if there were any."""
        closed = False
        while self.levels and self.levels[-1].indent > indent:
            self._count(self.levels.pop())
            closed = True
        return closed

    def _count(self, level):
        if level.plan is not None and level.plan != level.seen:
            self.errors.append(f"{level.plan} tests were announced, {level.seen} reported")

    def finish(self):
        """Call at the end of the log."""
        if not self.started:
            self.errors.append("no tests: the log has no KTAP header")
        elif not self.levels:
            self.errors.append("no plan: the log has a KTAP header, but no 1..N")
        while self.levels:
            self._count(self.levels.pop())
