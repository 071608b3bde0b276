"""A template as a picture: Mermaid, DOT, SVG."""
