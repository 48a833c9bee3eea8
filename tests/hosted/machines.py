#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""machines.py PROGRAM [WORD...] - tests on machines of another kind than make host-test's

PROGRAM is cairn-test, perhaps behind a command that runs it.  Each row is a machine and what the kernel is told, as arguments of
the program, and the suites to which that matters; a WORD picks the rows that contain it.
The coverage and the mutants are measured with these rows too.
"""
import concurrent.futures
import os
import re
import shlex
import subprocess
import sys

MACHINES = (
    ("three nodes, one without memory", ["-N", "3", "-n", "3"],
     "numa* pages.* page_files* slab.* percpu.* gfp* reclaim* kmalloc.*"),
    ("two nodes on one CPU", ["-N", "2"], "numa* page_files* slab.* mm_commands*"),
    ("beyond 4 GiB, and without addresses", ["-m", "5000", "-N", "2", "-c", "highmem=100M"],
     "highmem* pages.* page_files* gfp* dma* ioremap* vmap.* numa* memmap* memory_map* reclaim*"),
    ("without addresses, around the hole", ["-m", "5000", "-c", "highmem=2200M"], "highmem*"),
    ("without addresses", ["-c", "highmem=100M"], "highmem* gfp_table* dma* reclaim*"),
    ("beyond 4 GiB", ["-m", "5000", "-c", "swiotlb=4096 min_free_kbytes=3000"], "slab.* mm_commands* dma* pages.* bootmem* memblock*"),
    ("bounce always", ["-m", "5000", "-c", "swiotlb=force"], "dma.out* dma.scatter* dma.random* dma_bounce*"),
    ("bounce never", ["-m", "5000", "-c", "swiotlb=noforce"], "dma.coherent* dma.masks* dma_bounce*"),
    ("little memory", ["-m", "12"], "reclaim* gfp* pages.* kmalloc.* mempools.* vmalloc.* numa* dma_ops*"),
    ("objects checked", ["-n", "2", "-c", "slub_debug=FZPU"], "slab.* slab_debug.* slab_misuse* misuse* kmalloc.* mempools.*"),
    ("zeroed when allocated", ["-c", "init_on_alloc=1"], "slab.* slab_debug* kmalloc.* pages.* vmalloc.a* dma_pool*"),
    ("zeroed when freed", ["-c", "init_on_free=1"], "slab.* slab_debug* kmalloc.* pages.* vmalloc.a*"),
    ("pages checked", ["-n", "2", "-c", "page_owner=on page_poison=1 debug_pagealloc=on kmemleak=on"],
     "kmemleak* misuse* mm_commands* page_debug* page_files* slab.* mempools.* percpu.* vfree*"),
    ("leaks among checked objects", ["-n", "2", "-c", "kmemleak=on slub_debug=FZPU"], "kmemleak*"),
    ("leaks, most of memory not described yet", ["-m", "5000", "-c", "kmemleak=on"], "kmemleak*"),
    ("guard pages", ["-n", "2", "-N", "2", "-c", "kfence.sample_interval=20"], "kfence* mm_commands*"),
    ("guard pages and leaks", ["-n", "2", "-c", "kmemleak=on kfence.sample_interval=100000"], "kmemleak*"),
    ("guard pages, every millisecond", ["-n", "4", "-c", "kfence.sample_interval=1"],
     "slab.* slab_stress* kmalloc* mempools* percpu* dma* vmalloc* pages* gfp* kfence*"),
    ("locks checked", ["-n", "2", "-c", "lockdep=1 debug_preempt=1"], "lock* slab.* pages.* contexts* gfp_contexts* percpu.*"),
    ("page failures", ["-c", "fail_page_alloc=1000,1,0,0"], "fault* mm_commands*"),
    ("failures", ["-c", "failslab=100,10,0,-1 fail_page_alloc=100,10,0,-1"], "fault* mm_commands*"),
)


# What the program must not start with.
REFUSED = (["-n", "0"], ["-n", "257", "-N", "2"], ["-n"], ["-m", "7"], ["-m", "x"], ["-N", "65"], ["-x", "1"])

# Values that nothing takes, which must be told in a line each.
WRONG = ("page_poison=2 debug_pagealloc=maybe page_owner=2 kmemleak=of kfence.sample_interval=-1 failslab=1,2 "
         "fail_page_alloc=1,2,3,4,5 init_on_alloc=2 init_on_free= highmem=x swiotlb=foo swiotlb=0 lockdep=9 "
         "debug_preempt=x min_free_kbytes=x loglevel=99").split()

LIMIT = 300  # seconds, for one machine


def arguments(row):
    return [*row[1], *row[2].split()]


def run(program, row):
    try:
        process = subprocess.run([*shlex.split(program), *arguments(row)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 timeout=LIMIT, check=False)
        status, said = process.returncode, process.stdout
    except subprocess.TimeoutExpired as end:
        status, said = 1, (end.stdout or b"") + f"did not end in {LIMIT} seconds\n".encode()
    output = said.decode(errors="replace")
    ran = re.search(r"^# Totals: pass:(\d+) fail:0 ", output, re.M)
    return int(ran[1]) if ran and not status else 0, output


def main():
    program, words = sys.argv[1], sys.argv[2:]
    command = shlex.split(program)
    if nothing := [word for word in words if not any(word in row[0] for row in MACHINES)]:
        sys.exit(f"machines: none has {' '.join(nothing)} in its name")
    rows = [row for row in MACHINES if not words or any(word in row[0] for word in words)]
    failed = passed = 0
    said = subprocess.run([*command, "-c", " ".join(WRONG), "cmdline*"], capture_output=True, text=True, timeout=60, check=False)
    for name, value in (word.split("=") for word in WRONG):
        if said.stdout.count(f"command line: '{name}' does not take '{value}'\n") != 1:
            print(f"{name}={value}: no line about it")
            failed += 1
    for wrong in REFUSED:
        done = subprocess.run([*command, *wrong], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 2 or done.stdout or not re.fullmatch(r"usage: .*\n", done.stderr):
            print(f"{program} {' '.join(wrong)}: status {done.returncode}, {(done.stdout + done.stderr)[-200:]}")
            failed += 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for row, (count, output) in zip(rows, pool.map(lambda row: run(program, row), rows)):
            passed += count
            if not count:
                failed += 1
                print(f"{row[0]}: {program} {' '.join(map(repr, arguments(row)))}",
                      *[line for line in output.splitlines() if not line.startswith("ok ")][-40:], sep="\n    ")
    print(f"machines: {len(rows)}, {passed} tests passed, {failed} machines failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
