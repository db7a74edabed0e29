#!/usr/bin/env python3
"""Measures context packs: which share of the functions that a commit changed is inside the pack for its message.

  MIRROR=… context.py --data dev.jsonl --aios target/release/aios --work /tmp/context [--tokens 4000 8000] [--per-repo N]

MIRROR holds OWNER+NAME/repo, bare repositories. Each case is a line with repo, commit (the code as it was before), query
and functions ({file, start, end}). Compared with "top hits until full": the hits of `aios search` in their order, each
with all its lines, until the next one does not fit; tokens are counted as `aios context` counts them. A function is
inside where four fifths of its lines are.
"""

import argparse, collections, json, os, random, shutil, subprocess, sys

WORD, MARKS = 7, 2


def count_tokens(text):
    """As `memory::count_tokens`."""
    n = word = marks = 0
    blank = True
    for c in text:
        is_word, is_space = c.isalnum(), c.isspace()
        if not is_word:
            n, word = n - (-word // WORD), 0
        if is_word or is_space:
            n, marks = n - (-marks // MARKS), 0
        if c == "_":
            pass
        elif c == "\n":
            n, blank = n + (not blank), True
        elif is_space:
            pass
        elif is_word:
            word += 1 if c.isascii() else WORD // 2
        else:
            marks += 1 if c.isascii() else MARKS
        blank = blank and is_space
    return n - (-word // WORD) - (-marks // MARKS)


def checkout(repo, commit, work):
    folder = os.path.join(work, repo.replace("/", "+") + "-" + commit[:10])
    if os.path.exists(folder + "/.git/ready"):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    source = os.path.realpath(os.path.join(os.environ["MIRROR"], repo.replace("/", "+"), "repo"))
    git = ["git", "-C", folder, "-c", "advice.detachedHead=false"]
    subprocess.run(git + ["init", "-q"], check=True)
    with open(folder + "/.git/objects/info/alternates", "w") as out:
        out.write(source + "/objects\n")
    subprocess.run(git + ["checkout", "-q", "-f", "--detach", commit], check=True)
    open(folder + "/.git/ready", "w").close()
    return folder


def rows(command):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def inside(pieces, functions):
    """The share of the functions that the pieces hold."""
    lines = collections.defaultdict(set)
    for file, start, end in pieces:
        lines[file].update(range(start, end + 1))
    held = 0
    for it in functions:
        own = set(range(it["start"], it["end"] + 1))
        held += len(own & lines[it["file"]]) >= 0.8 * len(own)
    return held / len(functions)


def until_full(root, hits, tokens_max):
    pieces, tokens, texts = [], 0, {}
    for hit in hits:
        if hit["file"] not in texts:
            try:
                with open(
                    os.path.join(root, hit["file"]), encoding="utf-8", errors="replace"
                ) as text:
                    texts[hit["file"]] = text.read().split("\n")
            except OSError:
                continue
        lines = texts[hit["file"]][hit["start_line"] - 1 : hit["end_line"]]
        tokens += 24 + count_tokens("\n".join(lines))
        if tokens > tokens_max:
            break
        pieces.append((hit["file"], hit["start_line"], hit["end_line"]))
    return pieces


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True)
    parser.add_argument("--aios", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--tokens", type=int, nargs="+", default=[4000, 8000])
    parser.add_argument("--per-repo", type=int)
    args = parser.parse_args()
    cases = [json.loads(line) for line in open(args.data)]
    cases = [it for it in cases if it["set"] == "commit" and it["functions"]]
    if args.per_repo:
        by_repo = collections.defaultdict(list)
        for it in cases:
            by_repo[it["repo"]].append(it)
        cases = [
            it
            for of in by_repo.values()
            for it in random.Random(7).sample(of, min(args.per_repo, len(of)))
        ]
    cases.sort(key=lambda it: (it["repo"], it["commit"]))
    os.makedirs(args.work, exist_ok=True)
    shares = collections.defaultdict(list)
    for case in cases:
        root = checkout(case["repo"], case["commit"], args.work)
        aios = [args.aios, "--root", root, "--json"]
        hits = [
            it
            for it in rows(aios + ["search", "--limit", "200", "--", case["query"]])
            if "start_line" in it
        ]
        for tokens in args.tokens:
            found = rows(aios + ["context", "--tokens", str(tokens), "--", case["query"]])
            pieces = [
                (it["file"], it["start_line"], it["end_line"]) for it in found if "start_line" in it
            ]
            without = rows(
                aios
                + ["context", "--without-history", "--tokens", str(tokens), "--", case["query"]]
            )
            plain = [
                (it["file"], it["start_line"], it["end_line"])
                for it in without
                if "start_line" in it
            ]
            for repo in (case["repo"], "all"):
                shares[(repo, tokens)].append(
                    (
                        inside(until_full(root, hits, tokens), case["functions"]),
                        inside(pieces, case["functions"]),
                        inside(plain, case["functions"]),
                    )
                )
        print(case["id"], file=sys.stderr)
    print(
        f"{'':<24}{'tokens':>8}{'n':>5}{'top hits':>10}{'pack':>8}{'no hist':>9}{'better':>8}{'worse':>7}"
    )
    for (repo, tokens), of in sorted(shares.items()):
        mean = lambda nth: 100 * sum(it[nth] for it in of) / len(of)
        better, worse = sum(it[1] > it[0] for it in of), sum(it[1] < it[0] for it in of)
        print(
            f"{repo:<24}{tokens:>8}{len(of):>5}{mean(0):>10.1f}{mean(1):>8.1f}{mean(2):>9.1f}{better:>8}{worse:>7}"
        )


if __name__ == "__main__":
    main()
