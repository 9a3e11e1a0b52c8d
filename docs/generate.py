"""What the documentation takes from the program: the rule table of the README, and the pictures. Run by `make docs`.

Nothing here is written by hand twice: `tests/test_readme.py` holds that a fresh run changes no byte.
"""

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from unmoor.cli.start import start
from unmoor.rules import load

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "examples" / "shop"
README = ROOT / "README.md"
WIDTH = 104
PICTURES = {
    "scan.svg": "unmoor scan --min-severity error frontend/app/cart scripts/backup.sh monitoring",
    # unmoor: ignore[hardcoded-url] shown in a picture
    "resolve.svg": "unmoor resolve http://localhost:5435 --from backend",
}
_FIX = {"safe": "S", "unsafe": "U"}
_THEME = TerminalTheme(
    (24, 26, 31),
    (215, 218, 224),
    [(40, 44, 52), (224, 108, 117), (152, 195, 121), (229, 192, 123), (97, 175, 239), (198, 120, 221), (86, 182, 194),
     (171, 178, 191)],
    [(92, 99, 112), (255, 123, 133), (165, 214, 132), (255, 214, 138), (120, 190, 255), (215, 140, 240),
     (100, 200, 215), (255, 255, 255)],
)  # fmt: skip


def rule_table() -> str:
    """The built-in rules as a Markdown table; each links to its page."""
    lines = ["| family | rule | | what it finds |", "|---|---|---|---|"]
    family = ""
    for rule in load(()).rules.values():
        fix = _FIX.get(str(rule.fix.get("applicability", "unsafe")), "") if rule.fix else ""
        marks = ",".join(part for part in (rule.severity[0].upper(), fix) if part)
        dagger = " †" if rule.persona != "regular" else ""
        shown = rule.family if rule.family != family else ""
        family = rule.family
        link = f"[`{rule.id}`](rules/{rule.family}/{rule.id}.md)"
        lines.append(f"| {shown} | {link} | {marks}{dagger} | {_sentence(rule.summary)} |")
    return "\n".join(lines) + "\n"


def _sentence(summary: str) -> str:
    first = re.split(r"(?<=[a-z`)])\. ", " ".join(summary.split()))[0].rstrip(".")
    return first.replace("|", "\\|")


def with_table(readme: str) -> str:
    """The README with a fresh rule table between its two marks."""
    return re.sub(
        r"(<!-- rules -->\n).*?(<!-- /rules -->)", lambda m: m.group(1) + rule_table() + m.group(2), readme, flags=re.S
    )


def picture(command: str) -> str:
    """An SVG of a terminal in the example shop after a command."""
    shown, console = said(command), Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "green"), (command, "bold")))
    console.print(Text.from_ansi(shown), end="")
    svg = console.export_svg(title="unmoor", theme=_THEME, unique_id="unmoor")
    return re.sub(r"[ \t]+\n", "\n", svg).rstrip() + "\n"


def said(command: str) -> str:
    """What a command prints in the example shop, with colours."""
    out, before = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), Path.cwd()
    os.environ["COLUMNS"] = str(WIDTH)
    os.chdir(SHOP)
    try:
        with contextlib.redirect_stdout(out):
            arguments = shlex.split(command)[1:]
            start([*arguments, "--no-cache", "--color", "always"] if arguments[0] == "scan" else arguments)
    finally:
        os.chdir(before)
    out.flush()
    return out.buffer.getvalue().decode()  # type: ignore[attr-defined]


def main() -> int:
    """Write what has changed; 1 if something had."""
    fresh = {README: with_table(README.read_text())}
    fresh |= {ROOT / "docs" / "images" / name: picture(command) for name, command in PICTURES.items()}
    changed = [path for path, text in fresh.items() if not path.exists() or path.read_text() != text]
    for path in changed:
        path.write_text(fresh[path])
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 1 if changed else 0


if __name__ == "__main__":
    main()
