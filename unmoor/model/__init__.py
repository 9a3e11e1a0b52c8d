"""The values that every room shares: spans, facts, subjects, findings, fixes. They know nothing of their makers."""
