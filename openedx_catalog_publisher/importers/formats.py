"""The formats that can be imported, by the name that ``--format`` takes; one adapter file each."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from openedx_catalog_publisher.importers.catalog_json.reader import CatalogJson
from openedx_catalog_publisher.importers.edx_learn_csv import EdxLearnCsv
from openedx_catalog_publisher.importers.records import Naming, RowOutcome


class Format(Protocol):
    """
    An adapter: reads a file of one format as a stream.

    It writes nothing, knows no database, and holds no more of the file in memory than a row, however long the file is.
    """

    @property
    def name(self) -> str:
        """The name that ``--format`` takes."""

    @property
    def naming(self) -> Naming:
        """How its records name reference data."""

    def states_official(self, path: Path) -> bool:
        """Tell whether the file says itself what is official; raises as ``read`` does."""

    def count_rows(self, path: Path) -> int:
        """Return how many outcomes ``read`` will give; raises UnreadableFileError as ``read`` does."""

    def read(self, path: Path) -> Iterator[RowOutcome]:
        """
        Yield exactly one outcome for each row of the file, in the file's order.

        Raises:
            UnreadableFileError: the file is not of this format at all. A bad row is a ``RefusedRow``, no exception.
            OSError: the file cannot be opened.
        """


FORMATS: Mapping[str, Format] = MappingProxyType({adapter.name: adapter for adapter in (EdxLearnCsv(), CatalogJson())})
