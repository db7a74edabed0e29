#!/usr/bin/env python3
"""Learn how much each feature counts, and say what that is worth on repositories it was not learned on.

  learn.py FEATURES.jsonl ... [--ridge 0.02] [--own 0.5] [--out WEIGHTS.json]

FEATURES.jsonl comes from collect.py. The model is the server's: a sum of weights times values. It
is learned by the softmax of the right hits among all of a question (functions), and of the best hit
of each file (files), with a ridge towards the weights the server has now. Every figure under
"held out" is of a repository left out of the learning; paired differences are told with a 95 %
interval from 2,000 resamplings of the questions. Needs numpy and scipy.
"""

import argparse, collections, json
import numpy as np
from scipy.optimize import minimize

from baselines import BASELINES

# What the server weighs with now (`server/memory/src/feature.rs`).
NOW = {
    "body": 0.64,
    "name": 0.46,
    "doc": 0.0,
    "file": 0.49,
    "path": 0.57,
    "vector": 0.04,
    "file vector": 0.08,
    "exact name": 0.12,
    "share of the name": 0.12,
    "file in the question": 0.6,
    "line in the question": 0.6,
    "length": 0.1,
    "test": -0.8,
    "no definition": -0.8,
    "neighbours": 0.02,
    "history": 0.03,
    "past use": 0.1,
    "identifier in it": 0.0,
}
FEATURES = list(NOW)
FIXED = {"past use", "file in the question", "line in the question", "identifier in it"}
RANKINGS = {
    **BASELINES,
    "without vectors": {k: v for k, v in NOW.items() if "vector" not in k},
    "before": NOW,
}
ap = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
ap.add_argument("features", nargs="+")
ap.add_argument("--ridge", type=float, default=0.02)
ap.add_argument("--file-share", type=float, default=0.5)
ap.add_argument("--out")
ap.add_argument(
    "--without", nargs="*", default=[], help="features that are not learned but count nothing"
)
a = ap.parse_args()
vector = lambda w: np.array([w.get(f, 0.0) for f in FEATURES])


class Question:
    def __init__(self, row):
        hits = row["hits"]
        self.id, self.repo, self.lang, self.words = (
            row["id"],
            row["repo"],
            row["lang"],
            row["words"],
        )
        self.n_files, self.n_functions = row["n_files"], row["n_functions"]
        self.X = (
            np.array([vector(h["values"]) for h in hits]) if hits else np.zeros((0, len(FEATURES)))
        )
        self.gold = [set(h["gold"]) for h in hits]
        names = {}
        self.file = np.array([names.setdefault(h["file"], len(names)) for h in hits], int)
        self.gold_files = {names[h["file"]] for h in hits if h["gold_file"] is not False}
        self.right = np.array([bool(g) for g in self.gold])
        self.right_file = np.array([f in self.gold_files for f in self.file])

    def score(self, w):
        order = np.argsort(-(self.X @ w), kind="stable")
        files = list(dict.fromkeys(self.file[order]))
        res = {}
        for k in (1, 5, 10):
            res[f"file R@{k}"] = len(self.gold_files & set(files[:k])) / self.n_files
        for k in (5, 10, 20):
            res[f"func R@{k}"] = len(set().union(*(self.gold[i] for i in order[:k]))) / max(
                self.n_functions, 1
            )
        return res


def softmax_loss(s, right, X):
    e = np.exp(s - s.max())
    p = e / e.sum()
    mass = p[right].sum() + 1e-9
    q = np.where(right, p / mass, 0)
    return -np.log(mass), X.T @ (p - q)


def learn(questions):
    start = vector(NOW)
    free = np.array([f not in FIXED and f not in a.without for f in FEATURES])

    def loss(w):
        total, grad = 0.0, np.zeros(len(w))
        for q in questions:
            if len(q.X) == 0:
                continue
            s = SHARP * (q.X @ w)
            if q.right.any():
                l, g = softmax_loss(s, q.right, SHARP * q.X)
                total += (1 - a.file_share) * l
                grad += (1 - a.file_share) * g
            if q.right_file.any():
                best = {}
                for i in np.argsort(s):
                    best[q.file[i]] = i
                ix = np.array(list(best.values()))
                l, g = softmax_loss(s[ix], q.right_file[ix], SHARP * q.X[ix])
                total += a.file_share * l
                grad += a.file_share * g
        n = max(len(questions), 1)
        d = w - start
        return total / n + a.ridge * SHARP * (d @ d), np.where(
            free, grad / n + 2 * a.ridge * SHARP * d, 0
        )

    bounds = [
        (
            (None, 0)
            if f in ("test", "no definition")
            else (None, None) if f == "length" else (0, None)
        )
        for f in FEATURES
    ]
    return minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200}
    ).x


SHARP = 6.0
questions = [Question(json.loads(l)) for p in a.features for l in open(p)]
repos = sorted({q.repo for q in questions})
held = {}
for repo in repos:
    w = learn([q for q in questions if q.repo != repo])
    for q in questions:
        if q.repo == repo:
            held[q.id] = q.score(w)
results = {name: {q.id: q.score(vector(w)) for q in questions} for name, w in RANKINGS.items()}
results["held out"] = held
final = learn(questions)
results["(fitted)"] = {q.id: q.score(final) for q in questions}
METRICS = list(next(iter(held.values())))


def table(title, of):
    if not of:
        return
    print(f"\n{title} ({len(of)})".ljust(34) + "".join(f"{m:>11}" for m in METRICS))
    for name, rows in results.items():
        print(
            f"  {name:<31}"
            + "".join(f"{100 * np.mean([rows[q.id][m] for q in of]):>11.1f}" for m in METRICS)
        )


table("all", questions)
for repo in repos:
    table(repo, [q for q in questions if q.repo == repo])
table("fewer than 15 words", [q for q in questions if q.words < 15])
table(
    "no word in common",
    [
        q
        for q in questions
        if not any((q.X[i, 0] > 0 or q.X[i, 1] > 0) for i in range(len(q.X)) if q.right[i])
    ],
)
rng = np.random.default_rng(1)
for other in ("BM25 of functions", "fields", "without vectors", "before"):
    print(f"\nheld out against {other}, paired:")
    for m in ("file R@5", "file R@10", "func R@10"):
        d = np.array([held[q.id][m] - results[other][q.id][m] for q in questions])
        boot = [d[rng.integers(0, len(d), len(d))].mean() for _ in range(2000)]
        print(
            f"  {m:<10} {100 * d.mean():+6.1f}  95 % [{100 * np.percentile(boot, 2.5):+.1f}, {100 * np.percentile(boot, 97.5):+.1f}]  better {int((d > 0).sum())}, worse {int((d < 0).sum())}"
        )
print("\nweights:", {f: round(float(v), 3) for f, v in zip(FEATURES, final)})
# The relevance: how likely a hit among the first ten is right, by its score and its cosine.
rows = [json.loads(l) for p in a.features for l in open(p)]
F, y = [], []
for q, row in zip(questions, rows):
    if len(q.X) == 0:
        continue
    s = q.X @ final
    for i in np.argsort(-s)[:10]:
        F.append((1, s[i], max(row["hits"][i]["cosine"] or 0, 0)))
        y.append(bool(q.gold[i]))
F, y = np.array(F), np.array(y, float)
nll = lambda b: (np.logaddexp(0, F @ b) - y * (F @ b)).mean() + 1e-4 * b @ b
b = minimize(nll, np.zeros(3)).x
p = 1 / (1 + np.exp(-F @ b))
print("relevance: base, score, cosine =", np.round(b, 2))
for lo, hi in ((0, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 1)):
    ix = (p >= lo) & (p < hi)
    if ix.any():
        print(f"  told {lo:.0%} to {hi:.0%}: {ix.sum()} hits, right {y[ix].mean():.0%}")
if a.out:
    json.dump(dict(zip(FEATURES, map(float, final))), open(a.out, "w"), indent=1)
