"""Files: which there are, their bytes, the prefilter, the cache of facts, and the one writer."""
