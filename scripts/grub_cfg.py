#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""grub_cfg.py TEMPLATE - print the boot menu with $CMDLINE's words in place of @CMDLINE@,
and in place of @MEMMAP@ the module that $MEMMAP asks for: a file with a memory map.

The command line is taken apart as a shell would (exec="a;b" is one word), and each word is
quoted for GRUB's own shell, so that what reaches the kernel is what was typed.
"""
import os
import shlex
import sys


def grub_quote(word):
    return "'" + word.replace("'", "'\\''") + "'"


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    try:
        words = shlex.split(os.environ.get("CMDLINE", ""))
    except ValueError as err:
        sys.exit(f"CMDLINE: {err}: {os.environ['CMDLINE']}")
    memmap = os.environ.get("MEMMAP", "")
    module = f"module2 /boot/memmap memmap  # {os.path.basename(memmap)}" if memmap else ""
    text = text.replace("\t@MEMMAP@\n", f"\t{module}\n" if module else "")
    sys.stdout.write(text.replace("@CMDLINE@", " ".join(map(grub_quote, words))))


main()
