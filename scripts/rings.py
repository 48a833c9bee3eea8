#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rings.py SOURCE... - check that the rings of headers stay apart.

  include/linux   the API; what it includes is the API, the machine's headers and the compiler's
  include/cairn   ours
  mm/*.h, ...     private to their directory and to white-box tests in tests/; those of mm/ also to
                  arch/preload, which puts another interface on the allocators

lib/, mm/ and kernel/ stand below drivers/ and block/, and include no header about those: UPPER; but for
start-up and the end, which name everybody.  The ports to a process see the C library in one file each;
some tests are ordinary programs: HOSTED.

And mm/ sees the machine only through <asm/...>: no inline assembly, no #if of its own.
"""
import os
import re
import sys

COMPILER = {"stddef.h", "stdbool.h", "stdarg.h", "stdint.h", "float.h", "iso646.h"}
HOSTED = re.compile(r"arch/(hosted|preload)/host\.c$|arch/memblock/include/|tests/hosted/(malloc|bench|memblock)/")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def ring_of(path):
    for start, ring in (("include/linux/", "api"), ("include/cairn/", "ours"),
                        ("arch/x86_64/include/asm/", "machine"),
                        ("arch/hosted/include/asm/", "machine"),
                        ("arch/preload/include/asm/", "machine"), ("mm/", "mm"),
                        ("tests/", "tests"), ("arch/preload/", "preload"), ("arch/", "arch")):
        if path.startswith(start):
            return ring
    return "rest"


def check_include(path, ring, bracket, name):
    if bracket == "<":
        if name.split("/")[0] in ("linux", "asm", "asm-generic", "cairn", "uapi"):
            if LOWER.match(path) and UPPER.match(name):
                return f"<{name}> is of a layer above"
            if ring == "api" and name.startswith("cairn/") and name not in ALLOWED_IN_API:
                return f"the API includes <{name}>, which is ours"
            return None
        return None if name in COMPILER or HOSTED.match(path) else f"<{name}> is in no ring"
    home, target = (os.path.dirname(p) for p in (path, os.path.normpath(os.path.join(os.path.dirname(path), name))))
    if ring in ("api", "ours", "machine"):
        return f'"{name}": a header of this ring includes by <...>'
    if home != target and ring != "tests" and (ring, target) != ("preload", "mm"):
        return f'"{name}" is private to {target}/'
    return None


# Ours that API headers are made of.
ALLOWED_IN_API = {"cairn/pcp.h"}

# About devices and the disk, and who is below them.
LOWER = re.compile(r"lib/|mm/|kernel/(?!(main|iomem|exit)\.c)")
UPPER = re.compile(r"cairn/(acpi|block|blockcache|names|pci)\.h|linux/(pci|pci-dma-compat)\.h")


def check_mm_line(line):
    if re.match(r"^\s*#\s*(if|ifdef|ifndef|elif)\b", line):
        return "conditional compilation in mm/: an empty inline in a header does it"
    if re.search(r"\basm\s*(volatile)?\s*\(", line):
        return "inline assembly in mm/: it belongs behind <asm/...>"
    return None


def main():
    found = 0
    for path in sys.argv[1:]:
        ring = ring_of(path)
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            include = INCLUDE.match(line)
            problem = check_include(path, ring, *include.groups()) if include else None
            if not problem and ring == "mm" and path.endswith(".c"):
                problem = check_mm_line(line)
            if problem:
                print(f"{path}:{number}: {problem}")
                found = 1
    sys.exit(found)


main()
