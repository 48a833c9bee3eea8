#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""api_status.py TABLE [OUT] DOCUMENT - which test holds each promise of the API, and how it went.

Without OUT: check that every test that TABLE names exists, and that DOCUMENT has its rows, no others.
With OUT, where `make test` left its logs: write DOCUMENT.

A line of TABLE is  call <tab> promise <tab> tests <tab> what is missing  (the last may be absent);
a line that begins with '## ' opens a section. Tests are names or patterns of in-kernel tests, as
dma.* or pages.double_free, or case:NAME for one of tests/harness/; '-' is none.
"""
import collections
import fnmatch
import glob
import os
import re
import sys

RESULT = re.compile(r"^(ok|not ok) \d+ ([a-z0-9_]+\.\w+)(.*)$")
KTEST = re.compile(r"^KTEST\((\w+), (\w+)\)", re.M)
DEATH = re.compile(r'^    "([\w-]+)": \(r?["A-Z]', re.M)
CASE = re.compile(r"^@case\ndef (\w+)", re.M)

Row = collections.namedtuple("Row", "number call promise tests missing")


def read_table(path):
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("## "):
            yield line
        elif line and not line.startswith("#"):
            cells = (line.split("\t") + [""])[:4]
            if len(cells) < 4:
                sys.exit(f"{path}:{number}: three or four cells with tabs between")
            yield Row(number, cells[0], cells[1], cells[2].split(), cells[3])


def existing_tests():
    names = []
    for path in glob.glob("tests/*.c"):
        names += [".".join(m) for m in KTEST.findall(open(path, encoding="utf-8").read())]
    for path in glob.glob("tests/harness/*.py"):
        text = open(path, encoding="utf-8").read()
        names += ["case:" + m.replace("_", "-") for m in CASE.findall(text)]
        names += ["case:crash-" + m for m in DEATH.findall(text)]
    return sorted(names)


def tests_of(row, names):
    """The tests that a row names; a name that matches none is in the second list."""
    found, lost = [], []
    for pattern in row.tests:
        if pattern != "-":
            matching = fnmatch.filter(names, pattern)
            found += matching
            lost += [] if matching else [pattern]
    return sorted(set(found)), lost


def read_results(out):
    """Test -> Counter of ok, not ok, skip, over all logs."""
    results = collections.defaultdict(collections.Counter)
    for path in glob.glob(os.path.join(out, "*.log")):
        for line in open(path, encoding="utf-8", errors="replace"):
            if result := RESULT.match(line.strip()):
                word = "skip" if "# SKIP" in result[3] else result[1]
                results[result[2]][word] += 1
    for path in glob.glob(os.path.join(out, "*.result")):
        name = os.path.basename(path).removesuffix(".result")
        results["case:" + name][open(path, encoding="utf-8").read().strip()] += 1
    return results


def verdict(row, tests, results):
    if not tests:
        return "**no test**"
    counts = [results.get(test, {}) for test in tests]
    if failed := [t for t, c in zip(tests, counts) if c.get("not ok")]:
        return "**FAILS**: " + ", ".join(failed)
    if unknown := sum(not c.get("ok") for c in counts):
        return f"{len(tests) - unknown} pass, {unknown} not run" if unknown < len(tests) else "not run"
    return f"{len(tests)} pass" if len(tests) > 1 else "passes"


def cell(text):
    return text.replace("|", "\\|")


def shown_row(row):
    """A row of the document, but for its result."""
    tests = ", ".join(f"`{t}`" for t in row.tests if t != "-") or "none"
    return f"| {cell(row.call)} | {cell(row.promise)} | {cell(tests)} | "


def differences(rows, path):
    """Lines about each row that TABLE or the document has alone."""
    with open(path, encoding="utf-8") as file:
        there = [line for line in file.read().splitlines() if line.startswith(("## ", "| "))]
    there = [line for line in there if not line.startswith("| call |")]
    wanted = [row if isinstance(row, str) else shown_row(row) for row in rows]
    for row in wanted:
        if not any(line == row if row.startswith("#") else line.startswith(row) for line in there):
            yield f"{path}: without this row of the table; make test, then make api-status: {row}"
    for line in there:
        if not any(line == row if row.startswith("#") else line.startswith(row) for row in wanted):
            yield f"{path}: a row that is not in the table: {line}"


def write_document(rows, names, results, path):
    lines, total, held = [], 0, 0
    for row in rows:
        if isinstance(row, str):
            lines += ["", row, "| call | promise | tests | result |", "|---|---|---|---|"]
            continue
        tests, _ = tests_of(row, names)
        result = verdict(row, tests, results)
        total += 1
        held += bool(tests) and result.endswith(("passes", "pass")) and not row.missing
        if row.missing:
            result += f"; **missing**: {row.missing}"
        lines.append(f"{shown_row(row)}{cell(result)} |")
    head = ["# Each promise, its tests, their result", "",
            "Made by `make api-status` from `tests/api.tsv` and the logs of the last `make test`; not edited by hand.",
            "A result is over all machines that ran the test. `case:` is a case of `make test`.",
            "", f"{held} of {total} rows hold in full."]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(head + lines) + "\n")
    print(f"{path}: {held} of {total} rows hold in full")


def main():
    rows, names = list(read_table(sys.argv[1])), existing_tests()
    wrong = [f"{sys.argv[1]}:{row.number}: there is no test {name}" for row in rows if isinstance(row, Row)
             for name in tests_of(row, names)[1]]
    if len(sys.argv) == 3:
        wrong += differences(rows, sys.argv[2])
    if wrong:
        sys.exit("\n".join(wrong))
    if len(sys.argv) == 4:
        results = read_results(sys.argv[2])
        if not results:
            sys.exit("api-status: no logs of tests; make test leaves some")
        write_document(rows, names, results, sys.argv[3])


if __name__ == "__main__":
    main()
