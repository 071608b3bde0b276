import json
import time

import boto3
import requests

ORDER = {"customerId": "c1", "lines": [{"sku": "a", "quantity": 2}]}


def until(condition, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.3)
    raise AssertionError("not in time")


def test_without_a_token_is_refused(url):
    assert requests.post(f"{url}/orders", json=ORDER).status_code == 401


def test_a_wrong_token_is_refused(url):
    assert requests.post(f"{url}/orders", json=ORDER, headers={"Authorization": "nonsense"}).status_code == 401


def test_create_and_read(url, shopper):
    created = shopper.post(f"{url}/orders", json=ORDER)
    assert created.status_code == 201, created.text
    order = created.json()
    assert shopper.get(f"{url}/orders/{order['orderId']}").json()["customerId"] == "c1"
    assert order["orderId"] in [
        o["orderId"] for o in shopper.get(f"{url}/orders", params={"customer": "c1"}).json()["orders"]
    ]
    assert shopper.put(f"{url}/orders/{order['orderId']}", json={"status": "paid"}).json()["status"] in (
        "paid",
        "shipped",
    )
    assert shopper.delete(f"{url}/orders/{order['orderId']}").status_code == 204
    assert shopper.get(f"{url}/orders/{order['orderId']}").status_code == 404


def test_invalid_is_400(url, shopper):
    assert shopper.post(f"{url}/orders", json={"customerId": "c1", "lines": []}).status_code == 400


def test_cors(url, shopper):
    answer = requests.options(
        f"{url}/orders",
        headers={"Origin": "https://admin.example.com", "Access-Control-Request-Method": "POST"},
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "https://admin.example.com"
    assert (
        shopper.get(f"{url}/orders", params={"customer": "c"}, headers={"Origin": "https://admin.example.com"}).headers[
            "Access-Control-Allow-Origin"
        ]
        == "https://admin.example.com"
    )


def test_a_new_order_is_shipped_by_stream_and_queue(url, shopper):
    order = shopper.post(f"{url}/orders", json=ORDER).json()
    until(lambda: shopper.get(f"{url}/orders/{order['orderId']}").json().get("status") == "shipped")


def test_an_upload_becomes_orders(url, shopper, outputs):
    boto3.client("s3").put_object(
        Bucket=outputs["UploadsBucketNameOutput"],
        Key="one file.json",
        Body=json.dumps([{**ORDER, "customerId": "upl"}]),
    )
    until(lambda: shopper.get(f"{url}/orders", params={"customer": "upl"}).json()["orders"])


def test_partner_needs_a_key(url):
    assert requests.get(f"{url}/partner/orders", params={"customer": "c1"}).status_code == 403


def test_partner_with_key(url):
    keys = boto3.client("apigateway").get_api_keys(includeValues=True)["items"]
    answer = requests.get(f"{url}/partner/orders", params={"customer": "c1"}, headers={"x-api-key": keys[0]["value"]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["signed"]


def test_dead_letters(outputs):
    sqs = boto3.client("sqs")
    names = sqs.list_queues()["QueueUrls"]
    dead = next(n for n in names if "DeadLetter" in n)
    sqs.set_queue_attributes(QueueUrl=outputs["ShipQueueUrlOutput"], Attributes={"VisibilityTimeout": "1"})
    sqs.send_message(QueueUrl=outputs["ShipQueueUrlOutput"], MessageBody='{"orderId": "nope"}')
    until(lambda: sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=1).get("Messages"), 40)


def test_cleanup():
    client = boto3.client("lambda")
    name = next(f["FunctionName"] for f in client.list_functions()["Functions"] if "Cleanup" in f["FunctionName"])
    answer = json.loads(client.invoke(FunctionName=name, Payload=b"{}")["Payload"].read())
    assert "deleted" in answer, answer
