"""Train the model, by hand."""

import argparse
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--backend", default="http://localhost:3011", help="e.g. http://localhost:3011")
parser.add_argument("--out", default="/home/maria/models", type=Path)

if __name__ == "__main__":
    options = parser.parse_args()
    print(f"training from {options.backend} into {options.out}")
