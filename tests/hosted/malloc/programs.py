#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""programs.py LIBRARY [PROGRAM...] - real programs on libcairn-malloc.so, and without it

Each does the same work twice, in a directory of its own, once with LD_PRELOAD.  What it
prints, what it complains of and the files it is asked for have to be the same.  A program
that is not there is left out, by name; with CI in the environment that is a failure.  KTAP on standard output; status 1 if one differs.
"""
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
TIMEOUT = 120
FIXED = {
    "LC_ALL": "C", "TZ": "UTC", "CCACHE_DISABLE": "1", "PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0",
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "1000000000 +0000",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_COMMITTER_DATE": "1000000000 +0000", "GIT_CONFIG_NOSYSTEM": "1",
}


class Work:
    """A directory, an environment, and what came of the commands run there."""

    def __init__(self, path, preload):
        self.path = path
        self.env = dict(os.environ, **FIXED, HOME=path)
        self.env.pop("LD_PRELOAD", None)
        if preload:
            self.env["LD_PRELOAD"] = preload
        self.result = []
        self.failed = []  # what did not even work

    def run(self, *command, text=None):
        done = subprocess.run(command, cwd=self.path, env=self.env, timeout=TIMEOUT, check=False,
                              input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # The directory's name is no result.
        out, err = (text.replace(self.path.encode(), b"DIR") for text in (done.stdout, done.stderr))
        self.result.append((command, out, err))
        self.must(done.returncode == 0, command)

    def must(self, condition, what):
        if not condition:
            self.failed.append(what)

    def file(self, name):
        with open(os.path.join(self.path, name), "rb") as f:
            self.result.append((name, hashlib.sha256(f.read()).hexdigest()))


def sources(work, *folders):
    for folder in folders:
        shutil.copytree(os.path.join(TOP, folder), os.path.join(work.path, folder))


def gcc(work):
    sources(work, "tests/hosted/malloc")
    parts = (f"tests/hosted/malloc/{name}.c" for name in ("check", "fork", "misuse", "library"))
    work.run("gcc", "-O2", "-g0", "-pthread", *parts, "-o", "check")
    work.file("check")
    work.run("./check", "sizes", "resize")


PYTHON = """
import collections, json, re, threading, zlib
words = [w for n in range(2000) for w in re.split(r'(\\d)', f'a{n}b{n * n}c')]
count = collections.Counter(words)
tree = {str(i): {'n': i, 'l': list(range(i % 50)), 's': 'x' * (i % 3000)} for i in range(3000)}
text = json.dumps(tree)
assert json.loads(text) == tree
big = bytearray()
for i in range(200):
    big += bytes([i]) * 100000
def work(k, out):
    for i in range(10):
        out[k] = zlib.crc32(b''.join(str((k, j)).encode() for j in range(2000)), out.get(k, 0))
out = {}
threads = [threading.Thread(target=work, args=(k, out)) for k in range(10)]
[t.start() for t in threads]
[t.join() for t in threads]
print(count.most_common(5), zlib.crc32(text.encode()), zlib.crc32(big), sorted(out.items()), 3 ** 20000 % 10 ** 50)
"""


def python3(work):
    work.run(sys.executable, "-c", PYTHON)
    work.run(sys.executable, "-c", "import os, sys; x = 'x' * 10**6\n"
             "for i in range(20):\n pid = os.fork()\n if not pid: os._exit(len(x * 3) % 7)\n print(os.waitpid(pid, 0)[1])")


SQL = b"""
CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, n INTEGER);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 30000)
INSERT INTO t SELECT i, 'name' || (i * 7919 % 10007), i * i % 977 FROM c;
CREATE INDEX by_name ON t (name);
SELECT n, count(*), group_concat(name) FROM t GROUP BY n ORDER BY n LIMIT 5;
SELECT a.name, sum(b.n) FROM t a JOIN t b ON a.name = b.name GROUP BY a.name ORDER BY 2 DESC LIMIT 20;
DELETE FROM t WHERE id % 3 = 0;
VACUUM;
SELECT count(*), sum(n), min(name), max(name) FROM t;
PRAGMA integrity_check;
"""


def sqlite3(work):
    work.run("sqlite3", "data.db", text=SQL)
    work.run("sqlite3", "data.db", ".dump")


def git(work):
    sources(work, "mm", "lib")
    work.run("git", "init", "-q", "-b", "main", ".")
    work.run("git", "add", "mm", "lib")
    work.run("git", "commit", "-q", "-m", "first")
    for name in os.listdir(os.path.join(work.path, "lib")):
        with open(os.path.join(work.path, "lib", name), "a", encoding="utf-8") as f:
            f.write("/* more */\n")
    work.run("git", "commit", "-q", "-a", "-m", "second")
    work.run("git", "gc", "-q", "--aggressive")
    work.run("git", "fsck", "--full")
    work.run("git", "log", "-p", "--stat", "--format=%H %T")
    work.run("git", "archive", "HEAD")
    work.run("git", "clone", "-q", ".", "copy")
    work.run("git", "-C", "copy", "blame", "lib/rbtree.c")


def xz(work):
    with open(os.path.join(work.path, "data"), "wb") as f:
        for i in range(60):
            for name in sorted(os.listdir(os.path.join(TOP, "mm"))):
                with open(os.path.join(TOP, "mm", name), "rb") as part:
                    f.write(part.read() + str(i).encode())
    work.run("xz", "-k", "-3", "-T2", "data")
    work.file("data.xz")
    work.run("xz", "-dc", "data.xz")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return str(s.getsockname()[1])


# Commands of redis-benchmark print how long they took; what they leave behind is compared.
def redis(work):
    port = free_port()
    with subprocess.Popen(
            ("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", work.path,
             "--enable-debug-command", "yes", "--maxclients", "200", "--io-threads", "2"),
            cwd=work.path, env=work.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        client = ("redis-cli", "-p", port)
        for _ in range(100):
            if b"PONG" in subprocess.run((*client, "ping"), check=False, capture_output=True).stdout:
                break
            time.sleep(0.1)
        with open(f"/proc/{server.pid}/maps", encoding="utf-8") as maps:
            on_it = "libcairn-malloc" in maps.read()
        work.must(on_it == ("LD_PRELOAD" in work.env), "the server has the library")
        for size in ("3", "5000"):
            bench = subprocess.run(("redis-benchmark", "-p", port, "-q", "-n", "1000", "-c", "20", "-P", "8", "-d", size,
                                    "-t", "set,get,lpush,sadd,hset,zadd,lrange_100"),
                                   check=False, env=work.env, capture_output=True, timeout=TIMEOUT)
            work.must(bench.returncode == 0, "redis-benchmark")
        script = "".join(f"SET k{i} {'v' * (i % 700)}\nAPPEND k{i // 2} x\nLPUSH l{i % 9} {i}\nHSET h{i % 5} f{i} {i}\n"
                         for i in range(2000))
        script += "SORT l1\nDBSIZE\nDEBUG DIGEST\nSAVE\nSHUTDOWN NOSAVE\n"
        done = subprocess.run(client, input=script.encode(), check=False, capture_output=True, timeout=TIMEOUT)
        work.result.append(("commands", done.stdout))
        try:
            _, errors = server.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            _, errors = server.communicate()
        work.result.append(("redis-server", errors))
        work.must(server.returncode == 0, "redis-server")


PROGRAMS = {"gcc": gcc, "python3": python3, "sqlite3": sqlite3, "git": git, "xz": xz, "redis-server": redis}
NEEDS = {"redis-server": ("redis-server", "redis-benchmark", "redis-cli")}


def once(program, preload):
    with tempfile.TemporaryDirectory(prefix="cairn-") as path:
        work = Work(path, preload)
        start = time.monotonic()
        PROGRAMS[program](work)
        took = time.monotonic() - start
        for what in work.failed:
            print(f"# {'with the library' if preload else 'without it'}: not so, or failed: {what}")
        return work, took


def differences(plain, ours):
    for a, b in zip(plain, ours):
        if a != b:
            print(f"# {a[0]}: {str(a[1:])[:600]}")
            print(f"# with the library: {str(b[1:])[:600]}")


def main():
    library = os.path.abspath(sys.argv[1])
    if nothing := set(sys.argv[2:]) - set(PROGRAMS):
        sys.exit(f"malloc: nothing is done with {' '.join(sorted(nothing))}")
    failed = 0
    for number, program in enumerate(sys.argv[2:] or PROGRAMS, 1):
        if not all(shutil.which(need) for need in NEEDS.get(program, (program,))):
            missed = bool(os.environ.get("CI"))
            failed |= missed
            print(f"{'not ok' if missed else 'ok'} {number} malloc.{program} # SKIP {program} is not installed")
            continue
        plain, took = once(program, None)
        ours, took_ours = once(program, library)
        ok = plain.result == ours.result and not plain.failed and not ours.failed
        if not ok:
            differences(plain.result, ours.result)
            failed = 1
        print(f"{'ok' if ok else 'not ok'} {number} malloc.{program} # {took:.1f} s without, {took_ours:.1f} s", flush=True)
    sys.exit(failed)


main()
