#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""fail.py PROGRAM [OPTION...] [PATTERN...] - have each allocation of each test fail

PROGRAM is cairn-fail: the n-th allocation of a test fails, for each n, and the test makes
the call again that failed by it.  No memory may be missing afterwards, nothing reported but
that memory is short, no process end or hang; and the test has to pass as if nothing had
failed, unless it is one of those that notice, NOTICES.
"""
import argparse
import concurrent.futures
import itertools
import os
import re
import selectors
import subprocess
import sys
import time

HANG = 120  # seconds without a new run

# Reports that a failed allocation may make.
SHORTAGE = re.compile(r"page allocation failure|vmalloc error|percpu: allocation failed|"
                      r"dma: no bounce buffers below|"
                      r"kmem_cache_create\(\S+\) failed with error|Out of memory: ")
REPORT = "# a report that no EXPECT_REPORT() asked for:"

# Tests that look at what a failed allocation changes rightly: what goes wrong, and why.
NOTICES = {
    "contexts.allocators_ask_where_they_cannot_move": ("expect", "kmem_cache_create() says that it failed"),
    "dma.no_bounce_buffer_left": ("expect", "each allocation is for one of the buffers that it counts"),
    "ioremap.cache_types_reach_the_entries": ("expect", "calls through pointers are not made again"),
    "mempools.misuse": ("expect report", "the element goes to the reserve, and is found at the end"),
    "mempools.wrong_frees_and_contexts": ("expect report", "likewise"),
    "mempools.slab_and_kmalloc_pools": ("expect", "an element came from the reserve"),
    "slab_debug.no_false_reports": ("expect", "kmem_cache_create() says that it failed"),
    "vmalloc.large_areas_use_large_pages": ("expect", "small pages will do"),
    "vmalloc.nothing_is_reused_before_the_flush": ("expect", "without pages, all is flushed"),
}

# Those that have allocations fail themselves.
LEFT_OUT = {"fault.the_nth", "fault.pages_fail", "fault.page_tables_fail", "fault.objects_fail", "fault.filters"}


class Test:
    def __init__(self, name):
        self.name = name
        self.runs = self.count = 0
        self.step = 1
        self.problems = []  # (n, what, lines)

    def judge(self, n, kinds, lines):
        """Notes what is wrong with a run that the program complains of."""
        allowed = NOTICES.get(self.name, ("", ""))[0].split()
        said = [lines[i + 1] for i, line in enumerate(lines[:-1]) if line == REPORT]
        shortage = said and all(SHORTAGE.search(line) for line in said)
        if "report" in kinds and not shortage and "report" not in allowed:
            self.problems.append((n, "a report", lines))
        elif "leak" in kinds:
            self.problems.append((n, "a leak", lines))
        elif any(re.search(r"^# \S+\.[ch]:\d+: ", line) for line in lines) and "expect" not in allowed:
            self.problems.append((n, "an expectation that does not hold", lines))

    def show(self):
        n, what, lines = self.problems[0]
        print(f"{self.name}: {what} when allocation {n} of {self.count} fails"
              f" ({len(self.problems)} of {self.runs} runs: {' '.join(str(p[0]) for p in self.problems[:12])})")
        for line in lines[-25:]:
            print(f"    {line}")


class Suite:
    """Some tests that share processes."""

    def __init__(self, command, names):
        self.command = command
        self.tests = {name: Test(name) for name in names}
        self.left = list(names)  # not done yet
        self.at = None           # the test that is on, and its n
        self.n = 0
        self.lines = []

    def run(self):
        options = []
        while self.left:
            died = self._process([*options, *(self.left[:1] if options else self.left)])
            options = []
            if died:
                self.at.problems.append((self.n, died, self.lines))
                if self.n and self.n + self.at.step <= self.at.count:
                    options = ["-f", str(self.n + self.at.step), "-s", str(self.at.step)]
                else:
                    self.left.remove(self.at.name)
        return self

    def _take(self, line):
        if not re.match(r"[@%!=] \w+\.\w+( |$)", line):
            self.lines.append(line)
            return
        kind, name, *rest = line.split()
        self.at = self.tests[name]
        if kind == "@":
            self.n, self.lines = int(rest[0]), []
            self.at.runs += self.n > 0
        elif kind == "%":
            self.at.count, self.at.step = int(rest[0]), int(rest[1])
        elif kind == "!":
            self.at.judge(int(rest[0]), rest[1:], self.lines)
        else:
            self.left.remove(name)

    def _process(self, arguments):
        """Runs the program; what became of it, or None if it came to its end."""
        before = len(self.left)
        process = subprocess.Popen([*self.command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        watch = selectors.DefaultSelector()
        watch.register(process.stdout, selectors.EVENT_READ)
        text, heard = "", time.monotonic()
        while time.monotonic() - heard < HANG:
            if not watch.select(timeout=5):
                continue
            chunk = os.read(process.stdout.fileno(), 1 << 16).decode(errors="replace")
            if not chunk:
                break
            heard = time.monotonic()
            *whole, text = (text + chunk).split("\n")
            for line in whole:
                self._take(line)
        else:
            process.kill()
            process.wait()
            return f"no end after {HANG} s"
        status = process.wait()
        if status:
            return f"status {status}"
        if len(self.left) == before:
            sys.exit(f"{self.command[0]}: {text} {self.lines}")
        return None


def names_of(program, pattern):
    listing = subprocess.run([program, "-l", pattern], stdout=subprocess.PIPE, text=True, check=True)
    names = [line for line in listing.stdout.splitlines() if re.fullmatch(r"\w+\.\w+", line)]
    return [name for name in dict.fromkeys(names) if name not in LEFT_OUT]


def names_of_all(program, patterns):
    """The tests that one of the patterns fits; each of them has to fit one."""
    found = {pattern: names_of(program, pattern) for pattern in patterns}
    if nothing := [pattern for pattern in patterns if not found[pattern]]:
        sys.exit(f"fail: no test fits {' '.join(nothing)}")
    return list(dict.fromkeys(name for names in found.values() for name in names))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--run", type=int, default=1, help="it and those that follow fail, so many at most")
    parser.add_argument("--most", type=int, default=0, help="runs of a test; then every k-th allocation fails")
    parser.add_argument("--ms", type=int, default=0, help="likewise if they would take longer")
    parser.add_argument("--cmdline", default="", help="more of the kernel's command line")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("patterns", nargs="*")
    args = parser.parse_intermixed_args()

    command = [args.program, "-r", str(args.run), "-m", str(args.most), "-t", str(args.ms), "-c", args.cmdline]
    names = names_of_all(args.program, args.patterns or ["*"])
    suites = [Suite(command, list(group)) for _, group in itertools.groupby(names, lambda n: n.split(".")[0])]
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        tests = [test for suite in pool.map(Suite.run, suites) for test in suite.tests.values()]
    for test in tests:
        if test.problems:
            test.show()
        if test.step > 1 and not args.most:
            print(f"# {test.name}: each {test.step}th of {test.count} allocations")
    bad = sum(bool(test.problems) for test in tests)
    print(f"fail: {sum(test.runs for test in tests)} runs of {len(tests)} tests with an allocation failing, "
          f"{sum(test.step == 1 for test in tests)} tests with each; {bad} with something wrong")
    sys.exit(bad != 0)


main()
