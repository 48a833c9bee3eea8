#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""death.py PROGRAM [CASE...] - one process for each misuse of memory, and what it has to say

PROGRAM is cairn-death.  It lists its cases with the first line of the report, whole, what
else the report has to name, and how the process ends; tests/misuse.h has what the words in
braces stand for.  Lines of "=" or "-" are no first lines.

A misuse that is refused leaves everything as it was: the process looks through all
allocators, prints "intact", and its status is 0.  What cannot be refused ends with 85.
The kernel makes the same mistakes: tests/misuse.c.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

PLACE = r"(\.[a-z.0-9]+)?\+0x[0-9a-f]+/0x[0-9a-f]+"


def pattern(text, p):
    """The text as a regular expression."""
    known = {"{p}": f"0x{p:016x}", "{px}": f"{p:016x}", "{pfn}": f"{p:05x}", "{phys}": f"0x{p:x}",
             "{px_short}": f"{p:x}", "{px_line}": f"{p:016x}"[:-2], "{n}": r"\d+", "{addr}": "[0-9a-f]+",
             "{word}": r"[A-Za-z0-9]+", "{at}": r"\w+" + PLACE}

    def one(found):
        word = found.group(0)
        if word.startswith("{at:"):
            return word[4:-1] + PLACE
        return known[word]

    parts = re.split(r"(\{[a-z_]+(?::\w+)?\})", text)
    return "".join(one(re.match(r".*", part)) if i % 2 else re.escape(part) for i, part in enumerate(parts))


def wrong_with(program, row):
    """What is wrong with a case, and what the process said; or None."""
    case, status, first, *names = [*row, None] if len(row) == 2 else row
    process = subprocess.run([program, case], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                             check=False)
    output = process.stdout.decode(errors="replace")
    address = re.search(r"^p=0x([0-9a-f]+)\nbegin$", output, re.M)
    if not address:
        return "it does not come as far as the mistake", output
    p = int(address.group(1), 16)
    said = [re.sub(r"^\[ *\d+\.\d+\] ", "", line) for line in output[address.end() + 1:].splitlines()]
    said = [line for line in said if not re.match(r"[-=]{8}", line)]
    report, end = (said[:said.index("end")], said[said.index("end") + 1:]) if "end" in said else (said, [])
    if first is None and report:
        return "a report of what is no mistake", output
    if first and not report:
        return f"no report; expected {first}", output
    if first and not re.fullmatch(pattern(first, p), report[0]):
        return f"the first line is not: {first}", output
    for name in names:
        if not any(re.search(pattern(name, p), line) for line in report):
            return f"it does not name: {name}", output
    if process.returncode != int(status):
        return f"status {process.returncode}, expected {status}", output
    if status == "0" and end != ["intact"]:
        return "it left damage", output
    return None


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0:allow_user_segv_handler=1")
    listing = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    rows = [line.split("\t") for line in listing if "\t" in line]
    if not rows and not wanted:
        sys.exit(f"death: {program} lists no misuse")
    if nothing := set(wanted) - {row[0] for row in rows}:
        sys.exit(f"death: no misuse is called {' '.join(sorted(nothing))}")
    rows = [row for row in rows if not wanted or row[0] in wanted]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for row, wrong in zip(rows, pool.map(lambda row: wrong_with(program, row), rows)):
            if wrong:
                print(f"{row[0]}: {wrong[0]}", *wrong[1].splitlines()[-40:], sep="\n    ")
                bad += 1
    print(f"death: {len(rows)} misuses, {bad} with something wrong")
    sys.exit(bad != 0)


main()
