#!/usr/bin/env python3
"""Learn to tell what is to become of code (a commit's message) from what code does (a sentence of
its documentation, a question), and say how well on repositories and languages not learned from.

  kinds.py --mirrors DIR --sources DIR ... --questions FILE.jsonl.gz [--without OWNER+NAME ...] --out KINDS.rs

DIR of mirrors holds OWNER+NAME/repo, a bare mirror each: first lines of messages of commits.
DIR of sources holds FOLDER/PACKAGE with sources, as `embedding/fetch.py` leaves them: first
sentences of documentation. FILE holds questions, {"query": …} a line. What `--without` names is
looked at but not learned from. The model is a logistic one over the first word and a few signs that
`question.rs` knows by the same names; KINDS.rs is its table, in tenths. Needs numpy and scipy.
"""

import os

# Two threads wait for each other in busy loops: on a machine with other work one does forty times as much.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import argparse, collections, glob, gzip, json, os, random, re, subprocess
import numpy as np, scipy.sparse as sp
from scipy.optimize import minimize

ap = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
ap.add_argument("--mirrors", required=True)
ap.add_argument("--sources", nargs="+", required=True)
ap.add_argument("--questions", required=True)
ap.add_argument("--without", nargs="*", default=[])
ap.add_argument("--out", required=True)
ap.add_argument("--ridge", type=float, default=5e-5)
a = ap.parse_args()
rng = random.Random(4)
LANGUAGES = set(
    "c cpp csharp golang java javascript js nodejs php python python2 python3 ruby rust typescript swift kotlin scala bash".split()
)
SIGNS = [
    "ends in s",
    "ends in ing",
    "ends in ed",
    "question",
    "language",
    "identifier",
    "the",
    "a",
    "of",
    "full stop",
    "short",
    "base",
]
COMMITS, SENTENCES, WORDS_MIN, PLACES_MIN = 1200, 4000, 25, 4


def first_word(text):
    return re.split(r"[^\w]|_", text.strip(), maxsplit=1)[0].lower()


def signs(text):
    words = text.split()
    low = [w.strip(".,:;?!()`'\"").lower() for w in words]
    first = first_word(text)
    has_name = bool(re.search(r"`|\w_\w|[a-z][A-Z]|::|\(\)", text))
    return [
        n
        for n, it in zip(
            SIGNS,
            (
                first.endswith("s"),
                first.endswith("ing"),
                first.endswith("ed"),
                text.rstrip().endswith("?")
                or first in ("how", "what", "where", "which", "who", "why", "when"),
                any(w in LANGUAGES for w in low),
                has_name,
                "the" in low,
                "a" in low or "an" in low,
                "of" in low,
                text.rstrip().endswith("."),
                len(words) <= 6,
                True,
            ),
        )
        if it
    ]


def commits(mirror):
    log = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "-C",
            mirror,
            "log",
            "--no-merges",
            "--format=%s",
            "-n",
            str(COMMITS * 3),
        ],
        capture_output=True,
        text=True,
        errors="replace",
    ).stdout
    found = []
    for line in log.split("\n"):
        line = re.sub(r"\s*\(#?\d+\)\s*$|^\[[^\]]*\]\s*", "", line).strip()
        if len(line.split()) < 3 or re.match(
            r"(?i)(merge|revert|release|bump|prepare|version|v?\d)", line
        ):
            continue
        # A part before a colon says by itself what the rest is.
        part = re.match(r"^[\w ./,*()!-]{1,40}: +(.*)$", line)
        if part:
            line = part[1]
        if len(line.split()) >= 3:
            found.append(line)
    return list(dict.fromkeys(found))[:COMMITS]


def sentences(folder):
    """First sentences of documentation, by package."""
    res = collections.defaultdict(list)
    for package in sorted(os.listdir(folder)):
        files = [
            f
            for f in glob.glob(os.path.join(folder, package, "**", "*.*"), recursive=True)
            if os.path.isfile(f) and os.path.getsize(f) < 200_000
        ]
        rng.shuffle(files)
        for path in files[:12]:
            text = open(path, errors="replace").read()
            found = (
                re.findall(r'def \w+\([^)]*\)[^:\n]*:\s*r?"""\s*(.*?)(?:\n\s*\n|""")', text, re.S)
                if path.endswith(".py")
                else (
                    re.findall(r"((?:^\s*///? [^\n]*\n)+)\s*(?:pub |func |fn |async )", text, re.M)
                    if path.endswith((".rs", ".go"))
                    else (
                        re.findall(
                            r"/\*\*\s*(.*?)\*/\s*\n\s*(?:export|public|private|protected|static|function|async|\w+\s*\()",
                            text,
                            re.S,
                        )
                        if not path.endswith(".rb")
                        else re.findall(r"((?:^\s*# [^\n]*\n)+)\s*def ", text, re.M)
                    )
                )
            )
            for doc in rng.sample(found, min(len(found), 6)):
                doc = re.split(r"\n\s*\*?\s*\n|\n\s*\*?\s*@", doc)[0]
                doc = re.sub(r"(?m)^\s*(///?|\*|#)\s?", "", doc)
                doc = re.sub(r"\s+", " ", doc).strip()
                doc = re.split(r"(?<=[a-z)])\. ", doc)[0]
                if 3 <= len(doc.split()) <= 30 and "@" not in doc:
                    res[package].append(doc)
    return {p: s[:60] for p, s in res.items()}


rows = []  # text, is a change, group
for mirror in sorted(glob.glob(os.path.join(a.mirrors, "*", "repo"))):
    repo = os.path.basename(os.path.dirname(mirror))
    rows += [(t, 1, "repo " + repo) for t in commits(mirror)]
for folder in a.sources:
    by_package = sentences(folder)
    flat = [s for p in by_package for s in by_package[p]]
    rng.shuffle(flat)
    rows += [(t, 0, "docs " + os.path.basename(folder.rstrip("/"))) for t in flat[:SENTENCES]]
asked = [json.loads(l)["query"] for l in gzip.open(a.questions, "rt")]
asked = [q for q in asked if len(q.split()) >= 3]
# Who asks a search engine names the language, who asks about one project does not.
unnamed = [" ".join(w for w in q.split() if w.strip("?.,").lower() not in LANGUAGES) for q in asked]
rows += [(t, 0, f"questions {i % 5}") for i, t in enumerate(asked)]
rows += [(t, 0, f"questions {i % 5} unnamed") for i, t in enumerate(unnamed) if len(t.split()) >= 3]
print(collections.Counter(r[2] for r in rows))
kept_out = lambda group: any(w in group for w in a.without)
seen, places = collections.Counter(), collections.defaultdict(set)
for text, _, group in rows:
    if not kept_out(group):
        w = first_word(text)
        seen[w] += 1
        places[w].add(group)
words = sorted(w for w in seen if w and seen[w] >= WORDS_MIN and len(places[w]) >= PLACES_MIN)
columns = {n: i for i, n in enumerate(SIGNS + ["first " + w for w in words])}
X = sp.csr_matrix((np.ones(0), (np.zeros(0, int), np.zeros(0, int))), shape=(0, len(columns)))
ix = [
    [columns[s] for s in signs(t)]
    + ([columns["first " + first_word(t)]] if "first " + first_word(t) in columns else [])
    for t, _, _ in rows
]
X = sp.csr_matrix(
    (
        np.ones(sum(map(len, ix))),
        np.concatenate(ix),
        np.concatenate([[0], np.cumsum([len(r) for r in ix])]),
    ),
    shape=(len(rows), len(columns)),
)
y = np.array([r[1] for r in rows], float)
groups = np.array([r[2] for r in rows])
# Changes, documentation and questions weigh alike, and so do all repositories and languages.
kind = np.array([g.split()[0] for g in groups])
weight = np.zeros(len(rows))
for k, share in (("repo", 0.5), ("docs", 0.3), ("questions", 0.2)):
    mine = kind == k
    names = sorted({"questions" if k == "questions" else g for g in groups[mine]})
    for g in names:
        part = mine if k == "questions" else groups == g
        weight[part] = share / len(names) / part.sum()


def learn(use):
    w = weight * use
    w = w / w.sum()

    def loss(b):
        z = X @ b
        l = np.logaddexp(0, z) - y * z
        p = 1 / (1 + np.exp(-z))
        return (w * l).sum() + a.ridge * (b @ b), X.T @ (w * (p - y)) + 2 * a.ridge * b

    return minimize(
        loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B", options={"maxiter": 500}
    ).x


out = np.array([kept_out(g) for g in groups])
held = np.zeros(len(rows))
final = learn(~out)
held[out] = (X @ final)[out]
for g in sorted(set(groups[~out])):
    mine = groups == g
    held[mine] = X[mine] @ learn(
        ~out & ~np.array([h.startswith(g.removesuffix(" unnamed")) for h in groups])
    )
for g in sorted(set(groups)):
    mine = groups == g
    p = 1 / (1 + np.exp(-held[mine]))
    print(
        f"{g:<34}{mine.sum():>6}  held out: taken for a change {np.mean(p > .5):.3f}, below .25 {np.mean(p < .25):.3f}, above .75 {np.mean(p > .75):.3f}, mean {p.mean():.3f}"
    )
tenths = {n: int(round(10 * final[i])) for n, i in columns.items()}
with open(a.out, "w") as f:
    for n in SIGNS:
        f.write(f"// {n}: {tenths[n]}\n")
    kept = [w for w in words if tenths["first " + w]]
    f.write(
        f"const FIRST_WORDS: [(&str, i8); {len(kept)}] = [\n"
        + "".join(f'    ("{w}", {tenths["first " + w]}),\n' for w in kept)
        + "];\n"
    )
