import os

import boto3
import pytest
import requests

PASSWORD = "Secret-123456"


@pytest.fixture(scope="session")
def url():
    return os.environ["TAPGEN_API_URL"]


@pytest.fixture(scope="session")
def outputs():
    stack = boto3.client("cloudformation").describe_stacks(StackName=f"orders-{os.environ['TAPGEN_ENV']}")["Stacks"][0]
    return {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}


@pytest.fixture(scope="session")
def token(outputs):
    cognito = boto3.client("cognito-idp")
    pool, client = outputs["CustomersUserPoolIdOutput"], outputs["CustomersShopUserPoolClientIdOutput"]
    cognito.admin_create_user(UserPoolId=pool, Username="a@example.com", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="a@example.com", Password=PASSWORD, Permanent=True)
    return cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "a@example.com", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]["IdToken"]


@pytest.fixture(scope="session")
def shopper(token):
    session = requests.Session()
    session.headers["Authorization"] = token
    return session
