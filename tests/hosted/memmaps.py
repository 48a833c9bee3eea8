#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""memmaps.py TOOL DIRECTORY [WORD...] - compare cairn-memmap with an oracle, map by map.

Each map of the directory goes through TOOL as it is and changed in ways that must not matter:
shuffled, with ranges cut in two, given twice, and overlapping others of their kind; and with
ranges of any kind over it, which do matter. The oracle knows nothing of the kernel's list: it asks
of each stretch between two borders which entries cover it. What is no map gets a line.

Then the hand-over: what start-up has kept (TOOL prints it) has the image in it and a sum that is
limited; every other page of usable memory has to be the page allocator's, in its zone, or hold
descriptors, where mm/section.c says that they lie. That is compared page by page in the sections
that are open, and as a number of pages in all others.
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
CHUNK = 128  # pages whose descriptors fill one
HUGE = 512  # pages of descriptors where they are one huge page
STARTUP = 8 << 20  # tables and first objects take no more, in boot memory or in pages
LEAST = 24 << 20  # with so much between 1 MiB and 4 GiB the kernel starts
SECTION = 256 << 20  # descriptors are there for all of a section of which there is memory
FRAMES = SECTION // PAGE
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


def usable_pieces(ranges, srat):
    """Usable memory in [first page, last page + 1, (node, zone)], ascending."""
    numbers = {domain: i for i, domain in enumerate(sorted({domain for domain, _, _ in srat}))}
    borders = {end for _, end in ZONES}
    for _, start, end in srat:
        borders |= {start, end}
    pieces = []
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
            if pieces and pieces[-1][1:] == [low // PAGE, key]:
                pieces[-1][1] = high // PAGE
            else:
                pieces.append([low // PAGE, high // PAGE, key])
    return pieces


def count_by_zone(pieces):
    pages = {}
    for start, end, key in pieces:
        pages[key] = pages.get(key, 0) + end - start
    return pages


def joined(pieces):
    """Pieces that touch as one, if both are of the same zone and the same node, or state."""
    out = []
    for start, end, key in sorted(pieces):
        if out and out[-1][1] >= start and out[-1][2] == key:
            out[-1][1] = max(end, out[-1][1])
        else:
            out.append([start, end, key])
    return out


def minus(pieces, holes):
    """Pieces without the pages of those; both ascend."""
    out, at = [], 0
    for start, end, key in pieces:
        while at and holes[at - 1][1] > start:
            at -= 1
        while at < len(holes) and holes[at][0] < end:
            if holes[at][0] > start:
                out.append([start, holes[at][0], key])
            start = max(start, holes[at][1])
            at += 1
        if start < end:
            out.append([start, end, key])
    return out


def within(pieces, low, high):
    return [[max(start, low), min(end, high), key] for start, end, key in pieces if start < high and end > low]


def section_of(memory, free, number):
    """What of a section goes to the page allocator, what does not, and pages of descriptors (0: it is left out)."""
    low, high = number * FRAMES, (number + 1) * FRAMES
    memory, free, present = within(memory, low, high), within(free, low, high), {}
    for start, end, _ in memory:
        for chunk in range(start // CHUNK, -(-end // CHUNK)):
            present[chunk] = present.get(chunk, 0) + min(end, (chunk + 1) * CHUNK) - max(start, chunk * CHUNK)
    described = [chunk for chunk, pages in present.items() if pages > 1]
    runs = joined([[chunk * CHUNK, (chunk + 1) * CHUNK, None] for chunk in described])
    of_runs = lambda pieces: [piece for start, end, _ in runs for piece in within(pieces, start, end)]
    places = [end // HUGE * HUGE - HUGE for start, end, _ in free if end // HUGE * HUGE - HUGE >= start]
    huge = len(described) + 1 >= HUGE and places
    cost = HUGE if huge else len(described) + 1
    left = sum(end - start for start, end, _ in of_runs(free)) - cost
    if left <= 0:
        return [], [], 0
    taken = [[places[-1], places[-1] + HUGE]] if huge else []
    for start, end, _ in of_runs(free) if not huge else []:  # all above the first pages
        if end - start > left:
            taken.append([start + max(left, 0), end])
        left -= end - start
    handed = minus(of_runs(free), taken)
    return handed, minus(of_runs(memory), handed), cost


class HandOver:
    """What has to be the page allocator's: all usable pieces but those pages that start-up has kept."""

    def __init__(self, pieces, kept):
        self.pieces, self.free = pieces, minus(pieces, kept)
        # Runs of sections that are free from end to end, and all others with memory in them.
        self.whole = [(-(-start // FRAMES), end // FRAMES, key) for start, end, key in self.free]
        numbers = {page // FRAMES for start, end, _ in pieces + self.free for page in (start, end - 1)}
        self.parted = {number: section_of(pieces, self.free, number) for number in numbers
                       if not any(first <= number < last for first, last, _ in self.whole)}

    def section(self, number):
        return self.parted.get(number) or section_of(self.pieces, self.free, number)

    def pages(self, but=()):
        """Pages of each zone, but of those sections."""
        pieces = [piece for number, (handed, _, _) in self.parted.items() if number not in but for piece in handed]
        pages = count_by_zone(pieces)
        for first, last, key in self.whole:
            n = max(last - first, 0) - sum(1 for number in but if first <= number < last)
            if n > 0:
                pages[key] = pages.get(key, 0) + n * (FRAMES - HUGE)
        return pages


def hand_over_problem(got, pieces):
    """What is wrong with the hand-over as the tool prints it, or None."""
    kept, image, given = (joined([start // PAGE, -(-end // PAGE), None] for start, end in got[what])
                          for what in ("kept", "image", "given"))
    if minus(image, kept):
        return f"the kernel lies in pages {pages_text(image)}, those kept are {pages_text(kept)}"
    kept_pages = sum(end - start for start, end, _ in minus(pieces, minus(pieces, minus(kept, image))))
    if kept_pages > STARTUP // PAGE:
        return f"start-up keeps {kept_pages} pages besides the image"
    want, cost, free = HandOver(pieces, kept), 0, {}
    for number, found in got["sections"].items():
        handed, reserved, descriptors = want.section(number)
        back = minus(reserved, minus(reserved, given))
        cost += descriptors
        for states, what, should in ((("free", "used"), "the allocator's", handed + back),
                                     (("reserved",), "reserved", minus(reserved, given)), (("lost",), "lost", [])):
            has = joined([start, end, None] for start, end, state in found if state in states)
            should = joined([start, end, None] for start, end, _ in should)
            if has != should:
                return f"section {number:#x}: pages {pages_text(has)} are {what}, should be {pages_text(should)}"
        for start, end, state in found:
            for key, n in count_by_zone(within(pieces, start, end)).items() if state == "free" else ():
                free[key] = free.get(key, 0) + n
    given_pages = count_by_zone(minus(pieces, minus(pieces, given)))
    want_all, want_pending = want.pages(), want.pages(got["sections"])
    for key, zone in got["zones"].items():
        should = {"managed": want_all.get(key, 0) + given_pages.get(key, 0), "pending": want_pending.get(key, 0),
                  "free": free.get(key, 0)}
        if any(zone[what] != n for what, n in should.items()):
            return f"node {key[0]}, {key[1]}: {zone} should be {should}"
    sums = {what: sum(zone[what] for zone in got["zones"].values())
            for what in ("present", "managed", "pending", "free")}
    should = {"total": sums["present"], "managed": sums["managed"], "free": sums["free"] + sums["pending"],
              "descriptors": cost}
    if got["account"] != should:
        return f"account is {got['account']}, should be {should}"
    used = should["managed"] - should["free"]
    return f"start-up uses {used} pages" if used > STARTUP // PAGE else None


def pages_text(pieces):
    return " ".join(f"{start:#x}-{end - 1:#x}" for start, end, _ in pieces) or "none"


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


def run_text(tool, text, *options, output=None):
    with tempfile.NamedTemporaryFile("w", suffix=".map", newline="") as file, \
            open(output, "wb") if output else contextlib.nullcontext(subprocess.PIPE) as stdout:
        file.write(text)
        file.flush()
        return subprocess.run([tool, *options, file.name], stdout=stdout, stderr=subprocess.PIPE, text=True,
                              timeout=300, check=False)


def text_of(ranges, srat):
    return "".join([f"# srat: {domain} {start:#x} {end:#x}\n" for domain, start, end in srat] +
                   [f"{start:#x} {length:#x} {kind}\n" for start, length, kind in ranges])


def run_refused(tool, text):
    """Without memory below 4 GiB there is one line that says so, and an end."""
    done = run_text(tool, text)
    assert done.returncode == STOPPED and "cannot start: no usable memory" in done.stdout, \
        f"status {done.returncode}: {done.stdout[-400:]}"


def numbers(words):
    return {words[i]: int(words[i + 1]) for i in range(0, len(words), 2)}


def run(tool, text, *options):
    """What the tool prints, by what it is; or None if there is too little memory."""
    done = run_text(tool, text, *options)
    if done.returncode == STOPPED and "are too little" in done.stdout:
        return None
    if done.returncode:
        raise AssertionError(f"status {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
    got = {"ranges": [], "kept": [], "image": [], "given": [], "sections": {}, "zones": {}, "account": {}}
    for line in done.stdout.splitlines():
        words = line.split()
        if words[0] == "node":
            got["zones"][(int(words[1]), words[2])] = numbers(words[3:])
        elif words[0] == "account":
            got["account"] = numbers(words[1:])
        elif words[0] in ("kept", "image", "given"):
            got[words[0]].append((int(words[1], 16), int(words[2], 16)))
        elif words[0] == "section":
            found = got["sections"].setdefault(int(words[1], 16) // SECTION, [])
        elif words[2].isalpha():
            found.append([int(words[0], 16) // PAGE, int(words[1], 16) // PAGE, words[2]])
        else:
            assert re.fullmatch(r"[0-9a-f]+ [0-9a-f]+ [1-5]", line), f"the kernel says {line}"
            got["ranges"].append((int(words[0], 16), int(words[1], 16), int(words[2], 16)))
    return got


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
            pieces = usable_pieces(want, srat)
            want_pages = count_by_zone(pieces)
            text = given if changed is ranges else text_of(changed, srat)
            if cannot_start(want_pages):
                run_refused(tool, text)
                continue
            got = run(tool, text, *["-s"] if changed is ranges or not same else [])
            if not got:
                assert not same and low_bytes(want) < LEAST, f"{low_bytes(want)} bytes are not too little"
                continue
            assert merged(got["ranges"]) == want, f"ranges differ: {sorted(set(got['ranges']) ^ set(want))[:6]}"
            pages = {key: zone["present"] for key, zone in got["zones"].items()}
            assert pages == want_pages, f"pages are {pages}, should be {want_pages}"
            wrong = hand_over_problem(got, pieces)
            assert not wrong, wrong
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
    ("0 1000 1\n" * 1000000, 2, NO_TEXT),
    ("0 1000 1\n\0", 2, NO_TEXT),
    ("\x7fELF\x02\x01\x01", 2, f":1: {NO_RANGE}"),
    (f"{LOW}\n# srat: 7 0 100000000 hotplug non-volatile \r", 0, "node 0 DMA present 3998 "),
    ("0 1000 1\n" * 4096 + "0 1000 2", 2, ":4097: there are more than 4096 ranges"),
    ("# srat: 0 0 1000 hotplugs", 2, f":1: {NO_SRAT}"),
    ("# srat: 0 1000 1000", 2, f":1: {NO_SRAT}"),
    ("# srat: 4294967296 0 1000", 2, f":1: {NO_SRAT}"),
)

# Files with more domains than there is room for, and what is said of that.
TOO_MUCH = (
    ("".join(f"# srat: {i} {i:x}000 {i + 1:x}000\n" for i in range(70)) + LOW, ":65: more domains"),
    ("".join(f"# srat: {i % 2} {i:x}000 {i + 1:x}000\n" for i in range(300)) + LOW, ":257: more domains"),
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
    for text, said in TOO_MUCH:
        done = run_text(tool, text)
        if done.returncode or said not in done.stderr or done.stderr.count("\n") != 1 or \
                "\nnode 0 DMA present 3998 " not in done.stdout or "\nnode 1 " in done.stdout:
            yield f"{text[:40]!r}: status {done.returncode}, {done.stdout[-400:]}{done.stderr}"
    nosuch = os.path.join(directory, "nosuch")
    for arguments, said in (([directory], f"{directory}: it cannot be read: Is a directory"),
                            ([nosuch], f"{nosuch}: it cannot be read: No such file"), ([], "usage:")):
        done = subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 2 or not one_line_says(done, said):
            yield f"{arguments}: status {done.returncode}, {done.stdout}{done.stderr}"
    done = run_text(tool, LOW, output="/dev/full")
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
