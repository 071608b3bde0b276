"""What the deployment tests share: a document, a request for it, and a view that remembers."""

import copy
import json

from tapgen.deploy.request import Deployment, Options
from tapgen.deploy.run import deploy

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "KeySchema": [{"AttributeName": "itemId", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "itemId", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "items"}}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}
DOCUMENT = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"ItemTable": TABLE, "Topic": TOPIC},
    "Outputs": {"TableName": {"Value": "items"}},
}
TAGS = {"Application": "tap", "Environment": "dev", "ManagedBy": "tapgen", "Repository": "r", "Author": "a"}
OURS = {key: TAGS[key] for key in ("Application", "Environment", "ManagedBy")}
NAME = "tap-dev"


def document(**changes):
    """The document with some resources changed; None takes one out."""
    made = copy.deepcopy(DOCUMENT)
    for logical_id, resource in changes.items():
        made["Resources"][logical_id] = resource
        if resource is None:
            del made["Resources"][logical_id]
    return made


def topic(name):
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def request(made=None, *, options=None, **more):
    """A deployment of the document; `options` as keywords of Options."""
    values = {"environment": "dev", "stack_name": NAME, "document": made or document(), "tags": TAGS, "ours": OURS}
    return Deployment(**{**values, "options": Options(**(options or {})), **more})


def deployed(cloud, made=None, **more):
    """A stack that was deployed before."""
    made = made or document()
    return cloud.put(NAME, document=made, **{"tags": dict(TAGS), **more})


class Seen:
    """A view that remembers everything it is told."""

    def __init__(self):
        self.steps = []
        self.warnings = []
        self.checks = []
        self.plans = []
        self.events = []
        self.outcomes = []
        self.progress = None
        self.rollouts = []

    def step(self, text):
        self.steps.append(text)

    def warn(self, text):
        self.warnings.append(text)

    def checked(self, checked):
        self.checks.append(checked)

    def plan(self, plan):
        self.plans.append(plan)

    def event(self, event, progress):
        self.events.append(event)
        self.progress = progress

    def pulse(self, progress):
        self.progress = progress

    def rollout(self, rollout):
        self.rollouts.append(rollout)

    def outcome(self, outcome):
        self.outcomes.append(outcome)

    def text(self):
        return repr((self.steps, self.warnings, self.plans, self.events, self.outcomes))


def run(cloud, made, *, confirm=True, view=None):
    """Deploy on the cloud's own clock; `confirm` is the answer, or what gives it."""
    answer = confirm if callable(confirm) else lambda _: confirm
    return deploy(made, cloud, view or Seen(), confirm=answer, clock=cloud.time.clock)


def template_of(cloud, name=NAME):
    [record] = [one for one in cloud.stacks.values() if one.name == name and one.status != "DELETE_COMPLETE"]
    return json.loads(record.template)
