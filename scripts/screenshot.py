#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""screenshot.py IMAGE OUT.png - boot, wait for the prompt, and save a picture of the screen.

MEM, MACHINE, FIRMWARE and the rest are as for make run; WAIT is a pattern on the serial line that
says the picture is ready (default: the line that start-up ends with).
"""
import json
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib

LIMIT = 120


def png(width, height, pixels):
    """An RGB picture as PNG."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + pixels[y * width * 3 : (y + 1) * width * 3] for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def read_ppm(path):
    with open(path, "rb") as file:
        data = file.read()
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    if not header:
        sys.exit("screenshot: QEMU's picture is not a PPM of 8 bits a colour")
    return int(header[1]), int(header[2]), data[header.end() :]


class Monitor:
    """QEMU's machine protocol."""

    def __init__(self, path, deadline):
        self.sock = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.sock.connect(path)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self.file = self.sock.makefile("rw")
        self.file.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "error" in answer:
                sys.exit(f"screenshot: {name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    image, out = sys.argv[1:]
    wait = os.environ.get("WAIT", r"cairn: up in ")
    here = os.path.dirname(os.path.abspath(__file__))
    deadline = time.monotonic() + LIMIT
    with tempfile.TemporaryDirectory() as scratch:
        log, qmp, ppm = (os.path.join(scratch, name) for name in ("log", "qmp", "ppm"))
        env = dict(os.environ, SCREEN="none", SERIAL=f"file:{log}")
        qemu = subprocess.Popen(
            [os.path.join(here, "qemu.sh"), image, "-qmp", f"unix:{qmp},server=on,wait=off",
             "-monitor", "none", "-no-reboot"], env=env, stdin=subprocess.DEVNULL)
        try:
            monitor = Monitor(qmp, deadline)
            while not (os.path.exists(log) and re.search(wait, open(log, errors="replace").read())):
                if time.monotonic() > deadline or qemu.poll() is not None:
                    sys.exit(f"screenshot: the kernel never printed '{wait}'")
                time.sleep(0.1)
            time.sleep(1)  # the prompt and what exec= printed
            monitor.command("screendump", filename=ppm)
            width, height, pixels = read_ppm(ppm)
            monitor.command("quit")
            qemu.wait(10)
        finally:
            if qemu.poll() is None:
                qemu.terminate()
                qemu.wait()
    with open(out, "wb") as file:
        file.write(png(width, height, pixels))
    print(f"{out}: {width} x {height}")


main()
