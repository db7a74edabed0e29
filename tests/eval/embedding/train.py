#!/usr/bin/env python3
"""Train the static embedding: contrastive, in-batch, with the names of functions dropped.

  train.py SET.pkl INIT.npy OUT.npz [epochs=8] [batch=1536] [minutes=30] [rate=0.012] [heat=0.05]

A text is the sum of (1 + ln count) · row over its word pieces, scaled to length one. A function
counts the words of its name two more times, as the server embeds it, or leaves them out. The loss pulls
a sentence to its function and pushes it from all others of the batch, and the same the other way
round. Negatives are hard because of how a batch is drawn: in runs of functions of one package whose
words are near (`runs_of_near`); and every second batch is of one language.

Minutes are CPU minutes. Needs numpy and scipy.
"""
import os

# Two threads wait for each other in busy loops: beside other work one does forty times as much.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import collections
import pickle
import sys
import time

import numpy as np
import scipy.sparse as sp

from words import pieces

DIMS = 256
# Shares of what a training example leaves out, so that no single word carries the meaning.
DROP_NAME, DROP_WORD = 0.4, 0.1
# Share of examples whose question is the function's name and not its sentence.
NAME_AS_QUESTION = 0.1
# Functions of one package that stand in a batch together.
RUN = 16
WARM_UP_STEPS = 30


class Examples:
    """The training pairs as counted word pieces: three rows (ids, counts) an example."""

    def __init__(self, pairs, vocabulary):
        index = {word: i for i, word in enumerate(vocabulary)}
        known = {}
        self.n_words = len(vocabulary)
        self.rows, self.package = [], []
        for lang, package, name, sentence, code in pairs:
            question, function, title = (counted(it, index, known) for it in (sentence, code, name))
            if len(question[0]) >= 2 and len(function[0]) >= 4:
                self.rows.append((question, function, title))
                self.package.append((lang, package))

    def __len__(self):
        return len(self.rows)

    def matrix(self, rows):
        """One sparse row of word weights a text."""
        starts = np.concatenate([[0], np.cumsum([len(ids) for ids, _ in rows])])
        ids = np.concatenate([ids for ids, _ in rows])
        weights = 1 + np.log(np.concatenate([counts for _, counts in rows]))
        return sp.csr_matrix((weights, ids, starts), shape=(len(rows), self.n_words))

    def rarity(self):
        """How much each word says before training: the log of how rare it is, mean one."""
        seen = np.ones(self.n_words)
        for question, function, _ in self.rows:
            seen[function[0]] += 1
            seen[question[0]] += 1
        weight = np.log(1 + 2 * len(self) / seen)
        return (weight / weight.mean())[:, None].astype(np.float32)


def counted(words, index, known):
    ids = [i for word in words for i in pieces(word, index, known)]
    ids, counts = np.unique(np.array(ids, np.int32), return_counts=True)
    return ids, counts.astype(np.float32)


class Batches:
    """Draws batches: all examples once an epoch, in runs of near functions of one package."""

    def __init__(self, examples, vectors, size, rng):
        self.size, self.rng, self.plan = size, rng, []
        self.by_package = collections.defaultdict(list)
        for i, package in enumerate(examples.package):
            self.by_package[package].append(i)
        # Sixty-four components are enough to tell what is near.
        parts = [
            examples.matrix([code for _, code, _ in examples.rows[at : at + 4096]]) @ vectors
            for at in range(0, len(examples), 4096)
        ]
        self.first = unit(np.vstack(parts))[0][:, :64].copy()

    def draw(self):
        if not self.plan:
            self.plan = self.epoch()
        return self.plan.pop()

    def epoch(self):
        runs = collections.defaultdict(list)
        for (lang, _), members in self.by_package.items():
            runs[lang] += self.runs_of_near(np.array(members))
        mixed, batches = [], []
        for lang in sorted(runs):
            mine = self.shuffled(runs[lang])
            half = len(mine) // 2
            alone = np.concatenate(mine[:half]) if half else np.zeros(0, int)
            whole = len(alone) // self.size * self.size
            batches += self.cut(alone[:whole])
            mixed += mine[half:] + ([alone[whole:]] if whole < len(alone) else [])
        batches += self.cut(np.concatenate(self.shuffled(mixed)))
        return self.shuffled(batches)

    def runs_of_near(self, members):
        """Halves a package along random directions of its functions' first vectors."""
        if len(members) <= RUN:
            return [members]
        direction = self.rng.standard_normal(self.first.shape[1]).astype(np.float32)
        at = np.argsort(self.first[members] @ direction)
        half = len(at) // 2
        return self.runs_of_near(members[at[:half]]) + self.runs_of_near(members[at[half:]])

    def cut(self, flat):
        whole = len(flat) // self.size * self.size
        return [flat[at : at + self.size] for at in range(0, whole, self.size)]

    def shuffled(self, them):
        return [them[i] for i in self.rng.permutation(len(them))]


def unit(vectors):
    """The rows at length one, and their lengths."""
    length = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return vectors / length, length


def thinned(row, rng, without=None):
    """The row without some of its words, unless too few are left."""
    ids, counts = row
    keep = rng.random(len(ids)) >= DROP_WORD
    if without is not None:
        keep &= ~np.isin(ids, without)
    return (ids[keep], counts[keep]) if keep.sum() >= 3 else row


def titled(code, name):
    """The code with its name's words two more times, as the server embeds it."""
    ids = np.concatenate([code[0], name[0]])
    counts = np.concatenate([code[1], 2 * name[1]])
    ids, place = np.unique(ids, return_inverse=True)
    return ids, np.bincount(place, counts).astype(np.float32)


def texts_of(examples, batch, rng):
    """The batch's questions and codes, thinned anew each time."""
    questions, codes = [], []
    for i in batch:
        question, code, name = examples.rows[i]
        if len(name[0]) >= 3 and rng.random() < NAME_AS_QUESTION:
            questions.append(name)
            codes.append(thinned(code, rng, name[0]))
        else:
            questions.append(thinned(question, rng))
            is_named = rng.random() >= DROP_NAME
            without = None if is_named else name[0]
            code = thinned(code, rng, without)
            codes.append(titled(code, name) if is_named else code)
    return examples.matrix(questions), examples.matrix(codes)


def gradient(vectors, questions, codes, heat):
    """Loss of a batch, the rows that it touches and their gradient.

    Softmax over all codes for each question and over all questions for each code (InfoNCE).
    """
    (u, u_length), (w, w_length) = unit(questions @ vectors), unit(codes @ vectors)
    scores = (u @ w.T) / heat
    to_code = np.exp(scores - scores.max(1, keepdims=True))
    to_code /= to_code.sum(1, keepdims=True)
    to_question = np.exp(scores - scores.max(0, keepdims=True))
    to_question /= to_question.sum(0, keepdims=True)
    loss = -np.log(np.maximum(np.diag(to_code), 1e-9)).mean()
    pull = (to_code + to_question) * (0.5 / heat)
    pull[np.arange(len(u)), np.arange(len(u))] -= 1 / heat
    du, dw = pull @ w, pull.T @ u
    # Only what turns a vector counts, not what lengthens it.
    du = (du - (du * u).sum(1, keepdims=True) * u) / u_length
    dw = (dw - (dw * w).sum(1, keepdims=True) * w) / w_length
    texts = sp.vstack([questions, codes]).tocsc()
    rows = np.flatnonzero(np.diff(texts.indptr))
    return loss, rows, (texts[:, rows].T @ np.vstack([du, dw])).astype(np.float32)


class Adam:
    """Adam over the touched rows alone, with a rate that warms up and falls along a cosine."""

    def __init__(self, vectors, rate):
        self.vectors, self.rate, self.n_steps = vectors, rate, 0
        self.mean, self.square = np.zeros_like(vectors), np.zeros_like(vectors)

    def step(self, rows, gradient, done):
        self.n_steps += 1
        warm = min(1, self.n_steps / WARM_UP_STEPS)
        rate = self.rate * warm * (0.5 * (1 + np.cos(np.pi * min(1, done))) + 0.02)
        self.mean[rows] = 0.9 * self.mean[rows] + 0.1 * gradient
        self.square[rows] = 0.99 * self.square[rows] + 0.01 * gradient * gradient
        mean = self.mean[rows] / (1 - 0.9 ** min(self.n_steps, 200))
        square = self.square[rows] / (1 - 0.99 ** min(self.n_steps, 2000))
        self.vectors[rows] -= rate * mean / (np.sqrt(square) + 1e-8)


def save(path, vectors, vocabulary):
    np.savez(path, E=vectors.astype(np.float16), words=np.array(vocabulary))


def main():
    given = dict(it.split("=") for it in sys.argv[4:])
    n_epochs, size = float(given.get("epochs", 8)), int(given.get("batch", 1536))
    seconds, heat = 60 * float(given.get("minutes", 30)), float(given.get("heat", 0.05))
    rng = np.random.default_rng(7)
    data = pickle.load(open(sys.argv[1], "rb"))
    vocabulary = data["vocabulary"]
    examples = Examples(data.pop("train"), vocabulary)
    vectors = unit(np.load(sys.argv[2])[:, :DIMS].astype(np.float32))[0] * examples.rarity()
    batches = Batches(examples, vectors, size, rng)
    adam = Adam(vectors, float(given.get("rate", 0.012)))
    total = int(n_epochs * len(examples) / size)
    print(len(examples), "pairs,", len(batches.by_package), "packages,", total, "steps", flush=True)
    while adam.n_steps < total and time.process_time() < seconds:
        questions, codes = texts_of(examples, batches.draw(), rng)
        loss, rows, change = gradient(vectors, questions, codes, heat)
        adam.step(rows, change, max((adam.n_steps + 1) / total, time.process_time() / seconds))
        if adam.n_steps % 25 == 0:
            spent = f"{time.process_time():.0f} CPU s"
            print(f"{adam.n_steps}/{total} loss {loss:.3f} {spent}", flush=True)
        if adam.n_steps % 300 == 0:
            save(sys.argv[3], vectors, vocabulary)
    save(sys.argv[3], vectors, vocabulary)
    print("done", adam.n_steps, f"{time.process_time():.0f} CPU s")


main()
