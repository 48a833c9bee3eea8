#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""memmaps.py TOOL DIRECTORY [WORD...] - compare cairn-memmap with an oracle, map by map.

Each map of the directory goes through TOOL as it is and changed in ways that must not matter:
shuffled, with ranges cut in two, given twice, and overlapping others of their kind. The oracle
knows nothing of the kernel's list: it asks of each stretch between two borders which entries
cover it.
"""
import concurrent.futures
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


def start(tool, ranges, srat):
    with tempfile.NamedTemporaryFile("w", suffix=".map") as file:
        for domain, start, end in srat:
            file.write(f"# srat: {domain} {start:#x} {end:#x}\n")
        for start, length, kind in ranges:
            file.write(f"{start:#x} {length:#x} {kind}\n")
        file.flush()
        return subprocess.run([tool, file.name], capture_output=True, text=True, timeout=300)


def run_refused(tool, ranges, srat):
    """Without memory below 4 GiB there is one line that says so, and an end."""
    done = start(tool, ranges, srat)
    assert done.returncode == STOPPED and "cannot start: no usable memory" in done.stdout, \
        f"status {done.returncode}: {done.stdout[-400:]}"


def run(tool, ranges, srat):
    done = start(tool, ranges, srat)
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


def cannot_start(pages):
    return not any(zone != "Normal" for _, zone in pages)


def variants(ranges, rng):
    yield "as it is", ranges
    shuffled = ranges[:]
    rng.shuffle(shuffled)
    yield "shuffled", shuffled
    yield "twice", ranges + shuffled
    split = []
    for start, length, kind in ranges:
        cut = rng.randrange(length) if length > 1 else 0
        split += [(start, cut, kind), (start + cut, length - cut, kind)] if cut else [(start, length, kind)]
    rng.shuffle(split)
    yield "split", split
    overlapped = ranges[:]
    for start, length, kind in ranges:
        if length > 2:
            first = rng.randrange(length - 1)
            overlapped.append((start + first, rng.randrange(1, length - first), kind))
    rng.shuffle(overlapped)
    yield "overlapped", overlapped


def check(tool, path):
    ranges, srat = load(path)
    rng = random.Random(os.path.basename(path))
    problems = []
    for name, changed in variants(ranges, rng):
        try:
            want = sanitised(changed)
            want_pages = zone_pages(want, srat)
            if cannot_start(want_pages):
                run_refused(tool, changed, srat)
                continue
            got, pages, account = run(tool, changed, srat)
            assert got == want, f"ranges differ: {sorted(set(got) ^ set(want))[:6]}"
            assert pages == want_pages, f"pages are {pages}, should be {want_pages}"
            assert account["total"] == sum(want_pages.values()), f"account is {account}"
            assert account["descriptors"] * PAGE <= descriptors_at_most(want), f"account is {account}"
            assert account["free"] <= account["managed"] <= account["total"], f"account is {account}"
        except (AssertionError, subprocess.TimeoutExpired) as error:
            problems.append(f"{os.path.basename(path)}, {name}: {error}")
    return problems


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
    print(f"memory maps: {len(paths) - failed} passed, {failed} failed")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
