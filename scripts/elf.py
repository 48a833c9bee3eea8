# SPDX-License-Identifier: MIT
"""What the build's scripts read of an ELF64 file: sections, symbols, and DWARF 5 line numbers."""
import os
import struct

SHN_UNDEF, SHN_ABS = 0, 0xFFF1
STT_OBJECT, STT_FUNC, STT_NOTYPE = 1, 2, 0


class Elf:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise SystemExit(f"{path}: not a little-endian ELF64 file")
        offset, = struct.unpack_from("<Q", self.data, 0x28)
        size, count, names = struct.unpack_from("<HHH", self.data, 0x3A)
        headers = [
            struct.unpack_from("<IIQQQQIIQQ", self.data, offset + i * size) for i in range(count)
        ]
        strings = self._bytes(headers[names])
        self.sections = {}
        for header in headers:
            name = c_string(strings, header[0])
            self.sections[name] = (header[3], self._bytes(header))

    def _bytes(self, header):
        return b"" if header[1] == 8 else self.data[header[4] : header[4] + header[5]]

    def section(self, name):
        return self.sections.get(name, (0, b""))[1]

    def symbols(self):
        """Yields (address, size, type, is_global, name) of every defined symbol."""
        table, strings = self.section(".symtab"), self.section(".strtab")
        for offset in range(24, len(table), 24):
            name, info, _, section, value, size = struct.unpack_from("<IBBHQQ", table, offset)
            if section not in (SHN_UNDEF, SHN_ABS):
                yield value, size, info & 15, info >> 4 != 0, c_string(strings, name)


def c_string(data, offset):
    return data[offset : data.index(0, offset)].decode(errors="replace")


class Reader:
    """A cursor over the bytes of a DWARF section."""

    def __init__(self, data, offset=0):
        self.data, self.at = data, offset

    def unpack(self, form):
        value, = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def uleb(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def sleb(self):
        start = self.at
        value = self.uleb()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) & 1 else value

    def string(self):
        text = c_string(self.data, self.at)
        self.at = self.data.index(0, self.at) + 1
        return text


class LineTable:
    """The rows (address, path, line) of .debug_line; line is 0 where a sequence ends."""

    PATH, DIRECTORY = 1, 2

    def __init__(self, elf):
        self.elf = elf
        self.data = elf.section(".debug_line")

    def rows(self):
        at = 0
        while at + 4 <= len(self.data):
            reader = Reader(self.data, at)
            length = reader.unpack("I")
            at = reader.at + length
            if reader.unpack("H") == 5:
                yield from self._unit(reader, at)

    def _value(self, reader, form):
        if form == 0x08:
            return reader.string()
        if form == 0x1F:
            return c_string(self.elf.section(".debug_line_str"), reader.unpack("I"))
        if form == 0x0E:
            return c_string(self.elf.section(".debug_str"), reader.unpack("I"))
        if form == 0x1E:
            reader.at += 16
            return None
        if form == 0x0F:
            return reader.uleb()
        return reader.unpack({0x0B: "B", 0x05: "H", 0x06: "I", 0x07: "Q"}[form])

    def _entries(self, reader):
        formats = [(reader.uleb(), reader.uleb()) for _ in range(reader.unpack("B"))]
        return [
            {kind: self._value(reader, form) for kind, form in formats}
            for _ in range(reader.uleb())
        ]

    def _unit(self, reader, end):
        reader.at += 2
        header_length = reader.unpack("I")
        program = reader.at + header_length
        min_length = reader.unpack("B")
        reader.at += 2
        line_base, line_range, opcode_base = reader.unpack("b"), reader.unpack("B"), reader.unpack("B")
        lengths = [reader.unpack("B") for _ in range(opcode_base - 1)]
        directories = [entry[self.PATH] for entry in self._entries(reader)]
        files = [
            os.path.join(directories[0], directories[entry.get(self.DIRECTORY, 0)], entry[self.PATH])
            for entry in self._entries(reader)
        ]
        reader.at = program
        address, file, line = 0, 1, 1
        while reader.at < end:
            opcode = reader.unpack("B")
            if opcode >= opcode_base:
                opcode -= opcode_base
                address += opcode // line_range * min_length
                line += line_base + opcode % line_range
                yield address, files[file], line
            elif opcode == 0:
                length = reader.uleb()
                following = reader.at + length
                extended = reader.unpack("B")
                if extended == 1:
                    yield address, "", 0
                    address, file, line = 0, 1, 1
                elif extended == 2:
                    address = reader.unpack("Q")
                reader.at = following
            elif opcode == 1:
                yield address, files[file], line
            elif opcode == 2:
                address += reader.uleb() * min_length
            elif opcode == 3:
                line += reader.sleb()
            elif opcode == 4:
                file = reader.uleb()
            elif opcode == 8:
                address += (255 - opcode_base) // line_range * min_length
            elif opcode == 9:
                address += reader.unpack("H")
            else:
                for _ in range(lengths[opcode - 1]):
                    reader.uleb()
