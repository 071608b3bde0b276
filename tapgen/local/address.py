"""EDGE: where an embedded AWS is, and what it answers there, whoever has started it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tapgen.errors import TapgenError
from tapgen.local.guard import KEY_HEADER

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
_PATIENCE = 30.0  # seconds for one answer


@dataclass(frozen=True)
class Address:
    """A running embedded AWS."""

    port: int
    account: str
    region: str
    credentials: tuple[str, str] = field(repr=False)
    """Access key and secret key of the account's root, made for this run; they open nothing else."""

    @property
    def advice(self) -> str:
        """What to look at where it does not answer."""
        return "It may have ended."

    @property
    def endpoint(self) -> str:
        """The endpoint of every service, for AWS_ENDPOINT_URL."""
        return f"http://{HOST}:{self.port}"

    def api_url(self, api_id: str, stage: str) -> str:
        """The address of a stage of a REST API, without a slash at its end."""
        return f"{self.endpoint}/restapis/{api_id}/{stage}/_user_request_"

    def scan(self, table: str, region: str) -> list[dict[str, Any]]:
        """The items of a DynamoDB table, as its API writes them: `{"itemId": {"S": "..."}}`."""
        items: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"TableName": table}
        while True:
            page = self.call("dynamodb", region, "DynamoDB_20120810.Scan", asked)
            items += page["Items"]
            if not page.get("LastEvaluatedKey"):
                return items
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def messages(self, queue: str, region: str) -> list[dict[str, Any]]:
        """The messages of a queue by its URL, which stay as they are: none counts as received."""
        path = f"/_ministack/sqs/messages?account={self.account}&region={region}&QueueUrl={quote(queue, safe='')}"
        answered = json.loads(self._exchange("GET", path))["messages"]
        found: list[dict[str, Any]] = answered.get(self.account, {}).get(region, {}).get(queue, [])
        return found

    def call(self, service: str, region: str, target: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What a service with a JSON protocol answers to one of its operations.

        Raises:
            TapgenError: it refuses.
        """
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        answer = self._exchange("POST", "/", headers | self._caller(service, region), json.dumps(asked).encode())
        answered: dict[str, Any] = json.loads(answer or b"{}")
        return answered

    def get(self, service: str, region: str, path: str) -> dict[str, Any]:
        """What a service with a REST protocol has at a path.

        Raises:
            TapgenError: it refuses, or has nothing there.
        """
        answered: dict[str, Any] = json.loads(self._exchange("GET", path, self._caller(service, region)))
        return answered

    def _caller(self, service: str, region: str) -> dict[str, str]:
        """Says who calls which service; what stands for the signature is the key's own header."""
        scope = f"{self.credentials[0]}/20260101/{region}/{service}/aws4_request"
        return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}

    def check(self) -> None:
        """Ask whether it is there.

        Raises:
            TapgenError: it is not, or takes these keys for somebody else's.
        """
        self._exchange("GET", "/_ministack/health")

    def reset(self) -> None:
        """Forget every resource of every account."""
        self._exchange("POST", "/_ministack/reset")

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> bytes:
        connection = HTTPConnection(HOST, self.port, timeout=_PATIENCE)
        try:
            connection.request(method, path, body, {**(headers or {}), KEY_HEADER: self.credentials[1]})
            response = connection.getresponse()
            answer = response.read()
        except (OSError, HTTPException) as error:
            raise TapgenError(f"the embedded AWS does not answer: {error}", self.advice) from None
        finally:
            connection.close()
        if response.status != 200:
            raise TapgenError(f"the embedded AWS: HTTP {response.status}: {answer.decode(errors='replace')[:500]}")
        return answer
