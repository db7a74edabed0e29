#!/usr/bin/env python3
"""From raw pairs to a training set: clean the documentation, drop doubles and whatever an evaluation
holds, split by package.

  prepare.py PAIRS_DIR OUT.pkl [GUARD.jsonl.gz ...]

PAIRS_DIR holds the output of the `pairs` example, one *.jsonl a set of packages. GUARD files are
evaluation sets (objects with "text" or "query"): a pair that shares its beginning with one goes.
OUT.pkl holds "vocabulary" (most used first), "train" (language, package, words of the name, of the
sentence, of the code) and "held" (language, package, name, sentence, code: functions of packages
that are not trained on). Needs only the standard library.
"""
import collections
import glob
import gzip
import hashlib
import json
import pickle
import random
import re
import sys

from words import PIECE_MAX, words

# Share of a language's pairs whose packages are held out, and the most of them.
HELD_SHARE, HELD_MAX = 0.08, 4_000
PAIRS_PER_LANGUAGE, PAIRS_MIN = 90_000, 300
VOCABULARY, WORD_COUNT_MIN = 40_000, 6
# Characters that two texts share where they are the same.
BEGINNING, ENDING = 90, 400
# Other names of a language whose pairs are one with it.
DIALECTS = {"tsx": "typescript", "jsx": "javascript"}

QUOTES = re.compile(r"^\s*[rRbBuU]?(\"\"\"|''')|(\"\"\"|''')\s*$")
COMMENT_SIGNS = re.compile(r"^\s*(/\*+!?|\*+/|\*+|///?!?|#+!?|--+)\s?")
# Where the first paragraph ends: a blank line, a tag, a heading, an example.
PARAGRAPH_END = re.compile(
    r"\n\s*\n|\n\s*[@:\\]|\n\s*#\s|```|<p>|<pre>"
    r"|\n\s*(?:Args|Arguments|Parameters|Params|Returns?|Raises|Example|Examples|Notes?)\b"
)
MARKUP = re.compile(r"\{@\w+\s+([^}]*)\}|</?[a-zA-Z][^>]*>")
BRIEF = re.compile(r"^\s*[@\\](brief|short|summary|description)\s+", re.M)
SAYS_NOTHING = re.compile(
    r"(?i)https?://|\bTODO\b|FIXME|XXX|auto-?generated|eslint|copyright|licen[cs]e|deprecated"
    r"|inheritdoc|^@|see also|not implemented"
)
# How functions begin that are no methods, in languages whose methods parse only in a class.
FREE_SCRIPT = re.compile(r"(export|async function|function|const|let|var|declare)\b")
STANDS_ALONE = {
    "javascript": FREE_SCRIPT,
    "typescript": FREE_SCRIPT,
    "php": re.compile(r"(?!(public|protected|private|static|final|abstract)\b)"),
}
DOCSTRING = re.compile(r'("""|\'\'\')(.*?)\1', re.S)


def squeezed(text):
    """What stays the same when a text is laid out anew."""
    return re.sub(r"\W+", "", text).lower()


def sentence(doc):
    """The first paragraph of a doc comment, without the comment's own signs."""
    doc = QUOTES.sub("", doc.strip())
    lines = [COMMENT_SIGNS.sub("", line).rstrip("*/ ") for line in doc.split("\n")]
    text = PARAGRAPH_END.split("\n".join(lines).strip())[0]
    text = BRIEF.sub("", MARKUP.sub(lambda it: it[1] or " ", text))
    return re.sub(r"\s+", " ", text).strip()


def is_good(text):
    n_ascii = sum(c.isascii() for c in text)
    is_sized = 4 <= len(text.split()) <= 60 and len(text) <= 400
    return is_sized and n_ascii >= 0.95 * len(text) and not SAYS_NOTHING.search(text)


def beginnings(guards):
    """How the texts, questions and docstrings of the evaluations begin."""
    res = set()
    for path in guards:
        for line in gzip.open(path, "rt"):
            it = json.loads(line)
            text = it.get("text") or it.get("query") or ""
            res.add(squeezed(text)[:BEGINNING])
            doc = DOCSTRING.search(text)
            if doc:
                res.add(squeezed(sentence(doc[0]))[:BEGINNING])
                res.add(squeezed(text.replace(doc[0], ""))[:BEGINNING])
    return res


def raw_pairs(folder):
    """All pairs, TypeScript first: packages hold the same functions compiled to JavaScript, too."""
    paths = sorted(glob.glob(folder + "/*.jsonl"))
    for is_typed in (True, False):
        for path in paths:
            for line in open(path):
                if is_typed == ('"lang":"ts' in line or '"lang":"typescript"' in line):
                    yield json.loads(line)


def by_language(folder, guarded, dropped):
    """Pairs worth learning from, none twice: (package, name, sentence, code)."""
    res, seen = collections.defaultdict(list), set()
    for it in raw_pairs(folder):
        doc = sentence(it["doc"])
        if not is_good(doc):
            dropped["no sentence"] += 1
            continue
        code_key, doc_key = squeezed(it["code"]), squeezed(doc)
        if code_key[:BEGINNING] in guarded or doc_key[:BEGINNING] in guarded:
            dropped["in an evaluation"] += 1
            continue
        # Overloads and copies: the same body under another name, or the same sentence.
        body_key = hashlib.md5(code_key[-ENDING:].encode()).digest()
        if body_key in seen or doc_key in seen:
            dropped["double"] += 1
            continue
        seen |= {body_key, doc_key}
        lang = DIALECTS.get(it["lang"], it["lang"])
        res[lang].append((it["pkg"], it["name"], doc, it["code"]))
    return res


def standing(lang, code):
    """The function as it parses in a file of its own: methods stand in a class."""
    is_free = STANDS_ALONE.get(lang)
    return code if is_free is None or is_free.match(code) else f"class Held {{\n    {code}\n}}"


def held_packages(pairs, rng):
    """Packages to hold out. One that is a large part of its language stays in the training."""
    n_pairs = collections.Counter(pair[0] for pair in pairs)
    names = sorted(n_pairs)
    rng.shuffle(names)
    goal, res, n_held = min(HELD_SHARE * len(pairs), HELD_MAX), set(), 0
    for name in names:
        if n_held < goal and n_pairs[name] <= max(1.5 * goal, 60):
            res.add(name)
            n_held += n_pairs[name]
    return res


def split(pairs_by_language, dropped):
    rng, train, held = random.Random(1), [], []
    for lang, pairs in sorted(pairs_by_language.items()):
        if len(pairs) < PAIRS_MIN:
            dropped["rare language"] += len(pairs)
            continue
        out = held_packages(pairs, rng)
        mine = [(lang, *pair) for pair in pairs if pair[0] not in out]
        others = [
            (lang, package, name, doc, standing(lang, code))
            for package, name, doc, code in pairs
            if package in out
        ]
        rng.shuffle(mine)
        held += others
        train += mine[:PAIRS_PER_LANGUAGE]
        n_packages = len({pair[0] for pair in pairs})
        print(
            f"{lang:<12} {len(pairs):>7} pairs of {n_packages:>4} packages; trained on "
            f"{min(len(mine), PAIRS_PER_LANGUAGE):>6}, held out {len(others):>5} of {len(out):>3}",
            flush=True,
        )
    return train, held


def vocabulary_of(tokenised):
    """Words that are used often enough to learn; those of sentences count three times."""
    count = collections.Counter()
    for _, _, _, question, code in tokenised:
        for word in question:
            count[word] += 3
        count.update(set(code))
    is_worth = lambda word: (
        len(word) <= PIECE_MAX and word.isascii() and not (word.isdigit() and len(word) > 3)
    )
    often = [word for word, n in count.most_common() if n >= WORD_COUNT_MIN and is_worth(word)]
    return often[:VOCABULARY]


def main():
    folder, out, guards = sys.argv[1], sys.argv[2], sys.argv[3:]
    dropped = collections.Counter()
    train, held = split(by_language(folder, beginnings(guards), dropped), dropped)
    tokenised = [
        (lang, package, words(name, 16), words(doc, 64), words(code, 400))
        for lang, package, name, doc, code in train
    ]
    vocabulary = vocabulary_of(tokenised)
    with open(out, "wb") as file:
        pickle.dump({"vocabulary": vocabulary, "train": tokenised, "held": held}, file)
    print(len(train), "pairs,", len(held), "held out,", len(vocabulary), "words;", dict(dropped))


main()
