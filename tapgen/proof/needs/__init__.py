"""What a function must be allowed, by what its code calls and how it is configured."""
