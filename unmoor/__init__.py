"""unmoor: a linker for a repository's infrastructure."""

__version__ = "0.1.0"
