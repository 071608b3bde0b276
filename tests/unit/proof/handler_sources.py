"""Longer handler sources as people write them, each with the actions that it needs and its unresolved places.

A row is (name, source or {file: source}, entry point, actions, number of unresolved places).
"""

from __future__ import annotations

HANDLERS = [
    ("powertools_router", """
import json, os
from dataclasses import dataclass, asdict
from typing import Any
import boto3
from aws_lambda_powertools import Logger, Tracer, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
logger = Logger(); tracer = Tracer(); metrics = Metrics(namespace="x")
app = APIGatewayRestResolver()
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
@app.get("/items/<item_id>")
@tracer.capture_method
def get_item(item_id: str) -> dict[str, Any]:
    item = table.get_item(Key={"id": item_id}).get("Item")
    if item is None:
        raise NotFoundError(item_id)
    return item
@app.post("/items")
def create():
    body = app.current_event.json_body
    table.put_item(Item=body, ConditionExpression="attribute_not_exists(id)")
    return body, 201
@app.exception_handler(table.meta.client.exceptions.ConditionalCheckFailedException)
def dup(ex):
    return {"message": "exists"}, 409
@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event, context):
    return app.resolve(event, context)
""", "index.handler", "dynamodb:GetItem dynamodb:PutItem", 0),
    ("powertools_batch", """
import boto3, json
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
processor = BatchProcessor(event_type=EventType.SQS)
sns = boto3.client("sns")
def record_handler(record):
    payload = json.loads(record.body)
    sns.publish(TopicArn="arn", Message=json.dumps(payload))
def handler(event, context):
    return process_partial_response(event=event, record_handler=record_handler, processor=processor, context=context)
""", "index.handler", "sns:Publish", 0),
    ("dataclass_repo", """
from __future__ import annotations
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
import boto3
if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
class Repo(Protocol):
    def add(self, item: dict) -> None: ...
@dataclass(frozen=True)
class DynamoRepo:
    table: Table = field(default_factory=lambda: boto3.resource("dynamodb").Table(os.environ["TABLE"]))
    def add(self, item: dict) -> None:
        self.table.put_item(Item=item)
    def drop(self, key):
        self.table.delete_item(Key=key)
@dataclass
class Service:
    repo: Repo
    def create(self, body): self.repo.add(body)
service = Service(repo=DynamoRepo())
def handler(event, context):
    service.create(event)
""", "index.handler", "dynamodb:PutItem", 0),
    ("dataclass_post_init", """
from dataclasses import dataclass, InitVar, field
import boto3
@dataclass
class Q:
    url: str
    client: object = field(init=False)
    def __post_init__(self):
        self.client = boto3.client("sqs")
    def send(self, body): return self.client.send_message(QueueUrl=self.url, MessageBody=body)
def handler(e, c): Q("u").send("x")
""", "index.handler", "sqs:SendMessage", 0),
    ("pydantic_model", """
from pydantic import BaseModel, Field, validator
import boto3
ddb = boto3.resource("dynamodb")
class Item(BaseModel):
    id: str
    price: float = Field(gt=0)
    def save(self):
        ddb.Table("x").put_item(Item=self.dict())
    @classmethod
    def load(cls, id):
        return cls(**ddb.Table("x").get_item(Key={"id": id})["Item"])
def handler(e, c):
    Item.parse_raw(e["body"]).save()
    item = Item(**e)
    item.save()
    return Item.load("a").dict()
""", "index.handler", "dynamodb:PutItem dynamodb:GetItem", 0),
    ("pydantic_settings", """
from functools import lru_cache
from pydantic_settings import BaseSettings
import boto3
class Settings(BaseSettings):
    table_name: str
    bucket: str = "b"
@lru_cache()
def get_settings() -> Settings: return Settings()
@lru_cache(maxsize=None)
def bucket():
    return boto3.resource("s3").Bucket(get_settings().bucket)
def handler(e, c):
    bucket().put_object(Key="k", Body=b"")
    boto3.resource("dynamodb").Table(get_settings().table_name).scan()
""", "index.handler", "s3:PutObject dynamodb:Scan", 0),
    ("assumed_role_session", """
import boto3
def assume(arn):
    sts = boto3.client("sts")
    creds = sts.assume_role(RoleArn=arn, RoleSessionName="s")["Credentials"]
    return boto3.Session(aws_access_key_id=creds["AccessKeyId"], aws_secret_access_key=creds["SecretAccessKey"], aws_session_token=creds["SessionToken"])
def handler(e, c):
    session = assume("arn:aws:iam::1:role/x")
    session.client("ec2").describe_instances()
""", "index.handler", "sts:AssumeRole ec2:DescribeInstances", 0),
    ("asyncio_to_thread", """
import asyncio, boto3
s3 = boto3.client("s3")
async def one(k):
    return await asyncio.to_thread(s3.get_object, Bucket="b", Key=k)
async def main(keys):
    loop = asyncio.get_event_loop()
    await loop.run_in_executor(None, lambda: s3.put_object(Bucket="b", Key="z"))
    return await asyncio.gather(*[one(k) for k in keys], return_exceptions=True)
def handler(e, c): return asyncio.get_event_loop().run_until_complete(main(e["keys"]))
""", "index.handler", "s3:GetObject s3:PutObject", 0),
    ("decorator_with_args", """
import boto3, functools, time
def retry(times=3, exceptions=(Exception,)):
    def deco(fn):
        @functools.wraps(fn)
        def wrapper(*args, **kwargs):
            for i in range(times):
                try:
                    return fn(*args, **kwargs)
                except exceptions:
                    time.sleep(2 ** i)
            raise RuntimeError
        return wrapper
    return deco
class Store:
    def __init__(self, client=None):
        self._c = client or boto3.client("dynamodb")
    @retry(times=5)
    def save(self, item): return self._c.put_item(TableName="x", Item=item)
    @retry()
    def load(self, k): return self._c.get_item(TableName="x", Key=k)
def handler(e, c):
    s = Store()
    s.save({}); return s.load({})
""", "index.handler", "dynamodb:PutItem dynamodb:GetItem", 0),
    ("inject_decorator", """
import boto3, functools
def with_client(service):
    def deco(f):
        client = boto3.client(service)
        @functools.wraps(f)
        def inner(event, context):
            return f(event, context, client)
        return inner
    return deco
@with_client("sqs")
def handler(event, context, client):
    client.send_message_batch(QueueUrl="u", Entries=[])
""", "index.handler", "sqs:SendMessage", 0),
    ("class_decorator", """
import boto3, functools
class audited:
    def __init__(self, fn):
        functools.update_wrapper(self, fn)
        self.fn = fn
        self.sns = boto3.client("sns")
    def __call__(self, *a, **k):
        self.sns.publish(TopicArn="t", Message="m")
        return self.fn(*a, **k)
@audited
def handler(e, c):
    boto3.client("s3").delete_object(Bucket="b", Key="k")
""", "index.handler", "sns:Publish s3:DeleteObject", 0),
    ("contextmanager_gen", """
import boto3
from contextlib import contextmanager, ExitStack
@contextmanager
def lock(table, key):
    table.put_item(Item={"pk": key}, ConditionExpression="attribute_not_exists(pk)")
    try:
        yield table
    finally:
        table.delete_item(Key={"pk": key})
def handler(e, c):
    t = boto3.resource("dynamodb").Table("locks")
    with ExitStack() as stack:
        locked = stack.enter_context(lock(t, "a"))
        locked.update_item(Key={})
""", "index.handler", "dynamodb:PutItem dynamodb:DeleteItem dynamodb:UpdateItem", 0),
    ("contextmanager_class", """
import boto3
class Message:
    def __init__(self, url): self.q = boto3.client("sqs"); self.url = url
    def __enter__(self):
        self.m = self.q.receive_message(QueueUrl=self.url)["Messages"][0]
        return self.m
    def __exit__(self, t, v, tb):
        if t is None: self.q.delete_message(QueueUrl=self.url, ReceiptHandle=self.m["ReceiptHandle"])
        else: self.q.change_message_visibility(QueueUrl=self.url, ReceiptHandle="x", VisibilityTimeout=0)
def handler(e, c):
    with Message("u") as m: print(m)
""", "index.handler", "sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility", 0),
    ("batch_writer_fn", """
import boto3, itertools
ddb = boto3.resource("dynamodb")
def chunks(it, n):
    it = iter(it)
    while chunk := list(itertools.islice(it, n)): yield chunk
def handler(e, c):
    table = ddb.Table(e["t"])
    for chunk in chunks(e["items"], 25):
        with table.batch_writer(overwrite_by_pkeys=["id"]) as batch:
            for item in chunk:
                batch.put_item(Item=item)
    r = ddb.batch_get_item(RequestItems={"x": {"Keys": []}})
    while r.get("UnprocessedKeys"):
        r = ddb.batch_get_item(RequestItems=r["UnprocessedKeys"])
""", "index.handler", "dynamodb:BatchWriteItem dynamodb:BatchGetItem", 0),
    ("s3_transfer", """
import boto3, io
from boto3.s3.transfer import TransferConfig, S3Transfer
from botocore.config import Config
s3 = boto3.client("s3", config=Config(signature_version="s3v4", retries={"max_attempts": 3}))
cfg = TransferConfig(multipart_threshold=5 * 1024 ** 2)
def handler(e, c):
    key = e["Records"][0]["s3"]["object"]["key"]
    s3.download_file("in", key, "/tmp/x")
    s3.upload_file("/tmp/x", "out", key, ExtraArgs={"ContentType": "a"}, Config=cfg)
    buf = io.BytesIO(); s3.upload_fileobj(buf, "out", key)
    return s3.generate_presigned_url("get_object", Params={"Bucket": "out", "Key": key}, ExpiresIn=60)
""", "index.handler", "s3:GetObject s3:PutObject s3:AbortMultipartUpload", 0),
    ("s3_resource", """
import boto3, json
s3 = boto3.resource("s3")
def handler(e, c):
    obj = s3.Object("b", "k")
    data = json.load(obj.get()["Body"])
    obj.put(Body=json.dumps(data))
    for o in s3.Bucket("b").objects.filter(Prefix="p/"):
        print(o.key, o.size)
        body = o.get()["Body"].read()
    s3.Object("b", "new").copy_from(CopySource="b/k")
    s3.Object("b","k").delete()
""", "index.handler", "s3:GetObject s3:PutObject s3:ListBucket s3:DeleteObject", 0),
    ("eventbridge", """
import boto3, json, os
from datetime import datetime, timezone
events = boto3.client("events")
def emit(detail_type: str, detail: dict, *, bus: str = os.getenv("BUS", "default")) -> None:
    response = events.put_events(Entries=[{"Source": "x", "DetailType": detail_type, "Detail": json.dumps(detail), "EventBusName": bus, "Time": datetime.now(timezone.utc)}])
    if response["FailedEntryCount"]:
        raise RuntimeError(response)
HANDLERS = {}
def on(name):
    def register(f):
        HANDLERS[name] = f
        return f
    return register
@on("created")
def created(d): emit("a", d)
@on("deleted")
def deleted(d): boto3.client("scheduler").delete_schedule(Name=d["id"])
def handler(e, c):
    fn = HANDLERS.get(e["detail-type"])
    if fn: fn(e["detail"])
""", "index.handler", "events:PutEvents scheduler:DeleteSchedule", 0),
    ("ssm_cached", """
import boto3, os, time
_ssm = boto3.client("ssm")
_cache: dict[str, tuple[float, str]] = {}
def param(name, ttl=300):
    hit = _cache.get(name)
    if hit and hit[0] > time.time(): return hit[1]
    value = _ssm.get_parameter(Name=f"/{os.environ['STAGE']}/{name}", WithDecryption=True)["Parameter"]["Value"]
    _cache[name] = (time.time() + ttl, value)
    return value
def all_params():
    out = {}
    for page in _ssm.get_paginator("get_parameters_by_path").paginate(Path="/x", Recursive=True):
        out |= {p["Name"]: p["Value"] for p in page["Parameters"]}
    return out
def handler(e, c): return param("a"), all_params()
""", "index.handler", "ssm:GetParameter ssm:GetParametersByPath", 0),
    ("secrets_lazy", """
import boto3, json
from functools import cached_property, cache
class Secrets:
    @cached_property
    def client(self): return boto3.session.Session().client(service_name="secretsmanager", region_name="eu-west-1")
    @cache
    def get(self, name):
        try:
            r = self.client.get_secret_value(SecretId=name)
        except self.client.exceptions.ResourceNotFoundException:
            return None
        return json.loads(r["SecretString"])
secrets = Secrets()
def handler(e, c): return secrets.get("x")
""", "index.handler", "secretsmanager:GetSecretValue", 0),
    ("stepfunctions", """
import boto3, json, uuid
from botocore.exceptions import ClientError
sfn = boto3.client("stepfunctions")
def start(arn, payload):
    try:
        return sfn.start_execution(stateMachineArn=arn, name=str(uuid.uuid4()), input=json.dumps(payload))["executionArn"]
    except ClientError as err:
        if err.response["Error"]["Code"] != "ExecutionAlreadyExists": raise
def handler(e, c):
    if "token" in e:
        try: sfn.send_task_success(taskToken=e["token"], output="{}")
        except sfn.exceptions.TaskTimedOut: sfn.send_task_failure(taskToken=e["token"])
    return start("arn", e)
""", "index.handler", "states:StartExecution states:SendTaskSuccess states:SendTaskFailure", 0),
    ("kinesis_handler", """
import base64, json, boto3
firehose = boto3.client("firehose"); kinesis = boto3.client("kinesis")
def decode(r): return json.loads(base64.b64decode(r["kinesis"]["data"]))
def handler(event, context):
    out = [{"Data": json.dumps(d).encode()} for d in map(decode, event["Records"])]
    firehose.put_record_batch(DeliveryStreamName="d", Records=out)
    kinesis.put_records(StreamName="s", Records=[dict(Data=o["Data"], PartitionKey="p") for o in out])
""", "index.handler", "firehose:PutRecordBatch kinesis:PutRecords", 0),
    ("ddb_stream", """
import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from boto3.dynamodb.conditions import Key, Attr
deser = TypeDeserializer()
os_client = None
agg = boto3.resource("dynamodb", region_name="eu-west-1").Table("agg")
def unmarshal(image): return {k: deser.deserialize(v) for k, v in image.items()}
def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            match record["eventName"]:
                case "INSERT" | "MODIFY":
                    new = unmarshal(record["dynamodb"]["NewImage"])
                    agg.update_item(Key={"pk": new["pk"]}, UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": 1})
                case "REMOVE":
                    agg.query(IndexName="by", KeyConditionExpression=Key("pk").eq("x") & Key("sk").begins_with("a"), FilterExpression=Attr("x").exists())
        except Exception:
            failures.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
    return {"batchItemFailures": failures}
""", "index.handler", "dynamodb:UpdateItem dynamodb:Query", 0),
    ("package_entry", {"app/__init__.py": "", "app/handlers/__init__.py": "from .create import handler as create_handler\nfrom .delete import handler as delete_handler\n", "app/handlers/create.py": "from ..storage import table\nfrom app.events import publish\ndef handler(e,c):\n    table().put_item(Item=e)\n    publish('x')\n", "app/handlers/delete.py": "from ..storage import table\ndef handler(e,c):\n    table().delete_item(Key=e)\n", "app/storage.py": "import functools, boto3\n@functools.lru_cache\ndef table():\n    return boto3.resource('dynamodb').Table('x')\n", "app/events.py": "import boto3 as b\n_c = b.client('events')\npublish = lambda n: _c.put_events(Entries=[{'DetailType': n}])\n"}, "app.handlers.create.handler", "dynamodb:PutItem events:PutEvents", 0),
    ("package_entry2", {"app/__init__.py": "", "app/handlers/__init__.py": "from .create import handler as create_handler\nfrom .delete import handler as delete_handler\n", "app/handlers/create.py": "from ..storage import table\nfrom app.events import publish\ndef handler(e,c):\n    table().put_item(Item=e)\n    publish('x')\n", "app/handlers/delete.py": "from ..storage import table\ndef handler(e,c):\n    table().delete_item(Key=e)\n", "app/storage.py": "import functools, boto3\n@functools.lru_cache\ndef table():\n    return boto3.resource('dynamodb').Table('x')\n", "app/events.py": "import boto3 as b\n_c = b.client('events')\npublish = lambda n: _c.put_events(Entries=[{'DetailType': n}])\n"}, "app/handlers/delete.handler", "dynamodb:DeleteItem", 0),
    ("package_entry3", {"app/__init__.py": "", "app/handlers/__init__.py": "from .create import handler as create_handler\nfrom .delete import handler as delete_handler\n", "app/handlers/create.py": "from ..storage import table\nfrom app.events import publish\ndef handler(e,c):\n    table().put_item(Item=e)\n    publish('x')\n", "app/handlers/delete.py": "from ..storage import table\ndef handler(e,c):\n    table().delete_item(Key=e)\n", "app/storage.py": "import functools, boto3\n@functools.lru_cache\ndef table():\n    return boto3.resource('dynamodb').Table('x')\n", "app/events.py": "import boto3 as b\n_c = b.client('events')\npublish = lambda n: _c.put_events(Entries=[{'DetailType': n}])\n"}, "app.handlers.delete_handler", "dynamodb:DeleteItem", 0),
    ("abc_strategy", """
import abc, boto3
class Notifier(abc.ABC):
    registry = {}
    def __init_subclass__(cls, /, kind, **kw):
        super().__init_subclass__(**kw)
        Notifier.registry[kind] = cls
    @abc.abstractmethod
    def notify(self, msg): ...
class Sns(Notifier, kind="sns"):
    def __init__(self): self.c = boto3.client("sns")
    def notify(self, msg): self.c.publish(PhoneNumber="1", Message=msg)
class Ses(Notifier, kind="ses"):
    def __init__(self): self.c = boto3.client("ses")
    def notify(self, msg): self.c.send_email(Source="a", Destination={}, Message={})
def handler(e, c):
    Notifier.registry[e["kind"]]().notify("hi")
""", "index.handler", "sns:Publish ses:SendEmail", 0),
    ("subclasses_scan", """
import boto3
class Base:
    def run(self): raise NotImplementedError
class A(Base):
    def run(self): boto3.client("sqs").list_queues()
class B(Base):
    def run(self): boto3.client("sns").list_topics()
def handler(e, c):
    for k in Base.__subclasses__(): k().run()
""", "index.handler", "sqs:ListQueues sns:ListTopics", 0),
    ("mixin_super", """
import boto3
class AwsMixin:
    service = None
    @property
    def client(self): return boto3.client(self.service)
class Base(AwsMixin):
    def __init__(self, name, **kw): super().__init__(**kw); self.name = name
    def put(self, body): return self._put(body)
class S3(Base):
    service = "s3"
    def _put(self, body): return self.client.put_object(Bucket=self.name, Key="k", Body=body)
class Dynamo(Base):
    service = "dynamodb"
    def _put(self, body): return self.client.put_item(TableName=self.name, Item=body)
def handler(e, c):
    for s in (S3("b"), Dynamo("t")): s.put({})
""", "index.handler", "s3:PutObject dynamodb:PutItem", 0),
    ("clients_dict", """
import boto3
SERVICES = ("s3", "sqs", "sns")
CLIENTS = {s: boto3.client(s) for s in SERVICES}
def handler(e, c):
    CLIENTS["s3"].list_buckets(); CLIENTS["sqs"].list_queues()
""", "index.handler", "s3:ListAllMyBuckets sqs:ListQueues", 0),
    ("namedtuple_clients", """
import boto3
from collections import namedtuple
from typing import NamedTuple
class Deps(NamedTuple):
    s3: object
    table: object
    name: str = "x"
Other = namedtuple("Other", "sqs sns")
deps = Deps(boto3.client("s3"), boto3.resource("dynamodb").Table("t"))
o = Other(sqs=boto3.client("sqs"), sns=boto3.client("sns"))
def handler(e, c, d=deps):
    d.s3.get_object(Bucket="b", Key="k"); d.table.get_item(Key={}); o.sqs.get_queue_url(QueueName="q")
    s3, table, *_ = deps
    s3.delete_object(Bucket="b", Key="k")
""", "index.handler", "s3:GetObject dynamodb:GetItem sqs:GetQueueUrl s3:DeleteObject", 0),
    ("simple_namespace", """
import boto3
from types import SimpleNamespace
aws = SimpleNamespace(s3=boto3.client("s3"))
aws.sqs = boto3.client("sqs")
def handler(e, c): aws.s3.list_buckets(); aws.sqs.list_queues()
""", "index.handler", "s3:ListAllMyBuckets sqs:ListQueues", 0),
    ("module_getattr", {"index.py": "import clients\ndef handler(e,c): clients.s3.list_buckets()\n", "clients.py": "import boto3\ndef __getattr__(name): return boto3.client(name)\n"}, "index.handler", "s3:ListAllMyBuckets", 0),
    ("class_getattr", """
import boto3
class Lazy:
    def __init__(self): self._c = {}
    def __getattr__(self, name):
        if name not in self._c: self._c[name] = boto3.client(name)
        return self._c[name]
aws = Lazy()
def handler(e, c): aws.sqs.list_queues(); aws.sns.list_topics()
""", "index.handler", "sqs:ListQueues sns:ListTopics", 0),
    ("proxy_getattr", """
import boto3
class Traced:
    def __init__(self, inner): self._inner = inner
    def __getattr__(self, name):
        attr = getattr(self._inner, name)
        def call(*a, **k):
            print(name)
            return attr(*a, **k)
        return call
ddb = Traced(boto3.client("dynamodb"))
def handler(e, c): ddb.get_item(TableName="x", Key={})
""", "index.handler", "dynamodb:GetItem", 0),
    ("threadpool_typo_pos", """
import boto3
from concurrent.futures import ThreadPoolExecutor
s3 = boto3.client("s3")
def handler(e, c):
    with ThreadPoolExecutor() as ex:
        return [f.result() for f in [ex.submit(s3.get_object_tagging, Bucket="b", Key=k) for k in e]]
""", "index.handler", "s3:GetObjectTagging", 0),
    ("reduce_chain", """
import boto3, functools
steps = [lambda ctx: {**ctx, "q": boto3.client("sqs")}, lambda ctx: {**ctx, "r": ctx["q"].list_queues()}]
def handler(e, c): return functools.reduce(lambda acc, f: f(acc), steps, {})
""", "index.handler", "sqs:ListQueues", 0),
    ("singledispatch", """
import boto3
from functools import singledispatch, singledispatchmethod
@singledispatch
def store(x): raise TypeError
@store.register
def _(x: dict): boto3.client("dynamodb").put_item(TableName="x", Item=x)
@store.register(bytes)
def _b(x): boto3.client("s3").put_object(Bucket="b", Key="k", Body=x)
def handler(e, c): store(e)
""", "index.handler", "dynamodb:PutItem s3:PutObject", 0),
    ("handler_is_instance", """
import boto3
class Handler:
    def __init__(self, table): self.table = table
    def __call__(self, event, context): return self.table.query(KeyConditionExpression="x")
handler = Handler(boto3.resource("dynamodb").Table("x"))
""", "index.handler", "dynamodb:Query", 0),
    ("handler_is_method", """
import boto3
class App:
    table = boto3.resource("dynamodb").Table("x")
    @classmethod
    def handle(cls, e, c): return cls.table.scan()
handler = App.handle
""", "index.handler", "dynamodb:Scan", 0),
    ("chained_meta_client", """
import boto3
t = boto3.resource("dynamodb").Table("x")
def handler(e, c):
    cl = t.meta.client
    cl.transact_write_items(TransactItems=[{"Put": {"TableName": t.name, "Item": {}}}, {"Update": {"TableName": t.table_name}}])
    cl.get_paginator("scan").paginate(TableName="x").build_full_result()
""", "index.handler", "dynamodb:PutItem dynamodb:UpdateItem dynamodb:Scan", 0),
    ("transact_built", """
import boto3
d = boto3.client("dynamodb")
def put(i): return {"Put": {"TableName": "x", "Item": i}}
def check(k): return {"ConditionCheck": {"TableName": "x", "Key": k, "ConditionExpression": "y"}}
def handler(e, c):
    ops = [check({})]
    for i in e["items"]:
        ops.append(put(i))
    ops += [{"Delete": {"TableName": "x", "Key": {}}} for _ in range(2)]
    d.transact_write_items(TransactItems=ops)
""", "index.handler", "dynamodb:PutItem dynamodb:ConditionCheckItem dynamodb:DeleteItem", 0),
    ("cloudwatch_logs", """
import boto3, gzip, base64, json
logs = boto3.client("logs"); cw = boto3.client("cloudwatch")
def handler(e, c):
    data = json.loads(gzip.decompress(base64.b64decode(e["awslogs"]["data"])))
    cw.put_metric_data(Namespace="n", MetricData=[])
    q = logs.start_query(logGroupName="g", startTime=0, endTime=1, queryString="x")
    logs.get_query_results(queryId=q["queryId"])
    for p in logs.get_paginator("filter_log_events").paginate(logGroupName="g"): print(p)
""", "index.handler", "cloudwatch:PutMetricData logs:StartQuery logs:GetQueryResults logs:FilterLogEvents", 0),
    ("lambda_invoke", """
import boto3, json
lam = boto3.client("lambda")
def handler(e, c):
    r = lam.invoke(FunctionName=e["fn"], InvocationType="Event", Payload=json.dumps(e))
    json.loads(r["Payload"].read())
    lam.update_function_code(FunctionName="x", S3Bucket="b", S3Key="k")
""", "index.handler", "lambda:InvokeFunction lambda:UpdateFunctionCode", 0),
    ("apigw_mgmt", """
import boto3
def handler(e, c):
    rc = e["requestContext"]
    m = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{rc['domainName']}/{rc['stage']}")
    try: m.post_to_connection(ConnectionId=rc["connectionId"], Data=b"")
    except m.exceptions.GoneException: boto3.resource("dynamodb").Table("conns").delete_item(Key={"id": rc["connectionId"]})
""", "index.handler", "execute-api:ManageConnections dynamodb:DeleteItem", 0),
    ("kms_data_key", """
import boto3
kms = boto3.client("kms")
class Crypto:
    def __init__(self, key_id): self.key_id = key_id
    def __getitem__(self, blob): return kms.decrypt(CiphertextBlob=blob)["Plaintext"]
    def __setitem__(self, k, v): kms.encrypt(KeyId=self.key_id, Plaintext=v)
    def __contains__(self, k): return bool(kms.describe_key(KeyId=k))
    def __iter__(self):
        for p in kms.get_paginator("list_keys").paginate(): yield from p["Keys"]
    def __len__(self): return len(kms.list_aliases()["Aliases"])
def handler(e, c):
    x = Crypto("k")
    x["a"] = b""; x[b""]; "a" in x; list(x); len(x)
""", "index.handler", "kms:Decrypt kms:Encrypt kms:DescribeKey kms:ListKeys kms:ListAliases", 0),
    ("operators_dunder", """
import boto3
s = boto3.client("sns")
class M:
    def __add__(self, o): s.publish(Message="a"); return self
    def __eq__(self, o): s.list_topics(); return True
    def __lt__(self, o): s.list_subscriptions(); return True
    def __str__(self): s.get_sms_attributes(); return ""
    def __bool__(self): s.list_platform_applications(); return True
    def __del__(self): pass
def handler(e, c):
    m = M(); m + 1; m == 2; m < 3; f"{m}"
    if m: pass
""", "index.handler", "sns:Publish sns:ListTopics sns:ListSubscriptions sns:GetSMSAttributes sns:ListPlatformApplications", 0),
    ("descriptor_protocol", """
import boto3
class ClientAttr:
    def __init__(self, service): self.service = service
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, owner=None): return boto3.client(self.service)
class App:
    sqs = ClientAttr("sqs")
    def run(self): self.sqs.list_queues()
def handler(e, c): App().run()
""", "index.handler", "sqs:ListQueues", 0),
    ("metaclass_singleton", """
import boto3
class Singleton(type):
    _i = {}
    def __call__(cls, *a, **k):
        if cls not in cls._i: cls._i[cls] = super().__call__(*a, **k)
        return cls._i[cls]
class Db(metaclass=Singleton):
    def __init__(self): self.t = boto3.resource("dynamodb").Table("x")
    def put(self): self.t.put_item(Item={})
def handler(e, c): Db().put()
""", "index.handler", "dynamodb:PutItem", 0),
    ("singleton_new", """
import boto3
class Db:
    _inst = None
    def __new__(cls):
        if cls._inst is None:
            cls._inst = super().__new__(cls)
            cls._inst.c = boto3.client("dynamodb")
        return cls._inst
def handler(e, c): Db().c.list_tables()
""", "index.handler", "dynamodb:ListTables", 0),
    ("enum_dispatch", """
import boto3
from enum import Enum
class Op(Enum):
    PUT = "put"
    GET = "get"
    def run(self, t):
        return {Op.PUT: t.put_item, Op.GET: t.get_item}[self]()
def handler(e, c): Op(e["op"]).run(boto3.resource("dynamodb").Table("x"))
""", "index.handler", "dynamodb:PutItem dynamodb:GetItem", 0),
    ("enum_services", """
import boto3
from enum import Enum, StrEnum
class S(str, Enum):
    S3 = "s3"; SQS = "sqs"
def client(s: S): return boto3.client(s.value)
def handler(e, c): client(S.SQS).list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("config_constants", {"index.py": "from config import SERVICE, cfg\nimport boto3\nc1=boto3.client(SERVICE)\nc2=boto3.client(cfg['svc']['name'])\ndef handler(e,c): c1.list_queues(); c2.list_topics()\n", "config.py": "SERVICE = 'sqs'\ncfg = {'svc': {'name': 'sns'}}\n"}, "index.handler", "sqs:ListQueues sns:ListTopics", 0),
    ("dynamic_service", """
import boto3
def handler(e, c): boto3.client(e["service"]).list_queues()
""", "index.handler", "", 1),
    ("env_service", """
import boto3, os
def handler(e, c): boto3.client(os.environ["SVC"]).list_queues()
""", "index.handler", "", 1),
    ("escape_third_party", """
import boto3, somelib
def handler(e, c): somelib.process(boto3.client("s3"))
""", "index.handler", "", 1),
    ("botocore_direct", """
import botocore.session
s = botocore.session.get_session()
d = s.create_client("dynamodb", region_name="x")
def handler(e, c): d.list_tables()
""", "index.handler", "dynamodb:ListTables", 0),
    ("xray_patch", """
import boto3
from aws_xray_sdk.core import xray_recorder, patch_all
patch_all()
t = boto3.resource("dynamodb").Table("x")
@xray_recorder.capture("h")
def handler(e, c):
    with xray_recorder.in_subsegment("s") as seg:
        t.get_item(Key={})
""", "index.handler", "dynamodb:GetItem", 0),
    ("boto3_setup", """
import boto3
boto3.setup_default_session(region_name="x")
d = boto3.DEFAULT_SESSION.client("sqs")
def handler(e, c): d.list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("try_import", """
try:
    import ujson as json
except ImportError:
    import json
try:
    from local_settings import table
except ImportError:
    import boto3
    table = boto3.resource("dynamodb").Table("x")
def handler(e, c): table.scan(); return json.dumps({})
""", "index.handler", "dynamodb:Scan", 0),
    ("importlib_dynamic", {"index.py": "import importlib\ndef handler(e,c):\n    m = importlib.import_module('jobs.' + e['job'])\n    return m.run(e)\n", "jobs/__init__.py": "", "jobs/a.py": "import boto3\ndef run(e): boto3.client('s3').list_buckets()\n"}, "index.handler", "", 1),
    ("importlib_literal", {"index.py": "import importlib\nJOBS={'a':'jobs.a','b':'jobs.b'}\ndef handler(e,c):\n    return importlib.import_module(JOBS[e['job']]).run(e)\n", "jobs/__init__.py": "", "jobs/a.py": "import boto3\ndef run(e): boto3.client('s3').list_buckets()\n", "jobs/b.py": "import boto3\ndef run(e): boto3.client('sqs').list_queues()\n"}, "index.handler", "s3:ListAllMyBuckets sqs:ListQueues", 0),
    ("globals_dispatch", """
import boto3
def op_put(e): boto3.client("s3").put_object(Bucket="b", Key="k")
def op_get(e): boto3.client("s3").get_object(Bucket="b", Key="k")
def handler(e, c): return globals()[f"op_{e['op']}"](e)
""", "index.handler", "s3:PutObject s3:GetObject", 0),
    ("self_getattr_dispatch", """
import boto3
class H:
    def __init__(self): self.c = boto3.client("sqs")
    def do_send(self): self.c.send_message(QueueUrl="u", MessageBody="x")
    def do_purge(self): self.c.purge_queue(QueueUrl="u")
    def run(self, e): return getattr(self, f"do_{e['op']}")()
def handler(e, c): return H().run(e)
""", "index.handler", "sqs:SendMessage sqs:PurgeQueue", 0),
    ("async_iter", """
import asyncio, boto3
d = boto3.client("dynamodb")
class Pages:
    def __aiter__(self): self.p = iter(d.get_paginator("scan").paginate(TableName="x")); return self
    async def __anext__(self):
        try: return next(self.p)
        except StopIteration: raise StopAsyncIteration
async def gen():
    async for p in Pages(): yield p
async def main():
    return [x async for x in gen()]
def handler(e, c): return asyncio.run(main())
""", "index.handler", "dynamodb:Scan", 0),
    ("manual_token_loop", """
import boto3
ec2 = boto3.client("ec2")
def all_pages(fn, key, **kw):
    while True:
        r = fn(**kw)
        yield from r[key]
        if not r.get("NextToken"): return
        kw["NextToken"] = r["NextToken"]
def handler(e, c):
    for res in all_pages(ec2.describe_instances, "Reservations", Filters=[]):
        ec2.stop_instances(InstanceIds=[i["InstanceId"] for i in res["Instances"]])
    [v for v in all_pages(ec2.describe_volumes, "Volumes")]
""", "index.handler", "ec2:DescribeInstances ec2:StopInstances ec2:DescribeVolumes", 0),
    ("ec2_resource", """
import boto3
ec2 = boto3.resource("ec2")
def handler(e, c):
    running = ec2.instances.filter(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
    for i in running: print(i.id, i.tags)
    running.stop()
    ec2.Instance("i-1").terminate()
    snap = ec2.create_snapshot(VolumeId="v"); snap.wait_until_completed(); snap.delete()
    ec2.create_tags(Resources=["i"], Tags=[])
""", "index.handler", "ec2:DescribeInstances ec2:StopInstances ec2:TerminateInstances ec2:CreateSnapshot ec2:DescribeSnapshots ec2:DeleteSnapshot ec2:CreateTags", 0),
    ("sqs_resource", """
import boto3
sqs = boto3.resource("sqs")
def handler(e, c):
    q = sqs.get_queue_by_name(QueueName="x")
    for m in q.receive_messages(MaxNumberOfMessages=10):
        q.send_messages(Entries=[])
        m.delete()
    print(q.attributes.get("ApproximateNumberOfMessages"))
""", "index.handler", "sqs:GetQueueUrl sqs:ReceiveMessage sqs:SendMessage sqs:DeleteMessage sqs:GetQueueAttributes", 0),
    ("lazy_attr_load", """
import boto3
def handler(e, c):
    t = boto3.resource("dynamodb").Table("x")
    print(t.item_count)
    o = boto3.resource("s3").Object("b", "k")
    return o.content_length
""", "index.handler", "dynamodb:DescribeTable s3:GetObject", 0),
    ("waiter_acm_rds", """
import boto3
rds = boto3.client("rds")
def handler(e, c):
    rds.create_db_snapshot(DBSnapshotIdentifier="a", DBInstanceIdentifier="b")
    w = rds.get_waiter("db_snapshot_completed"); w.wait(DBSnapshotIdentifier="a")
""", "index.handler", "rds:CreateDBSnapshot rds:DescribeDBSnapshots", 0),
    ("nested_func_default_capture", """
import boto3
from typing import Callable
def make(ops: list[Callable]) -> list[Callable]:
    out = []
    for op in ops:
        def run(op=op): return op()
        out.append(run)
    return out
d = boto3.client("dynamodb")
runs = make([d.list_tables, d.describe_limits])
def handler(e, c): return [r() for r in runs]
""", "index.handler", "dynamodb:ListTables dynamodb:DescribeLimits", 0),
    ("injector_container", """
import boto3
class Container:
    _factories = {}
    @classmethod
    def register(cls, name, factory): cls._factories[name] = factory; return cls
    @classmethod
    def resolve(cls, name): return cls._factories[name]()
Container.register("s3", lambda: boto3.client("s3")).register("sqs", lambda: boto3.client("sqs"))
def handler(e, c):
    Container.resolve("s3").list_buckets(); Container.resolve("sqs").list_queues()
""", "index.handler", "s3:ListAllMyBuckets sqs:ListQueues", 0),
    ("unit_of_work", """
import boto3
class UnitOfWork:
    def __init__(self, client): self.client, self.ops = client, []
    def __enter__(self): return self
    def put(self, table, item): self.ops.append({"Put": {"TableName": table, "Item": item}}); return self
    def delete(self, table, key): self.ops.append({"Delete": {"TableName": table, "Key": key}}); return self
    def __exit__(self, *exc):
        if not any(exc): self.client.transact_write_items(TransactItems=self.ops)
def handler(e, c):
    with UnitOfWork(boto3.client("dynamodb")) as uow: uow.put("x", {})
""", "index.handler", "dynamodb:PutItem", 0),
    ("star_import_pkg", {"index.py": "from lib import *\ndef handler(e,c): save({})\n", "lib/__init__.py": "from .db import *\n", "lib/db.py": "import boto3\n__all__=['save']\ndef save(i): boto3.client('dynamodb').put_item(TableName='x', Item=i)\n"}, "index.handler", "dynamodb:PutItem", 0),
    ("cached_ttl_third", """
import boto3
from cachetools import cached, TTLCache
@cached(cache=TTLCache(maxsize=1, ttl=60))
def flags(): return boto3.client("appconfigdata").get_latest_configuration(ConfigurationToken="t")
def handler(e, c): return flags()
""", "index.handler", "appconfig:GetLatestConfiguration", 0),
    ("tenacity", """
import boto3
from tenacity import retry, stop_after_attempt, Retrying
@retry(stop=stop_after_attempt(3))
def put(): boto3.client("sqs").send_message(QueueUrl="u", MessageBody="x")
def handler(e, c):
    put()
    for attempt in Retrying(stop=stop_after_attempt(3)):
        with attempt: boto3.client("sns").publish(TopicArn="t", Message="m")
""", "index.handler", "sqs:SendMessage sns:Publish", 0),
    ("athena_glue", """
import boto3, time
a = boto3.client("athena"); g = boto3.client("glue")
def handler(e, c):
    q = a.start_query_execution(QueryString="x", ResultConfiguration={"OutputLocation": "s3://x"})["QueryExecutionId"]
    while (s := a.get_query_execution(QueryExecutionId=q)["QueryExecution"]["Status"]["State"]) in {"QUEUED", "RUNNING"}: time.sleep(1)
    a.get_query_results(QueryExecutionId=q); g.start_job_run(JobName="j")
""", "index.handler", "athena:StartQueryExecution athena:GetQueryExecution athena:GetQueryResults glue:StartJobRun", 0),
    ("typed_param_only", """
import boto3
from mypy_boto3_s3 import S3Client
def handler(e, c, s3: S3Client = None):
    s3 = s3 or boto3.client("s3")
    return read(s3)
def read(client: "S3Client"): return client.get_object(Bucket="b", Key="k")["Body"].read()
""", "index.handler", "s3:GetObject", 0),
    ("ssm_send_logs_typo", """
import boto3
def handler(e, c):
    ssm = boto3.client("ssm")
    ssm.get_paramater(Name="x")
    boto3.client("dynamo").list_tables()
    boto3.resource("sqs").Topic("x")
""", "index.handler", "", 3),
    ("dict_missing", """
import boto3
class Clients(dict):
    def __missing__(self, k):
        self[k] = boto3.client(k)
        return self[k]
clients = Clients()
def handler(e, c): clients["sqs"].list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("defaultdict_clients", """
import boto3
from collections import defaultdict
tables = defaultdict(lambda: boto3.resource("dynamodb").Table("x"))
def handler(e, c): tables[e["t"]].put_item(Item={})
""", "index.handler", "dynamodb:PutItem", 0),
    ("weird_wrapper_class", """
import boto3, json, logging
log = logging.getLogger(); log.setLevel("INFO")
class DynamoDBClient:
    def __init__(self, table_name=None, region="us-east-1", **kwargs):
        self.region = region
        self.dynamodb = boto3.resource("dynamodb", region_name=region, **kwargs)
        self.tables = {}
        self.table = self.get_table(table_name) if table_name else None
    def get_table(self, name):
        if name not in self.tables:
            self.tables[name] = self.dynamodb.Table(name)
        return self.tables[name]
    def execute(self, op, **kw):
        try:
            method = getattr(self.table, op)
            return method(**kw)
        except Exception as ex:
            log.exception(ex); raise
def handler(e, c):
    db = DynamoDBClient("t")
    db.execute("get_item", Key={})
    db.execute("put_item", Item={})
    db.get_table("other").scan()
""", "index.handler", "dynamodb:GetItem dynamodb:PutItem dynamodb:Scan", 0),
    ("with_open_json_cfg", """
import boto3, json, pathlib
CFG = json.loads((pathlib.Path(__file__).parent / "cfg.json").read_text())
t = boto3.resource("dynamodb").Table(CFG["table"])
def handler(e, c): t.delete_item(Key={})
""", "index.handler", "dynamodb:DeleteItem", 0),
    ("generator_pipeline", """
import boto3
sqs = boto3.client("sqs")
def source():
    while msgs := sqs.receive_message(QueueUrl="q").get("Messages"): yield from msgs
def sink(it):
    for m in it:
        yield sqs.delete_message(QueueUrl="q", ReceiptHandle=m["ReceiptHandle"])
def handler(e, c): return sum(1 for _ in sink(source()))
""", "index.handler", "sqs:ReceiveMessage sqs:DeleteMessage", 0),
    ("default_factory_lambda_dict", """
import boto3
FACTORIES = dict(s3=lambda: boto3.client("s3"), sqs=lambda: boto3.client("sqs"))
FACTORIES.update(sns=lambda: boto3.client("sns"))
def handler(e, c):
    for name, make in FACTORIES.items():
        cl = make()
        if name == "s3": cl.list_buckets()
        elif name == "sqs": cl.list_queues()
        else: cl.list_topics()
""", "index.handler", "s3:ListAllMyBuckets sqs:ListQueues sns:ListTopics", 0),
    ("conditional_import_in_func", {"index.py": "def handler(e,c):\n    if e.get('x'):\n        from services import orders as o\n        return o.create(e)\n    import services.users\n    return services.users.delete(e)\n", "services/__init__.py": "", "services/orders.py": "from .base import Service\nclass Orders(Service):\n    name='orders'\n    def create(self,e): self.table.put_item(Item=e)\n_o=Orders()\ndef create(e): return _o.create(e)\n", "services/users.py": "from services.base import Service\ndef delete(e): Service.for_name('users').table.delete_item(Key=e)\n", "services/base.py": "import boto3\nclass Service:\n    name=''\n    def __init__(self, name=None): self.table=boto3.resource('dynamodb').Table(name or self.name)\n    @classmethod\n    def for_name(cls,n): return cls(n)\n"}, "index.handler", "dynamodb:PutItem dynamodb:DeleteItem", 0),
    ("async_context_class", """
import asyncio, boto3
class Pool:
    async def __aenter__(self): self.c = boto3.client("sqs"); return self
    async def __aexit__(self, *a): self.c.delete_queue(QueueUrl="q")
    async def send(self, m): await asyncio.sleep(0); self.c.send_message(QueueUrl="q", MessageBody=m)
async def main():
    async with Pool() as p:
        async with asyncio.TaskGroup() as tg:
            for i in range(3): tg.create_task(p.send(str(i)))
def handler(e, c): asyncio.run(main())
""", "index.handler", "sqs:DeleteQueue sqs:SendMessage", 0),
    ("property_setter", """
import boto3
class A:
    @property
    def v(self): return self._v
    @v.setter
    def v(self, x):
        self._v = x
        boto3.client("ssm").put_parameter(Name="a", Value=x)
def handler(e, c): A().v = "x"
""", "index.handler", "ssm:PutParameter", 0),
    ("observer_callbacks", """
import boto3
class Event:
    def __init__(self): self.handlers = []
    def __iadd__(self, h): self.handlers.append(h); return self
    def __call__(self, *a):
        for h in self.handlers: h(*a)
on = Event()
on += lambda x: boto3.client("sns").publish(TopicArn="t", Message=x)
def handler(e, c): on("x")
""", "index.handler", "sns:Publish", 0),
    ("lru_method_result", """
import boto3, functools
class C:
    @functools.lru_cache(maxsize=4)
    def client(self, name, region=None): return boto3.client(name, region_name=region)
    @staticmethod
    @functools.cache
    def table(n): return boto3.resource("dynamodb").Table(n)
x = C()
def handler(e, c): x.client("sns").publish(Message="a"); C.table("x").scan()
""", "index.handler", "sns:Publish dynamodb:Scan", 0),
    ("signal_shutdown", """
import boto3, signal, sys
def stop(sig, frame): boto3.client("sns").publish(Message="bye")
signal.signal(signal.SIGTERM, stop)
def handler(e, c): return 1
""", "index.handler", "sns:Publish", 0),
    ("s3_select_multipart", """
import boto3
s3 = boto3.client("s3")
def handler(e, c):
    u = s3.create_multipart_upload(Bucket="b", Key="k")["UploadId"]
    try:
        p = [s3.upload_part(Bucket="b", Key="k", UploadId=u, PartNumber=1, Body=b"")]
        s3.complete_multipart_upload(Bucket="b", Key="k", UploadId=u)
    except Exception:
        s3.abort_multipart_upload(Bucket="b", Key="k", UploadId=u)
    s3.put_object_acl(Bucket="b", Key="k", ACL="private"); s3.delete_objects(Bucket="b", Delete={})
""", "index.handler", "s3:PutObject s3:AbortMultipartUpload s3:PutObjectAcl s3:DeleteObject", 0),
    ("import_boto3_submodule", """
import boto3.session
from boto3 import resource as r, Session as S
import boto3 as aws
h = aws.client
def handler(e, c): r("sqs").Queue("u").send_message(MessageBody="a"); S().resource("sns").Topic("t").publish(Message="m"); h("ses").send_email(Source="a")
""", "index.handler", "sqs:SendMessage sns:Publish ses:SendEmail", 0),
    ("unpack_clients", """
import boto3
def make(*names, region="x"): return (boto3.client(n, region_name=region) for n in names)
s3, sqs = make("s3", "sqs")
x, y = map(boto3.client, ("sns", "ssm"))
def handler(e, c): s3.list_buckets(); sqs.list_queues(); x.list_topics(); y.describe_parameters()
""", "index.handler", "s3:ListAllMyBuckets sqs:ListQueues sns:ListTopics ssm:DescribeParameters", 0),
    ("kwargs_client", """
import boto3
opts = {"service_name": "sqs", "region_name": "x"}
q = boto3.client(**opts)
def handler(e, c): q.list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("protocol_injected_default", """
import boto3
from typing import Protocol, Optional
class Clock(Protocol):
    def now(self) -> int: ...
class App:
    def __init__(self, *, ddb=None, bucket: Optional[str] = None): self.ddb = ddb if ddb is not None else boto3.client("dynamodb")
    def __call__(self, event, context): return self.ddb.describe_table(TableName="x")
def handler(event, context, app=None):
    app = app or App()
    return app(event, context)
""", "index.handler", "dynamodb:DescribeTable", 0),
    ("slots_init_loop", """
import boto3
class Aws:
    def __init__(self):
        for n in ("s3", "sqs"): setattr(self, n, boto3.client(n))
a = Aws()
def handler(e, c): a.s3.list_buckets(); a.sqs.list_queues()
""", "index.handler", "s3:ListAllMyBuckets sqs:ListQueues", 0),
    ("dict_update_self", """
import boto3
class Ns:
    def __init__(self, **kw): self.__dict__.update(kw)
n = Ns(q=boto3.client("sqs"))
def handler(e, c): n.q.list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("vars_update", """
import boto3
class Ns:
    def __init__(self, **kw): vars(self).update(kw)
n = Ns(q=boto3.client("sqs"))
def handler(e, c): n.q.list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("globals_assign", """
import boto3
globals()["q"] = boto3.client("sqs")
def handler(e, c): q.list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("contextvar", """
import boto3
from contextvars import ContextVar
cl = ContextVar("cl")
def handler(e, c):
    cl.set(boto3.client("sqs")); work()
def work(): cl.get().list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("thread_local", """
import boto3, threading
local = threading.local()
def q():
    if not hasattr(local, "q"): local.q = boto3.client("sqs")
    return local.q
def handler(e, c): q().list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("queue_object", """
import boto3, queue
p = queue.SimpleQueue()
for _ in range(4): p.put(boto3.client("sqs"))
def handler(e, c):
    x = p.get()
    try: x.list_queues()
    finally: p.put(x)
""", "index.handler", "sqs:ListQueues", 0),
    ("exception_carries", """
import boto3
class Retry(Exception):
    def __init__(self, client): super().__init__(); self.client = client
def handler(e, c):
    try: raise Retry(boto3.client("sqs"))
    except Retry as r: r.client.list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("lambda_in_default_dict_get", """
import boto3
d = boto3.client("dynamodb")
def noop(*a): return None
def handler(e, c):
    return {"list": lambda: d.list_tables(), "lim": d.describe_limits}.get(e["op"], noop)()
""", "index.handler", "dynamodb:ListTables dynamodb:DescribeLimits", 0),
    ("attrs_class", """
import attr, boto3
from attrs import define, field
@define
class Repo:
    name: str
    table = field(factory=lambda: boto3.resource("dynamodb").Table("x"))
    def put(self): self.table.put_item(Item={})
def handler(e, c): Repo("a").put()
""", "index.handler", "dynamodb:PutItem", 0),
    ("sorted_lambda", """
import boto3
cs = {"b": boto3.client("s3"), "a": boto3.client("sqs")}
def handler(e, c):
    for k, v in sorted(cs.items(), key=lambda kv: kv[0]):
        if k == "a": v.list_queues()
""", "index.handler", "sqs:ListQueues", 0),
    ("nonlocal_counter_ctx", """
import boto3
def main():
    s = boto3.client("sqs")
    n = 0
    def send(m):
        nonlocal n
        n += 1
        s.send_message(QueueUrl="u", MessageBody=m)
    [send(x) for x in "abc"]
def handler(e, c): main()
""", "index.handler", "sqs:SendMessage", 0),
    ("return_self_builder", """
import boto3
class Q:
    def __init__(self): self._t = boto3.resource("dynamodb").Table("x"); self._kw = {}
    def where(self, **k): self._kw.update(k); return self
    def limit(self, n): self._kw["Limit"] = n; return self
    def all(self): return self._t.query(**self._kw)["Items"]
    def delete(self): [self._t.delete_item(Key=i) for i in self.all()]
def handler(e, c): return Q().where(a=1).limit(3).all()
""", "index.handler", "dynamodb:Query", 0),
]  # fmt: skip
