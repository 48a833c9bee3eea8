# SPDX-License-Identifier: MIT
"""Cases of virtual files, read by the tools that read Linux's."""
import os
import re
import shutil
import subprocess
import tempfile

from case import Failure, Lacks, Skip, case
from image import Image, make


def under_proc(files, *command):
    """Runs a command that sees these texts as files of /proc; needs root, or user namespaces."""
    if not all(map(shutil.which, ("unshare", "mount", command[0]))):
        raise Lacks(f"there is no unshare, mount or {command[0]} here")
    with tempfile.TemporaryDirectory() as scratch:
        # Also where / is no mount point, as in a chroot.
        binds = ["mount --make-rprivate /proc || exit 99"]
        for name, text in files.items():
            path = os.path.join(scratch, name)
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            binds.append(f"mount --bind {path} /proc/{name} || exit 99")
        own_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        done = subprocess.run(
            ["unshare", "--mount", "--propagation=unchanged", *own_root, "sh", "-c", "\n".join([*binds, 'exec "$@"']),
             "sh", *command],
            env=dict(os.environ, TERM="dumb", LC_ALL="C"), check=False, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 99 or "unshare:" in done.stdout:
        raise Skip("this host does not let /proc be covered")
    if done.returncode:
        raise Failure(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}")
    return done.stdout


@case
def procps_reads_proc(ctx):
    """slabtop, vmstat and free of procps read slabinfo, vmstat and meminfo"""
    names = ("slabinfo", "meminfo", "vmstat")
    machine = ctx.boot(Image("procps", f'exec="{";".join(f"cat /proc/{n}" for n in names)};poweroff"'))
    ctx.expect_end(machine, 0)
    text = "\n".join(machine.lines)
    text = text[text.index("slabinfo - version"):]
    cuts = [0, text.index("MemTotal:"), text.index("nr_free_pages")]
    files = {"slabinfo": text[:cuts[1]], "meminfo": text[cuts[1]:cuts[2]],
             "vmstat": "".join(f"{line}\n" for line in text[cuts[2]:].split("\n")
                               if re.fullmatch(r"\w+ \d+", line))}
    total, = re.findall(r"MemTotal: +(\d+) kB", files["meminfo"])
    objects, = re.findall(r"^kmalloc-64 +\d+ +(\d+)", files["slabinfo"], re.M)
    for want, command in (
            (rf"(?m)^ *{objects} .* kmalloc-64 *$", ("slabtop", "--once", "--sort=n")),
            (rf"(?m)^kmalloc-64 +\d+ +{objects} ", ("vmstat", "-m")),
            (rf"(?m)^ *{total} K total memory", ("vmstat", "-s")),
            (rf"(?m)^Mem: +{total} ", ("free", "-k"))):
        shown = under_proc(files, *command)
        ctx.expect(re.search(want, shown), f"{' '.join(command)} does not show {want}:\n{shown}")
