"""Indexes one document."""

import boto3
from common.store import table

translate = boto3.client("translate")


def handler(event, context):
    document = event["documentId"]["S"]
    title = translate.translate_text(Text=document, SourceLanguageCode="en", TargetLanguageCode="de")
    table.update_item(
        Key={"documentId": document},
        UpdateExpression="SET title = :title",
        ExpressionAttributeValues={":title": title["TranslatedText"]},
    )
