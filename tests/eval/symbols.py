#!/usr/bin/env python3
"""How often the first hit is right where the question is nothing but a symbol's name.

  symbols.py --aios BINARY --projects DIR --samples DIR [--project NAME ...] [--names 500] [--fails FILE]

SAMPLES holds PROJECT.symbols.jsonl: {"f": file, "syms": [[line from 0, name, kind], ...]}, of whoever
knows the language. A name is right where the first hit of `aios.search` holds one of the places that
bear it, or is a symbol of that name in a file that the samples do not cover. One server answers all
questions of a project.
"""

import argparse, collections, json, os, random, subprocess, tempfile

ap = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
for name in ("--aios", "--projects", "--samples"):
    ap.add_argument(name, required=True)
ap.add_argument("--project", nargs="*")
ap.add_argument("--names", type=int, default=500)
ap.add_argument("--fails")
a = ap.parse_args()
fails = open(a.fails, "w") if a.fails else None


class Server:
    def __init__(self, root):
        self.state = tempfile.TemporaryDirectory()
        env = dict(os.environ, XDG_STATE_HOME=self.state.name, XDG_CONFIG_HOME=self.state.name)
        self.id = 0
        self.p = subprocess.Popen(
            [a.aios, "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
        )
        self.ask(
            "initialize",
            {
                "processId": None,
                "capabilities": {},
                "workspaceFolders": [{"uri": "file://" + root, "name": "w"}],
            },
        )
        self.send("initialized", {})
        self.ask(
            "workspace/executeCommand", {"command": "aios.reindex", "arguments": [{"wait": True}]}
        )

    def send(self, method, params, **more):
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.p.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.p.stdin.flush()

    def ask(self, method, params):
        self.id += 1
        self.send(method, params, id=self.id)
        while True:
            size = 0
            while line := self.p.stdout.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            message = json.loads(self.p.stdout.read(size))
            if message.get("id") == self.id and "method" not in message:
                return message.get("result")

    def stop(self):
        self.ask("shutdown", None)
        self.send("exit", None)
        self.p.wait(20)
        self.state.cleanup()


n_all = n_right = 0
for project in a.project or sorted(
    f.split(".")[0] for f in os.listdir(a.samples) if f.endswith(".symbols.jsonl")
):
    root = os.path.realpath(os.path.join(a.projects, project))
    places = collections.defaultdict(set)
    covered = set()
    for line in open(os.path.join(a.samples, project + ".symbols.jsonl")):
        row = json.loads(line)
        covered.add(row["f"])
        for at, name, kind in row["syms"]:
            places[name].add((row["f"], at))
    names = sorted(places)
    random.Random(1).shuffle(names)
    names = names[: a.names]
    server = Server(root)
    right = 0
    for name in names:
        answer = server.ask(
            "workspace/executeCommand",
            {"command": "aios.search", "arguments": [{"query": name, "limit": 3}]},
        )
        hits = answer["hits"] if answer else []
        first = hits[0] if hits else None
        span = first and first["location"]["range"]
        ok = (
            bool(first)
            and any(
                f == first["path"] and span["start"]["line"] <= at <= span["end"]["line"]
                for f, at in places[name]
            )
            or bool(first)
            and first["symbol"] == name
            and first["path"] not in covered
        )
        right += ok
        if not ok and fails:
            fails.write(
                json.dumps(
                    {
                        "project": project,
                        "name": name,
                        "wanted": sorted(places[name])[:3],
                        "got": [
                            [
                                h["path"],
                                h["location"]["range"]["start"]["line"],
                                h["symbol"],
                                h["kind"],
                                h["why"],
                            ]
                            for h in hits
                        ],
                    }
                )
                + "\n"
            )
    server.stop()
    n_all += len(names)
    n_right += right
    print(
        f"{project:<16} {len(names):>4} names, first hit right {right / len(names):.3f}", flush=True
    )
print(f"{'all':<16} {n_all:>4} names, first hit right {n_right / n_all:.3f}")
