# SPDX-License-Identifier: MIT
"""Cases of what the loader hands over, changed behind its back, and of the command line."""
import os
import socket
import struct
import subprocess
import tempfile

from case import MIB, PANIC_STATUS, PLAIN, UP, case
from image import Image
from machine import ROOT, Stub

MULTIBOOT2_MAGIC = 0x36D76289  # what a multiboot2 loader leaves in EAX


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
