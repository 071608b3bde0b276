"""Files at addresses of S3: AWS SDK for pandas (awswrangler 3.17) and smart_open (7.3 to 9.0)."""

from __future__ import annotations

from dataclasses import dataclass

from tapgen.proof.interpret.library.addresses import request
from tapgen.proof.interpret.library.external import Package
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import NONE, STORED, Const, beginning, constant
from tapgen.proof.interpret.python.values import UNKNOWN, Values
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
            site.unresolved("smart_open opens an address that is not known", "s3")
    return UNKNOWN


PACKAGES: dict[str, Package] = {
    "awswrangler": _Wrangler(),
    "smart_open": Package(functions={"open": _open, "smart_open": _open}),
}
