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
    lock = threading.RLock()

    def __init__(self, name, cmdline="", modules=None, memmap=None):
        self.name, self.cmdline, self.modules, self.memmap = name, cmdline, modules, memmap
        self.iso = os.path.join(OUT, f"{name}.iso")
        self.kernel = f"kernel-{modules.strip('/').replace('/', '-')}" if modules else "kernel"
        self.elf = os.path.join(OUT, f"{self.kernel}.elf")
        self.stripped = os.path.join(OUT, f"{self.kernel}.stripped")
        self.built = False

    def settings(self):
        """What makes this image, as arguments of make."""
        settings = [f"IMAGE=tests/{self.name}", f"KERNEL=tests/{self.kernel}", f"CMDLINE={self.cmdline}"]
        if self.modules:
            settings.append(f"M={self.modules}")
        if self.memmap:
            settings.append(f"MEMMAP={self.memmap}")
        return settings

    def build(self):
        """Makes the image once; objects are shared with every image, the kernel with those of the same modules."""
        with Image.lock:
            if self.built:
                return self
            status, output = make("image", *self.settings())
            if status:
                raise RuntimeError(f"make image {' '.join(self.settings())}: status {status}\n{output}")
            self.built = True
        return self
