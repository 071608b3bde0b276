"""The API layer: REST and HTTP APIs, who may call them, and under which names."""
