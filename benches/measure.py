"""Runs a command and says what it took: time, processor time of it and of the servers, and memory of all its processes."""

import dataclasses
import os
import subprocess
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")
# How often memory is looked at.
EVERY_S = 0.02


@dataclasses.dataclass
class Taken:
    """What one run took: seconds, seconds of processors, MiB. And the end of what it said, where it failed."""

    wall: float
    client: float
    servers: float
    memory: float
    error: str = ""


def _stats():
    """The fields of each process's stat after its name, by pid: its parent is [1], its own ticks [11] and [12], those of
    the children that it has waited for [13] and [14] (proc(5))."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                found[int(pid)] = file.read().rpartition(")")[2].split()
        except OSError:
            pass
    return found


def _tree(stats, root):
    pids, grown = {root}, True
    while grown:
        more = {pid for pid, fields in stats.items() if int(fields[1]) in pids} - pids
        pids |= more
        grown = bool(more)
    return pids


def _memory(root):
    """MiB that the processes from one on down hold: what several share is counted once (Pss)."""
    total = 0
    for pid in _tree(_stats(), root):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            pass
    return total / 1024


class Meter:
    """Measures commands beside servers whose process ids are given."""

    def __init__(self, folder, env, servers):
        self.folder, self.env, self.servers = folder, env, servers

    def _server_seconds(self):
        stats = _stats()
        pids = set().union(*(_tree(stats, root) for root in self.servers))
        return sum(sum(map(int, stats[pid][11:15])) for pid in pids if pid in stats) / TICK

    def run(self, command):
        """Runs it by bash, to its end. What it prints is in the file `said`."""
        servers = self._server_seconds()
        since = time.perf_counter()
        with open(f"{self.folder}/said", "w") as said:
            process = subprocess.Popen(["bash", "-c", "set -eo pipefail; " + command], env=self.env, cwd=self.folder,
                                       stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        peak, ended = [0.0], threading.Event()

        def watch():
            wait = EVERY_S / 4
            while not ended.wait(wait):
                peak[0] = max(peak[0], _memory(process.pid))
                wait = EVERY_S

        watcher = threading.Thread(target=watch)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - since
        ended.set()
        watcher.join()
        error = ""
        if status != 0:
            with open(f"{self.folder}/said", errors="replace") as said:
                error = said.read()[-3000:].strip() or f"status {status}"
        return Taken(wall, usage.ru_utime + usage.ru_stime, self._server_seconds() - servers,
                     peak[0], error)
