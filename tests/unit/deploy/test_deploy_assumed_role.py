"""The role that tapgen itself acts as: its credentials sign every call, and STS is asked once."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tapgen.deploy.aws.assumed_role import is_role
from tapgen.deploy.aws.errors import DeniedError
from tapgen.deploy.aws.session import connect

ROLE = "arn:aws:iam::123456789012:role/deployer"
ASSUMED = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>{ROLE}</Arn>
<AssumedRoleId>A:tapgen</AssumedRoleId></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"""
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Account>123456789012</Account><Arn>CALLER</Arn><UserId>u</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>"""
DENIED = """<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>
<Message>User is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>"""


@pytest.fixture
def sts(monkeypatch, tmp_path):
    """STS on this machine: who called what, and whether the role may be assumed."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OWN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            action = body.partition("Action=")[2].partition("&")[0]
            key = self.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
            self.server.calls.append((action, key))
            refused = action == "AssumeRole" and not self.server.trusted
            identity = IDENTITY.replace("CALLER", self.server.caller)
            text = DENIED if refused else ASSUMED if action == "AssumeRole" else identity
            self.send_response(403 if refused else 200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    for method in ("POST",):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.2", 0), Handler)
    server.calls, server.trusted, server.caller = [], True, "a"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def client(server, **roles):
    return connect(region="us-east-1", endpoint=f"http://127.0.0.2:{server.server_port}", **roles)


def test_every_call_is_made_by_the_role(sts):
    acting = client(sts, deploy_role=ROLE)
    assert sts.calls == []
    acting.identity()
    acting.identity()
    assert sts.calls == [("AssumeRole", "OWN"), ("GetCallerIdentity", "ASSUMED"), ("GetCallerIdentity", "ASSUMED")]


def test_without_a_role_the_own_credentials_call(sts):
    client(sts).identity()
    assert sts.calls == [("GetCallerIdentity", "OWN")]


def test_an_aws_on_this_machine_has_no_such_roles(sts, monkeypatch):
    local = connect(region="us-east-1", endpoint="http://127.0.0.1:9", deploy_role=ROLE, cloudformation_role=ROLE)
    assert local._role == {}
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:9")
    assert connect(region="us-east-1", cloudformation_role=ROLE)._role == {}
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert client(sts, cloudformation_role=ROLE)._role == {"RoleARN": ROLE}


def test_a_role_that_does_not_trust_us_is_named(sts):
    sts.trusted = False
    with pytest.raises(DeniedError, match=r"AssumeRole: .*not authorized to perform: sts:AssumeRole") as caught:
        client(sts, deploy_role=ROLE).identity()
    assert "trust policy" in caught.value.hint


def test_who_is_the_role_already_acts_as_it(sts):
    sts.trusted = False
    sts.caller = "arn:aws:sts::123456789012:assumed-role/deployer/GitHubActions"
    acting = client(sts, deploy_role=ROLE.replace("role/", "role/pipelines/"))
    assert acting.identity().account == "123456789012"
    assert sts.calls == [("AssumeRole", "OWN"), ("GetCallerIdentity", "OWN"), ("GetCallerIdentity", "OWN")]


@pytest.mark.parametrize(
    ("caller", "same"),
    [
        ("arn:aws:sts::123456789012:assumed-role/deployer/x", True),
        ("arn:aws:sts::123456789012:assumed-role/deployer-2/x", False),
        ("arn:aws:sts::999999999999:assumed-role/deployer/x", False),
        ("arn:aws:iam::123456789012:user/deployer", False),
    ],
)
def test_a_session_of_the_role_is_told_by_account_and_name(caller, same):
    assert is_role(caller, ROLE) is same
