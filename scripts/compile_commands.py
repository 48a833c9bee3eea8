#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compile_commands.py COMMAND SOURCE... - print the compilation database that editors and clang-tidy read."""
import json
import os
import sys

command, sources = sys.argv[1], sys.argv[2:]
here = os.getcwd()
entries = [
    {"directory": here, "file": source, "command": f"{command} -c {source}"}
    for source in sources
    if source.endswith(".c")
]
json.dump(entries, sys.stdout, indent=1)
sys.stdout.write("\n")
