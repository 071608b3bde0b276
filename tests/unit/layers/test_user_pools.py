"""User pools, their clients, the functions that they ask, and functions that log events start."""

from tests.table import rows
from tests.unit.layers.documents import granted, properties, refused
from tests.unit.layers.test_buckets import waits_for

SETTINGS = """
application = "shop"
[user_pools.Customers]
[functions.Welcome]
source = "src"
user_pools.Customers = { variable = "POOL_ARN", actions = ["cognito-idp:AdminGetUser"] }
triggers.user_pools.Customers = { on = ["post_confirmation", "pre_token_generation"] }
triggers.logs.Errors = { function = "Shop", pattern = "ERROR" }
[functions.Shop]
source = "src"
triggers.logs.Foreign = { log_group = "/other/log" }
"""


def test_a_pool_with_its_client(document):
    rendered = document('application = "shop"\n[user_pools.Customers]\n')
    pool = properties(rendered, "CustomersUserPool")
    assert pool["UsernameAttributes"] == ["email"]
    assert pool["UserPoolName"] == "shop-dev-Customers"
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    client = properties(rendered, "CustomersUserPoolClient")
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["GenerateSecret"] is False
    assert {name: output["Value"] for name, output in rendered["Outputs"].items()} == {
        "CustomersUserPoolIdOutput": {"Ref": "CustomersUserPool"},
        "CustomersUserPoolClientIdOutput": {"Ref": "CustomersUserPoolClient"},
        "CustomersUserPoolArnOutput": {"Fn::GetAtt": ["CustomersUserPool", "Arn"]},
    }


def test_protected_pools_keep_their_users_and_clients_are_as_the_settings_say(document):
    rendered = document(
        """
application = "shop"
protected = true
[user_pools.Customers]
sign_in = ["username"]
mfa = "optional"
domain = "shop-customers"
clients.Web = { callback_urls = ["https://shop.example.com/"], scopes = ["openid"] }
clients.Server = { flows = ["admin_user_password"], secret = true }
"""
    )
    pool = properties(rendered, "CustomersUserPool")
    assert pool["DeletionProtection"] == "ACTIVE"
    assert "UsernameAttributes" not in pool
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    web = properties(rendered, "CustomersWebUserPoolClient")
    assert web["CallbackURLs"] == ["https://shop.example.com/"]
    assert web["AllowedOAuthFlows"] == ["code"]
    server = properties(rendered, "CustomersServerUserPoolClient")
    assert server["ExplicitAuthFlows"] == ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert server["GenerateSecret"] is True
    assert properties(rendered, "CustomersUserPoolDomain")["Domain"] == "shop-customers"


def test_a_pool_asks_a_function_without_a_circle(document):
    rendered = document(SETTINGS)
    function = {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-dev-Welcome"}
    assert properties(rendered, "CustomersUserPool")["LambdaConfig"] == {
        "PostConfirmation": function,
        "PreTokenGeneration": function,
    }
    assert properties(rendered, "WelcomeCustomersUserPoolTriggerPermission")["Principal"] == "cognito-idp.amazonaws.com"
    pool = {"Fn::GetAtt": ["CustomersUserPool", "Arn"]}
    assert granted(rendered, "WelcomeFunctionRole")["UseCustomersUserPool"] == (["cognito-idp:AdminGetUser"], [pool])
    for name in rendered["Resources"]:
        assert name not in waits_for(rendered, name)


def test_log_events_start_functions(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "WelcomeErrorsLogTrigger") == {
        "LogGroupName": {"Ref": "ShopFunctionLogGroup"},
        "FilterPattern": "ERROR",
        "DestinationArn": {"Fn::GetAtt": ["WelcomeFunction", "Arn"]},
    }
    assert rendered["Resources"]["WelcomeErrorsLogTrigger"]["DependsOn"] == "WelcomeErrorsLogTriggerPermission"
    permission = properties(rendered, "ShopForeignLogTriggerPermission")
    assert permission["SourceArn"] == {
        "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/other/log:*"
    }


def test_existing_pools_by_id_and_by_arn(document):
    for written, name in (
        ('"eu-west-1_abc"', "eu-west-1_abc"),
        ('"arn:aws:cognito-idp:eu-west-1:111111111111:userpool/eu-west-1_abc"', "eu-west-1_abc"),
    ):
        settings = SETTINGS.replace("[user_pools.Customers]", f"[user_pools.Customers]\nexisting = {written}")
        settings = "\n".join(line for line in settings.splitlines() if not line.startswith("triggers.user_pools"))
        arn = granted(document(settings), "WelcomeFunctionRole")["UseCustomersUserPool"][1][0]
        assert (arn["Fn::Sub"] if isinstance(arn, dict) else arn).endswith(f":userpool/{name}")


def test_passwords_mails_and_the_addresses_of_a_site(document):
    rendered = document(
        """
application = "shop"
[buckets.Web]
[sites.Web]
[user_pools.Customers]
password_needs = ["numbers"]
verification = { subject = "Welcome", message = "Your code is {####}." }
clients.Web = { callback_urls = ["https://${WebSite.DomainName}/in"], logout_urls = ["https://a.example.com"], scopes = ["openid"] }
"""
    )
    pool, client = (properties(rendered, name) for name in ("CustomersUserPool", "CustomersWebUserPoolClient"))
    needs = pool["Policies"]["PasswordPolicy"]
    assert [name for name, needed in needs.items() if needed is True] == ["RequireNumbers"]
    assert pool["VerificationMessageTemplate"]["EmailMessage"] == "Your code is {####}."
    assert client["CallbackURLs"] == [{"Fn::Sub": "https://${WebSite.DomainName}/in"}]
    assert client["LogoutURLs"] == ["https://a.example.com"]


@rows(
    ("old", "new", "message"),
    [
        ("[user_pools.Customers]", '[user_pools.Customers]\nexisting = "x"', "functions.Welcome.triggers.user_pools.Customers: CloudFormation cannot change a user pool that the stack does not own"),
        ("[user_pools.Customers]", '[user_pools.Customers]\nsign_in = ["email", "username"]', "user_pools.Customers.sign_in: username excludes the others"),
        ("[user_pools.Customers]", '[user_pools.Customers]\nclients.Web.callback_urls = ["https://x"]', "user_pools.Customers.clients.Web.scopes: a hosted sign-in page needs some, such as openid"),
        ('"post_confirmation"', '"post_conformation"', 'functions.Welcome.triggers.user_pools.Customers.on.0: "post_conformation" is not one of create_auth_challenge, custom_message, define_auth_challenge, post_authentication, post_confirmation, pre_authentication, pre_sign_up, pre_token_generation, user_migration, verify_auth_challenge_response; did you mean "post_confirmation"?'),
        ('function = "Shop"', 'function = "Welcome"', "functions.Welcome.triggers.logs.Errors.function: each event would start the function that writes the next: a circle without end"),
        ('function = "Shop"', 'function = "Shopp"', 'functions.Welcome.triggers.logs.Errors.function: there is no such function; did you mean "Shop"?'),
        ("triggers.logs.Foreign = {", 'triggers.user_pools.Customers = { on = ["post_confirmation"] }\ntriggers.logs.Foreign = {', "functions.Shop.triggers.user_pools.Customers.on: Welcome is asked already: post_confirmation"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(project, old, new, message):
    assert message in refused(project, SETTINGS.replace(old, new))
