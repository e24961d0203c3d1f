"""Kinds of programs that a run can be expected to join: the types that Course Discovery seeds, by its slugs."""

from typing import NamedTuple


class ProgramTypeSeed(NamedTuple):
    """A program type; ``uuid`` is fixed, so that every installation refers to it alike."""

    uuid: str
    slug: str
    name: str


PROGRAM_TYPES: tuple[ProgramTypeSeed, ...] = (
    ProgramTypeSeed("0e4c76a2-a03c-469a-baa8-a1d94b5bb139", "xseries", "XSeries"),
    ProgramTypeSeed("20ab0834-2518-43cc-9943-33747246e13f", "micromasters", "MicroMasters"),
    ProgramTypeSeed("a76c1acf-9595-4587-8306-69bd9ace50ea", "professional-certificate", "Professional Certificate"),
    ProgramTypeSeed("622eb4eb-555f-4f09-a2e7-4a0e9ee26e9a", "masters", "Masters"),
    ProgramTypeSeed("d912f113-b45d-4e1d-9f52-13d3b205269a", "microbachelors", "MicroBachelors"),
)
