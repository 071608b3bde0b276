"""What a CloudFormation document says, understood once; review, proof, deploy, local and the pictures ask this room."""
