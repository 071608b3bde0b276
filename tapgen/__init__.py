"""tapgen: plain CloudFormation for small serverless APIs, rendered from pyproject.toml."""

__version__ = "0.1.0"
