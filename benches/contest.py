"""What a contest is, and how its rounds are played."""

import dataclasses
import re
import statistics
import sys

PEERS = ("sling", "ingestr", "pgloader")
# So many times as slow as the floor, a peer is played once: its place is clear then, and its rounds would take most of the time.
SLOW = 5


def median(runs, what):
    return statistics.median(getattr(run, what) for run in runs)


@dataclasses.dataclass
class Contest:
    """Contenders by name, each a command. `floor` is the one that the others' ratios are to. `before` prepares a contender's run,
    `check` says what is wrong after it."""

    key: str
    title: str
    floor: str
    contenders: dict
    before: object = None
    check: object = None
    results: dict = dataclasses.field(default_factory=dict)
    failed: dict = dataclasses.field(default_factory=dict)

    def ratio(self, name, to):
        """The median of the rounds' ratios of a contender's time to another's; None where one has no times."""
        mine, theirs = self.results.get(name), self.results.get(to)
        return statistics.median(a.wall / b.wall for a, b in zip(mine, theirs)) if mine and theirs else None

    def best_peer(self):
        """The name of the fastest of those that are neither pipekit nor the databases' own tools; None where there is none."""
        peers = [name for name in PEERS if self.results.get(name)]
        return min(peers, key=lambda name: median(self.results[name], "wall"), default=None)

    def is_slow(self, name):
        """Whether another than pipekit has taken too long to be played again."""
        ratio = None if name.startswith("pipekit") and "JDBC" not in name else self.ratio(name, self.floor)
        return ratio is not None and ratio > SLOW

    def play(self, bench, rounds):
        """All rounds, the contenders in turn, A B C A B C …, so that a machine that slows down slows all. A peer that fails is
        out of it, and one that is slow is played once; a failure of another ends everything."""
        for number in range(rounds):
            for name, command in self.contenders.items():
                if name in self.failed or self.is_slow(name):
                    continue
                if self.before:
                    self.before(name)
                done = bench.meter.run(command)
                error = done.error or (self.check(name) if self.check else None)
                if error and name not in PEERS:
                    sys.exit(f"failed: {command}\n{error}")
                if error:
                    lines = error.strip().splitlines()
                    told = [line for line in lines if re.search("error|exhausted|fatal", line, re.IGNORECASE)]
                    self.failed[name] = (told or lines)[-1]
                    self.results.pop(name, None)
                else:
                    self.results.setdefault(name, []).append(done)
                said = self.failed.get(name) or f"{done.wall:.3f} s"
                print(f"{self.key}, round {number + 1}, {name}: {said}", flush=True)
