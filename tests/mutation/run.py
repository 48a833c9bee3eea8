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
mutant costs a run of tests, not a build.  A run without one tells which tests get to which
mutants, and each mutant meets only those: tests of the process, quick ones first, then the
misuses, the inputs of the fuzz targets, bad inputs and memory maps, the tests on other
machines and those on several CPUs: what `make host-test` runs.  A mutant is killed by the
first test that fails, by a process that grows, and by one that hangs: it computes on and on
without a word, or does nothing at all.

What survives is printed as a difference, with whether a test got there at all, unless
equivalent.txt says why no test can tell: a line of it is  file | line | what it became |
reason, the lines without what surrounds them.

The same seed draws the same mutants from the same sources, and nearly the same from sources
that changed a little.  What was found is kept in OUT/results: a run that was interrupted goes
on, and after tests were added only those are tried again that survived.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests/hosted"))
import machines  # noqa: E402
MAX_RSS = 2 << 30
MAX_LOG = 64 << 20
IDLE = 20  # seconds of the clock, of which a process that does something computes a hundredth
SILENT = 600  # seconds of the clock in which a test ends

Mutant = collections.namedtuple("Mutant", "path line kind old new code")

SLOW = 0.2  # seconds of computing, from which a test comes after the others
ON_CPUS = ("balance*", "contexts*", "dma*", "gfp*", "kmalloc*", "locks*", "mempool*", "numa*", "page*", "percpu*",
           "reclaim*", "sched*", "slab*", "smp*", "stress*", "vfree*", "vm*", "workqueue*")

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
                     r"BUILD_BUG|monitor_printf|dump_stack|panic|might_|kasan_|#|/?\*|[\w ]+:$)")
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

# -1 is a run that notes what it reaches: a line for each test, of its number, its milliseconds, and
# the mutants; -1 is start-up's number, -2 that of what comes after the last test.
CHOOSER = """
#define MAX 65536
int cairn_mutant, cairn_mutant_reached;
unsigned char cairn_mutant_seen[MAX];
static unsigned char chosen[4096];
static int any_chosen;
struct when { long s, ns; };
static struct when begun;
char *getenv(const char *name);
long write(int fd, const void *text, unsigned long n);
int open(const char *path, int flags, int mode);
int close(int fd);
int clock_gettime(int id, struct when *now);
static const char *number(const char *s, int *n)
{
	for (*n = 0; *s >= '0' && *s <= '9'; s++)
		*n = *n * 10 + *s - '0';
	return s;
}
static __attribute__((constructor)) void choose(void)
{
	const char *s = getenv("MUTANT"), *tests = getenv("TESTS");
	int n;
	if (s && *s == '-')
		cairn_mutant = -1;
	else if (s)
		number(s, &cairn_mutant);
	for (any_chosen = tests && *tests; tests && *tests; tests += *tests == ' ') {
		tests = number(tests, &n);
		chosen[n] = 1;
	}
	clock_gettime(2, &begun);
}
int cairn_test_chosen(int test, int otherwise) { return any_chosen ? chosen[test] : otherwise; }
static char *digits(char *to, int n)
{
	if (n < 0) {
		*to++ = '-';
		n = -n;
	}
	if (n > 9)
		to = digits(to, n / 10);
	*to++ = (char)('0' + n % 10);
	return to;
}
void cairn_tested(int test)
{
	static char text[MAX * 6];
	char *to = text;
	struct when now;
	int fd;
	if (cairn_mutant != -1)
		return;
	clock_gettime(2, &now);
	to = digits(to, test);
	*to++ = ' ';
	to = digits(to, (int)((now.s - begun.s) * 1000 + (now.ns - begun.ns) / 1000000));
	begun = now;
	for (int n = 0; n < MAX; n++) {
		if (!cairn_mutant_seen[n])
			continue;
		cairn_mutant_seen[n] = 0;
		*to++ = ' ';
		to = digits(to, n);
	}
	*to++ = '\\n';
	fd = open(getenv("REACHED"), 02001, 0);
	write(fd, text, (unsigned long)(to - text));
	close(fd);
}
static __attribute__((destructor)) void tell(void) { cairn_tested(-2); }
"""
DECLARED = (" extern int cairn_mutant; extern unsigned char cairn_mutant_seen[]; static inline int mutant_is(int n) "
            "{ if (__builtin_expect(n == cairn_mutant, 0)) return 1; "
            "if (__builtin_expect(cairn_mutant < 0, 0)) cairn_mutant_seen[n] = 1; return 0; }")
# How the copy of tests/ktest.c tells of its tests.
KTEST = (("bool test_matches(const struct ktest_case *t, const char *patterns)\n{",
          "int cairn_test_chosen(int, int);\nvoid cairn_tested(int);\n"
          "static bool pattern_matches(const struct ktest_case *t, const char *patterns);\n"
          "static bool test_matches(const struct ktest_case *t, const char *patterns)\n{\n"
          "\treturn cairn_test_chosen((int)(t - __ktest_start), pattern_matches(t, patterns));\n}\n"
          "static bool pattern_matches(const struct ktest_case *t, const char *patterns)\n{"),
         ("\tconsole_printf(\"KTAP version", "\tcairn_tested(-1);\n\tconsole_printf(\"KTAP version"),
         ("outcome = ktest_run_one(t, NULL);",
          # The one that comes last with kmemleak=on is in no table: it belongs to the end of the program.
          "outcome = ktest_run_one(t, NULL); if (t >= __ktest_start && t < __ktest_end) cairn_tested((int)(t - __ktest_start));"))


def copy_tree(to):
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, text=True,
                           stdout=subprocess.PIPE, check=True).stdout.split("\n")
    shutil.rmtree(to, ignore_errors=True)
    for name in names:
        if re.match(r"(arch|include|mm|kernel|lib|boot|block|drivers|tests/[^/]*$|tests/hosted|tests/fuzz|"
                    r"tests/harness|scripts|tests/data)", name):
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


def order_of(seed, mutants):
    """The mutants as the seed shuffles them, each by what it is, wherever in its file."""
    seen, keyed = collections.Counter(), []
    for m in mutants:
        what = (m.path, m.old, m.new)
        seen[what] += 1
        keyed.append((hashlib.sha256(repr((seed, what, seen[what])).encode()).digest(), m))
    return [m for _, m in sorted(keyed, key=lambda pair: pair[0])]


def draw(tree, files, wanted, seed):
    """Which mutants: {number: mutant}, at most one a line, each of which compiles."""
    source = {path: open(os.path.join(TOP, path), encoding="utf-8").read().split("\n")[:-1] for path in files}
    every = order_of(seed, (m for path in files for m in places(path, source[path])))[::-1]
    chosen, taken, changed = {}, set(), set(files)
    while every and len(chosen) < wanted:
        while every and len(chosen) < wanted:
            m = every.pop()
            if (m.path, m.line) not in taken:
                taken.add((m.path, m.line))
                chosen[len(taken)] = m
                changed.add(m.path)
        for path in sorted(changed):
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
        changed = set()
    return chosen


def build(tree, out):
    with open(os.path.join(tree, "lib/mutant.c"), "w", encoding="utf-8") as f:
        f.write("/* SPDX-License-Identifier: MIT */" + CHOOSER)
    with open(os.path.join(tree, "tests/ktest.c"), "r+", encoding="utf-8") as f:
        text = f.read()
        for old, new in KTEST:
            if old not in text:
                sys.exit(f"mutation: tests/ktest.c does not have: {old}")
            text = text.replace("static " + old if old.startswith("bool") else old, new)
        f.seek(0)
        f.write(text)
    host = os.path.join(out, "host")
    subprocess.run(["make", "-s", f"-j{os.cpu_count()}", "-f", "arch/hosted/Makefile", f"O={host}", "CC=gcc -w",
                    *(f"{host}/cairn-{name}" for name in ("test", "death", "fuzz", "boot", "memmap"))],
                   cwd=tree, check=True)
    return host


# ---- Running them ------------------------------------------------------------------------------

def stages(host, tree):
    """What is run to notice a mutant, after the tests of the process one by one."""
    test, scripts = f"{host}/cairn-test", f"{tree}/tests/hosted"
    yield ["python3", f"{scripts}/death.py", f"{host}/cairn-death"]
    yield ["bash", "-c", 'for t in $("$0" | cut -d" " -f1); do "$0" $t tests/fuzz/corpus/$t/* '
           "$(ls -d tests/fuzz/regressions/$t/* 2>/dev/null) || exit 1; done", f"{host}/cairn-fuzz"]
    yield ["python3", f"{scripts}/run_bad_inputs.py", f"{host}/cairn-boot", "/dev/null"]
    yield ["python3", f"{scripts}/memmaps.py", f"{host}/cairn-memmap", "tests/data/memmaps/maps", "06", "11"]
    for row in machines.MACHINES:
        yield [test, *machines.arguments(row)]
    yield [test, "-n", "2", *ON_CPUS]


class Reach:
    """Which mutants each test and each stage gets to, and how long they take."""

    def __init__(self, host, tree):
        self.tests, self.stages = {}, []
        longest = 0.0
        for number, _, mutants, milliseconds in self.lines([f"{host}/cairn-test"], host, tree):
            if number >= 0:
                self.tests[number] = milliseconds / 1000, mutants
            longest = max(longest, milliseconds / 1000)
        for command in stages(host, tree):
            tests, most = {}, 1.0
            for number, start, mutants, milliseconds in self.lines(command, host, tree):
                tests[number] = tests.get(number, set()) | mutants | start
                most = max(most, milliseconds / 1000)
            self.stages.append((command, tests, most if "cairn-test" in command[0] else 10))
        self.longest = longest

    @staticmethod
    def lines(command, host, tree):
        """(test, mutants of start-up, mutants, milliseconds) of each test of a command."""
        path = os.path.join(host, "reached")
        with open(path, "w", encoding="ascii"):
            pass
        why, _ = run(command, -1, os.path.join(host, "mutant-0.log"), 600, tree, {"REACHED": path})
        if why:
            sys.exit(f"mutation: {' '.join(command)} fails without a mutant: {why}")
        start = set()
        with open(path, encoding="ascii") as f:
            for line in f:
                number, milliseconds, *mutants = (int(word) for word in line.split())
                if number == -1:
                    start = set(mutants)
                yield number, start, set(mutants) | start, milliseconds

    def runs(self, test, number):
        """The commands that get to a mutant, what they want in the environment, and how long a test takes."""
        reaching = {t: seconds for t, (seconds, mutants) in self.tests.items() if number in mutants}
        for slow in (False, True):
            names = " ".join(str(t) for t, seconds in reaching.items() if (seconds > SLOW) == slow)
            if names:
                yield [test], {"TESTS": names}, self.longest if slow else 5 * SLOW
        for command, tests, most in self.stages:
            names = " ".join(str(t) for t, mutants in tests.items() if t >= 0 and number in mutants)
            if names:
                yield command, {"TESTS": names}, most
            elif any(number in mutants for mutants in tests.values()):
                yield command, {}, most


def family(pid):
    """The process and those it started."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [pid, *(p for child in f.read().split() for p in family(int(child)))]
    except OSError:
        return []


def use(pid):
    """Bytes of memory and seconds of computing, of a process and those it started."""
    memory, ticks = 0, 0
    for p in family(pid):
        try:
            with open(f"/proc/{p}/statm", encoding="ascii") as f:
                memory += int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            with open(f"/proc/{p}/stat", encoding="ascii") as f:
                ticks += sum(int(n) for n in f.read().rsplit(")", 1)[1].split()[11:15])
        except (OSError, IndexError):
            pass
    return memory, ticks / os.sysconf("SC_CLK_TCK")


def watch(process, log, limit):
    """Until it ends: why it counts as killed; limit is the seconds it may compute without the end of a test."""
    size, since, computed, moved = 0, 0.0, 0.0, time.monotonic()
    ended = moved
    failed = re.compile(rb"^not ok \d+ (\S+)", re.M)
    with open(log, "rb") as f:
        while process.poll() is None:
            time.sleep(0.02)
            now = os.fstat(f.fileno()).st_size
            memory, seconds = use(process.pid)
            if now != size:
                f.seek(max(0, size - 80))
                text = f.read()
                if m := failed.search(text):
                    return m[1].decode()
                if b"\nok " in text:
                    since, ended = seconds, time.monotonic()
                size = now
            if memory > MAX_RSS or size > MAX_LOG:
                return "grows"
            if seconds - since > limit or time.monotonic() - ended > SILENT:
                return "hangs"
            if time.monotonic() - moved > IDLE:
                if seconds - computed < IDLE / 100:
                    return "hangs"
                computed, moved = seconds, time.monotonic()
    return ""


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
    os.setpgid(0, 0)


def run(command, number, log, limit, tree, environment):
    """How it ended: "", or why it counts as killed; and all it said."""
    with open(log, "wb") as f, subprocess.Popen(
            command, stdout=f, stderr=f, stdin=subprocess.DEVNULL, cwd=tree, preexec_fn=limits,
            env={**os.environ, "MUTANT": str(number), **environment}) as process:
        why = watch(process, log, limit)
        if why:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with open(log, "rb") as f:
        text = f.read().decode(errors="replace")
    if not why and process.returncode:
        failed = re.search(r"^not ok \d+ (\S+)", text, re.M)
        said = text.strip().split("\n")
        why = failed[1] if failed else said[-1][:80] if "python3" in command else f"status {process.returncode}"
    return why, text


def try_mutant(host, number, reach, tree):
    """Why it counts as killed, or ""; and whether anything gets to it."""
    log = os.path.join(host, f"mutant-{number}.log")
    why, reached = "", False
    for command, environment, seconds in reach.runs(f"{host}/cairn-test", number):
        reached = True
        why, _ = run(command, number, log, 4 * seconds + 1, tree, environment)
        if why:
            break
    if os.path.exists(log):
        os.unlink(log)
    return why, reached


# ---- What is known from earlier runs -----------------------------------------------------------

def digest(paths):
    value = hashlib.sha256()
    for path in sorted(paths):
        with open(path, "rb") as f:
            value.update(path.encode() + b"\0" + f.read())
    return value.hexdigest()[:16]


def tree_digest(tree):
    """Of the sources as they are without mutants, with those of the tests."""
    return digest(p for p in (os.path.join(d, f) for d, _, names in os.walk(tree) for f in names)
                  if os.path.isfile(p))


class Results:
    """A mutant of the same file that was killed stays so; a survivor is tried again when anything changed."""

    def __init__(self, path, everything):
        self.path, self.everything, self.known, self.files = path, everything, {}, {}
        self.earlier = set()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                for line in f:
                    key, why, reached, when = json.loads(line)
                    if why or when == everything:
                        self.known[key] = why, reached
                    else:
                        self.known.pop(key, None)
                        self.earlier.add(key)

    def key(self, m):
        if m.path not in self.files:
            self.files[m.path] = digest([os.path.join(TOP, m.path)])
        return f"{self.files[m.path]} {m.path}:{m.line} | {m.old} | {m.new}"

    def get(self, m):
        return self.known.get(self.key(m))

    def survived(self, m):
        """In an earlier run: it takes long, so it comes last."""
        return self.key(m) in self.earlier

    def put(self, m, result):
        with open(self.path, "a", encoding="utf-8") as f:
            f.write(json.dumps([self.key(m), *result, self.everything]) + "\n")


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


def try_all(tree, host, chosen, jobs, known, results):
    """Adds to results, and to what is known, how each of the mutants fared."""
    reach = Reach(host, tree)
    print(f"mutation: {len(chosen)} to try, {len(results)} known; the longest test computes {reach.longest:.1f} s", flush=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        order = sorted(chosen, key=lambda n: known.survived(chosen[n]))
        pending = {pool.submit(try_mutant, host, n, reach, tree): n for n in order}
        for i, job in enumerate(concurrent.futures.as_completed(pending), 1):
            number = pending[job]
            m, results[number] = chosen[number], job.result()
            known.put(m, results[number])
            print(f"# {i} of {len(chosen)}: {m.path}:{m.line}: {m.kind}: {results[number][0] or 'SURVIVED'}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=300)
    parser.add_argument("-s", type=int, default=1)
    parser.add_argument("-o", default=os.path.join(TOP, "build/mutation"))
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("--goal", type=float, default=90, help="percent; less is a failure")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    if options.n < 1:
        parser.error("N: how many faults, 1 at least")
    if missing := [name for name in options.files if not os.path.isfile(os.path.join(TOP, name))]:
        parser.error(f"FILES: there is no {' '.join(missing)}")
    files = options.files or sorted(f"mm/{f}" for f in os.listdir(os.path.join(TOP, "mm"))
                                    if f.endswith(".c") and not f.startswith("kasan"))
    out = os.path.abspath(options.o)
    tree = os.path.join(out, "tree")
    copy_tree(tree)
    known = Results(os.path.join(out, "results"), tree_digest(tree))
    chosen = draw(tree, files, options.n, options.s)
    results = {n: known.get(m) for n, m in chosen.items() if known.get(m)}
    if len(results) < len(chosen):
        try_all(tree, build(tree, out), {n: m for n, m in chosen.items() if n not in results}, options.j, known, results)
    killed, equivalent, survived = report(results, chosen, equivalents())
    share = 100 * killed / max(1, killed + survived)
    print(f"mutation: {len(results)} mutants, seed {options.s}: {killed} killed, {survived} survived, "
          f"{equivalent} equivalent: {share:.1f} % of those that can be noticed")
    sys.exit(share < options.goal)


main()
