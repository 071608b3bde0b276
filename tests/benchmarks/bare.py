"""What tapgen is measured against: the dev environment's resources written down by hand, without settings or checks."""

import awacs.dynamodb
import awacs.ec2
import awacs.logs
import awacs.sts
import awacs.xray
from awacs.aws import ArnEquals, Condition, PolicyDocument, Principal, Statement
from troposphere import (
    GetAtt,
    GetAZs,
    Output,
    Ref,
    Select,
    Sub,
    Tags,
    Template,
    apigateway,
    awslambda,
    cloudwatch,
    dynamodb,
    ec2,
    iam,
    logs,
)


class LoggingConfig(awslambda.LoggingConfig):
    props = {**awslambda.LoggingConfig.props, "LogFormat": (str, False)}  # noqa: RUF012 - as troposphere has it


t = Template(Description="Item Service: a small serverless API that stores items")
t.set_version("2010-09-09")
t.add_resource(
    ec2.VPC(
        "Vpc",
        CidrBlock="10.0.0.0/16",
        EnableDnsHostnames=True,
        EnableDnsSupport=True,
        InstanceTenancy="default",
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen", Name="tap-dev"),
    )
)
t.add_resource(
    ec2.Subnet(
        "PublicSubnet1",
        VpcId=Ref("Vpc"),
        AvailabilityZone=Select(0, GetAZs("")),
        CidrBlock="10.0.0.0/20",
        MapPublicIpOnLaunch=False,
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen", Name="tap-dev-PublicSubnet1"),
    )
)
t.add_resource(
    ec2.RouteTable(
        "PublicSubnet1RouteTable",
        VpcId=Ref("Vpc"),
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen", Name="tap-dev-PublicSubnet1"),
    )
)
t.add_resource(
    ec2.SubnetRouteTableAssociation(
        "PublicSubnet1RouteTableAssociation", SubnetId=Ref("PublicSubnet1"), RouteTableId=Ref("PublicSubnet1RouteTable")
    )
)
t.add_resource(
    ec2.Subnet(
        "PublicSubnet2",
        VpcId=Ref("Vpc"),
        AvailabilityZone=Select(1, GetAZs("")),
        CidrBlock="10.0.16.0/20",
        MapPublicIpOnLaunch=False,
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen", Name="tap-dev-PublicSubnet2"),
    )
)
t.add_resource(
    ec2.RouteTable(
        "PublicSubnet2RouteTable",
        VpcId=Ref("Vpc"),
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen", Name="tap-dev-PublicSubnet2"),
    )
)
t.add_resource(
    ec2.SubnetRouteTableAssociation(
        "PublicSubnet2RouteTableAssociation", SubnetId=Ref("PublicSubnet2"), RouteTableId=Ref("PublicSubnet2RouteTable")
    )
)
t.add_resource(
    ec2.InternetGateway(
        "InternetGateway", Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen", Name="tap-dev")
    )
)
t.add_resource(
    ec2.VPCGatewayAttachment("VpcGatewayAttachment", VpcId=Ref("Vpc"), InternetGatewayId=Ref("InternetGateway"))
)
t.add_resource(
    ec2.Route(
        "PublicSubnet1DefaultRoute",
        DependsOn="VpcGatewayAttachment",
        RouteTableId=Ref("PublicSubnet1RouteTable"),
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=Ref("InternetGateway"),
    )
)
t.add_resource(
    ec2.Route(
        "PublicSubnet2DefaultRoute",
        DependsOn="VpcGatewayAttachment",
        RouteTableId=Ref("PublicSubnet2RouteTable"),
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=Ref("InternetGateway"),
    )
)
t.add_resource(
    ec2.SecurityGroup(
        "FunctionSecurityGroup",
        VpcId=Ref("Vpc"),
        GroupDescription="Functions: HTTPS out, nothing in",
        SecurityGroupEgress=[
            {
                "Description": "AWS services are called by HTTPS",
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "CidrIp": "0.0.0.0/0",
            }
        ],
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    ec2.VPCEndpoint(
        "DynamodbEndpoint",
        VpcId=Ref("Vpc"),
        ServiceName=Sub("com.amazonaws.${AWS::Region}.dynamodb"),
        VpcEndpointType="Gateway",
        RouteTableIds=[Ref("PublicSubnet1RouteTable"), Ref("PublicSubnet2RouteTable")],
        PolicyDocument=PolicyDocument(
            Version="2012-10-17",
            Statement=[
                Statement(
                    Sid="ItemUseItem",
                    Effect="Allow",
                    Principal=Principal("*"),
                    Action=[awacs.dynamodb.PutItem],
                    Resource=[GetAtt("ItemTable", "Arn")],
                )
            ],
        ),
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    dynamodb.Table(
        "ItemTable",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="itemId", AttributeType="S")],
        KeySchema=[dynamodb.KeySchema(AttributeName="itemId", KeyType="HASH")],
        BillingMode="PAY_PER_REQUEST",
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    logs.LogGroup(
        "ItemFunctionLogGroup",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        RetentionInDays=30,
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    logs.LogGroup(
        "ApiAccessLogGroup",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        RetentionInDays=30,
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    iam.Role(
        "ItemFunctionRole",
        Description="Execution role of ItemFunction",
        AssumeRolePolicyDocument=PolicyDocument(
            Version="2012-10-17",
            Statement=[
                Statement(
                    Effect="Allow",
                    Principal=Principal("Service", "lambda.amazonaws.com"),
                    Action=[awacs.sts.AssumeRole],
                )
            ],
        ),
        Policies=[
            iam.Policy(
                PolicyName="ItemFunctionPolicy",
                PolicyDocument=PolicyDocument(
                    Version="2012-10-17",
                    Statement=[
                        Statement(
                            Sid="WriteLogs",
                            Effect="Allow",
                            Action=[awacs.logs.CreateLogStream, awacs.logs.PutLogEvents],
                            Resource=[GetAtt("ItemFunctionLogGroup", "Arn")],
                        ),
                        Statement(
                            Sid="UseItem",
                            Effect="Allow",
                            Action=[awacs.dynamodb.PutItem],
                            Resource=[GetAtt("ItemTable", "Arn")],
                        ),
                        Statement(
                            Sid="SendTraces",
                            Effect="Allow",
                            Action=[awacs.xray.PutTelemetryRecords, awacs.xray.PutTraceSegments],
                            Resource=["*"],
                        ),
                        Statement(
                            Sid="ManageNetworkInterfaces",
                            Effect="Allow",
                            Action=[
                                awacs.ec2.AssignPrivateIpAddresses,
                                awacs.ec2.CreateNetworkInterface,
                                awacs.ec2.DeleteNetworkInterface,
                                awacs.ec2.DescribeNetworkInterfaces,
                                awacs.ec2.DescribeSubnets,
                                awacs.ec2.UnassignPrivateIpAddresses,
                            ],
                            Resource=["*"],
                        ),
                        Statement(
                            Sid="DenyOwnNetworkInterfaces",
                            Effect="Deny",
                            Action=[
                                awacs.ec2.AssignPrivateIpAddresses,
                                awacs.ec2.CreateNetworkInterface,
                                awacs.ec2.DeleteNetworkInterface,
                                awacs.ec2.DescribeNetworkInterfaces,
                                awacs.ec2.DescribeSubnets,
                                awacs.ec2.DetachNetworkInterface,
                                awacs.ec2.UnassignPrivateIpAddresses,
                            ],
                            Resource=["*"],
                            Condition=Condition(
                                ArnEquals(
                                    {
                                        "lambda:SourceFunctionArn": Sub(
                                            "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:tap-dev-Item"
                                        )
                                    }
                                )
                            ),
                        ),
                    ],
                ),
            )
        ],
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    iam.Role(
        "ApiLoggingRole",
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        Description="API Gateway writes logs; one for each account and region",
        AssumeRolePolicyDocument=PolicyDocument(
            Version="2012-10-17",
            Statement=[
                Statement(
                    Effect="Allow",
                    Principal=Principal("Service", "apigateway.amazonaws.com"),
                    Action=[awacs.sts.AssumeRole],
                )
            ],
        ),
        ManagedPolicyArns=[
            Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
        ],
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    awslambda.Function(
        "ItemFunction",
        FunctionName="tap-dev-Item",
        Description="Stores one item per request",
        Handler="index.handler",
        Code=awslambda.Code(
            ZipFile='"""GET /item: put one item into the table and say which.\n\nThe answer never says what went wrong inside; the log does, one JSON object an event, with the request id.\n"""\n\nimport json\nimport logging\nimport os\nimport sys\nfrom collections.abc import Callable\nfrom datetime import UTC, datetime\nfrom functools import cache\nfrom traceback import format_tb\nfrom typing import Any, Protocol\n\nimport boto3\nfrom botocore.config import Config\nfrom botocore.exceptions import BotoCoreError, ClientError\n\n# Two attempts of at most 1 s + 2 s each: an unreachable table is an answer, not a time-out of the function.\nLIMITS = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})\n\n\nclass JsonLines(logging.Handler):\n    """Writes what the runtime\'s own JSON formatter would; for runs without it (text log format, tests)."""\n\n    def emit(self, record: logging.LogRecord) -> None:\n        """One line on stderr, which Lambda sends to the log group as it is."""\n        line = {\n            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),\n            "level": record.levelname,\n            "message": record.getMessage(),\n            "requestId": getattr(record, "requestId", None),\n        }\n        if record.exc_info and record.exc_info[0]:\n            kind, error, trace = record.exc_info\n            line |= {"errorType": kind.__name__, "errorMessage": str(error), "stackTrace": format_tb(trace)}\n        sys.stderr.write(json.dumps(line) + "\\n")\n\n\nlog = logging.getLogger("item")\nif os.environ.get("AWS_LAMBDA_LOG_FORMAT") != "JSON":\n    log.addHandler(JsonLines())\n    log.propagate = False\n\n\nclass Table(Protocol):\n    """What is used of boto3\'s Table."""\n\n    name: str\n\n    def put_item(self, *, Item: dict[str, str]) -> object:  # noqa: N803 - boto3\'s name\n        """PutItem."""\n\n\nclass Context(Protocol):\n    """What is used of Lambda\'s context."""\n\n    aws_request_id: str\n\n\n@cache\ndef table() -> Table:\n    """The table; its client and connections serve every invocation of this execution environment."""\n    items: Table = boto3.resource("dynamodb", config=LIMITS).Table(os.environ["TABLE_NAME"])\n    return items\n\n\ndef handler(event: dict[str, Any], context: Context) -> dict[str, Any]:\n    """The answer to an API Gateway proxy event."""\n    return respond(event, context.aws_request_id, table)\n\n\ndef respond(event: dict[str, Any], request_id: str, connect: Callable[[], Table]) -> dict[str, Any]:\n    """Store an item named after the request, so that a repeated invocation writes the same one."""\n    try:\n        items = connect()\n        item_id = f"item_{request_id}"\n        items.put_item(Item={"itemId": item_id, "timestamp": datetime.now(UTC).isoformat()})\n        status, body = 200, {"message": "Item stored", "itemId": item_id, "tableName": items.name}\n    except (BotoCoreError, ClientError):\n        status, body = 500, {"error": "Database operation failed"}\n        log.exception(body["error"], extra={"requestId": request_id})\n    except Exception:\n        status, body = 500, {"error": "Internal server error"}\n        log.exception(body["error"], extra={"requestId": request_id})\n    headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": origin(event), "Vary": "Origin"}\n    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}\n\n\ndef origin(event: dict[str, Any]) -> str:\n    """The caller\'s origin where it is one of several that are allowed, else the first of them."""\n    allowed = os.environ.get("CORS_ORIGIN", "*").split(",")\n    sent = event.get("headers") if isinstance(event, dict) else None\n    caller = next((value for name, value in (sent or {}).items() if name.lower() == "origin"), "")\n    return caller if caller in allowed else allowed[0]\n'
        ),
        Runtime="python3.13",
        Architectures=["arm64"],
        MemorySize=256,
        Timeout=10,
        Role=GetAtt("ItemFunctionRole", "Arn"),
        Environment=awslambda.Environment(Variables={"TABLE_NAME": Ref("ItemTable")}),
        LoggingConfig=LoggingConfig(LogFormat="JSON", LogGroup=Ref("ItemFunctionLogGroup")),
        TracingConfig=awslambda.TracingConfig(Mode="Active"),
        VpcConfig=awslambda.VPCConfig(
            SecurityGroupIds=[GetAtt("FunctionSecurityGroup", "GroupId")],
            SubnetIds=[Ref("PublicSubnet1"), Ref("PublicSubnet2")],
        ),
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    apigateway.RestApi(
        "Api",
        Name="Item Service",
        EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    apigateway.Resource(
        "ApiItemResource", RestApiId=Ref("Api"), ParentId=GetAtt("Api", "RootResourceId"), PathPart="item"
    )
)
t.add_resource(
    apigateway.Method(
        "ApiItemGetMethod",
        RestApiId=Ref("Api"),
        ResourceId=Ref("ApiItemResource"),
        HttpMethod="GET",
        AuthorizationType="NONE",
        Integration=apigateway.Integration(
            Type="AWS_PROXY",
            IntegrationHttpMethod="POST",
            Uri=Sub(
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${ItemFunction.Arn}/invocations"
            ),
        ),
    )
)
t.add_resource(
    apigateway.Method(
        "ApiOptionsMethod",
        RestApiId=Ref("Api"),
        ResourceId=GetAtt("Api", "RootResourceId"),
        HttpMethod="OPTIONS",
        AuthorizationType="NONE",
        Integration=apigateway.Integration(
            Type="MOCK",
            RequestTemplates={"application/json": '{"statusCode": 204}'},
            PassthroughBehavior="NEVER",
            IntegrationResponses=[
                apigateway.IntegrationResponse(
                    StatusCode="204",
                    ResponseParameters={
                        "method.response.header.Access-Control-Allow-Origin": "'*'",
                        "method.response.header.Access-Control-Allow-Methods": "'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS'",
                        "method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token'",
                        "method.response.header.Access-Control-Max-Age": "'600'",
                    },
                )
            ],
        ),
        MethodResponses=[
            apigateway.MethodResponse(
                StatusCode="204",
                ResponseParameters={
                    "method.response.header.Access-Control-Allow-Origin": True,
                    "method.response.header.Access-Control-Allow-Methods": True,
                    "method.response.header.Access-Control-Allow-Headers": True,
                    "method.response.header.Access-Control-Max-Age": True,
                },
            )
        ],
    )
)
t.add_resource(
    apigateway.Method(
        "ApiItemOptionsMethod",
        RestApiId=Ref("Api"),
        ResourceId=Ref("ApiItemResource"),
        HttpMethod="OPTIONS",
        AuthorizationType="NONE",
        Integration=apigateway.Integration(
            Type="MOCK",
            RequestTemplates={"application/json": '{"statusCode": 204}'},
            PassthroughBehavior="NEVER",
            IntegrationResponses=[
                apigateway.IntegrationResponse(
                    StatusCode="204",
                    ResponseParameters={
                        "method.response.header.Access-Control-Allow-Origin": "'*'",
                        "method.response.header.Access-Control-Allow-Methods": "'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS'",
                        "method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token'",
                        "method.response.header.Access-Control-Max-Age": "'600'",
                    },
                )
            ],
        ),
        MethodResponses=[
            apigateway.MethodResponse(
                StatusCode="204",
                ResponseParameters={
                    "method.response.header.Access-Control-Allow-Origin": True,
                    "method.response.header.Access-Control-Allow-Methods": True,
                    "method.response.header.Access-Control-Allow-Headers": True,
                    "method.response.header.Access-Control-Max-Age": True,
                },
            )
        ],
    )
)
t.add_resource(
    apigateway.GatewayResponse(
        "ApiClientErrorResponse",
        RestApiId=Ref("Api"),
        ResponseType="DEFAULT_4XX",
        ResponseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.Access-Control-Allow-Headers": "'Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token'",
        },
    )
)
t.add_resource(
    apigateway.GatewayResponse(
        "ApiServerErrorResponse",
        RestApiId=Ref("Api"),
        ResponseType="DEFAULT_5XX",
        ResponseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.Access-Control-Allow-Headers": "'Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token'",
        },
    )
)
t.add_resource(
    awslambda.Permission(
        "ApiItemGetPermission",
        Action="lambda:InvokeFunction",
        FunctionName=GetAtt("ItemFunction", "Arn"),
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/dev/GET/item"),
    )
)
t.add_resource(
    apigateway.Account(
        "ApiAccount",
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        CloudWatchRoleArn=GetAtt("ApiLoggingRole", "Arn"),
    )
)
t.add_resource(
    cloudwatch.Alarm(
        "ItemFunctionErrorsAlarm",
        AlarmDescription="Item failed",
        Namespace="AWS/Lambda",
        Dimensions=[cloudwatch.MetricDimension(Name="FunctionName", Value=Ref("ItemFunction"))],
        MetricName="Errors",
        Statistic="Sum",
        Threshold=1,
        Period=300,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    cloudwatch.Alarm(
        "ItemFunctionThrottlesAlarm",
        AlarmDescription="Item was throttled",
        Namespace="AWS/Lambda",
        Dimensions=[cloudwatch.MetricDimension(Name="FunctionName", Value=Ref("ItemFunction"))],
        MetricName="Throttles",
        Statistic="Sum",
        Threshold=1,
        Period=300,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    cloudwatch.Alarm(
        "ItemFunctionDurationAlarm",
        AlarmDescription="Item came near its time-out of 10 s",
        Namespace="AWS/Lambda",
        Dimensions=[cloudwatch.MetricDimension(Name="FunctionName", Value=Ref("ItemFunction"))],
        MetricName="Duration",
        Statistic="Maximum",
        Threshold=8000,
        Period=300,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    cloudwatch.Alarm(
        "ItemTableThrottlesAlarm",
        AlarmDescription="Requests to the table Item were throttled",
        Metrics=[
            cloudwatch.MetricDataQuery(
                Id="total",
                Expression="FILL(readThrottleEvents,0)+FILL(writeThrottleEvents,0)",
                Label="Total",
                ReturnData=True,
            ),
            cloudwatch.MetricDataQuery(
                Id="readThrottleEvents",
                MetricStat=cloudwatch.MetricStat(
                    Metric=cloudwatch.Metric(
                        Namespace="AWS/DynamoDB",
                        MetricName="ReadThrottleEvents",
                        Dimensions=[cloudwatch.MetricDimension(Name="TableName", Value=Ref("ItemTable"))],
                    ),
                    Period=300,
                    Stat="Sum",
                ),
                ReturnData=False,
            ),
            cloudwatch.MetricDataQuery(
                Id="writeThrottleEvents",
                MetricStat=cloudwatch.MetricStat(
                    Metric=cloudwatch.Metric(
                        Namespace="AWS/DynamoDB",
                        MetricName="WriteThrottleEvents",
                        Dimensions=[cloudwatch.MetricDimension(Name="TableName", Value=Ref("ItemTable"))],
                    ),
                    Period=300,
                    Stat="Sum",
                ),
                ReturnData=False,
            ),
        ],
        Threshold=1,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    cloudwatch.Alarm(
        "ItemTableSystemErrorsAlarm",
        AlarmDescription="DynamoDB failed to serve requests to the table Item",
        Metrics=[
            cloudwatch.MetricDataQuery(Id="total", Expression="FILL(putItem,0)", Label="Total", ReturnData=True),
            cloudwatch.MetricDataQuery(
                Id="putItem",
                MetricStat=cloudwatch.MetricStat(
                    Metric=cloudwatch.Metric(
                        Namespace="AWS/DynamoDB",
                        MetricName="SystemErrors",
                        Dimensions=[
                            cloudwatch.MetricDimension(Name="TableName", Value=Ref("ItemTable")),
                            cloudwatch.MetricDimension(Name="Operation", Value="PutItem"),
                        ],
                    ),
                    Period=300,
                    Stat="Sum",
                ),
                ReturnData=False,
            ),
        ],
        Threshold=1,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    cloudwatch.Alarm(
        "ApiServerErrorsAlarm",
        AlarmDescription="The API answered with a 5XX status",
        Namespace="AWS/ApiGateway",
        Dimensions=[
            cloudwatch.MetricDimension(Name="ApiName", Value="Item Service"),
            cloudwatch.MetricDimension(Name="Stage", Value="dev"),
        ],
        MetricName="5XXError",
        Statistic="Sum",
        Threshold=1,
        Period=300,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_resource(
    apigateway.Deployment(
        "ApiDeployment029ed126c3",
        DependsOn=[
            "ApiItemGetMethod",
            "ApiOptionsMethod",
            "ApiItemOptionsMethod",
            "ApiClientErrorResponse",
            "ApiServerErrorResponse",
        ],
        RestApiId=Ref("Api"),
    )
)
t.add_resource(
    apigateway.Stage(
        "ApiStage",
        DependsOn=["ApiAccount"],
        RestApiId=Ref("Api"),
        DeploymentId=Ref("ApiDeployment029ed126c3"),
        StageName="dev",
        AccessLogSetting=apigateway.AccessLogSetting(
            DestinationArn=Sub(
                "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${ApiAccessLogGroup}"
            ),
            Format='{"requestId": "$context.requestId", "requestTime": "$context.requestTime", "ip": "$context.identity.sourceIp", "method": "$context.httpMethod", "path": "$context.path", "status": "$context.status", "latency": "$context.responseLatency", "integrationError": "$context.integrationErrorMessage"}',
        ),
        MethodSettings=[
            apigateway.MethodSetting(
                HttpMethod="*",
                ResourcePath="/*",
                ThrottlingRateLimit=100,
                ThrottlingBurstLimit=200,
                LoggingLevel="ERROR",
            )
        ],
        TracingEnabled=True,
        Tags=Tags(Application="tap", Environment="dev", ManagedBy="tapgen"),
    )
)
t.add_output(Output("VpcIdOutput", Description="Id of the VPC", Value=Ref("Vpc")))
t.add_output(Output("DynamoTableNameOutput", Description="Name of the table Item", Value=Ref("ItemTable")))
t.add_output(
    Output("LambdaRoleNameOutput", Description="Name of the execution role of Item", Value=Ref("ItemFunctionRole"))
)
t.add_output(Output("LambdaFunctionNameOutput", Description="Name of the function Item", Value=Ref("ItemFunction")))
t.add_output(
    Output("LambdaFunctionArnOutput", Description="ARN of the function Item", Value=GetAtt("ItemFunction", "Arn"))
)
t.add_output(
    Output("AlarmNameOutput", Description="Name of the alarm on errors of Item", Value=Ref("ItemFunctionErrorsAlarm"))
)
t.add_output(Output("ApiGatewayIdOutput", Description="Id of the REST API", Value=Ref("Api")))
t.add_output(
    Output(
        "ApiGatewayUrlOutput",
        Description="Address of the REST API",
        Value=Sub("https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${ApiStage}/"),
    )
)
print(t.to_json(indent=2, sort_keys=False))
