# SPDX-License-Identifier: MIT
"""One line a boot or case as it ends, failures in full, and the count at the end."""
import os

from image import OUT


def keep(name, word):
    """Leaves a job's outcome beside its log, for scripts/api_status.py."""
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, f"{name}.result"), "w", encoding="utf-8") as file:
        file.write(f"{word}\n")


class Report:
    def __init__(self, lock):
        self.lock = lock
        self.passed = self.failed = self.skipped = 0

    def ok(self, name, note="", count=1, skipped=0):
        with self.lock:
            self.passed += count
            self.skipped += skipped
            keep(name, "ok")
            print(f"ok    {name:<32} {note}", flush=True)

    def skip(self, name, why):
        with self.lock:
            self.skipped += 1
            print(f"skip  {name:<32} {why}", flush=True)

    def fail(self, name, *problems, note="", passed=0, skipped=0, log=None):
        """Each problem counts as one failure."""
        with self.lock:
            self.passed += passed
            self.skipped += skipped
            self.failed += len(problems)
            keep(name, "not ok")
            print(f"FAIL  {name:<32} {note}")
            for problem in problems:
                print("\n".join(f"      {line}" for line in problem.splitlines()))
            if log:
                print(f"      the whole log: {log}")
            print(end="", flush=True)

    def finish(self):
        if self.skipped:
            print(f"{self.skipped} skipped")
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0
