#!/usr/bin/env python3
"""Learn what counts for sentences, and how likely a hit is right, on sets with one right file a question.

  sentences.py FEATURES.jsonl ... [--ridge 0.05]

FEATURES.jsonl come from features.rs; a set is what shares repository and language. Prints MRR@10 of
BM25 over bodies, of the weights now and of those learned from all other sets, then the weights
learned from all, and for the relevance what was told and how much of it was right, each set left
out in turn. The sum is the server's; it is learned by the softmax of the right hits with a ridge
towards the weights now. Needs numpy and scipy.
"""

import os

# Two threads wait for each other in busy loops: on a machine with other work one does forty times as much.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import argparse, json
import numpy as np
from scipy.optimize import minimize

# What the server weighs with now (`server/memory/src/feature.rs`).
NOW = {
    "body": 0.2,
    "name": 0.21,
    "doc": 0.3,
    "file": 0.33,
    "path": 0.3,
    "vector": 0.52,
    "file vector": 0.28,
    "exact name": 0.35,
    "share of the name": 0.1,
    "file in the question": 0.6,
    "line in the question": 0.6,
    "length": -0.04,
    "test": -0.8,
    "no definition": -0.2,
    "neighbours": 0.02,
    "history": 0.03,
    "past use": 0.1,
    "identifier in it": 0.0,
}
FEATURES = list(NOW)
NOW = np.array(list(NOW.values()))
# What these sets cannot tell: they have no tests, no history and name no files.
FREE = np.array(
    [
        f
        not in (
            "test",
            "file in the question",
            "line in the question",
            "neighbours",
            "history",
            "past use",
            "identifier in it",
        )
        for f in FEATURES
    ]
)
BOUNDS = [
    (None, 0) if f in ("test", "no definition") else (None, None) if f == "length" else (0, None)
    for f in FEATURES
]
SHARP, TOLD = 6.0, (0, 0.1, 0.2, 0.4, 0.6, 0.7, 1.001)
ap = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
ap.add_argument("features", nargs="+")
ap.add_argument("--ridge", type=float, default=0.05)
a = ap.parse_args()
sets = {}
for path in a.features:
    for line in open(path):
        q = json.loads(line)
        if q["hits"]:
            X = np.array([[h["values"].get(f, 0.0) for f in FEATURES] for h in q["hits"]])
            sets.setdefault(q["repo"], []).append(
                (X, np.array([h["gold_file"] is not False for h in q["hits"]]))
            )


def learn(parts):
    """Each of `parts` weighs alike."""

    def loss(w):
        total, grad = 0.0, np.zeros(len(w))
        for part in parts:
            part = [p for p in part if p[1].any()]
            for X, right in part:
                s = SHARP * (X @ w)
                e = np.exp(s - s.max())
                p = e / e.sum()
                mass = p[right].sum() + 1e-9
                total -= np.log(mass) / len(part) / len(parts)
                grad += SHARP * (X.T @ (p - np.where(right, p / mass, 0))) / len(part) / len(parts)
        d = w - NOW
        return total + a.ridge * SHARP * (d @ d), np.where(FREE, grad + 2 * a.ridge * SHARP * d, 0)

    return minimize(
        loss, NOW, jac=True, method="L-BFGS-B", bounds=BOUNDS, options={"maxiter": 100}
    ).x


def mrr(part, w):
    ranks = [np.flatnonzero(right[np.argsort(-(X @ w), kind="stable")[:10]]) for X, right in part]
    return np.mean([1 / (r[0] + 1) if len(r) else 0 for r in ranks])


def first_ten(part):
    """Of the first hits: one, the score, how far ahead of the best other, and whether it is right."""
    rows = []
    for X, right in part:
        s = X @ NOW
        order = np.argsort(-s, kind="stable")[:10]
        for k, i in enumerate(order):
            rows.append(
                (1, s[i], s[i] - s[order[min(1, len(order) - 1) if k == 0 else 0]], right[i])
            )
    return np.array(rows, float)


def curve(parts):
    X, y = np.vstack([p[:, :3] for p in parts]), np.concatenate([p[:, 3] for p in parts])
    w = np.concatenate([np.full(len(p), 1 / len(p) / len(parts)) for p in parts])
    return minimize(
        lambda b: (w * (np.logaddexp(0, X @ b) - y * (X @ b))).sum() + 1e-5 * b @ b, np.zeros(3)
    ).x


tens = {name: first_ten(part) for name, part in sets.items()}
for name, part in sets.items():
    others = [p for n, p in sets.items() if n != name]
    line = f"{name:<20}{len(part):>5} questions, body {mrr(part, np.eye(len(FEATURES))[0]):.3f}, now {mrr(part, NOW):.3f}"
    if others:
        line += f", left out {mrr(part, learn(others)):.3f}"
    print(line, flush=True)
    if others:
        p = 1 / (1 + np.exp(-tens[name][:, :3] @ curve([t for n, t in tens.items() if n != name])))
        print(
            "   told | right: "
            + ", ".join(
                f"{lo:.0%} | {tens[name][(p >= lo) & (p < hi), 3].mean():.0%} of {((p >= lo) & (p < hi)).sum()}"
                for lo, hi in zip(TOLD, TOLD[1:])
                if ((p >= lo) & (p < hi)).any()
            )
        )
print(
    "weights:", {f: round(float(v), 2) for f, v in zip(FEATURES, learn(list(sets.values()))) if v}
)
print("relevance: base, score, lead =", curve(list(tens.values())).round(2))
