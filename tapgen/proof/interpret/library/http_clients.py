"""Clients that send signed requests: requests, httpx, opensearch-py (3.1) and elasticsearch-py (7.13).

Which method of HTTP a function of opensearch-py uses stands in its `client/*.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tapgen.proof.interpret.library.external import Method, Package, PackageClass, PackageObject, package_object
from tapgen.proof.interpret.library.model import Handler
from tapgen.proof.interpret.library.signing import OPENSEARCH, Signer, method_names, signed
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values, stable_hash
from tapgen.proof.interpret.site import Site

_VERBS = ("get", "post", "put", "delete", "patch", "head", "options")


def _without_signer(site: Site, args: Arguments, what: str) -> Values:
    """What a client does with everything else that it is given."""
    rest = frozenset(value for value in args.everything() if not isinstance(value, Signer))
    return site.escape(Arguments([rest]), what)


def _holds(values: Values) -> bool:
    return any(isinstance(value, Signer) for value in values)


def _send(site: Site, verb: str, args: Arguments) -> None:
    """`requests.put(url, auth=signer)`, `requests.request("PUT", url, auth=signer)`."""
    signed(site, method_names(args.get(0, "method")) or [""] if verb in {"request", "stream"} else [verb])


@dataclass(frozen=True)
class _Http(Package):
    """A package whose functions are methods of HTTP, and whose sessions have the same."""

    def call(self, site: Site, path: str, args: Arguments) -> Values | None:
        """A request where it is signed; a session that may be signed later."""
        name = path.rpartition(".")[2]
        if name in {"Session", "session", "Client", "AsyncClient"}:
            return frozenset({package_object(site, path, _SESSION, args)})
        if name not in {*_VERBS, "request", "stream"} or not _holds(args.keywords.get("auth", EMPTY)):
            return None
        _send(site, name, args)
        return _without_signer(site, args, path)


def _by_session(verb: str) -> Method:
    def method(site: Site, owner: PackageObject, args: Arguments) -> Values:
        if _holds(owner.known(site, "auth") | args.keywords.get("auth", EMPTY)):
            _send(site, verb, args)
        return _without_signer(site, args, owner.path)

    return method


_SESSION = PackageClass(methods={verb: _by_session(verb) for verb in (*_VERBS, "request", "stream")})

_OPERATIONS: Mapping[str, str] = {
    **dict.fromkeys(("create", "put_script"), "PUT"),
    **dict.fromkeys(("get", "get_source", "info", "get_script"), "GET"),
    **dict.fromkeys(("exists", "exists_source", "ping"), "HEAD"),
    **dict.fromkeys(("delete", "delete_script", "clear_scroll", "delete_pit"), "DELETE"),
    **dict.fromkeys(
        (
            *(
                "bulk",
                "count",
                "delete_by_query",
                "explain",
                "field_caps",
                "mget",
                "msearch",
                "mtermvectors",
                "reindex",
            ),
            *("scroll", "search", "search_template", "termvectors", "update", "update_by_query", "create_pit"),
        ),
        "POST",
    ),
    **dict.fromkeys(
        (
            *("indices.analyze", "indices.close", "indices.flush", "indices.forcemerge", "indices.open"),
            *(
                "indices.refresh",
                "indices.rollover",
                "indices.update_aliases",
                "indices.clear_cache",
                "cluster.reroute",
            ),
        ),
        "POST",
    ),
    **dict.fromkeys(("indices.create", "indices.clone", "indices.shrink", "indices.split"), "PUT"),
    **dict.fromkeys(("indices.get", "indices.stats", "indices.segments", "indices.recovery"), "GET"),
    **dict.fromkeys(("cluster.health", "cluster.state", "cluster.stats", "nodes.info", "nodes.stats"), "GET"),
    "indices.delete": "DELETE",
}
_BEGINNINGS = {"put_": "PUT", "get_": "GET", "exists": "HEAD", "delete_": "DELETE"}
_LOCAL = frozenset({"close", "__call__"})


def _operation(name: str, args: Arguments) -> list[str]:
    """The methods of HTTP of one function of the client; "" for one that is not known."""
    if name == "index":  # given an id, it puts
        return ["PUT" if args.keywords.get("id") or len(args.positional) > 2 else "POST"]
    if name.startswith("cat."):
        return ["GET"]
    last = name.rpartition(".")[2]
    found = _OPERATIONS.get(name) or next((verb for start, verb in _BEGINNINGS.items() if last.startswith(start)), "")
    return [found]


class _Search(PackageObject):
    """A client of OpenSearch; `http_auth` is what it signs by."""

    __slots__ = ()

    def signs(self, site: Site) -> bool:
        """Whether its requests are signed, and not sent with a password."""
        return _holds(self.known(site, "http_auth"))

    def attribute(self, _site: Site, name: str) -> Values:
        """A function, or a group of them."""
        return frozenset({_SearchMethod(self, name)})

    def escape(self, site: Site, what: str) -> Values:
        """Unresolved where it signs: unknown code may make any request with it."""
        if self.signs(site):
            site.unresolved(f"the OpenSearch client is passed to {what}", "es")
        return frozenset({self})

    def hand_over(self, site: Site, what: str) -> Values:
        """The same, while modules are imported."""
        return self.escape(site, what)


@dataclass(frozen=True, slots=True)
class _SearchMethod(Value):
    """A function of the client: `search`, `indices.create`."""

    owner: _Search
    name: str

    def __hash__(self) -> int:
        return hash((self.owner, stable_hash(self.name)))

    def attribute(self, _site: Site, name: str) -> Values:
        """A function of the group."""
        return frozenset({_SearchMethod(self.owner, f"{self.name}.{name}")})

    def call(self, site: Site, args: Arguments) -> Values:
        """Its request, where it is signed."""
        if self.owner.signs(site) and self.name not in _LOCAL:
            signed(site, _operation(self.name, args))
        return UNKNOWN

    def called_back(self, site: Site, _passed: Values) -> Values:
        """A library may call it."""
        return self.call(site, Arguments(extra=UNKNOWN))


def _helper(*verbs: str) -> Handler:
    """`helpers.bulk(client, actions)`: the requests that it makes with the client."""

    def handler(site: Site, args: Arguments) -> Values:
        if any(isinstance(one, _Search) and one.signs(site) for one in args.get(0, "client")):
            signed(site, verbs)
        rest = frozenset(value for value in args.everything() if not isinstance(value, _Search))
        return site.escape(Arguments([rest]), "a helper of OpenSearch")

    return handler


_HELPERS = {
    **dict.fromkeys(("bulk", "async_bulk", "streaming_bulk", "async_streaming_bulk", "parallel_bulk"), _helper("post")),
    **dict.fromkeys(("scan", "async_scan"), _helper("post", "delete")),
}


@dataclass(frozen=True)
class _SearchPackage(Package):
    """opensearch-py and elasticsearch-py."""

    def call(self, site: Site, path: str, args: Arguments) -> Values | None:
        """A client, a signer, a helper."""
        if path.rpartition(".")[2] in {"OpenSearch", "AsyncOpenSearch", "Elasticsearch", "AsyncElasticsearch"}:
            return frozenset({package_object(site, path, _CLIENT, args, _Search)})
        return Package.call(self, site, path, args)


_CLIENT = PackageClass(("hosts",))

PACKAGES = {
    **dict.fromkeys(("requests", "httpx"), _Http()),
    "opensearchpy": _SearchPackage(functions={**OPENSEARCH, **_HELPERS}),
    "elasticsearch": _SearchPackage(functions=_HELPERS),
}
