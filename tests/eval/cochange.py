#!/usr/bin/env python3
"""Measures how far "this file was not changed" (`aios patterns cochange`) can be trusted, by replaying commits.

  cochange.py REPOSITORY… [--commits 500] [--share 0.9] [--together 5] [--last 30]

The habits come from the commits before the newest N. Each of those N, of 2 to 30 files, loses one file at a time: a
warning is right where it names that file. `alarms` is the share of whole commits that get any warning at all: what a
user would see for nothing, as far as the commit was complete.
"""

import argparse, collections, subprocess

FILES_MAX = 30


def git(repository, *args):
    command = ["git", "-c", "safe.directory=*", "-C", repository, *args]
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=True
    ).stdout


def commits(repository):
    log = git(
        repository, "log", "--no-merges", "--name-only", "--format=%x01", "-n", "8000", "HEAD"
    )
    return [[line for line in it.split("\n") if line] for it in log.split("\x01")[1:]]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--commits", type=int, default=500)
    parser.add_argument("--share", type=float, default=0.9)
    parser.add_argument("--together", type=int, default=5)
    parser.add_argument("--last", type=int, default=30)
    args = parser.parse_args()
    for repository in args.repositories:
        everything = commits(repository)
        there = set(git(repository, "ls-tree", "-r", "--name-only", "HEAD").split("\n"))
        small = [it for it in everything[args.commits :] if len(it) <= FILES_MAX]
        by_file, known = collections.defaultdict(list), {}
        for nth, files in enumerate(small):
            for file in files:
                by_file[file].append(nth)

        def partners(file):
            if file not in known:
                own = by_file[file][: args.last]
                counts = collections.Counter(
                    it for nth in own for it in small[nth] if it != file and it in there
                )
                known[file] = {
                    it
                    for it, n in counts.items()
                    if n >= args.together and n >= args.share * len(own)
                }
            return known[file]

        warnings = right = n_left_out = found = alarms = n_whole = 0
        for files in everything[: args.commits]:
            if not files or len(files) > FILES_MAX:
                continue
            n_whole += 1
            alarms += bool(set().union(*map(partners, files)) - set(files))
            for left_out in files if len(files) > 1 else []:
                rest = [it for it in files if it != left_out]
                warned = set().union(*map(partners, rest)) - set(rest)
                warnings, right = warnings + len(warned), right + (left_out in warned)
                n_left_out, found = n_left_out + 1, found + (left_out in warned)
        share = lambda a, b: f"{a}/{b} = {a / max(b, 1):.2f}"
        print(
            f"{repository}: right {share(right, warnings)}, found {share(found, n_left_out)}, alarms {share(alarms, n_whole)}"
        )


if __name__ == "__main__":
    main()
