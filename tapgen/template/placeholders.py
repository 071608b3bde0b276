"""Text that another tool fills in before CloudFormation sees the template: `#{AWS::StackName}-orders`.

serverless-pseudo-parameters, which wrote `Fn::Sub` for it before the Serverless Framework did (its README).
"""

from __future__ import annotations

from typing import Any, Final

MARK: Final = "#{AWS::"


def filled_in(value: Any) -> Any:
    """The value as that tool hands it on."""
    if isinstance(value, dict):
        return {key: filled_in(item) for key, item in value.items()}
    if isinstance(value, list):
        return [filled_in(item) for item in value]
    if isinstance(value, str) and MARK in value and "${" not in value:
        return {"Fn::Sub": value.replace("#{", "${")}
    return value
