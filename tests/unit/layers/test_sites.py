"""Sites: their distribution, what it may read, what answers in place of the files."""

from tests.table import rows
from tests.unit.layers.documents import properties, refused

SITE = """
application = "shop"
[buckets.Web]
[sites.Web]
"""
WITH_API = """
[functions.Orders]
source = "src"
routes = ["GET /orders", { route = "GET /stock", api = "Stock" }]
[apis.Stock]
kind = "http"
"""
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/1"


def distribution(rendered):
    return properties(rendered, "WebSite")["DistributionConfig"]


def test_the_files_of_a_bucket_are_read_by_the_distribution_alone(document):
    rendered = document(SITE)
    [origin] = distribution(rendered)["Origins"]
    assert origin["DomainName"] == {"Fn::GetAtt": ["WebBucket", "RegionalDomainName"]}
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": ["WebSiteAccessControl", "Id"]}
    statement = properties(rendered, "WebBucketPolicy")["PolicyDocument"]["Statement"][-1]
    arn = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${WebSite}"
    assert (statement["Principal"], statement["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, ["s3:GetObject"])
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceArn": {"Fn::Sub": arn}}}
    assert rendered["Outputs"]["WebSiteAddressOutput"]["Value"] == {"Fn::Sub": "https://${WebSite.DomainName}"}
    assert "uri += 'index.html'" in properties(rendered, "WebSitePages")["FunctionCode"]


def test_an_api_answers_under_a_path_and_a_single_page_everywhere_else(document):
    paths = 'single_page = true\npaths."/api/*" = { strip = true }\npaths."/stock/*" = { api = "Stock" }\n'
    rendered = document(SITE + paths + WITH_API)
    config = distribution(rendered)
    _, rest, http = config["Origins"]
    assert (rest["OriginPath"], "OriginPath" in http) == ("/dev", False)
    assert rest["DomainName"]["Fn::Sub"][1] == {"Id": {"Ref": "Api"}}
    first, second = config["CacheBehaviors"]
    assert (first["PathPattern"], first["TargetOriginId"]) == ("/api/*", rest["Id"])
    assert first["FunctionAssociations"][0]["FunctionARN"] == {"Fn::GetAtt": ["WebSitePath1", "FunctionARN"]}
    assert "uri.substring(4) || '/'" in properties(rendered, "WebSitePath1")["FunctionCode"]
    assert "FunctionAssociations" not in second
    assert "uri = '/index.html'" in properties(rendered, "WebSitePages")["FunctionCode"]


def test_a_name_of_its_own_with_records(document):
    domain = f'domain = {{ name = "a.example.com", aliases = ["example.com"], certificate = "{CERTIFICATE}", hosted_zone = "example.com" }}'
    rendered = document(SITE + 'error_page = "404.html"\nprice_class = "100"\n' + domain)
    config = distribution(rendered)
    assert config["Aliases"] == ["a.example.com", "example.com"]
    assert config["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE
    assert {one["ResponsePagePath"] for one in config["CustomErrorResponses"]} == {"/404.html"}
    records = [name for name in rendered["Resources"] if name.startswith("WebSiteRecord")]
    assert records == ["WebSiteRecord", "WebSiteRecordIpv6", "WebSiteRecord2", "WebSiteRecord2Ipv6"]
    assert rendered["Outputs"]["WebSiteAddressOutput"]["Value"] == "https://a.example.com"


def test_a_key_of_ones_own_lets_cloudfront_decrypt(document):
    rendered = document('application = "shop"\nencryption = "Data"\n[keys.Data]\n[buckets.Web]\n[sites.Web]\n')
    [sites] = [one for one in properties(rendered, "DataKey")["KeyPolicy"]["Statement"] if one["Sid"] == "Sites"]
    assert (sites["Principal"], sites["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, ["kms:Decrypt"])


@rows(
    ("settings", "problem"),
    [
        ('application = "shop"\n[sites.Web]\n', 'sites.Web: there is no bucket "Web" that holds its files; write [buckets.Web]'),
        (SITE + 'bucket = "Wbe"\n', 'sites.Web.bucket: there is no bucket "Wbe" that holds its files; did you mean "Web"?'),
        ('application = "shop"\n[buckets.Web]\nexisting = "web"\n[sites.Web]\n', "sites.Web: the bucket Web is not the stack's own, and only its owner can let CloudFront read it"),
        (SITE + 'paths."/api/*" = {}\n', "sites.Web.paths./api/*: no function has a route of [api]"),
        (SITE + 'paths."api" = {}\n', 'sites.Web.paths.api: "api" does not fit: a path that ends in /*, such as /api/*'),
        (SITE + 'single_page = true\nerror_page = "404.html"\n', "sites.Web.error_page: a single page knows itself what is not there; keep one of them"),
        (SITE + f'domain = {{ name = "a.example.com", certificate = "{CERTIFICATE.replace("us-east-1", "eu-west-1")}" }}\n', "sites.Web.domain.certificate: CloudFront takes a certificate of us-east-1 alone"),
    ],
)  # fmt: skip
def test_what_cannot_be(project, settings, problem):
    assert refused(project, settings) == [problem]


def test_a_route_that_cannot_be_read_and_a_websocket_under_a_path_are_said(project):
    path = SITE + 'paths."/api/*" = {}\n'
    wrong = '[functions.A]\nsource = "src"\nroutes = ["GET x"]\n'
    assert refused(project, path + wrong) == ['functions.A.routes.0: "GET x": the path does not begin with "/"']
    chat = '[functions.A]\nsource = "src"\nroutes = ["$connect"]\n[api]\nkind = "websocket"\n'
    assert refused(project, path + chat) == [
        "sites.Web.paths./api/*: browsers connect to a WebSocket API at its own address"
    ]
