# SPDX-License-Identifier: MIT
"""Boots an image in QEMU and keeps what it prints."""
import os
import re
import selectors
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A machine that prints nothing for so long hangs. Firmware and a slow host need some of it.
SILENCE = int(os.environ.get("SILENCE", "90"))
LIMIT = int(os.environ.get("LIMIT", "900"))


class Machine:
    """One boot: what it runs on, and afterwards its log, exit status and end.

    end is "exit" (QEMU ended by itself), "until" (a line matched until), "silence" or "limit".
    """

    def __init__(self, image, log, *, memory="256M", machine="pc", firmware="bios", cpu="qemu64",
                 smp="1", edu=True, accel=None, args=(), reboots=False,
                 medium="cd", exit_device=True):
        accel = accel or ("tcg" if smp == "1" else "tcg,thread=multi")
        env = dict(os.environ, MEM=memory, MACHINE=machine, FIRMWARE=firmware, CPU=cpu, SMP=smp,
                   ACCEL=accel, SCREEN="none", SERIAL="", QEMU_ARGS="", EDU="1" if edu else "0",
                   MEDIUM=medium, EXIT_DEVICE="1" if exit_device else "0")
        command = subprocess.run(
            ["scripts/qemu.sh", "--print", image, *([] if reboots else ["-no-reboot"]), *args], cwd=ROOT, env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True, text=True).stdout
        self.command = command.splitlines()
        self.log_path = log
        self.lines, self.status, self.end, self.seconds = [], None, None, 0.0
        self.untyped = []  # what of run()'s typed was never asked for
        self.process = None

    def run(self, *, until=None, typed=(), started=None, silence=SILENCE, on_line=None):
        """typed: (pattern, text) pairs, in order.

        A text is sent once its pattern was printed behind what the pattern before it fits; \\1 in it
        is what the pattern's group is.
        """
        begin = time.monotonic()
        os.makedirs(os.path.dirname(self.log_path), exist_ok=True)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
            try:
                if started:
                    started()
                self._follow(log, begin, until, list(typed), silence, on_line)
            finally:
                if self.process.poll() is None:
                    self.process.kill()
                self.status = self.process.wait()
                self.process.stdin.close()
                self.process.stdout.close()
        self.seconds = time.monotonic() - begin
        return self

    def _follow(self, log, begin, until, typed, silence, on_line):
        selector = selectors.DefaultSelector()
        selector.register(self.process.stdout, selectors.EVENT_READ)
        pending = b""
        unread = ""  # printed behind the pattern of what was typed last
        last = time.monotonic()
        while self.end is None:
            if not selector.select(1.0):
                now = time.monotonic()
                if now - last > silence:
                    self.end = "silence"
                elif now - begin > LIMIT:
                    self.end = "limit"
                continue
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                self.end = "exit"
                self.status = self.process.wait()
                break
            last = time.monotonic()
            if last - begin > LIMIT:
                self.end = "limit"
            log.write(data)
            log.flush()
            *whole, pending = (pending + data).split(b"\n")
            for raw in whole:
                line = raw.decode(errors="replace").rstrip("\r")
                self.lines.append(line)
                if on_line:
                    on_line(line)
                if until and re.search(until, line):
                    self.end = "until"
            unread = unread + data.decode(errors="replace") if typed else ""
            while typed and (found := re.search(typed[0][0], unread)):
                unread = unread[found.end():]
                self._type(found.expand(typed.pop(0)[1]))
        self.untyped = typed
        if pending:
            self.lines.append(pending.decode(errors="replace").rstrip("\r"))

    def _type(self, text):
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def text(self):
        return "\n".join(self.lines)


class Stub:
    """QEMU's gdb stub, as far as it takes to change registers and memory before the kernel runs."""

    RAX, RBX = 0, 1

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def _receive(self):
        while True:
            start = self.buffer.find(b"$")
            end = self.buffer.find(b"#", start)
            if start >= 0 <= end and len(self.buffer) >= end + 3:
                packet = self.buffer[start + 1 : end]
                self.buffer = self.buffer[end + 3 :]
                self.sock.sendall(b"+")
                return packet.decode()
            data = self.sock.recv(65536)
            if not data:
                raise ConnectionError("the gdb stub went away")
            self.buffer += data

    def send(self, text):
        body = text.encode()
        self.sock.sendall(b"$" + body + b"#%02x" % (sum(body) & 255))

    def ask(self, text):
        self.send(text)
        return self._receive()

    def run_to(self, address, rax):
        """Continues until the instruction at address is about to run with that value in RAX.

        (The loader's own code may lie at the same address before.)
        """
        while True:
            self.ask(f"Z1,{address:x},1")
            self.ask("c")
            self.ask(f"z1,{address:x},1")
            if self.register(self.RAX) == rax:
                return
            self.ask("s")

    def registers(self):
        return bytes.fromhex(self.ask("g"))

    def register(self, number):
        return int.from_bytes(self.registers()[number * 8 : number * 8 + 8], "little")

    def set_register(self, number, value):
        registers = self.registers()
        at = number * 8
        self.ask(f"G{(registers[:at] + value.to_bytes(8, 'little') + registers[at + 8:]).hex()}")

    def read(self, address, size):
        return bytes.fromhex(self.ask(f"m{address:x},{size:x}"))

    def write(self, address, data):
        self.ask(f"M{address:x},{len(data):x}:{data.hex()}")

    def detach(self):
        """Lets the machine run. It may have come to its end before the stub's answer is read."""
        try:
            self.ask("D")
        except (BrokenPipeError, ConnectionError):
            pass
