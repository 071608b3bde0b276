"""Pairs of templates for what a change opens and closes; see review_cases for the words of an expectation."""

from __future__ import annotations

import json
from typing import Any

from review_cases import API, BUCKET, FUNCTION, GROUP, ROLE, STAGE, TABLE, Case, case, method, one

SECURITY_CASES: list[Case] = []

TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}


def statement(action: Any, resource: Any = "arn:a", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def role(*statements: Any, trust: Any = TRUST, **more: Any) -> dict[str, Any]:
    policies = [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}] if statements else []
    return {"AssumeRolePolicyDocument": trust, **({"Policies": policies} if policies else {}), **more}


GET, PUT = "dynamodb:GetItem", "dynamodb:PutItem"


def jwt(*audiences: Any, issuer: str = "https://a.example") -> dict[str, Any]:
    tokens = {"Issuer": issuer, "Audience": list(audiences)}
    source = ["$request.header.Authorization"]
    return {"Name": "a", "AuthorizerType": "JWT", "IdentitySource": source, "JwtConfiguration": tokens}


def body_with_tokens(*audiences: str) -> dict[str, Any]:
    tokens = {"issuer": "https://a.example", "audience": list(audiences)}
    extension = {"type": "jwt", "identitySource": "$request.header.Authorization", "jwtConfiguration": tokens}
    scheme = {"type": "oauth2", "x-amazon-apigateway-authorizer": extension}
    body = {"openapi": "3.0.1", "paths": {}, "components": {"securitySchemes": {"a": scheme}}}
    return {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}}


SECURITY_CASES += [
    one("an action comes", ROLE, role(statement(GET)), role(statement([GET, PUT])), "X update", "S001 X +"),
    one("an action goes", ROLE, role(statement([GET, PUT])), role(statement(GET)), "X update", "S001 X -"),
    one("an action for another", ROLE, role(statement(GET)), role(statement(PUT)), "X update", "S001 X +", "S001 X -"),
    one(
        "a resource comes",
        ROLE,
        role(statement(GET, "arn:a")),
        role(statement(GET, ["arn:a", "arn:b"])),
        "X update",
        "S001 X +",
    ),
    one(
        "a resource becomes a wildcard",
        ROLE,
        role(statement(GET, "arn:a")),
        role(statement(GET, "*")),
        "X update",
        "S001 X +",
    ),
    one(
        "an action becomes a wildcard",
        ROLE,
        role(statement(GET)),
        role(statement("dynamodb:*")),
        "X update",
        "S001 X +",
    ),
    one(
        "a wildcard becomes an action",
        ROLE,
        role(statement("dynamodb:*")),
        role(statement(GET)),
        "X update",
        "S001 X -",
    ),
    one(
        "a condition goes",
        ROLE,
        role(statement(GET, Condition={"StringEquals": {"aws:SourceAccount": "1"}})),
        role(statement(GET)),
        "X update",
        "S001 X +",
    ),
    one(
        "a condition comes",
        ROLE,
        role(statement(GET)),
        role(statement(GET, Condition={"StringEquals": {"aws:SourceAccount": "1"}})),
        "X update",
        "S001 X -",
    ),
    one(
        "a condition takes another value",
        ROLE,
        role(statement(GET, Condition={"StringEquals": {"aws:SourceAccount": "1"}})),
        role(statement(GET, Condition={"StringEquals": {"aws:SourceAccount": ["1", "2"]}})),
        "X update",
        "S001 X +",
    ),
    one(
        "a negative condition takes another value",
        ROLE,
        role(statement(GET, Condition={"StringNotEquals": {"aws:SourceAccount": "1"}})),
        role(statement(GET, Condition={"StringNotEquals": {"aws:SourceAccount": ["1", "2"]}})),
        "X update",
        "S001 X -",
    ),
    one(
        "statements in another order",
        ROLE,
        role(statement(GET), statement(PUT)),
        role(statement(PUT), statement(GET)),
        "X update",
    ),
    one("statements joined", ROLE, role(statement(GET), statement(PUT)), role(statement([GET, PUT])), "X update"),
    one(
        "actions in another case",
        ROLE,
        role(statement("dynamodb:getitem")),
        role(statement("DynamoDB:GetItem")),
        "X update",
        "S021 X =",
    ),
    one(
        "an action that a wildcard covers",
        ROLE,
        role(statement("dynamodb:*")),
        role(statement(["dynamodb:*", GET])),
        "X update",
        "S021 X =",
    ),
    one(
        "a denial comes",
        ROLE,
        role(statement("*")),
        role(statement("*"), statement(PUT, Effect="Deny")),
        "X update",
        "S001 X -",
    ),
    one(
        "a denial goes",
        ROLE,
        role(statement("*"), statement(PUT, Effect="Deny")),
        role(statement("*")),
        "X update",
        "S001 X +",
    ),
    one(
        "NotAction",
        ROLE,
        role(statement(GET)),
        role({"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:a"}),
        "X update",
        "S001 X +",
    ),
    one(
        "fewer exceptions",
        ROLE,
        role({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}),
        role({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}),
        "X update",
        "S001 X +",
    ),
    one(
        "a statement that is none",
        ROLE,
        role(statement(GET)),
        role(statement(GET), {"Fn::GetAtt": ["Other", "Policy"]}),
        "X update",
        "unknown X",
    ),
    one(
        "a policy by a function",
        ROLE,
        role(statement(GET)),
        role(Policies=[{"PolicyName": "p", "PolicyDocument": {"Ref": "Other"}}]),
        "X update",
        "S001 X -",
        "unknown X",
    ),
    one(
        "a policy as JSON text",
        "AWS::Logs::ResourcePolicy",
        {
            "PolicyDocument": '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "es.amazonaws.com"}, "Action": "logs:PutLogEvents", "Resource": "*"}]}'
        },
        {
            "PolicyDocument": '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "*"}]}'
        },
        "X update",
        "S005 X +",
    ),
    one("a new role", ROLE, None, role(statement(GET)), "X create", "S001 X +", "S002 X +"),
    one("a deleted role", ROLE, role(statement(GET)), None, "X delete", "S001 X -", "S002 X -"),
    case(
        "an inline policy moves to a policy of its own",
        {"R": {"Type": ROLE, "Properties": role(statement(GET))}},
        {
            "R": {"Type": ROLE, "Properties": role()},
            "P": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "PolicyName": "p",
                    "Roles": [{"Ref": "R"}],
                    "PolicyDocument": {"Statement": statement(GET)},
                },
            },
        },
        "R update",
        "P create",
    ),
    case(
        "a managed policy of the template",
        {
            "R": {"Type": ROLE, "Properties": role(ManagedPolicyArns=[{"Ref": "P"}])},
            "P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": [statement(GET)]}}},
        },
        {
            "R": {"Type": ROLE, "Properties": role(ManagedPolicyArns=[{"Ref": "P"}])},
            "P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": [statement(PUT)]}}},
        },
        "P update",
        "S001 R +",
        "S001 R -",
        "S001 P +",
        "S001 P -",
    ),
    one(
        "a trust policy opens",
        ROLE,
        role(),
        role(
            trust={
                "Statement": [
                    *TRUST["Statement"],
                    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "sts:AssumeRole"},
                ]
            }
        ),
        "X update",
        "S002 X +",
    ),
    one(
        "a trust policy for everybody",
        ROLE,
        role(),
        role(trust={"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}),
        "X update",
        "S002 X +",
    ),
    one(
        "a managed policy is attached",
        ROLE,
        role(),
        role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "X update",
        "S003 X +",
    ),
    one(
        "a managed policy is detached",
        ROLE,
        role(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        role(),
        "X update",
        "S003 X -",
    ),
    one("a boundary goes", ROLE, role(PermissionsBoundary="arn:b"), role(), "X update", "S004 X +"),
    one("a boundary comes", ROLE, role(), role(PermissionsBoundary="arn:b"), "X update", "S004 X -"),
    one(
        "another boundary",
        ROLE,
        role(PermissionsBoundary="arn:a"),
        role(PermissionsBoundary="arn:b"),
        "X update",
        "S004 X +",
    ),
]

# ------------------------------------------------------------------------------------------- policies of resources


def bucket_policy(principal: Any, **more: Any) -> dict[str, Any]:
    return {
        "Bucket": "b",
        "PolicyDocument": {
            "Statement": [
                {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*", **more}
            ]
        },
    }


POLICY = "AWS::S3::BucketPolicy"
SECURITY_CASES += [
    one(
        "a bucket policy for everybody", POLICY, bucket_policy({"AWS": "1"}), bucket_policy("*"), "X update", "S005 X +"
    ),
    one("a bucket policy for one", POLICY, bucket_policy("*"), bucket_policy({"AWS": "1"}), "X update", "S005 X -"),
    one("everybody in two spellings", POLICY, bucket_policy("*"), bucket_policy({"AWS": "*"}), "X update"),
    one(
        "a key policy opens",
        "AWS::KMS::Key",
        {"KeyPolicy": {"Statement": []}},
        {"KeyPolicy": {"Statement": [statement("kms:Decrypt", Principal={"AWS": "1"})]}},
        "X update",
        "S005 X +",
    ),
    one(
        "an endpoint policy opens",
        "AWS::EC2::VPCEndpoint",
        {"PolicyDocument": {"Statement": [statement(GET, Principal="*")]}},
        {"PolicyDocument": {"Statement": [statement("*", "*", Principal="*")]}},
        "X update",
        "S005 X +",
    ),
    one(
        "a policy under a template condition",
        POLICY,
        bucket_policy({"AWS": "1"}),
        {
            "Bucket": "b",
            "PolicyDocument": {
                "Statement": [
                    {
                        "Fn::If": [
                            "Unknown",
                            bucket_policy("*")["PolicyDocument"]["Statement"][0],
                            {"Ref": "AWS::NoValue"},
                        ]
                    }
                ]
            },
        },
        "X update",
        "S005 X +",
        "S005 X -",
    ),
]


def permission(**more: Any) -> dict[str, Any]:
    return {
        "F": {"Type": FUNCTION},
        "P": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": "F"},
                "Action": "lambda:InvokeFunction",
                "Principal": "s3.amazonaws.com",
                **more,
            },
        },
    }


SECURITY_CASES += [
    case("a permission comes", {"F": {"Type": FUNCTION}}, permission(), "P create", "S006 F +"),
    case("a permission loses its source", permission(SourceArn="arn:b"), permission(), "P replace", "S006 F +"),
    case("a permission loses its account", permission(SourceAccount="1"), permission(), "P replace", "S006 F +"),
    case("a permission gets an organization", permission(), permission(PrincipalOrgID="o-1"), "P replace", "S006 F -"),
    case("a permission loses its token", permission(EventSourceToken="t"), permission(), "P replace", "S006 F +"),
    case(
        "a permission for another",
        permission(),
        permission(Principal="sns.amazonaws.com"),
        "P replace",
        "S006 F +",
        "S006 F -",
    ),
    case("a permission allows more", permission(), permission(Action="lambda:*"), "P replace", "S006 F +"),
    case(
        "a permission for URLs of a kind",
        permission(FunctionUrlAuthType="AWS_IAM"),
        permission(FunctionUrlAuthType="NONE"),
        "P replace",
        "S006 F +",
        "S006 F -",
    ),
    case(
        "a permission names the function by its ARN",
        permission(),
        permission(FunctionName={"Fn::GetAtt": "F.Arn"}),
        "P replace",
    ),
]

# ----------------------------------------------------------------------------------------------------------- network


def group(*ingress: Any, **more: Any) -> dict[str, Any]:
    return {"GroupDescription": "d", "SecurityGroupIngress": list(ingress), **more}


def rule(port: Any = 443, peer: str = "10.0.0.0/8", last: Any = None) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": last or port, "CidrIp": peer}


SECURITY_CASES += [
    one("a port opens", GROUP, group(), group(rule()), "X update", "S007 X +"),
    one("a port opens to the world", GROUP, group(rule()), group(rule(443, "0.0.0.0/0")), "X update", "S007 X +"),
    one("a port closes", GROUP, group(rule(), rule(22)), group(rule()), "X update", "S007 X -"),
    one(
        "a smaller network",
        GROUP,
        group(rule(443, "10.0.0.0/8")),
        group(rule(443, "10.1.0.0/16")),
        "X update",
        "S007 X -",
    ),
    one("a range that covers", GROUP, group(rule(1, last=1000)), group(rule(1, last=1000), rule(443)), "X update"),
    one("egress closes", GROUP, group(), group(SecurityGroupEgress=[rule()]), "X update", "S008 X -"),
    one("egress opens", GROUP, group(SecurityGroupEgress=[rule()]), group(), "X update", "S008 X +"),
    case(
        "a rule moves to a resource of its own",
        {"G": {"Type": GROUP, "Properties": group(rule())}},
        {
            "G": {"Type": GROUP, "Properties": group()},
            "I": {
                "Type": "AWS::EC2::SecurityGroupIngress",
                "Properties": {"GroupId": {"Fn::GetAtt": "G.GroupId"}, **rule()},
            },
        },
        "G update",
        "I create",
    ),
]


def routed(**way: Any) -> dict[str, Any]:
    routes = {
        "R": {
            "Type": "AWS::EC2::Route",
            "Properties": {"RouteTableId": {"Ref": "T"}, "DestinationCidrBlock": "0.0.0.0/0", **way},
        }
    }
    return {
        "G": {"Type": "AWS::EC2::InternetGateway"},
        "N": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": "s"}},
        "S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "v"}},
        "T": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": "v"}},
        "A": {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"SubnetId": {"Ref": "S"}, "RouteTableId": {"Ref": "T"}},
        },
        **(routes if way else {}),
    }


SECURITY_CASES += [
    case("a subnet becomes internet-facing", routed(), routed(GatewayId={"Ref": "G"}), "R create", "S009 S +"),
    case("a subnet stops being internet-facing", routed(GatewayId={"Ref": "G"}), routed(), "R delete", "S009 S -"),
    case("a subnet gets a way out", routed(), routed(NatGatewayId={"Ref": "N"}), "R create", "S010 S +"),
    case("a subnet loses its way out", routed(NatGatewayId={"Ref": "N"}), routed(), "R delete", "S010 S -"),
    case(
        "a way out becomes a way in",
        routed(NatGatewayId={"Ref": "N"}),
        routed(GatewayId={"Ref": "G"}),
        "R update",
        "S009 S +",
        "S010 S -",
    ),
    # ---------------------------------------------------------------------------------------------------- APIs and origins
    case(
        "a route loses its authorization",
        {**API, "G": method(AuthorizationType="AWS_IAM")},
        {**API, "G": method(AuthorizationType="NONE")},
        "G update",
        "S011 G +",
    ),
    case(
        "a route gets authorization",
        {**API, "G": method()},
        {**API, "G": method(AuthorizationType="AWS_IAM")},
        "G update",
        "S011 G -",
    ),
    case(
        "a route asks for no key",
        {**API, "G": method(ApiKeyRequired=True)},
        {**API, "G": method()},
        "G update",
        "S011 G +",
    ),
    case("a new public route", API, {**API, "G": method(AuthorizationType="NONE")}, "G create", "S011 G +"),
    case("a new preflight", API, {**API, "O": method("OPTIONS", AuthorizationType="NONE")}, "O create"),
    one(
        "a route of an HTTP API",
        "AWS::ApiGatewayV2::Route",
        {"ApiId": "a", "RouteKey": "GET /x", "AuthorizationType": "JWT"},
        {"ApiId": "a", "RouteKey": "GET /x"},
        "X update",
        "S011 X +",
    ),
    one(
        "an OpenAPI document",
        "AWS::ApiGateway::RestApi",
        {"Body": {"a": 1}},
        {"Body": {"a": 2}},
        "X update",
        "unknown X",
    ),
    one(
        "a public function URL",
        "AWS::Lambda::Url",
        {"AuthType": "AWS_IAM"},
        {"AuthType": "NONE"},
        "X update",
        "S012 X +",
    ),
    one(
        "a closed function URL",
        "AWS::Lambda::Url",
        {"AuthType": "NONE"},
        {"AuthType": "AWS_IAM"},
        "X update",
        "S012 X -",
    ),
    one("a new function URL", "AWS::Lambda::Url", None, {"AuthType": "NONE"}, "X create", "S012 X +"),
    one(
        "any origin",
        "AWS::ApiGatewayV2::Api",
        {"CorsConfiguration": {"AllowOrigins": ["https://a.example"]}},
        {"CorsConfiguration": {"AllowOrigins": ["*"]}},
        "X update",
        "S013 X +",
    ),
    one(
        "one origin",
        "AWS::Lambda::Url",
        {"AuthType": "AWS_IAM", "Cors": {"AllowOrigins": ["*"]}},
        {"AuthType": "AWS_IAM", "Cors": {"AllowOrigins": ["https://a.example"]}},
        "X update",
        "S013 X -",
    ),
    one(
        "an origin of a bucket",
        BUCKET,
        {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["a"]}]}},
        {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["a", "b"]}]}},
        "X update",
        "S013 X +",
    ),
]
ORIGIN = "method.response.header.Access-Control-Allow-Origin"


def preflight(origin: str) -> dict[str, Any]:
    return {
        **API,
        "O": method(
            "OPTIONS",
            Integration={"Type": "MOCK", "IntegrationResponses": [{"ResponseParameters": {ORIGIN: f"'{origin}'"}}]},
        ),
    }


SECURITY_CASES += [
    case("an origin of a preflight", preflight("https://a.example"), preflight("*"), "O update", "S013 O +"),
]

# ------------------------------------------------------------------------------------------------ single settings

BLOCK = "PublicAccessBlockConfiguration"
SECURITY_CASES += [
    one(
        "a block on public access goes",
        BUCKET,
        {BLOCK: {"BlockPublicPolicy": True}},
        {BLOCK: {"BlockPublicPolicy": False}},
        "X update",
        "S014 X +",
    ),
    one("a public bucket is born", BUCKET, None, {BLOCK: {"BlockPublicPolicy": False}}, "X create", "S014 X +"),
    one("a public ACL", BUCKET, {}, {"AccessControl": "PublicRead"}, "X update", "S014 X +"),
    one(
        "a public database",
        "AWS::RDS::DBInstance",
        {"PubliclyAccessible": False},
        {"PubliclyAccessible": True},
        "X update",
        "S015 X +",
    ),
    one("encryption goes", TABLE, {"SSESpecification": {"SSEEnabled": True}}, {}, "X update", "S016 X +"),
    one("encryption comes", "AWS::SNS::Topic", {}, {"KmsMasterKeyId": "k"}, "X update", "S016 X -"),
    one("the access log goes", STAGE, {"AccessLogSetting": {"Format": "f"}}, {}, "X update", "S017 X +"),
    one(
        "a trail is deleted",
        "AWS::CloudTrail::Trail",
        {"IsLogging": True, "S3BucketName": "b"},
        None,
        "X delete",
        "S017 X +",
    ),
    one("an alarm is deleted", "AWS::CloudWatch::Alarm", {}, None, "X delete", "S018 X +"),
    one("an alarm tells nobody", "AWS::CloudWatch::Alarm", {"AlarmActions": ["a"]}, {}, "X update", "S018 X +"),
    one(
        "an alarm goes off later",
        "AWS::CloudWatch::Alarm",
        {"Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"},
        {"Threshold": 5, "ComparisonOperator": "GreaterThanThreshold"},
        "X update",
        "S018 X +",
    ),
    one(
        "an alarm goes off earlier",
        "AWS::CloudWatch::Alarm",
        {"Threshold": 5, "ComparisonOperator": "GreaterThanThreshold"},
        {"Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"},
        "X update",
    ),
    one(
        "an old TLS version",
        "AWS::ApiGateway::DomainName",
        {"SecurityPolicy": "TLS_1_2"},
        {"SecurityPolicy": "TLS_1_0"},
        "X update",
        "S019 X +",
    ),
    one(
        "the firewall goes",
        "AWS::WAFv2::WebACLAssociation",
        {"ResourceArn": "a", "WebACLArn": "b"},
        None,
        "X delete",
        "S020 X +",
    ),
]
THROTTLE = {"HttpMethod": "*", "ResourcePath": "/*"}
SECURITY_CASES += [
    one(
        "callers are throttled later",
        STAGE,
        {"MethodSettings": [{**THROTTLE, "ThrottlingRateLimit": 10}]},
        {"MethodSettings": [{**THROTTLE, "ThrottlingRateLimit": 20}]},
        "X update",
        "S020 X +",
    ),
    one(
        "no throttling",
        STAGE,
        {"MethodSettings": [{**THROTTLE, "ThrottlingBurstLimit": 10}]},
        {},
        "X update",
        "S020 X +",
    ),
]

# ------------------------------------------------------------------------------------------- what is not understood

UNKNOWN = {"Fn::If": ["Unknown", True, False]}
SECURITY_CASES += [
    one(
        "a setting that a function makes",
        TABLE,
        {"SSESpecification": {"SSEEnabled": True}},
        {"SSESpecification": {"SSEEnabled": UNKNOWN}},
        "X update",
        "unknown X",
    ),
    one(
        "a protection that a function makes",
        TABLE,
        {"DeletionProtectionEnabled": True},
        {"DeletionProtectionEnabled": UNKNOWN},
        "X update",
        "L006 X",
    ),
    one(
        "a rule that a function makes",
        GROUP,
        group(rule()),
        group(rule(), {"Fn::Transform": {"Name": "Ports"}}),
        "X update",
        "unknown X",
    ),
    one(
        "a rule that an open condition chooses: either may be there",
        GROUP,
        group(rule()),
        group(rule(), {"Fn::If": ["Unknown", rule(22), rule(23)]}),
        "X update",
        "S007 X +",
    ),
    one(
        "a function URL whose kind an open condition chooses: it may be open",
        "AWS::Lambda::Url",
        {"AuthType": "AWS_IAM"},
        {"AuthType": {"Fn::If": ["Unknown", "NONE", "AWS_IAM"]}},
        "X update",
        "S012 X +",
    ),
    one(
        "a function URL whose kind a function makes",
        "AWS::Lambda::Url",
        {"AuthType": "AWS_IAM"},
        {"AuthType": {"Fn::ImportValue": "Kind"}},
        "X update",
        "unknown X",
    ),
    case(
        "a route whose authorization a function makes",
        {**API, "G": method(AuthorizationType="AWS_IAM")},
        {**API, "G": method(AuthorizationType={"Fn::If": ["Unknown", "NONE", "AWS_IAM"]})},
        "G update",
        "unknown G",
    ),
    one(
        "another statement that is none",
        ROLE,
        role({"Fn::GetAtt": ["Other", "A"]}),
        role({"Fn::GetAtt": ["Other", "B"]}),
        "X update",
        "unknown X",
    ),
    one("a managed policy that is none", ROLE, role(), role(Policies={"Fn::If": ["Unknown", [], []]}), "X update"),
    one(
        "policies that a function makes",
        ROLE,
        role(),
        role(Policies={"Fn::If": ["Unknown", [{"PolicyName": "p"}], []]}),
        "X update",
        "unknown X",
    ),
    one(
        "an account in two spellings",
        POLICY,
        bucket_policy({"AWS": "123456789012"}),
        bucket_policy({"AWS": "arn:aws:iam::123456789012:root"}),
        "X update",
    ),
    one(
        "this account in two spellings",
        POLICY,
        bucket_policy({"AWS": {"Ref": "AWS::AccountId"}}),
        bucket_policy({"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}),
        "X update",
    ),
    one(
        "a role is not its account",
        POLICY,
        bucket_policy({"AWS": "123456789012"}),
        bucket_policy({"AWS": "arn:aws:iam::123456789012:role/r"}),
        "X update",
        "S005 X +",
        "S005 X -",
    ),
    one("every action in two spellings", ROLE, role(statement("*")), role(statement("*:*")), "X update"),
    one(
        "a policy by a parameter",
        POLICY,
        {"PolicyDocument": {"Ref": "AWS::StackName"}},
        {"PolicyDocument": {"Ref": "AWS::Region"}},
        "X update",
        "unknown X",
    ),
    one(
        "a table's nested policy",
        TABLE,
        {},
        {"ResourcePolicy": {"PolicyDocument": {"Statement": [statement(GET, Principal="*")]}}},
        "X update",
        "S005 X +",
    ),
    one(
        "a permission set",
        "AWS::SSO::PermissionSet",
        {"InlinePolicy": {"Statement": statement(GET)}},
        {"InlinePolicy": {"Statement": statement([GET, PUT])}},
        "X update",
        "S001 X +",
    ),
    one(
        "the policy of a function of SAM's",
        "AWS::Serverless::Function",
        {"Policies": [{"Statement": [statement(GET)]}]},
        {"Policies": [{"Statement": [statement([GET, PUT])]}]},
        "X update",
        "S001 X +",
    ),
    one(
        "a permission set's policy as text",
        "AWS::SSO::PermissionSet",
        {"InlinePolicy": json.dumps({"Statement": statement(GET)})},
        {"InlinePolicy": json.dumps({"Statement": statement([GET, PUT])}, indent=2)},
        "X update",
        "S001 X +",
    ),
    one(
        "an organization's policy as text on several lines",
        "AWS::Organizations::Policy",
        {
            "Type": "SERVICE_CONTROL_POLICY",
            "Content": json.dumps({"Statement": statement(GET, Effect="Deny")}, indent=2),
        },
        {
            "Type": "SERVICE_CONTROL_POLICY",
            "Content": json.dumps({"Statement": statement(PUT, Effect="Deny")}, indent=2),
        },
        "X update",
        "S001 X +",
        "S001 X -",
    ),
    one(
        "a destination's policy as text on several lines",
        "AWS::Logs::Destination",
        {"DestinationPolicy": json.dumps({"Statement": statement(GET, Principal={"AWS": "123456789012"})}, indent=2)},
        {"DestinationPolicy": json.dumps({"Statement": statement(GET, Principal="*")}, indent=2)},
        "X update",
        "S005 X +",
    ),
    one(
        "a page whose content is no policy",
        "AWS::Connect::ContactFlow",
        {"Content": '{"Version": "1"}'},
        {"Content": '{"Version": "2"}'},
        "X update",
    ),
    one(
        "a firewall's rules are no policy",
        "AWS::WAFv2::WebACL",
        {"Rules": [{"Statement": {"A": 1}}]},
        {"Rules": [{"Statement": {"A": 2}}]},
        "X update",
        "unknown X",
    ),
    one("a new authorizer", "AWS::ApiGateway::Authorizer", None, {"Name": "a"}, "X create", "unknown X"),
    one(
        "another audience of a JWT authorizer",
        "AWS::ApiGatewayV2::Authorizer",
        jwt("one"),
        jwt("one", "two"),
        "X update",
        "S022 X +",
    ),
    one(
        "one audience for another",
        "AWS::ApiGatewayV2::Authorizer",
        jwt("one"),
        jwt("two"),
        "X update",
        "S022 X +",
        "S022 X -",
    ),
    one(
        "another issuer",
        "AWS::ApiGatewayV2::Authorizer",
        jwt("one"),
        jwt("one", issuer="https://b.example"),
        "X update",
        "S022 X +",
        "S022 X -",
    ),
    one(
        "audiences of a function",
        "AWS::ApiGatewayV2::Authorizer",
        jwt("one"),
        jwt({"Fn::ImportValue": "audience"}),
        "X update",
        "unknown X",
    ),
    one(
        "where a JWT authorizer looks",
        "AWS::ApiGatewayV2::Authorizer",
        jwt("one"),
        {**jwt("one"), "IdentitySource": ["$request.header.Other"]},
        "X update",
        "unknown X",
    ),
    one(
        "a user pool less",
        "AWS::ApiGateway::Authorizer",
        {"Name": "a", "Type": "COGNITO_USER_POOLS", "ProviderARNs": ["arn:a", "arn:b"]},
        {"Name": "a", "Type": "COGNITO_USER_POOLS", "ProviderARNs": ["arn:a"]},
        "X update",
        "S022 X -",
    ),
    case(
        "another audience in an API's body",
        body_with_tokens("one"),
        body_with_tokens("one", "two"),
        "Api update",
        "S022 Api +",
    ),
    one(
        "an authorizer's name",
        "AWS::ApiGateway::Authorizer",
        {"Name": "a", "Metadata": {"a": 1}},
        {"Name": "a", "Metadata": {"a": 2}},
        "X update",
    ),
]

LESS = {"ComparisonOperator": "LessThanThreshold"}
SECURITY_CASES += [
    one(
        "an alarm for too little goes off later",
        "AWS::CloudWatch::Alarm",
        {**LESS, "Threshold": 5},
        {**LESS, "Threshold": 1},
        "X update",
        "S018 X +",
    ),
    one(
        "an alarm for too little goes off earlier",
        "AWS::CloudWatch::Alarm",
        {**LESS, "Threshold": 1},
        {**LESS, "Threshold": 5},
        "X update",
    ),
]
