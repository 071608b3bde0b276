"""What exists must be able to be what it is used as."""

from tapgen.settings.checks_existing import NAMES, problem
from tapgen.template.kinds import KINDS, kinds
from tests.table import rows
from tests.unit.layers.documents import refused

FITS = {
    "apis": ("a1b2c3d4e5", "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"),
    "buckets": ("shop-uploads", "arn:aws:s3:::shop-uploads"),
    "buses": ("default", "arn:aws:events:eu-west-1:123456789012:event-bus/shop"),
    "functions": ("shop-dev-Item", "shop-dev-Item:live", "arn:aws:lambda:eu-west-1:123456789012:function:x:live"),
    "keys": (
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
    ),
    "queues": (
        "orders.fifo",
        "arn:aws:sqs:eu-west-1:123456789012:orders",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    ),
    "secrets": ("shop/database", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/database-a1b2c3"),
    "ssm_parameters": ("/shop/limit", "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/limit"),
    "state_machines": ("Checkout", "arn:aws:states:eu-west-1:123456789012:stateMachine:Checkout"),
    "streams": ("clicks", "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"),
    "tables": ("orders", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"),
    "topics": ("news", "arn:aws:sns:eu-west-1:123456789012:news"),
    "user_pools": ("eu-west-1_A1b2C3", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A1b2C3"),
}


def test_every_kind_says_what_its_names_are():
    assert set(NAMES) == set(FITS) == {kind.word for kind in KINDS}


@rows("word", FITS)
def test_names_and_arns_fit_their_kind_and_arns_no_other(word):
    for text in FITS[word]:
        assert problem(kinds()[word], text) == ""
    for other in KINDS:
        arn = FITS[word][-1] if FITS[word][-1].startswith("arn:") else FITS[word][1]
        assert bool(problem(other, arn)) == (other.word != word), other.word
    assert problem(kinds()[word], "not a name of it")
    assert problem(kinds()[word], "${Something}") == ""


@rows(
    ("word", "text", "message"),
    [
        ("topics", "https://sqs.eu-west-1.amazonaws.com/123456789012/x", "is not the name of a topic: at most 256 letters, digits, hyphens, underscores"),
        ("queues", "https://example.com/x", "is not the URL of a queue"),
        ("buckets", "arn:aws:s3:::shop/in/x", "is not the ARN of a bucket"),
        ("buckets", "Shop_Uploads", "is not the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens"),
        ("tables", "arn:aws:dynamodb:eu-west-1:123456789012:table/x/stream/2026", "is not the ARN of a table"),
        ("user_pools", "customers", "is not the name of a user pool: an id such as eu-central-1_A1b2C3d4E"),
        ("functions", "arn:aws:lambda:eu-west-1:123456789012:layer:x:1", "is not the ARN of a function"),
    ],
)  # fmt: skip
def test_what_it_cannot_be_is_said_where_it_stands(project, word, text, message):
    settings = f'application = "shop"\n[{word}.Their]\nexisting = "{text}"\n[functions.Item]\nsource = "src"\n'
    assert refused(project, settings) == [f'{word}.Their.existing: "{text}" {message}']
