#!/usr/bin/env python3
"""Train the static embedding: contrastive, in-batch, with the names of functions dropped.

  train.py SET.pkl INIT.npy OUT.npz [epochs=6] [batch=1536] [minutes=25] [rate=0.012] [heat=0.07]

A text is the sum of (1 + ln count) · row over its word pieces, of length one. The loss pulls a
sentence to its function and pushes it from all others of the batch, both ways. Negatives are hard
because of how a batch is drawn: in runs of functions of one package whose words are near, found by
halving the package along random directions of its functions' first vectors; and every second batch
is of one language. Minutes are CPU minutes. Needs numpy and scipy.
"""
import os
# Two threads wait for each other in busy loops: on a machine with other work one does forty times as much.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import collections, pickle, sys, time
import numpy as np, scipy.sparse as sp

ARGS = dict(a.split("=") for a in sys.argv[4:])
EPOCHS, BATCH, MINUTES = float(ARGS.get("epochs", 6)), int(ARGS.get("batch", 1536)), float(ARGS.get("minutes", 25))
RATE, HEAT, DIMS = float(ARGS.get("rate", 0.012)), float(ARGS.get("heat", 0.07)), 256
DROP_NAME, DROP_WORD, NAME_AS_QUESTION, RUN = 0.5, 0.1, 0.1, 16
rng = np.random.default_rng(7)
data = pickle.load(open(sys.argv[1], "rb")); vocabulary = data["vocabulary"]; index = {w: i for i, w in enumerate(vocabulary)}; known = {}


def pieces(word):
    found = known.get(word)
    if found is None:
        found = []; at = 0
        if word in index: found = [index[word]]; at = len(word)
        elif not word.isascii(): at = len(word)
        while at < len(word):
            for end in range(min(len(word), at + 20), at + 1, -1):
                i = index.get(word[at:end])
                if i is not None and (end - at >= 3 or end == len(word)): found.append(i); at = end; break
            else: at += 1
        known[word] = found
    return found


def counted(words):
    ids, counts = np.unique(np.array([i for w in words for i in pieces(w)], np.int32), return_counts=True)
    return ids, (1 + np.log(counts)).astype(np.float32)


examples, language, package = [], [], []
for lang, pkg, name, sentence, code in data["train"]:
    q, d, n = counted(sentence), counted(code), counted(name)
    if len(q[0]) >= 2 and len(d[0]) >= 4: examples.append((q, d, n)); language.append(lang); package.append(lang + ":" + pkg)
del data["train"]; N = len(examples); languages = sorted(set(language))
by_package = collections.defaultdict(list)
for i, p in enumerate(package): by_package[p].append(i)
print(N, "pairs,", len(by_package), "packages,", collections.Counter(language), flush=True)
E = np.load(sys.argv[2])[:, :DIMS].astype(np.float32); E /= np.linalg.norm(E, axis=1, keepdims=True) + 1e-9
seen = np.ones(len(vocabulary))
for q, d, _ in examples: seen[d[0]] += 1; seen[q[0]] += 1
weight = np.log(1 + 2 * N / seen); E *= (weight / weight.mean())[:, None].astype(np.float32)


def matrix(rows):
    starts = np.concatenate([[0], np.cumsum([len(r[0]) for r in rows])])
    return sp.csr_matrix((np.concatenate([r[1] for r in rows]), np.concatenate([r[0] for r in rows]), starts), shape=(len(rows), len(vocabulary)))


first = np.vstack([matrix([d for _, d, _ in examples[at:at + 4096]]) @ E for at in range(0, N, 4096)])
first = (first / np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-6))[:, :64].copy()


def thinned(row, without=None):
    ids, values = row; keep = rng.random(len(ids)) >= DROP_WORD
    if without is not None: keep &= ~np.isin(ids, without)
    return (ids[keep], values[keep]) if keep.sum() >= 3 else row


def near(members):
    """Runs of at most RUN members that are near each other."""
    if len(members) <= RUN: return [members]
    along = first[members] @ rng.standard_normal(first.shape[1]).astype(np.float32); at = np.argsort(along)
    return near(members[at[:len(at) // 2]]) + near(members[at[len(at) // 2:]])


def order():
    """All examples once: runs of one package, shuffled; every second batch of one language."""
    runs = collections.defaultdict(list)
    for p, members in by_package.items(): runs[p.split(":")[0]] += near(np.array(members))
    mixed, batches = [], []
    for lang in languages:
        mine = [runs[lang][i] for i in rng.permutation(len(runs[lang]))]; half = len(mine) // 2
        flat = np.concatenate(mine[:half]) if half else np.zeros(0, int)
        whole = len(flat) // BATCH * BATCH
        batches += [flat[at:at + BATCH] for at in range(0, whole, BATCH)]
        mixed += mine[half:] + ([flat[whole:]] if whole < len(flat) else [])
    flat = np.concatenate([mixed[i] for i in rng.permutation(len(mixed))])
    batches += [flat[at:at + BATCH] for at in range(0, len(flat) // BATCH * BATCH, BATCH)]
    return [batches[i] for i in rng.permutation(len(batches))]


m1, m2, step, total, plan = np.zeros_like(E), np.zeros_like(E), 0, int(EPOCHS * N / BATCH), []
while step < total and time.process_time() < MINUTES * 60:
    if not plan: plan = order()
    batch = plan.pop(); questions, codes = [], []
    for i in batch:
        q, d, name = examples[i]
        if len(name[0]) >= 3 and rng.random() < NAME_AS_QUESTION: questions.append(name); codes.append(thinned(d, name[0]))
        else: questions.append(thinned(q)); codes.append(thinned(d, name[0] if rng.random() < DROP_NAME else None))
    Xq, Xd = matrix(questions), matrix(codes); U, W = Xq @ E, Xd @ E
    nu, nw = (np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-6) for x in (U, W)); u, w = U / nu, W / nw
    S = (u @ w.T) / HEAT; P = np.exp(S - S.max(1, keepdims=True)); P /= P.sum(1, keepdims=True); loss = -np.log(np.maximum(np.diag(P), 1e-9)).mean()
    T = np.exp(S - S.max(0, keepdims=True)); P += T / T.sum(0, keepdims=True); P *= 0.5 / HEAT; P[np.arange(len(batch)), np.arange(len(batch))] -= 1 / HEAT
    gu, gw = P @ w, P.T @ u; gu = (gu - (gu * u).sum(1, keepdims=True) * u) / nu; gw = (gw - (gw * w).sum(1, keepdims=True) * w) / nw
    X = sp.vstack([Xq, Xd]).tocsc(); rows = np.flatnonzero(np.diff(X.indptr)); g = (X[:, rows].T @ np.vstack([gu, gw])).astype(np.float32)
    step += 1; done = max(step / total, time.process_time() / (MINUTES * 60)); rate = RATE * min(1, step / 30) * (0.5 * (1 + np.cos(np.pi * min(1, done))) + 0.02)
    m1[rows] = 0.9 * m1[rows] + 0.1 * g; m2[rows] = 0.99 * m2[rows] + 0.01 * g * g
    E[rows] -= rate * (m1[rows] / (1 - 0.9 ** min(step, 200))) / (np.sqrt(m2[rows] / (1 - 0.99 ** min(step, 2000))) + 1e-8)
    if step % 25 == 0: print(f"{step}/{total} loss {loss:.3f} {time.process_time():.0f} CPU s", flush=True)
    if step % 300 == 0: np.savez(sys.argv[3], E=E.astype(np.float16), words=np.array(vocabulary))
np.savez(sys.argv[3], E=E.astype(np.float16), words=np.array(vocabulary)); print("done", step, f"{time.process_time():.0f} CPU s")
