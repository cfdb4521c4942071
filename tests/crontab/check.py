#!/usr/bin/env python3
"""Compares the table of times.txt with other implementations: croniter, from PyPI, and `systemd-analyze calendar`,
where its forms can say the same. Where they have other times, the table says why; a difference that it does not
explain fails, and so does an explanation without a difference.

    python3 -m pip download --no-deps -d FOLDER croniter==7.0.0 python-dateutil==4.0.0
    PYTHONPATH=$(printf '%s:' FOLDER/*.whl) python3 tests/crontab/check.py
"""

import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import zoneinfo

import croniter

UTC = datetime.timezone.utc
NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class Case:
    def __init__(self, expression):
        self.expression, self.zone, self.after, self.times, self.reasons = expression, None, None, [], {}

    def read(self, line):
        word, _, rest = line.partition(" ")
        if word in ("croniter:", "systemd:"):
            self.reasons[word[:-1]] = rest.strip()
        elif rest.startswith("after "):
            self.zone, self.after = word, instant(rest.removeprefix("after "))
        else:
            self.times.append(instant(word))


def instant(text):
    return datetime.datetime.fromisoformat(text).astimezone(UTC)


def cases(text):
    found = []
    for line in text.splitlines():
        if line.startswith("  "):
            found[-1].read(line[2:])
        elif line and not line.startswith("#"):
            found.append(Case(line))
    return found


def by_croniter(case):
    """The times by croniter, which is asked for crontab(5)'s rule for the days, not its own."""
    start = case.after.astimezone(zoneinfo.ZoneInfo(case.zone))
    try:
        times = croniter.croniter(case.expression, start, implement_cron_bug=True)
        return [times.get_next(datetime.datetime).astimezone(UTC) for _ in case.times]
    except croniter.CroniterError as error:
        return f"refused: {error}"


def numbers(field, first, last, names=()):
    """What a field includes."""
    found = set()
    for piece in field.lower().split(","):
        piece, _, step = piece.partition("/")
        ends = piece.split("-") if piece != "*" else [str(first), str(last)]
        ends = [names.index(end[:3]) + first if end.isalpha() else int(end) for end in ends]
        if last == 7 and ends[-1] == 0 and ends[0] > 0:
            ends[-1] = 7
        found.update(range(ends[0], ends[-1] + 1, int(step or 1)))
    return sorted(found)


def calendar(case):
    """The expression as systemd.time(7) has it. None where it can't be: it has no "either" for the days."""
    minute, hour, day, month, weekday = NICKNAMES.get(case.expression, case.expression).split()
    if not day.startswith("*") and not weekday.startswith("*"):
        return None
    names = [name.lower() for name in WEEKDAYS]
    weekdays = {WEEKDAYS[number % 7] for number in numbers(weekday, 0, 7, names)}
    listed = lambda values: ",".join(map(str, values))
    date = f"*-{listed(numbers(month, 1, 12, MONTHS))}-{listed(numbers(day, 1, 31))}"
    time = f"{listed(numbers(hour, 0, 23))}:{listed(numbers(minute, 0, 59))}:00"
    return f"{','.join(sorted(weekdays, key=WEEKDAYS.index))} {date} {time} {case.zone}"


def by_systemd(case):
    form = calendar(case)
    if form is None:
        return None
    # It takes the base time in whole seconds, and gives what comes after it.
    base = case.after.replace(microsecond=0).strftime("%Y-%m-%d %H:%M:%S UTC")
    command = ["systemd-analyze", "calendar", f"--base-time={base}", f"--iterations={len(case.times)}", form]
    done = subprocess.run(command, env={**os.environ, "TZ": "UTC", "LC_ALL": "C"}, capture_output=True, text=True)
    if done.returncode:
        return f"refused: {done.stderr.strip()}"
    found = []
    for line in done.stdout.splitlines():
        label, _, value = line.strip().partition(": ")
        if label == "Next elapse" or label.startswith("Iter"):
            text = value.strip().removesuffix(" UTC")[4:]
            found.append(datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))
    return found


def shown(times, zone):
    if isinstance(times, str):
        return times
    return " ".join(t.astimezone(zoneinfo.ZoneInfo(zone)).isoformat(timespec="minutes") for t in times)


def main():
    others = {"croniter": by_croniter, "systemd": by_systemd}
    if not shutil.which("systemd-analyze"):
        print("NOT COMPARED with systemd: there is no systemd-analyze here (Debian: systemd)", file=sys.stderr)
        del others["systemd"]
    table = cases((pathlib.Path(__file__).parent / "times.txt").read_text())
    wrong, agree, explained = 0, dict.fromkeys(others, 0), dict.fromkeys(others, 0)
    for case in table:
        for name, other in others.items():
            times, reason = other(case), case.reasons.get(name)
            differs = times is not None and times != case.times
            if differs == (reason is not None):
                agree[name] += times is not None and not differs
                explained[name] += differs
                continue
            wrong += 1
            what = "has other times" if differs else "has no other times, though the table says why it has"
            print(f"`{case.expression}` in {case.zone} after {shown([case.after], case.zone)}: {name} {what}")
            print(f"  table: {shown(case.times, case.zone)}")
            if differs:
                print(f"  {name}: {shown(times, case.zone)}")
    for name in others:
        print(f"{name}: {agree[name]} of {len(table)} agree, {explained[name]} differ and are explained")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
