#!/usr/bin/env python3
"""Draws editors/session.svg, the picture in the README, from a real run of the tour.

usage: cargo build --release && editors/picture.py
"""

import html
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent
LINES_MAX = 64
CHARS_MAX = 100
COLOURS = {"+": "#7ee787", "-": "#ff9492", "@": "#79c0ff"}


def colour(line):
    text = line.strip()
    if line[:1].isdigit():
        return "#d2a8ff"
    if text.startswith("#"):
        return "#8b949e"
    return COLOURS.get(text[:1], "#e6edf3")


def main():
    program = TOP / "target/release/aios"
    run = subprocess.run(
        [program, "tour", "--root", TOP / "server/text"], capture_output=True, text=True, check=True
    )
    lines = ["$ aios tour --root server/text"]
    for line in run.stdout.splitlines():
        lines.append(line.replace(str(TOP), "~/aios"))
    end = next(i for i, it in enumerate(lines) if it.startswith("7. "))
    shown = lines[:end]
    if LINES_MAX < len(shown):
        tail = next(i for i, it in enumerate(shown) if it.startswith("5. "))
        kept = LINES_MAX - (end - tail) - 1
        shown = shown[:kept] + ["    …"] + shown[tail:]
    rows = []
    for i, line in enumerate(shown):
        text = html.escape(line[:CHARS_MAX])
        rows.append(f'<text x="16" y="{28 + 17 * i}" fill="{colour(line)}">{text}</text>')
    height = 28 + 17 * len(shown)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="880" height="{height}">'
        '<rect width="100%" height="100%" rx="8" fill="#0d1117"/>'
        '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" '
        'xml:space="preserve">' + "\n".join(rows) + "</g></svg>\n"
    )
    (TOP / "editors/session.svg").write_text(svg)


if __name__ == "__main__":
    main()
