# SPDX-License-Identifier: MIT
"""A machine of 256 MiB as its loader left it, in memory and registers, and the parts it is made of."""
import struct

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
USABLE, RESERVED, ACPI, NVS, DEFECTIVE = 1, 2, 3, 4, 5
INFO = 0x10000
TABLES = 0xFFF0000  # in reserved memory that continues RAM
ROOT = 0xFFE8000
ALL_ONES = 0xFFFFFFFF

# ---- What a loader leaves ------------------------------------------------------------------------

PLAIN_MAP = [(0, 0x9FC00, USABLE), (0x9FC00, 0x400, RESERVED), (0xF0000, 0x10000, RESERVED),
             (MIB, 0xFEE0000, USABLE), (0xFFE0000, 0x20000, RESERVED)]


def tag(kind, payload, size=None):
    """A tag; size is what it says, where that is not what it is."""
    size = 8 + len(payload) if size is None else size
    data = struct.pack("<II", kind, size) + payload
    return data.ljust((len(data) + 7) & ~7, b"\0")


def mmap_tag(entries, stride=24, tail=b""):
    """The loader's map; an entry is (start, length, type) and perhaps ACPI 3's attributes."""
    data = b""
    for start, length, kind, *attributes in entries:
        entry = struct.pack("<QQII", start, length, kind, *(attributes or [0]))
        data += entry[:stride].ljust(stride, b"\0") if stride else entry
    return tag(6, struct.pack("<II", stride, 0) + data + tail)


def efi_tag(entries, stride=40, version=1):
    data = b""
    for kind, start, pages, attributes in entries:
        entry = struct.pack("<IIQQQQ", kind, 0, start, 0, pages, attributes)
        data += entry[:stride].ljust(stride, b"\0") if stride else entry
    return tag(17, struct.pack("<II", stride, version) + data)


def module_tag(start, end, name=b"module\0"):
    return tag(3, struct.pack("<II", start, end) + name)


def framebuffer_tag(pitch=4096, width=1024, height=768, bits=32, phys=0xFD000000):
    return tag(8, struct.pack("<QIIIBBH6B", phys, pitch, width, height, bits, 1, 0, 16, 8, 8, 8, 0, 8))


class Box:
    def __init__(self):
        self.magic, self.info, self.bits = 0x36D76289, INFO, 40
        self.cmdline = b"debug\0"
        self.map = list(PLAIN_MAP)
        self.first, self.tags = [], []  # before and behind the usual ones
        self.map_tags = None  # in place of the map's
        self.end = tag(0, b"")
        self.tail = b""
        self.total = None  # what the block says of its size
        self.memory = {}
        self.functions = []
        self.vanish = None
        self.run = "cat memmap"

    def block(self):
        maps = [mmap_tag(self.map)] if self.map_tags is None else self.map_tags
        tags = [*self.first, tag(1, self.cmdline), tag(2, b"table\0"), *maps, *self.tags, self.end]
        data = b"".join(tags) + self.tail
        return struct.pack("<II", 8 + len(data) if self.total is None else self.total, 0) + data

    def contents(self):
        """All that is in memory: address -> bytes."""
        return {(self.info or INFO) & ~7: self.block(), **self.memory}

    def file(self):
        """The machine as cairn-boot reads it."""
        lines = [f"magic {self.magic:x}", f"info {self.info:x}", f"bits {self.bits}"]
        lines += [f"at {at:x} {data.hex()}" for at, data in self.contents().items()]
        for bus, device, function, registers in self.functions:
            lines.append(f"function {bus:x} {device:x} {function:x}")
            lines += [f"reg {at:x} {value:x} {writable:x}" for at, (value, writable) in registers.items()]
        lines += [f"vanish {self.vanish}"] if self.vanish else []
        return "\n".join([*lines, f"run {self.run}", ""])

    # -- ACPI --

    def put(self, *tables):
        """Tables in memory, a page apart; their addresses."""
        addresses = [TABLES + 4096 * i for i in range(len(tables))]
        self.memory.update(zip(addresses, tables))
        return addresses

    def acpi(self, *tables, entries=None, **header):
        """Tables behind an XSDT behind a root pointer of the new kind."""
        found = self.put(*tables)
        entries = found if entries is None else entries
        self.memory[ROOT] = table(b"XSDT", b"".join(struct.pack("<Q", e) for e in entries), **header)
        self.tags.append(tag(15, rsdp(2, xsdt=ROOT)))
        return found

    # -- PCI --

    def pci(self, *functions):
        """A host bridge, these, and an honest device."""
        self.functions = [function(0, 0, 0, ident=0x12378086, kind=0x06000000), *functions,
                          function(0, 31, 0, {0x10: (0xFE000000, 0xFFF00000)}, ident=HONEST)]
        self.run = "lspci"


# ---- ACPI tables ---------------------------------------------------------------------------------

def fix_sum(data, at, end):
    data = bytearray(data)
    data[at] = (data[at] - sum(data[:end])) & 255
    return bytes(data)


def table(signature, body, *, revision=1, length=None, wrong=0):
    data = struct.pack("<4sIBB6s8s4s4s4s", signature, 36 + len(body) if length is None else length, revision, 0,
                       b"CAIRN", b"TABLE", b"", b"", b"") + body
    data = bytearray(fix_sum(data, 9, len(data)))
    data[9] = (data[9] + wrong) & 255
    return bytes(data)


def rsdp(revision, rsdt=0, xsdt=0, *, length=36, wrong=0, wrong_extended=0):
    data = struct.pack("<8sB6sBIIQB3s", b"RSD PTR ", 0, b"CAIRN", revision, rsdt, length, xsdt, 0, b"")
    data = bytearray(fix_sum(data, 8, 20))
    data[8] = (data[8] + wrong) & 255
    data = bytearray(fix_sum(data, 32, 36))
    data[32] = (data[32] + wrong_extended) & 255
    return bytes(data)


def lapic(uid, ident, flags=1):
    return struct.pack("<BBBBI", 0, 8, uid, ident, flags)


def x2apic(uid, ident, flags=1):
    return struct.pack("<BBHIII", 9, 16, 0, ident, flags, uid)


def madt(*items, **header):
    return table(b"APIC", struct.pack("<II", 0xFEE00000, 1) + b"".join(items), **header)


def srat_cpu(domain, apic, *, high=b"\0\0\0"):
    return struct.pack("<BBBBIB3sI", 0, 16, domain & 255, apic, 1, 0, high, 0)


def srat_memory(domain, start, length, size=40):
    return struct.pack("<BBIHQQIIQ", 1, size, domain, 0, start, length, 0, 1, 0)[:size]


def srat(*items, revision=3):
    return table(b"SRAT", struct.pack("<IQ", 1, 0) + b"".join(items), revision=revision)


def slit(count, *rows):
    return table(b"SLIT", struct.pack("<Q", count) + bytes(sum(rows, [])))


def mcfg(*entries, cut=None):
    body = bytes(8) + b"".join(struct.pack("<QHBBI", *entry, 0) for entry in entries)
    return table(b"MCFG", body[:cut])


ONE_CPU = lapic(0, 0)
TWO_NODES = srat(srat_cpu(0, 0), srat_memory(0, 0, 128 * MIB), srat_memory(1, 128 * MIB, 128 * MIB))

# ---- PCI -----------------------------------------------------------------------------------------

HONEST = 0xCAFE1AF4


def function(bus, device, number, registers=(), *, ident=0xBAD01AF4, kind=0xFF000000, header=0):
    """A function; registers are offset: (value, writable bits). Memory and I/O are on."""
    return (bus, device, number, {0: (ident, 0), 4: (3, 7), 8: (kind, 0), 0xC: (header << 16, 0),
                                  **dict(registers)})


def bar(value, writable):
    return function(0, 4, 0, {0x10: (value, writable)})


def bridge(bus, device, primary, secondary, subordinate):
    return function(bus, device, 0, {0x18: (primary | secondary << 8 | subordinate << 16, 0),
                                     0x1C: (0xF0, 0), 0x20: (0xFFF0, 0), 0x24: (0xFFF0, 0)},
                    kind=0x06040000, header=1)
