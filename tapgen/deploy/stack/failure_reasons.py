"""What to do about the commonest reasons that resources fail for: what each says, and the service's own advice.

The words are those of CloudFormation's and the services' messages, as far as they do not change from case to case.
"""

from __future__ import annotations

from msgspec import Struct

CLOUDFORMATION = "CloudFormation user guide, Troubleshooting CloudFormation"
HANDLERS = "CloudFormation CLI user guide, Handler error codes"
REFERENCES = "CloudFormation user guide, Get values stored in other services using dynamic references"
LAMBDA = "Lambda developer guide, Troubleshooting"
LAMBDA_QUOTAS = "Lambda developer guide, Lambda quotas"
API_GATEWAY = "API Gateway developer guide"
S3 = "Amazon S3 API reference, Error responses"
IAM = "IAM user guide, IAM and STS quotas"
DYNAMODB = "DynamoDB developer guide, Service quotas"
VPC = "Amazon VPC user guide, Quotas"
EC2 = "Amazon EC2 API reference, Error codes"
SQS = "Amazon SQS API reference"
KMS = "KMS developer guide, Key policies"


class Reason(Struct, frozen=True):
    """Words of a reason, all of which it has; what to do about it; where that is written."""

    words: tuple[str, ...]
    advice: str
    source: str


def _reason(words: str, advice: str, source: str) -> Reason:
    return Reason(tuple(words.lower().split(" … ")), advice, source)


_IMPORT = "`--import-existing` takes the existing resource into the stack; or delete or rename it."
_AGAIN = "It passes: deploy again."

# The first row whose words are there counts: what is special stands before what is general.
REASONS: tuple[Reason, ...] = (
    # Lambda
    _reason("cannot be assumed by lambda", "Trust lambda.amazonaws.com in the role; a new role: deploy again.", LAMBDA),
    _reason("error occurred while getobject … nosuchkey", "The package is gone from the bucket: deploy again.", LAMBDA),
    _reason(
        "error occurred while getobject … permanentredirect",
        "The bucket is in another region: `tapgen bootstrap` makes one in this region.",
        LAMBDA,
    ),
    _reason("unzipped size must be smaller than", "Leave data and unused libraries out of the package.", LAMBDA_QUOTAS),
    _reason("combined with layers exceeds the maximum", "Take a layer away, or make one smaller.", LAMBDA_QUOTAS),
    _reason(
        "unreservedconcurrentexecution below its minimum",
        "Lower `concurrency`, or ask for a higher quota of concurrent executions.",
        LAMBDA_QUOTAS,
    ),
    _reason("could not unzip uploaded file", "The object under the key is no zip: deploy again.", LAMBDA),
    _reason(
        "environment variables you have provided exceeded the 4kb", "Move values to SSM parameters.", LAMBDA_QUOTAS
    ),
    _reason("access to your environment variables because the kms", "Let the role use the key: kms:Decrypt.", LAMBDA),
    _reason("reserved keys that are currently not supported", "Rename the variable: Lambda sets it itself.", LAMBDA),
    _reason(
        "does not have permissions to call createnetworkinterface",
        "A function in a VPC needs AWSLambdaVPCAccessExecutionRole, or its actions.",
        LAMBDA,
    ),
    _reason(
        "does not have permissions to call",
        "The function's role lacks the action that the trigger's poller uses; name it in its policy.",
        LAMBDA,
    ),
    _reason(
        "queue visibility timeout … is less than function timeout",
        "Make the queue's visibility time-out at least six times the function's.",
        SQS,
    ),
    _reason("runtime parameter … no longer supported", "Raise `runtime`.", "Lambda developer guide, Lambda runtimes"),
    # API Gateway
    _reason(
        "cloudwatch logs role arn must be set",
        "The account has no role for API Gateway's logs in this region: let the settings own it, or switch logs off.",
        API_GATEWAY,
    ),
    _reason("rest api doesn't contain any methods", "Give the API a route.", API_GATEWAY),
    _reason("invalid mapping expression", "Correct the parameter mapping of the integration.", API_GATEWAY),
    _reason("conflicting domain name", "Another API or distribution has the domain name already.", API_GATEWAY),
    _reason("certificate … does not exist", "The certificate must be in the API's region, and issued.", API_GATEWAY),
    # S3
    _reason("the bucket you tried to delete is not empty", "Empty it, or leave it behind with --retain.", S3),
    _reason("requested bucket name is not available", "Bucket names are global: take another, or none.", S3),
    _reason("bucketalreadyownedbyyou", _IMPORT, S3),
    _reason(
        "unable to validate the following destination configurations",
        "The permission or policy for the notification must come before it; check what it names, then deploy again.",
        S3,
    ),
    _reason("bucket does not allow acls", "Take the ACL away: ownership is enforced by the bucket.", S3),
    # IAM and KMS
    _reason("quota for policiesperrole", "A role takes 10 managed policies: put them together.", IAM),
    _reason("maximum policy size", "Inline policies of a role take 10,240 characters: name fewer resources.", IAM),
    _reason("quota for policysize", "A managed policy takes 6,144 characters: split it.", IAM),
    _reason("must detach all policies first", "Something outside of the stack attached a policy: detach it.", IAM),
    _reason("invalid principal in policy", "The principal is not there, or misspelt: its ARN must exist.", IAM),
    _reason("malformedpolicydocument", "Correct the policy; `tapgen check` names what it can see.", IAM),
    _reason("policy document is malformed", "Correct the policy; `tapgen check` names what it can see.", IAM),
    _reason(
        "new key policy will not allow you to update the key policy",
        "Let the account's root, or the deploying role, manage the key.",
        KMS,
    ),
    # DynamoDB
    _reason(
        "more than one gsi creation or deletion",
        "Add or remove one index at a time, each in its own deployment.",
        DYNAMODB,
    ),
    _reason("subscriber limit exceeded", "Too many tables or indexes change at once: deploy again.", DYNAMODB),
    _reason(
        "currently protected against deletion",
        "Turn the deletion protection off in a deployment of its own first.",
        "DynamoDB developer guide, Deletion protection",
    ),
    _reason(
        "number of attributes in keyschema does not exactly match",
        "Every attribute must be a key, and the reverse.",
        DYNAMODB,
    ),
    # Network
    _reason("maximum number of vpcs", "Five in a region unless raised: use an existing one, or ask for more.", VPC),
    _reason("maximum number of addresses", "Five elastic addresses unless raised: release one, or ask for more.", VPC),
    _reason("maximum number of internet gateways", "As many as VPCs: release one, or ask for more.", VPC),
    _reason("conflicts with another subnet", "Give the subnet a range of its own.", EC2),
    _reason(
        "network interface is currently in use",
        "Lambda's interfaces go 20 to 40 minutes after the function: destroy again then.",
        LAMBDA,
    ),
    _reason("has a dependent object", "Something outside of the stack uses it: remove that first.", EC2),
    _reason(
        "has dependencies and cannot be deleted", "Something outside of the stack uses it: remove that first.", EC2
    ),
    _reason("conflicting dns domain", "The VPC has an endpoint for that service already: use it.", EC2),
    _reason("vpc endpoint service … does not exist", "The region does not have the service's endpoint.", EC2),
    # Queues, secrets, schedules, names
    _reason(
        "dynamic reference … could not be resolved",
        "Make the secret or parameter first; for `tapgen local` under `[local]`: `secrets` or `ssm_parameters`.",
        REFERENCES,
    ),
    _reason(
        "secrets manager can't find the specified secret", "Make the secret first, or correct its name.", REFERENCES
    ),
    _reason("wait 60 seconds after deleting a queue", "Wait a minute, then deploy again.", SQS),
    _reason(
        "already scheduled for deletion",
        "Restore the secret, delete it without recovery, or give the new one another name.",
        "Secrets Manager API reference, CreateSecret",
    ),
    _reason(
        "must allow aws eventbridge scheduler to assume",
        "Trust scheduler.amazonaws.com in the role; a new role: deploy again.",
        "EventBridge Scheduler user guide, Troubleshooting",
    ),
    _reason(
        "invalid state machine definition",
        "Correct the definition at the place that it names.",
        "Step Functions API reference, CreateStateMachine",
    ),
    # CloudFormation itself
    _reason("no export named", "Deploy the stack that exports it first, into the same region.", CLOUDFORMATION),
    _reason("cannot be updated as it is in use by", "Change the importing stacks first.", CLOUDFORMATION),
    _reason("cannot be deleted as it is in use by", "Change the importing stacks first.", CLOUDFORMATION),
    _reason("is already exported by stack", "Export names are unique in a region: take another.", CLOUDFORMATION),
    _reason(
        "custom-named resource requires replacing", "Rename it, or leave the name to CloudFormation.", CLOUDFORMATION
    ),
    _reason(
        "custom resource failed to stabilize",
        "Its function sent no answer in time: look at its log; it must answer on every path.",
        "CloudFormation user guide, Custom resources",
    ),
    _reason(
        "response status [failed] from custom resource",
        "Its function says why; look at its log.",
        "CloudFormation user guide, Custom resources",
    ),
    _reason(
        "security token … expired",
        "The credentials ended while CloudFormation used them: `cloudformation_role` gives it its own.",
        CLOUDFORMATION,
    ),
    _reason("with temporary stack policy", "The stack policy keeps it: --allow-loss lets it pass.", CLOUDFORMATION),
    _reason("action denied by stack policy", "The stack policy keeps it: --allow-loss lets it pass.", CLOUDFORMATION),
    # What any handler may say
    _reason("handlererrorcode: alreadyexists", _IMPORT, HANDLERS),
    _reason("already exists", _IMPORT, CLOUDFORMATION),
    _reason("is not authorized to perform", "Grant the action to the role that deploys.", CLOUDFORMATION),
    _reason("handlererrorcode: accessdenied", "Grant the action to the role that deploys.", HANDLERS),
    _reason("handlererrorcode: servicelimitexceeded", "Ask for a higher quota in Service Quotas.", HANDLERS),
    _reason("limitexceeded", "Ask for a higher quota in Service Quotas.", CLOUDFORMATION),
    _reason("handlererrorcode: throttling", _AGAIN, HANDLERS),
    _reason("rate exceeded", _AGAIN, CLOUDFORMATION),
    _reason("toomanyrequests", _AGAIN, CLOUDFORMATION),
    _reason("handlererrorcode: serviceinternalerror", _AGAIN, HANDLERS),
    _reason("handlererrorcode: internalfailure", _AGAIN, HANDLERS),
    _reason("handlererrorcode: networkfailure", _AGAIN, HANDLERS),
    _reason("handlererrorcode: resourceconflict", "Something else changes it: deploy again.", HANDLERS),
    _reason("handlererrorcode: notstabilized", "It did not become ready in time: see its service's console.", HANDLERS),
    _reason("did not stabilize", "It did not become ready in time: see its service's console.", CLOUDFORMATION),
    _reason("handlererrorcode: notupdatable", "It cannot be changed in place: give it another logical id.", HANDLERS),
    _reason(
        "handlererrorcode: notfound", "It was deleted by hand: `tapgen deploy --revert-drift` makes it anew.", HANDLERS
    ),
    _reason("handlererrorcode: invalidrequest", "Correct the property that the message names.", HANDLERS),
    _reason(
        "encountered unsupported property", "The type does not have that property: see its reference.", CLOUDFORMATION
    ),
)


def advice(reason: str) -> str:
    """What to do about a reason that CloudFormation gives, or ''."""
    text = reason.lower()
    return next((row.advice for row in REASONS if _in_order(row.words, text)), "")


def _in_order(words: tuple[str, ...], text: str) -> bool:
    position = 0
    for word in words:
        position = text.find(word, position)
        if position < 0:
            return False
        position += len(word)
    return True
