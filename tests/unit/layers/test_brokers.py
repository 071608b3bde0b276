"""Kafka and Amazon MQ: what reads them for a function, and what its role may do for that."""

import pytest

from tests.unit.layers.documents import granted, properties, refused

CLUSTER = "arn:aws:kafka:eu-west-1:111111111111:cluster/shop/0a1b-1"
BROKER = "arn:aws:mq:eu-west-1:111111111111:broker:shop:b-0a1b"
ONE = """
application = "shop"
[queues.Failed]
[secrets.Login]
[functions.Paid]
source = "src"
"""


def test_a_topic_of_a_cluster_is_read_by_iam(document):
    trigger = 'cluster = "{}", topic = "payments", consumer_group = "shop", dead_letter_queue = "Failed"'
    rendered = document(ONE + f"triggers.kafka.Payments = {{ {trigger.format(CLUSTER)} }}\n")
    assert properties(rendered, "PaidPaymentsKafkaTrigger") == {
        "EventSourceArn": CLUSTER,
        "FunctionName": {"Fn::GetAtt": ["PaidFunction", "Arn"]},
        "BatchSize": 100,
        "Topics": ["payments"],
        "StartingPosition": "LATEST",
        "AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": "shop"},
        "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["FailedQueue", "Arn"]}}},
    }
    allowed = granted(rendered, "PaidFunctionRole")
    assert allowed["ReadPaymentsKafka"] == (
        ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"],
        [CLUSTER.replace(":cluster", ":topic") + "/payments"],
    )
    assert allowed["JoinPaymentsKafka"][1] == [CLUSTER.replace(":cluster", ":group") + "/shop"]
    assert allowed["TellPaymentsKafka"] == (["sqs:SendMessage"], [{"Fn::GetAtt": ["FailedQueue", "Arn"]}])
    assert "ec2:CreateNetworkInterface" in allowed["ReachBrokers"][0]


def test_a_cluster_of_the_stack_and_servers_of_ones_own(document):
    own = 'triggers.kafka.A = {{ cluster = "${{Cluster.Arn}}", topic = "a" }}\n{}'
    resource = '[resources.Cluster]\ntype = "AWS::MSK::ServerlessCluster"\n[resources.Cluster.properties]\n'
    resource += 'ClusterName = "a"\nClientAuthentication.Sasl.Iam.Enabled = true\nVpcConfigs = [{ SubnetIds = ["subnet-0a"] }]\n'
    rendered = document(ONE + own.format(resource))
    [topic] = granted(rendered, "PaidFunctionRole")["ReadAKafka"][1]
    split = {"Fn::Split": [":cluster/", {"Fn::Sub": "${Cluster.Arn}"}]}
    parts = [{"Fn::Select": [0, split]}, ":topic/", {"Fn::Select": [1, split]}, "/a"]
    assert topic == {"Fn::Join": ["", parts]}
    servers = 'triggers.kafka.A = { servers = ["b-1.example.com:9096"], topic = "a", secret = "Login" }\n'
    rendered = document(ONE + servers)
    mapping = properties(rendered, "PaidAKafkaTrigger")
    assert mapping["SelfManagedEventSource"] == {"Endpoints": {"KafkaBootstrapServers": ["b-1.example.com:9096"]}}
    assert mapping["SourceAccessConfigurations"] == [{"Type": "SASL_SCRAM_512_AUTH", "URI": {"Ref": "LoginSecret"}}]
    assert "EventSourceArn" not in mapping
    allowed = granted(rendered, "PaidFunctionRole")
    assert allowed["ReadLoginBroker"] == (["secretsmanager:GetSecretValue"], [{"Ref": "LoginSecret"}])
    assert "ReadAKafka" not in allowed


def test_a_queue_of_amazon_mq(document):
    trigger = f'{{ broker = "{BROKER}", queue = "payments", secret = "Login", virtual_host = "/", batch_size = 5 }}'
    rendered = document(ONE + f"triggers.mq.Payments = {trigger}\n")
    mapping = properties(rendered, "PaidPaymentsMqTrigger")
    assert (mapping["EventSourceArn"], mapping["Queues"], mapping["BatchSize"]) == (BROKER, ["payments"], 5)
    assert mapping["SourceAccessConfigurations"] == [
        {"Type": "BASIC_AUTH", "URI": {"Ref": "LoginSecret"}},
        {"Type": "VIRTUAL_HOST", "URI": "/"},
    ]
    assert granted(rendered, "PaidFunctionRole")["DescribePaymentsMq"] == (["mq:DescribeBroker"], [BROKER])


@pytest.mark.parametrize(
    ("trigger", "problem"),
    [
        ('kafka.A = { topic = "a" }', "kafka.A: say one of cluster and servers"),
        (f'kafka.A = {{ cluster = "{CLUSTER}", topic = "a", secret = "Logn" }}', 'kafka.A.secret: there is no secret "Logn"; did you mean "Login"?'),
        (f'kafka.A = {{ cluster = "{CLUSTER}", topic = "a", partial_failures = true }}', "kafka.A.partial_failures: true is not one of false"),
        ('kafka.A = { cluster = "shop", topic = "a" }', 'kafka.A.cluster: "shop" does not fit: the ARN of a cluster of MSK or a broker of Amazon MQ, such as arn:aws:kafka:eu-west-1:123456789012:cluster/a/b'),
        (f'mq.A = {{ broker = "{BROKER}", queue = "a" }}', "mq.A.secret: it is required and missing: one of `secrets` with the user's name and password"),
        (f'mq.A = {{ broker = "{BROKER}", queue = "a", secret = "Old" }}\n[secrets.Old]\nexisting = "shop/broker"', "mq.A.secret: Lambda wants its ARN in full: write that in secrets.Old.existing"),
    ],
)  # fmt: skip
def test_what_cannot_be(project, trigger, problem):
    assert refused(project, f"{ONE}triggers.{trigger}\n") == [f"functions.Paid.triggers.{problem}"]
