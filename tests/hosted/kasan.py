#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""kasan.py PROGRAM - run each case of tests/hosted/kasan.c and read AddressSanitizer's report

A case must end in a report that names the access and the function that made it, at
once; or, if its access is "-", in none.
"""
import os
import re
import subprocess
import sys

OPTIONS = "detect_leaks=0:allow_user_segv_handler=1:abort_on_error=0:exitcode=99"
# What else is expected of a case that AddressSanitizer has nothing to do with.
ALSO = {"free_twice": "BUG kmalloc-64: Object already free"}


def run(program, *case):
    environment = dict(os.environ, ASAN_OPTIONS=OPTIONS)
    done = subprocess.run([program, *case], env=environment, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          check=False)
    return done.returncode, done.stdout


def problem(program, case, access):
    status, text = run(program, case)
    if access == "-":
        if status or "AddressSanitizer" in text or ALSO.get(case, "") not in text:
            return "it was to end without a report of AddressSanitizer's"
        return None
    kind = {"r": "READ", "w": "WRITE"}[access[0]]
    if status != 99 or "ERROR: AddressSanitizer: use-after-poison" not in text:
        return f"no report of AddressSanitizer's; status {status}"
    if not re.search(rf"^{kind} of size {access[1:]} at ", text, re.M):
        return f"no {kind} of size {access[1:]} is reported"
    if not re.search(rf"^ *#\d+ \S+ in {case} ", text, re.M):
        return "the function is not named"
    return None


def main():
    program = sys.argv[1]
    cases = re.findall(r"case (\S+) (\S+)$", run(program)[1], re.M)
    failed = 0
    for case, access in cases:
        wrong = problem(program, case, access)
        if wrong:
            failed += 1
            print(f"not ok {case}: {wrong}")
    print(f"kasan: {len(cases) - failed} of {len(cases)} mistakes and non-mistakes as expected")
    sys.exit(bool(failed or not cases))


main()
