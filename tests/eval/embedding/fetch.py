#!/usr/bin/env python3
"""Fetch the training packages from their registries with the registries' own clients.

  fetch.py DIR [ECOSYSTEM ...]     pypi npm crates go java c cpp ruby php csharp; default: all

Leaves DIR/<ecosystem>/<package>/ with the sources, and DIR/licences.tsv with what each package's
own metadata says of its licence. A package under anything but a permissive licence is removed
again; so are single files of Debian packages whose copyright file puts them under another one.
Needs pip, npm, cargo and apt-get (with dpkg-source); writes nothing outside DIR.
"""
import fnmatch
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile

HERE = pathlib.Path(__file__).parent
LISTS = tomllib.loads((HERE / "packages.toml").read_text())
EXCLUDED = set(LISTS.pop("excluded"))
# Crates that are part of an evaluation, or bindings without a sentence.
EXCLUDED_CRATES = ("tokio", "windows", "web-sys", "js-sys")
# What these languages are taken from: Debian's source packages.
DEBIAN = ("go", "java", "c", "cpp", "ruby", "php", "csharp")
DEBIAN_SOURCE = (
    "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
    "http://deb.debian.org/debian bookworm main\n"
)
# Crates of one manifest: where they cannot be resolved together, only these are lost.
CRATES_AT_ONCE = 12

PERMISSIVE = re.compile(
    r"(?i)^(mit|mit-\S+|expat|x11|isc|bsd\S*|0bsd|apache\S*|asl-?2\S*|zlib|libpng\S*|boost\S*"
    r"|bsl-1\S*|bsl|psf\S*|python\S*|postgresql|ruby|unlicense|cc0\S*|public-domain|pd|ntp|hpnd"
    r"|wtfpl|unicode\S*|ms-pl|curl|openssl|blessing|upl\S*|tcl|php-\S+|artistic-2\S*|boehm\S*|ijg"
    r"|openldap\S*|vorbis|fsf\S*|permissive)$"
)
SOURCES = {
    "go": (".go",),
    "java": (".java",),
    "c": (".c", ".h"),
    "cpp": (".cc", ".cpp", ".cxx", ".h", ".hpp", ".hh"),
    "ruby": (".rb",),
    "php": (".php",),
    "csharp": (".cs",),
    "pypi": (".py",),
    "npm": (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"),
    "crates": (".rs",),
}
# What PyPI's classifiers call the licences that others name by their SPDX id.
CLASSIFIERS = {
    "MIT": "MIT",
    "BSD": "BSD",
    "Apache Software": "Apache-2.0",
    "ISC": "ISC",
    "Python Software Foundation": "PSF-2.0",
}
NOT_FETCHED = (
    subprocess.CalledProcessError,
    StopIteration,
    OSError,
    tarfile.TarError,
    KeyError,
)


def is_permissive(licence):
    """True where every licence of an AND, or of one side of an OR, is permissive."""
    for side in re.split(r"(?i)\s+or\s+|/|\|", licence or ""):
        side = re.sub(r"(?i)[ -]licen[cs]e.*$", "", side.strip(" ()"))
        parts = [it.strip(" ()").replace(" ", "-") for it in re.split(r"(?i)\s+and\s+|,|;", side)]
        if side and all(PERMISSIVE.match(it) for it in parts):
            return True
    return False


def note(out, ecosystem, name, version, licence, is_kept):
    said = " ".join((licence or "?").split())[:120]
    row = [ecosystem, name, version, said, "kept" if is_kept else "dropped"]
    with open(out / "licences.tsv", "a") as file:
        print(*row, sep="\t", file=file)
    print(*row, flush=True)


def keep_sources(tree, ecosystem):
    """Removes everything that is no source of the ecosystem's languages."""
    for path in tree.rglob("*"):
        is_source = path.suffix in SOURCES[ecosystem]
        is_made = path.name.endswith((".min.js", ".d.ts"))
        if path.is_symlink() or (path.is_file() and (not is_source or is_made)):
            path.unlink()
    folders = [path for path in tree.rglob("*") if path.is_dir()]
    for path in sorted(folders, key=lambda it: -len(str(it))):
        if not any(path.iterdir()):
            path.rmdir()


def emptied(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def quietly(command, folder):
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd=folder, check=True, stdout=quiet, stderr=quiet)


def pypi(out, name):
    """Folder, version and licence of a wheel's sources, tests left out."""
    tmp, tree = emptied(out / "tmp-pypi"), out / "pypi" / name
    wheel_only = ["--no-deps", "--only-binary", ":all:"]
    quietly([sys.executable, "-m", "pip", "download", "-q", *wheel_only, name], tmp)
    with zipfile.ZipFile(next(tmp.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        meta = next(it for it in names if it.endswith(".dist-info/METADATA"))
        meta = wheel.read(meta).decode("utf8", "replace").split("\n\n")[0]
        for it in names:
            if it.endswith(".py") and "/tests/" not in it and "/test_" not in it:
                wheel.extract(it, tree)
    return tree, re.search(r"(?m)^Version: (.*)$", meta)[1], pypi_licence(meta)


def pypi_licence(meta):
    """The expression, else the classifiers, else the short text of a wheel's metadata."""
    expression = re.search(r"(?m)^License-Expression: (.*)$", meta)
    if expression:
        return expression[1]
    classifier = r"(?m)^Classifier: License :: OSI Approved :: (.*?)(?: License)?(?: \(.*\))?$"
    found = re.findall(classifier, meta)
    if found:
        return " AND ".join(CLASSIFIERS.get(it, it.replace(" ", "-")) for it in found)
    short = re.search(r"(?m)^License: (.*)$", meta)
    if not short or len(short[1]) >= 60:
        return ""
    words = r"(?i)^(the )?(mit|apache|new bsd|bsd)[ -].*$"
    return re.sub(words, lambda it: it[2].split()[-1], short[1].strip())


def npm(out, name):
    tmp, tree = emptied(out / "tmp-npm"), out / "npm" / name.replace("/", "+")
    quietly(["npm", "pack", "--silent", name], tmp)
    with tarfile.open(next(tmp.glob("*.tgz"))) as packed:
        packed.extractall(tree, filter="data")
    meta = json.loads(next(tree.glob("*/package.json")).read_text())
    licence = meta.get("license") or ""
    return tree, meta["version"], licence if isinstance(licence, str) else licence.get("type", "")


def crates(out, names):
    """One manifest for several crates: what they depend on comes along, each with its licence."""
    work = emptied(out / "tmp-crates")
    (work / "src").mkdir()
    (work / "src/lib.rs").write_text("")
    package = '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n'
    vendor = ["cargo", "vendor", "-q", "--versioned-dirs", "--no-delete", str(out / "crates")]
    for at in range(0, len(names), CRATES_AT_ONCE):
        part = names[at : at + CRATES_AT_ONCE]
        wanted = "".join(f'{it} = {{ version = "*", default-features = false }}\n' for it in part)
        (work / "Cargo.toml").write_text(f"{package}[workspace]\n[dependencies]\n{wanted}")
        (work / "Cargo.lock").unlink(missing_ok=True)
        done = subprocess.run(vendor, cwd=work, capture_output=True)
        if done.returncode:
            print("crates", part, done.stderr.decode()[-300:], flush=True)
    sift_crates(out)


def sift_crates(out):
    """Keeps the sources of the crates under permissive licences."""
    for tree in sorted((out / "crates").iterdir()):
        package = tomllib.loads((tree / "Cargo.toml").read_text())["package"]
        name, licence = package["name"], package.get("license", "")
        is_excluded = name in EXCLUDED or name.startswith(EXCLUDED_CRATES)
        is_kept = is_permissive(licence) and not is_excluded
        note(out, "crates", name, package["version"], licence, is_kept)
        if is_kept:
            keep_sources(tree, "crates")
        else:
            shutil.rmtree(tree)


def debian_client(out):
    """`apt-get` with lists and caches of its own, for source packages alone."""
    apt = out / "apt"
    for folder in ("lists/partial", "cache/archives/partial", "parts"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    (apt / "sources.list").write_text(DEBIAN_SOURCE)
    (apt / "status").touch()
    options = {
        "Dir::Etc::sourcelist": apt / "sources.list",
        "Dir::Etc::sourceparts": apt / "parts",
        "Dir::State": apt,
        "Dir::State::lists": apt / "lists",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt / "cache",
    }
    client = ["apt-get", "-qq"]
    for name, value in options.items():
        client += ["-o", f"{name}={value}"]
    subprocess.run(client + ["update"], check=True)
    return client


def debian(out, ecosystem, name, client):
    """As for the others; the licence is that of the files that no other rule names."""
    tmp, tree = emptied(out / f"tmp-{ecosystem}"), out / ecosystem / name
    quietly(client + ["--download-only", "--only-source", "source", name], tmp)
    source = next(tmp.glob("*.dsc"))
    quietly(["dpkg-source", "--no-check", "-q", "-x", source.name, "tree"], tmp)
    copyright_file = (tmp / "tree/debian/copyright").read_text(errors="replace")
    rules = list(stanzas(copyright_file))
    if any(is_permissive(licence) for _, licence in rules):
        keep_sources(tmp / "tree", ecosystem)
        drop_by_rules(tmp / "tree", rules)
        tree.parent.mkdir(exist_ok=True)
        shutil.move(tmp / "tree", tree)
    shutil.rmtree(tmp)
    licence = next((licence for globs, licence in rules if "*" in globs), "")
    return tree, source.stem.split("_")[1], licence


def stanzas(copyright_file):
    """The `Files` stanzas of a machine-readable copyright file: (globs, licence)."""
    for block in re.split(r"\n\s*\n", copyright_file):
        files = re.search(r"(?ms)^Files:(.*?)(?=^\S|\Z)", block)
        licence = re.search(r"(?m)^License:[ \t]*(.*)$", block)
        if files and licence:
            yield files[1].split(), licence[1].strip()


def drop_by_rules(tree, rules):
    """Removes the files that the last rule which names them puts under another licence."""
    for path in [it for it in tree.rglob("*") if it.is_file()]:
        rel = str(path.relative_to(tree))
        named = [l for globs, l in rules if any(fnmatch.fnmatch(rel, it) for it in globs)]
        if rel.startswith("debian/") or not named or not is_permissive(named[-1]):
            path.unlink()


def fetch(out, ecosystem, name, client):
    """One package: fetched, noted, and removed again where its licence is not permissive."""
    try:
        if ecosystem in DEBIAN:
            tree, version, licence = debian(out, ecosystem, name, client)
            is_kept = tree.exists()
        else:
            tree, version, licence = {"pypi": pypi, "npm": npm}[ecosystem](out, name)
            is_kept = is_permissive(licence)
    except NOT_FETCHED as error:
        print(ecosystem, name, "not fetched:", error.__class__.__name__, flush=True)
        return
    note(out, ecosystem, name, version, licence, is_kept)
    if not is_kept:
        shutil.rmtree(tree, ignore_errors=True)
    elif ecosystem not in DEBIAN:
        keep_sources(tree, ecosystem)


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    ecosystems = sys.argv[2:] or list(SOURCES)
    client = debian_client(out) if set(ecosystems) & set(DEBIAN) else None
    for ecosystem in ecosystems:
        names = [it for it in LISTS[ecosystem].split() if it not in EXCLUDED]
        if ecosystem == "crates":
            crates(out, names)
        else:
            for name in names:
                if not (out / ecosystem / name.replace("/", "+")).exists():
                    fetch(out, ecosystem, name, client)
        shutil.rmtree(out / f"tmp-{ecosystem}", ignore_errors=True)


main()
