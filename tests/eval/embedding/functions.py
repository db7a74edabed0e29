#!/usr/bin/env python3
"""The held-out functions of a training set as a search evaluation: each function without its
documentation is a file, some sentences ask.

  functions.py SET.pkl OUT [questions=60]     writes OUT.docs.jsonl.gz and OUT.queries.jsonl.gz

Functions are of packages that the model was not trained on.
"""
import collections
import gzip
import json
import pickle
import random
import sys


def main():
    held = pickle.load(open(sys.argv[1], "rb"))["held"]
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    rng, by_lang = random.Random(3), collections.defaultdict(list)
    for n, (lang, _, _, sentence, code) in enumerate(held):
        by_lang[lang].append((f"{lang}-{n}", sentence, code))
    with (
        gzip.open(sys.argv[2] + ".docs.jsonl.gz", "wt") as docs,
        gzip.open(sys.argv[2] + ".queries.jsonl.gz", "wt") as queries,
    ):
        for lang, rows in sorted(by_lang.items()):
            for id, _, code in rows:
                print(json.dumps({"id": id, "lang": lang, "text": code}), file=docs)
            for id, sentence, _ in rng.sample(rows, min(most, len(rows))):
                asked = {"id": "q" + id, "lang": lang, "query": sentence, "rel": [id]}
                print(json.dumps(asked), file=queries)
            print(lang, len(rows), "functions")


main()
