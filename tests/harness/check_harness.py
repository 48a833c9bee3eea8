# SPDX-License-Identifier: MIT
"""What the tests go by: each way in which a boot can end badly counts as a failure.

A boot here is a Boot of the matrix whose machine is a script of this host that prints what a
kernel would, and ends as it would.
"""
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import threading
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
HOSTED = os.path.join(os.path.dirname(HERE), "hosted")
SCRIPTS = os.path.join(HERE, "../../scripts")
sys.path[:0] = [HERE, HOSTED, SCRIPTS]

import case  # noqa: E402
import coverage  # noqa: E402
import coverage_branches  # noqa: E402
import coverage_report  # noqa: E402
import machine  # noqa: E402
import matrix  # noqa: E402
import report  # noqa: E402
from ktap import Parser  # noqa: E402

GOOD = """[    0.000001] boot: GRUB
KTAP version 1
1..3
# a diagnostic
ok 1 pages.one
ok 2 pages.two # SKIP needs 64 MiB
ok 3 slab.three
# Totals: pass:2 fail:0 skip:1 total:3
"""


class FakeMachine(machine.Machine):
    """Python code in place of QEMU; it hangs if it is silent for long, and for less if it says so."""

    def __init__(self, code, log, **_):
        self.command = [sys.executable, "-c", code]
        self.log_path = log
        self.lines, self.status, self.end, self.seconds = [], None, None, 0.0
        self.process = None
        self.silence = 1 if "sleep(60)" in code else 30

    def run(self, **options):
        return super().run(silence=self.silence, **options)


def printing(text, then=""):
    return f"import sys, time\nprint({text!r}, end='', flush=True)\n{then}\n"


class Fake:
    """Stands for a case or an image in a job."""

    def __init__(self, iso):
        self.iso = iso
        self.cmdline = ""


class Reporting(unittest.TestCase):
    """Nothing of it is left on the disk or on the screen."""

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        out = stack.enter_context(tempfile.TemporaryDirectory())
        for module in report, matrix, case:
            stack.enter_context(mock.patch.object(module, "OUT", out))
        stack.enter_context(mock.patch.object(matrix, "Machine", FakeMachine))
        self.report = report.Report(threading.Lock())
        self.shown = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))


class Boots(Reporting):
    def boot(self, text, then=""):
        """Runs it; the counts, and the status of make test."""
        matrix.Boot(Fake(printing(text, then)), "bios", "pc", "64M", "max").run(self.report)
        return (self.report.passed, self.report.failed), self.report.finish()

    def expect_failure(self, says, text, then=""):
        (_, failed), status = self.boot(text, then)
        self.assertGreaterEqual(failed, 1, self.shown.getvalue())
        self.assertEqual(status, 1)
        self.assertIn("FAIL  bios-pc-64M-max", self.shown.getvalue())
        self.assertIn(says, self.shown.getvalue())

    def test_all_well(self):
        self.assertEqual(self.boot(GOOD), ((2, 0), 0))
        self.assertTrue(self.shown.getvalue().endswith("1 skipped\n2 passed, 0 failed\n"))

    def test_a_test_that_fails(self):
        self.expect_failure("pages.one failed", GOOD.replace("ok 1", "not ok 1"))

    def test_a_test_that_fails_as_expected_is_none(self):
        self.expect_failure("pages.one failed", GOOD.replace("ok 1 pages.one", "not ok 1 pages.one # TODO later"))

    def test_two_that_fail_count_twice(self):
        text = GOOD.replace("ok 1", "not ok 1").replace("ok 3", "not ok 3")
        self.assertEqual(self.boot(text), ((0, 2), 1))

    def test_no_plan(self):
        self.expect_failure("without a plan", GOOD.replace("1..3\n", ""))

    def test_header_alone(self):
        self.expect_failure("no plan", "KTAP version 1\n")

    def test_no_header(self):
        self.expect_failure("no KTAP header", "cairn: up in 3 ms\n")

    def test_nothing_at_all(self):
        self.expect_failure("no KTAP header", "")

    def test_plan_not_met(self):
        self.expect_failure("3 tests were announced, 2 reported", GOOD.replace("ok 3 slab.three\n", ""))

    def test_plan_exceeded(self):
        self.expect_failure("2 tests were announced, 3 reported", GOOD.replace("1..3", "1..2"))

    def test_a_result_lost_on_the_way(self):
        self.expect_failure("result 3 (slab.three) where 2 was due", GOOD.replace("ok 2 pages.two # SKIP needs 64 MiB\n", ""))

    def test_a_machine_that_starts_again(self):
        self.expect_failure("3 tests were announced, 1 reported", GOOD[:GOOD.index("ok 2")] + GOOD)

    def test_panic(self):
        self.expect_failure("the kernel panicked", GOOD, "sys.exit(85)")

    def test_wrong_status(self):
        self.expect_failure("status 3 instead of 0", GOOD, "sys.exit(3)")

    def test_killed(self):
        self.expect_failure("status -9 instead of 0", GOOD, "import os; os.kill(os.getpid(), 9)")

    def test_silence(self):
        self.expect_failure("it hangs", GOOD, "time.sleep(60)")

    def test_no_end(self):
        with mock.patch.object(machine, "LIMIT", 1):
            self.expect_failure("did not end in time", GOOD, "while True: print('still here', flush=True); time.sleep(0.1)")

    def test_a_report_between_tests(self):
        for line in "BUG: kfree: nobody's", "WARNING: at mm/slab.c:1", "[    1.000000] Oops: 0000":
            self.expect_failure("a report outside a test", GOOD.replace("ok 2", f"{line}\nok 2"))

    def test_a_report_before_the_tests(self):
        self.expect_failure("a report outside a test", "WARNING: too early\n" + GOOD)

    def test_colours_and_carriage_returns(self):
        self.assertEqual(self.boot(GOOD.replace("ok 1", "\x1b[0mok 1").replace("\n", "\r\n")), ((2, 0), 0))


class Cases(Reporting):
    """A case: what it wants, what it lacks, and what breaks in it."""

    def case(self, function):
        function.__doc__ = "a case"
        case.Case(function).run(self.report)
        return (self.report.passed, self.report.failed, self.report.skipped), self.report.finish()

    def test_passes(self):
        self.assertEqual(self.case(lambda ctx: ctx.expect(True, "")), ((1, 0, 0), 0))

    def test_fails(self):
        self.assertEqual(self.case(lambda ctx: ctx.expect(False, "why")), ((0, 1, 0), 1))
        self.assertIn("why", self.shown.getvalue())

    def lacking(self, exception, **environment):
        def run(_):
            raise exception("there is no gdb here")

        with mock.patch.dict(os.environ, environment):
            if not environment:
                os.environ.pop("CI", None)
            return self.case(run)

    def test_a_tool_is_missing(self):
        self.assertEqual(self.lacking(case.Lacks)[0], (0, 0, 1))

    def test_a_tool_is_missing_in_ci(self):
        self.assertEqual(self.lacking(case.Lacks, CI="1"), ((0, 1, 0), 1))

    def test_what_this_host_cannot_have(self):
        self.assertEqual(self.lacking(case.Skip, CI="1")[0], (0, 0, 1))

    def test_nothing_ran(self):
        self.assertEqual(self.report.finish(), 1)

    def test_lines_in_order(self):
        booted = FakeMachine(printing("one\ntwo\nthree\n", "sys.exit(2)"), os.path.join(case.OUT, "lines.log")).run()
        ctx = case.Context("lines")
        ctx.expect_lines(booted, "one", "three")
        ctx.expect_end(booted, 2)
        for wanted in ("two", "one"), ("four",), ("three", "three"):
            self.assertRaises(case.Failure, ctx.expect_lines, booted, *wanted)
        self.assertRaises(case.Failure, ctx.expect_end, booted, 0)

    def test_no_end_is_no_status(self):
        booted = FakeMachine(printing("one\n", "time.sleep(60)"), os.path.join(case.OUT, "silent.log")).run()
        self.assertRaises(case.Failure, case.Context("silent").expect_end, booted, booted.status)


class Reader(unittest.TestCase):
    """Results within results, as KTAP has them."""

    def test_subtests_count_and_their_sum_does_not(self):
        parser = Parser()
        for line in ("KTAP version 1", "1..1", "  1..2", "  ok 1 a", "  ok 2 b", "ok 1 both"):
            parser.feed(line)
        parser.finish()
        self.assertEqual(([r.name for r in parser.results], parser.errors), (["a", "b"], []))

    def test_a_subtests_plan_not_met(self):
        parser = Parser()
        for line in ("KTAP version 1", "1..1", "  1..2", "  ok 1 a", "ok 1 both"):
            parser.feed(line)
        parser.finish()
        self.assertEqual(parser.errors, ["2 tests were announced, 1 reported"])


class Words(unittest.TestCase):
    """A word that picks no test is a mistake, and not a run in which all went well."""

    def expect_refused(self, script, *arguments, program="true"):
        done = subprocess.run([sys.executable, os.path.join(HOSTED, script), program, *arguments, "nosuch"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1, script)
        self.assertRegex(done.stderr, r"^\w[\w ]*: no.* nosuch\b.*\n$")

    def test_failing_allocations(self):
        self.expect_refused("fail.py", program="false")  # cairn-fail -l gives 1 if it lists nothing

    def test_misuses(self):
        self.expect_refused("death.py")

    def test_machines(self):
        self.expect_refused("machines.py", "nodes")

    def test_bad_inputs(self):
        self.expect_refused("run_bad_inputs.py", os.devnull, "M1")

    def test_programs_on_malloc(self):
        self.expect_refused("malloc/programs.py", "git")


def counts(lines, branches):
    """A file of a thousand lines and branches, as llvm-cov has it."""
    reached = {"lines": lines, "branches": branches}
    return {"filename": "mm/some.c", "summary": {
        what: {"count": 1000, "covered": n, "percent": n / 10} for what, n in reached.items()}}


class Coverage(unittest.TestCase):
    """make coverage fails when too little is reached, and when what should reach it fails."""

    def measure(self, files, process=None, machine_=None, words=("--no-machine",)):
        """The status and what is printed; @process stands for all processes, @machine_ for a machine."""
        with contextlib.ExitStack() as stack:
            out = stack.enter_context(tempfile.TemporaryDirectory())
            shown = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            for name, value in (("failures", []), ("run_process", process or (lambda out: None)), ("run_machine", machine_),
                                ("report", lambda out, reasons: files)):
                stack.enter_context(mock.patch.object(coverage, name, value))
            stack.enter_context(mock.patch.object(sys, "argv", ["coverage.py", out, *words]))
            stack.enter_context(mock.patch.object(coverage_report, "REASONS", os.devnull))
            try:
                coverage.main()
            except SystemExit as end:
                return end.code, shown.getvalue()
        return 0, shown.getvalue()

    def expect_failure(self, says, *arguments, **options):
        status, _ = self.measure(*arguments, **options)
        self.assertRegex(str(status), f"^coverage: FAILED: [^\n]*{says}[^\n]*$")

    def test_enough(self):
        self.assertEqual(self.measure([counts(950, 850)]), (0, ""))

    def test_a_file_may_be_low(self):
        self.assertEqual(self.measure([counts(900, 800), counts(1000, 900)]), (0, ""))

    def test_too_few_lines(self):
        self.expect_failure("94.90 % of lines are below 95 %", [counts(949, 1000)])

    def test_too_few_branches(self):
        self.expect_failure("84.90 % of branches are below 85 %", [counts(1000, 849)])

    def test_nothing_counted(self):
        self.expect_failure("0.00 % of lines", [])

    def test_a_process_that_fails(self):
        self.expect_failure("false now ended with status 1", [counts(1000, 1000)],
                            process=lambda out: coverage.one_process(out, "test0", ["false", "now"]))

    def test_a_program_that_is_not_there(self):
        self.expect_failure("cairn-none", [counts(1000, 1000)],
                            process=lambda out: coverage.one_process(out, "test0", [f"{out}/cairn-none"]))

    def machine(self, log):
        def run(out, name, *_):
            path = os.path.join(out, "serial")
            with open(path, "w", encoding="utf-8") as file:
                file.write(log)
            coverage.judge(name, path)
        return run

    def test_machines_that_are_well(self):
        self.assertEqual(self.measure([counts(1000, 1000)], machine_=self.machine(GOOD), words=()), (0, ""))

    def test_a_test_that_fails_in_a_machine(self):
        self.expect_failure("machine checked: pages.one failed", [counts(1000, 1000)],
                            machine_=self.machine(GOOD.replace("ok 1", "not ok 1")), words=())

    def test_a_machine_that_stops_early(self):
        self.expect_failure("machine debug: 3 tests were announced", [counts(1000, 1000)],
                            machine_=self.machine(GOOD[:GOOD.index("ok 3")]), words=())

    def test_a_machine_that_breaks(self):
        def broken(*_):
            raise RuntimeError("QEMU ended before the machine was off")
        self.expect_failure("machine highmem: QEMU ended", [counts(1000, 1000)], machine_=broken, words=())

    def test_a_reason_without_a_place_or_a_text(self):
        for row in "mm/some.c | | excuses every line", "mm/some.c | return", " | x | y", "mm/some.c | x | ":
            self.assertRaises(ValueError, coverage_report.read_reasons, ["# a comment\n", "\n", row + "\n"])

    def test_reasons_meet_places(self):
        shown = ("/x/mm/some.c:\n    1|  9|one();\n    2|  0|two();\n    3|   |\n    4|  0|three();\n    5|  9|if (so)\n"
                 "    6|  0|return;\n    7|  9|}\n    8|  0|five();\n")
        reasons = coverage_report.read_reasons(["mm/some.c | two( | why\n", "mm/some.c | if (so) return; | why\n",
                                                "mm/other.c | five( | of another file\n", "* | nine( | at times: why\n"])
        with contextlib.redirect_stdout(io.StringIO()) as said, mock.patch.object(coverage_report.os.path, "relpath", lambda p: p[3:]):
            coverage_report.tell_unreached(shown, reasons)
        self.assertEqual(said.getvalue().splitlines(), [
            "not reached, and nobody says why: mm/some.c:8: five();",
            "nothing unreached is explained by: mm/other.c | five( | of another file",
            f"3 places are not reached, 2 of them for a reason in {coverage_report.REASONS}"])

    def test_conditions_that_go_one_way(self):
        with tempfile.TemporaryDirectory() as out:
            path = os.path.join(out, "some.c")
            with open(path, "w", encoding="utf-8") as file:
                file.write("if (both)\n\tone();\nif (never)\n\ttwo();\n\n\n\nif (a && MACRO)\n\tthree();\n")
            used_at, inside = [8, 10, 8, 15, 1, 0, 1, 1], [1, 17, 1, 20]
            function = {"filenames": [path, "some.h"], "regions": [used_at],
                        "branches": [[1, 5, 1, 9, 3, 4, 0, 0, 4], [3, 5, 3, 10, 0, 7, 0, 0, 4],
                                     [8, 5, 8, 6, 7, 0, 0, 0, 4], [*inside, 0, 5, 1, 0, 4]]}
            copy = {**function, "branches": [[8, 5, 8, 6, 0, 0, 0, 0, 4]]}
            name = os.path.relpath(path)
            self.assertEqual(coverage_branches.one_way([function, copy], lambda p: p == name, {(name, 4)}), [
                (name, 3, "never", "true", "before lines that are not reached"),
                (name, 8, "a", "false", "one part of several"), (name, 8, "if (a && MACRO)", "true", "in a macro")])
