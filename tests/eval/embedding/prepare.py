#!/usr/bin/env python3
"""From raw pairs to a training set: clean the documentation, drop doubles and whatever an evaluation
holds, split by package.

  prepare.py PAIRS_DIR OUT.pkl [GUARD.jsonl.gz ...]

PAIRS_DIR holds the output of the `pairs` example, one *.jsonl a set of packages. GUARD files are
evaluation sets (objects with "text" or "query"): a pair that shares its beginning with one goes.
Needs only the standard library.
"""
import collections, glob, gzip, hashlib, json, pickle, random, re, sys

WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\x00-\x7f]+")
HELD_SHARE, PAIRS_PER_LANGUAGE, VOCABULARY = 0.08, 36_000, 40_000


def words(text, most):
    return [w.lower() for w in WORD.findall(text)[:most]]


def squeezed(text):
    return re.sub(r"\W+", "", text).lower()


def sentence(doc):
    """The first paragraph of a doc comment, without the comment's own signs."""
    doc = re.sub(r"^\s*[rRbBuU]?(\"\"\"|''')|(\"\"\"|''')\s*$", "", doc.strip())
    lines = [re.sub(r"^\s*(/\*+!?|\*+/|\*+|///?!?|#+!?|--+)\s?", "", l).rstrip("*/ ") for l in doc.split("\n")]
    text = "\n".join(lines).strip()
    text = re.split(r"\n\s*\n|\n\s*[@:\\]|\n\s*#\s|\n\s*(?:Args|Arguments|Parameters|Params|Returns?|Raises|Example|Examples|Notes?)\b|```|<p>|<pre>", text)[0]
    text = re.sub(r"\{@\w+\s+([^}]*)\}|</?[a-zA-Z][^>]*>", lambda m: m[1] or " ", text)
    text = re.sub(r"^\s*[@\\](brief|short|summary|description)\s+", "", text)
    return re.sub(r"\s+", " ", text).strip()


def is_good(text):
    n = len(text.split())
    return 4 <= n <= 60 and len(text) <= 400 and sum(c.isascii() for c in text) >= 0.95 * len(text) and not re.search(
        r"(?i)https?://|\bTODO\b|FIXME|XXX|auto-?generated|eslint|copyright|licen[cs]e|deprecated|inheritdoc|^@|see also|not implemented", text)


def main():
    out, guards = sys.argv[2], sys.argv[3:]
    bad = set()
    for path in guards:
        for line in gzip.open(path, "rt"):
            it = json.loads(line); text = it.get("text") or it.get("query") or ""
            bad.add(squeezed(text)[:90])
            doc = re.search(r'("""|\'\'\')(.*?)\1', text, re.S)
            if doc:
                bad.add(squeezed(sentence(doc[0]))[:90]); bad.add(squeezed(text.replace(doc[0], ""))[:90])
    by_lang, seen, dropped = collections.defaultdict(list), set(), collections.Counter()
    for path in sorted(glob.glob(sys.argv[1] + "/*.jsonl")):
        for line in open(path):
            it = json.loads(line); doc = sentence(it["doc"])
            if not is_good(doc): dropped["no sentence"] += 1; continue
            code_key, doc_key = squeezed(it["code"]), squeezed(doc)
            if code_key[:90] in bad or doc_key[:90] in bad: dropped["in an evaluation"] += 1; continue
            # Overloads and copies: the same body under another name, or the same sentence.
            body_key = hashlib.md5(code_key[-400:].encode()).digest()
            if body_key in seen or doc_key in seen: dropped["double"] += 1; continue
            seen.add(body_key); seen.add(doc_key)
            lang = {"tsx": "typescript", "jsx": "javascript"}.get(it["lang"], it["lang"])
            by_lang[lang].append((it["pkg"], it["name"], doc, it["code"]))
    rng = random.Random(1); train, held = [], []
    for lang, pairs in sorted(by_lang.items()):
        if len(pairs) < 300: dropped["rare language"] += len(pairs); continue
        packages = collections.Counter(p[0] for p in pairs); names = sorted(packages); rng.shuffle(names)
        goal, out_names, n = min(HELD_SHARE * len(pairs), 4000), set(), 0
        for name in names:
            # A package that is a large part of its language stays in the training.
            if n < goal and packages[name] <= max(1.5 * goal, 60): out_names.add(name); n += packages[name]
        mine = [(lang, *p) for p in pairs if p[0] not in out_names]; rng.shuffle(mine)
        held += [(lang, *p) for p in pairs if p[0] in out_names]; train += mine[:PAIRS_PER_LANGUAGE]
        print(f"{lang:<12} {len(pairs):>7} pairs of {len(packages):>4} packages; trained on {min(len(mine), PAIRS_PER_LANGUAGE):>6}, held out {n:>5} of {len(out_names):>3}", flush=True)
    count = collections.Counter(); tokenised = []
    for lang, pkg, name, doc, code in train:
        q, d, n = words(doc, 64), words(code, 400), words(name, 16)
        tokenised.append((lang, pkg, n, q, d))
        for w in q: count[w] += 3
        for w in set(d): count[w] += 1
    vocabulary = [w for w, c in count.most_common() if c >= 6 and len(w) <= 20 and w.isascii() and not (w.isdigit() and len(w) > 3)][:VOCABULARY]
    pickle.dump({"vocabulary": vocabulary, "train": tokenised, "held": held}, open(out, "wb"))
    print(len(train), "pairs,", len(held), "held out,", len(vocabulary), "words;", dict(dropped))


main()
