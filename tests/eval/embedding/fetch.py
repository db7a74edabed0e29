#!/usr/bin/env python3
"""Fetch the training packages from their registries with the registries' own clients.

  fetch.py DIR [ECOSYSTEM ...]     pypi npm crates go java c cpp ruby php csharp; default: all

Leaves DIR/<ecosystem>/<package>/ with the sources, and DIR/licences.tsv with what each package's
own metadata says of its licence. A package under anything but a permissive licence is removed
again; so are single files of Debian packages whose copyright file puts them under another one.
Needs pip, npm, cargo and apt-get (with dpkg-source); writes nothing outside DIR.
"""
import fnmatch, json, os, pathlib, re, shutil, subprocess, sys, tarfile, tomllib, zipfile

HERE = pathlib.Path(__file__).parent
LISTS = tomllib.loads((HERE / "packages.toml").read_text())
EXCLUDED = set(LISTS.pop("excluded"))
DEBIAN = ("go", "java", "c", "cpp", "ruby", "php", "csharp")
PERMISSIVE = re.compile(
    r"(?i)^(mit|mit-\S+|expat|x11|isc|bsd\S*|0bsd|apache\S*|asl-?2\S*|zlib|libpng\S*|boost\S*|bsl-1\S*|bsl|psf\S*"
    r"|python\S*|postgresql|ruby|unlicense|cc0\S*|public-domain|pd|ntp|hpnd|wtfpl|unicode\S*|ms-pl|curl"
    r"|openssl|blessing|upl\S*|tcl|php-\S+|artistic-2\S*|boehm\S*|ijg|openldap\S*|vorbis|fsf\S*|permissive)$"
)
SOURCES = {
    "go": (".go",), "java": (".java",), "c": (".c", ".h"), "cpp": (".cc", ".cpp", ".cxx", ".h", ".hpp", ".hh"),
    "ruby": (".rb",), "php": (".php",), "csharp": (".cs",),
    "pypi": (".py",), "npm": (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"), "crates": (".rs",),
}


def is_permissive(text):
    """True where every licence of an AND, or one of an OR, is permissive."""
    words = [re.sub(r"(?i)[ -]licen[cs]e.*$", "", w.strip(" ()")) for w in re.split(r"(?i)\s+or\s+|/|\|", text or "")]
    return any(all(PERMISSIVE.match(p.strip(" ()").replace(" ", "-")) for p in re.split(r"(?i)\s+and\s+|,|;", w)) for w in words if w)


def note(out, eco, name, version, licence, kept):
    with open(out / "licences.tsv", "a") as f:
        f.write("\t".join([eco, name, version, " ".join((licence or "?").split())[:120], "kept" if kept else "dropped"]) + "\n")
    print(eco, name, version, licence and licence[:60], "kept" if kept else "dropped", flush=True)


def keep_sources(tree, eco):
    """Removes everything that is no source of the ecosystem's languages."""
    for p in tree.rglob("*"):
        if p.is_symlink() or (p.is_file() and (p.suffix not in SOURCES[eco] or p.name.endswith((".min.js", ".d.ts")))):
            p.unlink()
    for p in sorted((p for p in tree.rglob("*") if p.is_dir()), key=lambda p: -len(str(p))):
        if not any(p.iterdir()):
            p.rmdir()


def pypi(out, name):
    tmp = out / "tmp-pypi"; shutil.rmtree(tmp, ignore_errors=True); tmp.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", tmp, name],
                   check=True, stderr=subprocess.DEVNULL)
    wheel = next(tmp.glob("*.whl")); tree = out / "pypi" / name
    with zipfile.ZipFile(wheel) as z:
        meta = z.read(next(n for n in z.namelist() if n.endswith(".dist-info/METADATA"))).decode("utf8", "replace").split("\n\n")[0]
        for n in z.namelist():
            if n.endswith(".py") and "/tests/" not in n and "/test_" not in n: z.extract(n, tree)
    version = re.search(r"(?m)^Version: (.*)$", meta)[1]
    found = re.search(r"(?m)^License-Expression: (.*)$", meta)
    licence = found[1] if found else ""
    if not licence:
        classifiers = re.findall(r"(?m)^Classifier: License :: OSI Approved :: (.*?)(?: License)?(?: \(.*\))?$", meta)
        names = {"MIT": "MIT", "BSD": "BSD", "Apache Software": "Apache-2.0", "ISC": "ISC", "Python Software Foundation": "PSF-2.0"}
        licence = " AND ".join(names.get(c, c.replace(" ", "-")) for c in classifiers)
    if not licence:
        short = re.search(r"(?m)^License: (.*)$", meta)
        licence = short[1].strip() if short and len(short[1]) < 60 else ""
        licence = re.sub(r"(?i)^(the )?(mit|apache|new bsd|bsd)[ -].*$", lambda m: m[2].split()[-1], licence)
    return tree, version, licence


def npm(out, name):
    tmp = out / "tmp-npm"; shutil.rmtree(tmp, ignore_errors=True); tmp.mkdir(parents=True)
    subprocess.run(["npm", "pack", "--silent", name], cwd=tmp, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tree = out / "npm" / name.replace("/", "+")
    with tarfile.open(next(tmp.glob("*.tgz"))) as t: t.extractall(tree, filter="data")
    meta = json.loads(next(tree.glob("*/package.json")).read_text()); licence = meta.get("license") or ""
    return tree, meta["version"], licence if isinstance(licence, str) else licence.get("type", "")


def crates(out, names):
    """One manifest with all crates: what they depend on comes along, each with its own licence."""
    work = out / "tmp-crates"; shutil.rmtree(work, ignore_errors=True); (work / "src").mkdir(parents=True)
    (work / "src/lib.rs").write_text("")
    head = '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[dependencies]\n'
    for part in range(0, len(names), 12):
        deps = "".join(f'{n} = {{ version = "*", default-features = false }}\n' for n in names[part:part + 12])
        (work / "Cargo.toml").write_text(head + deps); (work / "Cargo.lock").unlink(missing_ok=True)
        done = subprocess.run(["cargo", "vendor", "-q", "--versioned-dirs", "--no-delete", str(out / "crates")], cwd=work, capture_output=True)
        if done.returncode: print("crates", names[part:part + 12], done.stderr.decode()[-300:], flush=True)
    sift_crates(out)


def sift_crates(out):
    """Keeps the sources of the crates under permissive licences."""
    for tree in sorted((out / "crates").iterdir()):
        toml = tomllib.loads((tree / "Cargo.toml").read_text())["package"]; licence = toml.get("license", "")
        name = toml["name"]; kept = is_permissive(licence) and name not in EXCLUDED and not name.startswith(("tokio", "windows", "web-sys", "js-sys"))
        note(out, "crates", name, toml["version"], licence, kept)
        shutil.rmtree(tree) if not kept else keep_sources(tree, "crates")


def stanzas(text):
    """The `Files` stanzas of a machine-readable copyright file: (globs, licence)."""
    for block in re.split(r"\n\s*\n", text):
        files = re.search(r"(?ms)^Files:(.*?)(?=^\S|\Z)", block); licence = re.search(r"(?m)^License:[ \t]*(.*)$", block)
        if files and licence: yield files[1].split(), licence[1].strip()


def debian_setup(out):
    apt = out / "apt"
    for d in ("lists/partial", "cache/archives/partial", "parts"): (apt / d).mkdir(parents=True, exist_ok=True)
    (apt / "sources.list").write_text("deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main\n")
    (apt / "status").touch()
    opts = [f"Dir::Etc::sourcelist={apt}/sources.list", f"Dir::Etc::sourceparts={apt}/parts", f"Dir::State={apt}", f"Dir::State::lists={apt}/lists", f"Dir::State::status={apt}/status", f"Dir::Cache={apt}/cache"]
    apt_get = ["apt-get", "-qq"] + [x for o in opts for x in ("-o", o)]
    subprocess.run(apt_get + ["update"], check=True)
    return apt_get


def debian(out, eco, name, apt_get):
    tmp = out / f"tmp-{eco}"; shutil.rmtree(tmp, ignore_errors=True); tmp.mkdir(parents=True)
    subprocess.run(apt_get + ["--download-only", "--only-source", "source", name], cwd=tmp, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    dsc = next(tmp.glob("*.dsc")); tree = out / eco / name
    subprocess.run(["dpkg-source", "--no-check", "-q", "-x", dsc.name, "tree"], cwd=tmp, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    version = dsc.stem.split("_")[1]; copyright_file = (tmp / "tree/debian/copyright").read_text(errors="replace")
    rules = list(stanzas(copyright_file)); licence = next((l for g, l in rules if "*" in g), "")
    kept = [r for r in rules if is_permissive(r[1])]
    if kept:
        keep_sources(tmp / "tree", eco)
        for p in [p for p in (tmp / "tree").rglob("*") if p.is_file()]:
            rel = str(p.relative_to(tmp / "tree")); last = [l for g, l in rules if any(fnmatch.fnmatch(rel, x) for x in g)]
            if rel.startswith("debian/") or not last or not is_permissive(last[-1]): p.unlink()
        tree.parent.mkdir(exist_ok=True); shutil.move(tmp / "tree", tree)
    shutil.rmtree(tmp)
    return tree, version, licence


def main():
    out = pathlib.Path(sys.argv[1]).resolve(); out.mkdir(parents=True, exist_ok=True); ecos = sys.argv[2:] or list(SOURCES)
    apt_get = debian_setup(out) if set(ecos) & set(DEBIAN) else None
    for eco in ecos:
        names = [n for n in LISTS[eco].split() if n not in EXCLUDED]
        if eco == "crates": crates(out, names); continue
        for name in names:
            if (out / eco / name.replace("/", "+")).exists(): continue
            try:
                tree, version, licence = {"pypi": pypi, "npm": npm}[eco](out, name) if eco in ("pypi", "npm") else debian(out, eco, name, apt_get)
            except (subprocess.CalledProcessError, StopIteration, OSError, tarfile.TarError, KeyError) as e:
                print(eco, name, "not fetched:", e.__class__.__name__, flush=True); continue
            kept = is_permissive(licence) if eco in ("pypi", "npm") else tree.exists()
            note(out, eco, name, version, licence, kept)
            if not kept: shutil.rmtree(tree, ignore_errors=True)
            elif eco in ("pypi", "npm"): keep_sources(tree, eco)
    for eco in ecos: shutil.rmtree(out / f"tmp-{eco}", ignore_errors=True)


main()
