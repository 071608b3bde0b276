"""Personal environments: what `dev/alice` renders to, and which users' names are taken."""

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tapgen import render
from tapgen.errors import SettingsError, UsageError
from tapgen.settings.load import load
from tapgen.settings.personal import chosen, lifetime, personal

SETTINGS = """
application = "shop"
[functions.Item]
source = "src"
routes = ["GET /item"]
[ssm_parameters.Limit]
value = "3"
[environments.dev]
personal = true
expires = "7d"
[environments.dev-bob]
[environments.old]
stack = "legacy"
personal = true
[environments.prod]
protected = true
"""


@pytest.fixture
def shop(project):
    return load(project(SETTINGS))


def test_what_derives_from_the_name_is_the_users_own(shop):
    alice, base = shop.environment("dev/alice"), shop.environment("dev")
    assert (alice.name, alice.stack_name, alice.reference, alice.table) == (
        "dev-alice",
        "shop-dev-alice",
        "dev/alice",
        "dev",
    )
    assert (base.reference, base.table) == ("dev", "dev")
    own, shared = (json.dumps(render.render(one).document) for one in (alice, base))
    assert "/shop/dev-alice/limit" in own
    assert '"Value": "dev/alice"' in own
    assert '{"Key": "User", "Value": "alice"}' in own
    assert '"StageName": "dev-alice"' in own
    assert "shop-dev-alice-Item" in own
    assert "alice" not in shared


def test_a_stack_of_another_name_gets_the_users_too(shop):
    assert shop.environment("old/alice").stack_name == "legacy-alice"


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("dev/Alice", 'dev/Alice: "Alice" is no name of a user', "Lower-case letters and digits"),
        ("dev/", 'dev/: "" is no name of a user', "such as alice"),
        ("dev/a--b", '"a--b" is no name of a user', "single hyphens"),
        ("dev/a/b", '"a/b" is no name of a user', "Lower-case"),
        ("dev/bob", "dev/bob: there is an environment dev-bob already", "Choose another"),
        ("prod/alice", "prod/alice: prod has no personal environments", "Personal ones here: dev/alice, old/alice."),
        ("dex/alice", 'there is no environment "dex"', 'did you mean "dev"?'),
        ("dev/" + "a" * 29, "the environment's name dev-aaaaaaaaaaaaaaaaaaaaaaaaaaaaa is longer than 32", "shorter"),
    ],
)
def test_a_name_that_does_not_do_is_refused(shop, name, message, hint):
    with pytest.raises(UsageError) as caught:
        shop.environment(name)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_users_name_by_which_a_functions_name_gets_too_long_is_refused(project):
    long = SETTINGS.replace("functions.Item", f"functions.I{'i' * 45}")
    with pytest.raises(UsageError, match=r"functions\.Ii+: the function's name .* is longer than 64 characters"):
        load(project(long)).environment("dev/alexander")
    assert load(project(long)).environment("dev/al").user == "al"


@pytest.mark.parametrize(("text", "hours"), [("1h", 1), ("36h", 36), ("7d", 168), ("2w", 336)])
def test_a_lifetime_is_in_hours_days_or_weeks(text, hours):
    assert lifetime(text) == timedelta(hours=hours)


def test_a_users_environment_is_checked_as_any_other(shop):
    with pytest.raises(UsageError, match="old/bob: old has no"):
        personal(replace(shop.environment("old"), personal=False), "bob", shop.environments)
    assert chosen(shop.environment("prod"), "alice", shop.environments) is shop.environment("prod")
    assert chosen(shop.environment("dev"), "alice", shop.environments) == shop.environment("dev/alice")
    assert chosen(shop.environment("dev/alice"), "carl", shop.environments).user == "alice"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("protected = true\npersonal = true", "environments.dev.personal: personal and protected exclude each other"),
        ('expires = "7d"', "environments.dev.expires: only personal environments expire"),
        ('personal = true\nexpires = "soon"', "a number of hours, days or weeks, such as 7d"),
        ('personal = true\nuser = "alice"', "environments.dev.user: there is no such setting"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(project, line, message):
    with pytest.raises(SettingsError) as caught:
        load(project(f'application = "shop"\n[environments.dev]\n{line}\n'))
    assert message in str(caught.value)
