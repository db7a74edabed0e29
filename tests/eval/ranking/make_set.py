#!/usr/bin/env python3
"""Make labelled questions from a repository's history: the message of a commit asks, the functions
it changed answer, in the tree as it was before.

  make_set.py --mirror DIR/OWNER+NAME/repo --repo OWNER/NAME --lang LANGUAGE --aios BINARY --base COMMITS_BACK --out SET.jsonl [--most 25] [--trees DIR]

One tree serves all questions of a repository: that of COMMITS_BACK commits before its head. A
commit after it counts where the functions that it changed stand there unchanged by then. Merges,
reverts, releases, dependency and format changes, and commits of more than 6 functions are no
questions.
"""

import argparse, json, os, re, subprocess

ap = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
for name in ("--mirror", "--repo", "--lang", "--aios", "--out"):
    ap.add_argument(name, required=True)
ap.add_argument("--base", type=int, default=300)
ap.add_argument("--most", type=int, default=25)
ap.add_argument("--trees", default="trees")
a = ap.parse_args()
git = lambda *x: subprocess.run(
    ["git", "-c", "safe.directory=*", "-C", a.mirror, *x],
    capture_output=True,
    text=True,
    errors="replace",
).stdout
ENDINGS = {
    "go": ".go",
    "python": ".py",
    "rust": ".rs",
    "c": (".c", ".h"),
    "java": (".java", ".kt"),
    "javascript": ".js",
    "typescript": (".ts", ".tsx"),
    "ruby": ".rb",
    "php": ".php",
}
log = git("log", "--first-parent", "--format=%H%x00%P%x00%B%x01", "-n", str(a.base)).split("\x01")
commits = [c.strip("\n").split("\x00") for c in log if c.count("\x00") == 2]
base = commits[-1][0]
tree = os.path.join(a.trees, a.repo.replace("/", "+") + "-" + base[:10])
if not os.path.exists(tree + "/.git/ready"):
    os.makedirs(tree, exist_ok=True)
    run = lambda *x: subprocess.run(["git", "-C", tree, *x], check=True, capture_output=True)
    run("init", "-q")
    open(tree + "/.git/objects/info/alternates", "w").write(
        os.path.realpath(a.mirror) + "/objects\n"
    )
    run("-c", "advice.detachedHead=false", "checkout", "-q", "-f", "--detach", base)
    open(tree + "/.git/ready", "w").close()
outlines = {}


def functions(path):
    """Innermost functions of a file of the base tree, by the server's own outline."""
    if path not in outlines:
        lines = subprocess.run(
            [
                a.aios,
                "symbols",
                "--root",
                tree,
                "--json",
                "--limit",
                "10000",
                os.path.join(tree, path),
            ],
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        rows = [json.loads(l) for l in lines if '"start_line"' in l]
        outlines[path] = [r for r in rows if r["kind"] in ("function", "method", "constructor")]
    return outlines[path]


kept = []
for commit, parents, message in reversed(commits[:-1]):
    if len(kept) >= a.most:
        break
    message = re.sub(
        r"(?m)^(Signed-off-by|Co-authored-by|Reviewed-by|Closes|Fixes|Refs?|Change-Id|PR-URL|Reviewed-By).*$",
        "",
        message,
    ).strip()
    title = message.split("\n")[0]
    if (
        " " in parents.strip()
        or len(title.split()) < 3
        or re.match(
            r"(?i)(merge|revert|release|bump|chore|docs?[:( ]|ci[:(]|build\(|style|test[:(]|tests[:(]|update (dep|change)|prepare|version)",
            title,
        )
    ):
        continue
    diff = git("diff", "-U0", "--no-renames", parents.strip(), commit)
    files, path, touched, plain = [], None, [], True
    for line in diff.split("\n"):
        if line.startswith("--- "):
            path = line[6:] if line.startswith("--- a/") else None
        hunk = re.match(r"@@ -(\d+)(?:,(\d+))? ", line)
        if (
            hunk
            and path
            and path.endswith(ENDINGS[a.lang])
            and not re.search(
                r"(?i)(^|/)(tests?|spec|__tests__|testdata|examples?|docs?)/|_test\.|\.test\.|test_|Test\.",
                path,
            )
        ):
            touched.append((path, int(hunk[1]), int(hunk[2] or 1)))
    if not touched or len({t[0] for t in touched}) > 4:
        continue
    gold = {}
    for path in {t[0] for t in touched}:
        # The lines count only where the file is as it was in the base.
        if (
            not git("diff", "--quiet", base, parents.strip(), "--", path)
            and subprocess.run(
                [
                    "git",
                    "-c",
                    "safe.directory=*",
                    "-C",
                    a.mirror,
                    "diff",
                    "--quiet",
                    base,
                    parents.strip(),
                    "--",
                    path,
                ]
            ).returncode
            == 0
        ):
            for _, start, n in (t for t in touched if t[0] == path):
                inside = [
                    f
                    for f in functions(path)
                    if f["start_line"] <= start + max(n, 1) - 1 and f["end_line"] >= start
                ]
                for f in inside:
                    if not any(
                        g is not f
                        and g["start_line"] >= f["start_line"]
                        and g["end_line"] <= f["end_line"]
                        for g in inside
                    ):
                        gold[(path, f["start_line"])] = {
                            "file": path,
                            "name": f["name"],
                            "start": f["start_line"],
                            "end": f["end_line"],
                        }
        else:
            plain = False
    if plain and 1 <= len(gold) <= 6:
        kept.append(
            {
                "id": a.repo.replace("/", "__") + "-" + commit[:10],
                "set": "commit",
                "split": "own",
                "repo": a.repo,
                "lang": a.lang,
                "commit": base,
                "fix_commit": commit,
                "query": message[:2000],
                "files": sorted({g["file"] for g in gold.values()}),
                "functions": list(gold.values()),
            }
        )
open(a.out, "w").write("".join(json.dumps(k) + "\n" for k in kept))
print(a.repo, len(kept), "questions at", base[:10])
