"""Every type of the schemas whose name says that it may hold data is known: it does, or it was found that it does not."""

from __future__ import annotations

import re

from tapgen.review.update.schema import known_types
from tapgen.template.types import row

MAY_HOLD = re.compile(
    r"(Database|DB|Table|Bucket|FileSystem|Volume|Store|Datastore|Vault|Graph|Ledger|Keyspace|Dataset|DataSet|DataStore"
    r"|Archive|Snapshot|Backup|Lake|Memory|Collection|(?<!Resource)Directory|AD)$"
)
NONE = {
    "AWS::CloudFront::TrustStore",
    "AWS::CleanRooms::ConfiguredTable",
    "AWS::CleanRooms::IdMappingTable",
    "AWS::CleanRooms::IntermediateTable",
    "AWS::CleanRoomsML::TrainingDataset",
    "AWS::DataBrew::Dataset",
    "AWS::DevOpsGuru::ResourceCollection",
    "AWS::EC2::LocalGatewayRouteTable",
    "AWS::EC2::RouteTable",
    "AWS::EC2::TransitGatewayPolicyTable",
    "AWS::EC2::TransitGatewayRouteTable",
    "AWS::ElasticLoadBalancingV2::TrustStore",
    "AWS::Glue::Database",
    "AWS::Glue::Table",
    "AWS::IoTSiteWise::Dataset",
    "AWS::QuickSight::DataSet",
    "AWS::Route53::CidrCollection",
    "AWS::WorkSpaces::Directory",
    "AWS::WorkSpacesWeb::TrustStore",
}
"""Definitions of what is elsewhere: routes, certificates, queries on another store."""


def test_every_type_that_may_hold_data_was_looked_at() -> None:
    candidates = {kind for kind in known_types() if MAY_HOLD.search(kind)}

    assert {kind for kind in candidates if not row(kind).holds} == NONE


def test_what_holds_data_is_a_type_of_the_schemas() -> None:
    from tapgen.template.data_types import HOLDS

    assert set(HOLDS) <= set(known_types())
