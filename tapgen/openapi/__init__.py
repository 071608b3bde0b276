"""OpenAPI: an API of a template as clients read it, and a contract that its routes are held against."""
