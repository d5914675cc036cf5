"""Says where two zips that should be the same bytes first differ: a member, and of an ELF file the section."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass

# What of an entry says how it is unpacked.
ATTRIBUTES = ("compress_type", "create_system", "create_version", "date_time", "external_attr", "extra", "flag_bits")


@dataclass(frozen=True)
class Section:
    """A section of an ELF file."""

    name: str
    content: bytes


def sections(elf: bytes) -> list[Section]:
    """Returns the sections of a 64-bit little-endian ELF file, in their order, with what the headers say first."""
    (headers_offset,) = struct.unpack_from("<Q", elf, 0x28)
    size, count, names_index = struct.unpack_from("<HHH", elf, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", elf, headers_offset + size * index) for index in range(count)]
    found = [Section("the ELF header", elf[:64])]
    if not headers:
        return found
    names = elf[headers[names_index][4] :]
    no_bits = 8
    for name, kind, _, _, offset, length, *_ in headers:
        content = b"" if kind == no_bits else elf[offset : offset + length]
        found.append(Section(names[name : names.index(b"\0", name)].decode(), content))
    return found


def difference_of_bytes(one: bytes, other: bytes) -> str:
    """Says where two different strings of bytes differ first, and what is around that."""
    shorter = min(len(one), len(other))
    at = next((index for index in range(shorter) if one[index] != other[index]), shorter)

    def around(content: bytes) -> str:
        return repr(content[max(0, at - 40) : at + 40])

    return f"byte {at:#x} of {len(one)} and {len(other)}: {around(one)}, and {around(other)}"


def difference_of_elf(one: bytes, other: bytes) -> str:
    """Says in which section two different ELF files differ first."""
    ones, others = sections(one), sections(other)
    names, other_names = [section.name for section in ones], [section.name for section in others]
    if names != other_names:
        return f"sections {names}, and {other_names}"
    differing = [left.name for left, right in zip(ones, others, strict=True) if left.content != right.content]
    for left, right in zip(ones, others, strict=True):
        # A header's numbers follow from what comes later.
        if left.content != right.content and (left.name != ones[0].name or len(differing) == 1):
            rest = f" (as do {', '.join(name for name in differing[1:] if name != left.name)})" if differing[1:] else ""
            return f"section {left.name}, {difference_of_bytes(left.content, right.content)}{rest}"
    return difference_of_bytes(one, other)


def difference(one: bytes, other: bytes) -> str | None:
    """Says where two zips differ first.

    Args:
        one: a zip's bytes.
        other: those of another.

    Returns:
        A sentence without an end, or None if they are the same bytes.
    """
    if one == other:
        return None
    with zipfile.ZipFile(io.BytesIO(one)) as archive, zipfile.ZipFile(io.BytesIO(other)) as other_archive:
        names, other_names = archive.namelist(), other_archive.namelist()
        if names != other_names:
            return f"files {names}, and {other_names}"
        for name in names:
            content, other_content = archive.read(name), other_archive.read(name)
            if content != other_content:
                both_elf = content.startswith(b"\x7fELF") and other_content.startswith(b"\x7fELF")
                where = difference_of_elf if both_elf else difference_of_bytes
                return f"{name}: {where(content, other_content)}"
            for attribute in ATTRIBUTES:
                values = [getattr(each.getinfo(name), attribute) for each in (archive, other_archive)]
                if values[0] != values[1]:
                    return f"{name}: {attribute} is {values[0]!r}, and {values[1]!r}"
    return f"how what is in them is packed, {difference_of_bytes(one, other)}"
