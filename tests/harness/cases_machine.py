# SPDX-License-Identifier: MIT
"""Cases of machines: start, monitor and end, and machines that lack something."""
import os
import re
import socket
import subprocess
import tempfile
import time

from case import PANIC_STATUS, PLAIN, POWEROFF, UP, Skip, case
from image import Image, make
from machine import ROOT, Machine


# ---- Start, monitor, ends ------------------------------------------------------------------------

@case
def process(ctx):
    """the kernel as a process: its tests there, and the memory maps of real machines"""
    if os.uname().machine != "x86_64":
        raise Skip("the process is one of x86-64 Linux")
    status, output = make("host-test", "HOST_VARIANTS=gcc")
    with open(ctx.log, "w", encoding="utf-8") as log:
        log.write(output)
    ctx.expect(status == 0, f"make host-test: {output[-1500:]}")


@case
def poweroff_status(ctx):
    """exec= runs a command; poweroff ends QEMU with status 0; the image serves as a disk"""
    machine = ctx.boot(POWEROFF, medium="disk")
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, UP)


@case
def poweroff_uefi_q35(ctx):
    """the same under UEFI on q35, from a USB stick, with the map of 4 GiB in over a hundred pieces"""
    machine = ctx.boot(POWEROFF, firmware="uefi", machine="q35", medium="usb", memory="4G")
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"EFI's: 1\d\d ranges", UP)


# An instruction takes a nanosecond of the machine's time, and the time-stamp counter counts those.
GIGAHERTZ = ("-icount", "shift=0,sleep=off", "-rtc", "base=2024-01-01T00:00:00,clock=vm")


@case
def story(ctx):
    """start-up tells its story in order, up to the BAR and its registers; it measures the clock's known rate"""
    machine = ctx.boot(POWEROFF, memory="1G", args=GIGAHERTZ)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(
        machine, r"boot: GRUB .*BIOS", r"cpu: .* (99\d|100\d|1010) MHz, ", r"memory map, BIOS's: \d+ ranges", r"usable",
        r"memory map, sanitised: \d+ ranges", r"usable", r"paging: direct map",
        r"total \d+ = image \d+ \+ boot \d+ \+ descriptors \d+ \+ free \d+", r"DMA32",
        r"slab: .*kmalloc", r"vmalloc: ", r"\[1234:11e8\]", r"edu .*BAR 0: physical .*mapped at",
        r"edu .*identification 0x010000ed", r"edu .*read 0xedcba987", r"10! = 3628800",
        UP + r"\d+ ms, \d+ MiB free", r"^cairn> ")
    total = next(line for line in machine.lines if "mem: total" in line)
    numbers = [int(n) for n in re.findall(r" (\d+)", total.split("total")[1])]
    ctx.expect(numbers[0] == sum(numbers[1:]), f"the account does not add up: {total}")


# What each command of the monitor is tried with, and a pattern of its answer.
COMMANDS = {
    "bench pair_kmalloc_64": r"mmbench: pair_kmalloc_64 .*\n",
    "bench-smp 1": r"(?s)bench-smp: .*cairn> ",
    "blk": r"blk: there is no disk",
    "cat /proc/buddyi\t": r"cat /proc/buddyinfo \s+Node 0, zone +DMA ",
    "clear": "\x1b\\[2J",
    "dma": r"mappings \d+, ever \d+, bounced \d+",
    "drop_caches": r"objects freed of",
    "echo \"two  words\"": r"\ntwo  words\r",
    "edu 6": r"6! = 720\r",
    "edu-dma": r"through the device and back",
    "fault": r"start with failslab=",
    "holders": r"Memory holders:",
    "kmemleak scan": r"kmemleak=on was not given",
    "ls": r"/proc/slabinfo",
    "lspci": r"1234:11e8",
    "min_free_kbytes": r"\n\d+\r",
    "names vda": r"there is no disk vda",
    "numastat": r"numa_hit +\d+",
    "page 0x100": r"page 0x100: physical 0x100000, .*\s+zone DMA, node 0, state reserved",
    "ps": r" kswapd0",
    "ras_attack 1": r"# Totals: .* fail:0 ",
    "sync": r"cairn> ",
    "test para\t": r"test params \s+(?s:.*)# Totals: .* fail:0 ",
    "uptime": r"up \d+\.\d+ s",
    "writeback": r"dirty blocks are written after",
    "x ffffffff80100000 16": r"ffffffff80100000: ([0-9a-f]{2} ?){16}",
}
# Those that the case itself types.
DIALOGUE = {"help", "kmalloc", "kfree", "vmalloc", "vfree", "pagewalk", "dmesg", "poweroff", "reboot"}


def commands_in_the_sources():
    """The names in all MONITOR_COMMAND()s."""
    names = set()
    for folder in ("arch/x86_64", "block", "drivers", "kernel", "mm", "tests"):
        for below, _, files in os.walk(os.path.join(ROOT, folder)):
            for path in (os.path.join(below, f) for f in files if f.endswith(".c")):
                with open(path, encoding="utf-8") as file:
                    names.update(re.findall(r'MONITOR_COMMAND\("([^"]+)"', file.read()))
    return names


@case
def monitor_by_hand(ctx):
    """every command, typed at the prompt, answers; lines are edited and recalled; reboot starts anew"""
    commands = commands_in_the_sources()
    tried = {line.split()[0] for line in COMMANDS} | DIALOGUE
    ctx.expect(commands == tried, f"typed by no test, or gone: {sorted(commands ^ tried)}")
    at, up = r"= 0x([0-9a-f]{16}), ", "\x1b[A"
    # Texts wait for what the text before them brought; what they have of it stands for \\1.
    dialogue = [
        (UP, ""),
        (r"cairn> ", "frobnicate\r"),
        (r"no such command", "pagewalkx\x7f 0xdead000000000000\r"),
        (r"(?i)canonical|not mapped|no mapping", "help\r"),
        (r"\n  kfree ADDR .*(?s:.*)The files of /proc .*\s+.* buddyinfo ", up + "\x15kmalloc 100\r"),
        (rf"kmalloc\(100\) {at}physical 0x\w+, \d+ bytes usable", "kfree \\1\r"),
        (r"kfree \w{16}\s+cairn> ", up + "\r"),  # the same again, which is one time too many
        (r"kfree \w{16}(?s:.*)(?:Object already free|is free already)(?s:.*)cairn> ", "vmalloc 5000\r"),
        (rf"vmalloc\(5000\) {at}first page physical 0x(\w+)\s+cairn> ", "echo \\2; pagewalk \\1\r"),
        (r"\n(\w+)\r\n(?s:.*)page walk of (\w{16}): .*-> physical 0x\1, 4 KiB page, rw-,(?s:.*)cairn> ",
         "vfree \\2; pagewalk \\2\r"),
        (r"page walk of \w{16}: .*\(not present\)(?s:.*)cairn> ", "numas\t|\r"),  # a command and a file, but one word
        (r"numastat \|\s+available: (?s:.*)cairn> ", "dme\t\r"),
    ]
    answer = r"\] boot: GRUB (?s:.*)\] cairn: up in (?s:.*)cairn> "
    for line, pattern in COMMANDS.items():
        dialogue.append((answer, line + "\r"))
        answer = pattern
    dialogue += [(answer, "reboot\r"), (r"cairn: restart(?s:.*)boot: GRUB(?s:.*)" + UP + r"(?s:.*)cairn> ", "poweroff\r"),
                 (r"cairn: power off", "")]
    machine = ctx.boot(PLAIN, typed=dialogue, reboots=True)
    ctx.expect_typed(machine)
    ctx.expect_end(machine, 0)


@case
def linux_surface(ctx):
    """each Linux header is enough by itself for what it offers, and that works"""
    machine = ctx.boot(Image("surface", 'exec="cat /proc/modules;poweroff"', "tests/surface"))
    ctx.expect_end(machine, 0)
    for source in sorted(os.listdir(os.path.join(ROOT, "tests/surface"))):
        name = source.removesuffix(".c")
        ctx.expect(any(re.match(rf"{name} .*Live", line) for line in machine.lines),
                   f"{name} is not loaded{ctx.tail(machine)}")


@case
def boot_memory_exhausted(ctx):
    """alloc_bootmem() for more than there is ends with a report of what is there"""
    machine = ctx.boot(Image("greedy", "", "tests/modules/greedy"), until=r"not syncing")
    ctx.expect_lines(machine, r"greedy: 4096 bytes at ", r"not syncing: .*1099511627776 bytes")
    ctx.expect(not any(re.search(UP, line) for line in machine.lines), "it went on")


# ---- Machines that lack something ----------------------------------------------------------------

@case
def no_long_mode(ctx):
    """a CPU without long mode gets one line"""
    machine = ctx.boot(PLAIN, cpu="qemu32")
    ctx.expect_lines(machine, r"no long mode")
    ctx.expect_end(machine, PANIC_STATUS)


@case
def no_pci(ctx):
    """a machine without PCI is told so and goes on"""
    machine = ctx.boot(POWEROFF, machine="isapc", cpu="qemu64", until=UP)
    ctx.expect_lines(machine, r"pci: this machine has none", UP)


@case
def legacy_interrupts(ctx):
    """without I/O APIC, and without local APIC, the legacy controllers serve the devices"""
    tests = 'exec="test irq.* ioapic.* msi.* timer.* edu.*;cat interrupts;poweroff"'
    for word, row in ("noapic", r"LOC: +[1-9]"), ("nolapic", r" XT-PIC .*timer"):
        machine = ctx.boot(Image(word, f"{word} {tests}"), cpu="max", smp="2")
        ctx.expect_end(machine, 0)
        ctx.expect_lines(machine, r"^ok .* ioapic.edu_interrupts_by_its_line$", row)
        ctx.expect_lines(machine, r"irq: no I/O APIC in use; 16 lines of the legacy controllers$",
                         r"clock: no local APIC timer; the legacy timer" if word == "nolapic" else r"clock: local APIC timer")
        ctx.expect_lines(machine, r"edu: 204 jobs by its line$",
                         r"edu: no interrupt by message here$" if word == "nolapic" else r"edu: 204 jobs by message$")
        ctx.expect(not any(line.startswith("not ok") for line in machine.lines), "a test failed")


@case
def far_apic_id(ctx):
    """a CPU of APIC id 224, in the last of four sockets of 33 cores, starts, and calls and flushes get there"""
    machine = ctx.boot(Image("far-id", 'exec="test smp.* tlb.* irq.* msi.*;poweroff"'),
                       smp="1,sockets=4,cores=33,maxcpus=132", cpu="qemu64",
                       args=("-device", "qemu64-x86_64-cpu,socket-id=3,core-id=32,thread-id=0"))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"smp: 2 CPUs up$", r"^ok .* smp.call_single_and_all$", r"^ok .* tlb.requests_cross$",
                     r"# Totals: .* fail:0 ")


@case
def no_edu(ctx):
    """a machine without the edu device is told so and goes on; its BIOS starts a USB stick"""
    machine = ctx.boot(POWEROFF, edu=False, medium="usb")
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"no device 1234:11e8", UP)


@case
def no_screen(ctx):
    """a machine without a display adapter runs on serial"""
    machine = ctx.boot(POWEROFF, args=("-vga", "none"))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"multiboot2: .*the framebuffer has a palette, .*; use the serial port$")
    ctx.expect_lines(machine, UP)


def screen_cells(path):
    """The characters of a VGA's text mode, read from its memory by QEMU's monitor, in lines."""
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.settimeout(60)
        monitor.connect(path)
        monitor.sendall(b"xp /2000hx 0xb8000\n")
        said = b""
        while said.count(b"(qemu) ") < 2 or not said.endswith(b"(qemu) "):  # before and after
            said += monitor.recv(65536)
    cells = [int(cell, 16) & 0xFF for row in re.findall(rb"^0*b[89a-f]\w+: (.*)\r$", said, re.M) for cell in row.split()]
    return [bytes(cells[at:at + 80]).decode("cp437").rstrip() for at in range(0, 2000, 80)]


@case
def text_mode(ctx):
    """where the loader leaves the screen in text mode, start-up and the prompt are on it"""
    PLAIN.build()
    with tempfile.TemporaryDirectory() as scratch:
        iso, menu, path = (os.path.join(scratch, name) for name in ("text.iso", "grub.cfg", "monitor"))
        with open(os.path.join(ROOT, "iso/boot/grub/grub.cfg"), encoding="utf-8") as template, \
                open(menu, "w", encoding="utf-8") as out:
            out.write(re.sub(r"\t@MEMMAP@\n", "\tset gfxpayload=text\n", template.read()).replace("@CMDLINE@", ""))
        subprocess.run(["scripts/mkiso.sh", iso, PLAIN.stripped, menu], cwd=ROOT, check=True)
        machine = Machine(iso, ctx.log, args=("-monitor", f"unix:{path},server=on,wait=off"))
        lines = []

        def look(line):
            if re.search(UP, line):
                time.sleep(3)
                lines.extend(screen_cells(path))

        machine.run(until=UP, on_line=look)
    shown = "\n".join(lines)
    ctx.expect(re.search(r"^\[ +\d+\.\d{6}\] cairn: up in \d+ ms, \d+ MiB free\ncairn>$", shown.rstrip(), re.M),
               f"the screen says:\n{shown}{ctx.tail(machine)}")


@case
def no_nx_no_large_pages(ctx):
    """a CPU without NX, SMEP, SMAP, PGE, PAT or 1 GiB pages maps memory all the same"""
    image = Image("bare-cpu", 'exec="test paging.* traps.* vmap.* vmalloc.* ioremap.* slab.*;poweroff"')
    machine = ctx.boot(image, cpu="qemu64,-nx,-pge,-pat,-pdpe1gb,-smep,-smap")
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"cpu: no-nx no-global-pages no-pat no-1GiB-pages no-smep no-smap", UP,
                     r"# Totals: .* fail:0 ")


# Where OVMF begins with BARs beyond 4 GiB on a CPU of 40 address bits: since November 2022 an eighth
# below their end, before behind 32 GiB.
FAR_BARS = (0xE000000000, 0x800000000)


@case
def far_bar(ctx):
    """a BAR of 8 GiB, which UEFI places 896 GiB up in the CPU's 1 TiB, is found and mapped there"""
    machine = ctx.boot(Image("far-bar", 'exec="lspci;poweroff"'), firmware="uefi", memory="256M",
                       cpu="max", args=("-device", "pci-testdev,membar=8G"))
    ctx.expect_end(machine, 0)
    at = next((at for at in FAR_BARS if f"BAR 2: physical {at:#x}, " in machine.text()), 0)
    ctx.expect_lines(machine, rf"BAR 2: physical {at:#x}, .*8192 MiB mapped at 0xffff[0-9a-f]{{12}}$", UP, r"1b36:0005",
                     rf"BAR 2 memory {at:#x}-{at + (8 << 30) - 1:#x} \(8 GiB\) 64-bit prefetchable$")


@case
def dma_bounced(ctx):
    """with 8 GiB the edu device, of 28 bits, copies to and from far memory, and interrupts when it has"""
    machine = ctx.boot(Image("dma", 'exec="test edu.* dma.*;edu-dma;dma;poweroff"'), memory="8G")
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"edu .*interrupts by message", r"edu: 204 jobs by its line$",
                     r"edu: 204 jobs by message$", r"^ok .* edu.factorials_and_dma_by_interrupt$",
                     r"^ok .* edu.dma_by_way_of_a_bounce_buffer$", r"^ok .* edu.dma_both_ways$",
                     r"buffer at 0x[0-9a-f]{9}, 2 of 2 transfers bounced: through the device",
                     r"bounce buffers at 0x[0-9a-f]{1,7}: ")
    ctx.expect(not any(line.startswith("not ok") for line in machine.lines), "a test failed")


@case
def behind_a_bridge(ctx):
    """edu behind a PCI bridge is found and mapped"""
    machine = ctx.boot(POWEROFF, edu=False, args=(
        "-device", "pci-bridge,chassis_nr=1,id=bridge", "-device", "edu,bus=bridge,addr=3"))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"edu .*BAR 0: physical .*mapped at", r"read 0xedcba987", UP)


@case
def behind_a_root_port(ctx):
    """edu behind a PCI Express root port of q35 is found, with ECAM in use"""
    machine = ctx.boot(POWEROFF, edu=False, machine="q35", args=(
        "-device", "pcie-root-port,id=rp1,chassis=1", "-device", "edu,bus=rp1"))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"pci: .*(ECAM|MMCONFIG|memory)", r"edu .*BAR 0: .*mapped at", UP)


@case
def bar_moved(ctx):
    """where OVMF's I/O window of a root port covers other devices' BARs, those are moved"""
    machine = ctx.boot(POWEROFF, edu=False, machine="q35", firmware="uefi", args=(
        "-device", "pcie-root-port,id=rp1,chassis=1", "-device", "edu,bus=rp1"))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"edu .*BAR 0: .*mapped at", UP)
    collided = [line for line in machine.lines if "in the way is PCI Bus" in line]
    moved = [line for line in machine.lines if ": assigned here" in line]
    ctx.expect(len(collided) == len(moved), f"of {len(collided)} BARs {len(moved)} were moved")


@case
def bar_out_of_reach(ctx):
    """a BAR beyond the CPU's physical addresses is left alone, with its reason"""
    machine = ctx.boot(POWEROFF, args=("-device", "pci-testdev,membar=1T"))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"BAR 2 .*: in the way is .*, not used",
                     r"pci-testdev .*can't enable device: BAR 2 has no usable address", UP)


@case
def command_misuse(ctx):
    """memory and device commands answer wrong arguments and addresses"""
    bad = ("page", "page 99999999", "kmalloc 5m", "kfree 0xdead", "kfree ffff888000100008", "vmalloc 0",
           "vfree 0x123", "edu", "edu 99999999999", "lspci x", "bench a b", "test nosuch.*", "test params.* nosuch.*")
    machine = ctx.boot(Image("misuse", f'exec="{";".join(bad)};edu 5;poweroff"'))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(
        machine, r"usage: page PFN", r"no descriptor", r"kmalloc\(5242880\) = NULL",
        r"BUG: kfree: .*0x000000000000dead", r"BUG: kfree: .*0xffff888000100008",
        r"vmalloc\(0\) = NULL", r"BUG: Trying to vfree\(\) bad address", r"usage: edu N",
        r"edu: N is at most", r"usage: lspci", r"usage: bench", r'^no test matches "nosuch.\*"', r"^ok .* params\.",
        r"# no test matches nosuch.\*", r"^not ok \d+ nosuch.\*$", r"# Totals: .* fail:1 ", r"5! = 120")
