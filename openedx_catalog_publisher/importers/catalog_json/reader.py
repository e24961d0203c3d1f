"""The adapter of the format: reads its lines as records."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from openedx_catalog_publisher.importers.catalog_json.layout import (
    COURSE,
    COURSE_KEYS,
    COURSE_STATE,
    DATA,
    FORMAT,
    HEADER_KEYS,
    PATH,
    REFERENCE_KINDS,
    RUN_KEYS,
    RUN_STATE,
    STATUSES,
    VERSION,
    Sides,
)
from openedx_catalog_publisher.importers.catalog_json.lines import count_lines, read_lines
from openedx_catalog_publisher.importers.records import (
    CourseRecord,
    ImageData,
    ImageFile,
    Naming,
    OfficialRecord,
    ReferenceRecord,
    RefusedRow,
    RowOutcome,
    RunRecord,
    UnreadableFileError,
)


@dataclass(frozen=True)
class _Header:
    """What the first line says; ``images`` is the folder of images."""

    sides: Sides
    images: Path


class _RefusedError(Exception):
    """A line that gives nothing: the faulty field, None for the line as a whole, and why."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class CatalogJson:
    """Reads files of the format ``catalog-json``."""

    name = FORMAT
    naming = Naming(codes={}, makes=False)

    def states_official(self, path: Path) -> bool:
        """Tell whether the file says itself what is official; raises as ``read`` does."""
        return self._header(path)[1].sides is not Sides.DRAFT

    def count_rows(self, path: Path) -> int:
        """Return how many outcomes ``read`` gives; raises as it does."""
        self._header(path)
        return count_lines(path) - 1

    def read(self, path: Path) -> Iterator[RowOutcome]:
        """
        Yield the outcome of each line behind the header that is not empty.

        Raises:
            UnreadableFileError: when the first line is no header of this format and version.
            OSError: when the file cannot be opened.
        """
        first, header = self._header(path)
        for number, found in read_lines(path):
            if number == first:
                continue
            if isinstance(found, RefusedRow):
                yield found
                continue
            try:
                yield _record(number, found, header)
            except _RefusedError as error:
                yield RefusedRow(number, error.field, error.reason)

    def _header(self, path: Path) -> tuple[int, _Header]:
        """Return the number of the first line, and what it says."""
        number, found = next(iter(read_lines(path)), (0, None))
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise UnreadableFileError(f'Its first line is not {{"format": "{FORMAT}", "version": {VERSION}, ...}}.')
        if found.get("version") != VERSION or isinstance(found["version"], bool):
            raise UnreadableFileError(f"It is of version {found.get('version')}; this release reads version {VERSION}.")
        unknown = sorted(found.keys() - set(HEADER_KEYS))
        if unknown:
            raise UnreadableFileError(f"Its header has {', '.join(unknown)}; known are {', '.join(HEADER_KEYS)}.")
        try:
            sides = Sides(found.get("sides", Sides.BOTH))
        except ValueError as error:
            raise UnreadableFileError(f"Its header's sides are none of {', '.join(Sides)}.") from error
        try:
            return number, _Header(sides, _inside(path.parent, found.get("images", ".")))
        except _RefusedError as error:
            raise UnreadableFileError(f"Its header's folder of images: {error.reason}.") from error


def _record(number: int, line: dict[str, Any], header: _Header) -> CourseRecord | ReferenceRecord:
    kind = line.get("kind")
    if kind == COURSE:
        return _course(number, line, header)
    if kind in REFERENCE_KINDS:
        fields = {
            name: _with_image(name, value, header) for name, value in line.items() if name not in ("kind", "uuid")
        }
        return ReferenceRecord(number, str(kind), _uuid(line, ""), fields)
    raise _RefusedError("kind", f"not known; known are {COURSE}, {', '.join(sorted(REFERENCE_KINDS))}")


def _course(number: int, line: dict[str, Any], header: _Header) -> CourseRecord:
    _check_keys(line, COURSE_KEYS, "")
    key = _text(line, "key", "")
    organization, plus, course_number = key.partition("+")
    if not (organization and plus and course_number):
        raise _RefusedError("key", f'"{key}" is no course key, which looks like Organization+Number')
    runs = _list(line, "runs", dict)
    return CourseRecord(
        line=number,
        organization_key=organization,
        organization_name=None,
        number=course_number,
        fields=_sides_fields(line, "draft", header, "") | _state(line, COURSE_STATE),
        runs=tuple(_run(run, position, header) for position, run in enumerate(runs)),
        uuid=_uuid(line, ""),
        official=_official(line, header, ""),
        canonical_run=_canonical_run(line),
        former_slugs=tuple(_list(line, "url_slug_history", str)),
        redirects=tuple(_list(line, "url_redirects", str)),
    )


def _run(line: dict[str, Any], position: int, header: _Header) -> RunRecord:
    key = _text(line, "key", f"runs[{position}].")
    prefix = f"{key}."
    _check_keys(line, RUN_KEYS, prefix)
    return RunRecord(
        key=key,
        fields=_sides_fields(line, "draft", header, prefix) | _state(line, RUN_STATE),
        uuid=_uuid(line, prefix),
        official=_official(line, header, prefix),
    )


def _check_keys(line: Mapping[str, Any], known: Collection[str], prefix: str) -> None:
    for name in line:
        if name not in known:
            raise _RefusedError(f"{prefix}{name}", f"not known here; known are {', '.join(known)}")


def _text(line: Mapping[str, Any], name: str, prefix: str) -> str:
    value = line.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _RefusedError(f"{prefix}{name}", "missing, or no text")
    return value.strip()


def _list(line: Mapping[str, Any], name: str, kind: type) -> list[Any]:
    value = line.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, kind) for entry in value):
        raise _RefusedError(name, f"not a list of {'objects' if kind is dict else 'texts'}")
    return value


def _uuid(line: Mapping[str, Any], prefix: str) -> uuid.UUID | None:
    value = line.get("uuid")
    if value is None:
        return None
    try:
        found = uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.variant != uuid.RFC_4122:
        raise _RefusedError(f"{prefix}uuid", "no UUID of RFC 9562; leave it out to have one made")
    return found


def _state(line: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: line[name] for name in names if name in line}


def _canonical_run(line: Mapping[str, Any]) -> str | None:
    value = line.get("canonical_course_run_key", ...)
    if value is ...:
        return None
    if value is None:
        return ""
    return _text(line, "canonical_course_run_key", "")


def _official(line: Mapping[str, Any], header: _Header, prefix: str) -> OfficialRecord | None:
    if "official" not in line:
        return None
    if header.sides is Sides.DRAFT:
        raise _RefusedError(f"{prefix}official", "the header says that this file states drafts only")
    fields = _sides_fields(line, "official", header, prefix)
    status = fields.pop("status", STATUSES[0])
    if status not in STATUSES:
        raise _RefusedError(f"{prefix}official.status", f"none of {', '.join(STATUSES)}")
    return OfficialRecord(status, fields)


def _sides_fields(line: Mapping[str, Any], side: str, header: _Header, prefix: str) -> dict[str, Any]:
    value = line.get(side, {})
    if not isinstance(value, dict):
        raise _RefusedError(f"{prefix}{side}", "no JSON object")
    return {name: _with_image(f"{prefix}{side}.{name}", entry, header) for name, entry in value.items()}


def _with_image(field: str, value: Any, header: _Header) -> Any:
    """Return a value, or the image where it is one: no other value is an object with this one key."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    [(key, content)] = value.items()
    if key not in (PATH, DATA):
        return value
    if not isinstance(content, str):
        raise _RefusedError(field, f"its {key} is no text")
    if key == DATA:
        return ImageData(content)
    try:
        path = _inside(header.images, content)
    except _RefusedError as error:
        raise _RefusedError(field, error.reason) from error
    if not _is_file(path):
        raise _RefusedError(field, f"there is no file {content} in the folder of images")
    return ImageFile(path)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A name that no file can have, for example one that is too long.
        return False


def _inside(folder: Path, given: Any) -> Path:
    """Return a path below a folder, which no link leads out of."""
    if not isinstance(given, str) or "\0" in given:
        raise _RefusedError(None, "no path")
    relative = PurePosixPath(given)
    if relative.is_absolute() or ".." in relative.parts:
        raise _RefusedError(None, f"{given} is not a path below it")
    path = folder / relative
    if not path.resolve().is_relative_to(folder.resolve()):
        raise _RefusedError(None, f"{given} leads out of it")
    return path
