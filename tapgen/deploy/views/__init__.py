"""What a person or a program sees of an operation: lines, JSON lines, a live terminal."""
