"""How much of other people's repositories is understood: `python benchmarks/corpus.py FOLDER...`.

For each language: files, MB, MB a second (CPU time of the scanner alone, one process), and the share of files without a
region that was not understood. `--worst N` names the files with the largest such regions; `--json` writes the figures.
Ends with 1 if a scanner raised, or if more than `--most` percent of the files hold such a region.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from unmoor.files.discovery import foreign, list_files
from unmoor.files.scanning import MOST_BYTES, undecodable
from unmoor.model.facts import Facts
from unmoor.scanners import Scanner, scan, scanner_of


@dataclass
class Figures:
    """What was measured of one language. lost: bytes in regions not understood, by file."""

    files: int = 0
    size: int = 0
    parsed: int = 0
    seconds: float = 0.0
    facts: int = 0
    lost: dict[str, tuple[int, str]] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)

    def row(self) -> dict[str, float]:
        """The figures as they are shown; rates are of files that hold an anchor and so are parsed."""
        return {
            "files": self.files,
            "parsed": self.parsed,
            "mb": round(self.size / 1e6, 2),
            "mb_per_s": round(self.size / 1e6 / self.seconds, 2) if self.seconds else 0.0,
            "facts": self.facts,
            "with_problems": len(self.lost),
            "understood_percent": round(100 * (1 - len(self.lost) / self.files), 2) if self.files else 100.0,
            "raised": len(self.raised),
        }


def measure(root: Path, figures: dict[str, Figures]) -> None:
    """Scan every file of a repository, without a cache and without the rules."""
    for path in list_files(root).paths:
        scanner = None if foreign(path) else scanner_of(path)
        named = "." in path.rpartition("/")[2]
        try:
            data = b"" if scanner is None and named else (root / path).read_bytes()
        except OSError:
            continue
        scanner = scanner or (scanner_of(path, data[:80]) if data and not foreign(path) else None)
        if scanner is not None and data and len(data) <= MOST_BYTES and not undecodable(data):
            one(f"{root.name}/{path}", path, data, scanner, figures[scanner.name])


def one(label: str, path: str, data: bytes, scanner: Scanner, figures: Figures) -> None:
    """Scan one file and take down what came of it."""
    figures.files += 1
    if scanner.anchors and not any(anchor in data for anchor in scanner.anchors):
        return
    figures.parsed += 1
    figures.size += len(data)
    started = time.process_time()
    try:
        facts = scan(path, data, scanner)
    except Exception as error:  # the very thing that is looked for: it is counted and makes the run fail
        figures.raised[label] = f"{type(error).__name__}: {error}"
        return
    finally:
        figures.seconds += time.process_time() - started
    figures.facts += len(facts.references) + len(facts.declarations)
    if facts.problems:
        figures.lost[label] = lost(facts, data)


def lost(facts: Facts, data: bytes) -> tuple[int, str]:
    """How many bytes were not understood, and the first region's line and message."""
    first = min(facts.problems, key=lambda problem: problem.span.start)
    size = sum(max(1, problem.span.end - problem.span.start) for problem in facts.problems)
    line = data.count(b"\n", 0, first.span.start) + 1
    return size, f"line {line}: {first.message}"


def table(figures: dict[str, Figures]) -> str:
    """The figures of each language, the largest first, and of all together."""
    rows = [f"{'language':12} {'files':>6} {'parsed':>6} {'MB':>7} {'MB/s':>6} {'problems':>8} {'understood':>10}"]
    total = Figures()
    for name, found in sorted(figures.items(), key=lambda item: -item[1].size):
        rows.append(_row(name, found))
        total.files += found.files
        total.parsed += found.parsed
        total.size += found.size
        total.seconds += found.seconds
        total.lost.update(found.lost)
    return "\n".join([*rows, _row("all", total)])


def _row(name: str, found: Figures) -> str:
    row = found.row()
    return (
        f"{name:12} {row['files']:6} {row['parsed']:6} {row['mb']:7} {row['mb_per_s']:6} "
        f"{row['with_problems']:8} {row['understood_percent']:9} %"
    )


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="repositories")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name N files a language")
    parser.add_argument("--most", type=float, default=0.5, metavar="PERCENT", help="files with problems allowed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    chosen = parser.parse_args()
    figures: dict[str, Figures] = defaultdict(Figures)
    for folder in chosen.folders:
        measure(folder, figures)
    print(table(figures))
    for name, found in figures.items():
        for label, error in found.raised.items():
            print(f"raised: {label}: {error}")
        for label, (size, what) in sorted(found.lost.items(), key=lambda item: -item[1][0])[: chosen.worst]:
            print(f"{name}: {size} bytes: {label}, {what}")
    if chosen.json:
        chosen.json.write_text(json.dumps({name: found.row() for name, found in figures.items()}, indent=1) + "\n")
    files = sum(found.files for found in figures.values())
    share = 100 * sum(len(found.lost) for found in figures.values()) / max(files, 1)
    return int(share > chosen.most or any(found.raised for found in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
