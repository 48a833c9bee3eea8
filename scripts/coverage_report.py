# SPDX-License-Identifier: MIT
"""What make coverage says of its counts: totals, places that nothing reached, and whether all that will do"""
import os
import re

LINES, BRANCHES = 95.0, 85.0  # per cent: a total below fails, a file below is listed
REASONS = "scripts/coverage_reasons.txt"


# ---- lines and their reasons ----------------------------------------------------------------
def read_reasons(lines):
    """[(file, what the line has, reason)]"""
    return [tuple(field.strip() for field in line.split("|", maxsplit=2)) for line in lines if not line.startswith("#")]


def unreached(shown):
    """(file, line, text) of the first of each lines in a row that nothing reached, in what llvm-cov shows."""
    path, last = "", -1
    for text in shown.splitlines():
        counted = re.match(r"\s*(\d+)\|\s*([\d.kMG]*)\|(.*)", text)
        if text.startswith("/"):
            path, last = os.path.relpath(text.rstrip(":")), -1
        elif counted and counted[2] == "0":
            if int(counted[1]) != last + 1:
                yield path, int(counted[1]), counted[3].strip()
            last = int(counted[1])


def tell_unreached(shown, reasons):
    places = list(unreached(shown))
    unexplained = [place for place in places if not any(
        name in ("*", place[0]) and what in place[2] for name, what, _ in reasons)]
    for path, line, text in unexplained:
        print(f"not reached, and nobody says why: {path}:{line}: {text}")
    print(f"{len(places)} places are not reached, {len(places) - len(unexplained)} of them for a reason in {REASONS}")


# ---- totals -----------------------------------------------------------------------------------
def total(files, what):
    covered, count = (sum(f["summary"][what][k] for f in files) for k in ("covered", "count"))
    return {"covered": covered, "count": count, "percent": 100 * covered / max(count, 1)}


def tell(files):
    below = 0
    for file in sorted(files, key=lambda f: f["summary"]["lines"]["percent"]):
        lines, branches = file["summary"]["lines"], file["summary"]["branches"]
        if lines["percent"] < LINES or (branches["count"] and branches["percent"] < BRANCHES):
            print(row(os.path.relpath(file["filename"]), lines, branches))
            below += 1
    print(f"{below} of {len(files)} files are below {LINES:.0f} % of lines or {BRANCHES:.0f} % of branches")
    print(row("all of them", total(files, "lines"), total(files, "branches")))


def row(name, lines, branches):
    share = f"({lines['covered']}/{lines['count']})"
    return (f"{name:<28} lines {lines['percent']:5.1f} % {share:>13}  branches {branches['percent']:5.1f} % "
            f"({branches['covered']}/{branches['count']})")


def shortfalls(files):
    """Why the totals will not do, a text each."""
    for what, least in ("lines", LINES), ("branches", BRANCHES):
        reached = total(files, what)["percent"]
        if reached < least:
            yield f"{reached:.2f} % of {what} are below {least:.0f} %"
