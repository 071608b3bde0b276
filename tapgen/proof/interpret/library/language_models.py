"""Libraries that ask models of Amazon Bedrock: LangChain (1.0), LlamaIndex, pydantic-ai, anthropic, litellm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tapgen.proof.interpret.boto3.borrowed import perhaps
from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.library.external import Package, PackageClass, PackageObject, package_object
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import Const, beginning
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.site import Site

ADDRESSED: Final = ("bedrock/", "bedrock:", "bedrock_converse:")
"""How a model of Bedrock begins in the one text by which several libraries name a provider and its model."""

_MODELS: Final = frozenset({
    "ChatBedrock", "ChatBedrockConverse", "BedrockLLM", "BedrockChat", "Bedrock", "BedrockConverse",
    "BedrockEmbeddings", "BedrockEmbedding", "BedrockConverseModel",
    "AnthropicBedrock", "AsyncAnthropicBedrock", "ChatAnthropicBedrock",
})  # fmt: skip

_RETRIEVERS: Final = frozenset({"AmazonKnowledgeBasesRetriever"})

_OF_AWS: Final = re.compile(
    r"(Bedrock|Amazon|Aws|AWS|DynamoDB|Dynamo|S3|Athena|Sagemaker|Textract|OpenSearch|Neptune|Kendra|Valkey|MemoryDB)"
    r"[A-Z]?\w*"
)
"""Names of further classes that make requests of their own."""

_BINDING: Final = ("bind", "bind_tools", "with_structured_output", "with_retry", "with_fallbacks", "with_config")

_STREAMING: Final = (
    *("stream", "astream", "astream_events", "stream_complete", "stream_chat", "astream_complete", "astream_chat"),
    "messages.stream",
)


def _is_true(values: Values) -> bool:
    return bool(values) and all(isinstance(one, Const) and one.value is True for one in values)


def _ask(site: Site, owner: PackageObject, args: Arguments) -> Values:
    """A model answers, at once or bit by bit; a retriever looks into its knowledge base."""
    if owner.path.rpartition(".")[2] in _RETRIEVERS:
        record(site, "bedrock-agent-runtime", "Retrieve", Arguments(extra=UNKNOWN))
        return UNKNOWN
    streaming = _is_true(owner.known(site, "streaming")) or _is_true(args.keywords.get("stream", EMPTY))
    for here, bit_by_bit in ((site, streaming), (perhaps(site), not streaming)):
        operation = "InvokeModelWithResponseStream" if bit_by_bit else "InvokeModel"
        record(here, "bedrock-runtime", operation, Arguments(extra=UNKNOWN))
    return site.escape(Arguments([args.everything()]), owner.path)


def _stream(site: Site, owner: PackageObject, args: Arguments) -> Values:
    return _ask(site, owner, Arguments(args.positional, {**args.keywords, "stream": frozenset({Const(True)})}))


def _bound(_site: Site, owner: PackageObject, _args: Arguments) -> Values:
    """The same model, with options."""
    return frozenset({owner})


class _Model(PackageObject):
    """A model: whoever it is handed to asks it."""

    __slots__ = ()

    def escape(self, site: Site, _what: str) -> Values:
        """`create_agent(model, tools)`."""
        _ask(site, self, Arguments())
        return frozenset({self})

    def hand_over(self, site: Site, what: str) -> Values:
        """The same, while modules are imported."""
        return self.escape(site, what)

    def special(self, site: Site, _names: tuple[str, ...], *_passed: Values) -> Values:
        """`prompt | model | parser`."""
        _ask(site, self, Arguments())
        return UNKNOWN


_CLASS = PackageClass(
    ("model",), {**dict.fromkeys(_BINDING, _bound), **dict.fromkeys(_STREAMING, _stream), "__call__": _ask}, _ask
)


@dataclass(frozen=True)
class _Models(Package):
    """A package with classes for models of Bedrock among others."""

    def call(self, site: Site, path: str, args: Arguments) -> Values | None:
        """A model, a function that asks one, or unresolved for what makes other requests."""
        name = path.rpartition(".")[2]
        if name in _MODELS | _RETRIEVERS:
            return frozenset({package_object(site, path, _CLASS, args, _Model)})
        if _OF_AWS.fullmatch(name):
            site.unresolved(f"{path} makes AWS requests of its own")
            return site.escape(args, path)
        return Package.call(self, site, path, args)


def _complete(site: Site, args: Arguments) -> Values:
    """`litellm.completion("bedrock/anthropic.claude-…", messages)`, and models of other providers."""
    for model in args.get(0, "model") or UNKNOWN:
        text = beginning(model)
        if text.startswith(ADDRESSED):
            streaming = _is_true(args.keywords.get("stream", EMPTY))
            operation = "InvokeModelWithResponseStream" if streaming else "InvokeModel"
            record(site, "bedrock-runtime", operation, Arguments(extra=UNKNOWN))
        elif not text:
            site.unresolved("litellm asks a model that is not written as a literal", "bedrock-runtime")
    return UNKNOWN


def _run_agent(site: Site, owner: PackageObject, args: Arguments) -> Values:
    """An agent asks its model, and has its tools called."""
    return site.escape(Arguments([site.contents(owner.space), *args.positional], args.keywords), owner.path)


_AGENT = PackageClass(("model", "tools"), {"__call__": _run_agent}, _run_agent)

AGENTS = dict.fromkeys(
    ("AgentExecutor", "create_agent", "create_react_agent", "create_tool_calling_agent", "initialize_agent"), _AGENT
)

_LITELLM = dict.fromkeys(("completion", "acompletion", "embedding", "aembedding", "responses"), _complete)

PACKAGES = {
    **dict.fromkeys(
        ("langchain", "langchain_classic", "langchain_community", "langchain_aws"), _Models(classes=AGENTS)
    ),
    **dict.fromkeys(("llama_index", "pydantic_ai", "anthropic"), _Models()),
    "litellm": Package(functions=_LITELLM),
}
