#!/usr/bin/env python3
"""Ask the server labelled questions and keep what every hit is made of.

  collect.py --data SET.jsonl ... --aios BINARY --out FEATURES.jsonl [--trees DIR] [--limit 150]

SET.jsonl: one question a line: {"id", "repo", "lang", "commit", "query", "files": [...],
"functions": [{"file", "start", "end"}]}; MIRROR names the folder of bare mirrors, OWNER+NAME/repo.
FEATURES.jsonl: the question's ids with, for each hit, its values, and whether it is right.
"""

import argparse, json, os, subprocess

ap = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
ap.add_argument("--data", nargs="+", required=True)
ap.add_argument("--aios", required=True)
ap.add_argument("--out", required=True)
ap.add_argument("--trees", default="trees")
ap.add_argument("--limit", default="150")
a = ap.parse_args()


def tree(repo, commit):
    folder = os.path.join(a.trees, repo.replace("/", "+") + "-" + commit[:10])
    if not os.path.exists(folder + "/.git/ready"):
        mirror = os.path.realpath(
            os.path.join(os.environ["MIRROR"], repo.replace("/", "+"), "repo")
        )
        git = lambda *x: subprocess.run(["git", "-C", folder, *x], check=True, capture_output=True)
        os.makedirs(folder, exist_ok=True)
        git("init", "-q")
        open(folder + "/.git/objects/info/alternates", "w").write(mirror + "/objects\n")
        git("-c", "advice.detachedHead=false", "checkout", "-q", "-f", "--detach", commit)
        open(folder + "/.git/ready", "w").close()
    return folder


def is_right(hit, gold):
    long = hit["end_line"] - hit["start_line"] + 1 > max(4 * (gold["end"] - gold["start"] + 1), 80)
    return (
        hit["file"] == gold["file"]
        and hit["start_line"] <= gold["end"]
        and hit["end_line"] >= gold["start"]
        and not long
    )


questions = [json.loads(line) for path in a.data for line in open(path)]
indexed = set()
with open(a.out, "w") as out:
    for q in sorted(questions, key=lambda q: (q["repo"], q["commit"])):
        root = tree(q["repo"], q["commit"])
        if root not in indexed:
            subprocess.run([a.aios, "index", "--root", root], check=True, capture_output=True)
            indexed.add(root)
        answer = subprocess.run(
            [
                a.aios,
                "search",
                "--root",
                root,
                "--json",
                "--explain",
                "--limit",
                a.limit,
                "--",
                q["query"],
            ],
            capture_output=True,
            text=True,
        ).stdout
        hits = [json.loads(l) for l in answer.splitlines() if '"start_line"' in l]
        row = {
            "id": q["id"],
            "repo": q["repo"],
            "lang": q["lang"],
            "words": len(q["query"].split()),
            "n_files": len(q["files"]),
            "n_functions": len(q["functions"]),
            "hits": [],
        }
        for h in hits:
            row["hits"].append(
                {
                    "file": h["file"],
                    "gold_file": h["file"] in q["files"] and q["files"].index(h["file"]),
                    "gold": [i for i, g in enumerate(q["functions"]) if is_right(h, g)],
                    "values": h["values"],
                    "cosine": h["cosine"],
                }
            )
        out.write(json.dumps(row) + "\n")
        out.flush()
