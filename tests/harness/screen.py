# SPDX-License-Identifier: MIT
"""Reads the text of a picture of the screen, by the font in drivers/font.c."""
import os
import re
import struct
import zlib

from machine import ROOT

WIDTH, HEIGHT, DRAWN, ABOVE = 8, 16, 13, 2
LINES_A_SCALE, MAX_SCALE = 720, 4


def glyphs():
    """Rows of a character -> the character."""
    with open(os.path.join(ROOT, "drivers/font.c"), encoding="utf-8") as file:
        lines = re.findall(r'^\t"([.# ]+)",$', file.read(), re.M)
    found = {}
    for number in range(95):
        band, column = lines[number // 8 * DRAWN :][:DRAWN], number % 8 * (WIDTH + 1)
        rows = [sum(1 << 7 - x for x in range(WIDTH) if line[column + x] == "#") for line in band]
        found[bytes([0] * ABOVE + rows + [0] * (HEIGHT - ABOVE - DRAWN))] = chr(32 + number)
    return found


def read_png(path):
    """Width, height and pixels of a PNG as scripts/screenshot.py makes them: RGB, no filter."""
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, body, size = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            size = struct.unpack_from(">II", data, at + 8)
        elif kind == b"IDAT":
            body += data[at + 8 : at + 8 + length]
        assert data[at + 8 + length : at + 12 + length] == struct.pack(">I", zlib.crc32(data[at + 4 : at + 8 + length]))
        at += 12 + length
    assert kind == b"IEND"
    lines, stride = zlib.decompress(body), size[0] * 3 + 1
    assert len(lines) == stride * size[1] and not any(lines[::stride])
    return *size, b"".join(lines[i + 1 : i + stride] for i in range(0, len(lines), stride))


def text_of(path):
    """The lines of text on the screen; '?' where a cell holds no character of the font."""
    width, height, pixels = read_png(path)
    scale = max(1, min(height // LINES_A_SCALE, MAX_SCALE))
    known, lines = glyphs(), []
    for top in range(0, height // (HEIGHT * scale) * HEIGHT * scale, HEIGHT * scale):
        line = ""
        for left in range(0, width // (WIDTH * scale) * WIDTH * scale, WIDTH * scale):
            at = [[((top + y * scale) * width + left + x * scale) * 3 for x in range(WIDTH)]
                  for y in range(HEIGHT)]
            back = pixels[at[0][0] : at[0][0] + 3]  # no character reaches its cell's corner
            rows = bytes(sum((pixels[p : p + 3] != back) << 7 - x for x, p in enumerate(row)) for row in at)
            line += known.get(rows, "?")
        lines.append(line.rstrip())
    return lines
