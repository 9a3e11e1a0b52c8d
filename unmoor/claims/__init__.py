"""Plans: the items of a Markdown checklist, what each of them names, and whether that is there."""
