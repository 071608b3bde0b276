"""The commands on a stack that exists, one file each."""
