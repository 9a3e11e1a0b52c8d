"""The lineage of environment variables: where each is set, handed on and read, by service."""
