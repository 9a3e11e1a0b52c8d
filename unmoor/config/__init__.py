"""Configuration: what a user may set, where it is found, and where each value came from."""
