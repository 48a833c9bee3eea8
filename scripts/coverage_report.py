# SPDX-License-Identifier: MIT
"""What make coverage says of its counts: totals, places that nothing reached, and whether all that will do"""
import os
import re

LINES, BRANCHES = 95.0, 85.0  # per cent: a total below fails, a file below is listed
REASONS = "scripts/coverage_reasons.txt"


# ---- lines and their reasons ----------------------------------------------------------------
def read_reasons(lines):
    """[(file, what the line has, reason)]; a row without one of them would excuse whatever comes."""
    rows = []
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or not line.strip():
            continue
        row = re.split(r"\s+\|\s+", line.strip(), maxsplit=2)
        if len(row) != 3 or not all(row):
            raise ValueError(f"{REASONS}:{number}: not file | what the line has | reason: {line.strip()}")
        rows.append(tuple(row))
    return rows


def unreached(shown):
    """(file, line, text, that and the line above it) of the first of each lines in a row that nothing reached."""
    path, last, above = "", -1, ""
    for line in shown.splitlines():
        counted = re.match(r"\s*(\d+)\|\s*([\d.kMG]*)\|(.*)", line)
        if line.startswith("/"):
            path, last = os.path.relpath(line.rstrip(":")), -1
        elif counted:
            number, text = int(counted[1]), counted[3].strip()
            if not text and last == number - 1:
                last = number
                continue
            if counted[2] == "0":
                if number != last + 1:
                    yield path, number, text, f"{above} {text}"
                last = number
            above = text


def tell_unreached(shown, reasons):
    places = list(unreached(shown))
    used, unexplained = set(), 0
    for path, line, text, both in places:
        rows = [row for row in reasons if row[0] in ("*", path) and row[1] in both]
        used |= set(rows)
        if not rows:
            print(f"not reached, and nobody says why: {path}:{line}: {text}")
            unexplained += 1
    for row in reasons:
        if row not in used and not row[2].startswith("at times"):
            print(f"nothing unreached is explained by: {' | '.join(row)}")
    print(f"{len(places)} places are not reached, {len(places) - unexplained} of them for a reason in {REASONS}")
    return {(path, line) for path, line, _, _ in places}


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
