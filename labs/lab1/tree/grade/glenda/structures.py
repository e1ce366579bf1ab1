# SPDX-License-Identifier: MIT
"""The structures of a compiled program, from its debug information: which fields a student's Tcb has.

Only types at namespace scope are looked at, because that is quick.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from elftools.dwarf.die import DIE
from elftools.elf.elffile import ELFFile

NAMESPACE = "DW_TAG_namespace"
STRUCTURES = ("DW_TAG_structure_type", "DW_TAG_class_type")
TRANSPARENT = ("DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_typedef")


class Field(NamedTuple):
    name: str
    type: str           # of an array its elements', of a pointer what it leads to
    offset: int


class Structure(NamedTuple):
    size: int
    fields: dict[str, Field]

    def of_type(self, name: str) -> list[str]:
        """The names of the fields that are a `name`, refer to one, or are an array of them."""
        return [field.name for field in self.fields.values() if field.type == name]


def _name(die: DIE) -> str:
    return die.attributes["DW_AT_name"].value.decode() if "DW_AT_name" in die.attributes else ""


def _type_name(die: DIE) -> str:
    while "DW_AT_type" in die.attributes and (not _name(die) or die.tag in TRANSPARENT or die.tag == "DW_TAG_member"):
        die = die.get_DIE_from_attribute("DW_AT_type")
    return _name(die)


def _outer(die: DIE) -> Iterator[DIE]:
    """What is declared at namespace scope."""
    for child in die.iter_children():
        if child.tag == NAMESPACE:
            yield from _outer(child)
        else:
            yield child


def _structure(die: DIE) -> Structure:
    fields = {}
    for child in die.iter_children():
        if child.tag == "DW_TAG_member" and "DW_AT_data_member_location" in child.attributes:
            fields[_name(child)] = Field(_name(child), _type_name(child), child.attributes["DW_AT_data_member_location"].value)
    return Structure(die.attributes["DW_AT_byte_size"].value, fields)


def find(program: Path, name: str) -> Structure | None:
    """The structure or class `name`, or None if the program has none."""
    with open(program, "rb") as file:
        elf = ELFFile(file)
        if not elf.has_dwarf_info():
            raise ValueError(f"{program} has no debug information")
        if not any(f"{name}\0".encode() in elf.get_section_by_name(each).data() for each in (".debug_str", ".debug_info")):
            return None         # the name occurs nowhere: that is quicker to see
        for unit in elf.get_dwarf_info().iter_CUs():
            for die in _outer(unit.get_top_DIE()):
                if die.tag in STRUCTURES and _name(die) == name and "DW_AT_byte_size" in die.attributes:
                    return _structure(die)
    return None
