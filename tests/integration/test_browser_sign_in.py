"""A page in a real browser signs in at the local user pool and calls protected routes of another origin, of both kinds.

It can read why it is refused: the headers of CORS are on API Gateway's own errors too.
"""

import json
import os
import secrets

import pytest
from botocore.session import Session

from tapgen.cli import run
from tapgen.local import gateway
from tapgen.local.isolation import isolate
from tests.integration.conftest import REAL, variables
from tests.integration.test_browser import BROWSER, site, visit

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
    pytest.mark.skipif(bool(REAL), reason="of the embedded AWS alone"),
]

SETTINGS = """
application = "NAME"

[user_pools.Customers]
clients.Web = { flows = ["user_password"] }

[functions.Item]
source = "src"
routes = ["GET /item", { route = "GET /item", api = "Site" }]

[api]
cors.origins = ["PAGE", "https://shop.example.com"]
authorizer = "Customers"
authorizers.Customers = { user_pool = "Customers" }

[apis.Site]
kind = "http"
cors.origins = ["PAGE", "https://shop.example.com"]
authorizer = "Customers"
authorizers.Customers = { user_pool = "Customers" }
"""
HANDLER = '''
import json
import os


def cors_headers(event):
    """The headers by which a browser lets the calling page read the answer."""
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    allowed = os.environ.get("CORS_ORIGIN", "*").split(",")
    origin = sent.get("origin") if sent.get("origin") in allowed else allowed[0]
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def handler(event, context):
    caller = event["requestContext"]["authorizer"]
    claims = caller.get("claims") or caller["jwt"]["claims"]
    return {"statusCode": 200, "headers": cors_headers(event), "body": json.dumps({"email": claims["email"]})}
'''
PAGE = """<!doctype html><meta charset="utf-8"><title>Sign in</title>
<script>
  const CONFIG = %s;
  const cognito = (operation, asked) => fetch(CONFIG.cognito, {
    method: "POST",
    headers: {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService." + operation},
    body: JSON.stringify(asked),
  }).then(async answer => ({status: answer.status, ...await answer.json()}));
  const sign_in = password => cognito("InitiateAuth", {
    ClientId: CONFIG.client,
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: {USERNAME: CONFIG.user, PASSWORD: password},
  });
  const call = (api, token) => fetch(api + "/item", {headers: token ? {Authorization: token} : {}})
    .then(async answer => [answer.status, await answer.json()], error => String(error));
  (async () => {
    const said = {refused: await sign_in("wrong").then(answer => [answer.status, answer.__type], String)};
    const token = (await sign_in(CONFIG.password)).AuthenticationResult.IdToken;
    const other = token.slice(0, -8) + (token.endsWith("AAAAAAAA") ? "BBBBBBBB" : "AAAAAAAA");
    for (const [kind, api] of Object.entries(CONFIG.apis)) {
      said[kind] = [await call(api, token), await call(api, other), await call(api, "nonsense"), await call(api, null)];
    }
    await fetch("/said", {method: "POST", body: JSON.stringify(said)});
  })().catch(error => fetch("/said", {method: "POST", body: JSON.stringify({error: String(error)})}));
</script>
"""
PASSWORD = "Aa1!" + secrets.token_urlsafe(12)


def deployed(running, folder, page):
    """The stack's outputs, and the user pool's id and client of a project that lets in pages of one origin."""
    name = f"s{secrets.token_hex(4)}"
    (folder / "src").mkdir()
    (folder / "src" / "index.py").write_text(HANDLER)
    (folder / "tapgen.toml").write_text(SETTINGS.replace("NAME", name).replace("PAGE", page))
    environ = {**isolate(os.environ, running), "AWS_REGION": running.region}
    with variables(environ):
        assert run(["--project", str(folder), "deploy", "--yes", "--env", "dev"]) == 0
    session = Session()
    session.set_credentials(*running.credentials)
    asked = {"region_name": running.region, "endpoint_url": running.endpoint}
    stacks = session.create_client("cloudformation", **asked)
    outputs = {
        output["OutputKey"]: output["OutputValue"]
        for output in stacks.describe_stacks(StackName=f"{name}-dev")["Stacks"][0]["Outputs"]
    }
    resources = stacks.describe_stack_resources(StackName=f"{name}-dev")["StackResources"]
    ids = {one["ResourceType"]: one["PhysicalResourceId"] for one in resources}
    pool, client = ids["AWS::Cognito::UserPool"], ids["AWS::Cognito::UserPoolClient"]
    users = session.create_client("cognito-idp", **asked)
    user = {"UserPoolId": pool, "Username": "me@example.com"}
    users.admin_create_user(
        **user, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email", "Value": "me@example.com"}]
    )
    users.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
    return outputs, client


def test_a_page_signs_in_and_reads_what_it_is_refused(embedded, tmp_path):
    project, profile = tmp_path / "project", tmp_path / "profile"
    project.mkdir()
    profile.mkdir()
    embedded.reset()
    with site("") as server:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        outputs, client = deployed(embedded, project, address)
        apis = {"rest": gateway.url(outputs, embedded), "http": gateway.url(outputs, embedded, "Site")}
        login = {"user": "me@example.com", "password": PASSWORD, "client": client, "cognito": embedded.endpoint + "/"}
        server.page = PAGE % json.dumps({**login, "apis": apis})
        said = visit(address + "/", server.said, profile)
    unauthorized = [401, {"message": "Unauthorized"}]
    answers = [[200, {"email": "me@example.com"}], unauthorized, unauthorized, unauthorized]
    assert said == {"refused": [400, "NotAuthorizedException"], "rest": answers, "http": answers}
