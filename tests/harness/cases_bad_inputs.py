# SPDX-License-Identifier: MIT
"""Cases of bad inputs, all of tests/harness/bad_inputs.py, a boot for many; and memory maps that are given."""
import os
import re
import struct
import tempfile

import bad_inputs as bad
import memmaps
from case import MIB, PANIC_STATUS, UP, case
from cases_loader import boot_changed, USABLE, RESERVED, tags
from image import Image
from machine import ROOT, Stub


# ---- memmap= -------------------------------------------------------------------------------------

def expect_account(ctx, machine, spans):
    """All usable bytes, and no more, are in the account, and it adds up."""
    line = next((line for line in machine.lines if "mem: total" in line), "")
    numbers = [int(n) for n in re.findall(r" (\d+)", line.split("total")[-1])]
    usable = sum(end - start for start, end, kind in spans if kind == 1)
    ctx.expect(numbers and numbers[0] == sum(numbers[1:]) == usable, f"{usable} bytes are usable: {line}")


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
                   f"memmap=64M$0x{128 << 20:060x} " + "memmap=1M$64M " * 100 + "memmap=1M$249M "
                   'exec="cat memmap;test user_map.* pages.*;poweroff"\0').encode()
    machine = boot_box(ctx, box)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(
        machine, r"memmap=64Q@1M: at 'Q@1M': it should be one of @ # \$ ! %; ignored it$",
        r"memmap=file: .* no module named memmap; ignored it", r"memmap=: at '': a number is missing; ignored it$",
        r"memmap=0@5M: at '0@5M': a size of 0; ignored it$",
        r"memmap=64M\$0x0+8000\.\.\.: 66 characters are too many; ignored it$",
        r"memmap=: no memory in 1048576 KiB, from 0x40000000 on; left them out$",
        r"memory map, by memmap=: \d+ ranges", UP, r"# Totals: .* fail:0 ")
    _, spans = memmaps.shown(machine.lines)
    for start, end, kind in ((1, 64, 1), (64, 72, 2), (72, 96, 1), (96, 97, 3), (97, 128, 1),
                             (128, 144, 2), (148, 200, 1), (200, 204, 2), (204, 248, 1), (249, 250, 2), (1024, 2048, 2)):
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
