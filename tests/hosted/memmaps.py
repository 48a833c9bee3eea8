#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""memmaps.py TOOL DIRECTORY [WORD...] - compare cairn-memmap with an oracle, map by map.

Each map of the directory goes through TOOL as it is and changed in ways that must not matter:
shuffled, with ranges cut in two, given twice, and overlapping others of their kind; and with
ranges of any kind over it, which do matter. The oracle knows nothing of the kernel's list: it asks
of each stretch between two borders which entries cover it. What is no map gets a line.
"""
import concurrent.futures
import contextlib
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

PAGE = 4096
STOPPED = 85  # the status of a machine that says why it cannot start
LIMIT = 1 << 46  # the simulated CPU's physical addresses
FRAMES_END = 16 << 40  # RAM behind this is left out
ALWAYS_RESERVED = [(0, PAGE), (0xA0000, 0x100000), (0xFEC00000, 1 << 32)]
MEMORY = (1, 3, 4)  # the types that are memory of some kind
STRICTNESS = {1: 0, 3: 1, 4: 2, 2: 3, 5: 4}  # where entries overlap the last one wins
DESCRIPTOR = 32
LEAST = 24 << 20  # with so much between 1 MiB and 4 GiB the kernel starts
SECTION = 256 << 20  # descriptors are there for all of a section of which there is memory
ZONES = [("DMA", 16 << 20), ("DMA32", 4 << 30), ("Normal", FRAMES_END)]


def load(path):
    ranges, srat = [], []
    for line in open(path, encoding="utf-8"):
        words = line.split()
        if line.startswith("# srat:"):
            srat.append((int(words[2]), int(words[3], 16), int(words[4], 16)))
        elif words and not line.startswith("#"):
            ranges.append((int(words[0], 16), int(words[1], 16), int(words[2], 0)))
    return ranges, srat


def sanitised(ranges, limit=LIMIT):
    """The expected list of (start, end, type)."""
    return sanitised_spans([(start, start + length, kind) for start, length, kind in ranges], limit)


def sanitised_spans(spans, limit):
    entries = [(start, end, 2) for start, end in ALWAYS_RESERVED]
    for start, end, kind in spans:
        kind = kind if kind in STRICTNESS else 2
        end = min(end, (1 << 64) - 1, limit)
        if start >= end:
            continue
        if kind != 1:
            start, end = start // PAGE * PAGE, -(-end // PAGE) * PAGE
        entries.append((start, end, kind))
    borders = sorted({at for start, end, _ in entries for at in (start, end)})
    pieces = []
    for start, end in zip(borders, borders[1:]):
        kinds = [kind for s, e, kind in entries if s <= start and end <= e]
        if kinds:
            kind = max(kinds, key=STRICTNESS.get)
            if pieces and pieces[-1][1] == start and pieces[-1][2] == kind:
                pieces[-1][1] = end
            else:
                pieces.append([start, end, kind])
    out = []
    for start, end, kind in pieces:
        if kind == 1:
            start, end = -(-start // PAGE) * PAGE, end // PAGE * PAGE
        if start < end:
            out.append((start, end, kind))
    return out


def replayed(ranges, firmware, limit=LIMIT):
    """What memmap=file must make of a file's ranges on a machine with this map of its own."""
    there = sanitised(firmware, limit)
    spans = [(start, start + length, kind) for start, length, kind in ranges]
    borders = sorted({at for start, end, _ in spans + there for at in (start, end)})
    out = [span for span in there if span[2] != 1]
    for start, end in zip(borders, borders[1:]):
        said = [kind for s, e, kind in spans if s <= start and end <= e]
        own = next((kind for s, e, kind in there if s <= start and end <= e), None)
        if any(kind in MEMORY for kind in said) and own not in MEMORY or not said and own == 1:
            said.append(2)
        out += [(start, end, kind) for kind in said]
    return sanitised_spans(out, limit)


def descriptors_at_most(spans):
    """Bytes of descriptors if each section with usable memory has all of its own."""
    sections = {at for start, end, kind in spans if kind == 1 for at in range(start // SECTION, -(-end // SECTION))}
    return len(sections) * SECTION // PAGE * DESCRIPTOR


def zone_pages(ranges, srat):
    """Expected pages of each (node, zone)."""
    numbers = {domain: i for i, domain in enumerate(sorted({domain for domain, _, _ in srat}))}
    borders = {end for _, end in ZONES}
    for _, start, end in srat:
        borders |= {start, end}
    pages = {}
    for start, end, kind in ranges:
        if kind != 1:
            continue
        cuts = sorted({start, end} | {at for at in borders if start < at < end})
        for low, high in zip(cuts, cuts[1:]):
            zone = next((name for name, zone_end in ZONES if low < zone_end), None)
            if not zone:
                continue
            domain = next((d for d, s, e in srat if s <= low and high <= e), srat[0][0] if srat else 0)
            key = (numbers.get(domain, 0), zone)
            pages[key] = pages.get(key, 0) + (high // PAGE - low // PAGE)
    return pages


TYPES = {"usable": 1, "ACPI tables": 3, "ACPI non-volatile": 4, "defective": 5}


def shown(lines):
    """/proc/memmap as it stands in a log: the firmware's ranges, and the sanitised ones as spans."""
    maps, title = {}, None
    for line in lines:
        if found := re.match(r"(firmware's|sanitised)\b.*:$", line):
            title = found[1]
            maps[title] = []
        elif title and (found := re.match(r"([0-9a-f]{16})-([0-9a-f]{16}) ([^(]*[^( ])", line)):
            maps[title].append((int(found[1], 16), int(found[2], 16) + 1, TYPES.get(found[3], 2)))
        else:
            title = None
    return [(s, e - s, kind) for s, e, kind in maps["firmware's"]], maps["sanitised"]


def merged(spans):
    out = []
    for start, end, kind in spans:
        if out and out[-1][1] == start and out[-1][2] == kind:
            out[-1] = (out[-1][0], end, kind)
        else:
            out.append((start, end, kind))
    return out


def run_text(tool, text, output=None):
    with tempfile.NamedTemporaryFile("w", suffix=".map", newline="") as file, \
            open(output, "wb") if output else contextlib.nullcontext(subprocess.PIPE) as stdout:
        file.write(text)
        file.flush()
        return subprocess.run([tool, file.name], stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=300,
                              check=False)


def text_of(ranges, srat):
    return "".join([f"# srat: {domain} {start:#x} {end:#x}\n" for domain, start, end in srat] +
                   [f"{start:#x} {length:#x} {kind}\n" for start, length, kind in ranges])


def run_refused(tool, text):
    """Without memory below 4 GiB there is one line that says so, and an end."""
    done = run_text(tool, text)
    assert done.returncode == STOPPED and "cannot start: no usable memory" in done.stdout, \
        f"status {done.returncode}: {done.stdout[-400:]}"


def run(tool, text):
    """What the tool prints: ranges, pages and account; or None if they are too few."""
    done = run_text(tool, text)
    if done.returncode == STOPPED and "are too little" in done.stdout:
        return None
    if done.returncode:
        raise AssertionError(f"status {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
    got, pages, account = [], {}, {}
    for line in done.stdout.splitlines():
        words = line.split()
        if words[0] == "node":
            pages[(int(words[1]), words[2])] = int(words[4])
        elif words[0] == "account":
            account = {words[i]: int(words[i + 1]) for i in range(1, len(words), 2)}
        else:
            got.append((int(words[0], 16), int(words[1], 16), int(words[2], 16)))
    return got, pages, account


def low_bytes(spans):
    """Bytes of memory in the range where the kernel has to have some."""
    return sum(min(end, 4 << 30) - max(start, 1 << 20) for start, end, kind in spans
               if kind == 1 and end > 1 << 20 and start < 4 << 30)


def cannot_start(pages):
    return not any(zone != "Normal" for _, zone in pages)


def variants(ranges, rng):
    """(name, ranges, whether they have to come to the same)"""
    yield "as it is", ranges, True
    shuffled = ranges[:]
    rng.shuffle(shuffled)
    yield "shuffled", shuffled, True
    yield "twice", ranges + shuffled, True
    split = []
    for start, length, kind in ranges:
        cut = rng.randrange(length) if length > 1 else 0
        split += [(start, cut, kind), (start + cut, length - cut, kind)] if cut else [(start, length, kind)]
    rng.shuffle(split)
    yield "split", split, True
    overlapped = ranges[:]
    for start, length, kind in ranges:
        if length > 2:
            first = rng.randrange(length - 1)
            overlapped.append((start + first, rng.randrange(1, length - first), kind))
    rng.shuffle(overlapped)
    yield "overlapped", overlapped, True
    borders = [at for start, length, _ in ranges for at in (start, start + length)]
    mixed = ranges[:]
    for _ in range(rng.randrange(1, 10)):
        start = max(0, rng.choice(borders) + rng.randrange(-3 * PAGE, 3 * PAGE))
        mixed.append((start, rng.randrange(1 << rng.randrange(1, 30)), rng.randrange(8)))
    rng.shuffle(mixed)
    yield "mixed", mixed, False


def check(tool, path):
    ranges, srat = load(path)
    with open(path, encoding="utf-8") as file:
        given = file.read()
    as_it_is = sanitised(ranges)
    rng = random.Random(os.path.basename(path))
    problems = []
    for name, changed, same in variants(ranges, rng):
        try:
            want = sanitised(changed)
            assert want == as_it_is or not same, "the oracle is of two minds"
            want_pages = zone_pages(want, srat)
            text = given if changed is ranges else text_of(changed, srat)
            if cannot_start(want_pages):
                run_refused(tool, text)
                continue
            got = run(tool, text)
            if not got:
                assert not same and low_bytes(want) < LEAST, f"{low_bytes(want)} bytes are not too little"
                continue
            got, pages, account = got
            assert merged(got) == want, f"ranges differ: {sorted(set(got) ^ set(want))[:6]}"
            assert pages == want_pages, f"pages are {pages}, should be {want_pages}"
            assert account["total"] == sum(want_pages.values()), f"account is {account}"
            assert account["descriptors"] * PAGE <= descriptors_at_most(want), f"account is {account}"
            assert account["free"] <= account["managed"] <= account["total"], f"account is {account}"
        except (AssertionError, subprocess.TimeoutExpired) as error:
            problems.append(f"{os.path.basename(path)}, {name}: {error}")
    return problems


LOW = "0 9fc00 1\n100000 8000000 1"
NO_RANGE, NO_SRAT, NO_TEXT = "this is not \"start", "this is not \"# srat:", "no text of less than a MiB"
# A file, the status, and what is printed.
FILES = (
    ("", STOPPED, "cannot start: no usable memory"),
    ("# a comment\n", STOPPED, "cannot start: no usable memory"),
    (LOW, 0, "node 0 DMA present 3998 "),
    (f" {LOW} \n\n".replace(" ", "\t ").replace("\n", "\r\n"), 0, "node 0 DMA present 3998 "),
    (f"{LOW}\nfffffffffffff000 2000 1", 0, "node 0 DMA present 3998 "),
    (f"{LOW}\n110000000000 40000000 1", 0, "account total 32926 "),  # behind 16 TiB
    ("-1000 2000 1", 2, f":1: {NO_RANGE}"),
    (f"{LOW}\n0 10000000000000000 1", 2, f":3: {NO_RANGE}"),
    ("0 1000 0x100000001", 2, f":1: {NO_RANGE}"),
    ("0 1000", 2, f":1: {NO_RANGE}"),
    ("0 1000 1 1", 2, f":1: {NO_RANGE}"),
    ("0 1000 1\n" * 4097, 2, ":4097: more ranges"),
    ("0 1000 1\n" * 1000000, 2, NO_TEXT),
    ("0 1000 1\n\0", 2, NO_TEXT),
    ("\x7fELF\x02\x01\x01", 2, f":1: {NO_RANGE}"),
    (f"{LOW}\n# srat: 7 0 100000000 hotplug non-volatile \r", 0, "node 0 DMA present 3998 "),
    ("# srat: 0 0 1000 hotplugs", 2, f":1: {NO_SRAT}"),
    ("# srat: 0 1000 1000", 2, f":1: {NO_SRAT}"),
    ("# srat: 4294967296 0 1000", 2, ":1: more domains"),
    ("".join(f"# srat: {i} {i:x}000 {i + 1:x}000\n" for i in range(65)), 2, ":65: more domains"),
    ("# srat: 0 0 1000\n" * 257, 2, ":257: more domains"),
)


def one_line_says(done, said):
    """Is there nothing but a line on standard error, with this in it?"""
    return said in done.stderr and done.stderr.count("\n") == 1 and not done.stdout


def file_problems(tool, directory):
    """What is wrong with what the tool makes of files that somebody might give it."""
    for text, status, said in FILES:
        done = run_text(tool, text)
        if done.returncode != status or not (one_line_says(done, said) if status == 2 else said in done.stdout):
            yield f"{text[:40]!r}: status {done.returncode}, {done.stdout[-400:]}{done.stderr}"
    nosuch = os.path.join(directory, "nosuch")
    for arguments, said in (([directory], f"{directory}: it cannot be read: Is a directory"),
                            ([nosuch], f"{nosuch}: it cannot be read: No such file"), ([], "usage:")):
        done = subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 2 or not one_line_says(done, said):
            yield f"{arguments}: status {done.returncode}, {done.stdout}{done.stderr}"
    done = run_text(tool, LOW, "/dev/full")
    if done.returncode != 2 or "output cannot be written" not in done.stderr or done.stderr.count("\n") != 1:
        yield f"with its output on a full disk: status {done.returncode}, {done.stderr}"


def main():
    tool, directory, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    paths = [path for path in sorted(glob.glob(os.path.join(directory, "*.map")))
             if not words or any(word in path for word in words)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda path: check(tool, path), paths))
    for problems in results:
        for problem in problems[:1]:
            print(problem)
    failed = sum(1 for problems in results if problems)
    wrong = list(file_problems(tool, directory))
    print("\n".join(wrong)) if wrong else None
    print(f"memory maps: {len(paths) - failed} passed, {failed} failed")
    return 1 if failed or wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
