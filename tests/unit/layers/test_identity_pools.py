"""Identity pools: the roles that Cognito gives users and guests, and the clients whose users they are."""

import pytest

from tests.unit.layers.documents import properties, refused

POOL = """
application = "shop"
[buckets.Uploads]
[user_pools.Customers]
clients.Web = {}
clients.Phone = {}
[identity_pools.App]
user_pools = ["Customers"]
users = [{ actions = ["s3:PutObject"], resources = ["${UploadsBucket.Arn}/${cognito-identity.amazonaws.com:sub}/*"], reason = "own files" }]
"""
GUESTS = 'guests = [{ actions = ["s3:GetObject"], resources = ["${UploadsBucket.Arn}/shown/*"] }]'
STATEMENT = '[{ actions = ["s3:GetObject"], resources = ["*"], reason = "x" }]'
REFUSED = [
    ("", ": nobody has an identity: say user_pools, providers or guests"),
    ('user_pools = ["Custom"]', '.user_pools.0: there is no user pool "Custom"; did you mean "Customers"?'),
    ('user_pools = ["Old"]', ".user_pools.0: the clients of Old are not the stack's own, and not known"),
    (f"users = {STATEMENT}\nguests = {STATEMENT}", ".users: nobody signs them in: say user_pools or providers"),
    (
        "guests = " + STATEMENT.replace("Object", "Objects"),
        '.guests.0.actions.0: "s3:GetObjects" is not an action of IAM; did you mean "s3:GetObject"?',
    ),
]


def test_users_of_a_pools_clients_have_a_role(document):
    rendered = document(POOL)
    pool = properties(rendered, "AppIdentityPool")
    clients = [one["ClientId"]["Ref"] for one in pool["CognitoIdentityProviders"]]
    assert (clients, pool["AllowUnauthenticatedIdentities"]) == (
        ["CustomersWebUserPoolClient", "CustomersPhoneUserPoolClient"],
        False,
    )
    role = properties(rendered, "AppIdentityPoolUsersRole")
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": {"Ref": "AppIdentityPool"}},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
    }
    [statement] = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert "${!cognito-identity.amazonaws.com:sub}/*" in str(statement["Resource"])
    attached = properties(rendered, "AppIdentityPoolRoles")["Roles"]
    assert attached == {"authenticated": {"Fn::GetAtt": ["AppIdentityPoolUsersRole", "Arn"]}}


def test_guests_have_a_role_where_they_may_do_anything(document):
    rendered = document(POOL + GUESTS)
    assert properties(rendered, "AppIdentityPool")["AllowUnauthenticatedIdentities"] is True
    assert [*properties(rendered, "AppIdentityPoolRoles")["Roles"]] == ["authenticated", "unauthenticated"]


@pytest.mark.parametrize(("settings", "message"), REFUSED)
def test_an_identity_pool_for_nobody_or_with_a_pool_that_is_not_there(project, settings, message):
    pools = '[user_pools.Customers]\n[user_pools.Old]\nexisting = "eu-west-1_abcdefghi"\n'
    found = refused(project, f'application = "shop"\n{pools}[identity_pools.App]\n{settings}\n')
    assert f"identity_pools.App{message}" in found
