#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""figures.py FILE... - measure, and put the figures into documents.
figures.py --check ALL FILE... - say which figures of the documents are not those of ALL.

A document marks where figures go; what stands between the marks is replaced:

  <!-- bench: all -->                        every case, and the geometric mean
  <!-- bench: pair_kmalloc_64 mixed_kmalloc -->   these cases; with the word mean, the mean of all
  <!-- bench: boot -->                       the cost of starting, by memory size
  <!-- bench: switches -->                   the cost of the detectors chosen on the command line
  <!-- bench: smp -->                        what being many costs a CPU
  <!-- /bench -->                            the end of each
"""
import os
import re
import subprocess
import sys

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "bench")
MARKED = re.compile(r"(<!-- bench: ([^>]*?) -->\n).*?(<!-- /bench -->)", re.S)


def measure(program, *arguments):
    done = subprocess.run([os.path.join(BENCH, program), "--markdown", *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"figures: the benchmark failed:\n{done.stdout}")
    return done.stdout.rstrip("\n").split("\n")


def section(wanted, measured):
    """The lines for one pair of marks."""
    if wanted in ("boot", "smp", "switches"):
        return measured[wanted]
    *rows, mean = measured["all"]
    mean = mean[0].upper() + mean[1:].removesuffix(".") + "."
    if wanted == "all":
        return [*rows, "", mean]
    by_name = {row.split("|")[1].strip(): row for row in rows[2:]}
    names = [name for name in wanted.split() if name != "mean"]
    missing = [name for name in names if name not in by_name]
    if missing:
        sys.exit(f"figures: no benchmark case is called {', '.join(missing)}")
    return [*rows[:2], *(by_name[name] for name in names), *(["", mean] if "mean" in wanted.split() else [])]


def check(complete, paths):
    """Figures that were written by hand, or renewed in one document alone."""
    with open(complete, encoding="utf-8") as document:
        measured = {m[2]: m[0].split("\n")[1:-1] for m in MARKED.finditer(document.read())}
    measured["all"] = [line for line in measured["all"] if line]
    for path in paths:
        with open(path, encoding="utf-8") as document:
            for mark in MARKED.finditer(document.read()):
                wanted = section(mark[2], measured)
                if mark[0].split("\n")[1:-1] != wanted:
                    print(f"{path}: the figures of {mark[2]} are not those of {complete}; make figures renews both")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--check":
        check(sys.argv[2], sys.argv[3:])
        return
    texts = {}
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as document:
            texts[path] = document.read()
        if not MARKED.search(texts[path]):
            sys.exit(f"figures: {path} has no <!-- bench: ... --> mark")
    measured = {"all": measure("run"), "boot": measure("run", "boot"), "smp": measure("run-smp"),
                "switches": measure("run", "switches")}
    for path, text in texts.items():
        new = MARKED.sub(lambda m: m[1] + "\n".join(section(m[2], measured)) + "\n" + m[3], text)
        if new != text:
            with open(path, "w", encoding="utf-8") as document:
                document.write(new)
        print(f"{path}: {'new figures' if new != text else 'the figures are the same'}")


main()
