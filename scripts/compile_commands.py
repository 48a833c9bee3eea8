#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compile_commands.py FLAGS COMMAND SOURCE... -- COMMAND MODULE... - print the compilation database.

That is what editors and clang-tidy read. FLAGS are the Makefile's flags of one file each, as
CFLAGS_mm/slab.o=-Os; the second COMMAND compiles modules.
"""
import json
import os
import re
import sys


def entries(command, sources, flags):
    for source in sources:
        base, suffix = os.path.splitext(source)
        if suffix == ".c":
            name = os.path.basename(base).replace("-", "_")
            words = [command, f"""-DKBUILD_MODNAME='"{name}"'""", flags.get(base, ""), "-c", source]
            yield {"directory": os.getcwd(), "file": source, "command": " ".join(filter(None, words))}


def main():
    flags = dict(re.findall(r"CFLAGS_(\S+)\.o=(.*?)(?= CFLAGS_|$)", sys.argv[1]))
    split = sys.argv.index("--")
    database = [*entries(sys.argv[2], sys.argv[3:split], flags),
                *entries(sys.argv[split + 1], sys.argv[split + 2:], {})]
    json.dump(database, sys.stdout, indent=1)
    sys.stdout.write("\n")


main()
