"""Grammars: the one place that loads tree-sitter, for scanners (to read) and codemods (to prove what they wrote)."""
