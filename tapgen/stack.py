"""What a layer of the project's own is handed: what the stack has so far, to refer to, to add to and to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from troposphere import awslambda

from tapgen import naming, policies
from tapgen.errors import suggestion
from tapgen.layers.refs import ApiRefs, ComputeRefs, DataRefs, IdentityRefs, NetworkRefs
from tapgen.settings import routes

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import Template


class Stack(Struct, frozen=True):
    """What a layer of the project's own may refer to, add to and change.

    What is asked for by name is a troposphere object of the template: setting its properties changes the template. A
    name that is not there raises LookupError, which says which there are.
    """

    template: Template
    data: DataRefs
    network: NetworkRefs | None
    identity: IdentityRefs
    compute: ComputeRefs
    api: ApiRefs | None
    apis: Mapping[str, ApiRefs]

    def allow(self, function: str, *statements: Statement | Mapping[str, Any]) -> None:
        """Add statements to the role of a function: awacs statements, or mappings as a policy document has them.

        Raises:
            LookupError: there is no such function, or its role exists already and is not the stack's.
            ValueError: a mapping is no statement.
        """
        self.function(function)
        if function not in self.identity.roles:
            raise LookupError(f"{function} has an existing role, to which nothing can be added; allow it there")
        read = [policies.read_statement(one) if isinstance(one, Mapping) else one for one in statements]
        self.identity.roles[function].statements.extend(read)

    def set_variable(self, function: str, variable: str, value: Any, *, replace: bool = False) -> None:
        """Give a function one more environment variable; a number becomes text, as Lambda has it.

        Raises:
            LookupError: there is no such function.
            ValueError: it has that variable already, and `replace` is not set, or the name is reserved by Lambda.
        """
        resource = self.function(function)
        if variable in naming.RESERVED_VARIABLES:
            raise ValueError(f"{variable} is reserved by Lambda")
        if "Environment" not in resource.properties:
            resource.Environment = awslambda.Environment(Variables={})
        variables = resource.Environment.Variables
        if variable in variables and not replace:
            raise ValueError(f"{function} has a variable {variable} already; say replace=True where that is meant")
        variables[variable] = str(value).lower() if isinstance(value, bool) else _text(value)

    def function(self, name: str) -> Any:
        """The AWS::Lambda::Function of a function of the settings."""
        return self._resource(self._known(name, self.compute.functions, "function", naming.function))

    def role(self, function: str) -> Any:
        """The AWS::IAM::Role of a function."""
        known = self.identity.roles
        return self._resource(
            self._known(function, known, "function with a role of the stack", naming.function) + "Role"
        )

    def log_group(self, function: str) -> Any:
        """The AWS::Logs::LogGroup of a function."""
        return self._resource(self._known(function, self.data.function_logs, "function", naming.function) + "LogGroup")

    def alarm(self, function: str, metric: str) -> Any:
        """The AWS::CloudWatch::Alarm of a function on "errors", "throttles" or "duration"."""
        title = self._known(function, self.compute.functions, "function", naming.function)
        return self._resource(f"{title}{naming.logical(metric)}Alarm")

    def rest_api(self, name: str | None = None) -> Any:
        """The AWS::ApiGateway::RestApi or AWS::ApiGatewayV2::Api: the default one, or one of `apis`."""
        if (name or "") not in self.apis:
            raise LookupError(f'there is no API "{name or "api"}"; {suggestion(name or "", self.apis)}')
        return self._resource(naming.logical(name or "", "api"))

    def method(self, route: str, api: str | None = None) -> Any:
        """The AWS::ApiGateway::Method of a route such as "POST /orders"; `api` names one of `apis`.

        Raises:
            LookupError: there is no such route, or its API is written as one body and has no methods.
        """
        title = self.rest_api(api).title
        wanted = routes.parse(route)
        found = f"{title}{naming.path(wanted.parts)}{naming.logical(wanted.method.lower())}Method"
        if found in self.template.resources:
            return self.template.resources[found]
        known = [one for one in self.template.resources if one.endswith("Method") and one.startswith(title)]
        if not known:
            raise LookupError(f"{title} is written as one body, without a resource for each method; change its Body")
        raise LookupError(f'there is no method for "{route}"; {suggestion(found, known)}')

    def part(self, kind: str, name: str) -> Any:
        """The resource of a part, such as the AWS::SQS::Queue of `part("queues", "Orders")`."""
        if kind not in self.data.parts:
            raise LookupError(f'there are no parts of the kind "{kind}"; {suggestion(kind, self.data.parts)}')
        parts = self.data.parts[kind]
        if name not in parts:
            raise LookupError(f'there is no "{name}" among {kind}; {suggestion(name, parts)}')
        if not parts[name].title:
            raise LookupError(f"{kind}.{name} exists elsewhere; the template has no resource of it to change")
        return self._resource(parts[name].title)

    def table(self, name: str) -> Any:
        """The AWS::DynamoDB::Table of a table."""
        return self.part("tables", name)

    def queue(self, name: str) -> Any:
        """The AWS::SQS::Queue of a queue."""
        return self.part("queues", name)

    def topic(self, name: str) -> Any:
        """The AWS::SNS::Topic of a topic."""
        return self.part("topics", name)

    def bucket(self, name: str) -> Any:
        """The AWS::S3::Bucket of a bucket."""
        return self.part("buckets", name)

    def secret(self, name: str) -> Any:
        """The AWS::SecretsManager::Secret of a secret."""
        return self.part("secrets", name)

    def key(self, name: str) -> Any:
        """The AWS::KMS::Key of a key."""
        return self.part("keys", name)

    def bus(self, name: str) -> Any:
        """The AWS::Events::EventBus of a bus."""
        return self.part("buses", name)

    def state_machine(self, name: str) -> Any:
        """The AWS::StepFunctions::StateMachine of a state machine."""
        return self.part("state_machines", name)

    def user_pool(self, name: str) -> Any:
        """The AWS::Cognito::UserPool of a user pool."""
        return self.part("user_pools", name)

    def _known(self, name: str, known: Collection[str], what: str, title: Any) -> str:
        if name not in known:
            raise LookupError(f'there is no {what} "{name}"; {suggestion(name, known)}')
        return str(title(name))

    def _resource(self, title: str) -> Any:
        if title not in self.template.resources:
            raise LookupError(f'there is no resource "{title}"; {suggestion(title, self.template.resources)}')
        return self.template.resources[title]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) else value
