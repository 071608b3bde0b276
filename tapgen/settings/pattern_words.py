"""What the settings' regular expressions ask for, in words with an example: what a person reads of a wrong value."""

from __future__ import annotations

from typing import Final

_ROLE: Final = "the ARN of a role, such as arn:aws:iam::123456789012:role/name"

WORDS: Final = {
    r"^[A-Za-z][A-Za-z0-9]{0,63}$": "at most 64 letters and digits, a letter first, such as Orders",
    r"^[A-Za-z0-9]{1,255}$": "letters and digits, such as OrdersTable",
    r"^[a-z][a-z0-9-]{0,31}$": "at most 32 lower-case letters, digits and hyphens, a letter first, such as dev",
    r"^[a-z][a-z0-9-]{0,63}$": (
        "at most 64 lower-case letters, digits and hyphens, a letter first, such as order-service"
    ),
    r"^[A-Za-z][A-Za-z0-9-]{0,127}$": "letters, digits and hyphens, a letter first, such as order-service-prod",
    r"^[1-9][0-9]{0,3}[hdw]$": "a number of hours, days or weeks, such as 7d",
    r"^[0-9]{12}$": "an account id of 12 digits, such as 123456789012",
    r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+$": "a region, such as eu-central-1",
    r"^arn:[a-z0-9-]+:iam::[0-9]{12}:role/[\w+=,.@/-]+$": _ROLE,
    r"^(arn:[^:]+:iam::[0-9]{12}:role/.+|\$\{[A-Za-z0-9.:]+\})$": _ROLE,
    r"^(arn:[a-z0-9-]+:iam::([0-9]{12}|aws):policy/)?[\w+=,.@-]+(/[\w+=,.@-]+)*$": (
        "a managed policy's name or ARN, such as Boundary"
    ),
    r"^(arn:[^:\s]+(::[A-Za-z]+\})?:iam::.+:policy/.+|\$\{.+\}|[\w+=,.@-]+(/[\w+=,.@-]+)*)$": (
        "the name of a policy of AWS's own or an ARN, such as AmazonAthenaFullAccess"
    ),
    r"^([A-Za-z0-9_-]{1,128}|\$default)$": "letters, digits, hyphens and underscores, or $default, such as v1",
    r"^[A-Za-z0-9_]+$": "letters, digits and underscores, such as table_name",
    r"^[A-Za-z0-9._~:/?#&=,-]+$": "letters, digits and ._~:/?#&=,- alone, such as https://example.com",
    r"^vpce-[0-9a-f]+$": "the id of a VPC endpoint, such as vpce-0a1b2c",
    r"^(/[A-Za-z0-9._:$\-{}+]+)+$": "a path, such as /admin",
    r"^((path|header|querystring)\.[A-Za-z0-9_.-]+|[A-Za-z0-9_-]{1,128})$": (
        "letters, digits, hyphens and underscores, or a place of the request, such as header.X-Customer"
    ),
    r"^\$(request|context)\..+$": "a selection expression, such as $request.body.action",
    r"^https?://[^\s?#]+$": "an address without a query, such as https://example.com/orders/{orderId}",
    r"^[^\s\"\\$]{1,256}$": "a source without spaces, quotes and dollars, such as shop.orders",
    r"^[^\"\\$]{1,128}$": "a type without quotes and dollars, such as OrderPlaced",
    r"^[^\s/]+/[^\s/]+$": "a media type, such as image/png",
    r"^[0-9a-fA-F.:]+(/[0-9]{1,3})?$": "an address range, such as 192.0.2.0/24",
    r"^arn:[a-z0-9-]+:[^\s]+$": "an ARN, such as arn:aws:acm:us-east-1:123456789012:certificate/1",
    r"^[A-Z0-9_]+$": "the type of a gateway response, such as UNAUTHORIZED or DEFAULT_4XX",
    r"^([*]|[0-9]{12}|arn:[^\s]+|\$\{[A-Za-z0-9.:]+\}|[a-z0-9.-]+\.amazon(aws)?\.com(\.cn)?)$": (
        "a service, an account or the ARN of a role, such as ses.amazonaws.com"
    ),
    r"^(arn:[^\s]+|\$\{[A-Za-z0-9.:]+\})$": "an ARN, such as arn:aws:iot:eu-central-1:123456789012:rule/doors",
    r"^(\$\{[A-Za-z0-9]+\}|\S+[:@]\S+)$": (
        "an image with its tag or digest, such as 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:v7"
    ),
    r"^[^@\s]+@[^@\s]+$": "an e-mail address, such as team@example.com",
    r"^[A-Za-z0-9/_+=.@-]{1,512}$": "a name or a path, such as shop/database",
    r"^alias/(?!aws/)[A-Za-z0-9/_-]+$": "an alias that is not AWS's own, such as alias/shop",
    r"^[A-Za-z0-9_.-]{3,255}$": "3 to 255 letters, digits, underscores, dots and hyphens, such as byStatus",
    r"^[A-Za-z0-9_-]{1,64}$": "1 to 64 letters, digits, hyphens and underscores, such as shop-orders",
    r"^[A-Za-z0-9_-]{1,75}(\.fifo)?$": "letters, digits, hyphens and underscores, such as orders or orders.fifo",
    r"^[A-Za-z0-9_-]{1,251}(\.fifo)?$": "letters, digits, hyphens and underscores, such as news or news.fifo",
    r"^/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*(:[0-9]+)?$": "the name of an SSM parameter, such as /shop/limit",
    r"^[A-Za-z0-9_.-]{1,128}$": "letters, digits, underscores, dots and hyphens, such as clicks",
    r"^[^\s\"\\]{1,256}$": "a resource server's name without spaces and quotes, such as shop",
    r"^[A-Za-z0-9_-]{1,256}$": "a name of letters, digits, hyphens and underscores, such as order",
    r"^[$].*$": "a path into the event, such as $.detail.id",
    r"^[A-Za-z0-9_-]{1,80}$": "1 to 80 letters, digits, hyphens and underscores, such as checkout",
    r"^(?!aws[.])[A-Za-z0-9._-]{1,256}$": "letters, digits, dots, hyphens and underscores, such as shop-events",
    r"^[A-Za-z0-9_-]{1,20}$": "at most 20 letters, digits, hyphens and underscores, such as plan",
    r"^[a-z_]+$": "a standard attribute, such as family_name",
    r"^[^\s]{1,128}$": "a group's name without spaces, such as admins",
    r"^[^\s\"/\\]+$": "a scope's name without spaces, quotes and slashes, such as read",
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$": "lower-case letters, digits and hyphens, such as shop-login",
    (
        r"^([a-z0-9]|\$\{AWS::(AccountId|Region)\})([a-z0-9]|\$\{AWS::(AccountId|Region)\}|[.-]){1,61}"
        r"([a-z0-9]|\$\{AWS::(AccountId|Region)\})$"
    ): "3 to 63 lower-case letters, digits, dots and hyphens, such as shop-uploads-${AWS::AccountId}",
    r"^https?://[^\s]+$": "an address, such as https://example.com/news",
    r"^https://[^\s]+$": "an address by HTTPS, such as https://login.example.com",
    r"^[A-Za-z0-9]+(::[A-Za-z0-9@]+)+$": "a resource type, such as AWS::SQS::Queue",
    r"^[^\s]+$": "a module and a function without spaces, such as index.handler",
    r"^[a-z][a-z0-9.]*$": "a runtime of Lambda, such as python3.13",
    r"^[A-Za-z][A-Za-z0-9_]+$": "at least 2 letters, digits and underscores, a letter first, such as TABLE_NAME",
    r"^(?![0-9]+$)[A-Za-z0-9_-]{1,128}$": "letters, digits, hyphens and underscores, not digits alone, such as live",
    r"^((canary|linear)-[1-9][0-9]?-[1-9][0-9]{0,3}m|all-at-once)$": (
        "all-at-once, or percent and minutes such as canary-10-5m or linear-10-1m"
    ),
    r"^[0-9.]+/[0-9]+$": "an address range, such as 10.0.0.0/16",
    r"^(subnet-[0-9a-z]+|\$\{[A-Za-z0-9.:]+\})$": "the id of a subnet, such as subnet-0a1b2c",
    r"^([0-9.]+/[0-9]+|(sg|pl)-[0-9a-z]+|\$\{[A-Za-z0-9.:]+\})$": (
        "an address range, the id of a security group or a prefix list, such as 10.0.0.0/16"
    ),
    r"^[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]*$": "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, such as PostgreSQL",
    r"^[a-z0-9.-]+$": "a service as in its endpoint's name, such as dynamodb or ecr.api",
    r"^(vpc-[0-9a-z]+|\$\{[A-Za-z0-9.:]+\})$": "the id of a VPC, such as vpc-0a1b2c",
    r"^(sg-[0-9a-z]+|\$\{[A-Za-z0-9.:]+\})$": "the id of a security group, such as sg-0a1b2c",
    r"^([*]|[a-z][a-z0-9+.-]*://[^\s/*'\"\\]+)$": "an origin in full without a path, such as https://example.com, or *",
    r"^[A-Za-z0-9*_-]+$": "the name of a header, such as X-Api-Key",
    r"^([A-Za-z0-9:-]|\$\{[A-Za-z0-9:.]+\})+$": "letters, digits, colons and hyphens, such as ${AWS::StackName}-url",
    r"^(header|querystring|stagevariable|context)\.[^\s,'\"]+$": (
        "header, querystring, stagevariable or context with a name, such as header.Authorization"
    ),
    r"^(header|querystring)\.[^\s,'\"]+$": "header or querystring with a name, such as querystring.limit",
    r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$": "a domain name, such as api.example.com",
    r"^([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?$": "a path without a slash at its ends, such as v1",
    r"^[A-Za-z0-9:-]+$": "the name of an export, such as network-vpc",
    r"^[A-Z_]+$": "a storage class, such as GLACIER",
    r"^([a-z0-9-]+:[A-Za-z0-9*?]+|[*])$": "an IAM action, such as ses:SendEmail",
    r"^([*]|arn:.+|\$\{[A-Za-z0-9.:]+\}.*)$": "an ARN, * or a reference, such as ${OrdersTable.Arn}",
    r"^[a-z0-9][a-z0-9._/-]*$": "a repository of images, such as shop/orders",
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$": "a tag of an image, such as 1.4.2",
    r"^sha256:[0-9a-f]{64}$": "sha256: and 64 hexadecimal digits",
    r"^(arn:.+:elasticfilesystem:.+:file-system/fs-[0-9a-f]+|\$\{[A-Za-z0-9.:]+\})$": (
        "the ARN of a file system, such as arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/fs-0a1b"
    ),
    r"^(arn:.+:elasticfilesystem:.+:access-point/fsap-[0-9a-f]+|\$\{[A-Za-z0-9.:]+\})$": (
        "the ARN of an EFS access point, such as "
        "arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0a1b"
    ),
    r"^/mnt/[A-Za-z0-9_.-]+$": "a folder below /mnt, such as /mnt/data",
    r"^([*]|[0-9]{12}|arn:[a-z0-9-]+:[^\s]+)$": "an account id, an ARN or *, such as 123456789012",
    r"^[A-Za-z0-9_/.#-]{1,512}$": "the name of a log group, such as /aws/lambda/orders",
    r"^s3:[A-Za-z]+(:([A-Za-z]+|[*]))*$": "an event of S3, such as s3:ObjectCreated:*",
    r"^([1-9]?[0-9]|100)%$": "a share in percent, such as 10%",
    r"^([1-9][0-9]?|100)%$": "a share above 0 in percent, such as 10%",
    r"^[\w+=,.@-]{1,64}$": "the name of a role, such as StackSetReader",
    r"^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$": "an organizational unit, such as ou-ab12-11111111",
    r"^/[A-Za-z0-9_.~-]+(/[A-Za-z0-9_.~-]+)*/[*]$": "a path that ends in /*, such as /api/*",
    r"^[A-Za-z0-9_.~/-]+$": "the name of a file in the bucket, such as index.html",
    r"^(arn:[a-z0-9-]+:(kafka|mq):[^\s]+|\$\{[A-Za-z0-9.:]+\})$": (
        "the ARN of a cluster of MSK or a broker of Amazon MQ, such as arn:aws:kafka:eu-west-1:123456789012:cluster/a/b"
    ),
    r"^[A-Za-z0-9.-]+:[0-9]{1,5}$": "a server and its port, such as b-1.example.com:9096",
    r"^\s*[Ss][Ee][Ll][Ee][Cc][Tt]\s[\s\S]+$": ("a statement of IoT SQL, such as SELECT * FROM 'house/+/temperature'"),
    r"^[\s\S]*\{####\}[\s\S]*$": "text with {####} for the code, such as Your code is {####}.",
    r"^o-[a-z0-9]{10,32}$": "the id of an organization, such as o-a1b2c3d4e5",
    r"^[^:}]+$": "a key of the secret without colons and braces, such as password",
}
"""Regular expression -> the words; a test holds that each of the settings' has them."""


def words(pattern: str) -> str:
    """What is asked for; the expression itself where nobody has put it into words."""
    return WORDS.get(pattern, pattern)
