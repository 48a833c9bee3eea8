# SPDX-License-Identifier: MIT
"""The boot matrix: every in-kernel test on each machine."""
import itertools
import os
import re

from image import OUT, Image
from ktap import Parser
from machine import Machine

FIRMWARE = ("bios", "uefi")
MACHINES = ("pc", "q35")
MEMORY = ("64M", "128M", "1G", "5G")
CPUS = ("qemu64", "max")

# Every pair of values of two columns stands in some row.
THINNED = {
    ("bios", "pc", "64M", "qemu64"),
    ("bios", "pc", "1G", "max"),
    ("bios", "pc", "5G", "qemu64"),
    ("bios", "q35", "64M", "max"),
    ("bios", "q35", "128M", "qemu64"),
    ("bios", "q35", "5G", "max"),
    ("uefi", "pc", "64M", "qemu64"),
    ("uefi", "pc", "128M", "max"),
    ("uefi", "pc", "5G", "max"),
    ("uefi", "q35", "128M", "qemu64"),
    ("uefi", "q35", "1G", "qemu64"),
}

TESTS = Image("all", 'exec="test;poweroff"')
DEBUG = Image("all-debug", 'slub_debug=FZPU exec="test;poweroff"')
# Poison outranks init_on_*, so that has a boot of its own; what may fail on purpose goes the
# same long ways.
ZEROED = Image("all-zeroed", 'init_on_alloc=1 init_on_free=1 failslab=1,0,0,0 exec="test;poweroff"')

PAGE_DEBUG = Image("page-debug",
                   'page_owner=on page_poison=1 debug_pagealloc=on kmemleak=on'
                   ' exec="test kmemleak.* misuse.* page_debug.* slab.* mempools.* paging.* vfree*;poweroff"')

KFENCE = Image("kfence", 'kfence.sample_interval=20 exec="test kfence.*;poweroff"')

# The suites for which it matters how many CPUs and nodes there are.
ON_CPUS = ("slab* kmalloc misuse gfp* pages* vmalloc* vmap* vfree* percpu* mempools* smp* tlb* contexts* atomic* sched*"
           " balance* locks* rwlock* rcu* workqueue* reclaim* numa* irq* softirq* timer*")
SMP = Image("smp", f'exec="test {ON_CPUS};poweroff"')
SMP_STRESS = Image("smp-stress", f'exec="test {ON_CPUS} stress*;poweroff"')
# Nodes whose CPUs are never started.
NOSMP = Image("nosmp", 'nosmp exec="test numa* smp*;poweroff"')
CHECKED = Image("all-checked", 'lockdep=1 debug_preempt=1 exec="test;poweroff"')

# Memory that some tests are too large for: those say so, the others run.
SMALL = Image("small", 'exec="test reclaim* gfp* pages* kmalloc* mempools* vmalloc* numa*;poweroff"')

HIGHMEM = Image("highmem", 'highmem=100M exec="test;poweroff"')

# What a boot of all tests shows: each of these could be missing on a machine, and its test be
# skipped, but none is on the machines here.
SHOWN = (r"edu: 204 jobs by its line$", r"edu: 204 jobs by message$")
# With nothing on the command line that keeps the fast paths from being taken.
SHOWN_PLAIN = (r"ras_attack: every instruction of every kind of sequence$",)
# And where there is memory above 4 GiB.
SHOWN_WITH_FAR_MEMORY = (r"^ok \d+ edu\.dma_by_way_of_a_bounce_buffer$",)


class Boot:
    def __init__(self, image, firmware, machine, memory, cpu, suffix="", args=(), smp="1",
                 disk=None):
        self.name = f"{firmware}-{machine}-{memory}-{cpu.split(',')[0]}{suffix}"
        self.image = image
        self.disk = disk
        self.machine = dict(firmware=firmware, machine=machine, memory=memory, cpu=cpu, args=args,
                            smp=smp)

    def run(self, report):
        log = os.path.join(OUT, f"{self.name}.log")
        parser = Parser()
        if self.disk:
            self._add_disk()
        machine = Machine(self.image.iso, log, **self.machine).run(on_line=parser.feed)
        parser.finish()
        problems = parser.errors + self._ending(machine) + self._not_shown(machine)
        failed = [r for r in parser.results if r.status == "fail"]
        passed = sum(r.status == "pass" for r in parser.results)
        skipped = sum(r.status == "skip" for r in parser.results)
        note = f"{len(parser.results)} tests, {machine.seconds:.0f} s"
        problems += ["\n".join([f"{r.name} failed", *(f"  {n}" for n in r.notes)]) for r in failed]
        if problems:
            report.fail(self.name, *problems, note=note, passed=passed, skipped=skipped, log=log)
        else:
            report.ok(self.name, note, passed, skipped)

    def _add_disk(self):
        path = os.path.join(OUT, f"{self.name}.img")
        os.makedirs(OUT, exist_ok=True)
        with open(path, "wb") as disk:
            disk.truncate(self.disk)
        self.machine["args"] += ("-drive", f"if=virtio,format=raw,file={path}")

    def _not_shown(self, machine):
        if 'exec="test;' not in self.image.cmdline or machine.status:
            return []
        patterns = SHOWN
        if self.image is TESTS and not os.environ.get("KASAN"):
            patterns += SHOWN_PLAIN
        if self.machine["memory"] == "5G":
            patterns += SHOWN_WITH_FAR_MEMORY
        return [f"no line has '{pattern}'" for pattern in patterns
                if not any(re.search(pattern, line) for line in machine.lines)]

    @staticmethod
    def _ending(machine):
        tail = "\n".join(machine.lines[-25:])
        if machine.end == "silence":
            return [f"it hangs: no output for a long time after\n{tail}"]
        if machine.end == "limit":
            return [f"it did not end in time; the last it printed:\n{tail}"]
        if machine.status == 85:
            return [f"the kernel panicked:\n{tail}"]
        if machine.status != 0:
            return [f"QEMU ended with status {machine.status} instead of 0:\n{tail}"]
        return []


def numa(nodes, cpus=(), distances=()):
    """QEMU's arguments: nodes' memory in MiB, 0 for none; each node's CPUs; (from, to, distance)."""
    args = []
    for node, size in enumerate(nodes):
        of_node = f",cpus={cpus[node]}" if node < len(cpus) and cpus[node] is not None else ""
        if size:
            args += ["-object", f"memory-backend-ram,id=ram{node},size={size}M"]
            of_node += f",memdev=ram{node}"
        args += ["-numa", f"node,nodeid={node}{of_node}"]
    for a, b, distance in distances:
        args += ["-numa", f"dist,src={a},dst={b},val={distance}"]
    return args


def smp_boots():
    """{1, 2, 8 CPUs} x {1, 2, 4 nodes}; 1 x 1 is every boot above.

    Every test runs on two CPUs, with locks checked; on two nodes without SLIT; and on four of
    which one has no memory and one no CPU. The other cells run the suites to which it matters.
    """
    four = [(0, 1, 30), (0, 2, 12), (0, 3, 20), (1, 2, 40), (1, 3, 14), (2, 3, 25)]
    return [
        Boot(CHECKED, "bios", "q35", "256M", "max", "-2-cpus-checked", smp="2"),
        Boot(TESTS, "bios", "pc", "256M", "qemu64", "-2-cpus-2-nodes",
             numa((128, 128), ("0", "1")), "2"),
        Boot(TESTS, "bios", "q35", "512M", "max", "-4-cpus-4-nodes",
             numa((128, 256, 128, 0), ("0", "1-2", None, "3"), four), "4"),
        Boot(SMP, "bios", "pc", "256M", "max", "-no-memory-in-node-0",
             numa((0, 256), ("0", "1")), "2"),
        Boot(SMP, "bios", "q35", "256M", "qemu64", "-1-cpu-2-nodes", numa((128, 128), ("0",))),
        Boot(SMP, "bios", "pc", "512M", "max", "-1-cpu-4-nodes",
             numa((128, 128, 128, 128), ("0",), four)),
        Boot(SMP, "uefi", "q35", "512M", "qemu64", "-2-cpus-4-nodes",
             numa((128, 128, 128, 128), ("0", None, "1"), four), "2"),
        Boot(NOSMP, "bios", "pc", "256M", "qemu64", "-nosmp-2-nodes", numa((128, 128), ("0", "1")), "2"),
        Boot(SMP_STRESS, "uefi", "pc", "256M", "max", "-8-cpus", smp="8"),
        Boot(SMP_STRESS, "bios", "q35", "512M", "max", "-8-cpus-2-nodes",
             numa((256, 256), ("0-3", "4-7")), "8"),
        Boot(SMP_STRESS, "bios", "pc", "512M", "qemu64", "-8-cpus-4-nodes",
             numa((128, 128, 128, 128), ("0-1", "2-3", "4-5", "6-7"), four), "8"),
    ]


def kasan_boots():
    """The kernel that checks each access, which is a build of its own."""
    return [Boot(TESTS, "bios", "pc", "256M", "max", "-kasan"),
            Boot(SMP, "bios", "q35", "256M", "qemu64", "-4-cpus-kasan", smp="4")]


def boots(everything):
    if os.environ.get("KASAN"):
        return kasan_boots()
    rows = itertools.product(FIRMWARE, MACHINES, MEMORY, CPUS)
    return [Boot(TESTS, *row) for row in rows if row in THINNED or everything] + [
        Boot(TESTS, "bios", "pc", "3584M", "max,phys-bits=46", "-devices", (
            "-device", "pci-bridge,chassis_nr=1,id=bridge", "-device", "edu,bus=bridge,addr=3",
            "-device", "pci-testdev,membar=8G", "-device", "e1000")),
        Boot(DEBUG, "bios", "pc", "256M", "qemu64", "-debug"),
        Boot(TESTS, "bios", "pc", "64M", "qemu64", "-disk", disk=192 << 20),
        Boot(TESTS, "uefi", "q35", "128M", "max", "-disk", disk=384 << 20),
        Boot(ZEROED, "bios", "pc", "128M", "qemu64", "-zeroed"),
        Boot(SMALL, "bios", "pc", "12M", "qemu64", "-small"),
        Boot(PAGE_DEBUG, "bios", "pc", "128M", "qemu64", "-page-debug", smp="2"),
        Boot(KFENCE, "bios", "q35", "128M", "max", "-kfence", smp="2"),
        *smp_boots(),
        Boot(HIGHMEM, "bios", "pc", "256M", "qemu64", "-highmem"),
        Boot(HIGHMEM, "bios", "q35", "1G", "max", "-highmem"),
    ]
