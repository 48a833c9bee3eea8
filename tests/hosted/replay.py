#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""replay.py TOOL DIRECTORY [WORD...] - start with memmap=file on each map of the directory.

TOOL is cairn-boot. Each map is replayed on a machine that has all memory there can be, and on one of
5 GiB as QEMU makes it; the sanitised map must be what the oracle of memmaps.py says.
"""
import concurrent.futures
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "harness"), HERE]

import memmaps  # noqa: E402
from bad_inputs import ACPI, GIB, MIB, RESERVED, USABLE, Box, module_tag  # noqa: E402
from run_bad_inputs import boot  # noqa: E402

MODULE = 64 * MIB
# A map may have no memory where this kernel and its module lie.
HIDDEN = r"kernel's image, .* lies outside of RAM|iomem: Kernel \w+ .* does not fit|module memmap at .* is not in RAM"
MACHINES = {
    "everything": [(0, 1 << 46, USABLE)],
    "5 GiB": [(0, 0x9FC00, USABLE), (0x9FC00, 0x400, RESERVED), (0xF0000, 0x10000, RESERVED),
              (MIB, 0xBFEE0000 - MIB, USABLE), (0xBFEE0000, 0x10000, ACPI), (0xBFEF0000, 0x10000, RESERVED),
              (0xFFFC0000, 0x40000, RESERVED), (4 * GIB, 2 * GIB, USABLE), (0xFD00000000, 0x300000000, RESERVED)],
}


def check(tool, path, machine):
    with open(path, "rb") as file:
        text = file.read()
    box = Box()
    box.bits, box.cmdline, box.map = 46, b"memmap=file\0", MACHINES[machine]
    box.memory[MODULE] = text
    box.tags = [module_tag(MODULE, MODULE + len(text), b"memmap\0")]
    status, warnings, lines = boot(tool, box)
    ranges, _ = memmaps.load(path)
    want = memmaps.replayed(ranges, box.map)
    if any("too little to start" in line for line in warnings):
        low = memmaps.low_bytes(want)
        assert low < memmaps.LEAST, f"{low} bytes are not too little"
        want = memmaps.sanitised(box.map)
        warnings.clear()
    assert status == 0 and any(re.match(r"up: ", line) for line in lines), "\n".join(lines)[-600:]
    surprises = [line for line in warnings if not re.search(HIDDEN, line)]
    assert not surprises, surprises
    _, got = memmaps.shown(lines)
    got = memmaps.merged(got)
    assert got == want, f"ranges differ: {sorted(set(got) ^ set(want))[:6]}"


def problem(tool, path, machine):
    try:
        check(tool, path, machine)
    except AssertionError as error:
        return f"{os.path.basename(path)} on {machine}: {error}"
    return None


def main():
    tool, directory, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    paths = [path for path in sorted(glob.glob(os.path.join(directory, "*.map")))
             if not words or any(word in path for word in words)]
    jobs = [(path, machine) for path in paths for machine in MACHINES]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [p for p in pool.map(lambda job: problem(tool, *job), jobs) if p]
    print("\n".join(found[:20])) if found else None
    print(f"memmap=file: {len(jobs) - len(found)} passed, {len(found)} failed")
    return 1 if found or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
