"""The words of the rules that compare the code with the document; `permissions` and `reachability` apply them."""

from __future__ import annotations

from tapgen.proof import unseen
from tapgen.proof.rules.rule import Rule

_IAM = 'IAM user guide, "Policy evaluation logic"'
_SAR = "Service Authorization Reference"
_LEAST = 'IAM user guide, "Security best practices in IAM": apply least-privilege permissions'

MISSING = Rule(
    "permission-missing",
    "error",
    "The role does not allow what the function needs",
    "The request is answered with AccessDenied, and that shows when the code path runs for the first time.",
    "Allow the action on that resource, or remove the call.",
    _IAM,
    lacks=unseen.POLICIES,
)
INDEX = Rule(
    "permission-index",
    "error",
    "The table is allowed, the index that the code reads is not",
    "A secondary index is a resource of its own: an ARN of the table does not cover its indexes.",
    "Allow the action on `TABLE_ARN/index/NAME` too.",
    f"{_SAR}, Amazon DynamoDB, resource type index",
    lacks=unseen.POLICIES,
)
DENIED = Rule(
    "permission-denied",
    "error",
    "A Deny or a permissions boundary takes away what the function needs",
    "An explicit Deny wins over every Allow, and a boundary caps every Allow.",
    "Narrow the Deny, or widen the boundary, so that it leaves this action alone.",
    _IAM,
)
LOG_DENIED = Rule(
    "log-denied",
    "warning",
    "A Deny takes away what a function's log needs",
    "The function runs and nothing of it is in a log, which is how logs are switched off on purpose as well.",
    "Narrow the Deny, where that was not meant.",
    _IAM,
)
UNUSED = Rule(
    "permission-unused",
    "warning",
    "The role allows what neither the code nor the configuration needs",
    "Whoever takes over the function can do it too.",
    "Remove the action from the statement, or the statement from the policy.",
    _LEAST,
)
UNPROVEN = Rule(
    "permission-unproven",
    "info",
    "The action is allowed, but whether for what the code does with it is not known",
    "The resource comes from an event or a parameter, or a condition decides; only the action could be compared.",
    "Pass the resource's name in an environment variable, or accept this with a reason.",
    _IAM,
)
UNKNOWN_POLICY = Rule(
    "policy-unknown",
    "warning",
    "What an attached policy allows is not known",
    "A policy that is neither in the template nor among those of AWS's that tapgen has a copy of can allow anything; "
    "nothing about the role is proven.",
    "Define the policy in the template.",
    _LEAST,
)
ABSENT_POLICY = Rule(
    "policy-absent",
    "error",
    "A role is attached a policy of AWS's that does not exist",
    "IAM refuses the role, and the deployment rolls back.",
    "Correct the policy's name, with its path.",
    "AWS managed policy reference guide",
)
ROLE_UNKNOWN = Rule(
    "role-unknown",
    "info",
    "The function's role is not in the template",
    "What the function may do cannot be compared with what it needs.",
    "Allow there what the function needs, or define the role in the template.",
    _LEAST,
)
UNMAPPED = Rule(
    "call-unmapped",
    "warning",
    "No IAM action is known for an AWS call",
    "Whether the role allows the call cannot be said.",
    "Update tapgen; until then accept this with a reason.",
    _SAR,
)
UNRESOLVED = Rule(
    "call-unresolved",
    "warning",
    "An AWS call cannot be read from the source",
    "What it needs is not known, so nothing proves that the role allows it, nor that other permissions are unused.",
    "Write the service, the operation and the client so that they can be read, or accept this with a reason.",
    'tapgen\'s documentation, "What the analysis understands"',
)
SOURCE_PROBLEM = Rule(
    "source-problem",
    "error",
    "A function's source cannot be read in full",
    "Calls may be hidden in what cannot be read, and Lambda may fail to import it.",
    "Mend the file that is named.",
    'Lambda developer guide, "Building Lambda functions with Python"',
)
IMPORT_CYCLE = Rule(
    "source-cycle",
    "warning",
    "Two modules import each other",
    "Which of them finds the other half-initialised depends on the order of imports.",
    "Move what both need into a third module, or import inside the function that needs it.",
    'Python documentation, Programming FAQ, "What are the best practices for using import in a module?"',
)
SOURCE_NOTE = Rule(
    "source-note",
    "info",
    "Something in a function's source is worth a look",
    "It does not change what the function needs.",
    "Look at the line that is named.",
    'tapgen\'s documentation, "What the analysis understands"',
)
SOURCE_UNKNOWN = Rule(
    "source-unknown",
    "info",
    "A function's source is not known",
    "What its code needs is not compared with what its role allows.",
    "Name it: `--source LOGICAL_ID=FOLDER`.",
    'tapgen\'s documentation, "Templates that tapgen did not make"',
)
VARIABLE_MISSING = Rule(
    "variable-missing",
    "error",
    "The code reads an environment variable that the function does not set",
    "Reading it fails when the function starts, or the call goes to no resource.",
    "Set the variable in the function's environment.",
    'Lambda developer guide, "Working with Lambda environment variables"',
)
BUCKET_REFUSED = Rule(
    "bucket-refused",
    "error",
    "The code asks S3 for a bucket by what is no bucket's name",
    "The SDK refuses the request before it is sent: ParamValidationError, Invalid bucket name.",
    "Pass the name alone: no s3://, no prefix of keys after a slash.",
    'Boto3 documentation, S3 client; S3 user guide, "Bucket naming rules"',
)
UNREACHABLE = Rule(
    "service-unreachable",
    "error",
    "A function in a VPC calls a service that it has no path to",
    "The call hangs until the function times out: a Lambda network interface has no public address, so an internet "
    "gateway is no path for it.",
    "Add a VPC endpoint for the service, or a route through a NAT gateway.",
    'Lambda developer guide, "Enable internet access for VPC-connected Lambda functions"',
    lacks=unseen.NETWORK,
)
NETWORK_UNKNOWN = Rule(
    "network-unknown",
    "info",
    "A function's subnets are not in the template",
    "Whether it reaches the services that it calls is not proven.",
    "Say what an existing VPC has (`network.has_endpoints`, `network.has_nat`), or make the network in the template.",
    'Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"',
)
ENDPOINT_CLOSED = Rule(
    "endpoint-closed",
    "error",
    "A VPC endpoint is there, but it does not let the call through",
    "Its security groups, its private DNS name or the function's own egress rules stand in the way.",
    "Allow TCP 443 from the function's security group to the endpoint, and switch on PrivateDnsEnabled.",
    'AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint"',
    lacks=unseen.NETWORK,
)
ENDPOINT_DENIES = Rule(
    "endpoint-policy-missing",
    "error",
    "The VPC endpoint's policy does not allow what the function needs",
    "The endpoint's policy is a second place where a missing action is AccessDenied.",
    "Allow the action on that resource in the endpoint's policy.",
    'AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies"',
)
ENDPOINT_UNUSED = Rule(
    "endpoint-policy-unused",
    "warning",
    "The VPC endpoint's policy allows what no function behind it needs",
    "It lets data leave through the endpoint in ways that the application does not use.",
    "Remove the action from the endpoint's policy.",
    'AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies"',
)

CIRCLE = Rule(
    "trigger-circle",
    "warning",
    "A function writes where it is started from",
    "Each run starts the next one, and the bill has no ceiling; Lambda breaks some of these circles after 16 turns.",
    "Write elsewhere, or filter the events (a prefix, a filter pattern), and accept this with a reason.",
    'Lambda developer guide, "Use Lambda recursive loop detection to prevent infinite loops"',
)

CIRCLE_OF_SEVERAL = Rule(
    "trigger-circle-several",
    "info",
    "Functions start each other in a circle",
    "Whether it ends is for the code to say: where each run starts the next one, the bill has no ceiling.",
    "Make sure that the circle ends, or filter the events (a prefix, a filter pattern).",
    'Lambda developer guide, "Use Lambda recursive loop detection to prevent infinite loops"',
)

PERMISSION_RULES = (
    MISSING,
    INDEX,
    DENIED,
    LOG_DENIED,
    UNUSED,
    UNPROVEN,
    UNKNOWN_POLICY,
    ABSENT_POLICY,
    ROLE_UNKNOWN,
    UNMAPPED,
    UNRESOLVED,
    SOURCE_PROBLEM,
    IMPORT_CYCLE,
    SOURCE_NOTE,
    SOURCE_UNKNOWN,
    VARIABLE_MISSING,
    BUCKET_REFUSED,
    UNREACHABLE,
    NETWORK_UNKNOWN,
    ENDPOINT_CLOSED,
    ENDPOINT_DENIES,
    ENDPOINT_UNUSED,
)
