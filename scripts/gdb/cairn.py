# SPDX-License-Identifier: MIT
"""Commands for looking at a stopped Cairn from gdb. Source it; `cairn help` lists them."""
import os
import re

import gdb

HERE = os.path.dirname(os.path.abspath(__file__))  # gdb knows __file__ only while it sources this


def in_header(path, pattern):
    """What fits the pattern in a header: gdb has no symbols for it."""
    with open(os.path.join(HERE, "../..", path), encoding="utf-8") as file:
        return re.findall(pattern, file.read(), re.M)


PAGE_SHIFT = 12
STATES = in_header("include/linux/mm_types.h", r"^\tPAGE_(\w+),")
FLAGS = in_header("include/linux/mm_types.h", r"^#define PGF_(\w+)")
ZONES = ("DMA", "DMA32", "NORMAL", "HIGHMEM")


def constant(name):
    """A constant of <asm/page.h>."""
    return int(in_header("arch/x86_64/include/asm/page.h", rf"#define {name}\s+(0x[0-9a-f]+)")[0], 16)


def number(text):
    return int(gdb.parse_and_eval(text)) & 0xFFFFFFFFFFFFFFFF


def physical(address):
    """The eight bytes at a physical address, by way of QEMU's monitor."""
    text = gdb.execute(f"monitor xp /1gx {address:#x}", to_string=True)
    return int(text.split(":")[1], 16)


def descriptor(pfn):
    kind = gdb.lookup_type("struct page")
    address = constant("VMEMMAP_START") + pfn * kind.sizeof
    return gdb.Value(address).cast(kind.pointer()).dereference()


def describe_page(pfn):
    page = descriptor(pfn)
    try:
        state, order, flags = int(page["state"]), int(page["order"]), int(page["flags"])
    except gdb.MemoryError:
        return f"pfn {pfn:#x}: no descriptor is mapped there"
    text = f"pfn {pfn:#x}: {STATES[state] if state < len(STATES) else state}, order {order}"
    text += f", zone {ZONES[int(page['zone'])]}, node {int(page['nid'])}"
    text += f", references {int(page['_refcount']['counter'])}"
    names = [name for bit, name in enumerate(FLAGS) if flags >> bit & 1]
    if names:
        text += ", " + "|".join(names)
    cache = int(page["slab_cache"])
    if cache:
        text += f", cache {cache:#x}"
    return text


def walk(address):
    """Yields a line a level of the page tables for an address."""
    table = number("$cr3") & 0x000FFFFFFFFFF000
    for level, shift in (("pgd", 39), ("pud", 30), ("pmd", 21), ("pte", 12)):
        index = address >> shift & 511
        entry = physical(table + index * 8)
        bits = [name for bit, name in ((1, "write"), (2, "user"), (3, "PWT"), (4, "PCD"),
                                       (5, "accessed"), (6, "dirty"), (8, "global"), (63, "NX"))
                if entry >> bit & 1]
        yield f"{level}[{index:3d}] at {table + index * 8:#014x}: {entry:#018x} {' '.join(bits)}"
        if not entry & 1:
            yield f"{address:#x} is not mapped"
            return
        table = entry & 0x000FFFFFFFFFF000
        if level == "pte" or entry & 0x80:
            low = (1 << shift) - 1
            yield f"{address:#x} -> physical {(table & ~low) | (address & low):#x}"
            return


class Cairn(gdb.Command):
    """Look at the kernel's memory management: cairn help."""

    def __init__(self):
        super().__init__("cairn", gdb.COMMAND_DATA, prefix=True)

    def invoke(self, argument, from_tty):
        Help().invoke("", from_tty)


class Help(gdb.Command):
    """cairn help - list these commands"""

    def __init__(self):
        super().__init__("cairn help", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        for command in COMMANDS:
            print(command.__doc__.splitlines()[0])


class Page(gdb.Command):
    """cairn page PFN [COUNT] - the descriptors of page frames"""

    def __init__(self):
        super().__init__("cairn page", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        arguments = gdb.string_to_argv(argument)
        if not arguments:
            raise gdb.GdbError(self.__doc__)
        first = number(arguments[0])
        for pfn in range(first, first + (number(arguments[1]) if len(arguments) > 1 else 1)):
            print(describe_page(pfn))


class Address(gdb.Command):
    """cairn address ADDR - what an address is: its symbol, and the frame behind it"""

    def __init__(self):
        super().__init__("cairn address", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        address = number(argument)
        print(gdb.execute(f"info symbol {address:#x}", to_string=True).strip())
        lines = list(walk(address))
        print(lines[-1])
        found = re.search(r"physical (0x[0-9a-f]+)", lines[-1])
        if found:
            print(describe_page(int(found[1], 16) >> PAGE_SHIFT))


class Walk(gdb.Command):
    """cairn walk ADDR - the page-table entries for an address, as the CPU reads them"""

    def __init__(self):
        super().__init__("cairn walk", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        for line in walk(number(argument)):
            print(line)


class Free(gdb.Command):
    """cairn free [ORDER] - free blocks of each zone and order; with an order, the list itself"""

    def __init__(self):
        super().__init__("cairn free", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        nodes = gdb.parse_and_eval("node_data")
        for node in range(nodes.type.range()[1] + 1):
            if not nodes[node]:
                continue
            for index in range(len(ZONES)):
                self.show_zone(node, nodes[node]["zones"][index], argument)

    def show_zone(self, node, zone, argument):
        if not int(zone["present_pages"]):
            return
        buddy = zone["buddy"]
        counts = [int(buddy["nr"][order]) for order in range(11)]
        print(f"node {node} zone {zone['name'].string():8}",
              " ".join(f"{count:6}" for count in counts),
              f"pending {int(zone['pending_pages'])}")
        if argument:
            self.show(buddy, number(argument))

    def show(self, buddy, order):
        shown = 0
        for tier in range(16):
            pfn = int(buddy["first"][tier * 16 + order])
            while pfn and shown < 64:
                print(" ", describe_page(pfn))
                pfn, shown = int(descriptor(pfn)["next"]), shown + 1
            if pfn:
                print("  and more")
                return


class Log(gdb.Command):
    """cairn log [LINES] - the end of what the kernel has printed (20 lines)"""

    def __init__(self):
        super().__init__("cairn log", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        path = os.environ.get("CAIRN_LOG", "build/debug.log")
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        print("\n".join(lines[-(number(argument) if argument else 20):]))


Cairn()
COMMANDS = [Help(), Page(), Address(), Walk(), Free(), Log()]
