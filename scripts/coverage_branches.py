# SPDX-License-Identifier: MIT
"""Branches of conditions that are reached but go one way only, out of what llvm-cov exports; coverage.py calls it

A condition has two branches, true and false. A place is where it stands; one in a macro counts
where the macro is used, and an inline function's counts are those of all its copies together.
"""
import html
import os
from collections import Counter

MACRO_CALL = 1  # the kind of a region that llvm-cov calls an expansion


def outermost(function, file_id):
    """Where the macro is used whose body llvm-cov calls file @file_id: a position, and the file's number."""
    used_at = {region[6]: region for region in function["regions"] if region[7] == MACRO_CALL}
    at = None
    while file_id in used_at:
        at, file_id = tuple(used_at[file_id][:4]), used_at[file_id][5]
    return at, file_id


def conditions(functions, wanted):
    """{(file, where it stands, where in a macro): [times true, times false]}"""
    counts = {}
    for function in functions:
        for branch in function["branches"]:
            at, file_id = outermost(function, branch[6])
            path = os.path.relpath(function["filenames"][file_id])
            if wanted(path):
                key = (path, at or tuple(branch[:4]), tuple(branch[:4]) if at else None)
                both = counts.setdefault(key, [0, 0])
                both[0] += branch[4]
                both[1] += branch[5]
    return counts


def text_at(path, at, texts={}):  # pylint: disable=dangerous-default-value
    """The source between two positions, in one line, and the whole of its lines."""
    if path not in texts:
        with open(path, encoding="utf-8") as file:
            texts[path] = file.read().splitlines()
    first, column, last, end = at
    lines = texts[path][first - 1:last]
    whole = " ".join(line.strip() for line in lines)
    lines[-1] = lines[-1][:end - 1]
    lines[0] = lines[0][column - 1:]
    return " ".join(line.strip() for line in lines), whole


def one_way(functions, wanted, unreached):
    """Sorted (file, line, condition, what it never was, class) of the conditions that were asked."""
    places = []
    for (path, at, in_macro), (true, false) in conditions(functions, wanted).items():
        if bool(true) == bool(false):
            continue
        text, whole = text_at(path, at)
        if in_macro:
            kind, text = "in a macro", whole
        elif any((path, at[2] + i) in unreached for i in range(4)):
            kind = "before lines that are not reached"
        elif " && " in whole or " || " in whole:
            kind = "one part of several"
        else:
            kind = "alone"
        places.append((path, at[0], text, "false" if true else "true", kind))
    return sorted(places)


def write(path, places):
    """The list as a page, by file."""
    by_file = Counter(place[0] for place in places)
    with open(path, "w", encoding="utf-8") as page:
        page.write("<!DOCTYPE html><meta charset=utf-8><title>Branches never taken</title><h1>Branches never taken</h1>"
                   f"<p>{len(places)} conditions in {len(by_file)} files were asked and were never true, or never false.</p>\n")
        for name, count in by_file.most_common():
            page.write(f"<h2>{name}: {count}</h2><table>\n")
            for file, line, text, never, kind in places:
                if file == name:
                    page.write(f"<tr><td>{line}<td>never {never}<td><code>{html.escape(text)}</code><td>{kind}\n")
            page.write("</table>\n")


def tell(path, functions, wanted, unreached):
    """Writes the page, says how many there are of each class; @unreached has (file, line) of places."""
    places = one_way(functions, wanted, unreached)
    write(path, places)
    by_kind = ", ".join(f"{count} {kind}" for kind, count in Counter(place[4] for place in places).most_common())
    print(f"{len(places)} conditions in {len({place[0] for place in places})} files go one way only ({by_kind}): {path}")
