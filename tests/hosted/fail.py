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
SAY = 60    # seconds between two lines that say how far it is

# A small machine, and few rounds of random operations: a test is run as often as it allocates.
MACHINE = ["-m", "32"]
WORDS = "ktest.rounds=1000"

# What a test that is skipped there says, and the machine that has what it asks for: options and words.
OTHERS = [
    (r"one CPU", ["-n", "2"], ""),
    (r"needs \d+ MiB", ["-m", "96"], ""),
    (r"the reserve does not hold", ["-m", "512"], ""),
    (r"all of RAM is low|no pool|every section is open", ["-m", "5000"], ""),
    (r"without lockdep=1", ["-n", "2"], "lockdep=1"),
    (r"without kmemleak=on", ["-m", "96"], "kmemleak=on"),
    (r"without kfence.sample_interval=", [], "kfence.sample_interval=1"),
    (r"without debug_pagealloc=on", [], "debug_pagealloc=on"),
    (r"without page_owner=on", [], "page_owner=on"),
    (r"without page_poison=1", [], "page_poison=1"),
    (r"without slub_debug=FZPU", [], "slub_debug=FZPU"),
    (r"without init_on_alloc=1", [], "init_on_alloc=1"),
    (r"without init_on_free=1", [], "init_on_free=1"),
    (r"without swiotlb=", ["-m", "96"], "swiotlb=4096"),
    (r"without highmem=|no ZONE_HIGHMEM", ["-m", "128"], "highmem=64M"),
    (r"one node|every node has memory", ["-m", "384", "-N", "3", "-n", "3"], ""),
]

# Reports that a failed allocation may make.
SHORTAGE = re.compile(r"page allocation failure|vmalloc error|percpu: allocation failed|"
                      r"dma: no bounce buffers below|"
                      r"kmem_cache_create\(\S+\) failed with error|Out of memory: ")
REPORT = "# a report that no EXPECT_REPORT() asked for:"
FURTHER = re.compile(r"# (BUG|WARNING|Oops|Kernel panic|Bad page|list_\w+ corruption|unreferenced object)")
EXPECTATION = re.compile(r"# \S+\.[ch]:\d+: ")

# Tests that look at what a failed allocation changes rightly: what goes wrong, and why.
NOTICES = {
    "contexts.allocators_ask_where_they_cannot_move": ("expect", "kmem_cache_create() says that it failed"),
    "contexts.which_cpu_is_asked_only_where_one_cannot_move": ("expect", "that memory is short is a report, too"),
    "dma.no_bounce_buffer_left": ("expect", "each allocation is for one of the buffers that it counts"),
    "ioremap.cache_types_reach_the_entries": ("expect", "calls through pointers are not made again"),
    "kmemleak.*": ("expect report", "the way of a failure leaves addresses on the stack, which are references"),
    "mempools.misuse": ("expect report", "the element goes to the reserve, and is found at the end"),
    "mempools.wrong_frees_and_contexts": ("expect report", "likewise"),
    "misuse.mempool_free_twice_full": ("expect report", "likewise: it came from the reserve"),
    "mempools.slab_and_kmalloc_pools": ("expect", "an element came from the reserve"),
    "slab_debug.no_false_reports": ("expect", "kmem_cache_create() says that it failed"),
    "vmalloc.the_last_table_is_kept": ("expect", "where memory is short, the table is given away"),
    "vmalloc.large_areas_use_large_pages": ("expect", "small pages will do"),
    "vmalloc.nothing_is_reused_before_the_flush": ("expect", "without pages, all is flushed"),
}

# Those that have allocations fail themselves.  Those of balance wait for processors of the host that are free.
LEFT_OUT = {"fault.the_nth", "fault.pages_fail", "fault.page_tables_fail", "fault.vmap_fails", "fault.objects_fail", "fault.filters"}


class Test:
    def __init__(self, name):
        self.name = name
        self.runs = self.count = 0
        self.step = 1
        self.skipped = ""
        self.problems = []  # (n, what, lines)

    def judge(self, n, kinds, lines):
        """Notes what is wrong with a run that the program complains of."""
        what, _ = NOTICES.get(self.name) or NOTICES.get(self.name.split(".")[0] + ".*") or ("", "")
        allowed = what.split() if n else []
        said = [lines[i + 1] for i, line in enumerate(lines[:-1]) if line == REPORT]
        more = [line for line in lines if FURTHER.match(line)]
        shortage = said and not more and all(SHORTAGE.search(line) for line in said)
        failures = [line for line in lines if EXPECTATION.match(line)]
        if "report" in kinds and not shortage and "report" not in allowed:
            self.problems.append((n, "a report", lines))
        elif "leak" in kinds:
            self.problems.append((n, "a leak", lines))
        elif ("expect" in kinds or failures) and "expect" not in allowed:
            self.problems.append((n, "an expectation that does not hold", lines))

    def show(self):
        n, what, lines = self.problems[0]
        print(f"{self.name}: {what} when allocation {n} of {self.count} fails"
              f" ({len(self.problems)} of {self.runs} runs: {' '.join(str(p[0]) for p in self.problems[:12])})")
        for line in lines[-25:]:
            print(f"    {line}", flush=True)


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
            if died and (not self.at or self.at.name not in self.left):
                where = f"after {self.at.name}" if self.at else "at its start"
                sys.exit("\n".join([f"fail: {' '.join(self.command)}: {died} {where}", *self.lines[-25:]]))
            if died:
                self.at.problems.append((self.n, died, self.lines))
                if self.n and self.n + self.at.step <= self.at.count:
                    options = ["-f", str(self.n + self.at.step), "-s", str(self.at.step)]
                else:
                    self.left.remove(self.at.name)
        return self.tests.values()

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
            self.at.count, self.at.step, self.at.skipped = int(rest[0]), int(rest[1]), " ".join(rest[2:])
        elif kind == "!":
            self.at.judge(int(rest[0]), rest[1:], self.lines)
        else:
            self.left.remove(name)

    def _process(self, arguments):
        """Runs the program; what became of it, or None if it came to its end."""
        before, self.at = len(self.left), None
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
    listing = subprocess.run([program, "-l", pattern], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True, check=False)
    names = [line for line in listing.stdout.splitlines() if re.fullmatch(r"\w+\.\w+", line)]
    if listing.returncode != (0 if names else 1):
        sys.exit(f"fail: {program} -l {pattern}: status {listing.returncode}")
    return [name for name in dict.fromkeys(names) if name not in LEFT_OUT and not name.startswith("balance.")]


def names_of_all(program, patterns):
    """The tests that one of the patterns fits; each of them has to fit one."""
    found = {pattern: names_of(program, pattern) for pattern in patterns}
    if nothing := [pattern for pattern in patterns if not found[pattern]]:
        sys.exit(f"fail: no test fits {' '.join(nothing)}")
    return list(dict.fromkeys(name for names in found.values() for name in names))


def sweep(args, command, names):
    """The tests with these names, run; with each allocation, each has a process of its own."""
    groups = itertools.groupby(names, lambda name: name.split(".")[0] if args.most or args.ms else name)
    suites = [Suite(command, list(group)) for _, group in groups]
    tests, said = [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for done in concurrent.futures.as_completed([pool.submit(suite.run) for suite in suites]):
            tests += done.result()
            for test in done.result():
                if test.problems:
                    test.show()
            if time.monotonic() - said > SAY:
                said = time.monotonic()
                print(f"# {len(tests)} of {len(names)} tests, {sum(test.runs for test in tests)} runs", flush=True)
    return tests


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--run", type=int, default=1, help="it and those that follow fail, so many at most")
    parser.add_argument("--most", type=int, default=0, help="runs of a test; then every k-th allocation fails")
    parser.add_argument("--ms", type=int, default=0, help="likewise if they would take longer")
    parser.add_argument("-j", type=int, default=3 * os.cpu_count(), help="processes; many a test waits for time to pass")
    parser.add_argument("patterns", nargs="*")
    args = parser.parse_intermixed_args()

    command = [args.program, "-r", str(args.run), "-a", str(args.most), "-t", str(args.ms)]
    names = names_of_all(args.program, args.patterns or ["*"])
    tests = sweep(args, [*command, *MACHINE, "-c", WORDS], names)
    for reason, machine, words in OTHERS:
        skipped = [test.name for test in tests if re.search(reason, test.skipped)]
        tests = [test for test in tests if test.name not in skipped or test.problems]
        tests += sweep(args, [*command, *MACHINE, *machine, "-c", f"{WORDS} {words}"], skipped)
    for test in tests:
        if test.step > 1 and not args.most:
            print(f"# {test.name}: each {test.step}th of {test.count} allocations")
    bad = sum(bool(test.problems) for test in tests)
    for why in sorted({test.skipped for test in tests} - {""}):
        print(f"# {sum(test.skipped == why for test in tests)} tests skipped: {why}")
    print(f"fail: {sum(test.runs for test in tests)} runs of {len(tests)} tests with an allocation failing, "
          f"{sum(test.step == 1 for test in tests)} tests with each; {bad} with something wrong")
    sys.exit(bad != 0)


main()
