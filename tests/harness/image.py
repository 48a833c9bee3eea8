# SPDX-License-Identifier: MIT
"""Images that tests boot: the kernel with a command line, perhaps with modules, in build/tests/."""
import os
import subprocess
import threading

from machine import ROOT

OUT_ROOT = os.environ.get("O", "build")
OUT = os.path.join(OUT_ROOT, "tests")


def make(*arguments):
    """Runs make; returns (status, output)."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    env.pop("M", None)
    done = subprocess.run([os.environ.get("MAKE", "make"), "-s", f"-j{os.cpu_count()}", f"O={OUT_ROOT}",
                           f"LLVM={os.environ.get('LLVM', '')}",
                           f"KASAN={os.environ.get('KASAN', '')}", *arguments],
                          cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.returncode, done.stdout


class Image:
    lock = threading.Lock()

    def __init__(self, name, cmdline="", modules=None, memmap=None):
        self.name, self.cmdline, self.modules, self.memmap = name, cmdline, modules, memmap
        self.iso = os.path.join(OUT, f"{name}.iso")
        self.elf = os.path.join(OUT, f"{name}.elf")
        self.built = False

    def build(self):
        """Makes the image once; objects are shared with every other image."""
        with Image.lock:
            if self.built:
                return self
            arguments = ["image", f"IMAGE=tests/{self.name}", f"CMDLINE={self.cmdline}"]
            if self.modules:
                arguments.append(f"M={self.modules}")
            if self.memmap:
                arguments.append(f"MEMMAP={self.memmap}")
            status, output = make(*arguments)
            if status:
                raise RuntimeError(f"make {' '.join(arguments)}: status {status}\n{output}")
            self.built = True
        return self
