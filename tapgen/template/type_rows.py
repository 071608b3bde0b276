"""The table of resource types.

Sources, by column. holds, minor: each type's page in the CloudFormation template reference and cfn-lint's list of
stateful resources (rule I3011), with what identifies callers or users added. name, ref, attributes, policy, fixed: the
type's properties and "Return values" in the template reference. arn: Service Authorization Reference, "Resource types".
key: the type's properties. address: the endpoint is part of the physical id. creation, change, cost: the services'
documentation and price pages. part: IAM's resource
types in the Service Authorization Reference, polling as in the managed policies AWSLambda…ExecutionRole. iam:
CreateChangeSet, Capabilities, in the CloudFormation API reference.
fixed: KMS, EC2 volumes (template reference: the update fails) and user pools (UpdateUserPool does not take them).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from tapgen.template.data_types import HOLDS
from tapgen.template.paths import ABSENT
from tapgen.template.types import UNKNOWN, Address, Arn, Metric, PartKind, Protection, ResourceType

_TYPES: Final[Mapping[str, ResourceType]] = {
    "AWS::ApiGateway::Authorizer": ResourceType(own_language=True),
    "AWS::ApiGateway::BasePathMapping": ResourceType(address=Address("domain", "the custom domain's path to the API")),
    "AWS::ApiGateway::BasePathMappingV2": ResourceType(
        address=Address("domain", "the custom domain's path to the API")
    ),
    "AWS::ApiGateway::DomainName": ResourceType(address=Address("domain", "the custom domain"), entry=True),
    "AWS::ApiGateway::DomainNameV2": ResourceType(address=Address("domain", "the custom domain"), policy=("Policy",)),
    "AWS::ApiGateway::RestApi": ResourceType(
        address=Address("api", "the API's address"),
        arn=Arn("execute-api", "{}"),
        attributes={"RestApiId": "name"},
        policy=("Policy",),
        entry=True,
    ),
    "AWS::ApiGateway::Stage": ResourceType(address=Address("stage", "the stage's address"), entry=True),
    "AWS::ApiGatewayV2::Api": ResourceType(
        address=Address("api", "the API's address"),
        arn=Arn("execute-api", "{}"),
        attributes={"ApiId": "name"},
        entry=True,
        part=PartKind(
            word="apis",
            one="WebSocket API",
            suffix="Api",
            service="API Gateway",
            example="execute-api:ManageConnections",
            variable="url",
            forms={"execute-api-general": "/*/*/@connections/*"},
            output=False,
        ),
    ),
    "AWS::ApiGatewayV2::ApiMapping": ResourceType(address=Address("domain", "the custom domain's path to the API")),
    "AWS::ApiGatewayV2::Authorizer": ResourceType(own_language=True),
    "AWS::ApiGatewayV2::DomainName": ResourceType(address=Address("domain", "the custom domain"), entry=True),
    "AWS::ApiGatewayV2::Stage": ResourceType(address=Address("stage", "the stage's address")),
    "AWS::AppSync::DomainName": ResourceType(address=Address("other", "the custom domain")),
    "AWS::AppSync::GraphQLApi": ResourceType(
        address=Address("other", "the GraphQL API's address"), own_language=True, entry=True
    ),
    "AWS::Backup::BackupVault": ResourceType(holds="recovery points", policy=("AccessPolicy",)),
    "AWS::CertificateManager::Certificate": ResourceType(creation="a certificate waits until its domain is validated"),
    "AWS::CloudFront::Distribution": ResourceType(
        address=Address("other", "the distribution's domain name"),
        entry=True,
        creation="a distribution takes 5 to 15 minutes to deploy",
        change="a change of a distribution takes 5 to 15 minutes to reach every edge",
    ),
    "AWS::CloudTrail::ResourcePolicy": ResourceType(policy=("ResourcePolicy",), attached_to="ResourceArn"),
    "AWS::CloudWatch::Alarm": ResourceType(
        arn=Arn("cloudwatch", "alarm:{}"), name="AlarmName", attributes={"Arn": "arn"}
    ),
    "AWS::CodeArtifact::Domain": ResourceType(policy=("PermissionsPolicyDocument",)),
    "AWS::CodeArtifact::Repository": ResourceType(policy=("PermissionsPolicyDocument",)),
    "AWS::Cognito::IdentityPool": ResourceType(holds="identities", own_language=True),
    "AWS::Cognito::IdentityPoolRoleAttachment": ResourceType(own_language=True),
    "AWS::Cognito::UserPool": ResourceType(
        holds="users",
        protections=(Protection(("DeletionProtection",), ("ACTIVE",), "deletion protection", refuses_deletion=True),),
        arn=Arn("cognito-idp", "userpool/{}"),
        attributes={"Arn": "arn", "UserPoolId": "name"},
        own_language=True,
        part=PartKind(
            word="user_pools",
            one="user pool",
            suffix="UserPool",
            service="Cognito",
            example="cognito-idp:AdminGetUser",
            forms={"userpool": ""},
        ),
        fixed={"AliasAttributes": ABSENT, "UsernameAttributes": ABSENT, "UsernameConfiguration": ABSENT},
    ),
    "AWS::Cognito::UserPoolClient": ResourceType(own_language=True),
    "AWS::Cognito::UserPoolDomain": ResourceType(address=Address("other", "the sign-in domain")),
    "AWS::DocDB::DBCluster": ResourceType(
        holds="data",
        protections=(Protection(("DeletionProtection",), ("true",), "deletion protection", refuses_deletion=True),),
    ),
    "AWS::DocDB::DBInstance": ResourceType(holds="data"),
    "AWS::DynamoDB::GlobalTable": ResourceType(
        holds="items",
        arn=Arn("dynamodb", "table/{}"),
        name="TableName",
        attributes={"Arn": "arn", "StreamArn": "stream"},
    ),
    "AWS::DynamoDB::Table": ResourceType(
        holds="items",
        protections=(
            Protection(("DeletionProtectionEnabled",), ("true",), "deletion protection", refuses_deletion=True),
            Protection(
                ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"), ("true",), "point-in-time recovery"
            ),
        ),
        arn=Arn("dynamodb", "table/{}"),
        name="TableName",
        attributes={"Arn": "arn", "StreamArn": "stream"},
        key=("SSESpecification", "KMSMasterKeyId"),
        policy=("ResourcePolicy", "PolicyDocument"),
        part=PartKind(
            word="tables",
            one="table",
            suffix="Table",
            service="DynamoDB",
            example="dynamodb:GetItem",
            variable="name",
            forms={"table": ""},
            within=("index",),
            output=False,
            polling=("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        ),
    ),
    "AWS::EC2::EIP": ResourceType(
        address=Address("other", "the public IP address"), cost="a public IPv4 address is billed by the hour"
    ),
    "AWS::EC2::Instance": ResourceType(
        protections=(
            Protection(("DisableApiTermination",), ("true",), "termination protection", refuses_deletion=True),
        ),
        cost="an instance is billed while it runs",
    ),
    "AWS::EC2::InternetGateway": ResourceType(entry=True),
    "AWS::EC2::NatGateway": ResourceType(
        creation="a NAT gateway takes about 2 minutes to create",
        cost="a NAT gateway is billed by the hour and by the gigabyte",
    ),
    "AWS::EC2::NetworkAclEntry": ResourceType(own_language=True),
    "AWS::EC2::TransitGateway": ResourceType(
        own_language=True, cost="a transit gateway attachment is billed by the hour"
    ),
    "AWS::EC2::TransitGatewayRoute": ResourceType(own_language=True),
    "AWS::EC2::VPCEndpoint": ResourceType(policy=("PolicyDocument",), limits=True),
    "AWS::EC2::VPCPeeringConnection": ResourceType(own_language=True),
    "AWS::EC2::Volume": ResourceType(
        holds="data", fixed={"AvailabilityZone": ABSENT, "Encrypted": "false", "KmsKeyId": ABSENT, "OutpostArn": ABSENT}
    ),
    "AWS::ECR::PublicRepository": ResourceType(policy=("RepositoryPolicyText",)),
    "AWS::ECR::RegistryPolicy": ResourceType(policy=("PolicyText",)),
    "AWS::ECR::Repository": ResourceType(
        holds="images",
        arn=Arn("ecr", "repository/{}"),
        name="RepositoryName",
        attributes={"Arn": "arn"},
        policy=("RepositoryPolicyText",),
    ),
    "AWS::ECS::Cluster": ResourceType(arn=Arn("ecs", "cluster/{}"), name="ClusterName", attributes={"Arn": "arn"}),
    "AWS::EFS::FileSystem": ResourceType(
        holds="files",
        protections=(
            Protection(("BackupPolicy", "Status"), ("ENABLED",), "automatic backups"),
            Protection(
                ("FileSystemProtection", "ReplicationOverwriteProtection"), ("ENABLED",), "overwrite protection"
            ),
        ),
        policy=("FileSystemPolicy",),
    ),
    "AWS::EKS::AccessEntry": ResourceType(own_language=True),
    "AWS::EKS::Cluster": ResourceType(
        creation="a cluster takes about 10 minutes to create", cost="a cluster is billed by the hour"
    ),
    "AWS::EMR::Cluster": ResourceType(holds="data"),
    "AWS::ElastiCache::CacheCluster": ResourceType(holds="cached data", minor=True),
    "AWS::ElastiCache::ReplicationGroup": ResourceType(
        holds="cached data",
        creation="a replication group takes 5 to 15 minutes to create",
        cost="cache nodes are billed by the hour",
    ),
    "AWS::ElastiCache::ServerlessCache": ResourceType(holds="cached data"),
    "AWS::ElasticLoadBalancing::LoadBalancer": ResourceType(address=Address("other", "the load balancer's DNS name")),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ResourceType(
        address=Address("other", "the load balancer's DNS name"),
        ref="arn",
        entry=True,
        cost="a load balancer is billed by the hour",
    ),
    "AWS::Elasticsearch::Domain": ResourceType(holds="indexes", policy=("AccessPolicies",)),
    "AWS::EventSchemas::RegistryPolicy": ResourceType(policy=("Policy",)),
    "AWS::Events::EventBus": ResourceType(
        arn=Arn("events", "event-bus/{}"),
        name="Name",
        attributes={"Arn": "arn", "Name": "name"},
        key=("KmsKeyIdentifier",),
        policy=("Policy",),
        part=PartKind(
            word="buses",
            one="bus",
            suffix="Bus",
            service="EventBridge",
            example="events:PutEvents",
            variable="name",
            forms={"event-bus": ""},
        ),
    ),
    "AWS::Events::EventBusPolicy": ResourceType(policy=("Statement",), attached_to="EventBusName"),
    "AWS::Events::Rule": ResourceType(arn=Arn("events", "rule/{}"), name="Name", attributes={"Arn": "arn"}),
    "AWS::FSx::FileSystem": ResourceType(holds="files"),
    "AWS::GlobalAccelerator::Accelerator": ResourceType(address=Address("other", "the accelerator's addresses")),
    "AWS::IAM::AccessKey": ResourceType(own_language=True, iam=True),
    "AWS::IAM::Group": ResourceType(
        arn=Arn("iam", "group/{}", regional=False), name="GroupName", attributes={"Arn": "arn"}, identity=True, iam=True
    ),
    "AWS::IAM::GroupPolicy": ResourceType(owners=("GroupName",)),
    "AWS::IAM::InstanceProfile": ResourceType(name="InstanceProfileName", own_language=True, iam=True),
    "AWS::IAM::ManagedPolicy": ResourceType(
        arn=Arn("iam", "policy/{}", regional=False),
        name="ManagedPolicyName",
        ref="arn",
        attributes={"PolicyArn": "arn"},
        owners=("Roles", "Users", "Groups"),
        iam=True,
    ),
    "AWS::IAM::OIDCProvider": ResourceType(own_language=True),
    "AWS::IAM::Policy": ResourceType(owners=("Roles", "Users", "Groups"), iam=True),
    "AWS::IAM::Role": ResourceType(
        arn=Arn("iam", "role/{}", regional=False), name="RoleName", attributes={"Arn": "arn"}, identity=True, iam=True
    ),
    "AWS::IAM::RolePolicy": ResourceType(owners=("RoleName",)),
    "AWS::IAM::SAMLProvider": ResourceType(own_language=True),
    "AWS::IAM::User": ResourceType(
        arn=Arn("iam", "user/{}", regional=False), name="UserName", attributes={"Arn": "arn"}, identity=True, iam=True
    ),
    "AWS::IAM::UserPolicy": ResourceType(owners=("UserName",)),
    "AWS::IAM::UserToGroupAddition": ResourceType(own_language=True, iam=True),
    "AWS::IoT::Policy": ResourceType(for_identities=True),
    "AWS::KMS::Key": ResourceType(
        holds="the key: what it encrypted can no longer be read",
        arn=Arn("kms", "key/{}"),
        attributes={"Arn": "arn", "KeyId": "name"},
        policy=("KeyPolicy",),
        part=PartKind(word="keys", one="key", suffix="Key", service="KMS", example="kms:Decrypt", forms={"key": ""}),
        fixed={
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "Origin": "AWS_KMS",
            "MultiRegion": "false",
        },
        cost="a customer managed key is billed by the month",
    ),
    "AWS::KMS::ReplicaKey": ResourceType(policy=("KeyPolicy",)),
    "AWS::Kinesis::ResourcePolicy": ResourceType(policy=("ResourcePolicy",), attached_to="ResourceArn"),
    "AWS::Kinesis::Stream": ResourceType(
        holds="records",
        arn=Arn("kinesis", "stream/{}"),
        name="Name",
        attributes={"Arn": "arn"},
        key=("StreamEncryption", "KeyId"),
        cost="a stream is billed by the hour",
        part=PartKind(
            word="streams",
            one="stream",
            suffix="Stream",
            service="Kinesis",
            example="kinesis:PutRecord",
            variable="name",
            forms={"stream": ""},
            polling=(
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ),
            metrics=(
                Metric(
                    title="Throttles",
                    description="Writes to the stream {} were throttled",
                    namespace="AWS/Kinesis",
                    name="WriteProvisionedThroughputExceeded",
                    dimension="StreamName",
                    threshold="failures",
                ),
                Metric(
                    title="Age",
                    description="Records wait too long in the stream {}",
                    namespace="AWS/Kinesis",
                    name="GetRecords.IteratorAgeMilliseconds",
                    statistic="Maximum",
                    dimension="StreamName",
                    threshold="message_age",
                    factor=1000,
                ),
            ),
        ),
    ),
    "AWS::KinesisFirehose::DeliveryStream": ResourceType(
        arn=Arn("firehose", "deliverystream/{}"), name="DeliveryStreamName", attributes={"Arn": "arn"}
    ),
    "AWS::LakeFormation::Permissions": ResourceType(own_language=True),
    "AWS::LakeFormation::PrincipalPermissions": ResourceType(own_language=True),
    "AWS::Lambda::Alias": ResourceType(ref="arn"),
    "AWS::Lambda::Function": ResourceType(
        arn=Arn("lambda", "function:{}"),
        name="FunctionName",
        attributes={"Arn": "arn"},
        part=PartKind(
            word="functions",
            one="function",
            suffix="Function",
            service="Lambda",
            example="lambda:InvokeFunction",
            forms={"function": ""},
            output=False,
        ),
    ),
    "AWS::Lambda::Url": ResourceType(address=Address("url", "the function URL"), entry=True),
    "AWS::Lambda::Version": ResourceType(ref="arn"),
    "AWS::Lex::ResourcePolicy": ResourceType(policy=("Policy",)),
    "AWS::Logs::LogGroup": ResourceType(
        holds="log events",
        minor=True,
        arn=Arn("logs", "log-group:{}:*"),
        name="LogGroupName",
        attributes={"Arn": "arn"},
        policy=("ResourcePolicyDocument",),
    ),
    "AWS::Logs::ResourcePolicy": ResourceType(policy=("PolicyDocument",)),
    "AWS::MSK::Cluster": ResourceType(
        holds="records",
        creation="a cluster takes 20 to 40 minutes to create",
        cost="a cluster's brokers are billed by the hour",
    ),
    "AWS::MSK::ClusterPolicy": ResourceType(policy=("Policy",), attached_to="ClusterArn"),
    "AWS::MediaStore::Container": ResourceType(policy=("Policy",)),
    "AWS::MemoryDB::Cluster": ResourceType(holds="data"),
    "AWS::Neptune::DBCluster": ResourceType(
        holds="data",
        protections=(Protection(("DeletionProtection",), ("true",), "deletion protection", refuses_deletion=True),),
    ),
    "AWS::Neptune::DBInstance": ResourceType(holds="data"),
    "AWS::NetworkFirewall::FirewallPolicy": ResourceType(own_language=True),
    "AWS::NetworkFirewall::RuleGroup": ResourceType(own_language=True),
    "AWS::OpenSearchService::Domain": ResourceType(
        holds="indexes",
        policy=("AccessPolicies",),
        creation="a search domain takes 15 to 30 minutes to create",
        change="a search domain may be rebuilt blue/green, which takes from minutes to hours",
        cost="a search domain's nodes are billed by the hour",
    ),
    "AWS::Organizations::Policy": ResourceType(limits=True, for_identities=True),
    "AWS::QLDB::Ledger": ResourceType(
        holds="documents",
        protections=(Protection(("DeletionProtection",), ("true",), "deletion protection", refuses_deletion=True),),
    ),
    "AWS::RAM::ResourceShare": ResourceType(own_language=True),
    "AWS::RDS::DBCluster": ResourceType(
        holds="data",
        protections=(Protection(("DeletionProtection",), ("true",), "deletion protection", refuses_deletion=True),),
        creation="a database cluster takes several minutes to create",
    ),
    "AWS::RDS::DBInstance": ResourceType(
        holds="data",
        protections=(Protection(("DeletionProtection",), ("true",), "deletion protection", refuses_deletion=True),),
        creation="a database instance takes 5 to 20 minutes to create",
        cost="a database instance is billed while it runs",
    ),
    "AWS::Redshift::Cluster": ResourceType(
        holds="data",
        creation="a cluster takes several minutes to create",
        cost="a cluster's nodes are billed by the hour",
    ),
    "AWS::RedshiftServerless::Namespace": ResourceType(policy=("NamespaceResourcePolicy",)),
    "AWS::Route53::HostedZone": ResourceType(
        address=Address("other", "the zone and its name servers"), cost="a hosted zone is billed by the month"
    ),
    "AWS::Route53::RecordSet": ResourceType(address=Address("other", "the DNS record")),
    "AWS::S3::AccessPoint": ResourceType(policy=("Policy",)),
    "AWS::S3::Bucket": ResourceType(
        holds="objects",
        protections=(Protection(("VersioningConfiguration", "Status"), ("Enabled",), "versioning"),),
        arn=Arn("s3", "{}", regional=False, owned=False),
        name="BucketName",
        attributes={"Arn": "arn"},
        key=(
            "BucketEncryption",
            "ServerSideEncryptionConfiguration",
            None,
            "ServerSideEncryptionByDefault",
            "KMSMasterKeyID",
        ),
        part=PartKind(
            word="buckets",
            one="bucket",
            suffix="Bucket",
            service="S3",
            example="s3:GetObject",
            variable="name",
            forms={"bucket": "", "object": "/*"},
        ),
    ),
    "AWS::S3::BucketPolicy": ResourceType(policy=("PolicyDocument",), attached_to="Bucket"),
    "AWS::S3::MultiRegionAccessPointPolicy": ResourceType(policy=("Policy",)),
    "AWS::S3Express::BucketPolicy": ResourceType(policy=("PolicyDocument",), attached_to="Bucket"),
    "AWS::S3Express::DirectoryBucket": ResourceType(holds="objects"),
    "AWS::S3ObjectLambda::AccessPointPolicy": ResourceType(policy=("PolicyDocument",)),
    "AWS::S3Outposts::BucketPolicy": ResourceType(policy=("PolicyDocument",)),
    "AWS::S3Tables::TableBucketPolicy": ResourceType(policy=("ResourcePolicy",), attached_to="TableBucketARN"),
    "AWS::SDB::Domain": ResourceType(holds="items"),
    "AWS::SNS::Topic": ResourceType(
        arn=Arn("sns", "{}"),
        name="TopicName",
        ref="arn",
        attributes={"TopicArn": "arn", "TopicName": "name"},
        key=("KmsMasterKeyId",),
        part=PartKind(
            word="topics",
            one="topic",
            suffix="Topic",
            service="SNS",
            example="sns:Publish",
            forms={"topic": ""},
            metrics=(
                Metric(
                    title="Failures",
                    description="Messages of the topic {} could not be delivered",
                    namespace="AWS/SNS",
                    name="NumberOfNotificationsFailed",
                    dimension="TopicName",
                    threshold="failures",
                ),
            ),
        ),
    ),
    "AWS::SNS::TopicInlinePolicy": ResourceType(policy=("PolicyDocument",), attached_to="TopicArn"),
    "AWS::SNS::TopicPolicy": ResourceType(policy=("PolicyDocument",), attached_to="Topics"),
    "AWS::SQS::Queue": ResourceType(
        holds="messages",
        arn=Arn("sqs", "{}"),
        name="QueueName",
        ref="url",
        attributes={"Arn": "arn", "QueueName": "name", "QueueUrl": "url"},
        key=("KmsMasterKeyId",),
        part=PartKind(
            word="queues",
            one="queue",
            suffix="Queue",
            service="SQS",
            example="sqs:SendMessage",
            variable="url",
            forms={"queue": ""},
            polling=("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
            metrics=(
                Metric(
                    title="Age",
                    description="Messages wait too long in the queue {}",
                    namespace="AWS/SQS",
                    name="ApproximateAgeOfOldestMessage",
                    statistic="Maximum",
                    dimension="QueueName",
                    threshold="message_age",
                ),
                Metric(
                    title="Messages",
                    description="Messages of the queue {} could not be processed",
                    namespace="AWS/SQS",
                    name="ApproximateNumberOfMessagesVisible",
                    statistic="Maximum",
                    dimension="QueueName",
                    threshold="dead_letters",
                    of="dead_letters",
                ),
            ),
        ),
    ),
    "AWS::SQS::QueueInlinePolicy": ResourceType(policy=("PolicyDocument",), attached_to="Queue"),
    "AWS::SQS::QueuePolicy": ResourceType(policy=("PolicyDocument",), attached_to="Queues"),
    "AWS::SSM::Parameter": ResourceType(
        holds="a value",
        minor=True,
        arn=Arn("ssm", "parameter/{}"),
        name="Name",
        part=PartKind(
            word="ssm_parameters",
            one="SSM parameter",
            suffix="Parameter",
            service="SSM",
            example="ssm:GetParameter",
            variable="name",
            forms={"parameter": ""},
        ),
    ),
    "AWS::SSM::ResourcePolicy": ResourceType(policy=("Policy",), attached_to="ResourceArn"),
    "AWS::SSO::Assignment": ResourceType(own_language=True),
    "AWS::SSO::PermissionSet": ResourceType(for_identities=True, policy=("InlinePolicy",)),
    "AWS::SecretsManager::ResourcePolicy": ResourceType(policy=("ResourcePolicy",), attached_to="SecretId"),
    "AWS::SecretsManager::Secret": ResourceType(
        holds="a secret",
        arn=Arn("secretsmanager", "secret:{}"),
        name="Name",
        ref="arn",
        attributes={"Id": "arn"},
        key=("KmsKeyId",),
        part=PartKind(
            word="secrets",
            one="secret",
            suffix="Secret",
            service="Secrets Manager",
            example="secretsmanager:GetSecretValue",
            forms={"Secret": ""},
        ),
        cost="a secret is billed by the month",
    ),
    "AWS::Serverless::Api": ResourceType(address=Address("api", "the API's address")),
    "AWS::Serverless::HttpApi": ResourceType(address=Address("api", "the API's address")),
    "AWS::Serverless::Function": ResourceType(for_identities=True),
    "AWS::Serverless::StateMachine": ResourceType(for_identities=True),
    "AWS::StepFunctions::Activity": ResourceType(ref="arn"),
    "AWS::StepFunctions::StateMachine": ResourceType(
        arn=Arn("states", "stateMachine:{}"),
        name="StateMachineName",
        ref="arn",
        attributes={"Arn": "arn", "Name": "name"},
        part=PartKind(
            word="state_machines",
            one="state machine",
            suffix="StateMachine",
            service="Step Functions",
            example="states:StartExecution",
            forms={"statemachine": "", "execution": ":*"},
            metrics=(
                Metric(
                    title="Failures",
                    description="Executions of the state machine {} failed",
                    namespace="AWS/States",
                    name="ExecutionsFailed",
                    dimension="StateMachineArn",
                    value="arn",
                    threshold="failures",
                ),
                Metric(
                    title="Timeouts",
                    description="Executions of the state machine {} took too long",
                    namespace="AWS/States",
                    name="ExecutionsTimedOut",
                    dimension="StateMachineArn",
                    value="arn",
                    threshold="failures",
                ),
            ),
        ),
    ),
    "AWS::Timestream::Database": ResourceType(holds="data"),
    "AWS::Timestream::Table": ResourceType(holds="data"),
    "AWS::VpcLattice::AuthPolicy": ResourceType(policy=("Policy",)),
    "AWS::VpcLattice::ResourcePolicy": ResourceType(policy=("Policy",)),
    "AWS::WAFv2::IPSet": ResourceType(own_language=True),
    "AWS::WAFv2::RuleGroup": ResourceType(own_language=True),
    "AWS::WAFv2::WebACL": ResourceType(own_language=True, cost="a web ACL is billed by the month"),
    "AWS::XRay::ResourcePolicy": ResourceType(policy=("PolicyDocument",)),
}

TYPES: Final = {
    **_TYPES,
    **{kind: replace(_TYPES.get(kind, UNKNOWN), holds=what) for kind, what in HOLDS.items()},
}
