#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doc_names.py DOCUMENT... - say what documents name and the tree does not have: what links lead to, files
and folders, headers, functions, and targets of make.

Only what is marked as code is looked at, and in blocks of code only make's targets. NAME and TARGET in a
path stand for names of one's own; what is below build/ need not be there.
"""
import fnmatch
import os
import re
import subprocess
import sys

SOURCES = (".c", ".h", ".S", ".py", ".sh", ".ld", ".mk", "Makefile")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Tree:
    def __init__(self):
        listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                                check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")
        self.paths = {path for path in listed if os.path.exists(path)}
        for path in list(self.paths):
            while path := os.path.dirname(path):
                self.paths.add(path)
        self.names = {os.path.basename(path) for path in self.paths}
        self.tops = {path for path in self.paths if os.path.isdir(path) and "/" not in path}
        self.words = set()
        for path in self.paths:
            if path.endswith(SOURCES) and os.path.isfile(path):
                self.words.update(re.findall(r"\w+", read(path)))
        self.targets = set(re.findall(r"\bmake ([a-z][a-z-]*)|\b(?=host-)([a-z-]*[a-z])", read("scripts/help.txt")))
        self.targets = {name for pair in self.targets for name in pair}

    def has_link(self, document, link):
        path, _, anchor = link.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
        if path not in self.paths:
            return False
        headings = re.findall(r"^#+ +(.*)$", read(path), re.M) if anchor else ()
        return not anchor or anchor in {re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in headings}

    def lacks(self, code):
        """What a piece of code names and is not there."""
        for word in re.findall(r"(?:[\w.*<@+-]|{[\w,]*})+(?:/(?:[\w.*@+-]|{[\w,]*})+)*", code):
            pattern = re.sub("{[^}]*}", "*", word.strip("<")).rstrip(".")
            where = self.names if "/" not in pattern else self.paths
            if word.startswith("<") and pattern.endswith(".h"):
                pattern = "*include/" + pattern
            elif "/" not in pattern and not re.fullmatch(r"[\w*-]+\.(c|h|S|py|sh|md)", pattern):
                continue
            elif "/" in pattern and (pattern.split("/")[0] not in self.tops or re.search("NAME|TARGET", pattern)):
                continue
            if not fnmatch.filter(where, pattern):
                yield word
        yield from (f"{name}()" for name in re.findall(r"\b(\w+)\(\)", code) if name not in self.words)

    def lacks_target(self, code):
        target = re.match(r"""\s*make (?:(?:-(?!f)\w+|\w+=(?:"[^"]*"|'[^']*'|\S*)) +)*([a-z][a-z-]*)\b(?!=)""", code)
        return [f"make {target[1]}"] if target and target[1] not in self.targets else []


def main():
    tree = Tree()
    for document in sys.argv[1:]:
        block = False
        for number, line in enumerate(read(document).split("\n"), 1):
            fence = line.startswith("```")
            block ^= fence
            if fence:
                continue
            spans = [line] if block else re.findall("`([^`]+)`", line)
            gone = [name for span in spans for name in tree.lacks_target(span)]
            if not block:
                links = re.findall(r"\]\(([^)\s]+)\)", line)
                gone += [name for span in spans for name in tree.lacks(span)]
                gone += [link for link in links if "://" not in link and not tree.has_link(document, link)]
            for name in gone:
                print(f"{document}:{number}: {name} is not there")


main()
