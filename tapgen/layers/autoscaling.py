"""Auto scaling of provisioned tables and their indexes: a target and a policy for reads, and for writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from troposphere import Ref, Sub, applicationautoscaling

from tapgen import naming

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.settings.tables import Capacity, Table

Scaled = tuple[str, str, str, str, int, int, int]
"""Logical id, ARN's end, dimension, metric, least, most, target."""


def add_scaling(template: Template, table: str, settings: Table) -> None:
    """Add the targets and policies of a table and of its global indexes."""
    for title, resource, dimension, metric, least, most, target in _scaled(table, settings):
        scaled = template.add_resource(
            applicationautoscaling.ScalableTarget(
                f"{title}Scaling",
                MinCapacity=least,
                MaxCapacity=most,
                ResourceId=Sub(f"table/${{{table}}}{resource}"),
                ScalableDimension=f"dynamodb:{dimension}",
                ServiceNamespace="dynamodb",
            )
        )
        template.add_resource(
            applicationautoscaling.ScalingPolicy(
                f"{title}ScalingPolicy",
                PolicyName=f"{title}Utilization",
                PolicyType="TargetTrackingScaling",
                ScalingTargetId=Ref(scaled),
                TargetTrackingScalingPolicyConfiguration=(
                    applicationautoscaling.TargetTrackingScalingPolicyConfiguration(
                        TargetValue=target,
                        PredefinedMetricSpecification=applicationautoscaling.PredefinedMetricSpecification(
                            PredefinedMetricType=metric
                        ),
                    )
                ),
            )
        )


def _scaled(table: str, settings: Table) -> Iterator[Scaled]:
    """Source of dimensions and metrics: Application Auto Scaling API reference, ScalableTarget, ScalingPolicy."""
    if settings.capacity:
        yield from _directions(table, "", "table", settings.capacity)
    for name, index in settings.indexes.items():
        capacity = index.capacity or settings.capacity
        if capacity:
            yield from _directions(naming.logical(table, name), f"/index/{name}", "index", capacity)


def _directions(title: str, resource: str, kind: str, capacity: Capacity) -> Iterator[Scaled]:
    for direction, least, most in (
        ("Read", capacity.read, capacity.max_read),
        ("Write", capacity.write, capacity.max_write),
    ):
        if most is not None:
            yield (
                f"{title}{direction}",
                resource,
                f"{kind}:{direction}CapacityUnits",
                f"DynamoDB{direction}CapacityUtilization",
                least,
                most,
                capacity.target,
            )
