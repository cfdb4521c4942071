"""Measures pipekit beside the databases' own tools and its peers. Called by benches/compare, which says how."""

import argparse
import os
import shutil
import subprocess
import sys

import data
import report
from bench import Bench
from contests import ONCE, contests


def main():
    parser = argparse.ArgumentParser(prog="benches/compare", description="Measures pipekit beside the databases' own tools and its peers.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large tables (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender runs, in turn (5)")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="only the contests with one of these in their name, such as pg-lite")
    parser.add_argument("--without", nargs="+", default=[], metavar="NAME", help="contenders to leave out, such as sling")
    parser.add_argument("--out", default="benches/RESULTS.md", help="where the tables go (benches/RESULTS.md)")
    given = parser.parse_args()

    bench = Bench(os.environ["WORK"], given.rows)
    data.fill(bench, given.rows)
    data.modules(bench)
    shutil.copy(f"{bench.folder}/pipekit.db", f"{bench.folder}/many.db")
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "many.py"), f"{bench.folder}/many.db"], check=True)
    played = []
    for contest in contests(bench, given.only):
        for name in given.without:
            contest.contenders.pop(name, None)
        contest.play(bench, 1 if contest.key in ONCE else given.rounds)
        played.append(contest)
        report.write(given.out, played, given.rows, given.rounds)
    print(f"\n{given.out} has the tables")


main()
