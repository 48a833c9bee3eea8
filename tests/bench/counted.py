# SPDX-License-Identifier: MIT
"""What the benchmarks share: machines that count instructions, and tables of figures."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "harness"))

from image import OUT  # noqa: E402
from machine import Machine  # noqa: E402

# One instruction is one virtual nanosecond, of which the time-stamp counter counts a billion a second.
ICOUNT = ("-icount", "shift=0,sleep=off", "-rtc", "base=2024-01-01T00:00:00,clock=vm", "-seed", "1")
CPU = "qemu64,+rdrand"


def boot(image, name, args=ICOUNT, silence=300, **options):
    """Boots an image; returns its lines, or exits."""
    log = os.path.join(OUT, f"{name}.log")
    if args is ICOUNT:
        options["accel"] = "tcg"  # of all CPUs in one thread
    machine = Machine(image.build().iso, log, cpu=CPU, args=args, **options).run(silence=silence)
    if machine.end != "exit" or machine.status != 0:
        tail = "\n".join(machine.lines[-20:])
        sys.exit(f"bench: the machine ended with {machine.end}, status {machine.status}:\n{tail}\n"
                 f"bench: the log is {log}")
    return machine.lines


def number(value):
    return f"{value:,.0f}" if value >= 10000 else f"{value:,.2f}"


class Table:
    """Rows of a first column on the left and others on the right, as text or as Markdown."""

    def __init__(self, widths, heads, markdown):
        self.widths, self.markdown = widths, markdown
        self.row(*heads)
        if markdown:
            print("|---|" + "---:|" * (len(widths) - 1))

    def row(self, *cells):
        if self.markdown:
            print("| " + " | ".join(c.strip() for c in cells) + " |", flush=True)
            return
        padded = [f"{c:>{w}}" for c, w in zip(cells[1:], self.widths[1:])]
        print("".join([f"{cells[0]:{self.widths[0]}}", *padded]).rstrip(), flush=True)
