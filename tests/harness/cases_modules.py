# SPDX-License-Identifier: MIT
"""Cases of modules from outside the tree."""
import os
import re
import shutil
import tempfile

from case import EXTRA, UP, case
from image import OUT, Image, make
from machine import ROOT

SAMPLES = Image("samples", 'exec="cat /proc/modules;poweroff"', "tests/modules")


@case
def sample_drivers(ctx):
    """a tutorial's drivers load unmodified, make every call that documents name, and unload in reverse"""
    machine = ctx.boot(SAMPLES)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"documents: 0 wrong", r"Memory allocated successfully",
                     r"Memory allocated successfully", UP, r"documents .*Live", r"kmalloc_sample .*Live",
                     r"vmalloc_sample .*Live", r"Memory freed", r"Memory freed", r"documents: the end")


@case
def modules_chosen(ctx):
    """modules= chooses modules and their order"""
    image = Image("chosen", 'modules=old-names,nosuch,params exec="poweroff"', EXTRA)
    machine = ctx.boot(image)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"old_names: hello", r"no module nosuch", r"params: count 1", UP,
                     r"params: goodbye", r"old_names: goodbye")
    ctx.expect("failing:" not in machine.text() and "twin_b:" not in machine.text(),
               "a module that was not chosen was initialised")


@case
def modules_none(ctx):
    """modules= without a name initialises none"""
    machine = ctx.boot(Image("none", 'modules= exec="poweroff"', EXTRA))
    ctx.expect_end(machine, 0)
    ctx.expect("hello" not in machine.text(), "a module was initialised")


@case
def module_parameters(ctx):
    """name.param=value sets every type of parameter; a bad value is refused"""
    image = Image("parameters", "params.count=42 params.small=-3 params.port=0xffff params.byte=255 "
                  "params.big=-5000000000 params.mask=0xffffffffffffffff params.on params.off=0 "
                  'params.name="two words" params.list=1,2,3 params.names=x,y params.text=abc '
                  'params.other-name=7 params.tiny=256 params.irq=11 exec="poweroff"', EXTRA)
    machine = ctx.boot(image)
    ctx.expect_end(machine, 0)
    ctx.expect_lines(
        machine, r"does not take '256'", r"params: count 42 small -3 port 65535 byte 255",
        r"params: big -5000000000 mask 18446744073709551615 on 1 off 0",
        r"params: name two words text abc renamed 7 tiny 9 irq 11",
        r"params: list 3: 1 2 3", r"params: names 2: x y")


@case
def module_that_fails(ctx):
    """an init that fails is reported, is not fatal, its exit never runs; statics of the same names stay apart"""
    machine = ctx.boot(Image("failing", 'exec="poweroff"', EXTRA))
    ctx.expect_end(machine, 0)
    ctx.expect_lines(machine, r"failing: hello", r"module failing: .*-12", UP)
    ctx.expect("failing: goodbye" not in machine.text(), "its exit function ran")
    ctx.expect_lines(machine, r"twin_a: 2, 4", r"twin_b: 10, 20", UP, r"twin_b: 40 in the end", r"twin_a: 8 in the end")


@case
def module_broken(ctx):
    """a module that does not compile is named, and the build stops"""
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(os.path.join(ROOT, "tests/modules/kmalloc_sample.c"), scratch)
        with open(os.path.join(scratch, "broken.c"), "w", encoding="utf-8") as file:
            file.write("#include <linux/module.h>\nint init_module(void) { return oops }\n")
        status, output = make("image", "IMAGE=tests/broken", f"M={scratch}")
    ctx.expect(status != 0, "the build succeeded")
    ctx.expect(re.search(r"^cairn: .*broken\.c does not compile", output, re.M),
               f"no clear line:\n{output}")
    ctx.expect(not os.path.exists(os.path.join(ROOT, OUT, "broken.iso")), "an image was made")


@case
def module_directory_empty(ctx):
    """M= without a .c file is one line, and so is one with a name that make or the shell takes apart"""
    with tempfile.TemporaryDirectory() as scratch:
        status, output = make("image", "IMAGE=tests/empty", f"M={scratch}")
        ctx.expect(status != 0 and "there is no .c file" in output, output)
        for name in "a:b", "a%b", "a'b", "a#b", "a&b", "a$b", "a(b)", "a=b", "a b", "fine/a&b.c":
            path = os.path.join(scratch, name if name.endswith(".c") else f"{name}/one.c")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w", encoding="utf-8").close()
            status, output = make("image", "IMAGE=tests/empty", f"M={os.path.dirname(path)}")
            ctx.expect(status != 0 and re.fullmatch(r"Makefile:\d+: \*\*\* M=.*(has no|rename it).*\n", output), f"{name}: {output}")
