#!/usr/bin/env python3
"""What the program's ranking gains, question by question, on two others.

  paired.py RESULTS.jsonl FEATURES.jsonl [--set commit]

RESULTS.jsonl is what `score_search.py --out` kept of the program's own answers. FEATURES.jsonl is
of the `features` example for the same questions, with 200 hits each: what every hit is made of.
Two rankings are replayed from it: `BM25 of functions`, their words alone, and `fields`, the sum that
was the best before anything was learned (body + .4 name + .3 path + .5 file + .2 documentation,
tests and what is no definition half as much).

Told are shares of what is right among the first, in percent: for all questions, by language, for
questions of fewer than 15 words, for those whose functions BM25 places after the hundredth, and for
those that share no word with the body or the name of any of them. Then the program's gain on each ranking, with the 95 % interval of 2,000
resamplings of the questions and how many are better and worse. Needs numpy.
"""

import argparse
import json

import numpy as np

from baselines import BASELINES

METRICS = ("file R@1", "file R@5", "file R@10", "func R@5", "func R@10")
SHORT_WORDS, FAR = 15, 100


def replayed(question, weights):
    """The metrics of a question whose hits are ordered by `weights`."""

    def score(hit):
        return sum(weights.get(name, 0.0) * value for name, value in hit["values"].items())

    hits = sorted(question["hits"], key=score, reverse=True)
    right = {hit["file"] for hit in hits if hit["gold_file"] is not False}
    files, gold = list(dict.fromkeys(hit["file"] for hit in hits)), [set(h["gold"]) for h in hits]
    res = [len(right & set(files[:k])) / max(question["n_files"], 1) for k in (1, 5, 10)]
    return res + [len(set().union(*gold[:k])) / max(question["n_functions"], 1) for k in (5, 10)]


def shares_words(question):
    right = [hit["values"] for hit in question["hits"] if hit["gold"]]
    return any(0 < it.get("body", 0) or 0 < it.get("name", 0) for it in right)


def is_far(question):
    """Whether BM25 places no right function among the first hundred."""
    order = sorted(question["hits"], key=lambda it: it["values"].get("body", 0.0), reverse=True)
    return not any(hit["gold"] and 0 < hit["values"].get("body", 0.0) for hit in order[:FAR])


def tell(title, ids, found):
    if not ids:
        return
    print(f"\n{title} ({len(ids)})".ljust(42) + "".join(f"{it:>11}" for it in METRICS))
    for ranking, by_id in found.items():
        means = np.mean([by_id[it] for it in ids], axis=0)
        print(f"  {ranking:<39}" + "".join(f"{100 * it:>11.1f}" for it in means))
    for ranking in BASELINES:
        apart = np.array([np.subtract(found["program"][it], found[ranking][it]) for it in ids])
        print(f"  program against {ranking}:  " + "  ".join(map(gain, METRICS, apart.T)))


def gain(metric, apart):
    dice, n = np.random.default_rng(1), len(apart)
    means = [apart[dice.integers(0, n, n)].mean() for _ in range(2000)]
    low, high = 100 * np.percentile(means, (2.5, 97.5))
    better, worse = int((0 < apart).sum()), int((apart < 0).sum())
    return f"{metric} {100 * apart.mean():+.1f} [{low:+.1f}, {high:+.1f}] {better}:{worse}"


def main():
    ap = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ap.add_argument("results")
    ap.add_argument("features")
    ap.add_argument("--set", default="commit")
    a = ap.parse_args()
    results = {it["id"]: it for it in map(json.loads, open(a.results)) if it["set"] == a.set}
    questions = {it["id"]: it for it in map(json.loads, open(a.features)) if it["id"] in results}
    if missing := results.keys() - questions.keys():
        print(f"{len(missing)} questions of the results have no features and are left out")
    found = {
        name: {i: replayed(q, w) for i, q in questions.items()} for name, w in BASELINES.items()
    }
    found["program"] = {i: [results[i]["s"].get(it, 0.0) for it in METRICS] for i in questions}
    ids = sorted(questions)
    tell("all", ids, found)
    for lang in sorted({questions[it]["lang"] for it in ids}):
        tell(lang, [it for it in ids if questions[it]["lang"] == lang], found)
    short = [it for it in ids if questions[it]["words"] < SHORT_WORDS]
    tell(f"fewer than {SHORT_WORDS} words", short, found)
    far = [it for it in ids if is_far(questions[it])]
    tell(f"no function among BM25's first {FAR}", far, found)
    tell("no word in common", [it for it in ids if not shares_words(questions[it])], found)


main()
