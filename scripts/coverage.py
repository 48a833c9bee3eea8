#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""coverage.py OUT [--no-machine] - line and branch coverage of mm/ and of the parsers; make coverage calls it

clang counts in both ports (COVERAGE=1). The process writes its counts as it ends. The kernel
knows nothing of them: its counters are taken out of the machine's memory, by QEMU's monitor,
when it has switched itself off, and put into the file that a process would have written.

With --no-machine only the process runs, and what the machine counted before is kept.

Both are merged; the HTML report is OUT/html/index.html. Files below a line are listed, and the
lines that nothing reached unless scripts/coverage_reasons.txt says why.

The status is 1, and the last line says why, when a total is too low or when a process, a test or
a machine failed: what they count is then less than what the tests reach.
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

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, *(os.path.join(os.path.dirname(HERE), "tests", name) for name in ("hosted", "harness"))]
import coverage_branches  # noqa: E402
import coverage_report  # noqa: E402
import ktap  # noqa: E402
import machines  # noqa: E402

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


failures = []


def fail(says):
    print(f"coverage: {says}", flush=True)
    failures.append(says)


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
        fail(f"{' '.join(command[:4])} ended with status {status}: {log.name}")


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
        """Returns when the machine has switched itself off."""
        self.socket.settimeout(seconds)
        try:
            for line in self.file:
                if json.loads(line).get("event") == "SHUTDOWN":
                    return
        except TimeoutError as late:
            raise RuntimeError(f"not off after {seconds} s") from late
        raise RuntimeError("QEMU ended before the machine was off")


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
        try:
            monitor = Monitor(path)
            monitor.wait_off(limit)
            start, end = names["__prf_cnts_start"], names["__prf_cnts_end"]
            monitor.call("stop")
            monitor.call("pmemsave", val=start - KERNEL_BASE, size=end - start, filename=os.path.abspath(f"{out}/{name}.counters"))
            monitor.call("quit")
        except BaseException:
            qemu.kill()
            raise
    judge(name, f"{out}/{name}.log")
    with open(sorted(glob.glob(f"{out}/raw/test0*.profraw"))[0], "rb") as file:
        header = file.read(16)
    with open(f"{out}/{name}.counters", "rb") as file:
        counters = file.read()
    with open(f"{out}/raw/machine-{name}.profraw", "wb") as file:
        file.write(raw_profile(elf, counters, header))


def run_machines(out):
    for name, cmdline, arguments in MACHINES:
        try:
            run_machine(out, name, cmdline, arguments, int(os.environ.get("LIMIT", "900")))
        except (OSError, RuntimeError, ValueError, subprocess.CalledProcessError) as wrong:
            fail(f"the machine {name}: {wrong}: {out}/{name}.log")


def judge(name, path):
    """A failure for what went wrong in the log of a machine."""
    log = ktap.Parser()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            log.feed(line)
    log.finish()
    wrong = [f"{result.name} failed" for result in log.results if result.status == "fail"] + log.errors
    if wrong:
        fail(f"the machine {name}: {wrong[0]}{f' and {len(wrong) - 1} more' if wrong[1:] else ''}: {path}")


# ---- the report ---------------------------------------------------------------------------
def covered():
    """The patterns of scripts/covered.mk, as a function of a path."""
    with open("scripts/covered.mk", encoding="utf-8") as file:
        text = re.search(r"^covered := (.*?[^\\])$", file.read(), re.M | re.S)[1]
    patterns = tuple(word for word in text.split() if word != "\\")
    return lambda path: any(path == p or (p.endswith("%") and path.startswith(p[:-1])) for p in patterns)


def report(out, reasons):
    """Returns llvm-cov's summary of each file."""
    profile = f"{out}/all.profdata"
    run(f"llvm-profdata{SUFFIX}", "merge", "-sparse", "-o", profile, *glob.glob(f"{out}/raw/*.profraw"))
    programs = [f"{out}/host/cairn-test"]
    for program in (*(f"{out}/host/cairn-{name}" for name in ("fuzz", "memmap", "death", "fail", "boot")), f"{out}/kernel/cairn.elf"):
        if os.path.exists(program):
            programs += ["-object", program]
    programs += [f"-instr-profile={profile}"]
    with open(f"{out}/llvm-cov.log", "w", encoding="utf-8") as log:
        counts = json.loads(run(f"llvm-cov{SUFFIX}", "export", *programs, stdout=subprocess.PIPE, stderr=log).stdout)["data"][0]
        wanted = covered()
        files = [f for f in counts["files"] if wanted(os.path.relpath(f["filename"])) and f["summary"]["lines"]["count"]]
        run(f"llvm-cov{SUFFIX}", "show", "-format=html", "-show-branches=count", f"-output-dir={out}/html",
            *programs, *(f["filename"] for f in files), stderr=log)
        shown = run(f"llvm-cov{SUFFIX}", "show", *programs, *(f["filename"] for f in files), stdout=subprocess.PIPE,
                    stderr=log, text=True).stdout
    coverage_report.tell(files)
    unreached = coverage_report.tell_unreached(shown, reasons)
    coverage_branches.tell(f"{out}/html/branches.html", counts["functions"], wanted, unreached)
    print(f"report: {out}/html/index.html", flush=True)
    return files


def main():
    out = sys.argv[1]
    with open(coverage_report.REASONS, encoding="utf-8") as file:
        try:
            reasons = coverage_report.read_reasons(file)
        except ValueError as wrong:
            sys.exit(f"coverage: FAILED: {wrong}")
    os.makedirs(f"{out}/raw", exist_ok=True)
    for old in glob.glob(f"{out}/raw/*"):
        if "--no-machine" not in sys.argv or "/machine-" not in old:
            os.remove(old)
    try:
        run_process(out)
        if "--no-machine" not in sys.argv:
            run_machines(out)
        for says in coverage_report.shortfalls(report(out, reasons)):
            fail(says)
    except (OSError, subprocess.CalledProcessError) as wrong:
        fail(str(wrong))
    if failures:
        sys.exit(f"coverage: FAILED: {'; '.join(failures)}")


if __name__ == "__main__":
    main()
