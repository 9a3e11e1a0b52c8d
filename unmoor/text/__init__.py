"""Text as bytes: positions for people, decoded text mapped back to its bytes, and the pure application of edits."""
