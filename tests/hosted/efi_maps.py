#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""efi_maps.py TOOL DIRECTORY [WORD...] - start the kernel on EFI memory maps.

TOOL is cairn-boot. Each map of DIRECTORY becomes a multiboot2 tag of that kind, with entries of 40 and
of 48 bytes; the kernel's map must be the oracle's, and descriptors may be there only for memory that is.
"""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "harness"), HERE]

import memmaps  # noqa: E402
from box import Box, efi_tag  # noqa: E402
from replay import HIDDEN  # noqa: E402
from run_bad_inputs import boot  # noqa: E402

BITS = 46
WRITE_BACK, NOT_GENERAL = 0x8, 0x8000 | 0x40000 | 1 << 63  # non-volatile, for a purpose, run time


def load(path):
    """(EFI type, start, pages, attributes) of each entry."""
    with open(path, encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return [(int(kind), int(start, 16), int(length, 16) // memmaps.PAGE, int(attributes, 16))
            for start, length, kind, attributes in rows]


def e820(kind, attributes):
    """The type that comes of an entry once boot services have ended."""
    if kind in (1, 2, 3, 4, 7):
        return 1 if attributes & WRITE_BACK and not attributes & NOT_GENERAL else 2
    return {8: 5, 9: 3, 10: 4}.get(kind, 2)


def problems(tool, path):
    entries = load(path)
    want = memmaps.sanitised([(start, pages * memmaps.PAGE, e820(kind, attributes))
                              for kind, start, pages, attributes in entries], 1 << BITS)
    for stride in 40, 48:
        box = Box()
        box.bits, box.map_tags = BITS, [efi_tag(entries, stride)]
        status, warnings, lines = boot(tool, box)
        text = "\n".join(lines)
        warnings = [line for line in warnings if not re.search(HIDDEN, line)]
        if status or warnings or not re.search(r"^up: \d+ pages free of \d+$", text, re.M):
            yield f"stride {stride}: status {status}, {warnings}: {text[-400:]}"
            continue
        _, spans = memmaps.shown(lines)
        if memmaps.merged(spans) != want:
            yield f"stride {stride}: the map differs: {sorted(set(memmaps.merged(spans)) ^ set(want))[:6]}"
        total, descriptors = (int(n) for n in re.search(r"mem: total (\d+) .*descriptors (\d+)", text).groups())
        if total != sum(end - start for start, end, kind in want if kind == 1):
            yield f"stride {stride}: {total} bytes are accounted for"
        if descriptors > memmaps.descriptors_at_most(want):
            yield f"stride {stride}: descriptors take {descriptors} bytes"
        yield from re.findall(r"^LOST: .*", text, re.M)


def main():
    tool, directory, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    paths = [path for path in sorted(glob.glob(os.path.join(directory, "*.efi")))
             if not words or any(word in path for word in words)]
    failed = 0
    for path in paths:
        found = list(problems(tool, path))
        failed += bool(found)
        for problem in found[:1]:
            print(f"{os.path.basename(path)}: {problem}")
    print(f"EFI maps: {len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
