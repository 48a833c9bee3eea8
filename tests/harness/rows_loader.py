# SPDX-License-Identifier: MIT
"""Bad inputs: what the loader hands over (M) and the memory map (E)."""
import struct

from box import *
from rows import AT_BYTE, BAD_ROOT_POINTER, row

# ---- M: what the loader hands over ---------------------------------------------------------------

NOT_MULTIBOOT2 = "not started by a multiboot2 boot loader"


@row("M1", "EAX holds another magic number", "stops; the pointer is not touched", stops=NOT_MULTIBOOT2,
     variants=(0x2BADB002, 0, 0x36D76288), tests="multiboot2.registers", cases="bad-magic")
def _(box, magic):
    box.magic = magic


@row("M2", "the pointer is 0, or no multiple of 8", "stops", stops="information", variants=(0, INFO + 4, INFO + 1),
     tests="multiboot2.registers", cases="no-boot-information unaligned-boot-information")
def _(box, info):
    box.info = info


@row("M3", "the block's size is 0, 8 or 15", "stops", stops="impossible size", variants=(0, 8, 15),
     tests="multiboot2.total_size", cases="boot-information-size-0")
def _(box, total):
    box.total = total


@row("M4", "the block's size is 4 GiB, or past what is mapped", "stops before the walk", stops="impossible size",
     variants=(ALL_ONES, 0x80000000, 16 * MIB + 8), tests="multiboot2.total_size", cases="boot-information-size-4g")
def _(box, total):
    box.total = total


@row("M5", "the block's size is no multiple of 8", "the last whole tag counts",
     says=(AT_BYTE + "no end tag",), shows=(r"boot: table, .*: debug",), tests="multiboot2.total_size")
def _(box):
    box.end, box.tail = b"", b"\1\0\0\0\7"


@row("M6", "there is no end tag", "the walk stops at the end of the block", says=(AT_BYTE + "no end tag",),
     shows=(r"boot: table, .*: debug",), tests="multiboot2.total_size")
def _(box):
    box.end = b""


@row("M7", "a tag of size 0", "the walk stops", says=(AT_BYTE + "a tag's size is too small",),
     tests="multiboot2.tag_sizes")
def _(box):
    box.tags = [tag(21, b"", 0), tag(1, b"late\0")]


@row("M8", "a tag of size 1 to 7", "the walk stops", says=(AT_BYTE + "a tag's size is too small",),
     variants=range(1, 8), tests="multiboot2.tag_sizes")
def _(box, size):
    box.tags = [tag(21, b"", size), tag(1, b"late\0")]


@row("M9", "a tag reaches past the block", "it is ignored, the walk stops", says=(AT_BYTE + "a tag reaches past",),
     variants=(4096, 0x7FFFFFFF), tests="multiboot2.tag_sizes")
def _(box, size):
    box.tags = [tag(21, b"data", size), tag(1, b"late\0")]


@row("M10", "a tag's size wraps when rounded up", "the walk stops", says=(AT_BYTE + "a tag reaches past",),
     variants=range(0xFFFFFFF9, 1 << 32), tests="multiboot2.tag_sizes")
def _(box, size):
    box.tags = [tag(21, b"data", size), tag(1, b"late\0")]


@row("M11", "an end tag of size 0 or 16", "it is the end all the same", variants=(0, 16),
     shows=(r"boot: table, .*: debug",), hides=("wraps",), tests="multiboot2.end_and_unknown")
def _(box, size):
    box.end = tag(0, b"12345678"[:size // 2], size) + tag(6, struct.pack("<IIQQII", 24, 0, 1 << 63, 1 << 63, 1, 0))


@row("M12", "tags of types nobody knows", "skipped", tests="multiboot2.end_and_unknown")
def _(box):
    box.first = [tag(99, b"xyz"), tag(ALL_ONES, bytes(9)), tag(22, b"")]


@row("M13", "two memory maps, two command lines", "the first that makes sense counts, whole",
     says=(AT_BYTE + "a tag stands twice; took the first",), shows=(r"command line: debug( exec|$)",),
     tests="multiboot2.duplicates")
def _(box):
    box.tags = [tag(1, b"quiet nosuch\0"), mmap_tag([(0, 1 << 40, USABLE)])]


BASIC = tag(4, struct.pack("<II", 640, 255 * KIB))
NO_SENSE = AT_BYTE + "a memory map makes no sense; ignored it"
FALLBACK = AT_BYTE + "no memory map; using the two sizes of basic memory"


@row("M14", "map entries of size 0", "the tag is refused; basic memory sizes, if any, serve", says=(NO_SENSE, FALLBACK),
     oracle=False, spans=((MIB, 256 * MIB, USABLE),), tests="multiboot2.mmap_stride")
def _(box):
    box.map_tags = [mmap_tag(PLAIN_MAP, 0), BASIC]


@row("M15", "map entries of size 8, 16 or 23", "the tag is refused", says=(NO_SENSE, FALLBACK), variants=(8, 16, 23),
     oracle=False, spans=((MIB, 256 * MIB, USABLE),), tests="multiboot2.mmap_stride")
def _(box, stride):
    box.map_tags = [mmap_tag(PLAIN_MAP, stride), BASIC]


@row("M16", "map entries of size 32 or 40", "that is the stride", variants=(32, 40), tests="multiboot2.mmap_stride")
def _(box, stride):
    box.map_tags = [mmap_tag(PLAIN_MAP, stride)]


@row("M17", "a map that ends in part of an entry", "that part is ignored",
     says=(AT_BYTE + "the memory map ends in part of an entry",), tests="multiboot2.mmap_stride")
def _(box):
    box.map_tags = [mmap_tag(PLAIN_MAP, tail=struct.pack("<QI", 1 << 32, 1))]


@row("M18", "no map, but basic memory sizes", "those serve", says=(FALLBACK,), oracle=False,
     spans=((MIB, 256 * MIB, USABLE),), tests="multiboot2.basic_meminfo", cases="no-memory-map")
def _(box):
    box.map_tags = [BASIC]


@row("M19", "a map and basic memory sizes that disagree", "the map counts", tests="multiboot2.basic_meminfo")
def _(box):
    box.first = [tag(4, struct.pack("<II", 640, 4 * GIB // KIB - 1))]


@row("M20", "an EFI map with entries of size 0 or 39, or of version 0", "the tag is ignored",
     says=(AT_BYTE + "an EFI memory map makes no sense; ignored it",), variants=((0, 1), (39, 1), (40, 0)),
     tests="multiboot2.efi_mmap_stride")
def _(box, how):
    box.first = [efi_tag([(7, MIB, 0xF000, 8)] * 3, *how)]


WB = 8
EFI_MAP = [(7, 0, 0x9F, WB), (7, MIB, 0xFE00, WB), (0, 0xFF00000, 0x100, WB)]


@row("M21", "an EFI map with entries of size 48", "that is the stride", oracle=False,
     spans=((MIB, 0xFF00000, USABLE), (0xFF00000, 256 * MIB, RESERVED)), tests="multiboot2.efi_mmap_stride")
def _(box):
    box.first = [efi_tag(EFI_MAP, 48)]


@row("M22", "EFI boot services still run", "their memory is not free", oracle=False,
     shows=(r"^000000000f800000-000000000fefffff boot services$",), spans=((MIB, 0xF800000, USABLE),),
     tests="multiboot2.efi_boot_services")
def _(box):
    box.first = [efi_tag([(7, 0, 0x9F, WB), (7, MIB, 0xF700, WB), (4, 0xF800000, 0x700, WB)]), tag(18, b"")]


@row("M23", "a command line without NUL", "it ends with its tag", shows=(r"command line: debug loglevel=8$",),
     tests="multiboot2.cmdline")
def _(box):
    box.cmdline = b"debug loglevel=8"


@row("M24", "a command line of 64 KiB, or with control characters", "cut between parameters; blanks instead",
     says=(AT_BYTE + "the command line is too long; cut it",), shows=(r"command line: debug  debug +debug",),
     tests="multiboot2.cmdline")
def _(box):
    box.cmdline = b"debug\7 debug\x1b\n\tdebug " + b"debug " * 10920 + b"\0"


@row("M25", "a module that is empty, or ends before it starts", "it is ignored",
     says=(AT_BYTE + "a module is empty or ends before it starts",), tests="multiboot2.modules",
     variants=((0x8000000, 0x8000000), (0x8001000, 0x8000000), (0, 0)))
def _(box, extent):
    box.tags = [module_tag(*extent)]


OVERLAPS = AT_BYTE + "a module overlaps the kernel, this block or a module"


@row("M26", "a module over the kernel, this block or another module", "kept once, with a line", says=(OVERLAPS,),
     variants=(((0x101000, 0x201000),), ((INFO, INFO + 0x1000),), ((0x8000000, 0x8002000), (0x8001000, 0x8003000))),
     tests="multiboot2.modules", cases="module-over-the-image")
def _(box, modules):
    box.tags = [module_tag(*module) for module in modules]


@row("M26", "a module outside of RAM", "kept out, with a line", says=(r"boot: module module at .* is not in RAM",),
     variants=((0xFFF0000, 0xFFF1000), (0x20000000, 0x20001000)), tests="multiboot2.modules")
def _(box, extent):
    box.tags = [module_tag(*extent)]


@row("M27", "a module over 16 MiB, where boot page tables might be", "kept; the tables are part of the image",
     tests="multiboot2.modules")
def _(box):
    box.tags = [module_tag(0xFF0000, 0x1010000)]


@row("M28", "this block in memory called usable", "copied before the first allocation",
     shows=(r"command line: debug( exec|$)",), cases="information-behind-the-image")
def _(box):
    box.info = 0x2000008


@row("M29", "ELF sections past their tag, or names in none of them", "ignored",
     says=(AT_BYTE + "the ELF sections make no sense; ignored them",), tests="multiboot2.elf_sections",
     variants=((100, 64, 1), (1, 1 << 31, 0), (1 << 26, 64, 0), (1, 64, 1), (1, 0, 0)))
def _(box, how):
    box.tags = [tag(9, struct.pack("<III", *how) + bytes(64))]


@row("M29", "an ELF section that reaches past 4 GiB, before one in RAM that is sound", "the first is ignored, the second kept",
     says=(AT_BYTE + "an ELF section reaches past 4 GiB; ignored it",), tests="multiboot2.sections_outside_the_image",
     variants=(ALL_ONES, (1 << 64) - 1, (1 << 64) - 0x2000000))
def _(box, size):
    sections = ((0x2000000, size), (0x2000123, 0x2000))
    box.tags = [tag(9, struct.pack("<III", len(sections), 64, 0) +
                    b"".join(struct.pack("<16xQ8xQ24x", *section) for section in sections))]


@row("M30", "a framebuffer that wraps, has no bits or no lines", "ignored",
     says=(AT_BYTE + "the framebuffer makes no sense; use the serial port",), tests="multiboot2.framebuffer",
     variants=({"pitch": ALL_ONES, "height": ALL_ONES}, {"bits": 0}, {"height": 0}, {"pitch": 1024},
               {"phys": (1 << 64) - 4096}))
def _(box, how):
    box.tags = [framebuffer_tag(**how)]


@row("M31", "an ACPI tag shorter than a root pointer", "ignored; the BIOS area is searched", says=(BAD_ROOT_POINTER,),
     variants=((14, 19), (15, 20), (15, 35)), shows=(r"ACPI: revision 0: RSDT APIC",), tests="multiboot2.acpi")
def _(box, how):
    kind, size = how
    where, = box.put(madt(ONE_CPU))
    box.memory[ROOT] = table(b"RSDT", struct.pack("<I", where))
    box.memory[0xE0010] = rsdp(0, ROOT)[:20]
    box.tags = [tag(kind, rsdp(2, xsdt=ROOT)[:size])]


@row("M32", "a new ACPI tag with a wrong checksum, an old one that is right", "the old one counts",
     says=(BAD_ROOT_POINTER,), shows=(r"ACPI: revision 0: RSDT APIC",), tests="multiboot2.acpi")
def _(box):
    where, = box.put(madt(ONE_CPU))
    box.memory[ROOT] = table(b"RSDT", struct.pack("<I", where))
    box.tags = [tag(15, rsdp(2, xsdt=ROOT, wrong_extended=1)), tag(14, rsdp(0, ROOT)[:20])]


# ---- E: the memory map ---------------------------------------------------------------------------

LOW = PLAIN_MAP[:3]
HIGH = PLAIN_MAP[3:]


def set_map(box, entries):
    box.map = list(entries)


@row("E1", "no usable entry", "stops", stops="no usable memory below 4 GiB", tests="memory_map.cases",
     variants=([(0, 1 << 30, RESERVED)], [(MIB, 255 * MIB, ACPI)]), cases="empty-memory-map")
def _(box, entries):
    set_map(box, entries)


@row("E1", "no entry", "stops", stops="no usable memory below 4 GiB", says=(NO_SENSE,))
def _(box):
    set_map(box, [])


@row("E2", "one entry", "serves", spans=((MIB, 256 * MIB, USABLE),), tests="memory_map.cases")
def _(box):
    set_map(box, [(MIB, 255 * MIB, USABLE)])


@row("E3", "an entry of no length", "ignored", says=(AT_BYTE + "a memory range of no length; ignored it",),
     tests="multiboot2.mmap_entries memory_map.findings")
def _(box):
    set_map(box, [(0x1000, 0, USABLE), *PLAIN_MAP, (128 * MIB, 0, RESERVED)])


WRAPS = AT_BYTE + "a memory range wraps around; cut it at the top"


@row("E4", "a reserved entry that wraps", "it ends at the top, the others stay", says=(WRAPS,), oracle=False,
     spans=((MIB, 0xFFE0000, USABLE), (0x10000000, 1 << 40, RESERVED)), tests="multiboot2.mmap_entries")
def _(box):
    set_map(box, [*PLAIN_MAP[:4], (0xFFE0000, 0x20000, RESERVED), (0x10000000, (1 << 64) - 1, RESERVED)])


@row("E5", "EFI pages that wrap when counted in bytes", "dropped", says=(WRAPS,), oracle=False,
     spans=((MIB, 0xFF00000, USABLE),), tests="multiboot2.efi_entries",
     variants=((0xFFFFFFFFFFFFF000, 0x0200000000000001), (0xFFFFFFFFFFFFF000, 0xFFFFFFFFFFFFFFFF)))
def _(box, how):
    box.first = [efi_tag([*EFI_MAP, (7, *how, WB)])]


@row("E6", "an entry beyond the CPU's addresses", "cut there", oracle=False, spans=((MIB, 0xFFE0000, USABLE),),
     says=(r"memory map: 1 entries reach past the last physical address, 0xffffffffff; cut them there",),
     tests="memory_map.cases memory_map.findings", variants=((1 << 41, GIB, USABLE), (1 << 39, 1 << 45, RESERVED)))
def _(box, entry):
    set_map(box, [*PLAIN_MAP, entry])


@row("E7", "entries in disorder", "the same as in order", spans=((MIB, 0xFFE0000, USABLE),),
     tests="memory_map.cases memory_map.random_maps")
def _(box):
    set_map(box, PLAIN_MAP[::-1])


@row("E8", "entries twice", "the same as once", spans=((MIB, 0xFFE0000, USABLE),), tests="memory_map.cases")
def _(box):
    set_map(box, PLAIN_MAP + PLAIN_MAP)


@row("E9", "usable over reserved", "reserved wins", spans=((64 * MIB, 65 * MIB, RESERVED),),
     tests="memory_map.cases memory_map.random_maps")
def _(box):
    set_map(box, [(64 * MIB, MIB, RESERVED), *PLAIN_MAP])


@row("E10", "entries nested, and three over each other", "cut exactly",
     spans=((64 * MIB, 68 * MIB, RESERVED), (68 * MIB, 70 * MIB, NVS), (70 * MIB, 72 * MIB, ACPI),
            (72 * MIB, 80 * MIB, USABLE), (80 * MIB, 81 * MIB, RESERVED)),
     tests="memory_map.cases memory_map.random_maps")
def _(box):
    set_map(box, [*PLAIN_MAP, (64 * MIB, 8 * MIB, ACPI), (65 * MIB, 5 * MIB, NVS), (64 * MIB, 4 * MIB, RESERVED),
                  (80 * MIB, MIB, RESERVED), (80 * MIB, MIB // 2, ACPI)])


@row("E11", "entries of a type next to each other", "become one", spans=((MIB, 0xFFE0000, USABLE),),
     tests="memory_map.cases")
def _(box):
    set_map(box, [*LOW, (MIB, 15 * MIB, USABLE), (16 * MIB, 0xEFE0000, USABLE), PLAIN_MAP[4]])


@row("E12", "edges within pages", "usable is rounded inward, the rest outward",
     spans=((0x1000, 0x9F000, USABLE), (64 * MIB, 64 * MIB + 0x2000, RESERVED)), tests="memory_map.cases")
def _(box):
    set_map(box, [*PLAIN_MAP, (64 * MIB + 0x800, 0x1000, RESERVED)])


@row("E13", "a usable piece of less than a page", "dropped", spans=((64 * MIB, 64 * MIB + 0x3000, RESERVED),),
     tests="memory_map.cases")
def _(box):
    set_map(box, [*PLAIN_MAP, (64 * MIB, 0x1400, RESERVED), (64 * MIB + 0x1C00, 0x1400, RESERVED)])


@row("E14", "types 0, 6 to 12 and all ones", "reserved", variants=(0, 6, 7, 8, 9, 10, 11, 12, ALL_ONES),
     spans=((64 * MIB, 65 * MIB, RESERVED),), tests="multiboot2.mmap_entries memory_map.cases")
def _(box, kind):
    set_map(box, [*PLAIN_MAP, (64 * MIB, MIB, kind)])


@row("E15", "types 3, 4 and 5", "never allocated", spans=((64 * MIB, 65 * MIB, ACPI), (65 * MIB, 66 * MIB, NVS),
                                                         (66 * MIB, 67 * MIB, DEFECTIVE)),
     tests="multiboot2.mmap_entries memory_map.cases")
def _(box):
    set_map(box, [*PLAIN_MAP, (64 * MIB, MIB, 3), (65 * MIB, MIB, 4), (66 * MIB, MIB, 5)])


@row("E16", "more entries than there is room for", "usable memory is lost, with a line; nothing reserved is",
     says=(AT_BYTE + "the memory map is too long; gave up usable memory",), oracle=False,
     spans=((64 * MIB, 65 * MIB, RESERVED),), tests="multiboot2.mmap_too_long memory_map.long_maps")
def _(box):
    set_map(box, [*PLAIN_MAP, *((128 * MIB + i * 0x4000, 0x1000, USABLE) for i in range(1400)),
                  (64 * MIB, MIB, RESERVED)])


@row("E17", "one usable entry, all of the address space", "cut to what proves to be memory", oracle=False,
     says=(r"memory map: RAM up to the last physical address cannot be; it ends at \d+ MiB",),
     spans=((0xA0000, MIB, RESERVED), (0xFEC00000, 4 * GIB, RESERVED)), tests="memory_map.findings memory_map.cases",
     cases="map-of-everything")
def _(box):
    set_map(box, [(0, (1 << 64) - 1, USABLE)])


@row("E18", "usable over 0xa0000 to 0xfffff", "that window stays reserved",
     spans=((0xA0000, MIB, RESERVED), (MIB, 256 * MIB, USABLE)), tests="memory_map.cases")
def _(box):
    set_map(box, [(0, 256 * MIB, USABLE)])


@row("E19", "page 0 usable", "never given out", spans=((0, 0x1000, RESERVED),),
     tests="memory_map.cases memory_map.this_machine")
def _(box):
    set_map(box, [(0, 0x9F000, USABLE), *HIGH])


@row("E20", "the kernel's image in reserved memory, or in none", "kept, with a line",
     says=(r"memory map: the kernel's image, 0x100000 to .*, lies outside of RAM; kept it",),
     variants=([(MIB, 15 * MIB, RESERVED)], []), cases="image-in-reserved-memory")
def _(box, entries):
    set_map(box, [*LOW, *entries, (16 * MIB, 239 * MIB, USABLE), PLAIN_MAP[4]])


@row("E21", "memory below 1 MiB only, or above 4 GiB only", "stops",
     stops="(no usable memory below 4 GiB|memory below 4 GiB are too little)",
     variants=([(0, 0x9FC00, USABLE)], [(4 * GIB, GIB, USABLE)]), cases="map-of-low-memory map-of-far-memory",
     tests="gfp_table.*")
def _(box, entries):
    set_map(box, entries)


@row("E22", "memory above 510 GiB", "another page than any below", spans=((512 * GIB, 513 * GIB, USABLE),),
     booted=False, tests="memory_map.cases paging.*")
def _(box):
    set_map(box, [*PLAIN_MAP, (512 * GIB, GIB, USABLE)])


@row("E23", "a page of memory every 2 MiB, 1000 of them", "descriptors for what is there only", booted=False,
     shows=(r"descriptors \d{1,6} ",), tests="memory_map.long_maps memmap.*")
def _(box):
    set_map(box, [*LOW, (MIB, 15 * MIB, USABLE), *((16 * MIB + i * 2 * MIB, 0x1000, USABLE) for i in range(1000))])


@row("E24", "EFI memory of run-time services, uncached, persistent, for a purpose", "not general memory",
     oracle=False, shows=(r"^0000000008000000-00000000080fffff run-time services$",
                          r"^0000000008100000-00000000081fffff reserved$",
                          r"^0000000008200000-00000000084fffff persistent$"), tests="multiboot2.efi_entries")
def _(box):
    box.first = [efi_tag([(7, 0, 0x9F, WB), (7, MIB, 0x7F00, WB), (7, 128 * MIB, 0x100, WB | 1 << 63),
                          (7, 129 * MIB, 0x100, 1), (14, 130 * MIB, 0x100, WB), (7, 131 * MIB, 0x100, WB | 0x8000),
                          (7, 132 * MIB, 0x100, WB | 0x40000), (7, 133 * MIB, 0x7000, WB)])]


@row("E25", "an entry whose ACPI 3 attributes say that it does not count", "ignored", oracle=False,
     spans=((MIB, 0xFFE0000, USABLE),), tests="multiboot2.mmap_entries")
def _(box):
    set_map(box, [(*entry, 1) for entry in PLAIN_MAP] + [(GIB, GIB, USABLE, 0)])


@row("E26", "ACPI tables and a module in memory called usable", "kept", shows=(r"ACPI: revision 2: XSDT APIC",),
     tests="acpi.root_entries")
def _(box):
    set_map(box, [(0, 0x9F000, USABLE), (MIB, 255 * MIB, USABLE)])
    box.acpi(madt(ONE_CPU))
    box.tags.append(module_tag(0x8000000, 0x8004000))
