"""`unmoor` and `python -m unmoor`. Nothing is imported here that a clean hook run does not need."""

import sys


def main() -> int:
    """Run the command line; the exit code is 0 (clean), 1 (findings) or 2 (the user's or our own mistake)."""
    from unmoor.cli.start import start

    return start(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
