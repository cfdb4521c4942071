"""Writes RESULTS.md: the goals, and what each contender took."""

import os
import subprocess

from contest import SLOW, median


def goals(played, rows):
    """Lines of what is to be reached: what, the goal, and what was measured, as text and whether it is reached; for what was
    played."""
    at_most = lambda value, most: (f"{value:.2f}", value <= most)

    def ratio(key, name, to, most, what):
        contest = played.get(key)
        value = contest and contest.ratio(name, to or contest.floor)
        return (what, f"at most {most}", *at_most(value, most)) if value else None

    def peak(keys, what):
        runs = [(run.memory, name) for key in keys for name, all_of in (played[key].results if key in played else {}).items()
                for run in all_of if name.startswith("pipekit, ")]
        return (what, "under 32 MiB", f"{max(runs)[0]:.0f} MiB", max(runs)[0] < 32) if runs else None

    def times_as_fast(key, name, than, least, what):
        contest = played.get(key)
        value = contest and than(contest) and contest.ratio(than(contest), name)
        return (what, f"at least {least} times", f"{value:.1f} times", value >= least) if value else None

    def looks(name):
        contest = played.get("looks")
        value = contest and median(contest.results[name], "wall") * 1000
        return (f"`{name}`, 10,000 modules and 1,000,000 runs", "under 30 ms", f"{value:.0f} ms", value < 30) if value else None

    best = lambda contest: contest.best_peer()
    size = os.path.getsize(os.environ["PIPEKIT"]) / 1e6
    mine = "pipekit, transfer"
    found = [
        ratio("pg-pg", mine, None, 1.0, "transfer PostgreSQL to PostgreSQL, to the binary COPY pipe"),
        ratio("lite-pg", mine, None, 0.6, "SQLite to PostgreSQL, to the `sqlite3`-CSV-`psql` pipe"),
        ratio("pg-lite", mine, None, 0.4, "PostgreSQL to SQLite, to the `psql`-CSV-`sqlite3` pipe"),
        ratio("my-pg", mine, None, 0.65, "MariaDB to PostgreSQL, to the `mariadb -B`-`psql` pipe"),
        ratio("pg-my", mine, None, 1.05, "PostgreSQL to MariaDB, to the `psql`-`LOAD DATA LOCAL` pipe"),
        ratio("pg-pg", "pipekit, run, staged", "the staged run's steps by hand", 1.1, "whole staged run, to the same steps by hand"),
        ratio("pg-pg", "pipekit, run, direct", "the staged run's steps by hand", 0.75, "whole direct run, to those steps"),
        times_as_fast("pg-pg", "pipekit, run, staged", best, 1, "whole staged run, as fast as the best peer"),
        times_as_fast("incremental", "pipekit, incremental run", best, 3, "incremental run, as fast as the best peer"),
        ratio("h2-pg", "pipekit, run, staged", None, 0.2, "H2 by a JVM to PostgreSQL, to the JDBC program's own INSERTs"),
        ratio("small", "pipekit, run, staged", None, 1.5, "full refresh of 1,000 rows, to the `psql` pipe"),
        ratio("resolve", "pipekit", None, 1.0, "one `watermark resolve`, to `psql -c`"),
        times_as_fast("many", "pipekit, group run", lambda _: "pipekit, the source by the JDBC program", 10,
                      "a group of 90 modules, as fast as by JDBC"),
        peak(("pg-pg", "lite-pg", "pg-lite", "my-pg", "pg-my"), f"memory of all processes, {rows:,} rows"),
        peak(("ten-times",), f"the same, {rows * 10:,} rows"),
        looks("pipekit status"),
        looks("pipekit log"),
        ("release binary", "under 15 MB", f"{size:.1f} MB", size < 15),
    ]
    return [goal for goal in found if goal]


def memory(runs):
    """The most that was held, where it took long enough to be looked at."""
    most = max(run.memory for run in runs)
    return f"{most:.0f} MiB" if most else "-"


def table(contest):
    """What each took, the fastest of pipekit's beside the best peer."""
    peer = contest.best_peer()
    head = ["", "wall", f"to {contest.floor}", "CPU: itself", "CPU: servers", "peak memory"] + ([f"to {peer}"] if peer else [])
    lines = [f"## {contest.title[0].upper() + contest.title[1:]}", "", "| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    most = max((len(runs) for runs in contest.results.values()), default=0)
    for name, runs in contest.results.items():
        ratio = contest.ratio(name, contest.floor)
        cells = [name + (" (once)" if len(runs) < most else ""), f"{median(runs, 'wall'):.3f} s", f"{ratio:.2f}", f"{median(runs, 'client'):.2f} s",
                 f"{median(runs, 'servers'):.2f} s", memory(runs)]
        lines.append("| " + " | ".join(cells + ([f"{contest.ratio(name, peer):.2f}"] if peer else [])) + " |")
    lines += [f"\n{name} could not do it: `{error}`" for name, error in contest.failed.items()]
    return "\n".join(lines) + "\n"


def versions():
    """What took part: its name and the first line of what it says of its version."""
    said = {}
    for name, command in [("pipekit", "$PIPEKIT --version"), ("PostgreSQL", "$PG_BIN/postgres --version"),
                          ("MariaDB", "mariadbd --version"), ("sqlite3", "sqlite3 --version"), ("sling", "$SLING --version"),
                          ("ingestr", "$INGESTR --version"), ("pgloader", "pgloader --version"), ("Java", "java -version")]:
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
        said[name] = ((done.stdout + done.stderr).strip().splitlines() or ["?"])[0]
    return said


def write(path, contests, rows, rounds):
    """The whole report."""
    played = {contest.key: contest for contest in contests}
    lines = ["# What was measured", "",
             f"Made by `benches/compare --rows {rows} --rounds {rounds}`, which installs and starts all that it needs: the contenders in turn, "
             f"round by round, on {os.cpu_count()} cores over the loopback. Times are medians, ratios medians of the rounds' ratios, memory the "
             "most that all processes of a contender held at once (what they share counted once), servers apart. Seconds say little of "
             f"another machine; the ratios do. What takes more than {SLOW} times as long as the floor is played once.", "",
             "The floor is the plain pipe of the databases' own tools, which moves rows and nothing else. sling and ingestr make a table "
             "of their own where they can't fill a given one.", ""]
    lines += ["## The goals", "", "| what | goal | measured | |", "|---|---|---|---|"]
    lines += [f"| {what} | {goal} | {value} | {'reached' if reached else '**not reached**'} |"
              for what, goal, value, reached in goals(played, rows)]
    lines += ["", *map(table, contests), "## Versions", ""]
    lines += [f"- {name}: {said}" for name, said in versions().items()]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
