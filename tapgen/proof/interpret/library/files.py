"""Files at addresses of S3: AWS SDK for pandas (awswrangler 3.17), smart_open (7.3 to 9.0), pandas and s3fs (2026.1).

s3fs asks for a file by HeadObject, and lists its folder where there is none (s3fs/core.py, `_info`).
"""

from __future__ import annotations

from dataclasses import dataclass

from tapgen.proof.interpret.boto3.borrowed import perhaps
from tapgen.proof.interpret.library.addresses import request
from tapgen.proof.interpret.library.external import Method, Package, PackageClass, PackageObject, package_object
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import NONE, STORED, Const, beginning, constant
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.site import Site

_READERS = frozenset({
    "read_parquet", "read_csv", "read_json", "read_fwf", "read_orc", "read_parquet_metadata", "size_objects",
    "describe_objects",
})  # fmt: skip
"""Functions that list the objects whose keys begin like the address, and read them; a list of addresses is not listed
(awswrangler/s3/_list.py)."""

_WRITERS = frozenset({"to_parquet", "to_csv", "to_json", "to_orc", "to_excel", "to_deltalake", "upload"})
"""Functions that are given what they write before the address."""

_OTHERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("download", "does_object_exist", "read_excel"), ("GetObject",)),
    **dict.fromkeys(("list_objects", "list_directories"), ("ListObjectsV2",)),
    "delete_objects": ("ListObjectsV2", "DeleteObject"),
    "list_buckets": ("ListBuckets",),
}

_PLAIN = ("config", "exceptions", "typing", "engine", "memory_format")
"""Modules of awswrangler that ask for nothing."""


@dataclass(frozen=True)
class _Wrangler(Package):
    """awswrangler, whose functions are named alike in several modules; those of `awswrangler.s3` are known."""

    def call(self, site: Site, path: str, args: Arguments) -> Values | None:
        """What a function asks of S3; unresolved for what other modules and Glue are asked."""
        module, _, name = path.removeprefix("awswrangler.").rpartition(".")
        if (module or name).partition(".")[0] in _PLAIN:
            return UNKNOWN
        addresses = args.get(1 if name in _WRITERS else 0, "path")
        operations = _operations(name, args, addresses) if module == "s3" else ()
        if not operations or args.keywords.get("database", NONE) != NONE:
            site.unresolved(f"{path} makes AWS requests of its own", "glue" if operations else "")
        return request(site, operations, addresses)


def _operations(name: str, args: Arguments, addresses: Values) -> tuple[str, ...]:
    if name in _READERS:
        listed = any(not isinstance(value, Container) for value in addresses)
        return ("GetObject", "ListObjectsV2") if listed else ("GetObject",)
    if name in _WRITERS:
        appended = args.keywords.get("mode", constant("append")) == constant("append")
        return ("PutObject",) if appended else ("PutObject", "ListObjectsV2", "DeleteObject")
    return _OTHERS.get(name, ())


def _open(site: Site, args: Arguments) -> Values:
    """`smart_open.open(address, mode)`: a file of this machine as well, and one of other stores."""
    modes = args.get(1, "mode") or constant("r")
    for address in args.get(0, "uri") or UNKNOWN:
        if beginning(address).startswith(STORED):
            for mode in modes:
                known = isinstance(mode, Const) and mode.text is not None
                writes = not beginning(mode).startswith("r")
                asked = "PutObject" if writes else "GetObject"
                request(site, (asked,) if known else ("GetObject", "PutObject"), frozenset({address}))
        elif not isinstance(address, Const):
            site.unresolved("an address that is not known is opened here, which may be one of S3", "s3")
    return UNKNOWN


def stored(values: Values) -> Values:
    """The addresses of S3 among the values."""
    return frozenset(value for value in values if beginning(value).startswith(STORED))


def read_stored(site: Site, addresses: Values) -> None:
    """A file is read; where it is not there, its folder is listed."""
    request(site, ("GetObject",), addresses)
    request(perhaps(site), ("ListObjectsV2",), addresses)


@dataclass(frozen=True)
class _Pandas(Package):
    """pandas, whose functions that read take addresses; an unknown text is taken for a file of this machine."""

    def call(self, site: Site, path: str, args: Arguments) -> Values | None:
        """Reading an object, where the address is written as one of S3."""
        addresses = stored(args.get(0) | args.keywords.get("path", EMPTY) | args.keywords.get("path_or_buf", EMPTY))
        if addresses and path.rpartition(".")[2].startswith("read_"):
            read_stored(site, addresses)
        return None


def _fs_open(site: Site, _owner: PackageObject, args: Arguments) -> Values:
    """`fs.open("bucket/key", "wb")`."""
    for mode in args.get(1, "mode") or constant("rb"):
        if not isinstance(mode, Const):
            site.unresolved("s3fs opens a file to read or to write", "s3")
        elif beginning(mode).startswith("r"):
            read_stored(site, _addresses(args))
        else:
            request(site, ("PutObject",), _addresses(args))
    return UNKNOWN


def _addresses(args: Arguments) -> Values:
    """The paths, which need not begin with `s3://`."""
    bare = {one: one.text for one in args.get(0, "path") if isinstance(one, Const) and "://" not in (one.text or "://")}
    return frozenset(Const(f"s3://{bare[one]}") if one in bare else one for one in args.get(0, "path"))


def _fs(*operations: str) -> Method:
    def method(site: Site, _owner: PackageObject, args: Arguments) -> Values:
        return request(site, operations, _addresses(args))

    return method


def _fs_read(site: Site, _owner: PackageObject, args: Arguments) -> Values:
    read_stored(site, _addresses(args))
    return UNKNOWN


def _fs_unknown(site: Site, owner: PackageObject, args: Arguments) -> Values:
    site.unresolved("what s3fs is asked for here is not known", "s3")
    return site.escape(args, owner.path)


class _FileSystem(PackageObject):
    """s3fs' file system: whoever it is handed to may ask for anything."""

    __slots__ = ()

    def escape(self, site: Site, what: str) -> Values:
        """Unresolved."""
        site.unresolved(f"the file system of s3fs is passed to {what}", "s3")
        return frozenset({self})

    def hand_over(self, site: Site, what: str) -> Values:
        """The same, while modules are imported."""
        return self.escape(site, what)


_FILE_SYSTEM = PackageClass(
    ("anon",),
    {
        "open": _fs_open,
        **dict.fromkeys(("cat", "cat_file", "read_text", "read_bytes", "head", "tail", "size", "info"), _fs_read),
        **dict.fromkeys(("ls", "glob", "find", "walk", "du"), _fs("ListObjectsV2")),
        **dict.fromkeys(("write_text", "write_bytes", "pipe", "pipe_file", "touch"), _fs("PutObject")),
        **dict.fromkeys(("exists", "isfile", "isdir"), _fs("HeadObject", "ListObjectsV2")),
        "rm_file": _fs("DeleteObject"),
        "invalidate_cache": lambda _site, _owner, _args: UNKNOWN,
    },
    _fs_unknown,
)


def _filesystem(site: Site, args: Arguments) -> Values:
    """`fsspec.filesystem("s3")`."""
    if any(beginning(one) in {"s3", "s3a"} for one in args.get(0, "protocol")):
        return frozenset({package_object(site, "s3fs.S3FileSystem", _FILE_SYSTEM, Arguments(), _FileSystem)})
    return UNKNOWN


@dataclass(frozen=True)
class _S3fs(Package):
    """s3fs."""

    def call(self, site: Site, path: str, args: Arguments) -> Values | None:
        """A file system; its other names are its parts."""
        if path.rpartition(".")[2] == "S3FileSystem":
            return frozenset({package_object(site, path, _FILE_SYSTEM, args, _FileSystem)})
        site.unresolved(f"{path} makes AWS requests of its own", "s3")
        return site.escape(args, path)


PACKAGES: dict[str, Package] = {
    "pandas": _Pandas(),
    "s3fs": _S3fs(),
    "fsspec": Package(functions={"open": _open, "open_files": _open, "filesystem": _filesystem}),
    "awswrangler": _Wrangler(),
    "smart_open": Package(functions={"open": _open, "smart_open": _open}),
}
