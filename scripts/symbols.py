#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""symbols.py KERNEL.elf [BASE] - print the assembly source of the kernel's own symbol and line tables.

    cairn_symtab_count      u32    n
    cairn_symtab_address    u32[n] offset from BASE, ascending
    cairn_symtab_size       u32[n] size in bytes, 0 where the source gives none
    cairn_symtab_name       u32[n] offset of the name in cairn_symtab_strings
    cairn_lines_count       u32    m
    cairn_lines_address     u32[m] offset from BASE, ascending: where a line's code begins
    cairn_lines_where       u32[m] file << 20 | line; 0 where the code of a unit ends
    cairn_files_name        u32[]  offset of the path of each file in cairn_symtab_strings; file 0 is ""
    cairn_symtab_strings    bytes  NUL-terminated

BASE is where the kernel is linked, unless it is given.
"""
import os
import sys

from elf import STT_FUNC, STT_NOTYPE, STT_OBJECT, Elf, LineTable

BASE = int(sys.argv[2], 0) if len(sys.argv) > 2 else 0xFFFFFFFF80000000


class Strings:
    def __init__(self):
        self.offsets, self.data = {"": 0}, bytearray(1)

    def add(self, text):
        if text not in self.offsets:
            self.offsets[text] = len(self.data)
            self.data += text.encode() + b"\0"
        return self.offsets[text]


def kernel_symbols(elf):
    """One symbol an address: functions before data before labels, global before local."""
    best = {}
    for address, size, kind, is_global, name in elf.symbols():
        if address < BASE or kind not in (STT_FUNC, STT_OBJECT, STT_NOTYPE):
            continue
        if not name or name.startswith((".L", "cairn_symtab", "cairn_lines")):
            continue
        rank = (kind == STT_FUNC, kind == STT_OBJECT, is_global)
        if address not in best or rank > best[address][0]:
            best[address] = (rank, size, name)
    return sorted((address, size, name) for address, (_, size, name) in best.items())


def kernel_lines(elf):
    """One (address, path, line) an address; rows that repeat the one before are left out."""
    at = {}
    for address, path, line in LineTable(elf).rows():
        if address >= BASE and (line or address not in at):
            at[address] = (path, line)
    last = None
    for address in sorted(at):
        if at[address] != last:
            last = at[address]
            yield (address, *last)


def shorten(path):
    path = os.path.normpath(path)
    here = os.getcwd() + "/"
    return path[len(here) :] if path.startswith(here) else path


def words(label, values):
    print(f"\t.balign 4\n\t.globl {label}\n{label}:")
    for i in range(0, len(values), 16):
        print("\t.long", ", ".join(map(str, values[i : i + 16])))


def main():
    elf = Elf(sys.argv[1])
    strings = Strings()
    symbols = kernel_symbols(elf)
    files, lines = [""], []
    numbers = {"": 0}
    for address, path, line in kernel_lines(elf):
        if path not in numbers:
            numbers[path] = len(files)
            files.append(shorten(path))
        lines.append((address - BASE, numbers[path] << 20 | min(line, 0xFFFFF)))

    print('\t.section .symbols, "a"')
    words("cairn_symtab_count", [len(symbols)])
    words("cairn_symtab_address", [address - BASE for address, _, _ in symbols])
    words("cairn_symtab_size", [size for _, size, _ in symbols])
    words("cairn_symtab_name", [strings.add(name) for _, _, name in symbols])
    words("cairn_lines_count", [len(lines)])
    words("cairn_lines_address", [address for address, _ in lines])
    words("cairn_lines_where", [where for _, where in lines])
    words("cairn_files_name", [strings.add(name) for name in files])
    print("\t.globl cairn_symtab_strings\ncairn_symtab_strings:")
    for i in range(0, len(strings.data), 64):
        print("\t.byte", ", ".join(map(str, strings.data[i : i + 64])))
    print('\t.section .note.GNU-stack, "", @progbits')


main()
