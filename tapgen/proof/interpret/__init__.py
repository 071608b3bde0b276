"""Abstract interpretation of a Lambda function's source: which AWS requests can it make?"""
