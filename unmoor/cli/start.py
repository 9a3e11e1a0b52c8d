"""Where every run begins: the quick way for plain scans, click for all else, and the one place that catches errors."""

import os
import sys

from unmoor.model.errors import UserError


def start(argv: list[str]) -> int:
    """Run a command line and return its exit code. Findings go to stdout, everything else to stderr."""
    try:
        return _run(argv)
    except UserError as error:
        _tell(error)
        return 2
    except BrokenPipeError:
        # The reader (head, less) has gone. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("unmoor: interrupted", file=sys.stderr)  # noqa: T201
        return 130
    except Exception as error:
        _crash(error)
        return 2


def _run(argv: list[str]) -> int:
    if argv[:1] == ["scan"]:
        from unmoor.cli.options import plain

        values = plain(argv[1:], os.environ)
        if values is not None:
            import gc

            # Facts hold no cycles. Looking for some among half a million of them takes a third of a rescan.
            gc.disable()
            from unmoor.cli.scan import run

            return run(values)
    from unmoor.cli.app import main

    return main(argv)


def _tell(error: UserError) -> None:
    from unmoor.cli.terminal import paint

    lines = [f"{paint('error', '1;31')}: {error.title}"]
    if error.cause:
        lines.append(f"  {paint('cause', '1')}: {error.cause}")
    if error.help:
        lines.append(f"  {paint('help', '32')}: {error.help}")
    print("\n".join(lines), file=sys.stderr)  # noqa: T201


def _crash(error: Exception) -> None:
    """A fault of ours: said so, with the trace where it is asked for."""
    import traceback

    from unmoor import __version__

    if os.environ.get("UNMOOR_DEBUG"):
        traceback.print_exc()
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = "/".join(frame.filename.rsplit(os.sep, 2)[-2:]) + f":{frame.lineno}"
    print(  # noqa: T201
        f"error: unmoor {__version__} failed: {type(error).__name__}: {error} (in {place})\n"
        "  cause: this is a fault of unmoor, not of your repository\n"
        "  help: run again with UNMOOR_DEBUG=1 and report the trace",
        file=sys.stderr,
    )
