"""Which values look like secrets."""

from __future__ import annotations

import pytest

from tapgen.proof.secrets import looks_secret

SECRET = [
    ("KEY_ID", "AKIA" + "IOSFODNN7EXAMPLE"),
    ("PEM", "-----BEGIN RSA PRIVATE KEY-----\nabc"),
    ("X", "ghp_" + "a" * 36),
    ("X", "xox" + "b-1234567890-abcdef"),
    ("X", "sk_" + "live_1234567890abcdef"),
    ("X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk"),
    ("DATABASE_URL", "postgresql://user:hunter2@db.example.com/orders"),
    ("DB_PASSWORD", "hunter2"),
    ("dbPassword", "hunter2"),
    ("ClientSecret", "abc"),
    ("API-KEY", "abc"),
    ("accessToken", "abc"),
    ("MASTER", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("PASSWORD", "x-${AWS::StackName}"),
]
HARMLESS = [
    ("TABLE_NAME", "${ItemTable}"),
    ("TOKEN_TTL", "300"),
    ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:db"),
    ("DB_PASSWORD", "{{resolve:secretsmanager:db:SecretString:password}}"),
    ("DB_PASSWORD", "${Parameter}"),
    ("DB_PASSWORD", ""),
    ("PASSWORD_REQUIRED", "yes"),
    ("SECRET_NAME", "orders/db"),
    ("TOKENIZER", "wordpiece"),
    ("MONKEY", "banana"),
    ("API_KEY_PARAMETER", "/orders/key"),
    ("CORS_ORIGIN", "https://shop.example.com,https://admin.example.com"),
    ("URL", "https://user@example.com/"),
    ("QUEUE", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"),
    ("COMMIT", "0123456789abcdef0123456789abcdef01234567"),
    ("ID", "00000000-0000-4000-8000-000000000000"),
    ("TEXT", "A sentence with Words and 12 numbers that goes on and on for quite a while"),
    ("LAYER", "arn:aws:lambda:eu-west-1:123456789012:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:7"),
]


@pytest.mark.parametrize(("name", "value"), SECRET)
def test_secrets(name: str, value: str) -> None:
    assert looks_secret(name, value)


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_harmless(name: str, value: str) -> None:
    assert looks_secret(name, value) == ""


def test_no_finding_repeats_the_secret() -> None:
    assert "hunter2" not in looks_secret("DB_PASSWORD", "hunter2")
