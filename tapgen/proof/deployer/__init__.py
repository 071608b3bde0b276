"""The smallest policy that a deployer needs."""
