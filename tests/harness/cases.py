# SPDX-License-Identifier: MIT
"""What needs a boot, a machine or a build of its own.

A case is a function that gets a Context and raises Failure. Its docstring's first line is what the
report says of it.
"""
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile

import bad_inputs as bad
import memmaps
from image import OUT, OUT_ROOT, Image, make
from machine import ROOT, SILENCE, Machine, Stub

UP = r"cairn: up in "
PANIC_STATUS = 85
MIB = 1 << 20
MULTIBOOT2_MAGIC = 0x36D76289  # what a multiboot2 loader leaves in EAX

CASES = []


class Failure(Exception):
    pass


class Skip(Exception):
    """What the case needs this host cannot have; its text says what."""


class Lacks(Skip):
    """A tool is not there, which make test would have installed: where CI is set, a failure."""


class Context:
    def __init__(self, name):
        self.name = name
        self.log = os.path.join(OUT, f"{name}.log")

    def expect(self, condition, text):
        if not condition:
            raise Failure(text)

    def boot(self, image, *, until=None, typed=(), started=None, silence=SILENCE, **options):
        image.build()
        machine = Machine(image.iso, self.log, **options)
        return machine.run(until=until, typed=typed, started=started, silence=silence)

    def expect_lines(self, machine, *patterns):
        """Each pattern is in some line, in this order."""
        at = 0
        for pattern in patterns:
            while at < len(machine.lines) and not re.search(pattern, machine.lines[at]):
                at += 1
            if at == len(machine.lines):
                raise Failure(f"no line (after those before it) has '{pattern}'{self.tail(machine)}")
            at += 1

    def expect_typed(self, machine):
        if machine.untyped:
            raise Failure(f"waited in vain for '{machine.untyped[0][0]}'{self.tail(machine)}")

    def expect_end(self, machine, status):
        if machine.end != "exit" or machine.status != status:
            got = f"status {machine.status}" if machine.end == "exit" else f"no end ({machine.end})"
            raise Failure(f"QEMU's status should be {status}: {got}{self.tail(machine)}")

    @staticmethod
    def tail(machine):
        return "\n  " + "\n  ".join(machine.lines[-20:])


class Case:
    image = None

    def __init__(self, function):
        self.function = function
        self.name = function.__name__.replace("_", "-")

    def run(self, report):
        context = Context(self.name)
        what = (self.function.__doc__ or "").splitlines()[0]
        try:
            self.function(context)
        except Failure as failure:
            log = context.log if os.path.exists(context.log) else None
            report.fail(self.name, str(failure), note=what, log=log)
        except Skip as skip:
            if isinstance(skip, Lacks) and os.environ.get("CI"):
                report.fail(self.name, f"{skip}, and this is CI")
            else:
                report.skip(self.name, str(skip))
        else:
            report.ok(self.name, what)


def case(function):
    CASES.append(Case(function))
    return function


def all_cases():
    return CASES


PLAIN = Image("plain")
POWEROFF = Image("poweroff", 'exec="poweroff"')
SAMPLES = Image("samples", 'exec="cat /proc/modules;poweroff"', "tests/modules")
SURFACE = Image("surface", 'exec="cat /proc/modules;poweroff"', "tests/surface")
EXTRA = "tests/modules/extra"


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
    """the same under UEFI on q35, from a USB stick"""
    machine = ctx.boot(POWEROFF, firmware="uefi", machine="q35", medium="usb")
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, UP)


@case
def story(ctx):
    """start-up tells its story in order, up to the BAR and its registers"""
    machine = ctx.boot(POWEROFF, memory="1G")
    ctx.expect_end(machine, 0)
    ctx.expect_lines(
        machine, r"boot: GRUB .*BIOS", r"cpu: ", r"memory map, BIOS's: \d+ ranges", r"usable",
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
    "cat /proc/buddyinfo": r"Node 0, zone +DMA ",
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
    "test lib.sort*": r"# Totals: .* fail:0 ",
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
        (rf"vmalloc\(5000\) {at}first page physical 0x(\w+)", "echo \\2; pagewalk \\1\r"),
        (r"\n(\w+)\r\n(?s:.*)page walk of (\w{16}): .*-> physical 0x\1, 4 KiB page, rw-,(?s:.*)cairn> ",
         "vfree \\2; pagewalk \\2\r"),
        (r"page walk of \w{16}: .*\(not present\)(?s:.*)cairn> ", "dme\t\r"),
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
    machine = ctx.boot(SURFACE)
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


# ---- Disks ---------------------------------------------------------------------------------------

BLOCK = 4096
DISK_BLOCKS = 48 << 10  # three times the memory of the machines that fill it


def block_before(number):
    """What the host puts into a block before the kernel runs."""
    return struct.pack("<Q", ~number & 2**64 - 1) * (BLOCK // 8)


def block_after(number):
    """What the kernel's test leaves in a block that it writes."""
    return struct.pack("<512Q", *(number << 16 | i for i in range(BLOCK // 8)))


def make_disk(path, blocks):
    with open(path, "wb") as disk:
        for number in range(blocks):
            disk.write(block_before(number))


def expect_disk(ctx, path, blocks, ranges):
    """Every byte: the directory, what the kernel wrote, and what it had no business with."""
    written = {number for first, last in ranges for number in range(first, last + 1)}
    with open(path, "rb") as disk:
        directory = disk.read(BLOCK)
        ctx.expect(directory.startswith(b"CairnDir" + bytes(56) + b"name-0\0"), "block 0 is no directory")
        for number in range(1, blocks):
            wanted = block_after(number) if number in written else block_before(number)
            ctx.expect(disk.read(BLOCK) == wanted, f"block {number} of {blocks} ({ranges} written) differs")
        ctx.expect(not disk.read(1), "the disk has grown")


PRESSURE = Image("pressure", 'exec="test disk.* blockcache.* names.*;cat blockcache;poweroff"')


def block_cache_on(ctx, blocks, disk_options, **machine_options):
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "disk.img")
        make_disk(path, blocks)
        machine = ctx.boot(PRESSURE, args=(
            "-drive", f"if=none,id=disk,format=raw,file={path}",
            "-device", f"virtio-blk-pci,drive=disk{disk_options}"), **machine_options)
        ctx.expect_end(machine, 0)
        for test in "each_flag_under_pressure", "threads_on_all_cpus_under_pressure":
            ctx.expect_lines(machine, rf"^ok \d+ blockcache.{test}$")
        ctx.expect(not any(line.startswith("not ok") for line in machine.lines), ctx.tail(machine))
        ctx.expect_lines(machine, r"^nr_dirty 0", r"^nr_failed 0", r"^written_noio 0", r"^names_noio 0",
                         r"^names_nofs 0", r"^names_kernel [1-9]")
        found = [re.search(r"blocks (\d+) to (\d+) hold", line) for line in machine.lines
                 if "hold the pattern" in line]
        ctx.expect(len(found) == 2, f"2 ranges of blocks should be written, {len(found)} are")
        expect_disk(ctx, path, blocks, [(int(m[1]), int(m[2])) for m in found])


@case
def block_cache(ctx):
    """memory full of dirty pages: each flag does what it may, and every byte arrives on the disk"""
    block_cache_on(ctx, DISK_BLOCKS, "", memory="64M")


@case
def block_cache_legacy(ctx):
    """the same through the registers of a legacy disk, which interrupts by its line, with 4 CPUs"""
    block_cache_on(ctx, DISK_BLOCKS, ",disable-modern=on,vectors=0", memory="64M", smp="4")


@case
def block_cache_modern(ctx):
    """the same through a disk of virtio 1.x on q35"""
    block_cache_on(ctx, DISK_BLOCKS, ",disable-legacy=on", memory="64M", machine="q35")


@case
def disk_error(ctx):
    """a disk that cannot be read says so, and the rest goes on"""
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "disk.img")
        make_disk(path, 64)
        machine = ctx.boot(Image("disk-error", 'exec="names vda;blk;names vdb;poweroff"'), args=(
            "-drive", f"if=virtio,driver=raw,rerror=report,file.driver=blkdebug,file.image.filename={path},"
            "file.inject-error.0.event=read_aio,file.inject-error.0.errno=5"))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"block 0 of vda cannot be read", r"vda: 64 blocks, read 1, .*failed 1",
                     r"no disk vdb")


# ---- Command line --------------------------------------------------------------------------------

@case
def unknown_words(ctx):
    """unknown parameters and commands get a line each, and start-up goes on"""
    image = Image("unknown", 'nonsense=1 nosuch.param=2 exec="frobnicate;poweroff"')
    machine = ctx.boot(image)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"unknown parameter 'nonsense'")
    ctx.expect_lines(machine, r"unknown parameter 'nosuch.param'")
    ctx.expect_lines(machine, UP, r"frobnicate: no such command")
    count = sum("nonsense" in line and "command line:" in line and "unknown" in line
                for line in machine.lines)
    ctx.expect(count == 1, f"{count} lines about 'nonsense' instead of one")


# ---- memmap= -------------------------------------------------------------------------------------

def expect_account(ctx, machine, spans):
    """All usable bytes, and no more, are in the account, and it adds up."""
    line = next((line for line in machine.lines if "mem: total" in line), "")
    numbers = [int(n) for n in re.findall(r" (\d+)", line.split("total")[-1])]
    usable = sum(end - start for start, end, kind in spans if kind == 1)
    ctx.expect(numbers and numbers[0] == sum(numbers[1:]) == usable, f"{usable} bytes are usable: {line}")


# ---- What the loader hands over, changed behind its back -----------------------------------------

def elf_entry(path):
    with Image.lock, open(os.path.join(ROOT, path), "rb") as file:
        return struct.unpack_from("<Q", file.read(64), 24)[0] & 0x7FFFFFFF  # paging is off


def boot_changed(ctx, change, args=(), until=UP, **options):
    """Boots PLAIN; change(stub) runs just before the kernel's first instruction."""
    PLAIN.build()
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "gdb")

        def attach():
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(60)
            for _ in range(200):
                try:
                    client.connect(path)
                    break
                except OSError:
                    subprocess.run(["sleep", "0.05"], check=True)
            stub = Stub(client)
            stub.run_to(elf_entry(PLAIN.elf), MULTIBOOT2_MAGIC)
            change(stub)
            stub.detach()
            client.close()

        return ctx.boot(PLAIN, started=attach, until=until, silence=30, args=(
            "-S", "-chardev", f"socket,path={path},server=on,wait=off,id=gdb", "-gdb", "chardev:gdb",
            *args), **options)


def tags(stub):
    """Yields (address, type, size) of each tag of the boot information."""
    info = stub.register(Stub.RBX)
    total, = struct.unpack("<I", stub.read(info, 4))
    at = info + 8
    while at < info + total:
        kind, size = struct.unpack("<II", stub.read(at, 8))
        yield at, kind, size
        if kind == 0:
            return
        at += (size + 7) & ~7


def expect_stop(ctx, change, pattern):
    machine = boot_changed(ctx, change)
    ctx.expect_lines(machine, pattern)
    ctx.expect_end(machine, PANIC_STATUS)
    stops = [line for line in machine.lines if "cairn: " in line]
    ctx.expect(len(stops) == 1, f"{len(stops)} lines instead of one:{ctx.tail(machine)}")


@case
def bad_magic(ctx):
    """another loader's magic stops with one line"""
    expect_stop(ctx, lambda stub: stub.set_register(Stub.RAX, 0x2BADB002),
                r"cairn: .*multiboot2.*magic")


@case
def no_boot_information(ctx):
    """a null pointer to the boot information stops with one line"""
    expect_stop(ctx, lambda stub: stub.set_register(Stub.RBX, 0), r"cairn: .*information")


@case
def unaligned_boot_information(ctx):
    """a pointer that is not 8-byte aligned stops with one line"""
    expect_stop(ctx, lambda stub: stub.set_register(Stub.RBX, stub.register(Stub.RBX) + 4),
                r"cairn: .*information")


@case
def boot_information_size_0(ctx):
    """boot information of no size stops with one line"""
    expect_stop(ctx, lambda stub: stub.write(stub.register(Stub.RBX), bytes(4)),
                r"cannot start: .*size")


@case
def boot_information_size_4g(ctx):
    """boot information of 4 GiB stops with one line"""
    expect_stop(ctx, lambda stub: stub.write(stub.register(Stub.RBX), b"\xff" * 4),
                r"cannot start: .*size")


@case
def no_memory_map(ctx):
    """no memory map of any kind stops with one line"""

    def hide(stub):
        for at, kind, _ in list(tags(stub)):
            if kind in (4, 6, 17):
                stub.write(at, struct.pack("<I", 9999))

    expect_stop(ctx, hide, r"cannot start: .*memory")


@case
def empty_memory_map(ctx):
    """a memory map without entries stops with one line"""

    def empty(stub):
        for at, kind, size in list(tags(stub)):
            if kind in (4, 17):
                stub.write(at, struct.pack("<I", 9999))
            elif kind == 6:
                stub.write(at + 16, bytes(size - 16))

    expect_stop(ctx, empty, r"cannot start: .*memory")


def set_map(stub, *entries):
    """Replaces the loader's memory map by (start, length, type) entries."""
    for at, kind, size in list(tags(stub)):
        if kind == 17:
            stub.write(at, struct.pack("<I", 9999))
        elif kind == 6:
            data = b"".join(struct.pack("<QQII", *entry, 0) for entry in entries)
            stub.write(at + 16, data.ljust(size - 16, b"\0"))


USABLE, RESERVED = 1, 2


@case
def map_of_everything(ctx):
    """one entry that calls all of memory usable is cut to what proves to be there"""
    machine = boot_changed(ctx, lambda stub: set_map(stub, (0, 2**64 - 1, USABLE)))
    ctx.expect_lines(machine, r"memory map: .* ends at 256 MiB", UP)


@case
def map_of_low_memory(ctx):
    """a map with memory below 1 MiB only stops with one line"""
    expect_stop(ctx, lambda stub: set_map(stub, (0, 0x9FC00, USABLE)), r"cannot start: .*memory")


@case
def map_of_far_memory(ctx):
    """a map with memory above 4 GiB only stops with one line"""
    expect_stop(ctx, lambda stub: set_map(stub, (4096 * MIB, 256 * MIB, USABLE)),
                r"cannot start: .*memory")


@case
def image_in_reserved_memory(ctx):
    """a map that calls the kernel's own memory reserved is warned of, and start-up goes on"""
    machine = boot_changed(ctx, lambda stub: set_map(
        stub, (0, 0x9FC00, USABLE), (MIB, 15 * MIB, RESERVED), (16 * MIB, 237 * MIB, USABLE)))
    ctx.expect_lines(machine, r"image, .* lies outside of RAM", UP)


@case
def module_over_the_image(ctx):
    """a boot module that overlaps the kernel is warned of, and start-up goes on"""

    def overlap(stub):
        for at, kind, size in list(tags(stub)):
            if kind == 2:  # the loader's name gives its place
                stub.write(at, struct.pack("<IIII", 3, size, MIB + 4096, 2 * MIB))

    machine = boot_changed(ctx, overlap)
    ctx.expect_lines(machine, r"module overlaps", UP)


@case
def information_behind_the_image(ctx):
    """boot information right behind the image, in memory called usable, survives"""

    def move(stub):
        info = stub.register(Stub.RBX)
        total, = struct.unpack("<I", stub.read(info, 4))
        with Image.lock:
            symbols = subprocess.run(["nm", PLAIN.elf], check=True, capture_output=True, text=True)
        end = next(line for line in symbols.stdout.splitlines() if line.endswith(" _end"))
        to = (int(end.split()[0], 16) & 0x7FFFFFFF) + 8
        for at in range(0, total, 512):
            stub.write(to + at, stub.read(info + at, min(512, total - at)))
        stub.set_register(Stub.RBX, to)

    machine = boot_changed(ctx, move)
    ctx.expect_lines(machine, r"boot: GRUB", UP)


# ---- Bad inputs: all of tests/harness/bad_inputs.py, a boot for many -----------------------------

def boot_box(ctx, box, **options):
    """Boots with what a Box says in memory and in registers."""
    if box.cmdline == b"debug\0":
        box.cmdline = b'debug exec="cat memmap;poweroff"\0'

    def change(stub):
        for at, data in box.contents().items():
            for i in range(0, len(data), 1024):
                stub.write(at + i, data[i:i + 1024])
        stub.set_register(Stub.RBX, box.info)
        stub.set_register(Stub.RAX, box.magic)

    return boot_changed(ctx, change, until=None if b"poweroff" in box.cmdline else UP, **options)


def expect_once(ctx, machine, patterns):
    for pattern in patterns:
        count = sum(bool(re.search(pattern, line)) for line in machine.lines)
        ctx.expect(count == 1, f"{count} lines say '{pattern}'{ctx.tail(machine)}")
    ctx.expect(not re.search(r"\bBUG\b|WARNING:|panic", machine.text()), f"a report{ctx.tail(machine)}")


def boot_row(ctx, row, box):
    """What tests/hosted/run_bad_inputs.py asks of a row, as far as the machine tells."""
    machine = boot_box(ctx, box)
    if row.stops:
        ctx.expect_lines(machine, rf"cairn: .*({row.stops})")
        ctx.expect_end(machine, PANIC_STATUS)
        return
    ctx.expect_lines(machine, UP)
    expect_once(ctx, machine, row.says)
    for pattern in row.shows:
        ctx.expect(re.search(pattern, machine.text(), re.M | re.S), f"nothing shows '{pattern}'{ctx.tail(machine)}")
    if b"cat memmap" in box.cmdline and row.oracle:
        _, spans = memmaps.shown(machine.lines)
        want = memmaps.sanitised([entry[:3] for entry in box.map], 1 << 40)
        ctx.expect(memmaps.merged(spans) == want, f"the map differs: {sorted(set(spans) ^ set(want))[:6]}")
        expect_account(ctx, machine, spans)


@case
def memmap_replayed(ctx):
    """memmap=file: real machines' maps, as far as QEMU's machine has their memory"""
    tests = 'exec="cat memmap;test user_map.* buddy.* pages.* memmap.*;poweroff"'
    for name, machine in (("066-bios88-pentium-24m", {"memory": "256M"}),
                          ("158-efi-ideapad-120s-11-iap-efi", {"memory": "4G", "machine": "q35"}),
                          ("155-efi-hackintosh-asus-tuf-gaming-b650m-plus-wifi-7",
                           {"memory": "256M", "firmware": "uefi"})):
        path = f"tests/data/memmaps/maps/{name}.map"
        machine = ctx.boot(Image(f"memmap-{name[:3]}", f"memmap=file {tests}", memmap=path), **machine)
        ctx.expect_end(machine, 0)
        ctx.expect_lines(machine, r"memory map, by memmap=: \d+ ranges", UP, r"# Totals: .* fail:0 ")
        firmware, spans = memmaps.shown(machine.lines)
        ranges, _ = memmaps.load(os.path.join(ROOT, path))
        want = memmaps.replayed(ranges, firmware, 1 << 40)
        ctx.expect(memmaps.merged(spans) == want, f"{name}: {sorted(set(memmaps.merged(spans)) ^ set(want))[:6]}")
        expect_account(ctx, machine, spans)


@case
def memmap_words(ctx):
    """memmap=: each kind of word does what it says; bad ones, and memory that is not there, get a line"""
    box = bad.Box()
    box.cmdline = ("memmap=248M memmap=8M$64M,1M#96M,64Q@1M memmap=16M%128M-1+2 "
                   "memmap=4M!200M memmap=1G@1G,file,,0@5M,4M%144M "
                   'exec="cat memmap;test user_map.* pages.*;poweroff"\0').encode()
    machine = boot_box(ctx, box)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(
        machine, r"memmap=64Q@1M: at 'Q@1M': it should be one of @ # \$ ! %; ignored it$",
        r"memmap=file: .* no module named memmap; ignored it", r"memmap=: at '': a number is missing; ignored it$",
        r"memmap=0@5M: at '0@5M': a size of 0; ignored it$",
        r"memmap=: no memory in 1048576 KiB, from 0x40000000 on; left them out$",
        r"memory map, by memmap=: \d+ ranges", UP, r"# Totals: .* fail:0 ")
    _, spans = memmaps.shown(machine.lines)
    for start, end, kind in ((1, 64, 1), (64, 72, 2), (72, 96, 1), (96, 97, 3), (97, 128, 1),
                             (128, 144, 2), (148, 200, 1), (200, 204, 2), (204, 248, 1), (1024, 2048, 2)):
        ctx.expect((start * MIB, end * MIB, kind) in spans, f"{start} to {end} MiB: {spans}")
    ctx.expect(not any(start < 148 * MIB and end > 144 * MIB for start, end, _ in spans), "144 MiB is there")
    expect_account(ctx, machine, spans)


@case
def memmap_too_little(ctx):
    """memmap= that leaves too little memory to start is not followed"""
    box = bad.Box()
    box.cmdline = b'memmap=exactmap,640K@0,4M@1M exec="poweroff"\0'
    machine = boot_box(ctx, box)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"memmap=: leaves 4096 KiB .*going on with the firmware's map", UP)


@case
def hostile_information(ctx):
    """a loader that gets most tags wrong, beside a bad table by -acpitable: a line each, and start-up goes on"""
    box = bad.Box()
    box.first = [bad.tag(99, b"xyz"), bad.efi_tag([(7, MIB, 0xF000, 8)] * 3, 39)]
    box.map_tags = [bad.mmap_tag(bad.PLAIN_MAP, 40, b"half an entry")]
    box.tags = [bad.tag(1, b"quiet\0"), bad.module_tag(0x8000000, 0x8000000), bad.module_tag(0x101000, 0x201000),
                bad.tag(9, struct.pack("<III", 100, 64, 1) + bytes(64)), bad.framebuffer_tag(bits=0),
                bad.tag(14, bad.rsdp(0)[:19]), bad.tag(21, b"", 4096)]
    with tempfile.NamedTemporaryFile() as table:
        table.write(bad.srat(bad.srat_cpu(0, 0), bad.srat_memory(0, 0, 64 * MIB), b"\1\0\0\0")[36:])
        table.flush()
        machine = boot_box(ctx, box, args=("-acpitable", f"sig=SRAT,rev=3,data={table.name}"))
    ctx.expect_lines(machine, UP)
    expect_once(ctx, machine, [
        bad.AT_BYTE + text for text in (
            "a tag reaches past the block", "a tag stands twice", "the memory map ends in part of an entry",
            "an EFI memory map makes no sense", "a module is empty", "a module overlaps", "the ELF sections",
            "the framebuffer", "an ACPI root pointer is wrong")] + [bad.in_table("SRAT", bad.ITEM), r"by SRAT|ACPI: revision"])
    _, spans = memmaps.shown(machine.lines)
    expect_account(ctx, machine, spans)


@case
def hostile_map(ctx):
    """entries that are empty, double, over each other, within pages, beyond the CPU, of no type: exact"""
    box = bad.Box()
    box.map = [(64 * MIB, MIB, 0), (1 << 39, 1 << 45, RESERVED), *bad.PLAIN_MAP[::-1], *bad.PLAIN_MAP,
               (80 * MIB, 8 * MIB, 3), (81 * MIB, 5 * MIB, 4), (80 * MIB, 4 * MIB, RESERVED), (90 * MIB, MIB, 5),
               (96 * MIB + 0x800, 0x1000, RESERVED), (0, 256 * MIB, USABLE), (100 * MIB, 0, RESERVED),
               (112 * MIB, MIB, 0xFFFFFFFF), (1 << 40, (1 << 64) - 4096, RESERVED),
               *((128 * MIB + i * 0x4000, 0x1400, RESERVED) for i in range(500))]
    machine = boot_box(ctx, box)
    ctx.expect_lines(machine, UP)
    expect_once(ctx, machine, [bad.AT_BYTE + "a memory range wraps", bad.AT_BYTE + "a memory range of no length",
                               r"1 entries reach past the last physical address"])
    _, spans = memmaps.shown(machine.lines)
    want = memmaps.sanitised(box.map, 1 << 40)
    ctx.expect(memmaps.merged(spans) == want, f"the map differs: {sorted(set(spans) ^ set(want))[:6]}")
    expect_account(ctx, machine, spans)


@case
def hostile_tables(ctx):
    """ACPI tables that are short, wrong, double, elsewhere, with items of all bad kinds: a line each kind"""
    box = bad.Box()
    tables = [bad.madt(bad.ONE_CPU, bad.lapic(1, 0), b"\0\7\0\1\1\0\0", b"\x80\4\0\0", bad.lapic(2, 255),
                       struct.pack("<BBHQ", 5, 12, 0, 0xFEE00010), b"\0\0", bad.lapic(3, 3)),
              bad.madt(bad.ONE_CPU), bad.srat(bad.srat_cpu(0, 0), bad.srat_memory(0, 0, 256 * MIB),
                                              bad.srat_memory(1, 1 << 63, 1 << 63), bad.srat_memory(2, 32 * MIB, MIB)),
              bad.slit(1 << 32, [10]), bad.mcfg((64 * MIB, 0, 0, 15)), bad.table(b"BAD1", b"", length=35),
              bad.table(b"BAD2", b"", wrong=1)]
    where = box.put(*tables)
    box.acpi(*tables, entries=[0, *where, bad.ROOT, 0xFEB00000, 1 << 38])
    machine = boot_box(ctx, box)
    ctx.expect_lines(machine, UP)
    expect_once(ctx, machine, [bad.table_at(text) for text in (
        bad.LENGTH, "a wrong checksum; used all the same", "a duplicate; took the first",
        "an address outside of memory; ignored it")] + [
            bad.in_table("MADT", text) for text in (bad.ITEM, bad.SHORT, bad.VALUE, "a duplicate; took the first")] + [
                bad.in_table("SRAT", bad.VALUE), bad.in_table("SLIT", bad.LENGTH, bad.NO_SLIT),
                bad.in_table("MCFG", bad.VALUE, bad.PORTS), r"a second APIC at"])
    ctx.expect_lines(machine, r"; 1 CPU, \d nodes", UP)


# ---- Modules -------------------------------------------------------------------------------------

@case
def sample_drivers(ctx):
    """a tutorial's drivers load unmodified, make every call that documents name, and unload in reverse"""
    machine = ctx.boot(SAMPLES)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"documents: 0 wrong", r"Memory allocated successfully",
                     r"Memory allocated successfully", UP, r"documents .*Live", r"kmalloc_sample .*Live",
                     r"vmalloc_sample .*Live", r"Memory freed", r"Memory freed", r"documents: the end")


@case
def modules_chosen(ctx):
    """modules= chooses modules and their order"""
    image = Image("chosen", 'modules=old-names,nosuch,params exec="poweroff"', EXTRA)
    machine = ctx.boot(image)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"old_names: hello", r"no module nosuch", r"params: count 1", UP,
                     r"params: goodbye", r"old_names: goodbye")
    ctx.expect("failing:" not in machine.text(), "a module that was not chosen was initialised")


@case
def modules_none(ctx):
    """modules= without a name initialises none"""
    machine = ctx.boot(Image("none", 'modules= exec="poweroff"', EXTRA))
    ctx.expect_end(machine, 0)
    ctx.expect("hello" not in machine.text(), "a module was initialised")


@case
def module_parameters(ctx):
    """name.param=value sets every type of parameter; a bad value is refused"""
    image = Image("parameters", "params.count=42 params.small=-3 params.port=0xffff params.byte=255 "
                  "params.big=-5000000000 params.mask=0xffffffffffffffff params.on params.off=0 "
                  'params.name="two words" params.list=1,2,3 params.names=x,y params.text=abc '
                  'params.other-name=7 params.tiny=256 params.irq=11 exec="poweroff"', EXTRA)
    machine = ctx.boot(image)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(
        machine, r"does not take '256'", r"params: count 42 small -3 port 65535 byte 255",
        r"params: big -5000000000 mask 18446744073709551615 on 1 off 0",
        r"params: name two words text abc renamed 7 tiny 9 irq 11",
        r"params: list 3: 1 2 3", r"params: names 2: x y")


@case
def module_that_fails(ctx):
    """an init that fails is reported, is not fatal, its exit never runs; statics of the same names stay apart"""
    machine = ctx.boot(Image("failing", 'exec="poweroff"', EXTRA))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"failing: hello", r"module failing: .*-12", UP)
    ctx.expect("failing: goodbye" not in machine.text(), "its exit function ran")
    ctx.expect_lines(machine, r"twin_a: 2, 4", r"twin_b: 10, 20", UP, r"twin_b: 40 in the end", r"twin_a: 8 in the end")


@case
def module_broken(ctx):
    """a module that does not compile is named, and the build stops"""
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(os.path.join(ROOT, "tests/modules/kmalloc_sample.c"), scratch)
        with open(os.path.join(scratch, "broken.c"), "w", encoding="utf-8") as file:
            file.write("#include <linux/module.h>\nint init_module(void) { return oops }\n")
        status, output = make("image", "IMAGE=tests/broken", f"M={scratch}")
    ctx.expect(status != 0, "the build succeeded")
    ctx.expect(re.search(r"^cairn: .*broken\.c does not compile", output, re.M),
               f"no clear line:\n{output}")
    ctx.expect(not os.path.exists(os.path.join(ROOT, OUT, "broken.iso")), "an image was made")


@case
def module_directory_empty(ctx):
    """M= without a .c file is one line"""
    with tempfile.TemporaryDirectory() as scratch:
        status, output = make("image", "IMAGE=tests/empty", f"M={scratch}")
    ctx.expect(status != 0 and "there is no .c file" in output, output)


# ---- Death tests ---------------------------------------------------------------------------------

FAULT = r"BUG: unable to handle page fault for address: "
PRESENT = r"error_code\(0x00[01][0-9a-f]\) - permissions violation"
ABSENT = r"error_code\(0x0002\) - not-present page"
DEATHS = {
    "panic": (r"Kernel panic - not syncing: crash: .* number 42", r"crash_init.*crash\.c:\d+"),
    "null": (r"NULL pointer dereference, address: 0+8$", ABSENT, r"address is: NULL page"),
    "wild": (r"general protection fault.*0xdead000000000000", r"address is: non-canonical"),
    "write-text": (FAULT, PRESENT, r"address is: kernel image, text: kfree\+0x0", r"page walk.* r-x"),
    "write-rodata": (FAULT, PRESENT, r"address is: kernel image, rodata: constant", r"page walk.* r--"),
    "run-data": (FAULT, r"instruction fetch", r"address is: kernel image, data: return_insn", r"rw-"),
    "divide": (r"divide error: 0000", r"RIP: .*divide\+.*crash\.c:\d+"),
    "invalid": (r"invalid opcode: 0000", r"RIP: .*crash_init"),
    "overflow": (r"BUG: boot stack guard page was hit", r"RIP: .*overflow", r"overflow\+"),
    "guard": (FAULT, r"address is: guard page, 0 bytes behind vmalloc area of guard\+"),
    "slab-panic": (r"Kernel panic - not syncing: Cannot create slab crash_none size=0 .* error 22",),
    "hole": (FAULT, ABSENT, r"address is: direct map of physical 0x3c0000000000, .*no memory"),
}


def death(how, patterns):
    def run(ctx):
        image = Image(f"crash-{how}", f"crash.how={how}", "tests/modules/crash")
        machine = ctx.boot(image)
        ctx.expect_lines(machine, *patterns, r"Kernel panic|end Kernel panic")
        ctx.expect_lines(machine, r"Call Trace:", r"do_initcalls.*kernel/module\.c:\d+",
                         r"start_kernel.*kernel/main\.c:\d+")
        ctx.expect_end(machine, PANIC_STATUS)

    run.__doc__ = "the report and the exit status of a crash"
    run.__name__ = f"crash_{how}"
    case(run)


for name, wanted in DEATHS.items():
    death(name, wanted)


# ---- Virtual files, read by the tools that read Linux's ------------------------------------------

def under_proc(files, *command):
    """Runs a command that sees these texts as files of /proc; needs root, or user namespaces."""
    if not all(map(shutil.which, ("unshare", "mount", command[0]))):
        raise Lacks(f"there is no unshare, mount or {command[0]} here")
    with tempfile.TemporaryDirectory() as scratch:
        # Also where / is no mount point, as in a chroot.
        binds = ["mount --make-rprivate /proc || exit 99"]
        for name, text in files.items():
            path = os.path.join(scratch, name)
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            binds.append(f"mount --bind {path} /proc/{name} || exit 99")
        own_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        done = subprocess.run(
            ["unshare", "--mount", "--propagation=unchanged", *own_root, "sh", "-c", "\n".join([*binds, 'exec "$@"']),
             "sh", *command],
            env=dict(os.environ, TERM="dumb", LC_ALL="C"), check=False, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 99 or "unshare:" in done.stdout:
        raise Skip("this host does not let /proc be covered")
    if done.returncode:
        raise Failure(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}")
    return done.stdout


@case
def procps_reads_proc(ctx):
    """slabtop, vmstat and free of procps read slabinfo, vmstat and meminfo"""
    names = ("slabinfo", "meminfo", "vmstat")
    machine = ctx.boot(Image("procps", f'exec="{";".join(f"cat /proc/{n}" for n in names)};poweroff"'))
    ctx.expect_end(machine, 0)
    text = "\n".join(machine.lines)
    text = text[text.index("slabinfo - version"):]
    cuts = [0, text.index("MemTotal:"), text.index("nr_free_pages")]
    files = {"slabinfo": text[:cuts[1]], "meminfo": text[cuts[1]:cuts[2]],
             "vmstat": "".join(f"{line}\n" for line in text[cuts[2]:].split("\n")
                               if re.fullmatch(r"\w+ \d+", line))}
    total, = re.findall(r"MemTotal: +(\d+) kB", files["meminfo"])
    objects, = re.findall(r"^kmalloc-64 +\d+ +(\d+)", files["slabinfo"], re.M)
    for want, command in (
            (rf"(?m)^ *{objects} .* kmalloc-64 *$", ("slabtop", "--once", "--sort=n")),
            (rf"(?m)^kmalloc-64 +\d+ +{objects} ", ("vmstat", "-m")),
            (rf"(?m)^ *{total} K total memory", ("vmstat", "-s")),
            (rf"(?m)^Mem: +{total} ", ("free", "-k"))):
        shown = under_proc(files, *command)
        ctx.expect(re.search(want, shown), f"{' '.join(command)} does not show {want}:\n{shown}")
