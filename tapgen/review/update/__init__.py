"""CloudFormation's update behaviors: what a changed property does to its resource."""
