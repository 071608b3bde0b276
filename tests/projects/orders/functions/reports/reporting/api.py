"""Reports over the orders."""

from .store import open_orders, save


def handler(event, context):
    orders = open_orders()
    save(context.aws_request_id, len(orders))
    return {"statusCode": 200, "body": str(len(orders))}
