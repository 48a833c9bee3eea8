# SPDX-License-Identifier: MIT
"""Cases of the build and its tools: most need no boot."""
import glob
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile

from case import EXTRA, PLAIN, Lacks, case
from image import OUT_ROOT, Image
from machine import ROOT
import screen


def person_env(**changes):
    """The environment of a person who calls make, not that of the make around the tests."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("MAKE", "MFLAGS")) and k not in ("O", "CI", "M")}
    return {**env, **changes}


def run(*command, **options):
    """Runs a command in the project without a terminal; what it prints is in stdout."""
    options = {"cwd": ROOT, "check": False, "text": True, "stdin": subprocess.DEVNULL,
               "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options}
    return subprocess.run(command, **options)


class FakeHost:
    """A host whose tools are some of this one's, and scripts; these note how they are called."""

    TOOLS = ("bash cat cut tr sort env dirname grep sed awk head readlink mktemp rm mkdir cp ln chmod cmp printf"
             " touch true")

    def __init__(self, *fakes, **scripts):
        self.scripts = {"uname": '[ "$1" = -m ] && echo x86_64 || echo Linux', "id": "echo 1000"}
        self.scripts |= {name: "exit 0" for name in fakes}
        self.scripts |= {name.replace("_", "-"): body for name, body in scripts.items()}

    def __enter__(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.bin = os.path.join(self.scratch.name, "bin")
        self.log = os.path.join(self.scratch.name, "log")
        os.mkdir(self.bin)
        for tool in self.TOOLS.split():
            os.symlink(shutil.which(tool), os.path.join(self.bin, tool))
        for name, body in self.scripts.items():
            self.add(name, body)
        return self

    def __exit__(self, *_):
        self.scratch.cleanup()

    def add(self, name, body="exit 0"):
        path = os.path.join(self.bin, name)
        if os.path.lexists(path):
            os.unlink(path)  # not through a link to this host's own
        with open(path, "w", encoding="utf-8") as script:
            script.write(f"#!/bin/bash\n{body}\n")
        os.chmod(path, 0o755)

    def link(self, *tools):
        for tool in tools:
            os.symlink(shutil.which(tool), os.path.join(self.bin, tool))

    def run(self, *command, **env):
        return run(*command, env={"PATH": self.bin, "LOG": self.log, "BIN": self.bin, **env})

    def noted(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="utf-8") as file:
            return file.read()


# ---- What the tests themselves go by -------------------------------------------------------------

@case
def harness(ctx):
    """the reader of results counts each kind of bad end as a failure"""
    done = run(sys.executable, "-m", "unittest", "discover", "-s", "tests/harness", "-p", "check_*.py")
    ctx.expect(done.returncode == 0 and re.search(r"^Ran [1-9]", done.stdout, re.M), done.stdout)


# ---- The build -----------------------------------------------------------------------------------

def plain_make(*arguments):
    """make on PLAIN as a person types it; returns what it prints."""
    PLAIN.build()
    with Image.lock:
        return subprocess.run(
            ["make", "image", f"O={OUT_ROOT}", *PLAIN.settings(), *arguments], cwd=ROOT, env=person_env(),
            check=True, text=True, stdout=subprocess.PIPE).stdout


@case
def nothing_to_rebuild(ctx):
    """a second build makes nothing; after a change, only what includes the file is compiled"""

    def compiled_after(path):
        with Image.lock:  # no other image is to compile it first
            os.utime(os.path.join(ROOT, path))
            return set(re.findall(r"CC +(\S+)", plain_make()))

    ctx.expect(not plain_make().strip(), "something was made again")
    ctx.expect(compiled_after("lib/sort.c") == {"lib/sort.c"}, "lib/sort.c was not compiled alone")
    header = "include/linux/seq_file.h"
    users = set()
    for folder, below, names in os.walk(os.path.join(ROOT, OUT_ROOT)):
        below[:] = [b for b in below if not b.startswith("host")]  # the other port
        for path in (os.path.join(folder, n) for n in names if n.endswith(".d")):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if header in text and "/modules/" not in path:
                users.add(text.split()[1])
    compiled = compiled_after(header)
    ctx.expect(compiled == users, f"{sorted(compiled)} were compiled, {sorted(users)} include it")


@case
def goals_in_turn(ctx):
    """make -j with several goals does one after the other: they would make the same files; a bad O= is one line"""
    with tempfile.TemporaryDirectory() as scratch:
        done = run("make", "-s", "-j4", f"O={scratch}/out", "MAKE=echo begin; sleep 0.3; echo end", "elf", "clean", "all",
                   env=person_env())
    ctx.expect(done.stdout.split("\n") == ["begin", "end kernel", "begin", "end image", ""], done.stdout)
    for path in "", "two words", "a:b", "a&b":
        done = run("make", "-s", f"O={path}", "elf", env=person_env())
        ctx.expect(done.returncode and re.fullmatch(r"Makefile:\d+: \*\*\* O=.*\n", done.stdout), done.stdout)


@case
def compiler_order(ctx):
    """the compiler is x86_64-elf-gcc, else x86_64-linux-gnu-gcc, else gcc; LLVM= asks for clang"""

    def chosen(*compilers, machine="x86_64", **settings):
        with FakeHost(*compilers, uname=f'[ "$1" = -m ] && echo {machine} || echo Linux') as host:
            host.link("make")
            done = host.run("make", "-s", "--eval=print:;@echo '$(CC) $(LD)'", "print", **settings)
            doctor = host.run("scripts/setup.sh", "--doctor", **settings)
            row = re.search(r"^cc +\S+ .*", doctor.stdout, re.M)[0]
        return done.stdout.strip(), row

    prefixes = "x86_64-elf-", "x86_64-linux-gnu-", ""
    all_of_them = [f"{prefix}{tool}" for prefix in prefixes for tool in ("gcc", "ld")]
    for i, prefix in enumerate(prefixes):
        made, row = chosen(*all_of_them[2 * i:])
        ctx.expect(made == f"{prefix}gcc {prefix}ld", f"with {all_of_them[2 * i:]}: {made}")
        ctx.expect(row.endswith(f"/bin/{prefix}gcc"), row)
    made, row = chosen("x86_64-elf-gcc", *all_of_them[2:])
    ctx.expect(made.startswith("x86_64-linux-gnu-gcc") and row.endswith("/bin/x86_64-linux-gnu-gcc"),
               f"a compiler without its linker: {made}; {row}")
    _, row = chosen("gcc", "ld", machine="aarch64")
    ctx.expect("MISSING" in row, f"another machine's own gcc: {row}")
    for settings, want in (({"CROSS_COMPILE": "my-"}, "my-gcc my-ld"), ({"CROSS_COMPILE": ""}, "gcc ld"),
                           ({"LLVM": "1"}, "clang --target=x86_64-unknown-none-elf ld.lld"),
                           ({"LLVM": "-15"}, "clang-15 --target=x86_64-unknown-none-elf ld.lld-15")):
        made, row = chosen(*all_of_them, **settings)
        ctx.expect(made == want, f"{settings}: {made}")
        ctx.expect(row.endswith("/bin/gcc") or settings != {"CROSS_COMPILE": ""}, f"the host's own compiler: {row}")


@case
def compilation_database(ctx):
    """compile_commands.json has every source once, with the command that compiles it, and modules"""
    plain_make()
    path = os.path.join(OUT_ROOT, "compile_commands.json")

    def database(*arguments):
        done = run("make", "-s", f"O={OUT_ROOT}", *arguments, path, env=person_env())
        ctx.expect(done.returncode == 0 and not done.stdout, done.stdout)
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            return {os.path.join(ROOT, entry["file"]): entry for entry in json.load(file)}

    sources = [path for folder in ("boot", "arch/x86_64", "mm", "kernel", "lib", "block", "drivers", "tests", "tests/bench")
               for path in glob.glob(os.path.join(ROOT, folder, "*.c"))]
    wanted = {path for path in sources if not re.search(r"/(mm|x86_64)/kasan\w*\.c$", path)}
    modules = set(glob.glob(os.path.join(ROOT, EXTRA, "*.c")))
    with Image.lock:
        with_modules, entries = database(f"M={EXTRA}"), database()
    ctx.expect(set(entries) == wanted, f"differs in {sorted(set(entries) ^ wanted)}")
    ctx.expect(set(with_modules) == wanted | modules, f"with M=: {sorted(set(with_modules) ^ wanted)}")
    for name, entry in (("mm/kmalloc.c", entries), ("drivers/edu.c", entries), (f"{EXTRA}/old-names.c", with_modules)):
        entry = entry[os.path.join(ROOT, name)]
        done = run("sh", "-c", entry["command"] + " -fsyntax-only", cwd=entry["directory"])
        ctx.expect(done.returncode == 0, f"{name}: {done.stdout}")
    ctx.expect("-momit-leaf-frame-pointer" in entries[os.path.join(ROOT, "mm/kmalloc.c")]["command"],
               "the flags of one file are missing")


@case
def ci_says_what_it_takes(ctx):
    """.ci/run ends at the first step that fails; it says how long each took, and when that was too long"""
    with FakeHost(make='echo "make $*" >>$LOG; sleep 1; [[ $* != *lint* || -z ${FAIL:-} ]]') as host:
        host.link("nproc", "getconf", "sleep")
        done = host.run(".ci/run")
        commands = host.noted()
        failed = host.run(".ci/run", FAIL="1", CI_LIMIT="0")
    steps = "build with gcc", "build with clang", "lint", "test", "memblock and malloc", "total"
    rows = re.findall(r"^(\S.*?) +(\d+):(\d\d) +\d+:\d\d *$", done.stdout, re.M)
    ctx.expect(done.returncode == 0 and [row[0] for row in rows] == list(steps), done.stdout)
    ctx.expect(int(rows[-1][1]) * 60 + int(rows[-1][2]) >= 5 and "MORE THAN" not in done.stdout, done.stdout)
    for command in r"make -j\d+ WERROR=1", r"make -j\d+ lint", r"make -j\d+ test":
        ctx.expect(re.search(rf"^{command}$", commands, re.M), commands)
    ctx.expect(failed.returncode == 1 and re.search(r"^lint .* FAILED$", failed.stdout, re.M), failed.stdout)
    ctx.expect("MORE THAN 0 MINUTES" in failed.stdout and not re.search("^test", failed.stdout, re.M), failed.stdout)


# ---- Set-up --------------------------------------------------------------------------------------

@case
def elsewhere(ctx):
    """without apt the exact command for dnf, pacman, zypper or brew is printed"""
    for manager, command in (("dnf", "sudo dnf install"), ("pacman", "sudo pacman -S --needed"),
                             ("zypper", "sudo zypper install"), ("brew", "brew install")):
        with FakeHost(manager) as host:
            done = host.run("scripts/setup.sh", "build", "image", "run", "test")
        ctx.expect(done.returncode == 1, f"{manager}: status {done.returncode}")
        ctx.expect(re.search(rf"^  {re.escape(command)} .*(xorriso|libisoburn)", done.stdout, re.M), done.stdout)


@case
def arm64_host(ctx):
    """an arm64 host with apt gets the cross compiler, and does not ask for the port to a process"""
    with FakeHost(uname='[ "$1" = -m ] && echo aarch64 || echo Linux', id="echo 0",
                  apt_get='echo "apt-get $*" >>$LOG', dpkg='echo "dpkg $*" >>$LOG') as host:
        host.run("scripts/setup.sh", "build", "image", "test")
        noted = host.noted()
    ctx.expect(re.search(r"apt-get install .*\bgcc-x86-64-linux-gnu\b", noted), f"asked for:\n{noted}")
    ctx.expect("gdb-multiarch" in noted and " gcc " not in noted, f"asked for:\n{noted}")


@case
def grub_for_pcs_elsewhere(ctx):
    """GRUB for PCs is taken out of amd64's packages where the host is another; one line where there are none"""
    fetch = ("eval \"$(sed -n '/^install_foreign_grub() {/,/^}/p' scripts/setup.sh)\"; as_root() { \"$@\"; }; "
             "install_foreign_grub grub-pc-bin grub-efi-amd64-bin")
    with FakeHost(apt_get='echo "apt-get $*" >>$LOG; [ "$1" != download ] || true >grub.deb',
                  dpkg='echo "dpkg $*" >>$LOG; [ "$1" != -x ] || /bin/mkdir -p "$3/usr/lib/grub"',
                  mkdir='echo "mkdir $*" >>$LOG', cp='echo "cp $*" >>$LOG') as host:
        done = host.run("bash", "-c", fetch)
        noted = host.noted()
        host.add("apt-get", '[ "$1" != download ]')
        refused = host.run("bash", "-c", fetch)
    steps = ("dpkg --add-architecture amd64", "apt-get update", "apt-get download grub-pc-bin:amd64 grub-efi-amd64-bin:amd64",
             r"dpkg -x \S+/grub.deb", "mkdir -p /usr/lib/grub", r"cp -r \S+/usr/lib/grub/. /usr/lib/grub/")
    ctx.expect(done.returncode == 0 and re.search(".*".join(steps), noted, re.S), f"{done.stdout}{noted}")
    ctx.expect(refused.returncode and "add a source that has them" in refused.stdout, refused.stdout)


# Installs by making what setup.sh looks for; only root may, and only with a list of packages that is new.
APT = """echo "apt-get $* as ${IS_ROOT:-a person}" >>$LOG
[ "${IS_ROOT:-}" = root ] || exit 100
case $1 in
update) touch $BIN/updated ;;
install)
	[ -e $BIN/updated ] || exit 100
	for tool in gcc ld make python3 gdb; do ln -sf true $BIN/$tool; done ;;
esac"""
SUDO = 'echo "sudo $*" >>$LOG; IS_ROOT=root exec "$@"'


@case
def apt_with_sudo(ctx):
    """what is missing on a Debian or Ubuntu is named, and installed by apt through sudo"""
    with FakeHost(apt_get=APT, sudo=SUDO) as host:
        done = host.run("scripts/setup.sh", "build", "debug")
        again = host.run("scripts/setup.sh", "build", "debug")
        noted = host.noted()
    install = "apt-get install -y -q --no-install-recommends binutils gcc gdb make python3"
    ctx.expect(done.returncode == 0, f"status {done.returncode}: {done.stdout}{noted}")
    ctx.expect("cairn: missing: cc ld make python gdb" in done.stdout, done.stdout)
    ctx.expect(noted.splitlines() == [
        f"sudo env DEBIAN_FRONTEND=noninteractive {install}", f"{install} as root",
        "sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q", "apt-get update -q as root",
        f"sudo env DEBIAN_FRONTEND=noninteractive {install}", f"{install} as root"], noted)
    ctx.expect(again.returncode == 0 and not again.stdout, f"the second time: {again.stdout}")


@case
def apt_as_root(ctx):
    """as root apt is called without sudo; as a person without sudo one line says what to do"""
    with FakeHost(apt_get="export IS_ROOT=root\n" + APT, id="echo 0", sudo=SUDO) as host:
        done = host.run("scripts/setup.sh", "build", "debug")
        ctx.expect(done.returncode == 0 and "sudo" not in host.noted(), done.stdout + host.noted())
        for asked, env in ("CROSS_COMPILE=no-", {"CROSS_COMPILE": "no-"}), ("LLVM=-0", {"LLVM": "-0", "LLVM_SUFFIX": "-0"}):
            done = host.run("scripts/setup.sh", "build", **env)
            ctx.expect(done.returncode == 1 and f"({asked})" in done.stdout.splitlines()[-1], done.stdout)
    with FakeHost(apt_get=APT) as host:
        done = host.run("scripts/setup.sh", "build", "debug")
        ctx.expect(done.returncode == 1 and not host.noted(), done.stdout + host.noted())
        ctx.expect(re.search(r"there is no sudo: run as root: apt-get install .* gdb", done.stdout), done.stdout)


@case
def tools_of_the_tests(ctx):
    """make test installs what any of its cases needs before the first one runs"""
    database = run("make", "-pn", "help", env=person_env(), stderr=subprocess.DEVNULL).stdout
    recipe = re.search(r"^test:[^\n]*\n(?:#[^\n]*\n)*\t(.*)$", database, re.M)[1]
    ctx.expect(recipe == "@scripts/setup.sh build image run $(if $(KASAN),,test)", recipe)
    with FakeHost(apt_get='echo "$*" >>$LOG; exit 100', id="echo 0") as host:
        host.run("scripts/setup.sh", "test")
        noted = host.noted()
    for package in "gdb", "procps", "util-linux", "mount", "gcc", "binutils", "python3":
        ctx.expect(f" {package} " in noted.replace("\n", " "), f"{package} is missing in: {noted}")


@case
def doctor(ctx):
    """make doctor has a row for every tool, there or not, with what to do; its status is that of a run"""
    table = [line.split("|") for line in run("scripts/setup.sh", "--table").stdout.splitlines()]
    names = [row[1] for row in table]
    ctx.expect(len(set(names)) == len(names) and {"cc", "clang", "qemu", "gdb"} <= set(names), names)
    ctx.expect(all(len(row) == 9 and all(row) for row in table), [row for row in table if len(row) != 9])

    def rows(text):
        return {line.split()[0]: line for line in text.splitlines()[1:] if not line.startswith("make run")}

    done = run("make", "-s", "doctor", env=person_env())
    ctx.expect(done.returncode == 0 and "tested with" in done.stdout.splitlines()[0], done.stdout)
    ctx.expect(list(rows(done.stdout)) == names, f"differs in {set(rows(done.stdout)) ^ set(names)}: {done.stdout}")
    for name in "cc", "make", "python", "grub_bios", "qemu", "ovmf":
        ctx.expect(re.search(r"^\S+ +\S*\d+\.\S+ +[\d.]+ .* nothing: /", rows(done.stdout)[name]), rows(done.stdout)[name])
    with FakeHost("apt-get") as host:
        done = host.run("scripts/setup.sh", "--doctor")
    ctx.expect(done.returncode == 1 and list(rows(done.stdout)) == names, done.stdout)
    for row in table:
        shown = rows(done.stdout)[row[1]]
        ctx.expect("MISSING" not in shown or shown.endswith(f" sudo apt-get install --no-install-recommends {row[4]}"), shown)
        ctx.expect(re.search(rf" {re.escape(row[2])} +{re.escape(row[3])} ", shown), shown)
    for name in "cc", "clang", "gdb", "shellcheck":
        ctx.expect("MISSING" in rows(done.stdout)[name], rows(done.stdout)[name])


@case
def every_target_has_help(ctx):
    """make help lists each target a person can call, and no other"""
    text = run("make", "-s", "help", env=person_env()).stdout
    listed = set(re.findall(r"\bmake ([a-z][a-z-]*)", text)) | set(re.findall(r"\bhost-[a-z-]*[a-z]", text))
    database = run("make", "-pn", "help", env=person_env(), stderr=subprocess.DEVNULL).stdout
    phony = set(re.search(r"^\.PHONY: (.*)$", database, re.M)[1].split())
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
        rules = {word for line in re.findall(r"^([a-z][a-z -]*):(?!=)", file.read(), re.M) for word in line.split()}
    ctx.expect(rules <= phony, f"not in .PHONY: {sorted(rules - phony)}")
    inner = {"FORCE", "image", "kernel"}  # for other targets
    ctx.expect(phony - inner == listed & phony, f"make help does not say {sorted(phony - inner - listed)}")
    ctx.expect(listed <= phony - inner, f"make help has what is no target: {sorted(listed - phony | listed & inner)}")


@case
def lint_misses_none(ctx):
    """lint looks at each file of git's by what it is, wherever it lies; promises and their table agree"""
    if not shutil.which("git"):
        raise Lacks("there is no git here")
    licence = "# SPDX-License-Identifier: MIT\n"
    kinds = {"deep/down/script": f"#!/usr/bin/env python3\n{licence}def broken(:\n", "a.py": f"{licence}1 +\n",
             "fine": f"#!/usr/bin/python3\n{licence}", "bare": "#!/bin/sh\n", "b.newkind": "one line\n",
             "c.c": "/* SPDX-License-Identifier: MIT */\nint x; \n", "README.md": "# None\n[c](#none)\n", "data.txt": "1\n",
             "doc.md": "[a](no.md) [b](#none) [c](README.md#none) `deep/no` `deep/*` `no.c` `c.c` `<linux/no.h>` `nowhere()`\n"
                       "`make no` `make M=1 all` make none\n```\nmake none\nnowhere()\n```\n"}
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in kinds.items():
            path = os.path.join(scratch, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        os.mkdir(os.path.join(scratch, "scripts"))
        for tool in "lint.sh", "doc_names.py", "help.txt":
            shutil.copy(os.path.join(ROOT, "scripts", tool), os.path.join(scratch, "scripts"))
        run("git", "init", "-q", cwd=scratch)
        run("git", "add", ".", cwd=scratch)
        for check, wanted in (("licence", ["b.newkind", "bare"]), ("whitespace", ["c.c"]),
                              ("python", ["a.py", "deep/down/script"]), ("documents", ["doc.md"] * 8)):
            shown = run("scripts/lint.sh", os.path.join(scratch, "out"), check, cwd=scratch).stdout
            named = re.findall(r"^    ([\w./]+):", shown, re.M)
            ctx.expect(sorted(named) == wanted and f"1 checks failed: {check}" in shown, f"{check}: {wanted}?\n{shown}")

        rows = [os.path.join(scratch, name) for name in ("api.tsv", "status.md")]
        shutil.copy(os.path.join(ROOT, "tests/api.tsv"), rows[0])
        shutil.copy(os.path.join(ROOT, "docs/api-status.md"), rows[1])
        done = run(sys.executable, "scripts/api_status.py", *rows)
        ctx.expect(done.returncode == 0 and not done.stdout, done.stdout)
        for path, says in zip(rows, ("without this row", "not in the table")):
            with open(path, encoding="utf-8") as file:
                before = file.read()
            added = "new\tpromise\tbootmem.alloc\n" if path.endswith("tsv") else "| new | promise | `bootmem.alloc` | passes |\n"
            with open(path, "w", encoding="utf-8") as file:
                file.write(before + added)
            done = run(sys.executable, "scripts/api_status.py", *rows)
            ctx.expect(done.returncode == 1 and says in done.stdout and done.stdout.count("\n") == 1, done.stdout)
            with open(path, "w", encoding="utf-8") as file:
                file.write(before)


UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


@case
def address_space_documented(ctx):
    """docs/memory-layout.md has the ranges of the headers, each with its size"""
    defines = {}
    for header in "page.h", "kasan.h":
        with open(os.path.join(ROOT, "arch/x86_64/include/asm", header), encoding="utf-8") as file:
            defines |= {name: int(value, 16) for name, value in re.findall(r"^#define (\w+)\s+(0x[0-9a-f]{7,})U?L?\b", file.read(), re.M)}
    wanted = {defines["PAGE_OFFSET"]: defines["DIRECT_MAP_SIZE"], defines["KERNEL_BASE"]: 1 << 30,
              defines["VMALLOC_START"]: defines["VMALLOC_END"] + 1 - defines["VMALLOC_START"],
              defines["KMAP_START"]: defines["KMAP_SIZE"], defines["EARLY_IO_START"]: defines["EARLY_IO_SIZE"],
              defines["KASAN_SHADOW_START"]: defines["KASAN_SHADOW_END"] - defines["KASAN_SHADOW_START"],
              defines["VMEMMAP_START"]: 512 << 30}
    with open(os.path.join(ROOT, "docs/memory-layout.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| `0x([0-9a-f]{16})` \| (\d+) ([KMGT]iB) \|", file.read(), re.M)
    shown = {int(start, 16): int(number) * UNITS[unit] for start, number, unit in rows if start[0] == "f"}
    ctx.expect(shown == wanted, f"differ: {sorted(f'{start:#x} {size:#x}' for start, size in set(shown.items()) ^ set(wanted.items()))}")
    ctx.expect(list(shown) == sorted(shown), "not in order")
    ctx.expect({name for name in defines if name.endswith("_START") or name in ("PAGE_OFFSET", "KERNEL_BASE")} ==
               {name for name, value in defines.items() if value in wanted}, "a range of the headers is not looked for here")


# ---- The machine's command line ------------------------------------------------------------------

class FakeQemu(FakeHost):
    """This host, with a QEMU that notes its arguments, one a line."""

    def __init__(self):
        super().__init__()
        self.scripts = {"qemu-system-x86_64": 'case $2 in help) echo gtk ;; *) printf "%s\\n" "$@" >$LOG ;; esac'}

    def make_run(self, *settings, **options):
        PLAIN.build()
        env = person_env(PATH=f"{self.bin}:{os.environ['PATH']}", LOG=self.log)
        for name in "DISPLAY", "WAYLAND_DISPLAY":
            env.pop(name, None)
        with Image.lock:
            done = run("make", "-s", "run", f"O={OUT_ROOT}", *PLAIN.settings(), *settings, env=env, **options)
        return done, self.noted().splitlines()


def after(arguments, option):
    return [value for name, value in zip(arguments, arguments[1:]) if name == option]


@case
def run_on_serial(ctx):
    """make run without a display, or without a terminal, is on serial alone, under TCG whatever the host offers"""
    with FakeQemu() as host:
        done, piped = host.make_run()
        ctx.expect(done.returncode == 0, done.stdout)
        controller, terminal = pty.openpty()
        _, typed = host.make_run(stdin=terminal)
        screen = run("scripts/qemu.sh", "--print", "im,age", env=person_env(DISPLAY=":9", SCREEN="", SERIAL=""))
        os.close(terminal)
        os.close(controller)
    ctx.expect("media=cdrom,format=raw,readonly=on,file=im,,age" in screen.stdout.splitlines(), screen.stdout)
    for arguments, serial in (piped, ["stdio"]), (typed, ["mon:stdio"]), (screen.stdout.splitlines(), ["stdio"]):
        ctx.expect(after(arguments, "-display") == ["none"] and after(arguments, "-serial") == serial, arguments)
        ctx.expect(after(arguments, "-accel") == ["tcg"], arguments)
        ctx.expect(not re.search("kvm", " ".join(arguments)), arguments)
        ctx.expect(not any(re.match("-(vnc|spice|sdl|gtk|enable-kvm)", word) for word in arguments), arguments)


@case
def run_settings(ctx):
    """each of make run's settings reaches QEMU's command line"""
    with FakeQemu() as host:
        done, arguments = host.make_run(
            "MACHINE=q35,smm=off", "FIRMWARE=uefi", "CPU=max,-avx", "SMP=3", "MEM=321M", "ACCEL=tcg,thread=single",
            "DISPLAY=gtk", """QEMU_ARGS=-device 'pci-testdev,membar=1M' -name "two words\"""")
    ctx.expect(done.returncode == 0, done.stdout)
    for option, value in (("-machine", "q35,smm=off"), ("-cpu", "max,-avx"), ("-smp", "3"), ("-m", "321M"),
                          ("-accel", "tcg,thread=single"), ("-display", "gtk"), ("-name", "two words")):
        ctx.expect(after(arguments, option) == [value], f"{option} {value}: {arguments}")
    ctx.expect(any(re.search(r"^if=pflash.*file=.*(OVMF|ovmf|edk2)", word) for word in after(arguments, "-drive")), arguments)
    ctx.expect("pci-testdev,membar=1M" in after(arguments, "-device"), arguments)
    ctx.expect(any(word.endswith("tests/plain.iso") for word in after(arguments, "-drive")), arguments)


@case
def machine_misnamed(ctx):
    """a bad MACHINE=, FIRMWARE=, MEM=, SMP=, CPU=, ACCEL=, MEDIUM=, DISPLAY= gets one line, before QEMU does"""
    for name, value in (("MACHINE", "pc2"), ("FIRMWARE", "coreboot"), ("MEM", "lots"), ("MEM", "4GB"), ("MEM", "1M"),
                        ("MEM", "9999999999999G"), ("SMP", "0"), ("SMP", "four"), ("CPU", "z80"),
                        ("CPU", "host"), ("ACCEL", "warp"), ("MEDIUM", "tape"), ("SCREEN", "paper"), ("QEMU_ARGS", "'")):
        done = subprocess.run(["scripts/qemu.sh", "--check"], cwd=ROOT, check=False, text=True,
                              env=dict(os.environ, **{name: value}), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        shown = "DISPLAY" if name == "SCREEN" else name
        ctx.expect(done.returncode == 2 and done.stdout.startswith(f"cairn: {shown}={value}: ")
                   and done.stdout.count("\n") == 1, f"{name}={value}: {done.stdout}")


@case
def usb_refuses(ctx):
    """make usb writes to nothing but a removable disk"""
    for device in ("", "/dev/null", "/etc/passwd", "/dev/nosuchdisk"):
        done = subprocess.run(["scripts/usb.sh", "image", device], cwd=ROOT, check=False, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        ctx.expect(done.returncode != 0 and "usb:" in done.stdout, f"{device}: {done.stdout}")


def make_with_plain(scratch, *arguments, **env):
    """make in the directory O=scratch, as a person calls it, on PLAIN instead of what it would build."""
    PLAIN.build()
    with Image.lock:
        shutil.copy(PLAIN.elf, os.path.join(scratch, "cairn.elf"))
        shutil.copy(PLAIN.iso, os.path.join(scratch, "cairn.iso"))
    return run("make", "-s", f"O={scratch}", "MAKE=echo made:", *arguments, env=person_env(**env), timeout=240)


@case
def screenshot(ctx):
    """make screenshot saves a PNG of the screen, on which one reads what start-up printed, under both firmwares"""
    for firmware, name, settings in ("bios", "screenshot.png", ()), ("uefi", "elsewhere.png", ("FIRMWARE=uefi",)):
        with tempfile.TemporaryDirectory() as scratch:
            out = os.path.join(scratch, name)
            settings += (f"PNG={out}",) if settings else ()
            done = make_with_plain(scratch, "screenshot", "MEM=256M", *settings, WAIT="cairn> ")
            ctx.expect(done.returncode == 0 and "made: image" in done.stdout, done.stdout)
            lines = screen.text_of(out)
        shown = "\n".join(lines)
        while lines and not lines[-1]:
            lines.pop()
        # The prompt is the last, with the cursor behind it: a cell of one colour.
        ctx.expect(len(lines) > 1 and lines[-1] == "cairn>", f"{firmware}: no prompt on\n{shown}")
        ctx.expect(re.fullmatch(r"\[ +\d+\.\d{6}\] cairn: up in \d+ ms, \d+ MiB free", lines[-2]),
                   f"{firmware}: the line before the prompt is another on\n{shown}")
        ctx.expect(any("edu 0000:00:03.0: identification 0x010000ed" in line for line in lines)
                   and "?" not in shown, f"{firmware}: not what start-up prints:\n{shown}")


@case
def debugger(ctx):
    """make debug stops at start_kernel, with symbols and helpers in gdb"""
    if not any(map(shutil.which, ("x86_64-elf-gdb", "gdb-multiarch", "gdb"))):
        raise Lacks("there is no gdb here")
    commands = ("cairn walk 0xffffffff80100000", "cairn page 0x100", "break monitor_run", "continue", "cairn page 0x100",
                "cairn free", "cairn address 0xffff888000100000", "cairn log", "bt")
    with tempfile.TemporaryDirectory() as scratch:
        done = make_with_plain(scratch, "debug", "GDB_ARGS=-batch " + " ".join(f"-ex '{c}'" for c in commands))
    ctx.expect(done.returncode == 0 and "made: image" in done.stdout, done.stdout)
    ctx.expect("Error occurred in Python" not in done.stdout, done.stdout)
    for want in ("Breakpoint 1, start_kernel", "-> physical 0x100000", "no descriptor is mapped",
                 "pfn 0x100: RESERVED", "cairn: up in ", "x86_64_start"):
        ctx.expect(want in done.stdout, f"'{want}' is missing in\n{done.stdout}")
