#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py OUT ROUNDS - our malloc() and our page frames beside others'

Each round runs every workload with every allocator, one after the other, so that what else
the machine does meets all alike.  Prints the median of the rounds, and how ours compares with
the best of the others; what is not installed is left out.  Also in OUT/bench.tsv.
"""
import collections
import glob
import os
import statistics
import subprocess
import sys

MALLOCS = {"glibc": None, "mimalloc": "libmimalloc.so.2*", "jemalloc": "libjemalloc.so.2",
           "tcmalloc": "libtcmalloc_minimal.so.4"}
WORKLOADS = ("pairs", "batches", "mixed", "producer", "larson", "rss_small", "rss_large")
FRAMES = ("cairn", "bitmap", "list")
FRAME_WORKLOADS = ("pairs", "all", "mixed", "threads", "churn", "metadata")
MORE_IS_BETTER = ("order9_",)
TIMEOUT = 300


def find(pattern):
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"):
        found = sorted(glob.glob(os.path.join(folder, pattern)))
        if found:
            return found[0]
    return None


def figures(command, preload=None):
    env = dict(os.environ)
    env.pop("LD_PRELOAD", None)
    if preload:
        env["LD_PRELOAD"] = preload
    out = subprocess.run(command, env=env, check=True, timeout=TIMEOUT, capture_output=True, text=True)
    if out.stderr:
        sys.exit(f"{command} with {preload}: {out.stderr}")
    return [(name, float(value)) for name, value in (line.split() for line in out.stdout.splitlines())]


def table(title, names, rows, tsv):
    print(f"\n{title}")
    print("| | " + " | ".join(names) + " | ours / best other |")
    print("|---|" + "---|" * (len(names) + 1))
    for figure, by_name in rows.items():
        medians = {name: statistics.median(by_name[name]) for name in names}
        for name in names:
            tsv.write(f"{title}\t{figure}\t{name}\t{medians[name]:.3f}\t{min(by_name[name]):.3f}\n")
        if figure == "empty_loop":
            continue
        others = [medians[name] for name in names if name != "cairn"]
        more = figure.startswith(MORE_IS_BETTER)
        best = max(others) if more else min(others)
        ratio = f"{medians['cairn'] / best:.2f}" if best else "-"
        cells = " | ".join(f"{medians[name]:.4g}" for name in names)
        print(f"| {figure} | {cells} | {ratio} |")


def main():
    out, rounds = sys.argv[1], int(sys.argv[2]) if sys.argv[2].isdecimal() else 0
    if rounds < 1:
        sys.exit(f"host-bench: ROUNDS={sys.argv[2]}: how often each figure is measured, 1 at least")
    mallocs = {name: pattern and find(pattern) for name, pattern in MALLOCS.items()}
    for name in [n for n, path in mallocs.items() if MALLOCS[n] and not path]:
        print(f"{name} is not installed: left out")
        del mallocs[name]
    mallocs["cairn"] = os.path.abspath(os.path.join(out, "libcairn-malloc.so"))
    malloc_rows = collections.defaultdict(lambda: collections.defaultdict(list))
    frame_rows = collections.defaultdict(lambda: collections.defaultdict(list))
    for _ in range(rounds):
        for workload in WORKLOADS:
            for name, path in mallocs.items():
                for figure, value in figures((os.path.join(out, "bench-malloc"), workload), path):
                    malloc_rows[figure][name].append(value)
        for workload in FRAME_WORKLOADS:
            for name in FRAMES:
                for figure, value in figures((os.path.join(out, "bench-frames"), name, workload)):
                    frame_rows[figure][name].append(value)
    with open(os.path.join(out, "bench.tsv"), "w", encoding="utf-8") as tsv:
        table("malloc", list(mallocs), malloc_rows, tsv)
        table("frames", list(FRAMES), frame_rows, tsv)


main()
