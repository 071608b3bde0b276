"""Secrets taken out of values by where they stand, and out of texts by what they are."""

from __future__ import annotations

from typing import Any

from tapgen.template.intrinsics import Scope, canonical
from tapgen.template.masking import Mask, mask_of, masked
from tapgen.template.paths import Index
from tapgen.template.secrets import MASK, Masked
from tests.table import rows


@rows(
    ("path", "value", "expected"),
    [
        (("Properties", "MasterUserPassword"), "hunter2", MASK),
        (
            ("Properties", "Environment"),
            {"Variables": {"API_KEY": "k", "STAGE": "dev"}},
            {"Variables": {"API_KEY": MASK, "STAGE": "dev"}},
        ),
        (("P", "E"), [{"Name": "DB_PASSWORD", "Value": "p"}], [{"Name": "DB_PASSWORD", "Value": MASK}]),
        (("P", "E"), [{"name": "db_password", "value": "p"}], [{"name": "db_password", "value": MASK}]),
        (("P", "Tags"), [{"Key": "SecretName", "Value": "p"}], [{"Key": "SecretName", "Value": "p"}]),
        (("Properties", "E", Index(0, "DB_PASSWORD"), "Value"), "p", MASK),
        (("Properties", "E", Index(0, "STAGE"), "Value"), "p", "p"),
        (("Properties", "Credentials"), {"Plain": {"Deep": ["a", {"Er": "b"}]}}, {"Plain": {"Deep": [MASK, {"Er": MASK}]}}),
        (("Properties", "Credentials"), {"UserName": "u", "Pass": "p"}, {"UserName": "u", "Pass": MASK}),
        (("Properties", "X"), "AKIAABCDEFGHIJKLMNOP", MASK),
        (("Properties", "X"), "-----BEGIN RSA PRIVATE KEY-----", MASK),
        (("Properties", "SecretArn"), "arn:aws:x", "arn:aws:x"),
        (("Properties", "Password"), "{{resolve:secretsmanager:x}}", "{{resolve:secretsmanager:x}}"),
        (("Properties", "Password"), {"Ref": "P"}, {"Ref": "P"}),
        (("Properties", "Password"), {"Fn::Join": ["", ["p", {"Ref": "P"}]]}, {"Fn::Join": ["", [MASK, {"Ref": "P"}]]}),
        (("Properties", "Password"), {"Fn::If": ["C", "one", "two"]}, {"Fn::If": ["C", MASK, MASK]}),
        (("Properties", "Password"), {"Fn::FindInMap": ["M", "a", "b"]}, {"Fn::FindInMap": ["M", "a", "b"]}),
        (("Properties", "X"), {"Fn::Sub": ["${Pw}", {"Password": "p"}]}, {"Fn::Sub": ["${Pw}", {"Password": MASK}]}),
        (("Properties", "Password"), "", ""),
        (("Properties", "PasswordLength"), "12", "12"),
        (("Parameters", "DbPassword"), {"Type": "String", "Default": "p"}, {"Type": "String", "Default": MASK}),
        (("Outputs", "DbSecret", "Value"), "p", MASK),
        (("Resources",), {"DbSecret": {"Properties": {"Engine": "p"}}}, {"DbSecret": {"Properties": {"Engine": "p"}}}),
        ((), {"UserData": "export TOKEN=t0k"}, {"UserData": f"export TOKEN={MASK}"}),
        ((), Masked("plain"), MASK),
    ],
)  # fmt: skip
def test_secrets_do_not_leave_the_process(path: Any, value: Any, expected: Any) -> None:
    assert masked(value, path) == expected


def test_a_secret_is_masked_in_every_text_about_its_document() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----"
    mask = mask_of(
        {
            "Parameters": {"Pin": {"NoEcho": True, "Default": "word"}, "Size": {"Default": "small"}},
            "Resources": {
                "A": {"Properties": {"Password": "hunter2-x", "Other": [{"Key": "TOKEN", "Value": "t0k3n"}]}}
            },
            "Metadata": {"Pem": pem},
        },
        parameters={"Size": "large", "ApiKey": "k3y-of-all"},
    )

    assert mask("hunter2-x, t0k3n, word, k3y-of-all; small or large") == "****, ****, ****, ****; small or large"
    assert mask("line: MIIEvQIBADANBg") == "line: ****"
    assert mask.value(["hunter2-x"], ("Properties", "Name")) == [MASK]


def test_words_that_stand_under_a_secrets_name_blot_nothing_out() -> None:
    assert mask_of({"Resources": {"A": {"Properties": {"Token": "minutes"}}}})("takes minutes") == "takes minutes"


def test_a_secret_is_known_where_a_text_was_cut() -> None:
    mask = Mask(["correct-horse-battery-staple"])

    assert mask("is correct-horse-batt") == "is ****"
    assert mask("is correct-horse… and more") == "is ****… and more"
    assert mask("is correct-horse... and more") == "is ****... and more"
    assert mask("is correct and horse") == "is correct and horse"


def test_a_short_line_of_a_secret_blots_nothing_out() -> None:
    mask = Mask(certain=["a-line-of-its-own\nport"])

    assert mask("a-line-of-its-own and a port") == "**** and a port"


def test_the_longest_of_two_secrets_is_masked() -> None:
    assert Mask(["hunter2", "hunter2-orders"])("hunter2-orders hunter2") == "**** ****"


def test_many_secrets_in_a_long_text_are_all_masked() -> None:
    """A search for each alone would compare 32,000 texts at each place."""
    words = [f"w{number:05}x" for number in range(32_000)]

    assert Mask(words)(" ".join(words)) == " ".join(["****"] * len(words))


def test_a_secret_of_a_parameter_is_masked_whatever_it_is_part_of() -> None:
    scope = Scope({"Pin": Masked("314")})

    assert masked(canonical({"Fn::Sub": "pin-${Pin}"}, scope)) == MASK


def test_a_logical_id_below_a_name_that_speaks_of_secrets_is_none():
    document = {
        "Resources": {
            "ShopApiKey": {"Type": "AWS::ApiGateway::ApiKey", "DependsOn": "ShopApiProdStage1"},
            "ShopApiProdStage1": {"Type": "AWS::ApiGateway::Stage"},
        }
    }
    assert mask_of(document)("ShopApiProdStage1 writes no log") == "ShopApiProdStage1 writes no log"
