# SPDX-License-Identifier: MIT
"""The inputs that no loader, firmware or device should give, and what must come of each.

A row is a case: what the input is, what must come of it, the lines that the kernel must print about
it, and the KTESTs that try the parser alone. The input is built on a Box: a machine of 256 MiB as its
loader left it. tests/hosted/run_bad_inputs.py starts the kernel in a process on each, and
tests/harness/cases_bad_inputs.py does in QEMU, by way of the gdb stub, on those that do not need devices.

`says` are patterns of the lines of level warning and above: each fits one line, and no other line of
that level is there. A row with `stops` ends with a line "cannot start: ", any other with the kernel up,
its account right and, where there is no EFI, its memory map as the oracle of tests/hosted/memmaps.py
has it.
"""
from box import Box

AT_BYTE = r"multiboot2: byte \d+ of the boot information: "
BAD_ROOT_POINTER = AT_BYTE + "an ACPI root pointer is wrong; ignored it"

ROWS = []


class Row:
    def __init__(self, number, what, outcome, build, **options):
        self.number, self.what, self.outcome, self.build = number, what, outcome, build
        self.tests = options.pop("tests", "").split()  # KTESTs
        self.cases = options.pop("cases", "").split()  # of tests/harness/cases_*.py
        self.variants = options.pop("variants", (None,))
        self.says = options.pop("says", ())
        self.stops = options.pop("stops", None)
        self.shows = options.pop("shows", ())
        self.hides = options.pop("hides", ())
        self.spans = options.pop("spans", ())
        self.oracle = options.pop("oracle", True)
        self.booted = options.pop("booted", number[0] in "MEA")  # in QEMU too
        assert not options, options

    def boxes(self):
        """(name, Box) of each variant of the input."""
        for variant in self.variants:
            box = Box()
            self.build(box, *(() if self.variants == (None,) else (variant,)))
            yield self.number if variant is None else f"{self.number} {name_of(variant)}", box


def name_of(variant):
    return f"{variant:#x}" if isinstance(variant, int) else str(variant)[:40]


def row(number, what, outcome, **options):
    def add(build):
        ROWS.append(Row(number, what, outcome, build, **options))
        return build
    return add
