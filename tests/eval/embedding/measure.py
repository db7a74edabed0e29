#!/usr/bin/env python3
"""How well models find held-out functions by their documentation, language by language.

  measure.py SET.pkl MODEL.cemb ... [--questions 400] [--functions 4000] [--aios BINARY]

SET.pkl comes from prepare.py: the functions are of packages that nothing was trained on, without
their documentation, and only those of one language are searched. Prints MRR@10 of full text
(BM25), of each model alone, and of both half and half, with the 95 % interval of the difference
between the first two models' halves from 1,000 resamplings of the questions. With a BINARY also of
the server itself, each function a file of its own, against BM25, the first model and their half.
Needs numpy, scipy.
"""
import argparse, collections, json, os, pickle, random, re, struct, subprocess, tempfile
import numpy as np, scipy.sparse as sp

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("set"); ap.add_argument("models", nargs="+"); ap.add_argument("--questions", type=int, default=400); ap.add_argument("--functions", type=int, default=4000); ap.add_argument("--aios")
a = ap.parse_args(); rng = random.Random(5); dice = np.random.default_rng(5)
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\x00-\x7f]+"); NAME = re.compile(r"\w+")


class Model:
    """A static embedding as the server reads it."""

    def __init__(self, path):
        raw = open(path, "rb").read(); n, dims = struct.unpack("<II", raw[6:14]); at = 14 + 4 * n
        scale = np.frombuffer(raw[14:at], "<f4"); rows = np.frombuffer(raw[at:at + n * dims], np.int8).reshape(n, dims)
        self.E = rows.astype(np.float32) * scale[:, None]; self.index = {w: i for i, w in enumerate(raw[at + n * dims:].decode().split("\n"))}; self.known = {}

    def pieces(self, word):
        if word not in self.known:
            found, at = [], 0
            if word in self.index: found, at = [self.index[word]], len(word)
            while at < len(word):
                for end in range(min(len(word), at + 20), at + 1, -1):
                    i = self.index.get(word[at:end])
                    if i is not None and (end - at >= 3 or end == len(word)): found.append(i); at = end; break
                else: at += 1
            self.known[word] = found
        return self.known[word]

    def vectors(self, texts):
        rows, columns, values = [], [], []
        for n, text in enumerate(texts):
            count = collections.Counter(i for w in WORD.findall(text)[:512] if w.isascii() for i in self.pieces(w.lower()))
            rows += [n] * len(count); columns += count; values += [1 + np.log(c) for c in count.values()]
        V = sp.csr_matrix((np.array(values, np.float32), (rows, columns)), shape=(len(texts), len(self.E))) @ self.E
        return V / np.maximum(np.linalg.norm(V, axis=1, keepdims=True), 1e-9)


def stem(word):
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"): word = word[:-len(ending)]; break
    return word.rstrip("ey") if len(word) > 3 else word


def terms(text):
    res = []
    for name in NAME.findall(text):
        parts = [w.lower() for w in WORD.findall(name)]; res += map(stem, parts)
        if len(parts) > 1: res.append("".join(parts))
    return res


def bm25(texts, questions, k1=1.2, b=0.5):
    index, rows, columns, values, lengths = {}, [], [], [], []
    for n, text in enumerate(texts):
        count = collections.Counter(terms(text)); lengths.append(sum(count.values()))
        for w, c in count.items(): rows.append(n); columns.append(index.setdefault(w, len(index))); values.append(c)
    values, lengths = np.array(values, np.float32), np.array(lengths, np.float32); norm = k1 * (1 - b + b * lengths / lengths.mean()); rows = np.array(rows)
    df = np.bincount(columns, minlength=len(index)); idf = np.log(1 + (len(texts) - df + 0.5) / (df + 0.5)).astype(np.float32)
    weight = sp.csr_matrix((values * (k1 + 1) / (values + norm[rows]) * idf[columns], (rows, columns)), shape=(len(texts), len(index)))
    asked = [(n, index[w]) for n, q in enumerate(questions) for w in set(terms(q)) if w in index]
    Q = sp.csr_matrix((np.ones(len(asked), np.float32), tuple(zip(*asked))), shape=(len(questions), len(index)))
    return np.asarray((Q @ weight.T).todense())


def scaled(S):
    """Each row from 1 for the best to 0 for the hundredth."""
    top = -np.sort(-S, axis=1); best, last = top[:, :1], top[:, min(99, S.shape[1] - 1)][:, None]
    return np.maximum((S - last) / np.maximum(best - last, 1e-6), 0)


def reciprocal(S, right):
    rank = (S > S[np.arange(len(right)), right][:, None]).sum(1)
    return np.where(rank < 10, 1 / (rank + 1), 0)


ENDINGS = dict(python="py", javascript="js", typescript="ts", go="go", rust="rs", java="java", php="php", ruby="rb", c="c", cpp="cpp", csharp="cs")


def served(lang, codes, questions, right):
    """Reciprocal ranks of the server's own answers."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "tree"); os.makedirs(root); env = dict(os.environ, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder); res = []
        for n, code in enumerate(codes):
            text = "<?php\n" + code if lang == "php" and not code.startswith("<?") else code
            open(os.path.join(root, f"{n}.{ENDINGS[lang]}"), "w").write(text + "\n")
        subprocess.run([a.aios, "index", "--root", root], check=True, capture_output=True, env=env)
        for question, wanted in zip(questions, right):
            answer = subprocess.run([a.aios, "search", "--root", root, "--json", "--limit", "30", "--", question], capture_output=True, text=True, env=env).stdout
            files = list(dict.fromkeys(json.loads(l)["file"] for l in answer.splitlines() if '"file"' in l))[:10]; name = f"{wanted}.{ENDINGS[lang]}"
            res.append(1 / (files.index(name) + 1) if name in files else 0)
        return np.array(res)


def interval(d):
    boot = [d[dice.integers(0, len(d), len(d))].mean() for _ in range(1000)]
    return f"{d.mean():+.3f} [{np.percentile(boot, 2.5):+.3f}, {np.percentile(boot, 97.5):+.3f}]"


by_lang = collections.defaultdict(list); models = [Model(p) for p in a.models]; totals = collections.defaultdict(list)
for lang, package, name, sentence, code in pickle.load(open(a.set, "rb"))["held"]: by_lang[lang].append((sentence, code))
print("language".ljust(12) + "functions  BM25" + "".join(f"   model {n}: alone  half" for n in range(1, len(models) + 1)) + ("    server" if a.aios else ""))
for lang, pairs in sorted(by_lang.items()):
    pairs = rng.sample(pairs, min(a.functions, len(pairs))); right = np.array(sorted(rng.sample(range(len(pairs)), min(a.questions, len(pairs)))))
    codes, questions = [p[1] for p in pairs], [pairs[i][0] for i in right]; B = bm25(codes, questions); line = [reciprocal(B, right)]; zb = scaled(B)
    for m in models: S = m.vectors(questions) @ m.vectors(codes).T; line += [reciprocal(S, right), reciprocal(zb + scaled(S), right)]
    if a.aios: line.append(served(lang, codes, questions, right))
    print(f"{lang:<12}{len(pairs):>9}  {line[0].mean():.3f}" + "".join(f"          {line[k].mean():.3f} {line[k + 1].mean():.3f}" for k in range(1, 2 * len(models), 2)), end="")
    print(f"     {line[-1].mean():.3f}; against BM25 {interval(line[-1] - line[0])}, model {interval(line[-1] - line[1])}, half {interval(line[-1] - line[2])}" if a.aios else "", flush=True)
    for k, it in enumerate(line): totals[k].append(it)
mean = lambda k: np.mean([x.mean() for x in totals[k]])
print("all".ljust(23) + f"{mean(0):.3f}" + "".join(f"          {mean(k):.3f} {mean(k + 1):.3f}" for k in range(1, 2 * len(models), 2)) + (f"     {mean(len(totals) - 1):.3f}" if a.aios else ""))
if len(models) > 1:
    d = np.concatenate(totals[4]) - np.concatenate(totals[2]); print(f"half of model 2 against model 1: {interval(d)} over {len(d)} questions")
    d = np.concatenate(totals[3]) - np.concatenate(totals[1]); print(f"model 2 against model 1, alone: {interval(d)}")
