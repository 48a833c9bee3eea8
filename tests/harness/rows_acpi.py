# SPDX-License-Identifier: MIT
"""Bad inputs: ACPI tables (A)."""
import struct

from box import *
from rows import BAD_ROOT_POINTER, row

# ---- A: ACPI -------------------------------------------------------------------------------------

ONE = r"; 1 CPU$"


def table_at(what, so=""):
    return rf"ACPI: table at 0x[0-9a-f]+: {what}{so}$"


def in_table(name, what, so=""):
    return rf"ACPI: {name}, byte \d+: {what}{so}$"


LENGTH = "a length that cannot be; ignored"
NO_ACPI = "; going on without ACPI"
ONE_NODE = "; going on with one node"
NO_SLIT = "; going on without distances"
PORTS = "; using ports 0xcf8/0xcfc"
ITEM = "an item of impossible length; ignored it and the rest"
SHORT = "an item too short for its type; ignored it"
VALUE = "a value that cannot be; ignored it"
SURPLUS = "more than there is room for; ignored the surplus"


def old_root_pointer(box, at):
    where, = box.put(madt(ONE_CPU))
    box.memory[ROOT] = table(b"RSDT", struct.pack("<I", where))
    box.memory[at] = rsdp(0, ROOT)[:20]


@row("A1", "no root pointer", "one CPU, one node, configuration by ports", shows=(r"ACPI: none$",), booted=False,
     cases="no-pci")
def _(box):
    pass


@row("A2", "a root pointer in the BIOS area with a wrong checksum", "the search goes on",
     shows=(r"ACPI: revision 0: RSDT APIC",), tests="acpi.rsdp_area", booted=False)
def _(box):
    old_root_pointer(box, 0xE0100)
    box.memory[0xE0000] = rsdp(0, 0x1234, wrong=1)[:20]


@row("A3", "revision 2 with a wrong extended checksum", "no root pointer", says=(BAD_ROOT_POINTER,),
     shows=(r"ACPI: none$",), tests="acpi.rsdp", booted=False)
def _(box):
    box.acpi(madt(ONE_CPU))
    box.tags[-1] = tag(15, rsdp(2, xsdt=ROOT, wrong_extended=1))


@row("A4", "revision 0 or 1 with garbage where the XSDT's address would be", "the RSDT", variants=(0, 1),
     shows=(r"ACPI: revision \d: RSDT APIC",), tests="acpi.rsdp")
def _(box, revision):
    where, = box.put(madt(ONE_CPU))
    box.memory[ROOT] = table(b"RSDT", struct.pack("<I", where))
    box.tags = [tag(15, rsdp(revision, ROOT, 0xDEADBEEFDEADBEEF))]


@row("A5", "revision 2 with an XSDT at 0", "the RSDT", shows=(r"ACPI: revision 2: RSDT APIC",), tests="acpi.rsdp")
def _(box):
    where, = box.put(madt(ONE_CPU))
    box.memory[ROOT] = table(b"RSDT", struct.pack("<I", where))
    box.tags = [tag(15, rsdp(2, ROOT, 0))]


@row("A6", "a root pointer that says it has 0 bytes, or 4 GiB", "36 are used", variants=(0, ALL_ONES),
     shows=(r"ACPI: revision 2: XSDT APIC",), tests="acpi.rsdp")
def _(box, length):
    box.acpi(madt(ONE_CPU))
    box.tags[-1] = tag(15, rsdp(2, 0, ROOT, length=length))


@row("A7", "a root pointer in the last 16 bytes of the BIOS area", "not read past its end", shows=(r"ACPI: none$",),
     tests="acpi.rsdp_area", booted=False)
def _(box):
    box.memory[0xFFFF0] = rsdp(0, ROOT)[:16]


@row("A8", "the EBDA's word is 0, or beyond 640 KiB, and a root pointer is there", "ignored", booted=False,
     variants=(0, 0x3F, 0x9FD0, 0xA000, 0xFFFF), shows=(r"ACPI: none$",))
def _(box, word):
    box.memory[0x40E] = struct.pack("<H", word)
    old_root_pointer(box, {0x9FD0: 0xA0000, 0xFFFF: 0x90000}.get(word, word << 4))


@row("A8", "the EBDA's word leads to a root pointer", "that one", booted=False, variants=(0x40, 0x9FC0),
     shows=(r"ACPI: revision 0: RSDT APIC",))
def _(box, word):
    box.memory[0x40E] = struct.pack("<H", word)
    old_root_pointer(box, (word << 4) + 0x20)


@row("A9", "an XSDT without a whole entry", "no ACPI", says=(table_at(LENGTH, NO_ACPI),), variants=(0, 35, 36, 43),
     tests="acpi.root_lengths")
def _(box, length):
    box.acpi(entries=[TABLES], length=length)
    box.memory[ROOT] = table(b"XSDT", bytes(max(0, length - 36)), length=length)


@row("A10", "an XSDT of 4 GiB, or past memory", "no ACPI", says=(table_at(LENGTH, NO_ACPI),),
     variants=(ALL_ONES, 0x80000000, 0x19000), tests="acpi.root_lengths")
def _(box, length):
    box.acpi(entries=[TABLES], length=length)


@row("A11", "an XSDT that ends in part of an entry", "that is ignored",
     says=(table_at("part of an entry at its end; ignored that"),), shows=(r"XSDT APIC; 1 CPU$",),
     tests="acpi.root_entries")
def _(box):
    where = box.acpi(madt(ONE_CPU))[0]
    box.memory[ROOT] = table(b"XSDT", struct.pack("<QI", where, 1))


@row("A12", "an entry that is 0", "skipped", shows=(r"XSDT APIC; 1 CPU$",), tests="acpi.root_entries")
def _(box):
    box.acpi(madt(ONE_CPU), entries=[0, TABLES, 0])


@row("A13", "an entry that is the XSDT, or one twice", "taken once",
     says=(table_at("a duplicate; took the first"),), shows=(r"XSDT APIC; 1 CPU$",), variants=(ROOT, TABLES),
     tests="acpi.root_entries")
def _(box, entry):
    box.acpi(madt(ONE_CPU), entries=[TABLES, entry])


@row("A14", "an entry outside of memory", "not followed",
     says=(table_at("an address outside of memory; ignored it"),), shows=(r"XSDT APIC; 1 CPU$",),
     variants=(0xFEB00000, 1 << 38, (1 << 64) - 8), tests="acpi.root_entries")
def _(box, entry):
    box.acpi(madt(ONE_CPU), entries=[entry, TABLES])


@row("A15", "tables and items at odd addresses", "read by bytes", shows=(r"XSDT APIC; 1 CPU$",), tests="acpi.madt")
def _(box):
    box.acpi(entries=[TABLES + 3])
    box.memory[TABLES + 3] = madt(b"\x80\x03\0", ONE_CPU)


@row("A16", "a table with a wrong checksum", "used all the same, with a line",
     says=(table_at("a wrong checksum; used all the same"),), shows=(r"XSDT APIC; 1 CPU$",), tests="acpi.root_entries")
def _(box):
    box.acpi(madt(ONE_CPU, wrong=1))


@row("A17", "a table shorter than its header", "ignored", says=(table_at(LENGTH),), shows=(r"XSDT APIC; 1 CPU$",),
     variants=(0, 35), tests="acpi.root_entries")
def _(box, length):
    box.acpi(table(b"SRAT", b"", length=length), madt(ONE_CPU))


@row("A18", "two MADTs", "the first", says=(r"ACPI: a second APIC at 0x[0-9a-f]+; took the first, at",),
     shows=(ONE,), tests="acpi.root_entries")
def _(box):
    box.acpi(madt(ONE_CPU), madt(ONE_CPU, lapic(1, 1)))


@row("A19", "a MADT without items", "one CPU", shows=(ONE,), tests="acpi.madt")
def _(box):
    box.acpi(madt())


@row("A20", "an item of length 0", "the walk stops", says=(in_table("MADT", ITEM),), shows=(ONE,), tests="acpi.madt")
def _(box):
    box.acpi(madt(ONE_CPU, b"\0\0", lapic(1, 1)))


@row("A21", "an item of length 1", "the walk stops", says=(in_table("MADT", ITEM),), shows=(ONE,), tests="acpi.madt")
def _(box):
    box.acpi(madt(ONE_CPU, b"\0\1", lapic(1, 1)))


@row("A22", "an item shorter than its type", "ignored; a longer one counts", says=(in_table("MADT", SHORT),),
     shows=(ONE,), tests="acpi.madt")
def _(box):
    box.acpi(madt(b"\0\7\0\1\1\0\0", b"\0\x0a\0\0\1\0\0\0\x09\x09"))


@row("A23", "the last item overruns the table", "the walk stops", says=(in_table("MADT", ITEM),), shows=(ONE,),
     tests="acpi.madt", variants=(b"\0\x09\1\1\1\0\0\0", b"\0"))
def _(box, item):
    box.acpi(madt(ONE_CPU, item))


@row("A24", "items of types from 0x80 on", "skipped", shows=(ONE,), tests="acpi.madt")
def _(box):
    box.acpi(madt(b"\x80\4\0\0", b"\xff\2", ONE_CPU))


@row("A25", "more CPUs than are supported", "the surplus is ignored", says=(in_table("MADT", SURPLUS),),
     shows=(r"; 256 CPUs$",), tests="acpi.madt_surplus", booted=False)
def _(box):
    box.acpi(madt(*(x2apic(i, i) for i in range(300))))


@row("A25", "a CPU's id twice", "once", says=(in_table("MADT", "a duplicate; took the first"),), shows=(ONE,),
     tests="acpi.madt")
def _(box):
    box.acpi(madt(ONE_CPU, lapic(1, 0)))


@row("A25", "a CPU with an id of all ones", "ignored", shows=(ONE,), tests="acpi.madt",
     variants=(lapic(1, 255), x2apic(1, ALL_ONES)))
def _(box, item):
    box.acpi(madt(ONE_CPU, item))


@row("A26", "x2APIC items only", "counted", shows=(r"; 2 CPUs$",), tests="acpi.madt", booted=False)
def _(box):
    box.acpi(madt(x2apic(0, 0), x2apic(1, 2)))


@row("A27", "a CPU that is not enabled", "not started", shows=(ONE,), tests="acpi.madt")
def _(box):
    box.acpi(madt(ONE_CPU, lapic(1, 1, 0), lapic(2, 2, 2)))


@row("A28", "local APICs said to be at 0, or at an odd address", "ignored", says=(in_table("MADT", VALUE),),
     variants=(0, 0xFEE00010), tests="acpi.madt_lapic")
def _(box, phys):
    box.acpi(madt(ONE_CPU, struct.pack("<BBHQ", 5, 12, 0, phys)))


@row("A29", "the CPU that runs is not in the MADT", "it is CPU 0 all the same", shows=(ONE,), tests="acpi.madt",
     booted=False)
def _(box):
    box.acpi(madt(lapic(0, 7)))


@row("A30", "a SRAT memory item of less than 40 bytes", "no SRAT", says=(in_table("SRAT", SHORT, ONE_NODE),),
     tests="acpi.srat_refused")
def _(box):
    box.acpi(madt(ONE_CPU), srat(srat_cpu(0, 0), srat_memory(0, 0, 128 * MIB), srat_memory(1, 0, 0, 32)))


@row("A31", "a SRAT range that wraps, or is empty", "ignored", says=(in_table("SRAT", VALUE),), tests="acpi.srat",
     variants=((1 << 63, 1 << 63), (64 * MIB, 0), (64 * MIB, (1 << 64) - 1)))
def _(box, extent):
    box.acpi(madt(ONE_CPU), srat(srat_cpu(0, 0), srat_memory(0, 0, 256 * MIB), srat_memory(1, *extent)))


@row("A32", "SRAT ranges that overlap, cover nothing, leave memory out", "each page has one node",
     shows=(r"mem: node 0 .*mem: node 1 ",), tests="acpi.memory_has_one_node", booted=True)
def _(box):
    box.acpi(madt(ONE_CPU), srat(srat_cpu(0, 0), srat_memory(0, 0, 64 * MIB), srat_memory(1, 32 * MIB, 128 * MIB),
                                 srat_memory(2, 1 << 37, GIB)))


@row("A33", "domain 0xffffffff, or more domains than nodes", "one node", says=(in_table("SRAT", SURPLUS, ONE_NODE),),
     variants=("all ones", "too many"), tests="acpi.srat_refused")
def _(box, how):
    domains = [ALL_ONES] if how == "all ones" else range(1, 66)
    box.acpi(madt(ONE_CPU), srat(srat_cpu(0, 0), *(srat_memory(d, (d & 127) * MIB, MIB) for d in domains)))


@row("A34", "garbage in the high bytes of a domain of revision 1", "eight bits count", shows=(r"; 1 CPU, 1 nodes$",),
     tests="acpi.srat")
def _(box):
    items = srat_cpu(0, 0, high=b"\xaa\xbb\xcc"), srat_memory(0x12345600, 0, 256 * MIB)
    box.acpi(madt(ONE_CPU), srat(*items, revision=1))


@row("A35", "a domain with CPUs only", "a node without memory", shows=(r", 2 nodes",), tests="acpi.srat numa.*")
def _(box):
    box.acpi(madt(ONE_CPU), srat(srat_cpu(1, 0), srat_memory(0, 0, 256 * MIB)))


@row("A36", "a SLIT larger than its table", "not used", says=(in_table("SLIT", LENGTH, NO_SLIT),),
     variants=(3, 1 << 32, (1 << 64) - 1, 0), tests="acpi.slit")
def _(box, count):
    box.acpi(madt(ONE_CPU), TWO_NODES, slit(count, [10, 20], [20, 10]))


@row("A37", "a SLIT with impossible distances", "not used", says=(in_table("SLIT", VALUE, NO_SLIT),),
     variants=([11, 20, 20, 10], [10, 10, 20, 10], [10, 0, 20, 10]), tests="acpi.slit")
def _(box, distances):
    box.acpi(madt(ONE_CPU), TWO_NODES, slit(2, distances))


@row("A38", "a MCFG shorter than its fixed part", "ignored", says=(in_table("MCFG", LENGTH, PORTS),), tests="acpi.mcfg")
def _(box):
    box.acpi(madt(ONE_CPU), mcfg(cut=7))


@row("A39", "a MCFG without entries", "configuration by ports", shows=(ONE,), tests="acpi.mcfg")
def _(box):
    box.acpi(madt(ONE_CPU), mcfg())


@row("A40", "a MCFG window that cannot be", "ignored; ports", says=(in_table("MCFG", VALUE, PORTS),), tests="acpi.mcfg",
     variants=((0xE0000000, 0, 9, 3), (0, 0, 0, 255), (0xE0080000, 0, 0, 255), (64 * MIB, 0, 0, 15),
               (0xF8000000, 0, 0, 255), (1 << 36, 0, 0, 255)))
def _(box, entry):
    box.acpi(madt(ONE_CPU), mcfg(entry))


@row("A40", "two MCFG windows over each other", "the first", says=(in_table("MCFG", VALUE),), tests="acpi.mcfg",
     shows=(r"ECAM at 0xe0000000",), booted=False)
def _(box):
    box.acpi(madt(ONE_CPU), mcfg((0xE0000000, 0, 0, 15), (0xE0000000, 1, 8, 31)))
