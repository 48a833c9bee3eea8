# SPDX-License-Identifier: MIT
"""Cases of the block cache, on disks of which every byte is read back."""
import os
import re
import struct
import tempfile

from case import case
from image import Image


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
