#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""coverage.py OUT [--no-machine] - line and branch coverage of mm/ and of the parsers; make coverage calls it

clang counts in both ports (COVERAGE=1). The process writes its counts as it ends. The kernel
knows nothing of them: its counters are taken out of the machine's memory, by QEMU's monitor,
when it has switched itself off, and put into the file that a process would have written.

With --no-machine only the process runs, and what the machine counted before is kept.

Both are merged; the HTML report is OUT/html/index.html. Files below a line are listed, and the
lines that nothing reached unless scripts/coverage_reasons.txt says why.
"""
import glob
import json
import os
import re
import shlex
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, "tests/hosted")
import machines  # noqa: E402

LINES, BRANCHES = 95.0, 85.0  # per cent: what is listed is below
KERNEL_BASE = 0xFFFFFFFF80000000
SUFFIX = os.environ.get("LLVM_SUFFIX", "")
NODES = ("-object memory-backend-ram,id=m0,size=192M -object memory-backend-ram,id=m1,size=128M "
         "-numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,cpus=1,memdev=m1 -numa dist,src=0,dst=1,val=15")
# The machine: a name, the kernel's command line, QEMU's arguments.
MACHINES = (
    ("checked", 'lockdep=1 debug_preempt=1 exec="test;min_free_kbytes 2000;holders;drop_caches;poweroff"', "-machine q35 -m 320M -smp 2 " + NODES),
    ("debug", 'slub_debug=FZPU exec="test;poweroff"', "-machine pc -m 5G -smp 1"),
    ("highmem", 'highmem=100M page_owner=on page_poison=1 exec="test highmem* page* gfp* dma* vmalloc* reclaim*;poweroff"',
     "-machine pc -m 256M -smp 4"),
)


def run(*command, **options):
    return subprocess.run(command, check=True, **options)


# ---- the process --------------------------------------------------------------------------
def run_process(out):
    host = os.path.join(out, "host")
    one_process(out, "test0", [f"{host}/cairn-test"])
    one_process(out, "cpus", [f"{host}/cairn-test", "-n", "4"])
    for i, row in enumerate(machines.MACHINES):
        one_process(out, f"machine{i}", [f"{host}/cairn-test", *machines.arguments(row)])
    listed = run(f"{host}/cairn-fuzz", capture_output=True, text=True).stdout
    for target in (line.split()[0] for line in listed.splitlines()):
        inputs = [f for d in ("corpus", "regressions") for f in sorted(glob.glob(f"tests/fuzz/{d}/{target}/*"))]
        one_process(out, f"fuzz-{target}", [f"{host}/cairn-fuzz", target, *inputs])
    one_process(out, "death-%4m", ["python3", "tests/hosted/death.py", f"{host}/cairn-death"])
    one_process(out, "fail-%4m", ["python3", "tests/hosted/fail.py", f"{host}/cairn-fail", "--most", "3", "--ms", "30"])
    one_process(out, "bad-%4m", ["python3", "tests/hosted/run_bad_inputs.py", f"{host}/cairn-boot", "/dev/null"])
    one_process(out, "map-%4m", ["python3", "tests/hosted/memmaps.py", f"{host}/cairn-memmap", "tests/data/memmaps/maps", "06"])


def one_process(out, name, command):
    """%4m in the name: four files, into which processes add what they count."""
    env = dict(os.environ, LLVM_PROFILE_FILE=f"{out}/raw/{name}.profraw")
    with open(f"{out}/{name.removesuffix('-%4m')}.log", "wb") as log:
        status = subprocess.run(command, env=env, stdout=log, stderr=log, check=False).returncode
    if status:
        print(f"coverage: {' '.join(command[:4])} ended with status {status}: {log.name}")


# ---- the machine --------------------------------------------------------------------------
class Monitor:
    """QEMU's, over a socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(100):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.2)
        self.file = self.socket.makefile("r", encoding="utf-8")
        self.file.readline()
        self.call("qmp_capabilities")

    def call(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while "return" not in (answer := json.loads(self.file.readline())):
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")

    def wait_off(self, seconds):
        """True when the machine has switched itself off."""
        self.socket.settimeout(seconds)
        try:
            for line in self.file:
                if json.loads(line).get("event") == "SHUTDOWN":
                    return True
        except OSError:
            pass
        return False


def symbols(elf):
    listed = run(f"llvm-nm{SUFFIX}", elf, capture_output=True, text=True).stdout
    return {name: int(value, 16) for value, _, name in (line.split() for line in listed.splitlines() if len(line.split()) == 3)}


def part(elf, names, which):
    """Bytes of the image between two symbols, as they were linked."""
    start, end = names[f"__prf_{which}_start"], names[f"__prf_{which}_end"]
    data = open(elf, "rb").read()
    offset, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    for i in range(count):
        kind, _, at, address, _, length = struct.unpack_from("<IIQQQQ", data, offset + i * size)
        if kind == 1 and address <= start and end <= address + length:
            return data[at + start - address:at + end - address]
    raise RuntimeError(f"{elf}: no counters; was it built with COVERAGE=1?")


def raw_profile(elf, counters, header):
    """What the run-time library of clang 14 writes; @header is the beginning of such a file."""
    names = symbols(elf)
    data, texts = part(elf, names, "data"), part(elf, names, "names")
    magic, version = struct.unpack_from("<QQ", header)
    if version & 0xFF not in (8,):
        raise RuntimeError(f"raw profiles of version {version & 0xFF} are not known here")
    head = struct.pack("<11Q", magic, version, 0, len(data) // 48, 0, len(counters) // 8, 0, len(texts),
                       names["__prf_cnts_start"] - names["__prf_data_start"] & (1 << 64) - 1,
                       names["__prf_names_start"], 1)
    body = head + data + counters + texts
    return body + bytes(-len(texts) % 8)


def image(out, name, cmdline):
    kernel = f"{out}/kernel"
    with open(f"{out}/{name}.cfg", "w", encoding="utf-8") as file:
        run("python3", "scripts/grub_cfg.py", "iso/boot/grub/grub.cfg", env=dict(os.environ, CMDLINE=cmdline), stdout=file)
    run("scripts/mkiso.sh", f"{out}/{name}.iso", f"{kernel}/cairn.stripped", f"{out}/{name}.cfg")


def run_machine(out, name, cmdline, arguments, limit):
    image(out, name, cmdline)
    elf, path = f"{out}/kernel/cairn.elf", f"{out}/{name}.qmp"
    names = symbols(elf)
    command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-cdrom", f"{out}/{name}.iso", "-boot", "d",
               "-display", "none", "-nic", "none", "-device", "edu", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
               "-serial", f"file:{out}/{name}.log", "-no-reboot", "-no-shutdown",
               "-qmp", f"unix:{path},server=on,wait=off", *shlex.split(arguments)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as qemu:
        monitor = Monitor(path)
        if not monitor.wait_off(limit):
            print(f"coverage: {name} did not end in {limit} s: {out}/{name}.log; what it counted until then is used")
        start, end = names["__prf_cnts_start"], names["__prf_cnts_end"]
        if qemu.poll() is None:
            monitor.call("stop")
            monitor.call("pmemsave", val=start - KERNEL_BASE, size=end - start, filename=os.path.abspath(f"{out}/{name}.counters"))
            monitor.call("quit")
    with open(sorted(glob.glob(f"{out}/raw/test0*.profraw"))[0], "rb") as file:
        header = file.read(16)
    with open(f"{out}/{name}.counters", "rb") as file:
        counters = file.read()
    with open(f"{out}/raw/machine-{name}.profraw", "wb") as file:
        file.write(raw_profile(elf, counters, header))


# ---- the report ---------------------------------------------------------------------------
def covered():
    """The patterns of scripts/covered.mk, as a function of a path."""
    with open("scripts/covered.mk", encoding="utf-8") as file:
        text = re.search(r"^covered := (.*?[^\\])$", file.read(), re.M | re.S)[1]
    patterns = tuple(word for word in text.split() if word != "\\")
    return lambda path: any(path == p or (p.endswith("%") and path.startswith(p[:-1])) for p in patterns)


def report(out):
    profile = f"{out}/all.profdata"
    run(f"llvm-profdata{SUFFIX}", "merge", "-sparse", "-o", profile, *glob.glob(f"{out}/raw/*.profraw"))
    programs = [f"{out}/host/cairn-test"]
    for program in (*(f"{out}/host/cairn-{name}" for name in ("fuzz", "memmap", "death", "fail", "boot")), f"{out}/kernel/cairn.elf"):
        if os.path.exists(program):
            programs += ["-object", program]
    programs += [f"-instr-profile={profile}"]
    with open(f"{out}/llvm-cov.log", "w", encoding="utf-8") as log:
        files = json.loads(run(f"llvm-cov{SUFFIX}", "export", "-summary-only", *programs,
                               stdout=subprocess.PIPE, stderr=log).stdout)["data"][0]["files"]
        wanted = covered()
        files = [f for f in files if wanted(os.path.relpath(f["filename"])) and f["summary"]["lines"]["count"]]
        run(f"llvm-cov{SUFFIX}", "show", "-format=html", "-show-branches=count", f"-output-dir={out}/html",
            *programs, *(f["filename"] for f in files), stderr=log)
        shown = run(f"llvm-cov{SUFFIX}", "show", *programs, *(f["filename"] for f in files), stdout=subprocess.PIPE,
                    stderr=log, text=True).stdout
    tell(out, files)
    tell_unreached(shown)


def unreached(shown):
    """(file, line, text) of the first of each lines in a row that nothing reached."""
    path, last = "", -1
    for text in shown.splitlines():
        counted = re.match(r"\s*(\d+)\|\s*([\d.kMG]*)\|(.*)", text)
        if text.startswith("/"):
            path, last = os.path.relpath(text.rstrip(":")), -1
        elif counted and counted[2] == "0":
            if int(counted[1]) != last + 1:
                yield path, int(counted[1]), counted[3].strip()
            last = int(counted[1])


def tell_unreached(shown):
    with open("scripts/coverage_reasons.txt", encoding="utf-8") as file:
        reasons = [re.split(r"\s*\|\s*", line, maxsplit=2) for line in file if not line.startswith("#")]
    places = list(unreached(shown))
    unexplained = [place for place in places if not any(
        name in ("*", place[0]) and what in place[2] for name, what, _ in reasons)]
    for path, line, text in unexplained:
        print(f"not reached, and nobody says why: {path}:{line}: {text}")
    print(f"{len(places)} places are not reached, {len(places) - len(unexplained)} of them for a reason in scripts/coverage_reasons.txt")


def total(files, what):
    covered_, count = (sum(f["summary"][what][k] for f in files) for k in ("covered", "count"))
    return {"covered": covered_, "count": count, "percent": 100 * covered_ / max(count, 1)}


def tell(out, files):
    below = 0
    for file in sorted(files, key=lambda f: f["summary"]["lines"]["percent"]):
        lines, branches = file["summary"]["lines"], file["summary"]["branches"]
        if lines["percent"] < LINES or (branches["count"] and branches["percent"] < BRANCHES):
            print(row(os.path.relpath(file["filename"]), lines, branches))
            below += 1
    print(f"{below} of {len(files)} files are below {LINES:.0f} % of lines or {BRANCHES:.0f} % of branches")
    print(row("all of them", total(files, "lines"), total(files, "branches")))
    print(f"report: {out}/html/index.html")


def row(name, lines, branches):
    share = f"({lines['covered']}/{lines['count']})"
    return (f"{name:<28} lines {lines['percent']:5.1f} % {share:>13}  branches {branches['percent']:5.1f} % "
            f"({branches['covered']}/{branches['count']})")


def main():
    out = sys.argv[1]
    os.makedirs(f"{out}/raw", exist_ok=True)
    for old in glob.glob(f"{out}/raw/*"):
        if "--no-machine" not in sys.argv or "/machine-" not in old:
            os.remove(old)
    run_process(out)
    if "--no-machine" not in sys.argv:
        for name, cmdline, arguments in MACHINES:
            run_machine(out, name, cmdline, arguments, int(os.environ.get("LIMIT", "900")))
    report(out)


main()
