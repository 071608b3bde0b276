"""Which values look like secrets, and which texts hold some."""

from __future__ import annotations

from typing import Any

import pytest

from tapgen.template.secrets import clean, looks_secret, secret_name, secret_parameter
from tests.table import rows

KINDS = {
    "an AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "temporary AWS credentials": "ASIA" + "IOSFODNN7EXAMPLE",
    "an AWS secret key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    "an RSA key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7b2\nq83hHkz0vX1Yc\n-----END RSA PRIVATE KEY-----",
    "an OpenSSH key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----",
    "a PGP key": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQOYBGB2x\n-----END PGP PRIVATE KEY BLOCK-----",
    "a GitHub token": "ghp_" + "a1B2" * 9,
    "a fine-grained GitHub token": "github_" + "pat_11ABCDEFG0a1b2c3d4e5f6",
    "a GitLab token": "glpat" + "-a1B2c3D4e5F6g7H8i9J0",
    "a Slack token": "xox" + "b-1234567890-abcdefghij",
    "a Slack webhook": "https://hooks.slack" + ".com/services/T0000AAAA/B0000BBBB/a1B2c3D4e5F6g7H8",
    "a Stripe key": "sk_" + "live_1234567890abcdef",
    "a Google API key": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "a SendGrid key": "SG." + "a1B2c3D4e5F6g7H8i9J0kL." + "a1B2c3D4e5F6g7H8i9J0kLmN1o2P3q4R5s6T7u8V9wX",
    "an npm token": "npm_" + "a1B2" * 9,
    "a PyPI token": "pypi-" + "AgEIcHlwaS5vcmcC" * 4,
    "a JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk",
    "a bearer's token": "Bearer " + "a1b2c3d4e5f6",
    "a password in an address": "postgresql://user:hunter2-orders@db.example.com/orders",
    "random bytes": "q8Zr3TkLx0Vw7NbYc5MdFa2HsJ9gPe6U" + "tRiO1",
}
BY_NAME = [
    ("DB_PASSWORD", "hunter2"),
    ("dbPassword", "hunter2"),
    ("DBPASSWORD", "hunter2"),
    ("ClientSecret", "abc"),
    ("API-KEY", "abc"),
    ("accessToken", "abc"),
    ("db.password", "hunter2"),
    ("Secret2", "abc"),
    ("PASSWORD", "x-${AWS::StackName}"),
    ("PIN_TOKEN", "31415926"),
]
HARMLESS = [
    ("TABLE_NAME", "${ItemTable}"),
    ("TOKEN_TTL", "300"),
    ("MAX_TOKENS", "4096000"),
    ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:db"),
    ("DB_PASSWORD", "{{resolve:secretsmanager:db:SecretString:password}}"),
    ("DB_PASSWORD", "${Parameter}"),
    ("DB_PASSWORD", ""),
    ("PASSWORD_REQUIRED", "yes"),
    ("SECRET_NAME", "orders/db"),
    ("TOKENIZER", "wordpiece"),
    ("MONKEY", "banana"),
    ("API_KEY_PARAMETER", "/orders/key"),
    ("ServiceToken", "function"),
    ("Secrets", "orders-db"),
    ("aws:TokenIssueTime", "2030-01-01T00:00:00Z"),
    ("CORS_ORIGIN", "https://shop.example.com,https://admin.example.com"),
    ("URL", "https://user@example.com/"),
    ("URL", "postgres://user:${Password}@db"),
    ("URL", "postgres://user:{{resolve:secretsmanager:db}}@db"),
    ("QUEUE", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"),
    ("COMMIT", "0123456789abcdef0123456789abcdef01234567"),
    ("ID", "00000000-0000-4000-8000-000000000000"),
    ("TEXT", "A sentence with Words and 12 numbers that goes on and on for quite a while"),
    ("TEXT", "Basic information about tokens"),
    ("LAYER", "arn:aws:lambda:eu-west-1:123456789012:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:7"),
    ("Image", "aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base"),
    ("Role", "OrdersServiceRoleDefaultPolicyB2DA9E1F"),
    ("CodeSha256", "q8Zr3TkLx0Vw7NbYc5MdFa2HsJ9gPe6UtRiO1"),
]


NOT_TOLD = [
    ("DB_PASSWORD", "<password>"),
    ("API_KEY", "your-api-key-here"),
    ("API_TOKEN", "REPLACE_ME"),
    ("DB_PASSWORD", "changeme"),
    ("SECRET_KEY", "xxxxxxxx"),
    ("MONGO", "mongodb+srv://<user>:<password>@cluster0.example.net"),
    ("DB_SECRET", "prod/app/db"),
    ("DB_CREDENTIALS", "rds-credentials"),
    ("SECRET", "planetscalesecret"),
    ("ENCRYPTION_KEY", "alias/orders"),
    ("OAUTH_TOKEN", "https://shop.auth.eu-west-1.amazoncognito.com/oauth2/token"),
    ("GetSecretCommand", "aws secretsmanager get-secret-value --secret-id db"),
    ("AdminPassword", "See Secrets Manager"),
    ("TOKEN_STORE_DDB", "POC-TaskTokens63B01979-OV3F8H9GOZ7O"),
    ("STRIPE_PUBLISHABLE_KEY", "pk_live_" + "51HxRkLKJHGFdsaPoiuYtreWqAsDfGhJkLzXcVbNm12345"),
    ("RECAPTCHA_SITE_KEY", "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI"),
]
"""What the check says nothing of, though an output may mask it: placeholders, names of what holds a secret, prose."""


@rows(("name", "value"), NOT_TOLD)
def test_what_only_stands_for_a_secret(name: str, value: str) -> None:
    assert looks_secret(name, value) == ""


@rows("value", KINDS.values(), ids=KINDS)
def test_forms(value: str) -> None:
    assert looks_secret("X", value)
    assert clean(f"it is {value}, he said", literal=True) == f"it is {clean(value, literal=True)}, he said"
    assert value[-5:] not in clean(value, literal=True).replace("com/orders", "")


@rows(("name", "value"), BY_NAME)
def test_names(name: str, value: str) -> None:
    assert looks_secret(name, value) == "a secret, by its name"
    assert clean(value, name) == "****"


@rows(("name", "value"), HARMLESS)
def test_harmless(name: str, value: str) -> None:
    assert looks_secret(name, value) == ""
    assert clean(value, name) == value


@rows(
    "name",
    ["MaxPasswordAge", "ApiKeyName", "AccessKeyId", "AllowUsersToChangePassword", "ApiKeyRequired", "PasswordPolicy",
     "TokenValidityUnits", "GenerateSecretString", "secretsmanager:SecretId", "NextToken", "Key", "PartitionKey",
     "ApiKeyGeneratorFunctionCodeKey", "TokenS3Key"],
)  # fmt: skip
def test_names_that_only_speak_of_secrets(name: str) -> None:
    assert not secret_name(name)


@pytest.mark.parametrize(
    ("name", "declared", "shows"),
    [
        ("DbPassword", {"Type": "String"}, ""),
        ("JwtSecret", {"Type": "String", "Default": "some-jwt-secret"}, "Default"),
        ("DbPassword", {"Type": "String", "Default": "hunter2"}, "Default"),
        ("DbPassword", {"Type": "String", "Default": "hunter2", "NoEcho": True}, "Default"),
        ("Key", {"Type": "String", "Default": KINDS["an AWS access key"]}, "Default"),
    ],
)
def test_parameters_that_show_a_secret(name: str, declared: dict[str, Any], shows: str) -> None:
    where, what = secret_parameter(name, declared)

    assert where == shows
    assert what
    assert "hunter2" not in what


@rows(
    ("name", "declared"),
    [
        ("SecretName", {"Type": "String", "Default": "my/app"}),
        ("DbSecretArn", {"Type": "String"}),
        ("GitHubToken", {"Type": "String", "Description": "Name of the secret that holds it"}),
        ("DbPassword", {"Type": "String", "NoEcho": "true", "Default": "<replace>"}),
        ("MaxPasswordAge", {"Type": "Number", "Default": 90}),
        ("PasswordLength", {"Type": "String", "Default": "12"}),
        ("TokenCount", {"Type": "Number"}),
        ("ServiceToken", {"Type": "String"}),
        ("DbPassword", {"Type": "String", "NoEcho": "true"}),
        ("DbPassword", {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "orders-password"}),
        ("ForcePassword", {"Type": "String", "Default": "maybe", "AllowedValues": ["maybe", "never"]}),
        (
            "WindowsAmi",
            {
                "Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
                "Default": "/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base",
            },
        ),
    ],
)
def test_parameters_that_show_none(name: str, declared: dict[str, Any]) -> None:
    assert secret_parameter(name, declared) == ("", "")


@rows(
    ("text", "expected"),
    [
        ("export DB_PASSWORD=hunter2 && run", "export DB_PASSWORD=**** && run"),
        ('{"password": "a\\"b", "user": "x"}', '{"password": "****", "user": "x"}'),
        (r"{\"token\": \"ab\\nc\", \"n\": 1}", r"{\"token\": \"****\", \"n\": 1}"),
        ("run --password s3cret -u x", "run --password **** -u x"),
        ("secret='two words'", "secret='****'"),
        ("AccountKey=abc123==;x", "AccountKey=****;x"),
        ("Bearer abc.def1, once", "****, once"),
        ("https://user:p4ss@host/x", "https://user:****@host/x"),
        ("def sign(token: str, password=None): ...", "def sign(token: str, password=None): ..."),
        ("token=event.token", "token=event.token"),
        ("password=$DB_PASSWORD", "password=$DB_PASSWORD"),
        ("get(SecretId='orders/db')", "get(SecretId='orders/db')"),
        ("secret = os.environ['SECRET']", "secret = os.environ['SECRET']"),
        ("--parameter DbPassword=VALUE", "--parameter DbPassword=VALUE"),
    ],
)
def test_assignments_inside_a_text(text: str, expected: str) -> None:
    assert clean(text) == expected


@rows(
    "piece",
    ["a.", "eyJ-", "token ", "-----BEGIN ", "token='", "://a:", "token=", 'token="\\', "Basic ", "token", "${", "aB3",
     "--token ", "token=a(", "PRIVATE KEY", "eyJaaaaaaaaa.", "token : ", '\\"token\\": \\"'],
)  # fmt: skip
def test_no_text_takes_more_than_linear_steps(piece: str) -> None:
    """Counted by the patterns themselves: a quadratic one would need minutes for a text of this length."""
    text = piece * (300_000 // len(piece))

    assert len(clean(text)) <= len(text) + 10


def test_what_is_masked_stays_so() -> None:
    for value in KINDS.values():
        once = clean(f"x = {value}")

        assert clean(once) == once
