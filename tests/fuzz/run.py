#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py PROGRAM OUTPUT SECONDS JOBS TARGET... - run fuzz targets, JOBS at a time

Each starts from tests/fuzz/corpus/TARGET and tests/fuzz/regressions/TARGET and what earlier
runs left in OUTPUT/corpus/TARGET. A line for each tells how often it ran, the edges and
features it has reached, and the inputs it holds. An input that shows a bug is kept, and how
to run it again is printed.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
STATUS = re.compile(r"^#(\d+)\s+(?:DONE|pulse|NEW|REDUCE|INITED|RELOAD)\s+cov: (\d+) ft: (\d+)(?: corp: (\d+))?")


def targets_of(program):
    """The targets' names, and how long inputs of each may be."""
    out = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return dict(line.split() for line in out.splitlines())


def dictionary(target):
    for name in (target, target.split("_", maxsplit=1)[0], "cmdline" if target == "params" else target):
        path = os.path.join(HERE, "dict", name + ".dict")
        if os.path.exists(path):
            return ["-dict=" + path]
    return []


def fuzz(program, output, seconds, target, max_len):
    """Returns (passed, text)."""
    kept = os.path.join(output, "corpus", target)
    os.makedirs(kept, exist_ok=True)
    log_path = os.path.join(output, target + ".log")
    sources = [d for d in (os.path.join(HERE, "corpus", target), os.path.join(HERE, "regressions", target))
               if os.path.isdir(d)]
    before = set(glob.glob(os.path.join(output, target + "-*")))
    command = [program, target, f"-max_total_time={seconds}", "-timeout=60", "-rss_limit_mb=3000",
               f"-artifact_prefix={output}/{target}-", f"-max_len={max_len}",
               *dictionary(target), kept, *sources]
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:allow_user_segv_handler=1",
               UBSAN_OPTIONS="print_stacktrace=1")
    with open(log_path, "w", encoding="utf-8") as log:
        status = subprocess.run(command, stdout=log, stderr=log, env=env, check=False).returncode
    return report(program, target, status, log_path, sorted(set(glob.glob(os.path.join(output, target + "-*"))) - before))


def report(program, target, status, log_path, crashes):
    last = ("0", "0", "0", "0")
    why = "did not end as it should"
    with open(log_path, encoding="utf-8", errors="replace") as log:
        for line in log:
            found = STATUS.match(line)
            last = found.groups() if found else last
            if re.search(r"^fuzz: |ERROR: |runtime error:|BUG: |cairn: ", line) and why.startswith("did"):
                why = line.strip()
    figures = f"{int(last[0]):>10} executions {int(last[1]):>5} edges {int(last[2]):>6} features {last[3] or 0:>5} inputs"
    if status == 0:
        return True, f"ok     {target:<12} {figures}"
    text = f"FAILED {target:<12} {figures}\n       {why}\n       all of it: {log_path}\n"
    for path in crashes:
        text += (f"       again: ASAN_OPTIONS=detect_leaks=0:allow_user_segv_handler=1 {program} {target} {path}\n"
                 f"       keep it: mkdir -p tests/fuzz/regressions/{target} && "
                 f"cp {path} tests/fuzz/regressions/{target}/what-it-shows\n")
    return False, text.rstrip()


def main():
    program, output, seconds, jobs = sys.argv[1:5]
    for name, value in (("TIME", seconds), ("JOBS", jobs)):
        if not re.fullmatch(r"[1-9][0-9]*", value):
            sys.exit(f"fuzz: {name}={value} is no number from 1; TIME is the seconds of each target")
    targets = targets_of(program)
    wanted = sys.argv[5:] or list(targets)
    unknown = set(wanted) - set(targets)
    if unknown:
        sys.exit(f"fuzz: no target {' '.join(sorted(unknown))}; there are {' '.join(targets)}")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        for passed, text in pool.map(lambda t: fuzz(program, output, int(seconds), t, targets[t]), wanted):
            print(text, flush=True)
            failed += not passed
    print(f"{len(wanted) - failed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
