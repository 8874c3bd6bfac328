"""A results store: a folder of Parquet files that a killed run leaves usable, and another one finishes.

    manifest.json               what was asked for: design, scenario, seed, version, hashes
    scenario.toml               the scenario that points change
    points.parquet              the design, one row a point
    outcomes/part-000000.parquet ...   one row a life
    monthly/part-000000.parquet ...    one row a life and month, when asked for

A part is a fixed run of lives, whoever computes it and whenever. It is written under another name and renamed when it
is whole, its outcomes last; so a part is there or it is not, and parts that are not there are all that is left to do.
Every page carries a checksum. The same design, seed and version give the same bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from simkit.errors import StoreError

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 2
MANIFEST, SCENARIO, POINTS = "manifest.json", "scenario.toml", "points.parquet"
OUTCOMES, MONTHLY = "outcomes", "monthly"
_LOCK = ".lock"


class Store:
    """One folder of results.

    Attributes:
        folder: where it is.
        manifest: what was asked for.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def begin(cls, folder: Path, manifest: dict[str, Any], files: dict[str, bytes]) -> Store:
        """Make a new store in a new or empty folder; the manifest is written last, so that a store is one or is not.

        Raises:
            StoreError: the folder is in use, or cannot be written.
        """
        if (folder / MANIFEST).exists():
            hint = "Resume them, or name another folder."
            raise StoreError("holds results already", field="out", value=str(folder), hint=hint)
        if folder.exists() and not folder.is_dir():
            raise StoreError("is a file", field="out", value=str(folder), hint="Name a new folder.")
        known = {SCENARIO, POINTS, OUTCOMES, MONTHLY, _LOCK, *files}
        if folder.is_dir() and any(path.name not in known for path in folder.iterdir() if not _unfinished(path)):
            hint = "Name a new folder, or empty it first."
            raise StoreError("is not empty", field="out", value=str(folder), hint=hint)
        made = cls(folder, manifest)
        for name, content in (*files.items(), (MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())):
            made.write(name, content)
        return made

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open a store that is there.

        Raises:
            StoreError: there is none, or its manifest cannot be read.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StoreError("there are no results here", field="out", value=str(folder)) from None
        except (OSError, ValueError) as error:
            raise StoreError(f"cannot read {MANIFEST}: {error}", field="out", value=str(folder)) from None
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            found = manifest.get("format") if isinstance(manifest, dict) else None
            raise StoreError(f"expected a store of format {FORMAT}, not {found}", field="out", value=str(folder))
        return cls(folder, manifest)

    def check(self, manifest: dict[str, Any]) -> None:
        """Refuse to go on with something else than what was begun.

        Raises:
            StoreError: what differs, with both values.
        """
        for key, wanted in manifest.items():
            if self.manifest.get(key) != wanted:
                raise StoreError(
                    f"was begun with {_differing(key, self.manifest.get(key), wanted)}",
                    field="out",
                    value=str(self.folder),
                    hint="Resume with what it was begun with, or name another folder.",
                )

    def restore(self, files: dict[str, bytes]) -> None:
        """Write what describes the run again where it is gone or was changed: it follows from what is asked for."""
        for name, content in files.items():
            path = self.folder / name
            if not path.is_file() or path.read_bytes() != content:
                self.write(name, content)

    def clear(self) -> None:
        """Remove what a run that was killed left unfinished; only for whoever holds the lock."""
        for path in (*self.folder.glob(".*.*"), *self.folder.glob("*/.*.*")):
            path.unlink(missing_ok=True)

    def parts(self) -> set[int]:
        """Numbers of the parts that are there."""
        return {int(path.stem.removeprefix("part-")) for path in (self.folder / OUTCOMES).glob("part-*.parquet")}

    def broken(self, parts: set[int]) -> dict[int, str]:
        """Of these parts, those that cannot be read back whole, each with the reason."""
        found = {}
        for part in sorted(parts):
            try:
                for table in self._tables():
                    read_table(self.path(table, part))
            except StoreError as error:
                found[part] = error.message
        return found

    def add(self, part: int, tables: dict[str, bytes]) -> None:
        """Write a part; its outcomes last, for they say that it is done.

        Raises:
            StoreError: it cannot be written; nothing of it is left behind.
        """
        for table in sorted(tables, key=lambda name: name == OUTCOMES):
            self.write(f"{table}/{self.path(table, part).name}", tables[table])

    def read(self, table: str) -> pa.Table:
        """All parts of a table that are there, in order; what some of them do not have is missing there.

        A part has no column for what none of its lives has: a draw of a value that its points set, or any outcome where
        all its lives failed.

        Raises:
            StoreError: a part is damaged, or there is none.
        """
        import pyarrow as pa

        paths = sorted((self.folder / table).glob("part-*.parquet"))
        if not paths:
            raise StoreError(f"holds no {table} yet", field="out", value=str(self.folder))
        return pa.concat_tables([read_table(path) for path in paths], promote_options="permissive")

    def path(self, table: str, part: int) -> Path:
        """Where a part of a table is."""
        return self.folder / table / f"part-{part:06d}.parquet"

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all.

        Raises:
            StoreError: it cannot be written.
        """
        path = self.folder / name
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise StoreError(
                f"cannot write {name}: {error.strerror or error}",
                field="out",
                value=str(self.folder),
                hint="What was written before is kept; put that right and resume.",
            ) from None

    def _tables(self) -> list[str]:
        return [OUTCOMES, MONTHLY] if self.manifest.get("monthly") else [OUTCOMES]


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold a folder against other writers, making it if need be; the lock ends with the process, however it ends.

    Raises:
        StoreError: somebody else writes there, or the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = FileLock(folder / _LOCK, timeout=0)
        held.acquire()
    except Timeout:
        raise StoreError("another run is writing there", field="out", value=str(folder)) from None
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror or error}", field="out", value=str(folder)) from None
    try:
        yield
    finally:
        held.release()


def read_table(path: Path) -> pa.Table:
    """Read a Parquet file, its checksums verified.

    Raises:
        StoreError: it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, page_checksum_verification=True).read()
    except (OSError, pa.ArrowException) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StoreError(
            f"is damaged: {said}",
            field=str(path),
            hint="Resume the run: it replaces damaged parts.",
        ) from None


def parquet(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file, with checksums."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True, store_schema=False)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unfinished(path: Path) -> bool:
    return path.name.startswith(".")


_HASHED = {"scenario_hash": "another scenario", "design_hash": "other levers or points"}
"""What differs where only a hash tells."""


def _differing(key: str, there: Any, wanted: Any) -> str:
    return _HASHED.get(key) or f"{key.replace('_', ' ')} {_brief(there)}, not {_brief(wanted)}"


def _brief(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
