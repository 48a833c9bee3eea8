# SPDX-License-Identifier: MIT
"""Bad inputs: PCI devices (P)."""
import struct

from box import *
from rows import row

FOUND_HONEST = r"\[1af4:cafe\]"

# ---- P: PCI --------------------------------------------------------------------------------------

def in_pci(what, at="04.0"):
    return rf"pci: 0000:00:{at}: {what}"


def on_device(what, at="00:04.0"):
    return rf"0000:{at}: {what}"


@row("P1", "ids that mean that nobody is there", "nobody is", variants=(ALL_ONES, 0, 0xFFFF, 0xFFFF0000),
     shows=(r"by ports .*: 2 devices", FOUND_HONEST), tests="pci.scan_absent_ids")
def _(box, ident):
    box.pci(function(0, 4, 0, ident=ident))


@row("P2", "a device that is never ready", "waited for, not for ever", says=(in_pci("still not ready, skipped"),),
     shows=(FOUND_HONEST,), tests="pci.scan_retry")
def _(box):
    box.pci(function(0, 4, 0, ident=0xFFFF0001))


@row("P3", "functions without function 0", "nobody is there", shows=(r"by ports .*: 2 devices", FOUND_HONEST),
     tests="pci.scan_functions")
def _(box):
    box.pci(function(0, 4, 1), function(0, 4, 7))


@row("P4", "functions 1 to 7 answer as 0, which is alone", "one device",
     shows=(r"by ports .*: 3 devices", FOUND_HONEST),
     tests="pci.scan_functions")
def _(box):
    box.pci(*(function(0, 4, i) for i in range(8)))


@row("P5", "a header type nobody defined", "ignored", says=(in_pci("header type nobody defined, skipped"),),
     shows=(FOUND_HONEST,), variants=(0x7F, 3), tests="pci.scan_functions")
def _(box, header):
    box.pci(function(0, 4, 0, header=header))


@row("P6", "registers that would be BARs, in a header of type 1", "a bridge has two BARs",
     hides=(r"BAR [2-5]",), tests="pci.bar_header_types", shows=(r"BAR 1 memory 0xfe200000", FOUND_HONEST))
def _(box):
    box.pci(function(0, 4, 0, {**dict.fromkeys((0x18, 0x1C, 0x20, 0x24), (0x00010100, ALL_ONES)),
                               0x14: (0xFE200000, 0xFFF00000)}, kind=0x06040000, header=1))


@row("P6", "registers that would be BARs, in a header of type 2", "a CardBus bridge has one", tests="pci.bar_header_types",
     hides=(r"BAR [1-5] (memory|I/O)",), shows=(r"BAR 0 memory 0xfe100000", FOUND_HONEST))
def _(box):
    box.pci(function(0, 4, 0, {**dict.fromkeys((0x18, 0x1C, 0x20, 0x24), (0x00010100, ALL_ONES)),
                               0x10: (0xFE100000, 0xFFF00000), 0x14: (0xFE200000, 0xFFF00000)},
                     kind=0x06070000, header=2))


BAD_BRIDGE = "bridge configuration invalid, not entered"


@row("P7", "a bridge whose buses lead nowhere, or backwards", "not entered", says=(in_pci(BAD_BRIDGE),),
     shows=(FOUND_HONEST,), variants=((0, 0, 0), (0, 2, 1), (5, 6, 7), (0, 0, 255)), tests="pci.scan_bad_bridges",
     cases="behind-a-bridge behind-a-root-port")
def _(box, buses):
    box.pci(bridge(0, 4, *buses))


@row("P8", "two bridges to one bus", "that is scanned once",
     says=(in_pci("leads to a bus that another bridge leads to, not entered", "05.0"),),
     shows=(r"by ports .*: 5 devices", FOUND_HONEST), tests="pci.scan_same_secondary")
def _(box):
    box.pci(bridge(0, 4, 0, 1, 1), bridge(0, 5, 0, 1, 1), function(1, 0, 0))


@row("P9", "255 bridges behind each other", "all are found", shows=(r"by ports .*: 257 devices", FOUND_HONEST),
     tests="pci.scan_deep_chain")
def _(box):
    box.pci(*(bridge(bus, 1, bus, bus + 1, 255) for bus in range(255)))


@row("P10", "a BAR that reads all ones when sized", "none", hides=(r"bad0 device\n\tBAR",), shows=(FOUND_HONEST,),
     tests="pci.bar_cases")
def _(box):
    box.pci(bar(0xFE100000, ALL_ONES))


@row("P11", "a BAR that reads 0", "none", hides=(r"bad0 device\n\tBAR",), shows=(FOUND_HONEST,), tests="pci.bar_cases")
def _(box):
    box.pci(bar(0, 0))


@row("P12", "a BAR that cannot be written", "ignored, with a line",
     says=(on_device("BAR 0: cannot be sized, ignored"),),
     shows=(FOUND_HONEST,), tests="pci.bar_cases")
def _(box):
    box.pci(bar(0xFE100000, 0))


@row("P13", "a BAR whose writable bits have holes", "the lowest is the size",
     shows=(r"BAR 0 memory 0xfe100000-0xfe10ffff", FOUND_HONEST), tests="pci.bar_cases")
def _(box):
    box.pci(bar(0xFE100000, 0xAA510000 | 0xFE100000))


@row("P14", "a 64-bit BAR of 8 GiB, whose low half reads 0", "sized over both halves",
     shows=(r"BAR 0 memory 0x4000000000-0x41ffffffff", FOUND_HONEST), tests="pci.bar_cases", cases="far-bar")
def _(box):
    box.pci(function(0, 4, 0, {0x10: (4, 0), 0x14: (0x40, 0xFFFFFFFE)}))


@row("P15", "a 64-bit BAR in the last slot", "refused", says=(on_device("BAR 5: type nobody defined, ignored"),),
     shows=(FOUND_HONEST,), tests="pci.bar_cases")
def _(box):
    box.pci(function(0, 4, 0, {0x24: (0xFE100004, 0xFFF00000)}))


@row("P16", "the slot behind a 64-bit BAR looks like a BAR", "passed over", hides=(r"BAR 1 (memory|I/O|\[)",),
     shows=(r"BAR 0 memory 0x40fe100000", r"BAR 2 memory 0xfe200000", FOUND_HONEST), tests="pci.bar_upper_half")
def _(box):
    box.pci(function(0, 4, 0, {0x10: (0xFE100004, 0xFFF00000), 0x14: (0x40, ALL_ONES),
                               0x18: (0xFE200000, 0xFFF00000)}))


@row("P17", "a BAR of a reserved type", "refused", says=(on_device("BAR 0: type nobody defined, ignored"),),
     shows=(FOUND_HONEST,), variants=(2, 6), tests="pci.bar_cases")
def _(box, kind):
    box.pci(bar(0xFE100000 | kind, 0xFFF00000))


@row("P18", "an I/O BAR with its upper half tied to 0", "its size is right",
     shows=(r"BAR 0 I/O +0xc000-0xc0ff", FOUND_HONEST), tests="pci.bar_cases")
def _(box):
    box.pci(bar(0xC001, 0xFF00))


@row("P19", "a BAR at address 0", "not used until it has an address",
     says=(on_device(r"BAR 0 .*: assigned here"),), shows=(FOUND_HONEST,), tests="pci.bar_cases")
def _(box):
    box.pci(bar(0, 0xFFF00000))


@row("P20", "a BAR over RAM", "not used, with a line",
     says=(on_device(r"BAR 0 .*: in the way is System RAM .*, not used"),), shows=(FOUND_HONEST,),
     tests="resource.claims", cases="bar-out-of-reach bar-moved")
def _(box):
    box.pci(bar(0x8000000, 0xFFF00000))


@row("P20", "a BAR over another", "not used, with a line",
     says=(on_device(r"BAR 1 .*: in the way is 0000:00:04.0 .*, not used"),), shows=(FOUND_HONEST,),
     tests="resource.claims")
def _(box):
    box.pci(function(0, 4, 0, {0x10: (0xFE200000, 0xFFE00000), 0x14: (0xFE300000, 0xFFF00000)}))


@row("P20", "a BAR over configuration space", "not used, with a line",
     says=(on_device(r"BAR 0 .*: in the way is PCI MMCONFIG .*, not used"),), tests="resource.claims")
def _(box):
    box.pci(bar(0xE0100000, 0xFFF00000))
    box.acpi(madt(ONE_CPU), mcfg((0xE0000000, 1, 0, 15)))


@row("P21", "a BAR that ends behind the last address", "refused",
     says=(on_device("BAR 0: ends beyond the address space, ignored"),),
     shows=(FOUND_HONEST,), tests="pci.bar_cases")
def _(box):
    box.pci(function(0, 4, 0, {0x10: (0xFFFFE00C, 0xFF000000), 0x14: (ALL_ONES, ALL_ONES)}))


@row("P22", "a BAR while it is sized", "decoding is off, and all holds what it held",
     shows=(r"BAR 0 memory 0xfe100000-0xfe1fffff", FOUND_HONEST), tests="pci.bar_cases pci.bar_host_bridge")
def _(box):
    box.pci(bar(0xFE100000, 0xFFF00000))


@row("P23", "a device that goes away while it is sized", "dropped", oracle=False,
     says=(r"pci: 0000:00:[0-9a-f]+\.0: went away while it was looked at, skipped",), hides=(FOUND_HONEST,),
     variants=(16, 20, 24, 28), tests="pci.bar_vanishing_device")
def _(box, reads):
    box.pci(bar(0xFE100000, 0xFFF00000))
    box.vanish = reads


@row("P24", "pci_iomap() of BAR -1, BAR 6, an empty BAR, one that is shorter", "NULL",
     shows=(r"^device: BAR -1 0, BAR 6 0, BAR 1 0, too long 0$",), tests="pci.iomap_misuse")
def _(box):
    box.pci(bar(0xFE100000, 0xFFF00000))


CAPS = {4: (0x00100003, 7)}


@row("P25", "capability pointers into the header, odd, to ones, in circles", "at most 48 steps",
     shows=(r"^device: capabilities (0|64|68) 0,",),
     tests="pci.caps_bad_pointers", variants=((0x34, 0x10), (0x34, 0x43), (0x34, 0xFF), (0x40, 0x4001), (0x40, 0x4401)))
def _(box, how):
    at, value = how
    box.pci(function(0, 4, 0, {**CAPS, 0x34: (0x40, 0), 0x40: (0x4409, 0), 0x44: (0x4009, 0), at: (value, 0)}))


@row("P26", "capabilities said to be there, at 0", "none",
     shows=(r"^device: capabilities 0 0,",), tests="pci.caps_bad_pointers")
def _(box):
    box.pci(function(0, 4, 0, CAPS))


@row("P27", "extended capabilities in circles, or below 0x100", "at most 480 steps",
     shows=(r"by ECAM at 0xe0000000", r"^device: capabilities 0 0, extended 0;"), tests="pci.caps_extended",
     variants=((0x00010002, 0x10000002), (0x0C010002, 0), (0xFFC10002, 0)))
def _(box, headers):
    box.pci(function(0, 4, 0, CAPS))
    box.acpi(madt(ONE_CPU), mcfg((0xE0000000, 0, 0, 0)))
    for _, device, _, registers in box.functions:
        space = 0xE0000000 + (device << 15)
        box.memory[space] = b"".join(struct.pack("<I", registers.get(at, (0,))[0]) for at in range(0, 64, 4))
    box.memory[0xE0020100] = struct.pack("<I", headers[0])
    box.memory[0xE0020C00 if headers[0] >> 20 == 0xC0 else 0xE0020104] = struct.pack("<I", headers[1])


@row("P28", "an MSI-X table in BAR 6 or 7, in none, past its end", "-EINVAL", shows=(r"^device: .* MSI-X -22$",),
     tests="pci.caps_msix", variants=(6, 7, 1, 0xFFFFF0))
def _(box, where):
    box.pci(function(0, 4, 0, {**CAPS, 0x10: (0xFE100000, 0xFFF00000), 0x34: (0x40, 0), 0x40: (0x07FF0011, 0),
                               0x44: (where, 0)}))


@row("P29", "an MSI capability at 0xfc", "not read past 0xff", shows=(r"^device: .* MSI -22,",), tests="pci.caps_msi")
def _(box):
    box.pci(function(0, 4, 0, {**CAPS, 0x34: (0xFC, 0), 0xFC: (0x00800005, 0)}))


@row("P30", "a ROM image of length 0", "the walk over images ends",
     shows=(r"^device: ROM of 0 bytes$",), tests="pci.rom_images")
def _(box):
    box.pci(function(0, 4, 0, {0x30: (0xFE100001, 0xFFFF0001)}))
    box.memory[0xFE100000] = b"\x55\xaa".ljust(24, b"\0") + struct.pack("<HH", 28, 0) + b"PCIR" + bytes(64)
