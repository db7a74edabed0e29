#!/usr/bin/env python3
"""Asks two language servers what names stand for, and tells where the first disagrees.

Samples identifiers of a project at random (with a seed), asks both for the definition of each, and
compares files and lines. The second is trusted where it answers: it should be one that a compiler
stands behind. Both see the same files and nothing else.

    npm install pyright typescript typescript-language-server
    python3 second_opinion.py --root requests --ext py --server 'aios lsp' \
        --trusted 'node_modules/.bin/pyright-langserver --stdio'
    python3 second_opinion.py --root gson --ext java --server 'aios lsp' \
        --trusted-batch 'java Definitions.java'

With `--references` the sample are definitions, and the question is who names them: precision,
recall and macro-F1 of places. `--answers FILE` keeps the trusted answers, so that the next run with
the same seed asks only the first server.

A batch program reads lines `path line column` (from 0, columns in UTF-16) from its standard input
and prints for each a JSON list of `[path, line, column]`, or `null` where it does not know; paths
that lead out of the project begin with `!`. Python 3.9, standard library only.
"""
import argparse
import collections
import json
import os
import queue
import random
import re
import shlex
import subprocess
import sys
import threading
import time
import urllib.parse

LANGUAGES = {
    "py": "python", "ts": "typescript", "tsx": "typescriptreact", "js": "javascript",
    "go": "go", "java": "java", "rs": "rust", "c": "c", "h": "c", "cc": "cpp", "cpp": "cpp",
    "hpp": "cpp", "cs": "csharp", "rb": "ruby", "php": "php",
}
# What is no name: comments and strings, as far as a glance can tell.
SKIPPED = {
    "py": r'(?s)#[^\n]*|"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\''
          r'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
    "rs": r'(?s)//[^\n]*|/\*.*?\*/|r#*"(?:[^"])*"#*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\\n])\'',
    "": r'(?s)//[^\n]*|/\*.*?\*/|`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"'
        r'|\'(?:\\.|[^\'\\\n])*\'|^\s*#\s*\w+',
}
KEYWORDS = set("""
    abstract and any as assert async await boolean bool break byte case catch char class const
    continue def default defer del delete do double elif else enum error except export extends
    false final finally float fn for from func function global go goto if impl implements import in
    inline instanceof int int8 int16 int32 int64 interface is keyof lambda let long loop map match
    mod module move mut namespace native never new nil nonlocal None True False not null number
    object of or override package pass private protected pub public raise range readonly ref return
    rune satisfies select self Self short signed sizeof static str string struct super switch
    symbol synchronized this throw throws trait transient true try try type typedef typeof u8 u16
    u32 u64 uint uint8 uint16 uint32 uint64 uintptr undefined union unknown unsafe unsigned use
    usize using i8 i16 i32 i64 isize f32 f64 var virtual void volatile when where while with yield
    void size_t ssize_t extern register restrict
    include define ifdef ifndef endif pragma declare get set infer asserts crate dyn box
""".split())


# What stands before a name where it is defined.
DEFINES = re.compile(
    r"\b(def|class|function|func|fn|struct|enum|union|interface|trait|type|const|let|var|static)"
    r"( mut|\s*\([^()]*\))?\s+$")


def parse_args():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--root", required=True)
    ap.add_argument("--ext", required=True, help="endings of the files, separated by commas")
    ap.add_argument("--under", default="", help="only files below this folder")
    ap.add_argument("--without", default="$^", help="regular expression of paths to leave out")
    ap.add_argument("--server", required=True)
    ap.add_argument("--trusted")
    ap.add_argument("--trusted-batch")
    ap.add_argument("--sample", type=int, default=200)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--references", action="store_true", help="who names it, not where it is from")
    ap.add_argument("--answers", help="file that keeps the trusted answers for the next run")
    ap.add_argument("--settle", type=float, default=8.0, help="seconds without progress")
    ap.add_argument("--json", help="where the disagreements go, a line each")
    ap.add_argument("--show", type=int, default=40, help="disagreements printed")
    return ap.parse_args()


def files(root, exts, under, without):
    skip = {".git", "node_modules", "target", "dist", "build", "vendor"}
    res = []
    for folder, folders, names in os.walk(os.path.join(root, under)):
        folders[:] = sorted(it for it in folders if it not in skip)
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), root)
            if name.rsplit(".", 1)[-1] in exts and not re.search(without, path):
                res.append(path)
    return res


def identifiers(path, text):
    ext = path.rsplit(".", 1)[-1]
    blank = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    plain = re.sub(SKIPPED.get(ext, SKIPPED[""]), blank, text, flags=re.M)
    for n, line in enumerate(plain.split("\n")):
        for m in re.finditer(r"[A-Za-z_]\w*", line):
            before = line[: m.start()]
            if m.group(0) in KEYWORDS or re.search(r"[\d'\"]$", before) or not before.isascii():
                continue
            yield n, m.start(), m.group(0)


class Server:
    """A language server, asked for definitions."""

    def __init__(self, command, root):
        self.root = root
        self.process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, cwd=root)
        self.next_id, self.waiting, self.opened = 0, {}, set()
        self.tokens, self.last_progress = {}, time.time()
        threading.Thread(target=self.read, daemon=True).start()
        folder = {"uri": self.uri(""), "name": "root"}
        self.ask("initialize", {
            "processId": os.getpid(), "rootUri": folder["uri"], "rootPath": root,
            "workspaceFolders": [folder],
            "capabilities": {
                "general": {"positionEncodings": ["utf-16"]},
                "window": {"workDoneProgress": True},
                "workspace": {"configuration": True, "workspaceFolders": True},
                "textDocument": {"definition": {"linkSupport": False}},
            }}, 120)
        self.tell("initialized", {})

    def uri(self, path):
        path = os.path.join(self.root, path) if path else self.root
        return "file://" + urllib.parse.quote(path)

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params, timeout=60):
        self.next_id += 1
        answers = self.waiting[self.next_id] = queue.Queue()
        self.send({"id": self.next_id, "method": method, "params": params})
        try:
            return answers.get(timeout=timeout).get("result")
        except queue.Empty:
            return None

    def read(self):
        out = self.process.stdout
        while True:
            length = 0
            while (line := out.readline().strip()):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not length:
                return
            message = json.loads(out.read(length))
            if "method" not in message:
                if message.get("id") in self.waiting:
                    self.waiting.pop(message["id"]).put(message)
            elif "id" in message:
                params = message.get("params") or {}
                is_question = message["method"] == "workspace/configuration"
                result = [{} for _ in params.get("items", [])] if is_question else None
                self.send({"id": message["id"], "result": result})
            elif message["method"] == "$/progress":
                self.last_progress = time.time()
                kind, token = message["params"]["value"].get("kind"), message["params"]["token"]
                if kind == "begin":
                    self.tokens[token] = True
                elif kind == "end":
                    self.tokens.pop(token, None)

    def settle(self, seconds, at_most=300):
        start = time.time()
        while time.time() - start < at_most:
            if not self.tokens and seconds < time.time() - self.last_progress:
                return
            time.sleep(0.2)

    def open(self, path, text):
        if path not in self.opened:
            self.opened.add(path)
            language = LANGUAGES.get(path.rsplit(".", 1)[-1], "plaintext")
            self.tell("textDocument/didOpen", {"textDocument": {
                "uri": self.uri(path), "languageId": language, "version": 1, "text": text}})

    def definition(self, path, line, column):
        return self.places("textDocument/definition", path, line, column)

    def references(self, path, line, column):
        return self.places("textDocument/references", path, line, column)

    def places(self, method, path, line, column):
        result = self.ask(method, {
            "textDocument": {"uri": self.uri(path)},
            "position": {"line": line, "character": column},
            "context": {"includeDeclaration": False}})
        if isinstance(result, dict):
            result = [result]
        found = []
        for it in result or []:
            uri = it.get("uri") or it.get("targetUri")
            start = (it.get("range") or it.get("targetSelectionRange"))["start"]
            full = os.path.realpath(urllib.parse.unquote(urllib.parse.urlparse(uri).path))
            inside = full.startswith(self.root + "/")
            where = os.path.relpath(full, self.root) if inside else "!" + full
            if "node_modules/" in where:
                where = "!" + where
            found.append([where, start["line"], start["character"]])
        return found

    def stop(self):
        self.process.kill()


def settled_answers(server, places, pause, question):
    """The answers, asked again until two rounds give the same: a server still reads at first."""
    probe = places[:: max(1, len(places) // 40)]
    before = None
    for _ in range(20):
        answers = [question(server, *it[:3]) for it in probe]
        if before == answers:
            break
        before = answers
        time.sleep(pause)
        server.settle(pause)
    return [question(server, *it[:3]) for it in places]


def asked(command, root, places, texts, settle, question):
    server = Server(command, root)
    for path, *_ in places:
        server.open(path, texts[path])
    server.settle(settle)
    answers = settled_answers(server, places, settle, question)
    server.stop()
    return answers


def trusted_answers(args, root, places, texts, question):
    """From the file that keeps them, or from whoever is trusted."""
    if args.answers and os.path.exists(args.answers):
        with open(args.answers, encoding="utf-8") as f:
            kept = json.load(f)
        if kept["places"] == [list(it) for it in places]:
            return kept["answers"]
    if args.trusted:
        answers = asked(args.trusted, root, places, texts, args.settle, question)
    else:
        answers = batch(args.trusted_batch, root, places)
    if args.answers:
        with open(args.answers, "w", encoding="utf-8") as f:
            json.dump({"places": places, "answers": answers}, f)
    return answers


def batch(command, root, places):
    lines = "".join(f"{path} {line} {column}\n" for path, line, column, _ in places)
    done = subprocess.run(shlex.split(command), input=lines, capture_output=True, text=True,
                          cwd=root, timeout=600)
    answers = [json.loads(it) for it in done.stdout.splitlines()]
    if len(answers) != len(places):
        told = done.stderr[-2000:]
        sys.exit(f"{command}: {len(answers)} answers to {len(places)} places\n{told}")
    return answers


def compare(ours, theirs):
    """How an answer relates to the trusted one."""
    if theirs is None:
        return "not judged"
    inside = [it for it in theirs if not it[0].startswith("!")]
    if not theirs:
        return "both silent" if not ours else "not judged"
    if not inside:
        return "both outside" if not ours else "claimed inside"
    if not ours:
        return "silent"
    lines = {(it[0], it[1]) for it in inside}
    if (ours[0][0], ours[0][1]) in lines:
        return "right"
    return "right, not first" if any((it[0], it[1]) in lines for it in ours) else "wrong"


def main():
    args = parse_args()
    root = os.path.realpath(args.root)
    paths = files(root, args.ext.split(","), args.under, args.without)
    texts = {}
    for path in paths:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace", newline="") as f:
            texts[path] = f.read()
    rng = random.Random(args.seed)
    all_places = [(path, *it) for path in paths for it in identifiers(path, texts[path])]
    if args.references:
        is_defined = lambda it: DEFINES.search(texts[it[0]].split("\n")[it[1]][: it[2]])
        all_places = [it for it in all_places if is_defined(it)]
    places = rng.sample(all_places, min(args.sample, len(all_places)))
    print(f"{len(paths)} files, {len(all_places)} identifiers, {len(places)} asked", flush=True)

    question = Server.references if args.references else Server.definition
    theirs = trusted_answers(args, root, places, texts, question)
    ours = asked(args.server, root, places, texts, args.settle, question)
    tell = tell_references if args.references else tell_definitions
    shown = tell(places, ours, theirs, texts)
    shown.sort(key=lambda it: it["verdict"])
    for it in shown[: args.show]:
        print(f"{it['verdict']}: {it['at'][0]}:{it['at'][1] + 1}:{it['at'][2] + 1} "
              f"`{it['name']}` in `{it['line'][:90]}`\n"
              f"    ours {it['ours']} trusted {it['trusted']}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(it) + "\n" for it in shown)


def tell_references(places, answers, trusted, texts):
    """Prints how well the places were found; the definitions where any differ."""
    good = extra = missing = n = 0
    f1, shown = 0.0, []
    for place, ours, theirs in zip(places, answers, trusted):
        here = tuple(place[:3])
        got = {tuple(it) for it in ours if not it[0].startswith("!")} - {here}
        wanted = {tuple(it) for it in theirs or [] if not it[0].startswith("!")} - {here}
        if not wanted and not got:
            continue
        n += 1
        both = len(got & wanted)
        good, extra, missing = good + both, extra + len(got) - both, missing + len(wanted) - both
        f1 += 2 * both / (len(got) + len(wanted))
        if got != wanted:
            line = texts[place[0]].split("\n")[place[1]].strip()
            shown.append({
                "verdict": f"extra {len(got - wanted)}, missing {len(wanted - got)}",
                "at": list(here), "name": place[3], "ours": sorted(got - wanted)[:4],
                "trusted": sorted(wanted - got)[:4], "line": line})
    print(f"references of {n}: precision {good / max(1, good + extra):.3f}, "
          f"recall {good / max(1, good + missing):.3f}, macro-F1 {f1 / max(1, n):.3f}")
    return shown


def tell_definitions(places, answers, trusted, texts):
    """Prints how many were right; the places where the servers disagree."""
    counts, good, given = collections.Counter(), 0, 0
    shown = []
    for place, ours, theirs in zip(places, answers, trusted):
        here = list(place[:3])
        own = [it for it in ours if it != here] or ours
        verdict = compare(own, theirs)
        counts[verdict] += 1
        if verdict not in ("not judged", "both silent"):
            lines = {(it[0], it[1]) for it in theirs or []}
            given += len(own)
            good += sum((it[0], it[1]) in lines for it in own)
        if verdict in ("silent", "wrong", "claimed inside", "right, not first"):
            line = texts[place[0]].split("\n")[place[1]].strip()
            shown.append({"verdict": verdict, "at": here, "name": place[3], "ours": own[:3],
                          "trusted": (theirs or [])[:3], "line": line})
    inside = sum(counts[it] for it in ("right", "right, not first", "wrong", "silent"))
    for verdict, n in counts.most_common():
        print(f"{n:5} {verdict}")
    if inside and given:
        print(f"first right {counts['right'] / inside:.3f} of {inside}; "
              f"precision {good / given:.3f} of {given}")
    return shown


if __name__ == "__main__":
    main()
