#!/usr/bin/env python3
"""How well a model finds code by what is said of it, alone and in the server's own ranking.

  measure.py SET.pkl MODEL.cemb [MODEL.cemb ...] [--features BINARY --work DIR]
             [--cosqa DIR] [--commits SET.jsonl --trees DIR]
             [--questions 300] [--functions 2000] [--languages go,rust] [--keep DIR]

SET.pkl comes from prepare.py. What it holds out are functions of packages that nothing was
trained on; each without its documentation is a file, and first sentences of some ask among those
of their language. Told is MRR@10 of full text (`BM25`), of each model `alone` and of both `half`
and half.

BINARY is the `features` example of the memory crate: with it the server's ranking is asked, too,
in process, with each model (`served`); DIR keeps what it needs. `--cosqa` names the folder of
CoSQA's 500 questions, `--commits` labelled commits, whose checkouts lie in `--trees`. `--keep`
leaves in DIR what the server's hits were made of, for `ranking/sentences.py`.

The last model is compared with full text, with the first model alone and, where there are
several, with the first model in the same place: paired by question, with the 95 % interval of
1,000 resamplings. Needs numpy and scipy.
"""
import os

# Two threads wait for each other in busy loops: beside other work one does forty times as much.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import argparse
import collections
import gzip
import json
import pathlib
import pickle
import random
import re
import shutil
import struct
import subprocess

import numpy as np
import scipy.sparse as sp

from words import pieces, words

# Words of a text that a model reads.
WORDS_MAX = 512
NAME = re.compile(r"\w+")
ENDINGS = {
    "python": "py", "javascript": "js", "typescript": "ts", "go": "go", "rust": "rs",
    "java": "java", "php": "php", "ruby": "rb", "c": "c", "cpp": "cpp", "csharp": "cs",
}
# What the server is asked for. Files after the tenth count nothing.
HITS = 50
RECALLS = ("file R@1", "file R@5", "file R@10", "function R@5", "function R@10")


class Model:
    """A static embedding as the server reads it."""

    def __init__(self, path):
        raw = open(path, "rb").read()
        n, dims = struct.unpack("<II", raw[6:14])
        at = 14 + 4 * n
        scale = np.frombuffer(raw[14:at], "<f4")
        rows = np.frombuffer(raw[at : at + n * dims], np.int8).reshape(n, dims)
        self.path = str(path)
        self.rows = rows.astype(np.float32) * scale[:, None]
        self.index = {w: i for i, w in enumerate(raw[at + n * dims :].decode().split("\n"))}
        self.known = {}

    def vectors(self, texts):
        rows, columns, values = [], [], []
        for n, text in enumerate(texts):
            ids = (i for w in words(text, WORDS_MAX) for i in pieces(w, self.index, self.known))
            count = collections.Counter(ids)
            rows += [n] * len(count)
            columns += count
            values += [1 + np.log(c) for c in count.values()]
        values = np.array(values, np.float32)
        found = sp.csr_matrix((values, (rows, columns)), (len(texts), len(self.rows))) @ self.rows
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


def stem(word):
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    return word.rstrip("ey") if len(word) > 3 else word


def terms(text):
    """Words of a text: names cut where their case changes, and whole, too."""
    res = []
    for name in NAME.findall(text):
        parts = words(name, None)
        res += map(stem, parts)
        if len(parts) > 1:
            res.append("".join(parts))
    return res


def bm25(texts, questions, k1=1.2, b=0.5):
    index, rows, columns, values, lengths = {}, [], [], [], []
    for n, text in enumerate(texts):
        count = collections.Counter(terms(text))
        lengths.append(sum(count.values()))
        for word, times in count.items():
            rows.append(n)
            columns.append(index.setdefault(word, len(index)))
            values.append(times)
    values, lengths = np.array(values, np.float32), np.array(lengths, np.float32)
    norm = k1 * (1 - b + b * lengths / lengths.mean())
    df = np.bincount(columns, minlength=len(index))
    idf = np.log(1 + (len(texts) - df + 0.5) / (df + 0.5)).astype(np.float32)
    scores = values * (k1 + 1) / (values + norm[np.array(rows)]) * idf[columns]
    weight = sp.csr_matrix((scores, (rows, columns)), (len(texts), len(index)))
    asked = [(n, index[w]) for n, q in enumerate(questions) for w in set(terms(q)) if w in index]
    ones = np.ones(len(asked), np.float32)
    asked = sp.csr_matrix((ones, tuple(zip(*asked))), (len(questions), len(index)))
    return np.asarray((asked @ weight.T).todense())


def scaled(scores):
    """Each row from 1 for the best to 0 for the hundredth."""
    top = -np.sort(-scores, axis=1)
    best, last = top[:, :1], top[:, min(99, scores.shape[1] - 1)][:, None]
    return np.maximum((scores - last) / np.maximum(best - last, 1e-6), 0)


def reciprocal(scores, right):
    rank = (scores > scores[np.arange(len(right)), right][:, None]).sum(1)
    return np.where(rank < 10, 1 / (rank + 1), 0)


class Server:
    """The server's ranking, in process, with any model."""

    def __init__(self, binary, work, keep):
        self.binary, self.keep = os.path.realpath(binary), keep and pathlib.Path(keep)
        self.work = pathlib.Path(work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)

    def tree(self, name, lang, codes):
        """`codes` as files; their index is forgotten where it is of others."""
        folder = self.work / "trees" / f"{name}-0000000000"
        texts = {}
        for n, code in enumerate(codes):
            head = "<?php\n" if lang == "php" and not code.startswith("<?") else ""
            texts[f"{n}.{ENDINGS[lang]}"] = head + code + "\n"
        known = folder.exists() and {p.name: p.read_text() for p in folder.iterdir()}
        if known != texts:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(self.work / "index" / folder.name, ignore_errors=True)
            folder.mkdir(parents=True)
            for file, text in texts.items():
                (folder / file).write_text(text)
        return list(texts)

    def answers(self, model, set_file, trees=None):
        """What it answers to the questions of a set, by their ids."""
        out = self.work / "answers.jsonl"
        folders = [trees or self.work / "trees", self.work / "index"]
        command = [self.binary, model.path, *folders, str(HITS), out, set_file]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        if self.keep:
            self.keep.mkdir(exist_ok=True)
            shutil.copy(out, self.keep / f"{pathlib.Path(set_file).stem}.jsonl")
        return {answer["id"]: answer for answer in map(json.loads, open(out))}

    def reciprocal(self, model, name, lang, codes, questions, right):
        """One over the place of the right file among the first ten, for each question."""
        files = self.tree(name, lang, codes)
        set_file = self.work / f"{name}.jsonl"
        with open(set_file, "w") as out:
            for n, (question, wanted) in enumerate(zip(questions, right)):
                row = {"id": str(n), "set": name, "repo": name, "lang": lang, "commit": "0" * 10}
                row |= {"query": question, "files": [files[wanted]], "functions": []}
                print(json.dumps(row), file=out)
        answers = self.answers(model, set_file)
        return np.array([one_over(answers[str(n)]) for n in range(len(questions))])


def files_of(answer):
    """The files of an answer in their order, and those that are right."""
    right = {h["file"] for h in answer["hits"] if h["gold_file"] is not False}
    return list(dict.fromkeys(h["file"] for h in answer["hits"])), right


def one_over(answer):
    files, right = files_of(answer)
    return next((1 / (n + 1) for n, file in enumerate(files[:10]) if file in right), 0.0)


def recalls(answer):
    files, right = files_of(answer)
    gold = [set(hit["gold"]) for hit in answer["hits"]]
    of_files = [len(right & set(files[:k])) / max(answer["n_files"], 1) for k in (1, 5, 10)]
    found = [len(set().union(*gold[:k])) / max(answer["n_functions"], 1) for k in (5, 10)]
    return of_files + found


def interval(differences):
    dice, n = np.random.default_rng(5), len(differences)
    means = [differences[dice.integers(0, n, n)].mean() for _ in range(1000)]
    low, high = np.percentile(means, (2.5, 97.5))
    return f"{differences.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def measured(models, server, asked):
    """Reciprocal places of each way to find, by its name."""
    _, _, codes, questions, right = asked
    right, lexical = np.array(right), bm25(codes, questions)
    res = {"BM25": reciprocal(lexical, right)}
    for n, model in enumerate(models, 1):
        near = model.vectors(questions) @ model.vectors(codes).T
        res[f"alone {n}"] = reciprocal(near, right)
        res[f"half {n}"] = reciprocal(scaled(lexical) + scaled(near), right)
        if server:
            res[f"served {n}"] = server.reciprocal(model, *asked)
    return res


def tell(name, n_functions, res):
    last = list(res)[-1]
    others = ["BM25", "alone 1"]
    if (first := last.split()[0] + " 1") != last:
        others.append(first)
    told = "  ".join(f"{way} {found.mean():.3f}" for way, found in res.items())
    against = ", ".join(f"{it} {interval(res[last] - res[it])}" for it in others)
    n_asked = len(res["BM25"])
    print(f"{name:<12}{n_functions:>6}{n_asked:>6}  {told}   {last} against {against}", flush=True)


def tell_held_out(a, models, server):
    by_lang, totals = collections.defaultdict(list), collections.defaultdict(list)
    for lang, _, _, sentence, code in pickle.load(open(a.set, "rb"))["held"]:
        by_lang[lang].append((sentence, code))
    rng, n_functions = random.Random(5), 0
    for lang, pairs in sorted(by_lang.items()):
        pairs = rng.sample(pairs, min(a.functions, len(pairs)))
        right = sorted(rng.sample(range(len(pairs)), min(a.questions, len(pairs))))
        if a.languages and lang not in a.languages.split(","):
            continue
        codes, questions = [code for _, code in pairs], [pairs[it][0] for it in right]
        res = measured(models, server, (f"held-{lang}", lang, codes, questions, right))
        tell(lang, len(pairs), res)
        n_functions += len(pairs)
        for way, found in res.items():
            totals[way].append(found)
    if totals:
        tell("all", n_functions, {way: np.concatenate(it) for way, it in totals.items()})


def tell_cosqa(folder, models, server):
    def read(name):
        return [json.loads(line) for line in gzip.open(os.path.join(folder, name), "rt")]

    docs, asked = read("cosqa.docs.jsonl.gz"), read("cosqa-dev.queries.jsonl.gz")
    place = {doc["id"]: n for n, doc in enumerate(docs)}
    codes, questions = [doc["text"] for doc in docs], [it["query"] for it in asked]
    right = [place[it["rel"][0]] for it in asked]
    tell("CoSQA", len(docs), measured(models, server, ("cosqa", "python", codes, questions, right)))


def tell_commits(path, trees, models, server):
    """Recall of the files and functions that labelled commits changed."""
    trees = os.path.realpath(trees)
    rows = [json.loads(line) for line in open(path)]
    kept = server.work / "commits.jsonl"
    with open(kept, "w") as out:
        for row in rows:
            tree = f"{row['repo'].replace('/', '+')}-{row['commit'][:10]}"
            if row["set"] == "commit" and os.path.isdir(os.path.join(trees, tree)):
                print(json.dumps(row), file=out)
    found = []
    for model in models:
        answers = server.answers(model, kept, trees)
        found.append(np.array([recalls(answer) for _, answer in sorted(answers.items())]))
        means = ", ".join(f"{it} {100 * v:.1f}" for it, v in zip(RECALLS, found[-1].mean(0)))
        print(f"commits of {os.path.basename(model.path)} ({len(answers)}): {means}", flush=True)
    if len(models) > 1:
        apart = 100 * (found[-1] - found[0])
        told = ", ".join(f"{it} {interval(apart[:, n])}" for n, it in enumerate(RECALLS))
        print(f"  last against first: {told}", flush=True)


def main():
    ap = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ap.add_argument("set")
    ap.add_argument("models", nargs="+")
    ap.add_argument("--questions", type=int, default=300)
    ap.add_argument("--functions", type=int, default=2000)
    for name in ("features", "work", "cosqa", "commits", "trees", "languages", "keep"):
        ap.add_argument("--" + name)
    a = ap.parse_args()
    if a.features and not a.work:
        ap.error("--features wants a folder: --work")
    models = [Model(path) for path in a.models]
    for n, model in enumerate(models, 1):
        print(f"model {n}: {model.path}")
    server = Server(a.features, a.work, a.keep) if a.features else None
    print("language".ljust(12) + "  func asked  MRR@10")
    tell_held_out(a, models, server)
    if a.cosqa:
        tell_cosqa(a.cosqa, models, server)
    if a.commits and server:
        tell_commits(a.commits, a.trees, models, server)


main()
