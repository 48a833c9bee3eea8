#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py -n MUTANTS -s SEED -o OUT [FILE...] - do the tests notice when mm/ is wrong?

Small faults are put into mm/*.c, each of which the tests should see:

  condition   < becomes <=, == becomes !=, && becomes ||, a condition its opposite
  constant    a number becomes one more, true becomes false
  arithmetic  + becomes -, << becomes >>, ++ becomes --
  dropped     a statement is not there

All that were drawn are compiled into one program, a copy of the tree's port to a process:
each is a branch behind its number, which the environment variable MUTANT chooses.  So a
mutant costs a run of tests, not a build.  First come the suites about its file, then all
tests, then all on several CPUs; a mutant that fails, hangs or grows is killed.

What survives is printed as a difference, with whether a test got there at all, unless
equivalent.txt says why no test can tell: a line of it is  file | line | what it became |
reason, the lines without what surrounds them.

The same seed draws the same mutants from the same sources.
"""
import argparse
import collections
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
MAX_RSS = 2 << 30
CPUS = "4"

Mutant = collections.namedtuple("Mutant", "path line kind old new code")

# The suites that are about a file, by how its name begins.
SUITES = (("slab", "slab* kmalloc*"), ("kmalloc", "kmalloc* slab*"), ("util", "kmalloc* slab*"),
          ("v", "vm* vfree* ioremap* reclaim*"), ("ioremap", "ioremap* vm*"), ("iomem", "ioremap* vm*"),
          ("memremap", "ioremap* vm*"), ("percpu", "percpu*"), ("mempool", "mempool*"),
          ("memblock", "memblock* bootmem*"), ("bootmem", "bootmem* memblock*"), ("dma", "dma*"),
          ("highmem", "highmem*"), ("memmap", "mem* page*"), ("section", "mem* page*"),
          ("numa", "numa*"), ("page_table", "page_table* vm* ioremap*"))
OTHERS = "page* buddy* gfp* reclaim* numa*"

# ---- Finding places --------------------------------------------------------------------------

SWAPS = [(" <= ", " < "), (" >= ", " > "), (" < ", " <= "), (" > ", " >= "), (" == ", " != "),
         (" != ", " == "), (" && ", " || "), (" || ", " && "), (" + ", " - "), (" - ", " + "),
         (" << ", " >> "), (" >> ", " << "), (" += ", " -= "), (" -= ", " += "),
         ("++", "--"), ("--", "++"), ("true", "false"), ("false", "true")]
ARITHMETIC = {" + ", " - ", " << ", " >> ", " += ", " -= ", "++", "--"}


def masked(text):
    """The same with the insides of strings and characters blank."""
    return re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'', lambda m: "#" * len(m.group()), text)


def balanced(text):
    return text.count("(") == text.count(")") and text.count("{") == text.count("}")


def variants(expr):
    """(kind, what it becomes) for each small fault in an expression."""
    mask = masked(expr)
    for old, new in SWAPS:
        for m in re.finditer(re.escape(old), mask):
            if old.isalpha() and re.search(r"\w", mask[m.start() - 1:m.start()] + mask[m.end():m.end() + 1]):
                continue
            kind = "arithmetic" if old in ARITHMETIC else "constant" if old.isalpha() else "condition"
            yield kind, expr[:m.start()] + new + expr[m.end():]
    for m in re.finditer(r"(?<![\w.])(\d+)(U?L*)\b(?!\.)", mask):
        yield "constant", f"{expr[:m.start()]}{int(m.group(1)) + 1}{m.group(2)}{expr[m.end():]}"


SKIPPED = re.compile(r"^\s*(case|default|static|extern|goto|break|continue|asm|pr_\w+|seq_\w+|printk|"
                     r"BUILD_BUG|monitor_printf|dump_stack|panic|might_|#|/?\*|[\w ]+:$)")
HEADER = re.compile(r"^\s*(?:\} )?(?:else )?(?:if|for|while|\w*for_each\w*)\b.*\)$")
CONDITION = re.compile(r"^(\s*(?:\} else )?(?:else )?(?:if|while) \()(.*)(\)(?: \{)?)$")
LOOP_END = re.compile(r"^(\s*\} while \()(.*)(\);)$")
LOOP = re.compile(r"^(\s*for \([^;]*; )([^;]+)(;[^;]*\)(?: \{)?)$")
DECLARATION = re.compile(r"^(\s+(?:const )?(?:struct |unsigned |enum )?\w+ \**(?:const )?\w+ = )([^,{]+|[^{]*\([^{]*\)[^,{]*)(;)$")
PLAIN_DECLARATION = re.compile(r"^\s+(?:const |volatile )*(?:struct |unsigned |enum |union )?\w+ \**\w+(\[.*\])?(, \**\w+)*( = .*)?;$")
RETURN = re.compile(r"^(\s*return )(.+)(;)$")


def pick(number, other, own):
    return f"(mutant_is({number}) ? ({other}) : ({own}))"


def places(path, lines):
    """Every mutant of a file; code is the line that takes its place, %d its number."""
    before, inside = "", False
    for number, line in enumerate(lines, 1):
        if line == "{":
            inside = True
        elif line == "}":
            inside = False
        text = re.sub(r"\s*/\*.*?\*/\s*$", "", line)
        begins = re.search(r"[;{}]$|:$|\belse$|\bdo$", before) or HEADER.match(before) and balanced(before)
        if text.strip():
            before = text.rstrip()
        if not inside or SKIPPED.match(text) or not begins or re.match(r"\s*[?:.&|+]", text) or text.endswith("\\"):
            continue
        yield from of_line(path, number, text)


def of_line(path, number, text):
    def mutant(kind, new, code):
        return Mutant(path, number, kind, text.strip(), new.strip(), code)

    for pattern in (CONDITION, LOOP_END, LOOP, DECLARATION, RETURN):
        m = pattern.match(text)
        if not m:
            continue
        head, expr, tail = m.groups()
        if not balanced(expr) or masked(expr).count(",") > masked(expr).count("(") * 9:
            return
        found = list(variants(expr))
        if pattern in (CONDITION, LOOP_END):
            found.append(("condition", f"!({expr})"))
        for kind, new in found:
            code = head + pick("%d", new.replace("%", "%%"), expr.replace("%", "%%")) + tail
            if pattern == RETURN and not re.search(r"[<>=&|+]|\d", new):
                continue
            yield mutant(kind, head + new + tail, code)
        return
    if text.strip() == ";" or not text.endswith(";") or not balanced(text) or PLAIN_DECLARATION.match(text):
        return
    own = text.strip().replace("%", "%%")
    yield mutant("dropped", "", f"{{ if (!mutant_is(%d)) {{ {own} }} }}")
    for kind, new in variants(text):
        other = new.strip().replace("%", "%%")
        yield mutant(kind, new, f"{{ if (mutant_is(%d)) {{ {other} }} else {{ {own} }} }}")


# ---- One program of many -----------------------------------------------------------------------

CHOOSER = """
int cairn_mutant, cairn_mutant_reached;
char *getenv(const char *name);
int putenv(char *string);
long write(int fd, const void *text, unsigned long n);
static __attribute__((constructor)) void choose(void)
{
	for (const char *s = getenv("MUTANT"); s && *s; s++)
		cairn_mutant = cairn_mutant * 10 + *s - '0';
}
static __attribute__((destructor)) void tell(void)
{
	if (cairn_mutant_reached)
		write(1, "# mutant reached\\n", 17);
}
"""
DECLARED = (" extern int cairn_mutant, cairn_mutant_reached; static inline int mutant_is(int n) "
            "{ if (__builtin_expect(n != cairn_mutant, 1)) return 0; cairn_mutant_reached = 1; return 1; }")


def copy_tree(to):
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, text=True,
                           stdout=subprocess.PIPE, check=True).stdout.split("\n")
    shutil.rmtree(to, ignore_errors=True)
    for name in names:
        if re.match(r"(arch|include|mm|kernel|lib|boot|block|drivers|tests/[^/]*$|tests/hosted|scripts|tests/data/[^/]*$)", name):
            os.makedirs(os.path.dirname(os.path.join(to, name)), exist_ok=True)
            if os.path.exists(os.path.join(TOP, name)):
                shutil.copy2(os.path.join(TOP, name), os.path.join(to, name))


def write_mutants(tree, path, lines, chosen):
    """The file with the mutants in it, each on the line it was; chosen: {number: mutant}."""
    out = list(lines)
    for number, m in chosen.items():
        out[m.line - 1] = m.code % number
    out[0] += DECLARED
    with open(os.path.join(tree, path), "w", encoding="utf-8") as f:
        f.write("\n".join(out) + "\n")


def compiles(tree, path):
    """Numbers of the lines that do not compile."""
    flags = ("-nostdinc -isystem {} -Iinclude -Iarch/hosted/include -Iarch/x86_64/include -std=gnu11 "
             "-O1 -ffreestanding -fsyntax-only -w").format(
                 subprocess.run(["gcc", "-print-file-name=include"], text=True,
                                stdout=subprocess.PIPE, check=True).stdout.strip())
    run = subprocess.run(["gcc", *flags.split(), "-DKBUILD_MODNAME=\"m\"", path], cwd=tree, text=True,
                         stderr=subprocess.PIPE, check=False)
    return {int(m.group(1)) for m in re.finditer(re.escape(path) + r":(\d+):\d+: error", run.stderr)}


def draw(tree, files, wanted, seed):
    """Which mutants: {number: mutant}, at most one a line, each of which compiles."""
    source = {path: open(os.path.join(TOP, path), encoding="utf-8").read().split("\n")[:-1] for path in files}
    every = [m for path in files for m in places(path, source[path])]
    random.Random(seed).shuffle(every)
    chosen, taken = {}, set()
    while every and len(chosen) < wanted:
        while every and len(chosen) < wanted:
            m = every.pop()
            if (m.path, m.line) not in taken:
                taken.add((m.path, m.line))
                chosen[len(taken)] = m
        for path in files:
            while True:
                mine = {n: m for n, m in chosen.items() if m.path == path}
                write_mutants(tree, path, source[path], mine)
                wrong = compiles(tree, path) if mine else set()
                bad = [n for n, m in mine.items() if m.line in wrong] or \
                    [n for n, m in mine.items() if wrong and abs(m.line - min(wrong)) < 9] or \
                    (list(mine) if wrong else [])
                for n in bad:
                    del chosen[n]
                if not bad:
                    break
    return chosen


def build(tree, out):
    with open(os.path.join(tree, "lib/mutant.c"), "w", encoding="utf-8") as f:
        f.write("/* SPDX-License-Identifier: MIT */" + CHOOSER)
    program = os.path.join(out, "host", "cairn-test")
    subprocess.run(["make", "-s", f"-j{os.cpu_count()}", "-f", "arch/hosted/Makefile",
                    f"O={os.path.join(out, 'host')}", "CC=gcc -w", program], cwd=tree, check=True)
    return program


# ---- Running them ------------------------------------------------------------------------------

def rss(pid):
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def run(program, number, arguments, limit):
    """How it ended: "", or why it counts as killed; and whether the mutant was reached."""
    log = f"{program}.{number}.log"
    with open(log, "wb") as f, subprocess.Popen(
            [program, *arguments], stdout=f, stderr=f, stdin=subprocess.DEVNULL,
            env={**os.environ, "MUTANT": str(number)}) as process:
        end, why = time.monotonic() + limit, ""
        while process.poll() is None:
            if time.monotonic() > end:
                why = "hangs"
            elif rss(process.pid) > MAX_RSS:
                why = "grows"
            if why:
                process.kill()
                process.wait()
                break
            time.sleep(0.02)
    text = open(log, errors="replace", encoding="utf-8").read()
    os.unlink(log)
    if not why and process.returncode:
        failed = re.search(r"^not ok \d+ (\S+)", text, re.M)
        why = failed.group(1) if failed else f"status {process.returncode}"
    return why, "# mutant reached" in text


def suites_for(path):
    name = os.path.basename(path)
    return next((suites for start, suites in SUITES if name.startswith(start)), OTHERS).split()


def try_mutant(program, number, mutant, limit):
    reached = False
    for arguments in (suites_for(mutant.path), [], ["-n", CPUS]):
        why, here = run(program, number, arguments, limit)
        reached |= here
        if why:
            return why, reached
    return "", reached


def equivalents():
    known = {}
    with open(os.path.join(HERE, "equivalent.txt"), encoding="utf-8") as f:
        for line in f:
            parts = [p.strip() for p in line.split(" | ")]
            if len(parts) == 4 and not line.startswith("#"):
                known[tuple(parts[:3])] = parts[3]
    return known


def report(results, chosen, known):
    """Prints what survived; returns (killed, equivalent, survived)."""
    equivalent, survived, by_kind = 0, 0, collections.Counter()
    for number in sorted(results, key=lambda n: (chosen[n].path, chosen[n].line)):
        m, (why, reached) = chosen[number], results[number]
        by_kind[m.kind, bool(why)] += 1
        if why:
            continue
        reason = known.get((m.path, m.old, m.new))
        if reason:
            equivalent += 1
            print(f"equivalent: {m.path}:{m.line}: {reason}")
            continue
        survived += 1
        print(f"survived: {m.path}:{m.line}: {m.kind}{'' if reached else ', where no test gets'}\n"
              f"  -{m.old}\n  +{m.new}")
    for kind in sorted({k for k, _ in by_kind}):
        print(f"{kind}: {by_kind[kind, True]} of {by_kind[kind, True] + by_kind[kind, False]} killed")
    return len(results) - equivalent - survived, equivalent, survived


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=300)
    parser.add_argument("-s", type=int, default=1)
    parser.add_argument("-o", default=os.path.join(TOP, "build/mutation"))
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("--goal", type=float, default=90, help="percent; less is a failure")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    files = options.files or sorted(f"mm/{f}" for f in os.listdir(os.path.join(TOP, "mm"))
                                    if f.endswith(".c") and not f.startswith("kasan"))
    out = os.path.abspath(options.o)
    tree = os.path.join(out, "tree")
    copy_tree(tree)
    chosen = draw(tree, files, options.n, options.s)
    program = build(tree, out)
    begin = time.monotonic()
    for arguments in ([], ["-n", CPUS]):
        why, _ = run(program, 0, arguments, 600)
        if why:
            sys.exit(f"mutation: the tests fail without a mutant: {why}")
    limit = 5 * (time.monotonic() - begin) + 10
    results = {}
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        jobs = {pool.submit(try_mutant, program, n, m, limit): n for n, m in chosen.items()}
        for job in concurrent.futures.as_completed(jobs):
            number = jobs[job]
            results[number] = job.result()
            m = chosen[number]
            with open(os.path.join(out, "log"), "a", encoding="utf-8") as f:
                f.write(f"{m.path}:{m.line} | {m.old} | {m.new} | {results[number]}\n")
    killed, equivalent, survived = report(results, chosen, equivalents())
    share = 100 * killed / max(1, killed + survived)
    print(f"mutation: {len(results)} mutants, seed {options.s}: {killed} killed, {survived} survived, "
          f"{equivalent} equivalent: {share:.1f} % of those that can be noticed")
    sys.exit(share < options.goal)


main()
