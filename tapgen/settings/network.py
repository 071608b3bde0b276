"""The VPC that the functions run in: the stack's own, or one that exists."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.late import late
from tapgen.settings.names import Cidr
from tapgen.settings.references import Reference

if TYPE_CHECKING:
    from tapgen.settings.vpc_ids import Egress, SecurityGroupId, VpcId

SubnetId = Annotated[str, Meta(pattern=r"^(subnet-[0-9a-z]+|\$\{[A-Za-z0-9.:]+\})$")]
ServiceName = Annotated[str, Meta(pattern=r"^[a-z0-9.-]+$")]

SMALLEST_SUBNET = 28  # VPC user guide, "VPC CIDR blocks": /16 to /28
LARGEST_VPC = 16
GATEWAY_SERVICES = ("dynamodb", "s3")
"""AWS PrivateLink guide, "Gateway endpoints": these two and no other."""

OWN_ENDPOINTS = ("dynamodb",)
"""The endpoints of a VPC of the stack's own, unless the settings say otherwise: the free one that a table needs."""


@late
class Network(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The VPC that the functions run in; without this table they run in none.

    `subnets` as a word makes a VPC of the stack's own; as a list of ids it names an existing one's, with
    `security_groups`, or with `vpc`, in which the stack then makes a security group. Each id may also be looked up at
    deployment: `{ ssm_parameter = "/network/vpc" }` or `{ import = "NetworkVpc" }`.

    ```toml
    [network]
    cidr = "10.8.0.0/20"
    availability_zones = 3
    subnets = "isolated"
    endpoints = ["dynamodb", "sqs"]
    ```
    """

    enabled: bool = True
    """Put the functions into a VPC; false takes an environment's away"""
    cidr: Cidr = "10.0.0.0/16"
    """The own VPC's address range; every subnet's is derived from it"""
    availability_zones: Annotated[int, Meta(ge=2, le=6)] = 2
    """How many availability zones of an own VPC, one subnet of each kind in each"""
    subnets: Literal["public", "isolated", "nat"] | tuple[SubnetId | Reference, ...] | Reference = "public"
    """public: an internet gateway, no NAT; isolated: no way out but endpoints; nat: private subnets behind one NAT
    gateway; or existing ones, as a list of ids or as one value that holds such a list
    """
    endpoints: tuple[ServiceName, ...] | None = None
    """VPC endpoints by service name: dynamodb and s3 are gateways (free), every other is an interface (billed by the
    hour); unset: ["dynamodb"] in an own VPC, none in an existing
    """
    vpc: "VpcId | Reference | None" = None
    """The existing VPC, by its id"""
    security_groups: "tuple[SecurityGroupId | Reference, ...] | Reference | None" = None
    """Existing security groups of the functions; unset: the stack makes one in `vpc`"""
    egress: "tuple[Egress, ...]" = ()
    """Where functions may connect besides HTTPS, by the security group that the stack makes"""
    has_endpoints: tuple[ServiceName, ...] | None = None
    """Endpoints that the existing VPC has, so that `tapgen check` can prove that calls arrive; unset: it says that it
    cannot
    """
    has_nat: bool = False
    """The existing subnets lead to the internet, by a NAT gateway or otherwise"""

    @property
    def exists(self) -> bool:
        """The VPC is not the stack's own."""
        return not isinstance(self.subnets, str)

    @property
    def own_endpoints(self) -> tuple[str, ...]:
        """The endpoints that the stack makes, each once."""
        if self.endpoints is None:
            return () if self.exists else OWN_ENDPOINTS
        return tuple(dict.fromkeys(self.endpoints))

    @property
    def existing_paths(self) -> frozenset[str] | None:
        """The endpoints that an existing VPC has, "*" where it leads everywhere; None where nothing is said of it."""
        if self.has_endpoints is None and not self.has_nat:
            return None
        return frozenset((*(self.has_endpoints or ()), *self.own_endpoints, *(("*",) if self.has_nat else ())))
