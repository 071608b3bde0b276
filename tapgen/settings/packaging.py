"""What a package is made of: where requirements come from, and layers of code that functions share."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tapgen import reading
from tapgen.sources import REQUIREMENTS, Selection, Source, read_source

EXCLUDED = (".venv", "venv", "__pycache__", "tests")
"""What is left out of a package unless the settings say otherwise."""

FOLDERS = frozenset({"python", "nodejs", "java", "ruby", "bin", "lib"})
"""Lambda developer guide, "Layer paths for each Lambda runtime"."""

Pattern = Annotated[str, Meta(min_length=1)]


def beside(root: Path, source: str, file: str) -> Path:
    """A file that the settings name: relative to theirs or, where there is none, to the source."""
    own = root / file
    return own if reading.is_file(own) or not reading.is_file(root / source / file) else root / source / file


class RequirementsGroup(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dependency group of the project's pyproject.toml.

    ```toml
    [functions.Orders]
    source = "functions/orders"
    requirements = { group = "orders" }
    ```
    """

    group: Annotated[str, Meta(min_length=1)]
    """Name under `[dependency-groups]`"""


class LambdaLayer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Code that functions share: built and published by the stack, named in a function's `layers`.

    Its requirements go into `python/`. So do its modules, unless its source already has the folders of a Lambda layer
    (`python`, `nodejs`, `java`, `ruby`, `bin`, `lib`).

    ```toml
    [lambda_layers.Common]
    source = "functions/orders"

    [functions.Orders]
    source = "functions/orders"
    layers = ["Common"]
    ```
    """

    source: Annotated[str, Meta(min_length=1)]
    """Folder of the source, relative to the settings file"""
    description: Annotated[str, Meta(max_length=256)] = ""
    """Shown in the console"""
    runtimes: Annotated[tuple[str, ...], Meta(max_length=15)] = ()
    """Runtimes that it is for; unset: those of the functions that name it"""
    architecture: Literal["arm64", "x86_64"] | None = None
    """Instruction set of compiled requirements; unset: that of the functions that name it"""
    requirements: str | RequirementsGroup | None = None
    """As for a function; unset: `requirements.txt` in the source"""
    include: tuple[Pattern, ...] = ()
    """As for a function"""
    exclude: tuple[Pattern, ...] = EXCLUDED
    """As for a function"""

    def read_source(self, root: Path) -> Source:
        """The files of its package, but for its requirements; `root` is the folder of the settings file.

        Raises:
            TapgenError: a file or folder of it cannot be read.
        """
        return read_source(root / self.source, Selection(self.exclude, self.include, root, as_it_is=True))

    def has_folders(self, source: Source) -> bool:
        """Its source has the folders of a Lambda layer already; else all of it goes into `python/`."""
        return any(file.split("/")[0] in FOLDERS for file in source.files)

    def modules(self, root: Path) -> dict[str, Path]:
        """The top-level modules and packages that it brings, each with the folder that holds it.

        Raises:
            TapgenError: a file or folder of it cannot be read.
        """
        source = self.read_source(root)
        below = "python/" if self.has_folders(source) else ""
        files = [file.removeprefix(below) for file in source.files if file.startswith(below) and file.endswith(".py")]
        own = {file.split("/")[0].removesuffix(".py"): root / self.source / below for file in files}
        return own | (source.modules_elsewhere() if not below else {})


def requirements_text(root: Path, folder: str, wanted: str | RequirementsGroup | None, source: Source) -> str | None:
    """The text of the requirements; "" where there are none, None where they are a group, a lock, or cannot be read.

    `root` is the folder of the settings file, `folder` the source as they name it.
    """
    if isinstance(wanted, RequirementsGroup) or (wanted and wanted.endswith((".lock", ".toml"))):
        return None
    file = beside(root, folder, wanted) if wanted else source.path(REQUIREMENTS)
    try:
        return reading.text(file) if wanted or source.has_requirements else ""
    except (OSError, UnicodeDecodeError):
        return None
