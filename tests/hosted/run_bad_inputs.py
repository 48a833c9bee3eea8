#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run_bad_inputs.py TOOL RESULTS [WORD...] - start the kernel in a process on each bad input.

TOOL is cairn-boot. The rows, and what must come of each, are in tests/harness/bad_inputs.py; WORD
chooses rows by their number. RESULTS gets a line "number <tab> ok|not ok <tab> line" for each.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "harness"), HERE]

import bad_inputs  # noqa: E402
import memmaps  # noqa: E402

STOPPED = 85
MARK = re.compile(r"<([0-7])>")


def boot(tool, box):
    """(status, warnings, lines): a warning is a message of level 4 and below that number."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(box.file())
        file.flush()
        done = subprocess.run([tool, file.name], capture_output=True, timeout=60, check=False,
                              env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0:allow_user_segv_handler=1"))
    lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
    warnings = [line[3:] for line in lines if (mark := MARK.match(line)) and int(mark[1]) <= 4]
    return done.returncode, warnings, [MARK.sub("", line, count=1) for line in lines]


def fit(patterns, warnings):
    """What is wrong with the warnings, if each pattern must fit just one, and none be left."""
    left = list(warnings)
    for pattern in patterns:
        fitting = [line for line in left if re.search(pattern, line)]
        if len(fitting) != 1:
            yield f"{len(fitting)} lines say '{pattern}'"
        left = [line for line in left if line not in fitting]
    yield from (f"a line more: {line}" for line in left)


def check_map(row, box, lines):
    _, spans = memmaps.shown(lines)
    yield from (f"{start:#x} to {end:#x} is not of type {kind}" for start, end, kind in row.spans
                if not any(s <= start and end <= e and k == kind for s, e, k in spans))
    if row.oracle:
        want = memmaps.sanitised([entry[:3] for entry in box.map], 1 << box.bits)
        if memmaps.merged(spans) != want:
            yield f"the map differs: {sorted(set(memmaps.merged(spans)) ^ set(want))[:6]}"


def problems(tool, row, box):
    status, warnings, lines = boot(tool, box)
    text = "\n".join(lines)
    if row.stops:
        yield from fit([*row.says, rf"cannot start: .*{row.stops}"], warnings)
        if status != STOPPED:
            yield f"the status is {status}"
        return
    yield from fit(row.says, warnings)
    if status or not re.search(r"^up: \d+ pages free of \d+$", text, re.M):
        yield f"it does not come up (status {status}): {text[-600:]}"
        return
    yield from re.findall(r"^LOST: .*", text, re.M)
    yield from (f"nothing shows '{p}'" for p in row.shows if not re.search(p, text, re.M | re.S))
    yield from (f"something shows '{p}'" for p in row.hides if re.search(p, text))
    if "cat memmap" in box.run:
        yield from check_map(row, box, lines)


def try_row(tool, row):
    found, said = [], ""
    for name, box in row.boxes():
        try:
            found += [f"{name}: {problem}" for problem in problems(tool, row, box)]
        except subprocess.TimeoutExpired:
            found.append(f"{name}: it hangs")
    return row, found


def main():
    tool, results, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    if nothing := set(words) - {row.number for row in bad_inputs.ROWS}:
        sys.exit(f"bad inputs: no row has the number {' '.join(sorted(nothing))}")
    rows = [row for row in bad_inputs.ROWS if not words or row.number in words]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tried = list(pool.map(lambda row: try_row(tool, row), rows))
    with open(results, "w", encoding="utf-8") as file:
        for row, found in tried:
            file.write(f"{row.number}\t{row.what}\t{'not ok' if found else 'ok'}\n")
            print("\n".join(found)) if found else None
    failed = {row.number for row, found in tried if found}
    print(f"bad inputs: {len({row.number for row in rows}) - len(failed)} cases passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
