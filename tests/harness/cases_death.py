# SPDX-License-Identifier: MIT
"""Cases of misuses that end in a report and a panic.

Those that a process can make too have the same first line in tests/misuse_*.c and tests/hosted/death_panics.c.
"""
import re
import time

from case import PANIC_STATUS, POWEROFF, case
from image import Image
from machine import Machine

FAULT = r"BUG: unable to handle page fault for address: [0-9a-f]{16}"
PRESENT = r"error_code\(0x00[01][0-9a-f]\) - permissions violation"
ABSENT = r"error_code\(0x0002\) - not-present page"

# How: the first line of the report, whole, and what comes after it.
DEATHS = {
    "panic": (r"Kernel panic - not syncing: crash: a panic on purpose, number 42", r"crash_init.*crash\.c:\d+"),
    "null": (r"BUG: kernel NULL pointer dereference, address: 0{15}8", ABSENT, r"address is: NULL page"),
    "wild": (r"general protection fault, probably for non-canonical address 0xdead000000000000: 0000 \[#1\]",
             r"address is: non-canonical"),
    "write-text": (FAULT, PRESENT, r"address is: kernel image, text: kfree\+0x0", r"page walk.* r-x"),
    "write-rodata": (FAULT, PRESENT, r"address is: kernel image, rodata: constant", r"page walk.* r--"),
    "run-data": (FAULT, r"instruction fetch", r"address is: kernel image, data: return_insn", r"rw-"),
    "divide": (r"divide error: 0000 \[#1\]", r"RIP: .*divide\+.*crash\.c:\d+"),
    "invalid": (r"invalid opcode: 0000 \[#1\]", r"RIP: .*crash_init"),
    "overflow": (r"BUG: boot stack guard page was hit at [0-9a-f]{16} \(stack is [0-9a-f]{16}\.\.[0-9a-f]{16}\)",
                 r"RIP: .*overflow", r"overflow\+"),
    "guard": (FAULT, r"address is: guard page, 0 bytes behind vmalloc area of guard\+"),
    "slab-panic": (r"BUG: kmem_cache_create crash_none: objects of 4194305 bytes",
                   r"Kernel panic - not syncing: Cannot create slab crash_none size=4194305 .* error 22"),
    "hole": (FAULT, ABSENT, r"address is: direct map of physical 0x3c0000000000, .*no memory"),
}


def expect_first_line(ctx, machine, pattern):
    """The report begins with the line; lines of "=" or "-" are none."""
    lines = [re.sub(r"^\[ *\d+\.\d+\] ", "", line) for line in machine.lines]
    begin = next((at for at, line in enumerate(lines) if "what follows is the report of" in line), len(lines))
    first = next((line for line in lines[begin + 1:] if line and not re.match(r"[-=]{8}", line)), "")
    ctx.expect(re.fullmatch(pattern, first), f"the report begins with '{first}'{ctx.tail(machine)}")


def death(how, patterns):
    def run(ctx):
        image = Image(f"crash-{how}", f"crash.how={how}", "tests/modules/crash")
        machine = ctx.boot(image)
        expect_first_line(ctx, machine, patterns[0])
        ctx.expect_lines(machine, *patterns, r"Kernel panic|end Kernel panic")
        ctx.expect_lines(machine, r"Call Trace:", r"do_initcalls.*kernel/module\.c:\d+",
                         r"start_kernel.*kernel/main\.c:\d+")
        ctx.expect_end(machine, PANIC_STATUS)

    run.__doc__ = "the report and the exit status of a crash"
    run.__name__ = f"crash_{how}"
    case(run)


for name, wanted in DEATHS.items():
    death(name, wanted)


@case
def panic_without_qemu(ctx):
    """a panic on a machine without QEMU's exit device stops it for good; poweroff still ends it"""
    end = r"end Kernel panic - not syncing: crash"
    machine = Machine(Image("crash-panic", "crash.how=panic", "tests/modules/crash").build().iso, ctx.log, exit_device=False)
    ends = []

    def look_again(line):
        if re.search(end, line):
            time.sleep(2)
            ends.append(machine.process.poll())

    machine.run(until=end, on_line=look_again)
    ctx.expect_lines(machine, end)
    ctx.expect(ends == [None], f"QEMU ended by itself, status {ends}{ctx.tail(machine)}")
    machine = ctx.boot(POWEROFF, exit_device=False)
    ctx.expect_end(machine, 0)
