//! What a project's manifest says about modules: names, entry files, aliases. A manifest that does
//! not parse says nothing.

use serde_json::Value as Json;
use syntax::FileFacts;
use toml::{Table, Value as Toml};
use vfs::VfsPath;

use crate::entry::folder;

/// Path aliases of one `tsconfig.json` that are looked at.
const ALIASES_MAX: usize = 256;
/// Folders of includes of one build that are looked at.
const INCLUDES_MAX: usize = 256;

/// A manifest, reduced to what resolution asks of it. Paths are relative to its folder, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// `Cargo.toml`.
    Crate(CrateManifest),
    /// `package.json`.
    Node(NodeManifest),
    /// `tsconfig.json`, `jsconfig.json`.
    Paths(PathsManifest),
    /// `go.mod`: the path that its folder has in imports.
    GoModule(String),
    /// `compile_commands.json`: the folders in which the build looks for what is included, from the
    /// root of the file system.
    Includes(Vec<String>),
}

/// A crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CrateManifest {
    /// The name that `use` knows the library by.
    pub(crate) name: Option<String>,
    /// Where the library begins, if said.
    pub(crate) lib: Option<String>,
    /// Dependencies that go by another name here: name here, package.
    pub(crate) renamed: Vec<(String, String)>,
}

/// A package of npm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NodeManifest {
    /// Its name.
    pub(crate) name: Option<String>,
    /// Subpath (`.`, `./feature`) and the files it may stand for, best first.
    pub(crate) entries: Vec<(String, Vec<String>)>,
    /// What its own files import by a name that begins with `#`, and what that may stand for.
    pub(crate) imports: Vec<(String, Vec<String>)>,
}

/// Aliases of import paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PathsManifest {
    /// Where paths that are not relative begin.
    pub(crate) base: Option<String>,
    /// Pattern with at most one `*`, and what it stands for.
    pub(crate) aliases: Vec<(String, Vec<String>)>,
    /// The files that say the rest.
    pub(crate) extends: Vec<String>,
}

impl Manifest {
    pub(crate) fn of(path: &VfsPath, facts: &FileFacts) -> Option<Manifest> {
        let text = facts.manifest.as_deref()?;
        match path.file_name()? {
            "Cargo.toml" => Some(Manifest::Crate(crate_manifest(text)?)),
            "package.json" => Some(Manifest::Node(node_manifest(text)?)),
            "compile_commands.json" => Some(Manifest::Includes(include_folders(path, text)?)),
            "go.mod" => go_module(text).map(Manifest::GoModule),
            name if name.starts_with("tsconfig") || name == "jsconfig.json" => {
                Some(Manifest::Paths(paths_manifest(text)?))
            }
            _ => None,
        }
    }
}

fn crate_manifest(text: &str) -> Option<CrateManifest> {
    let table: Table = text.parse().ok()?;
    let string = |section: &str, key: &str| {
        Some(table.get(section)?.as_table()?.get(key)?.as_str()?.to_owned())
    };
    let name = string("lib", "name").or_else(|| string("package", "name"));
    let mut renamed = Vec::new();
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(dependencies) = table.get(section).and_then(Toml::as_table) else { continue };
        for (key, dependency) in dependencies {
            let package = dependency.as_table().and_then(|it| it.get("package")?.as_str());
            if let Some(package) = package {
                renamed.push((crate_name(key), crate_name(package)));
            }
        }
    }
    // A workspace may rename a dependency for all its members.
    let shared =
        table.get("workspace").and_then(|it| it.as_table()?.get("dependencies")?.as_table());
    for (key, dependency) in shared.into_iter().flatten() {
        let package = dependency.as_table().and_then(|it| it.get("package")?.as_str());
        if let Some(package) = package {
            renamed.push((crate_name(key), crate_name(package)));
        }
    }
    Some(CrateManifest {
        name: name.map(|it| crate_name(&it)),
        lib: string("lib", "path"),
        renamed,
    })
}

fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

fn node_manifest(text: &str) -> Option<NodeManifest> {
    let json: Json = serde_json::from_str(text).ok()?;
    let mut entries = Vec::new();
    match json.get("exports") {
        Some(Json::Object(map)) if map.keys().all(|it| it.starts_with('.')) => {
            for (subpath, target) in map {
                entries.push((subpath.clone(), strings(target)));
            }
        }
        Some(target) => entries.push((".".to_owned(), strings(target))),
        None => {}
    }
    let main: Vec<String> = ["source", "types", "typings", "module", "main"]
        .iter()
        .filter_map(|it| Some(json.get(it)?.as_str()?.to_owned()))
        .collect();
    entries.push((".".to_owned(), main));
    let name = json.get("name").and_then(Json::as_str).map(str::to_owned);
    let imports = json.get("imports").and_then(Json::as_object).into_iter().flatten();
    let imports = imports.map(|(name, target)| (name.clone(), strings(target))).collect();
    Some(NodeManifest { name, entries, imports })
}

/// All strings inside a conditional export, in order.
fn strings(json: &Json) -> Vec<String> {
    match json {
        Json::String(text) => vec![text.clone()],
        Json::Array(items) => items.iter().flat_map(strings).collect(),
        Json::Object(map) => map.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

fn paths_manifest(text: &str) -> Option<PathsManifest> {
    let json: Json = serde_json::from_str(&plain_json(text)).ok()?;
    let option = |key: &str| json.get("compilerOptions")?.get(key);
    let base = option("baseUrl").and_then(Json::as_str).map(str::to_owned);
    let aliases = option("paths").and_then(Json::as_object);
    let aliases = aliases.into_iter().flatten().take(ALIASES_MAX);
    let aliases = aliases.map(|(pattern, targets)| (pattern.clone(), strings(targets))).collect();
    let extends = json.get("extends").map(strings).unwrap_or_default();
    Some(PathsManifest { base, aliases, extends })
}

/// JSON with comments and trailing commas, as its authors write it, without them.
fn plain_json(text: &str) -> String {
    let mut res = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                res.push(c);
                while let Some(c) = chars.next() {
                    res.push(c);
                    match c {
                        '\\' => res.extend(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|it| *it != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '}' | ']' => {
                let kept = res.trim_end().len();
                if res[..kept].ends_with(',') {
                    res.truncate(kept - 1);
                }
                res.push(c);
            }
            _ => res.push(c),
        }
    }
    res
}

fn go_module(text: &str) -> Option<String> {
    let line = text.lines().find_map(|it| it.trim().strip_prefix("module "))?;
    Some(line.split("//").next()?.trim().trim_matches('"').to_owned())
}

/// The folders that the commands of a build are given for includes, each once, in order.
fn include_folders(path: &VfsPath, text: &str) -> Option<Vec<String>> {
    const FLAGS: [&str; 3] = ["-I", "-isystem", "-iquote"];
    let json: Json = serde_json::from_str(text).ok()?;
    let mut folders: Vec<String> = Vec::new();
    let own_folder = path.parent()?;
    for command in json.as_array()? {
        let directory = command.get("directory").and_then(Json::as_str).unwrap_or(".");
        let directory = from_folder(&own_folder, directory);
        let words: Vec<&str> = match (command.get("arguments"), command.get("command")) {
            (Some(Json::Array(words)), _) => words.iter().filter_map(Json::as_str).collect(),
            (_, Some(Json::String(line))) => line.split_whitespace().collect(),
            _ => continue,
        };
        for (at, word) in words.iter().enumerate() {
            let Some(rest) = FLAGS.iter().find_map(|it| word.strip_prefix(it)) else { continue };
            let written = if rest.is_empty() { words.get(at + 1).copied() } else { Some(rest) };
            let Some(written) = written else { continue };
            let folder = directory.join(written.trim_matches(['"', '\\'])).to_string();
            if folders.len() < INCLUDES_MAX && !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }
    Some(folders)
}

/// A path as written in a folder, from the root of the file system or not.
fn from_folder(folder: &VfsPath, written: &str) -> VfsPath {
    let absolute = written.starts_with('/').then(|| VfsPath::new(written)).flatten();
    absolute.unwrap_or_else(|| folder.join(written))
}

/// The folder of a manifest.
pub(crate) fn manifest_folder(path: &VfsPath) -> &str {
    folder(path.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_known_by_its_library_name() {
        let text = r#"
[package]
name = "my-shop"
[lib]
path = "lib/shop.rs"
[dependencies]
cart = { package = "shop-cart", version = "1" }
serde = "1""#;
        let manifest = crate_manifest(text).unwrap();
        assert_eq!(manifest.name.as_deref(), Some("my_shop"));
        assert_eq!(manifest.lib.as_deref(), Some("lib/shop.rs"));
        assert_eq!(manifest.renamed, [("cart".to_owned(), "shop_cart".to_owned())]);
        assert_eq!(crate_manifest("[package"), None);
    }

    #[test]
    fn exports_come_before_main() {
        let text = r#"{"name": "@a/b", "main": "dist/x.js",
            "exports": {".": {"import": "./src/i.ts"}, "./f": "./src/f.ts"}}"#;
        let manifest = node_manifest(text).unwrap();
        let entries: Vec<_> = manifest.entries.iter().map(|it| (&*it.0, it.1.join(" "))).collect();
        assert_eq!(
            entries,
            [
                (".", "./src/i.ts".to_owned()),
                ("./f", "./src/f.ts".to_owned()),
                (".", "dist/x.js".to_owned())
            ]
        );
    }

    #[test]
    fn comments_and_trailing_commas_are_read_over() {
        let text = r#"
{ // a
 "compilerOptions": { /* b */ "baseUrl": "./src//x", "paths": {"@/*": ["./*",],}, },
}"#;
        let manifest = paths_manifest(text).unwrap();
        assert_eq!(manifest.base.as_deref(), Some("./src//x"));
        assert_eq!(manifest.aliases, [("@/*".to_owned(), vec!["./*".to_owned()])]);
    }

    #[test]
    fn the_module_of_go_is_its_first_line() {
        assert_eq!(go_module("// x\nmodule a.org/b // c\n\ngo 1.22"), Some("a.org/b".to_owned()));
        assert_eq!(go_module("go 1.22"), None);
    }
}
