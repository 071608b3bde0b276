"""Strands Agents (1.0): an agent asks a model of Bedrock unless it is given that of another provider."""

from __future__ import annotations

from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.library.external import Package, PackageClass, PackageObject, harmless, transparent
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import NONE, Const
from tapgen.proof.interpret.python.values import UNKNOWN, Opaque, Values
from tapgen.proof.interpret.site import Site

_OTHERS = dict.fromkeys(
    (
        "AnthropicModel", "GeminiModel", "LiteLLMModel", "LlamaAPIModel", "LlamaCppModel", "MistralModel",
        "OllamaModel", "OpenAIModel", "OpenAIResponsesModel", "WriterModel",
    ),
    PackageClass(),
)  # fmt: skip
"""Models that are not asked through AWS."""


def _ask(site: Site, owner: PackageObject, args: Arguments) -> Values:
    """`agent("…")`, and what else an agent does: it asks its model, which may have its tools called."""
    for model in owner.known(site, "model") or UNKNOWN:
        if isinstance(model, PackageObject) and model.cls in _OTHERS.values():
            continue
        streaming = model.known(site, "streaming") if isinstance(model, PackageObject) else frozenset()
        off = bool(streaming) and all(isinstance(one, Const) and one.value is False for one in streaming)
        record(site, "bedrock-runtime", "Converse" if off else "ConverseStream", Arguments(extra=UNKNOWN))
    tools = owner.known(site, "tools")
    if any(isinstance(one, Opaque | Const) and one not in NONE for one in [*tools, *site.inside(tools)]):
        site.unresolved("the agent may be given tools here that are not in the source")
    site.escape(Arguments([tools, *args.positional], args.keywords), owner.path)
    return UNKNOWN


PACKAGES = {
    "strands": Package(
        functions={"tool": transparent},
        classes={
            "Agent": PackageClass(("model", "messages", "tools"), other=_ask),
            "BedrockModel": PackageClass(("boto_session",)),
            **_OTHERS,
        },
        other=harmless,
    )
}
