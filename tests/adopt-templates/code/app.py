"""Any function's code."""


def handler(event, context):
    """Answer what came."""
    return {"statusCode": 200, "body": str(event)}
