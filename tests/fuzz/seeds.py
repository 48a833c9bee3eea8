#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""seeds.py DIRECTORY - write the seed corpus of the fuzz targets: DIRECTORY/TARGET/NAME

Well-formed inputs of each kind, and a few with one thing wrong, from which the fuzzer
goes on.  The corpus in the tree is what this wrote: `make fuzz-seeds` writes it anew.
"""
import os
import random
import struct
import sys


def u8(*values):
    return bytes(v & 0xFF for v in values)


def u16(*values):
    return b"".join(struct.pack("<H", v & 0xFFFF) for v in values)


def u32(*values):
    return b"".join(struct.pack("<I", v & 0xFFFFFFFF) for v in values)


def u64(*values):
    return b"".join(struct.pack("<Q", v & 0xFFFFFFFFFFFFFFFF) for v in values)


# ---- multiboot2 ---------------------------------------------------------------------------
def tag(kind, payload):
    body = u32(kind, 8 + len(payload)) + payload
    return body + bytes(-len(body) % 8)


def block(*tags, end=True):
    body = b"".join(tags) + (tag(0, b"") if end else b"")
    return u32(8 + len(body), 0) + body


def mmap(*entries, stride=24):
    rows = b"".join(u64(base, length) + u32(kind, 0) + bytes(stride - 24)
                    for base, length, kind in entries)
    return tag(6, u32(stride, 0) + rows)


def efi_mmap(*entries, stride=48):
    rows = b"".join((u32(kind, 0) + u64(start, 0, pages, attributes)).ljust(stride, b"\0")
                    for kind, start, pages, attributes in entries)
    return tag(17, u32(stride, 1) + rows)


def framebuffer(pitch=4096, width=1024, height=768, bpp=32, kind=1):
    return tag(8, u64(0xFD000000) + u32(pitch, width, height) + u8(bpp, kind, 0, 0) +
               u8(16, 8, 8, 8, 0, 8))


def multiboot2():
    pc = mmap((0, 0x9FC00, 1), (0x9FC00, 0x400, 2), (0xF0000, 0x10000, 2),
              (0x100000, 0x1FEE0000, 1), (0x1FFE0000, 0x20000, 3), (0xFFFC0000, 0x40000, 2))
    modules = tag(3, u32(0x800000, 0x900000) + b"initrd\0") + tag(3, u32(0x880000, 0x8F0000) + b"b\0")
    efi = efi_mmap((7, 0x100000, 0x1000, 0xF), (3, 0x2000000, 16, 0xF), (5, 0x3000000, 8, 1 << 63 | 0xF),
                   (9, 0x4000000, 4, 0xF), (10, 0x4100000, 4, 0xF), (14, 0x100000000, 0x1000, 0x800F),
                   (11, 0xFED00000, 1, 1))
    yield "bios", block(tag(1, b"quiet mem=64M\0"), tag(2, b"GRUB 2.06\0"), tag(4, u32(639, 523136)),
                        pc, framebuffer(), tag(14, rsdp(0, 0x1000, 0)))
    yield "modules", block(pc, modules, tag(9, u32(2, 64, 1) + bytes(128)))
    yield "efi", block(tag(1, b"a=1\0"), efi, tag(12, u64(0x5000000)), tag(18, b""),
                       tag(15, rsdp(2, 0x1000, 0x2000)), tag(14, rsdp(0, 0x1000, 0)))
    yield "meminfo", block(tag(4, u32(640, 65536)), framebuffer(160, 80, 25, 16, 2))
    yield "no-end", block(pc, end=False)
    yield "wide-entries", block(mmap((0, 1 << 30, 1), (1 << 63, 1 << 63, 1), stride=40))
    yield "attributes", block(tag(6, u32(24, 0) + u64(0, 1 << 20) + u32(1, 1) + u64(1 << 20, 1 << 20) + u32(1, 0)))
    yield "many", block(mmap(*[(i << 20, 1 << 19, 1 + i % 5) for i in range(60)]))


# ---- ACPI ---------------------------------------------------------------------------------
def rsdp(revision, rsdt, xsdt):
    p = bytearray(b"RSD PTR \0CAIRN " + u8(revision) + u32(rsdt, 36) + u64(xsdt) + bytes(4))
    p[8] = -sum(p[:20]) & 0xFF
    p[32] = -sum(p) & 0xFF
    return bytes(p if revision >= 2 else p[:20])


def table(signature, body, revision=1):
    p = bytearray(signature + u32(36 + len(body)) + u8(revision, 0) + b"CAIRN SEED    " + u32(1) + b"SEED" + u32(1))
    p += body
    p[9] = -sum(p) & 0xFF
    return bytes(p)


def madt():
    return table(b"APIC", u32(0xFEE00000, 1) +
                 u8(0, 8, 0, 0) + u32(1) + u8(0, 8, 1, 1) + u32(1) + u8(0, 8, 2, 2) + u32(0) +
                 u8(1, 12, 4, 0) + u32(0xFEC00000, 0) +
                 u8(2, 10, 0, 0) + u32(2) + u16(0) + u8(2, 10, 0, 9) + u32(9) + u16(0xD) +
                 u8(5, 12, 0, 0) + u64(0xFEE00000) +
                 u8(9, 16, 0, 0) + u32(300, 1, 3), 3)


def srat():
    memory = lambda domain, start, size, flags=1: \
        u8(1, 40) + u32(domain) + u16(0) + u64(start, size) + u32(0, flags) + u64(0)
    return table(b"SRAT", u32(1) + u64(0) +
                 u8(0, 16, 0, 0) + u32(1) + u8(0, 0, 0, 0) + u32(0) +
                 u8(0, 16, 7, 1) + u32(1) + u8(0, 0, 0, 0) + u32(0) +
                 u8(2, 24) + u16(0) + u32(7, 300, 1, 0, 0) +
                 memory(0, 0, 0xA0000) + memory(0, 0x100000, 0x3FF00000) +
                 memory(7, 0x40000000, 0x40000000) + memory(7, 0x60000000, 1 << 32, 3), 3)


def slit(n=3):
    return table(b"SLIT", u64(n) + bytes(10 if i == j else 20 for i in range(n) for j in range(n)))


def mcfg():
    return table(b"MCFG", u64(0) + u64(0xB0000000) + u16(0) + u8(0, 255) + u32(0) +
                 u64(0x50000000) + u16(1) + u8(16, 31) + u32(0))


def fadt(dsdt=0):
    body = bytearray(268 - 36)
    body[4:8] = u32(dsdt)
    body[12:16] = u32(0xB2)
    body[16:18] = u8(0xF1, 0xF0)
    body[28:32] = u32(0x604)
    body[76:80] = u32(1 << 10)
    body[80:92] = u8(1, 8, 0, 1) + u64(0xCF9)
    body[92:93] = u8(6)
    body[104:112] = u64(dsdt)
    return table(b"FACP", bytes(body), 3)


def hpet():
    return table(b"HPET", u32(0x8086A201) + u8(0, 64, 0, 0) + u64(0xFED00000) + u8(0) + u16(100) + u8(0))


def dsdt():
    return table(b"DSDT", b"\x10\x05\x5c_SB_" + b"\x08_S5_\x12\x06\x04\x0a\x05\x0a\x05\x00\x00" +
                 b"\x08\\_S4_\x12\x04\x02\x01\x01", 2)


def acpi_tables():
    for i, (name, data) in enumerate((("madt", madt()), ("srat", srat()), ("slit", slit()),
                                      ("mcfg", mcfg()), ("fadt", fadt()), ("dsdt", dsdt()),
                                      ("hpet", hpet()))):
        yield name, u8(i) + data
        broken = bytearray(data)
        broken[4:8] = u32(len(data) + 8)
        yield name + "-long", u8(i) + bytes(broken)
    yield "slit-64", u8(2) + slit(16)


def memory(xsdt, *tables):
    """Physical memory: the root pointer at 0, the root table, the tables; the FADT's DSDT."""
    at = 48 + 36 + (8 if xsdt else 4) * len(tables)
    places, body = [], b""
    for t in tables:
        body += bytes(-(at + len(body)) % 8)
        places.append(at + len(body))
        body += fadt(places[0]) if t is None else t
    listed = [p for p, t in zip(places, tables) if t is None or t[:4] != b"DSDT"]
    listed += [0] * (len(tables) - len(listed))
    root = table(b"XSDT", u64(*listed)) if xsdt else table(b"RSDT", u32(*listed))
    return rsdp(2 if xsdt else 0, 48, 48 if xsdt else 0).ljust(48, b"\0") + root + body


def acpi_root():
    yield "xsdt", memory(True, dsdt(), None, madt(), srat(), slit(), mcfg(), hpet())
    yield "rsdt", memory(False, dsdt(), None, madt(), mcfg())
    yield "twice", memory(True, madt(), madt(), slit())
    yield "later", bytes(64) + memory(True, slit())


# ---- PCI ----------------------------------------------------------------------------------
def function(bus, devfn, regs, kind=0):
    """What fuzz_pci.c reads: registers of (offset, value, bits that writes change)."""
    body = b""
    for where, value, writable in regs:
        body += u8(where // 4 % 64, 64 | (0x80 | where // 256 if where >= 256 else 0)) + u32(value, writable)
    return u8(kind, len(regs), bus, devfn) + body


def pci():
    caps = [(0x04, 0x00100007, 0xFFFF), (0x34, 0x40, 0), (0x40, 0x00800005 | 0x5000, 0xFFFF0000), (0x50, 0x00030011, 0),
            (0x54, 0x00000000, 0), (0x58, 0x00000800, 0), (0x10, 0xFEB00000, 0xFFFFF000)]
    bars = [(0x10, 0xFEBC0000, 0xFFFE0000), (0x14, 0xC001, 0xFFFFFFC0), (0x18, 0xFE00000C, 0xFFFFC000),
            (0x1C, 0x1, 0xFFFFFFFF), (0x30, 0xFEB80001, 0xFFFFF801)]
    yield "device", u8(0) + function(0, 0x18, bars)
    yield "caps", u8(0) + function(0, 0x18, caps)
    yield "express", u8(0) + function(0, 0, [(0x34, 0x40, 0), (0x40, 0x10, 0), (0x100, 0x14010001, 0),
                                             (0x140, 0x00010003, 0)])
    yield "bridge", u8(0) + function(0, 0x08, [(0x18, 0x00010100, 0)], 1) + function(1, 0, bars) + \
        function(0, 0x10, [(0x18, 0x00050200, 0)], 1) + function(2, 0, [])
    yield "functions", u8(1) + function(0, 0, [], 0x80) + function(0, 1, bars)
    yield "not-ready", u8(2, 3) + function(0, 0, bars)
    yield "vanishes", u8(4) + u16(40) + function(0, 0, bars)
    yield "ports-only", u8(8) + function(0, 0, caps)


def pci_rom():
    def image(length, last, signature=b"PCIR"):
        head = (b"\x55\xaa" + bytes(22) + u16(28)).ljust(28, b"\0")
        data = signature + u16(0x1234, 0x5678, 0, 24) + u8(0, 0, 0, 2) + u16(length, 0) + u8(0, 0x80 if last else 0) + u16(0)
        return (head + data).ljust(length * 512, b"\0")
    yield "two", image(1, False) + image(2, True)
    yield "zero-length", image(1, False)[:44] + u16(0) + image(1, True)[46:]
    yield "cut", image(2, True)[:700]


# ---- the rest: texts, and operations of allocators ----------------------------------------
LINES = {
    "plain": b"quiet loglevel=7 mem=64M",
    "quotes": b"a=\"b c\" 'd=e f' g=\\\"h  i",
    "open": b"exec=\"test slab.*; poweroff",
    "memory": b"mem=1G memmap=64M$0x10000000 memmap=4K#0x9000 highmem=128M",
    "debug": b"slub_debug=FZPU,kmalloc-64 init_on_alloc=1 init_on_free=0 page_owner=on",
    "cpus": b"maxcpus=4 nosmp isolcpus=1-3 panic=5 modules=a,b,c",
    "module": b"edu.timeout=5 testdev.list=1,2,3 foo.bar",
}


def texts():
    yield from LINES.items()


def operations(seed, sizes=(24, 80, 200)):
    source = random.Random(seed)
    for n in sizes:
        yield f"random-{n}", bytes(source.randrange(256) for _ in range(n))
        yield f"small-{n}", bytes(source.choice((0, 1, 2, 3, 5, 8, 64, 255)) for _ in range(n))


def memory_map():
    def entry(kind, *places):
        return u8(kind) + b"".join(u8(base) + u16(units) + u8(shift) for base, units, shift in places)
    pc = entry(1, (0, 0, 0), (1, 0xC00, 0)) + entry(7, (2, -0x400, 0), (3, 0, 0)) + \
        entry(1, (3, 0, 0), (4, 0x1FE, 16)) + entry(3, (4, 0x1FE, 16), (4, 0x200, 16)) + \
        entry(7, (5, 0, 0), (6, 0, 0)) + entry(1, (6, 0, 0), (6, 64, 24))
    yield "pc", u8(0, 10) + pc
    yield "little-room", u8(1, 10) + pc + pc[::-1]
    yield "no-multiples", u8(0, 4) + entry(1, (3, 1, 0), (4, 0x7FF, 0)) + entry(1, (4, 0x7FF, 0), (4, 0x1800, 0))


GENERATORS = {
    "multiboot2": multiboot2, "memory_map": memory_map, "acpi_root": acpi_root,
    "acpi_tables": acpi_tables, "pci": pci, "pci_rom": pci_rom, "cmdline": texts, "params": texts,
}
for seed, name in enumerate(("bootmem", "buddy", "slab", "kmalloc", "varena", "vmalloc", "mempool")):
    GENERATORS[name] = lambda seed=seed: operations(seed)


def percpu():
    yield from operations(7)
    # Objects of eight pages each, more than two chunks of the window hold; some are freed, and more taken.
    large = u8(0, 0x80, 15) + u32(0)
    yield "three-chunks", large * 24 + u8(3, 5, 3, 10, 5) + large * 20


GENERATORS["percpu"] = percpu


def main():
    for target, generate in GENERATORS.items():
        directory = os.path.join(sys.argv[1], target)
        os.makedirs(directory, exist_ok=True)
        for name, data in generate():
            with open(os.path.join(directory, name), "wb") as file:
                file.write(data)


main()
