"""Runs commands in a terminal and draws what it shows as an SVG: recording.py FOLDER FILE. See tests/recording.sh.

Each line is text, so that it can be read, searched and compared: tests/recording.rs does. A line appears when its command
has been typed; where animations are off, or not understood, all lines are there.
"""

import os
import pty
import select
import struct
import sys
from fcntl import ioctl
from html import escape
from termios import TIOCSWINSZ

import pyte

COLUMNS, LINES = 92, 60
# What is typed. A line that begins with # is a remark to whoever watches.
TYPED = [
    "pipekit run customers order_lines events",
    "",
    "# Somebody empties a table of the ERP by mistake. The warehouse keeps what it has:",
    "pipekit connection query erp 'DELETE FROM CUST'",
    "pipekit run customers",
    "pipekit connection query warehouse 'SELECT count(*) AS customers FROM customer'",
    "",
    "# What is wrong this morning?",
    "pipekit status",
    "pipekit log --errors --since 24h",
]
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
SIZE, WIDTH, HEIGHT, EDGE, BAR = 13, 7.83, 19, 18, 34
INK = {"default": "#d6deeb", "red": "#ff7b72", "green": "#5fd38d", "brown": "#e3b341", "cyan": "#76d9e6",
       "faint": "#8b98a9"}
# How the terminal calls some of them.
NAMES = {"magenta": "faint", "ff0000": "red", "00ff00": "green", "ffff00": "brown"}


def run(command, folder):
    """What the terminal shows after a command: a list of lines, each a list of (text, colour, bold)."""
    pid, screen_end = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update(TERM="xterm-256color", COLUMNS=str(COLUMNS))
        os.execvp("bash", ["bash", "-c", command])
    ioctl(screen_end, TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    while True:
        select.select([screen_end], [], [])
        try:
            written = os.read(screen_end, 65536)
        except OSError:  # The last program in the terminal has ended.
            break
        if not written:
            break
        # pyte does not know faint letters, which are sent as SGR 2.
        stream.feed(written.replace(b"\x1b[2m", b"\x1b[35m"))
    os.waitpid(pid, 0)
    shown = []
    for y in range(LINES):
        spans = []
        for x in range(COLUMNS):
            char = screen.buffer[y][x]
            ink = NAMES.get(char.fg, char.fg)
            if spans and spans[-1][1:] == (ink, char.bold):
                spans[-1] = (spans[-1][0] + char.data, ink, char.bold)
            else:
                spans.append((char.data, ink, char.bold))
        while spans and not spans[-1][0].rstrip():
            spans.pop()
        if spans:
            spans[-1] = (spans[-1][0].rstrip(), *spans[-1][1:])
        shown.append(spans)
    while shown and not shown[-1]:
        shown.pop()
    return shown


def drawn(lines):
    """The SVG of lines, each with the second at which it appears."""
    width, height = round(COLUMNS * WIDTH + 2 * EDGE), BAR + len(lines) * HEIGHT + EDGE
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
        "<title>pipekit in a terminal</title>",
        "<style>",
        f"text{{font:{SIZE}px {FONT};fill:{INK['default']};white-space:pre}}",
        ".b{font-weight:bold}",
        *(f".{name}{{fill:{ink}}}" for name, ink in INK.items() if name != "default"),
        "@keyframes in{from{opacity:0}to{opacity:1}}",
        "@media (prefers-reduced-motion:no-preference){.l{animation:in .12s both}}",
        "</style>",
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="9" fill="#161b26" stroke="#4a5568"/>',
        *(f'<circle cx="{20 + 18 * i}" cy="18" r="5.5" fill="{ink}"/>' for i, ink in enumerate(["#ff5f57", "#febc2e", "#28c840"])),
    ]
    for i, (second, spans) in enumerate(lines):
        parts = []
        for text, ink, bold in spans:
            names = " ".join([*([ink] if ink in INK and ink != "default" else []), *(["b"] if bold else [])])
            parts.append(f'<tspan class="{names}">{escape(text, quote=False)}</tspan>' if names else escape(text, quote=False))
        text = "".join(parts)
        if text:
            y = BAR + (i + 1) * HEIGHT - 5
            out.append(f'<text class="l" style="animation-delay:{second:.1f}s" x="{EDGE}" y="{y}" xml:space="preserve">{text}</text>')
    return "\n".join([*out, "</svg>", ""])


def main(folder, file):
    lines, second = [], 0.5
    for typed in TYPED:
        if not typed:
            lines.append((second, []))
            continue
        if typed.startswith("#"):
            lines.append((second, [(typed, "faint", False)]))
            second += 0.6
            continue
        lines.append((second, [("$ ", "green", False), (typed, "default", True)]))
        second += 0.4
        for spans in run(typed, folder):
            lines.append((second, spans))
            second += 0.06
        second += 0.5
    with open(file, "w", encoding="utf-8") as out:
        out.write(drawn(lines))


main(*sys.argv[1:])
