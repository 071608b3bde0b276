"""Images that a deployment builds: what their tag follows from, and what is asked of docker and ECR."""

import base64
from contextlib import ExitStack

import pytest

from tapgen import render
from tapgen.deploy.artifacts.images import images
from tapgen.deploy.artifacts.packages import packages
from tapgen.deploy.aws.operations import AwsClient
from tapgen.errors import ExitCode
from tapgen.settings.load import load
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import request, run
from tests.unit.deploy.test_deploy_bundle import no_installer, write
from tests.unit.layers.documents import refused

SETTINGS = """
application = "shop"
[function_defaults]
image = { dockerfile = "deploy/Dockerfile", context = ".", target = "run", arguments = { MODE = "fast" } }
[functions.Reports]
architecture = "x86_64"
[functions.Totals]
architecture = "x86_64"
image.command = ["app.totals"]
[functions.Other]
image = { repository = "other", dockerfile = "deploy/Dockerfile" }
"""
FILES = {
    "deploy__Dockerfile": "FROM scratch AS run\n",
    "app.py": "x = 1\n",
    "tests__app.py": "y = 1\n",
    "app__tests__z.py": "",
    ".dockerignore": "# not needed\ntests\n**/notes\n*.md\n",
}


@pytest.fixture
def environment(tmp_path):
    write(tmp_path, **{"tapgen.toml": SETTINGS}, **FILES)
    return lambda: load(tmp_path / "tapgen.toml").environment("dev")


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """A docker that writes down what it is asked for, and fails where the file `fail` is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.write_text(
        f'#!/bin/sh\necho "$BUILDX_NO_DEFAULT_ATTESTATIONS $*" >> {folder}/said\n'
        f'[ "$1" = login ] && cat >> {folder}/given\n[ -e {folder}/fail ] && echo "no space left" && exit 3\nexit 0\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def tags(environment):
    return {one.parameter: one.key for one in images(environment, render.render(environment).document)}


def test_the_tag_follows_from_what_the_image_is_made_of(environment, tmp_path):
    first = tags(environment())
    assert first["ReportsFunctionImageTag"] == first["TotalsFunctionImageTag"] != first["OtherFunctionImageTag"]
    write(tmp_path, **{"tests__app.py": "y = 2\n", "app__notes__a.txt": "", "app__code.pyc": ""})
    assert tags(environment()) == first
    changes = {"app.py": "x = 2\n", "app__tests__z.py": "z = 1\n", "deploy__Dockerfile": "FROM scratch\n", "a.md": "a"}
    for name, text in changes.items():
        write(tmp_path, **{name: text})
        now = tags(environment())
        assert now["ReportsFunctionImageTag"] != first["ReportsFunctionImageTag"], name
        first = now


def test_the_template_takes_the_tag(environment):
    document = render.render(environment()).document
    code = document["Resources"]["ReportsFunction"]["Properties"]["Code"]
    registry = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
    assert code == {"ImageUri": {"Fn::Sub": f"{registry}/shop:${{ReportsFunctionImageTag}}"}}
    assert document["Parameters"]["ReportsFunctionImageTag"]["Type"] == "String"


def test_an_image_is_built_and_pushed_once(environment, docker, tmp_path):
    chosen, cloud = environment(), Cloud()
    document = render.render(chosen).document
    with ExitStack() as stack:
        made = request(document, packages=packages(chosen, document, stack, no_installer))
    assert run(cloud, made).code == ExitCode.OK
    said = (docker / "said").read_text().splitlines()
    tag = {one.parameter: one.key for one in made.packages}["ReportsFunctionImageTag"]
    registry = f"{cloud.account}.dkr.ecr.{cloud.region}.amazonaws.com"
    assert said[0] == (
        f"1 build --file {tmp_path}/deploy/Dockerfile --platform linux/amd64 --target run --build-arg MODE=fast "
        f"--tag {registry}/shop:{tag} {tmp_path}"
    )
    assert said[1:3] == [f"1 login --username AWS --password-stdin {registry}", f"1 push {registry}/shop:{tag}"]
    assert "--platform linux/arm64" in said[3]
    assert (docker / "given").read_text() == "secretsecret"
    assert cloud.images.keys() == {"shop", "other"}
    for one in made.packages:
        cloud.images[one.build.repository].add(one.key)
    (docker / "said").unlink()
    run(cloud, made)
    assert not (docker / "said").exists()


def test_what_docker_says_is_told_where_it_fails(environment, docker, monkeypatch):
    chosen = environment()
    document = render.render(chosen).document
    made = request(document, packages=images(chosen, document))
    (docker / "fail").write_text("")
    outcome = run(Cloud(), made)
    assert (outcome.code, outcome.message) == (ExitCode.FAILED, "docker build failed (3):\nno space left")
    monkeypatch.setenv("PATH", "/nowhere")
    outcome = run(Cloud(), made)
    assert (outcome.code, outcome.message) == (ExitCode.FAILED, "docker: No such file or directory")
    assert outcome.hint == (
        "An image is built by docker: install it, or build the image elsewhere and name it by `image.uri`."
    )


def test_ecr_is_asked_for_the_repository_and_the_image(stub):
    stubber, client = stub
    ecr = stubber("ecr")
    asked = {"repositoryName": "shop", "imageIds": [{"imageTag": "v1"}]}
    ecr.add_response("describe_images", {"imageDetails": []}, asked)
    for code in ("ImageNotFoundException", "RepositoryNotFoundException"):
        ecr.add_client_error("describe_images", code, "not found")
    ecr.add_client_error("create_repository", "RepositoryAlreadyExistsException", "it exists")
    token = base64.b64encode(b"AWS:secret").decode()
    host = "1.dkr.ecr.eu-west-1.amazonaws.com"
    data = [{"authorizationToken": token, "proxyEndpoint": f"https://{host}"}]
    ecr.add_response("get_authorization_token", {"authorizationData": data}, {})
    assert isinstance(client, AwsClient)
    assert [client.has_image("shop", "v1") for _ in range(3)] == [True, False, None]
    client.create_repository("shop")
    assert client.registry_login() == ("AWS", "secret", host)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ('dockerfile = "Dockerfile"', '.dockerfile: there is no file "Dockerfile"'),
        ('dockerfile = "D", context = "none"', '.context: there is no folder "none"'),
        ('dockerfile = "D", tag = "v1"', ".dockerfile: what is built has no uri, tag and digest yet"),
        ('repository = "shop", tag = "v1", target = "run"', ": context, target and arguments are for a dockerfile"),
        (
            'dockerfile = "D", repository = "1.dkr.ecr.eu-west-1.amazonaws.com/shop"',
            ".repository: what is built goes to the account's own registry: the name alone",
        ),
    ],
)
def test_what_cannot_be_built_is_refused(tmp_path, image, message):
    file = write(tmp_path, **{"tapgen.toml": f'application = "shop"\n[functions.X]\nimage = {{ {image} }}\n'})
    assert f"functions.X.image{message}" in refused(lambda _: file / "tapgen.toml", "")
