#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bad_inputs_status.py [OUT] DOCUMENT - what comes of each bad input, and which tests say so.

Without OUT: check that every case has a row in tests/harness/rows_*.py, that every test that a row
names exists, and that DOCUMENT has these rows and no others. With OUT, where `make host-test` and `make bad-inputs` left results: write DOCUMENT.
"""
import collections
import fnmatch
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "tests/harness")]

import api_status  # noqa: E402
import bad_inputs  # noqa: E402

PARTS = {"M": (32, "What the boot loader hands over"), "E": (26, "The memory map"), "A": (40, "ACPI"),
         "P": (30, "PCI")}


def named(row):
    return row.tests + ["case:" + case for case in row.cases]


def complaints():
    names = api_status.existing_tests()
    numbers = {row.number for row in bad_inputs.ROWS}
    for part, (count, _) in PARTS.items():
        yield from (f"case {part}{i} has no row" for i in range(1, count + 1) if f"{part}{i}" not in numbers)
    for row in bad_inputs.ROWS:
        yield from (f"{row.number}: there is no test {test}" for test in named(row) if not fnmatch.filter(names, test))


def shown(row):
    """A row of the document, as far as nothing has to be run for it."""
    return "".join("| " + cell.replace("|", "\\|") + " " for cell in (row.number, row.what, row.outcome, said(row))) + "| "


def differences(path):
    with open(path, encoding="utf-8") as file:
        there = [line for line in file.read().splitlines() if re.match(r"\| [MEAP]\d+ ", line)]
    wanted = [shown(row) for row in bad_inputs.ROWS]
    yield from (f"{path}: without this row; make bad-inputs renews it: {row}" for row in wanted
                if not any(line.startswith(row) for line in there))
    yield from (f"{path}: a row that is in no table: {line}" for line in there if not line.startswith(tuple(wanted)))


def read_tsv(path):
    """(number, what) -> ok or not ok"""
    if not os.path.exists(path):
        return {}
    lines = (line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8"))
    return {(number, what): result for number, what, result in lines}


def test_results(out):
    results = collections.defaultdict(collections.Counter)
    for folder in ("tests", "host"):
        for name, counts in api_status.read_results(os.path.join(out, folder)).items():
            results[name].update(counts)
    return results


def of_tests(row, results):
    found = [name for pattern in row.tests for name in fnmatch.filter(results, pattern)]
    if not row.tests:
        return "none by itself"
    if bad := [name for name in found if results[name]["not ok"]]:
        return "**FAILS**: " + ", ".join(bad)
    return "passes" if any(results[name]["ok"] for name in found) else "not run"


def of_boot(row, results):
    return {"ok": "passes", "not ok": "**FAILS**"}.get(results.get((row.number, row.what)), "not run")


def plain(pattern):
    """A pattern as somebody would write the line."""
    text = re.sub(r"\\d\+|0x\[0-9a-f\]\+|\\d", "N", pattern).replace(r"\.", ".").replace("$", "")
    return re.sub(r" ?\.\* ?", " ... ", text)


def said(row):
    lines = [*row.says, *(["cannot start: ... " + row.stops] if row.stops else [])]
    return "<br>".join(f"`{plain(line)}`" for line in lines) or "-"


def write_document(out, path):
    results, process = test_results(out), read_tsv(os.path.join(out, "host/bad-inputs.tsv"))
    qemu = read_tsv(os.path.join(out, "tests/bad-inputs.tsv"))
    text = ["# Bad input, and what comes of it", "",
            "Made by `make bad-inputs` from `tests/harness/rows_*.py`; not edited by hand. Each row is an input that no",
            "loader, firmware or device should give. It is tried on the parser alone (KTESTs, named), as a boot of the",
            "kernel in a process (`make host-test`, which looks that these lines and no others of their level are",
            "printed, that all memory is kept that is in use, and that the map is the oracle's), and as a boot in QEMU,",
            "whose memory is changed before the kernel's first instruction. `case:` is a case of",
            "`tests/harness/cases_bad_inputs.py`; `hostile-*` there boot many rows at once in `make test`."]
    passed = 0
    for part, (count, title) in PARTS.items():
        text += ["", f"## {part}: {title}", "", "| | input | outcome | printed | parser alone | process | QEMU |",
                 "|---|---|---|---|---|---|---|"]
        for row in (row for row in bad_inputs.ROWS if row.number[0] == part):
            tests = " ".join(f"`{name}`" for name in row.tests)
            boot = of_boot(row, qemu) if row.booted else " ".join(f"`case:{c}`" for c in row.cases) or "cannot be given"
            cells = [f"{tests} {of_tests(row, results)}", of_boot(row, process), boot]
            text.append(shown(row) + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        numbers = {row.number for row in bad_inputs.ROWS if row.number[0] == part}
        bad = {row.number for row in bad_inputs.ROWS if of_boot(row, process) != "passes"
               or (row.tests and of_tests(row, results) != "passes") or qemu.get((row.number, row.what)) == "not ok"}
        passed += len(numbers - bad)
    text.insert(2, f"{passed} of {sum(count for count, _ in PARTS.values())} cases come out as stated.")
    text.insert(3, "")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(text) + "\n")
    print(f"{path}: {text[2]}")


def main():
    found = list(complaints())
    if len(sys.argv) == 2:
        found += differences(sys.argv[1])
    print("\n".join(found)) if found else None
    if len(sys.argv) == 3:
        write_document(sys.argv[1], sys.argv[2])
    return 1 if found else 0


sys.exit(main())
