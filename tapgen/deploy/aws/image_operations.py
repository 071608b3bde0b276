"""The operations of ECR by which images come into a repository."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tapgen.deploy.aws.errors import AwsError

if TYPE_CHECKING:
    from tapgen.deploy.aws.calls import Call

_NO_REPOSITORY = "RepositoryNotFoundException"
_NO_IMAGE = "ImageNotFoundException"
_THERE = "RepositoryAlreadyExistsException"


class ImageOperations:
    """The part of `client.Client` that knows images."""

    _call: Call

    def has_image(self, repository: str, tag: str) -> bool | None:
        """DescribeImages."""
        try:
            self._call("ecr", "describe_images", repositoryName=repository, imageIds=[{"imageTag": tag}])
        except AwsError as error:
            if error.code in (_NO_REPOSITORY, _NO_IMAGE):
                return None if error.code == _NO_REPOSITORY else False
            raise
        return True

    def create_repository(self, name: str) -> None:
        """CreateRepository, with tags that never move; one that is there by now is taken."""
        try:
            self._call(
                "ecr",
                "create_repository",
                repositoryName=name,
                imageTagMutability="IMMUTABLE",
                imageScanningConfiguration={"scanOnPush": True},
            )
        except AwsError as error:
            if error.code != _THERE:
                raise

    def registry_login(self) -> tuple[str, str, str]:
        """GetAuthorizationToken."""
        [found] = self._call("ecr", "get_authorization_token")["authorizationData"]
        user, _, password = base64.b64decode(found["authorizationToken"]).decode().partition(":")
        return user, password, found["proxyEndpoint"].removeprefix("https://")
