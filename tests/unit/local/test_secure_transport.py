"""Policies that let in nothing but TLS, on an embedded AWS that has no certificate."""

from types import SimpleNamespace

import pytest

pytest.importorskip("ministack")


def test_what_comes_from_this_machine_counts_as_tls_and_other_keys_stay():
    from tapgen.local.child import take_for_tls

    evaluator = SimpleNamespace(_resolve_condition_key=lambda key, context: (key, context))
    take_for_tls(evaluator)
    assert evaluator._resolve_condition_key("aws:SecureTransport", None) == "true"
    assert evaluator._resolve_condition_key("aws:SourceIp", 1) == ("aws:SourceIp", 1)
