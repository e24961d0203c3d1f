"""
The format ``edx-learn-csv``: course pages of edx.org/learn as a web scraper writes them, one row a page and topic.

UTF-8 (with or without byte order mark), comma, cells in quotes with line breaks. Missing is the text ``null`` or
nothing. The scraper takes cells by their position on the page, so where a page lacks a line, what follows stands one
cell too far left. ``docs/references/edx-learn-csv.rst`` describes columns, tables and rules for those who prepare a
file.

The file is read twice: first to learn which rows are about the same page, then to give one outcome a row. Between the
two only lines, topics and digests are kept, and those outside memory (``row_mentions``). So the file must be one that
can be opened twice, not a pipe.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

from openedx_catalog_publisher.importers.derived_keys import canonical_name, course_number, organization_key
from openedx_catalog_publisher.importers.language_names import tag_of_language
from openedx_catalog_publisher.importers.prices import Price, PriceError, read_price
from openedx_catalog_publisher.importers.records import (
    CourseRecord,
    EntitlementFields,
    MergedRow,
    Naming,
    RefusedRow,
    RowOutcome,
    RunRecord,
    SeatFields,
    UnreadableFileError,
)
from openedx_catalog_publisher.importers.row_mentions import Mention, RowMentions, digest_cells

# The file knows no runs; every course of it gets one, with this run part and without start and end.
RUN_PART = "edx-learn"
PRODUCT_SOURCE = "edx"
# What a free seat costs nothing in where the row names no currency: the default of a seat in Course Discovery.
DEFAULT_CURRENCY = "USD"

PROGRAM_PATHS = frozenset({"professional-certificate", "micromasters", "microbachelors", "xseries", "masters"})
INSTITUTION_SUFFIX = " Logo"
MAXIMUM_TEXT_LENGTH = 255
MAXIMUM_WEEKS = 32767
HOURS_IN_A_WEEK = 168

# Ids of the mending rules, as reports name them.
SHIFTED_LABELLED_CELLS = "shifted-labelled-cells"
FREE_IN_STUDY_MODE = "free-in-study-mode"
REPEATED_TRANSCRIPT_LANGUAGE = "repeated-transcript-language"

# Columns that describe the page; of two rows about one page they must say the same.
PAGE_COLUMNS = (
    "course_institution",
    "course_name",
    "course_description",
    "estimated_weeks",
    "estimated_hours_per_week",
    "study_mode",
    "course_language",
    "course_transcript_language",
    "course_level",
    "verified_price",
    "audit_price",
)
COLUMNS = ("topics", "course-href", *PAGE_COLUMNS)

# Cells that begin with a label of their own, so that they are known wherever they stand.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "course_language": "Language",
        "course_transcript_language": "Video Transcript",
        "course_level": "Level",
    }
)
LABELLED_CELL = re.compile(r"(Language|Video Transcript|Level|Associated program)s?:\s*(.*)", re.DOTALL)

PACING = MappingProxyType({"Self-paced": "self_paced", "Instructor-paced": "instructor_paced"})
WEEKS = re.compile(r"Estimated ([0-9]{1,5}) weeks?")
HOURS = re.compile(r"([0-9]{1,5})(?:\s*[–-]\s*([0-9]{1,5}))? hours? per week")  # noqa: RUF001 - the pages have an en dash

UNDECODABLE = re.compile("[\ud800-\udfff]")


class _RowRefusedError(Exception):
    """This row gives no course; caught where the row's outcome is made."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class EdxLearnCsv:
    """
    Reads ``edx-learn-csv``.

    Every page is one course with one run. Rows about the same page are one course with their topics as its subjects, in
    the order of the rows; the first such row that can be read gives the course, a later one that says something else of
    the page is refused. Programs are refused.
    """

    name: ClassVar[str] = "edx-learn-csv"
    naming: ClassVar[Naming] = Naming(codes={"subject": "name"}, makes=True)

    def states_official(self, path: Path) -> bool:
        """Return False: the pages know no drafts; see ``formats.Format``."""
        return False

    def count_rows(self, path: Path) -> int:
        """Return how many rows the file has below its header; see ``formats.Format``."""
        return sum(1 for _ in _rows(path))

    def read(self, path: Path) -> Iterator[RowOutcome]:
        """Yield one outcome for each row; see ``formats.Format``."""
        with RowMentions() as mentions:
            mentions.fill(_mentions(path))
            for line, row in _rows(path):
                if isinstance(row, RefusedRow):
                    yield row
                    continue
                parsed = _parse(line, row)
                if isinstance(parsed, RefusedRow):
                    yield parsed
                    continue
                yield _among_its_like(parsed, mentions.of(_page_address(row)))


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str] | RefusedRow]]:
    """
    Yield each row with the line on which it begins: its cells by column, white space around them gone and '' for
    missing, or the refusal of a row that is no row of this table.

    Raises UnreadableFileError when the header is not that of this format.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        reader = csv.reader(stream)
        header = _header(reader)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, RefusedRow(line, None, f"the row cannot be read as CSV: {error}")
                continue
            if cells:
                yield line, _row(line, header, cells)


def _header(reader: Iterator[list[str]]) -> list[str]:
    """Return the names of the columns; raises UnreadableFileError when this is not the header of this format."""
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise UnreadableFileError(f"The header cannot be read as CSV: {error}.") from error
    wrong = [column for column in COLUMNS if header.count(column) != 1]
    if wrong:
        # UTF-16 is UTF-8 with a zero in every other place, for all that a decoder can tell.
        foreign = any(UNDECODABLE.search(name) or "\0" in name for name in header)
        encoding = " The text is not in UTF-8." if foreign else ""
        raise UnreadableFileError(f"The header must name each of these columns once: {', '.join(wrong)}.{encoding}")
    return header


def _row(line: int, header: list[str], cells: list[str]) -> Mapping[str, str] | RefusedRow:
    """Return the cells by column, or the refusal of a row of another length or not in UTF-8."""
    if len(cells) != len(header):
        return RefusedRow(line, None, f"the row has {len(cells)} cells where the header has {len(header)}")
    row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    for column in COLUMNS:
        if UNDECODABLE.search(row[column]):
            return RefusedRow(line, column, "the text is not valid UTF-8")
        if row[column] == "null":
            row[column] = ""
    return row


def _mentions(path: Path) -> Iterator[tuple[str, Mention]]:
    """Yield for every row that gives a course the address of its page and what the row adds to it."""
    for line, row in _rows(path):
        if not isinstance(row, RefusedRow) and not isinstance(_parse(line, row), RefusedRow):
            cells = digest_cells(row[column] for column in PAGE_COLUMNS)
            yield _page_address(row), Mention(line, row["topics"], cells)


def _among_its_like(record: CourseRecord, mentions: Sequence[Mention]) -> RowOutcome:
    """
    Return what a row comes to, given every row about its page: the course, a merged row or a refusal.

    Raises UnreadableFileError when the row was not there at the first reading.
    """
    own = next((mention for mention in mentions if mention.line == record.line), None)
    if own is None:
        raise UnreadableFileError("The file changed while it was read.")
    first = mentions[0]
    agreeing = [mention for mention in mentions if mention.first_difference(first) is None]
    if record.line == first.line:
        subjects = list(dict.fromkeys(mention.topic for mention in agreeing if mention.topic))
        return replace(record, fields={**record.fields, **({"subjects": subjects} if subjects else {})})
    difference = own.first_difference(first)
    if difference is None:
        return MergedRow(record.line, first.line)
    reason = f"the row on line {first.line} is about the same page and says something else here"
    return RefusedRow(record.line, PAGE_COLUMNS[difference], reason)


def _parse(line: int, row: Mapping[str, str]) -> CourseRecord | RefusedRow:
    """Return the course that a row gives by itself, without its subjects, or why it gives none."""
    try:
        return _course(line, row)
    except _RowRefusedError as refused:
        return RefusedRow(line, refused.field, refused.reason)


def _course(line: int, row: Mapping[str, str]) -> CourseRecord:
    """Return the course that a row gives; raises _RowRefusedError."""
    address = _page_address(row)
    institution = canonical_name(_text(row, "course_institution").removesuffix(INSTITUTION_SUFFIX))
    title = _text(row, "course_name")
    if len(row["topics"]) > MAXIMUM_TEXT_LENGTH:
        raise _RowRefusedError("topics", f"the text is longer than {MAXIMUM_TEXT_LENGTH} characters")

    labelled, mended = _labelled_cells(row)
    pacing, free_in_study_mode = _pacing(row)
    if free_in_study_mode:
        mended.append(FREE_IN_STUDY_MODE)
    transcripts, repeated = _transcript_languages(labelled.get("Video Transcript", ""))
    if repeated:
        mended.append(REPEATED_TRANSCRIPT_LANGUAGE)
    offer_type, seats, entitlement = _offer(_verified_price(row), _is_free(row) or free_in_study_mode)
    minimum_hours, maximum_hours = _hours(row)

    organization, number = organization_key(institution), course_number(address)
    run = RunRecord(
        key=f"course-v1:{organization}+{number}+{RUN_PART}",
        fields=_stated(
            type=offer_type,
            pacing_type=pacing,
            min_effort=minimum_hours,
            max_effort=maximum_hours,
            weeks_to_complete=_weeks(row),
            language=_course_language(labelled.get("Language", "")),
            transcript_languages=transcripts,
            seats=seats,
        ),
    )
    return CourseRecord(
        line=line,
        organization_key=organization,
        organization_name=institution,
        number=number,
        fields=_stated(
            title=title,
            short_description=row["course_description"],
            level_type=_level(labelled.get("Level", "")),
            type=offer_type,
            url_slug=address.rpartition("/")[2],
            product_source=PRODUCT_SOURCE,
            entitlement=entitlement,
        ),
        runs=(run,),
        mended=tuple(mended),
    )


def _stated(**fields: object) -> dict[str, object]:
    """Return the fields that have a value: what the row does not state is absent."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [])}


def _shown(text: str) -> str:
    """Return a found text short enough for a reason."""
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def _text(row: Mapping[str, str], column: str) -> str:
    """Return a text that must be there and fit its column in the catalog; raises _RowRefusedError."""
    text = row[column]
    if not text:
        raise _RowRefusedError(column, "the text is missing")
    if len(text) > MAXIMUM_TEXT_LENGTH:
        raise _RowRefusedError(column, f"the text is longer than {MAXIMUM_TEXT_LENGTH} characters")
    return text


def _page_address(row: Mapping[str, str]) -> str:
    """
    Return the address of the course's page in one form: host in lower case, no query, fragment or trailing slash.

    Raises _RowRefusedError for a program and for anything else that is not ``https://<host>/course/<slug>``.
    """
    column = "course-href"
    found = row[column]
    try:
        parts = urlsplit(found)
    except ValueError:
        raise _RowRefusedError(column, f"{_shown(found)} is not an address") from None
    segments = parts.path.strip("/").split("/")
    if segments[0] in PROGRAM_PATHS:
        raise _RowRefusedError(column, "the page is of a program, not of a course")
    if parts.scheme not in ("http", "https") or not parts.netloc or len(segments) != 2 or segments[0] != "course":
        raise _RowRefusedError(column, f"{_shown(found)} is not the address of a course page")
    if len(segments[1]) > MAXIMUM_TEXT_LENGTH:
        raise _RowRefusedError(column, f"the last part of the address is longer than {MAXIMUM_TEXT_LENGTH} characters")
    return f"https://{parts.netloc.lower()}/course/{segments[1]}"


def _labelled_cells(row: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """
    Return the cells that carry a label by that label, whichever of their columns they stand in, and the rule applied.

    Associated programs are known so that they are not taken for a transcript, and are not course content. Raises
    _RowRefusedError for a cell without a known label and for a label that comes twice.
    """
    found: dict[str, str] = {}
    mended: list[str] = []
    for column, own_label in LABELS.items():
        if not row[column]:
            continue
        match = LABELLED_CELL.fullmatch(row[column])
        if match is None:
            raise _RowRefusedError(column, f'{_shown(row[column])} does not begin with "{own_label}:"')
        label, text = match.groups()
        if label in found:
            raise _RowRefusedError(column, f'a second cell begins with "{label}"')
        found[label] = text.strip()
        if label != own_label:
            mended = [SHIFTED_LABELLED_CELLS]
    return found, mended


def _pacing(row: Mapping[str, str]) -> tuple[str | None, bool]:
    """
    Return the pacing, and whether the cell holds the page's "Free" instead.

    On a page without an estimate of weeks and hours, "Free" moves to where the pacing is looked for, and the pacing is
    lost. Raises _RowRefusedError for anything else.
    """
    found = row["study_mode"]
    if not found:
        return None, False
    if found == "Free" and not row["estimated_weeks"] and not row["estimated_hours_per_week"]:
        return None, True
    if found not in PACING:
        raise _RowRefusedError("study_mode", f"{_shown(found)} is neither Self-paced nor Instructor-paced")
    return PACING[found], False


def _weeks(row: Mapping[str, str]) -> int | None:
    """Return the weeks to complete, None when not stated; raises _RowRefusedError."""
    found = row["estimated_weeks"]
    if not found:
        return None
    match = WEEKS.fullmatch(found)
    if match is None or not 1 <= int(match[1]) <= MAXIMUM_WEEKS:
        raise _RowRefusedError("estimated_weeks", f"{_shown(found)} is not an estimate of weeks")
    return int(match[1])


def _hours(row: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Return the least and the most hours a week, one number standing for both; raises _RowRefusedError."""
    found = row["estimated_hours_per_week"]
    if not found:
        return None, None
    match = HOURS.fullmatch(found)
    if match is None:
        raise _RowRefusedError("estimated_hours_per_week", f"{_shown(found)} is not an estimate of hours per week")
    least, most = int(match[1]), int(match[2] or match[1])
    if not least <= most <= HOURS_IN_A_WEEK:
        raise _RowRefusedError("estimated_hours_per_week", f"{_shown(found)} is not a range of hours within a week")
    return least, most


def _level(name: str) -> str:
    """Return the name of the level; raises _RowRefusedError when it is too long for one."""
    if len(name) > MAXIMUM_TEXT_LENGTH:
        raise _RowRefusedError("course_level", f"the text is longer than {MAXIMUM_TEXT_LENGTH} characters")
    return name


def _language_tag(name: str, column: str) -> str:
    """Return the tag of a language by its name on the page; raises _RowRefusedError for a name that is not known."""
    tag = tag_of_language(name)
    if tag is None:
        raise _RowRefusedError(column, f"the language {_shown(name.strip())} is not known")
    return tag


def _course_language(name: str) -> str | None:
    """Return the tag of the run's language, None when not stated; raises _RowRefusedError."""
    return _language_tag(name, "course_language") if name else None


def _transcript_languages(names: str) -> tuple[list[str], bool]:
    """
    Return the tags of the transcripts' languages in the page's order, and whether one came more than once.

    The pages show Chinese in simplified and in traditional script under one name. Raises _RowRefusedError for an
    unknown name.
    """
    tags = [_language_tag(name, "course_transcript_language") for name in names.split(",") if name.strip()]
    once = list(dict.fromkeys(tags))
    return once, len(once) < len(tags)


def _verified_price(row: Mapping[str, str]) -> Price | None:
    """Return the price of the verified track, None when not stated; raises _RowRefusedError."""
    if not row["verified_price"]:
        return None
    try:
        return read_price(row["verified_price"])
    except PriceError as error:
        raise _RowRefusedError("verified_price", str(error)) from None


def _is_free(row: Mapping[str, str]) -> bool:
    """Return whether the page offers to audit the course; raises _RowRefusedError for anything but "Free"."""
    found = row["audit_price"]
    if found not in ("", "Free"):
        raise _RowRefusedError("audit_price", f"{_shown(found)} is not Free")
    return bool(found)


def _offer(verified: Price | None, free: bool) -> tuple[str | None, list[SeatFields], EntitlementFields | None]:
    """
    Return what a course offers: the slug that its course type and its run type share, the seats, the entitlement.

    A price beside a free track is Verified and Audit; a price alone is Professional Only, the type without a free
    track; a free track alone is Audit Only. Of a page with neither (enrolment was closed) nothing is known, so nothing
    is returned rather than a guess.
    """
    if verified is None:
        if not free:
            return None, [], None
        return "audit", [SeatFields(type="audit", price=Decimal("0.00"), currency=DEFAULT_CURRENCY)], None
    sold = "verified" if free else "professional"
    seats = [SeatFields(type=sold, price=verified.amount, currency=verified.currency)]
    if free:
        seats.insert(0, SeatFields(type="audit", price=Decimal("0.00"), currency=verified.currency))
    entitlement = EntitlementFields(mode=sold, price=verified.amount, currency=verified.currency)
    return ("verified-audit" if free else "professional"), seats, entitlement
