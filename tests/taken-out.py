#!/usr/bin/env python3
"""Takes out, one piece at a time, the code that holds a line of "What must never happen", and demands that the tests
that are named here for it then fail, as they do not with the piece in its place.

    tests/taken-out.py              everything; it takes about half an hour
    tests/taken-out.py 13 fence     the pieces of line 13, and those with "fence" in their description
    tests/taken-out.py --look PROGRAM
                                    takes nothing out: whether each piece is there, and PROGRAM has the tests that notice

It works on a copy of the tree in target/taken-out, where it keeps what it builds. Where no server is given by the
environment it runs itself under tests/run.sh. The pieces are in tests/support/pieces.py.
"""

import filecmp
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))
from pieces import PIECES  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
WORK = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "taken-out"
TREE = WORK / "tree"
BUILD = WORK / "build"
# Some of these tests wait for a minute before they give up; all of them at first.
PATIENCE, PATIENCE_FOR_ALL = 240, 1200


def copy_tree():
    """Makes TREE be what git knows of in ROOT, or could; what has not changed keeps its time, so that little is built."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    names = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
    for path in [path for path in TREE.rglob("*") if path.is_file()]:
        if str(path.relative_to(TREE)) not in names:
            path.unlink()
    for name in names:
        to = TREE / name
        to.parent.mkdir(parents=True, exist_ok=True)
        if not to.exists() or not filecmp.cmp(ROOT / name, to, shallow=False):
            shutil.copy(ROOT / name, to)


def cargo(*arguments):
    """Builds, and gives what cargo says of each artifact; None where it does not build, after saying why."""
    env = dict(os.environ, CARGO_TARGET_DIR=str(BUILD))
    command = ["cargo", *arguments, "--locked", "--quiet", "--message-format=json-render-diagnostics"]
    done = subprocess.run(command, cwd=TREE, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        return None
    return [json.loads(line) for line in done.stdout.splitlines()]


def build_tests():
    """The program of the tests: it is built once, and calls the program that is built anew for each piece."""
    for message in cargo("test", "--no-run", "--test", "pipekit") or []:
        if message["reason"] == "compiler-artifact" and message["target"]["kind"] == ["test"]:
            return message["executable"]
    sys.exit("the tests don't build")


def end_what_is_left():
    """Ends the processes of the program that is built here: without the piece that ends them some would stay."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "exe").removesuffix(" (deleted)").startswith(str(BUILD)):
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue  # It has ended, or is another user's.


def run_tests(program, names, patience=PATIENCE):
    """Runs those tests, and gives what each came to: `ok`, `FAILED`, or nothing where it did not end."""
    command = [program, "--include-ignored", "--exact", "--test-threads", "4", *names]
    env = dict(os.environ, RUST_BACKTRACE="0", PIPEKIT_TEST_FAULTS="all")
    with open(WORK / "output.txt", "w+") as output:
        child = subprocess.Popen(command, cwd=TREE, env=env, stdout=output, stderr=output, start_new_session=True)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        output.seek(0)
        said = output.read()
    end_what_is_left()
    return {name: outcome for name, outcome in re.findall(r"^test (\S+) \.\.\. (ok|FAILED)$", said, re.M)}


def expand(name, known):
    """A test's whole name; of one for each kind of database, both."""
    found = [test for test in known if test == name or test in (f"{name}::on_sqlite", f"{name}::on_postgresql")]
    if not found:
        sys.exit(f"there is no test {name}")
    return found


def wanted(piece):
    words = sys.argv[1:]
    return not words or any(word == str(piece.line) or (not word.isdigit() and word in piece.what) for word in words)


def take_out(piece):
    """Changes the file in TREE, and gives its text as it was; None where it has no such code any more."""
    path = TREE / piece.file
    before = path.read_text()
    text = without(piece, before)
    if text is None:
        return None
    path.write_text(text)
    return before


def without(piece, text):
    """The text of the piece's file without the piece; None where it has no such code any more."""
    for old, new in piece.changes:
        if text.count(old) != 1:
            print(f"{piece.file} has this {text.count(old)} times, and not once:\n{old}", file=sys.stderr)
            return None
        text = text.replace(old, new)
    return text


def prove(piece, program, tests):
    """What is wrong with this piece; nothing where each of its tests fails without it."""
    before = take_out(piece)
    if before is None:
        return "it is not there to be taken out"
    try:
        if cargo("build", "--bin", "pipekit") is None:
            return "without it nothing builds"
        came = run_tests(program, tests)
    finally:
        (TREE / piece.file).write_text(before)
    survivors = [f"{test} ({came.get(test, 'did not end')})" for test in tests if came.get(test) != "FAILED"]
    return f"not seen to fail: {', '.join(survivors)}" if survivors else None


def known_to(program):
    """The names of all its tests."""
    listed = subprocess.run([program, "--list", "--include-ignored"], check=True, stdout=subprocess.PIPE, text=True)
    return re.findall(r"^(\S+): test$", listed.stdout, re.M)


def look(program):
    known = known_to(program)
    for name in {name for piece in PIECES for name in piece.tests}:
        expand(name, known)
    missing = [piece.what for piece in PIECES if without(piece, (ROOT / piece.file).read_text()) is None]
    sys.exit(f"not there to be taken out: {', '.join(missing)}" if missing else 0)


def main():
    if sys.argv[1:2] == ["--look"]:
        look(*sys.argv[2:])
    if "PIPEKIT_TEST_PG" not in os.environ:
        run = str(ROOT / "tests/run.sh")
        os.execv(run, [run, "--", sys.executable, __file__, *sys.argv[1:]])
    pieces = [piece for piece in PIECES if wanted(piece)] or sys.exit("no such piece")
    TREE.mkdir(parents=True, exist_ok=True)
    copy_tree()
    program = build_tests()
    known = known_to(program)
    named = {piece: [test for name in piece.tests for test in expand(name, known)] for piece in pieces}

    every = sorted({test for tests in named.values() for test in tests})
    came = run_tests(program, every, PATIENCE_FOR_ALL)
    if failed := [test for test in every if came.get(test) != "ok"]:
        sys.exit(f"with everything in its place these fail: {', '.join(failed)}")
    print(f"with everything in its place {len(every)} tests pass", flush=True)

    wrong = 0
    for piece in pieces:
        since = time.monotonic()
        problem = prove(piece, program, named[piece])
        wrong += problem is not None
        verdict = problem or "seen to fail: " + ", ".join(piece.tests)
        print(f"{'BAD' if problem else 'ok ':3} {piece.line:2}  {piece.what} ({piece.file})\n        "
              f"{verdict} [{time.monotonic() - since:.0f} s]", flush=True)
    print(f"{len(pieces)} pieces taken out, {wrong} of them not noticed")
    sys.exit(wrong > 0)


main()
