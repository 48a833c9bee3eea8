# SPDX-License-Identifier: MIT
"""The boot matrix: every in-kernel test on each machine."""
import itertools
import os

from image import OUT, Image
from ktap import Parser
from machine import Machine

FIRMWARE = ("bios", "uefi")
MACHINES = ("pc", "q35")
MEMORY = ("64M", "128M", "1G", "5G")
CPUS = ("qemu64", "max")

# Every pair of values of two columns stands in some row.
THINNED = {
    ("bios", "pc", "64M", "qemu64"),
    ("bios", "pc", "1G", "max"),
    ("bios", "pc", "5G", "qemu64"),
    ("bios", "q35", "64M", "max"),
    ("bios", "q35", "128M", "qemu64"),
    ("bios", "q35", "5G", "max"),
    ("uefi", "pc", "64M", "qemu64"),
    ("uefi", "pc", "128M", "max"),
    ("uefi", "pc", "5G", "max"),
    ("uefi", "q35", "128M", "qemu64"),
    ("uefi", "q35", "1G", "qemu64"),
}

TESTS = Image("all", 'exec="test;poweroff"')
DEBUG = Image("all-debug", 'slub_debug=FZPU page_poison=1 exec="test;poweroff"')
# Poison outranks init_on_*, so that has a boot of its own.
ZEROED = Image("all-zeroed", 'init_on_alloc=1 init_on_free=1 exec="test;poweroff"')


class Boot:
    def __init__(self, image, firmware, machine, memory, cpu, suffix="", args=()):
        self.name = f"{firmware}-{machine}-{memory}-{cpu}{suffix}"
        self.image = image
        self.machine = dict(firmware=firmware, machine=machine, memory=memory, cpu=cpu, args=args)

    def run(self, report):
        log = os.path.join(OUT, f"{self.name}.log")
        parser = Parser()
        machine = Machine(self.image.iso, log, **self.machine).run(on_line=parser.feed)
        parser.finish()
        problems = parser.errors + self._ending(machine)
        failed = [r for r in parser.results if r.status == "fail"]
        passed = sum(r.status == "pass" for r in parser.results)
        skipped = sum(r.status == "skip" for r in parser.results)
        note = f"{len(parser.results)} tests, {machine.seconds:.0f} s"
        problems += ["\n".join([f"{r.name} failed", *(f"  {n}" for n in r.notes)]) for r in failed]
        if problems:
            report.fail(self.name, *problems, note=note, passed=passed, skipped=skipped, log=log)
        else:
            report.ok(self.name, note, passed, skipped)

    @staticmethod
    def _ending(machine):
        tail = "\n".join(machine.lines[-25:])
        if machine.end == "silence":
            return [f"it hangs: no output for a long time after\n{tail}"]
        if machine.end == "limit":
            return [f"it did not end in time; the last it printed:\n{tail}"]
        if machine.status == 85:
            return [f"the kernel panicked:\n{tail}"]
        if machine.status != 0:
            return [f"QEMU ended with status {machine.status} instead of 0:\n{tail}"]
        return []


def boots(everything):
    rows = itertools.product(FIRMWARE, MACHINES, MEMORY, CPUS)
    return [Boot(TESTS, *row) for row in rows if row in THINNED or everything] + [
        Boot(TESTS, "bios", "pc", "3584M", "max", "-devices", (
            "-device", "pci-bridge,chassis_nr=1,id=bridge", "-device", "edu,bus=bridge,addr=3",
            "-device", "pci-testdev,membar=8G", "-device", "e1000")),
        Boot(DEBUG, "bios", "pc", "256M", "qemu64", "-debug"),
        Boot(ZEROED, "bios", "pc", "256M", "qemu64", "-zeroed"),
    ]
