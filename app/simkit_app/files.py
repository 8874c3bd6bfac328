"""Scenario files that come from a visitor's machine, and those that go there. Whatever comes is distrusted."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from simkit.errors import ScenarioError, nearest
from simkit.scenarios import Scenario, load_scenario, shipped_scenarios, to_toml

LARGEST = 100_000
"""Bytes of a scenario: three times the longest that has a comment at every value."""

LARGEST_DRAWS = 5_000_000
"""Bytes of a table of draws, and how many numbers may be in it."""

MOST_CHANGES = 200
_LONGEST = {"title": 120, "story": 4_000, "lesson": 4_000}

_STRING_OR_COMMENT = re.compile(
    r'#[^\n]*+|"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*+"|\'[^\'\n]*+\'', re.DOTALL
)
_PLAIN = re.compile(r"[\w.-]{1,100}")
_DEEP_KEY = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){8}")


@dataclass(frozen=True, slots=True)
class File:
    """A scenario to save, complete: TOML, or a ZIP file with the table of its draws beside it.

    Attributes:
        stem: of the names of the files, safe on any system and in any shell.
        title: what the scenario is called in it.
        scenario: what it holds.
    """

    stem: str
    title: str
    scenario: Scenario

    @property
    def name(self) -> str:
        """Of the file."""
        return f"{self.stem}.toml" if self.scenario.joint is None else f"{self.stem}.zip"

    @property
    def mime(self) -> str:
        """What it is."""
        return "application/toml" if self.scenario.joint is None else "application/zip"

    def content(self) -> bytes:
        """What is in it."""
        named = replace(self.scenario, name=self.stem, title=self.title)
        text = to_toml(named).encode()
        if named.joint is None:
            return text
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            archive.writestr(f"{self.stem}.toml", text)
            archive.writestr(f"{self.stem}.draws.parquet", named.joint.to_bytes())
        return packed.getvalue()

    def command(self, lives: int, seed: int) -> str:
        """What to type, once a ZIP file is unpacked, so that the same lives are lived."""
        return f"simkit run {self.stem}.toml --replications {lives} --seed {seed}"


def to_save(scenarios: Mapping[str, Scenario]) -> dict[str, File]:
    """A file for each scenario, by its name, which becomes its title; no two files have the same name."""
    made: dict[str, File] = {}
    for name, scenario in scenarios.items():
        taken = {file.stem for file in made.values()}
        stems = (_stem(name), *(f"{_stem(name)}-{number}" for number in range(2, len(scenarios) + 1)))
        made[name] = File(next(stem for stem in stems if stem not in taken), name, scenario)
    return made


def _stem(name: str) -> str:
    """Letters, digits and hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")
    return plain or "scenario"


def read(name: str, content: bytes) -> Scenario:
    """The scenario in a file that somebody chose.

    It may extend a shipped scenario, and no other file. A ZIP file holds a scenario and the table of its draws.

    Args:
        name: of the file.
        content: its bytes.

    Raises:
        ScenarioError: it is too large, is no scenario (with line and column), or asks for other files.
        ParameterError: an unknown key or a value that cannot be.
    """
    draws: dict[str, bytes] = {}
    if name.lower().endswith(".zip"):
        name, content, draws = _unpacked(name, content)
    _check_size(name, len(content), LARGEST)
    _check_alone(_parsed(name, content), draws)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{_stem(Path(name).stem)}.toml"
        path.write_bytes(content)
        for table, numbers in draws.items():
            (Path(folder) / table).write_bytes(numbers)
        try:
            return load_scenario(path)
        except RecursionError:
            raise ScenarioError("is nested too deeply", field=name) from None
        except ScenarioError as mistake:
            if mistake.field != "joint":
                raise
            raise ScenarioError(mistake.message.replace(folder, ""), field="joint") from None


def _parsed(name: str, content: bytes) -> dict[str, Any]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ScenarioError("cannot be read: it is not UTF-8 text", field=name) from None
    if _DEEP_KEY.search(_STRING_OR_COMMENT.sub("s", text)):
        # Reading a key takes time with the square of its parts; no parameter has more than three.
        raise ScenarioError("has a key with more parts than any parameter", field=name)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"is not valid TOML: {error}", field=name) from None
    except (ValueError, RecursionError):
        raise ScenarioError("has a number that is too long, or is nested too deeply", field=name) from None


def _check_alone(content: dict[str, Any], draws: dict[str, bytes]) -> None:
    """Refuse what would read other files, and what is longer than anybody writes."""
    extends, joint, changes = (content.get(key) for key in ("extends", "joint", "changes"))
    if extends is not None and extends not in shipped_scenarios():
        hint = nearest(str(extends), shipped_scenarios()) or "Save the scenario from simkit: then it is complete."
        raise ScenarioError("a file from elsewhere can extend a shipped scenario only", field="extends", hint=hint)
    if joint is not None and not (isinstance(joint, str) and joint in draws):
        hint = "Choose the ZIP file that holds both."
        raise ScenarioError("the table of draws is not in this file", field="joint", value=joint, hint=hint)
    if isinstance(changes, list) and len(changes) > MOST_CHANGES:
        raise ScenarioError(f"expected at most {MOST_CHANGES} changes", field="changes", value=len(changes))
    for key, most in _LONGEST.items():
        if isinstance(content.get(key), str) and len(content[key]) > most:
            raise ScenarioError(f"expected at most {most:,} characters", field=key)


def _unpacked(name: str, content: bytes) -> tuple[str, bytes, dict[str, bytes]]:
    """Name and content of the scenario in a ZIP file, and the tables of draws by their names."""
    limits = {".toml": LARGEST, ".parquet": LARGEST_DRAWS}
    found: dict[str, dict[str, bytes]] = {suffix: {} for suffix in limits}
    try:
        with ZipFile(BytesIO(content)) as archive:
            for entry in archive.infolist():
                suffix = Path(entry.filename).suffix
                if suffix not in limits or found[suffix] or not _PLAIN.fullmatch(entry.filename):
                    hint = "It holds one scenario and the table of its draws, by plain names."
                    raise ScenarioError("is no file that simkit saves", field=name, hint=hint)
                with archive.open(entry) as member:
                    found[suffix][entry.filename] = member.read(limits[suffix] + 1)
                _check_size(entry.filename, len(found[suffix][entry.filename]), limits[suffix])
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, zlib.error):
        raise ScenarioError("cannot be read: it is no ZIP file, or a damaged or encrypted one", field=name) from None
    if not found[".toml"]:
        raise ScenarioError("expected a scenario, a file that ends in .toml, in it", field=name)
    for table, numbers in found[".parquet"].items():
        _check_table(table, numbers)
    (scenario,) = found[".toml"].items()
    return *scenario, found[".parquet"]


def _check_table(name: str, content: bytes) -> None:
    """Refuse a table that unfolds into more than it seems, before it is unfolded."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.ParquetFile(BytesIO(content))
        size = found.metadata.num_rows * found.metadata.num_columns
        numbers = all(pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in found.schema_arrow.types)
    except (pa.ArrowException, OSError, ValueError):
        raise ScenarioError("cannot be read: it is no table of draws", field=name) from None
    if size > LARGEST_DRAWS or not numbers:
        raise ScenarioError(f"expected at most {LARGEST_DRAWS:,} numbers, and nothing but numbers", field=name)


def _check_size(name: str, size: int, most: int) -> None:
    if size > most:
        raise ScenarioError(f"is larger than {most:,} bytes, more than any such file needs", field=name)
