"""The linked model of all declarations of a repository, and what it says of an address seen from a runtime."""
