"""moto's server, with what StackSets of AWS do and moto's do not: ids of operations, tokens, and errors by their names.

It prints its port, and ends when its standard input does.
"""

from __future__ import annotations

from types import SimpleNamespace

from moto.cloudformation import models
from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.responses import CloudFormationResponse as Responses
from moto.core.responses import ActionResult
from moto.server import ThreadedMotoServer

made: dict[tuple[str, str], str] = {}
"""The token by the account's region and the name of a StackSet."""


def refused(code: str, message: str) -> CloudFormationError:
    error = CloudFormationError(message)
    error.code = error.error_type = code
    return error


def with_id(begin):
    """An operation gets the id that the request asks for, once."""

    def wrapper(self):
        wanted = self._get_param("OperationId")
        there = self.cloudformation_backend.describe_stack_set(self._get_param("StackSetName"))
        if any(one["OperationId"] == wanted for one in there.operations):
            raise refused("OperationIdAlreadyExistsException", f"operation {wanted} exists")
        models.mock_random = SimpleNamespace(uuid4=lambda: wanted)
        return begin(self)

    return wrapper


def with_token(create):
    """A StackSet is created once; a second attempt of the same call is answered as the first."""

    def wrapper(self):
        name, token = self._get_param("StackSetName"), self._get_param("ClientRequestToken")
        try:
            there = self.cloudformation_backend.describe_stack_set(name)
        except models.StackSetNotFoundException:
            made[self.region, name] = token
            return create(self)
        if made.get((self.region, name)) != token:
            raise refused("NameAlreadyExistsException", f"StackSet {name} already exists")
        return ActionResult({"StackSetId": there.id})

    return wrapper


def operation(self, wanted):
    found = next((one for one in self.operations if one["OperationId"] == wanted), None)
    if found is None:
        raise refused("OperationNotFoundException", f"operation {wanted} not found")
    return found


for name in ("create_stack_instances", "delete_stack_instances", "update_stack_set"):
    setattr(Responses, name, with_id(getattr(Responses, name)))
Responses.create_stack_set = with_token(Responses.create_stack_set)
models.StackSet.get_operation = operation

if __name__ == "__main__":
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    input()
