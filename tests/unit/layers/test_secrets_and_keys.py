"""Secrets, SSM parameters and KMS keys: their resources, uses, and values of variables that no template has."""

from tapgen import render
from tapgen.proof import check
from tapgen.settings.load import load
from tests.table import rows
from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[secrets.Database]
template = { username = "shop" }
[ssm_parameters.Limit]
value = 100
[functions.Orders]
source = "src"
secrets.Database = { variable = "SECRET", actions = ["secretsmanager:GetSecretValue"] }
ssm_parameters.Limit = { variable = "LIMIT_PARAMETER", actions = ["ssm:GetParameter"] }
environment.PASSWORD = { secret = "Database", key = "password" }
environment.WHOLE = { secret = "Database" }
environment.LIMIT = { ssm_parameter = "Limit" }
environment.OTHER = { ssm_parameter = "/shop/other" }
"""


def test_a_secret_is_generated_with_the_key_that_functions_read(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "DatabaseSecret") == {
        "GenerateSecretString": {
            "PasswordLength": 32,
            "ExcludePunctuation": True,
            "SecretStringTemplate": '{"username": "shop"}',
            "GenerateStringKey": "password",
        }
    }
    assert properties(rendered, "LimitParameter") == {"Name": "/shop/dev/limit", "Type": "String", "Value": "100"}


def test_variables_are_looked_up_and_never_written(document):
    variables = properties(document(SETTINGS), "OrdersFunction")["Environment"]["Variables"]
    secret = {"Ref": "DatabaseSecret"}
    assert variables == {
        "PASSWORD": {"Fn::Join": ["", ["{{resolve:secretsmanager:", secret, ":SecretString:password}}"]]},
        "WHOLE": {"Fn::Join": ["", ["{{resolve:secretsmanager:", secret, "}}"]]},
        "LIMIT": {"Fn::GetAtt": ["LimitParameter", "Value"]},
        "OTHER": "{{resolve:ssm:/shop/other}}",
        "SECRET": secret,
        "LIMIT_PARAMETER": {"Ref": "LimitParameter"},
    }


def test_the_check_takes_a_looked_up_variable_for_no_secret_and_the_arn_of_a_path_for_right(project):
    environment = load(project(SETTINGS)).environment("dev")
    found = check.check(environment, render.render(environment).document, lint=False)
    assert [finding.message for finding in found if finding.rule in ("secret-variable", "action-resource")] == []


def test_uses_are_granted_by_arn_and_by_a_path_without_a_second_slash(document):
    statements = granted(document(SETTINGS), "OrdersFunctionRole")
    assert statements["UseDatabaseSecret"] == (["secretsmanager:GetSecretValue"], [{"Ref": "DatabaseSecret"}])
    assert statements["UseLimitParameter"] == (
        ["ssm:GetParameter"],
        [{"Fn::Sub": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${LimitParameter}"}],
    )


def test_an_existing_secret_and_parameter(document):
    rendered = document(
        SETTINGS.replace('template = { username = "shop" }', 'existing = "live/database"').replace(
            "value = 100", 'existing = "/live/limit"'
        )
    )
    statements = granted(rendered, "OrdersFunctionRole")
    here = "${AWS::Region}:${AWS::AccountId}"
    assert statements["UseDatabaseSecret"][1] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:secretsmanager:{here}:secret:live/database-??????"}
    ]
    assert statements["UseLimitParameter"][1] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:ssm:{here}:parameter/live/limit"}
    ]
    variables = properties(rendered, "OrdersFunction")["Environment"]["Variables"]
    assert variables["PASSWORD"] == "{{resolve:secretsmanager:live/database:SecretString:password}}"
    assert variables["SECRET"] == "live/database"
    assert variables["LIMIT"] == "{{resolve:ssm:/live/limit}}"


def test_an_existing_parameter_by_its_arn_has_its_slash_again(document):
    arn = "arn:aws:ssm:eu-west-1:111111111111:parameter/live/limit"
    rendered = document(SETTINGS.replace("value = 100", f'existing = "{arn}"'))
    variables = properties(rendered, "OrdersFunction")["Environment"]["Variables"]
    assert variables["LIMIT_PARAMETER"] == "/live/limit"
    assert granted(rendered, "OrdersFunctionRole")["UseLimitParameter"][1] == [arn]


def test_an_alias_is_no_existing_key(project):
    settings = 'application = "shop"\n[keys.Data]\nexisting = "alias/shop"\n'
    assert refused(project, settings) == ["keys.Data.existing: IAM takes no alias of a key; name its id or ARN"]


def test_a_secret_in_further_regions(document, project):
    settings = (
        'application = "shop"\nregion = "eu-west-1"\n[secrets.Database]\nreplicas = ["us-east-1", "eu-central-1"]\n'
    )
    assert properties(document(settings), "DatabaseSecret")["ReplicaRegions"] == [
        {"Region": "us-east-1"},
        {"Region": "eu-central-1"},
    ]
    assert refused(project, settings.replace('"us-east-1",', '"eu-west-1",')) == [
        "secrets.Database.replicas: eu-west-1 is where the stack itself is; name other regions"
    ]


def test_a_secret_of_a_parameter_and_its_rotation(document):
    rendered = document(
        """
application = "shop"
parameters.Password = { type = "String", secret = true }
[secrets.Database]
parameter = "Password"
rotation = { function = "Rotate", days = 7 }
[functions.Rotate]
source = "src"
secrets.Database = { actions = ["secretsmanager:PutSecretValue"] }
"""
    )
    assert properties(rendered, "DatabaseSecret") == {"SecretString": {"Ref": "Password"}}
    assert properties(rendered, "DatabaseSecretRotation")["RotationRules"] == {"AutomaticallyAfterDays": 7}
    assert properties(rendered, "DatabaseSecretRotationPermission")["Principal"] == "secretsmanager.amazonaws.com"


def test_a_key_encrypts_what_the_settings_say_and_functions_may_use_it(document):
    rendered = document(
        """
application = "shop"
encryption = "Data"
[keys.Data]
alias = "alias/shop"
[tables.Orders]
[queues.Ship]
subscriptions.News = {}
[topics.News]
[buckets.Uploads]
[streams.Clicks]
[secrets.Token]
[functions.Orders]
source = "src"
tables.Orders.actions = ["dynamodb:GetItem"]
triggers.queues.Ship = {}
topics.News.actions = ["sns:Publish"]
"""
    )
    key = {"Fn::GetAtt": ["DataKey", "Arn"]}
    assert properties(rendered, "OrdersTable")["SSESpecification"]["KMSMasterKeyId"] == key
    assert properties(rendered, "ShipQueue")["KmsMasterKeyId"] == key
    assert properties(rendered, "ShipDeadLetterQueue")["KmsMasterKeyId"] == key
    assert properties(rendered, "NewsTopic")["KmsMasterKeyId"] == key
    assert properties(rendered, "ClicksStream")["StreamEncryption"]["KeyId"] == key
    assert properties(rendered, "TokenSecret")["KmsKeyId"] == key
    assert properties(rendered, "OrdersFunctionLogGroup")["KmsKeyId"] == key
    [rule] = properties(rendered, "UploadsBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert granted(rendered, "OrdersFunctionRole")["UseKey"] == (["kms:Decrypt", "kms:GenerateDataKey"], [key])
    assert properties(rendered, "DataKeyAlias")["AliasName"] == "alias/shop"
    made = properties(rendered, "DataKey")
    assert made["EnableKeyRotation"] is True
    statements = {one["Sid"]: one for one in made["KeyPolicy"]["Statement"]}
    assert statements["Services"]["Principal"] == {"Service": ["sns.amazonaws.com"]}
    assert statements["Account"]["Action"] == ["kms:*"]
    assert "Logs" in statements


def test_who_leaves_dead_letters_in_an_encrypted_queue_may_use_its_key(document):
    rendered = document(
        """
application = "shop"
[keys.Data]
existing = "arn:aws:kms:eu-west-1:111111111111:key/1"
[queues.Lost]
encryption = "Data"
[tables.Orders]
[functions.Orders]
source = "src"
triggers.tables.Orders = { dead_letter_queue = "Lost" }
triggers.schedules.Nightly = { expression = "rate(1 day)", dead_letter_queue = "Lost" }
"""
    )
    key = (["kms:Decrypt", "kms:GenerateDataKey"], ["arn:aws:kms:eu-west-1:111111111111:key/1"])
    assert granted(rendered, "OrdersFunctionRole")["UseKey"] == key
    assert granted(rendered, "OrdersScheduleRole")["UseKey"] == key


def test_administrators_take_the_administration_from_the_account(document):
    rendered = document(
        'application = "shop"\n[keys.Data]\nadministrators = ["arn:aws:iam::111111111111:role/Security"]\n'
    )
    statements = {one["Sid"]: one for one in properties(rendered, "DataKey")["KeyPolicy"]["Statement"]}
    assert statements.keys() == {"AccountUses", "Administration"}
    assert "kms:ScheduleKeyDeletion" in statements["Administration"]["Action"]
    assert "kms:*" not in statements["AccountUses"]["Action"]


@rows(
    ("old", "new", "message"),
    [
        ("value = 100", "", "ssm_parameters.Limit.value: it is required and missing: SSM takes no empty parameter"),
        ('secret = "Database", key = "password"', 'secret = "Databse"', 'functions.Orders.environment.PASSWORD: there is no secret "Databse"; did you mean "Database"?; one that exists needs [secrets.Databse] with existing = "its name"'),
        ('{ secret = "Database" }', '{ secret = "Database", key = "host" }', "secrets.Database: functions read the keys host, password, which it has not; say key, or template"),
        ('{ secret = "Database" }', '{ key = "host" }', "functions.Orders.environment.WHOLE: say one of secret, ssm_parameter, parameter, import and value"),
        ('template = { username = "shop" }', 'rotation = { function = "Turn" }', "secrets.Database.rotation.function: there is no such function; known: Orders"),
        ('template = { username = "shop" }', 'encryption = "Data"', 'secrets.Database.encryption: there is no key "Data"; known: none'),
        ('application = "shop"', 'application = "shop"\nencryption = "Data"', 'encryption: there is no key "Data"; known: none'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(project, old, new, message):
    assert message in refused(project, SETTINGS.replace(old, new, 1))
