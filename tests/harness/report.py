# SPDX-License-Identifier: MIT
"""One line a boot or case as it ends, failures in full, and the count at the end."""


class Report:
    def __init__(self, lock):
        self.lock = lock
        self.passed = self.failed = self.skipped = 0

    def ok(self, name, note="", count=1, skipped=0):
        with self.lock:
            self.passed += count
            self.skipped += skipped
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
