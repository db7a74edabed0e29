//! Turns every `<id>/language.toml` and the queries beside it into one entry of `LANGUAGES`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::Path,
    process,
};

use toml::{Table, Value};

const QUERY_NAMES: [&str; 4] = ["tags", "locals", "calls", "imports"];

/// Every key a manifest may have, and what it holds.
const KEYS: &[(&str, Shape)] = &[
    ("id", Shape::Text),
    ("name", Shape::Text),
    ("grammar", Shape::Text),
    ("inherits", Shape::Texts),
    ("extensions", Shape::Texts),
    ("filenames", Shape::Texts),
    ("shebangs", Shape::Texts),
    ("line_comment", Shape::Text),
    ("block_comment", Shape::Texts),
    ("block_marks", Shape::Texts),
    ("identifiers", Shape::Texts),
    ("type_identifiers", Shape::Texts),
    ("label_identifiers", Shape::Texts),
    ("skip", Shape::Texts),
    ("bindings", Shape::Texts),
    ("pattern_skip_fields", Shape::Texts),
    ("pattern_skip", Shape::Texts),
    ("pattern_same", Shape::Texts),
    ("pattern_held", Shape::Texts),
    ("transparent", Shape::Texts),
    ("token_trees", Shape::Texts),
    ("token_texts", Shape::Texts),
    ("format_strings", Shape::Texts),
    ("binding_uppercase", Shape::Bool),
    ("rebinding", Shape::OneOf("Rebinding", &["shadow", "write"])),
    ("self_names", Shape::Texts),
    ("super_names", Shape::Texts),
    ("keywords", Shape::Texts),
    ("read_apart", Shape::Texts),
    ("pattern_char", Shape::Text),
    ("wrappers", Shape::Texts),
    ("optionals", Shape::Texts),
    ("unwrappers", Shape::Texts),
    ("containers", Shape::Texts),
    ("keyed_containers", Shape::Texts),
    ("tuples", Shape::Texts),
    ("makers", Shape::Texts),
    ("self_types", Shape::Texts),
    ("doc_types", Shape::Texts),
    ("doc_parameters", Shape::Texts),
    ("library", Shape::Texts),
    ("iterators", Shape::Texts),
    ("getters", Shape::Texts),
    ("optional_members", Shape::Texts),
    ("name_prefixes", Shape::Texts),
    ("class_scope", Shape::OneOf("ClassScope", &["lexical", "body", "members"])),
    ("interfaces", Shape::OneOf("Interfaces", &["named", "structural"])),
    ("made_by", Shape::OneOf("MadeBy", &["constructor", "type"])),
    ("exports", Shape::OneOf("Exports", &["modifier", "capital", "underscore", "all"])),
    ("modules", Shape::OneOf("Modules", MODULES)),
    ("packages", Shape::OneOf("Packages", &["apart", "nested"])),
    ("manifests", Shape::Texts),
    ("comments", Shape::Texts),
    ("doc_prefixes", Shape::Texts),
    ("docs", Shape::OneOf("Docs", &["comments", "text"])),
    ("doc_between", Shape::Texts),
    ("folds", Shape::Texts),
    ("tests", Shape::Table),
    ("overloads", Shape::Table),
    ("refactor", Shape::Table),
];

const MODULES: &[&str] = &[
    "none",
    "mod-tree",
    "dotted-packages",
    "relative-files",
    "folder-packages",
    "qualified-packages",
    "includes",
    "constants",
];

const TEST_KEYS: [&str; 3] = ["paths", "names", "attributes"];

/// The keys of `[overloads]`, whose meaning is told at `Overloads`.
const OVERLOAD_KEYS: [&str; 8] =
    ["literals", "typed", "no_primitives", "converts", "boxes", "top", "rest", "results"];

/// The keys of `[refactor]`, whose meaning is told at `RefactorRules`; a language without the table
/// has that of the first it inherits.
const REFACTOR_KEYS: &[(&str, Shape)] = &[
    ("blocks", Shape::Texts),
    ("functions", Shape::Texts),
    ("values", Shape::Texts),
    ("evaluated", Shape::Texts),
    ("not_as", Shape::Texts),
    ("several_values", Shape::Texts),
    ("lazy_operators", Shape::Texts),
    ("effects", Shape::Texts),
    ("reads", Shape::Texts),
    ("atoms", Shape::Texts),
    ("borrowed", Shape::Texts),
    ("temporaries", Shape::Texts),
    ("mutable", Shape::Texts),
    ("variables", Shape::Texts),
    ("declare", Shape::Text),
    ("types", Shape::Texts),
    ("type_fields", Shape::Texts),
    ("truth_operators", Shape::Texts),
    ("truth_type", Shape::Text),
    ("plain_types", Shape::Texts),
    ("primitive_types", Shape::Texts),
    ("declared_types", Shape::Texts),
    ("calls", Shape::Texts),
    ("odd_arguments", Shape::Texts),
    ("plain_parameters", Shape::Texts),
    ("returned", Shape::Texts),
    ("special_words", Shape::Texts),
    ("made_visible", Shape::Text),
    ("frame_names", Shape::Texts),
    ("own_frames", Shape::Texts),
    ("fleeting", Shape::Texts),
    ("contextual", Shape::Texts),
    ("definition_wrappers", Shape::Texts),
    ("attributes", Shape::Texts),
    ("harmless_attributes", Shape::Texts),
    ("hidden_by", Shape::Texts),
    ("entry_points", Shape::Texts),
    ("prescribed", Shape::Texts),
    ("found_by_name", Shape::Texts),
    ("written_out", Shape::Texts),
    ("open_inside", Shape::Texts),
    ("blank", Shape::Text),
    ("empty_block", Shape::Text),
    ("exits", Shape::Texts),
    ("loop_exits", Shape::Texts),
    ("loops", Shape::Texts),
    ("not_inside", Shape::Texts),
    ("parameters", Shape::Texts),
    ("passed", Shape::Texts),
    ("narrowed", Shape::Texts),
    ("results", Shape::Texts),
    ("function", Shape::Text),
    ("method", Shape::Text),
    ("parameter", Shape::Text),
    ("receiver", Shape::Text),
    ("result", Shape::Text),
    ("no_result", Shape::Text),
    ("result_statement", Shape::Text),
    ("call_statement", Shape::Text),
    ("method_call", Shape::Text),
    ("clauses", Shape::Texts),
    ("bodies", Shape::Texts),
    ("type_parameters", Shape::Texts),
    ("import_name", Shape::Text),
    ("import_module", Shape::Text),
    ("import_modules", Shape::Texts),
    ("import_order", Shape::Text),
    ("import_effects", Shape::Text),
    ("doc_inside", Shape::Text),
    ("doc_short", Shape::Text),
    ("doc_open", Shape::Texts),
    ("doc_gap", Shape::Texts),
    ("doc_parameters", Shape::Texts),
    ("doc_parameter", Shape::Text),
    ("doc_result", Shape::Texts),
    ("doc_close", Shape::Texts),
];

#[derive(Clone, Copy)]
enum Shape {
    Text,
    Texts,
    Bool,
    /// A type of `lib.rs` and what may stand here; the first is the default.
    OneOf(&'static str, &'static [&'static str]),
    Table,
}

/// A manifest that was read, with the name used in messages.
struct Pack {
    id: String,
    file: String,
    table: Table,
}

fn main() {
    println!("cargo::rerun-if-changed=.");
    match generate() {
        Ok(source) => {
            let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
            fs::write(Path::new(&out).join("languages.rs"), source).expect("OUT_DIR is writable");
        }
        Err(problems) => {
            for problem in &problems {
                println!("cargo::error={problem}");
            }
            process::exit(1);
        }
    }
}

fn generate() -> Result<String, Vec<String>> {
    let mut problems = Vec::new();
    let packs = read_packs(&mut problems);
    let dependencies = dependencies();
    let mut entries = String::new();
    for pack in &packs {
        check_keys(pack, &mut problems);
        check_grammar(pack, &dependencies, &mut problems);
        check_inherits(pack, &packs, &mut problems);
        check_queries(pack, &mut problems);
        entries.push_str(&entry(pack, &packs, &dependencies));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(format!(
        "/// All languages, sorted by id.\n\
         pub static LANGUAGES: [Language; {}] = [\n{entries}];\n",
        packs.len()
    ))
}

fn read_packs(problems: &mut Vec<String>) -> Vec<Pack> {
    let mut folders: Vec<String> = fs::read_dir(".")
        .expect("the folder of the crate can be listed")
        .filter_map(|it| it.ok()?.file_name().into_string().ok())
        .filter(|it| Path::new(it).join("language.toml").is_file())
        .collect();
    folders.sort();
    let mut packs = Vec::new();
    for id in folders {
        let file = format!("grammars/{id}/language.toml");
        let text = fs::read_to_string(format!("{id}/language.toml"));
        let table = text
            .map_err(|it| it.to_string())
            .and_then(|text| text.parse::<Table>().map_err(|it| it.to_string().replace('\n', " ")));
        match table {
            Ok(table) => packs.push(Pack { id, file, table }),
            Err(error) => problems.push(format!("{file}: {error}")),
        }
    }
    packs
}

/// The crates in `[dependencies]`, as paths in code spell them, with their versions.
fn dependencies() -> BTreeMap<String, String> {
    let manifest = fs::read_to_string("Cargo.toml").expect("the manifest of the crate is readable");
    let table: Table = manifest.parse().expect("cargo has parsed this manifest already");
    let all = table.get("dependencies").and_then(Value::as_table).into_iter().flatten();
    all.map(|(name, version)| {
        let version = version.as_str().unwrap_or_default().to_owned();
        (name.replace('-', "_"), version)
    })
    .collect()
}

fn check_keys(pack: &Pack, problems: &mut Vec<String>) {
    let file = &pack.file;
    for required in ["id", "name", "grammar"] {
        if !pack.table.contains_key(required) {
            problems.push(format!("{file}: the key `{required}` is missing"));
        }
    }
    for (key, value) in &pack.table {
        let Some((_, shape)) = KEYS.iter().find(|(name, _)| name == key) else {
            problems.push(format!("{file}: unknown key `{key}`"));
            continue;
        };
        if let Some(problem) = shape_problem(*shape, value) {
            problems.push(format!("{file}: `{key}` {problem}"));
        }
    }
    for (key, value) in pack.table.get("refactor").and_then(Value::as_table).into_iter().flatten() {
        let Some((_, shape)) = REFACTOR_KEYS.iter().find(|(name, _)| name == key) else {
            problems.push(format!("{file}: unknown key `refactor.{key}`"));
            continue;
        };
        if let Some(problem) = shape_problem(*shape, value) {
            problems.push(format!("{file}: `refactor.{key}` {problem}"));
        }
    }
    for (table, keys) in [("tests", &TEST_KEYS[..]), ("overloads", &OVERLOAD_KEYS)] {
        for (key, value) in pack.table.get(table).and_then(Value::as_table).into_iter().flatten() {
            if !keys.contains(&key.as_str()) {
                problems.push(format!("{file}: unknown key `{table}.{key}`"));
            } else if let Some(problem) = shape_problem(Shape::Texts, value) {
                problems.push(format!("{file}: `{table}.{key}` {problem}"));
            }
        }
    }
    if text(pack, "id").is_some_and(|it| it != pack.id) {
        problems.push(format!("{file}: `id` is not the name of the folder"));
    }
    if !matches!(texts(pack, "block_comment").len(), 0 | 2) {
        problems.push(format!("{file}: `block_comment` is a begin and an end"));
    }
}

fn shape_problem(shape: Shape, value: &Value) -> Option<String> {
    let is_texts = value.as_array().is_some_and(|it| it.iter().all(Value::is_str));
    match shape {
        Shape::Text if !value.is_str() => Some("must be a string".to_owned()),
        Shape::Texts if !is_texts => Some("must be a list of strings".to_owned()),
        Shape::Bool if !value.is_bool() => Some("must be true or false".to_owned()),
        Shape::Table if !value.is_table() => Some("must be a table".to_owned()),
        Shape::OneOf(_, names) if !value.as_str().is_some_and(|it| names.contains(&it)) => {
            Some(format!("must be one of {}", names.join(", ")))
        }
        _ => None,
    }
}

fn check_grammar(pack: &Pack, dependencies: &BTreeMap<String, String>, problems: &mut Vec<String>) {
    let Some(grammar) = text(pack, "grammar") else { return };
    let version = grammar_version(pack, dependencies);
    // Facts that are kept are those of one version.
    if !version.is_some_and(|it| it.starts_with('=')) {
        let name = grammar.split("::").next().unwrap_or_default().replace('_', "-");
        problems.push(format!(
            "{}: grammar `{grammar}` needs the crate `{name} = \"=<exact version>\"` under \
             [dependencies] of grammars/Cargo.toml",
            pack.file
        ));
    }
}

/// The version of the crate that a pack's grammar is in.
fn grammar_version<'a>(pack: &Pack, dependencies: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let name = text(pack, "grammar")?.split("::").next()?;
    dependencies.get(name).map(String::as_str)
}

fn check_inherits(pack: &Pack, packs: &[Pack], problems: &mut Vec<String>) {
    for parent in texts(pack, "inherits") {
        match packs.iter().find(|it| it.id == parent) {
            None => {
                problems.push(format!("{}: `inherits` names no language `{parent}`", pack.file));
            }
            Some(_) if parent == pack.id => {
                problems.push(format!("{}: a language cannot inherit itself", pack.file));
            }
            Some(_) => {}
        }
    }
}

/// A misspelt query file would silently do nothing.
fn check_queries(pack: &Pack, problems: &mut Vec<String>) {
    let names = fs::read_dir(&pack.id).into_iter().flatten();
    for name in names.filter_map(|it| it.ok()?.file_name().into_string().ok()) {
        let stem = name.strip_suffix(".scm");
        if stem.is_some_and(|it| !QUERY_NAMES.contains(&it)) {
            problems.push(format!("grammars/{}/{name}: not one of {QUERY_NAMES:?}", pack.id));
        }
    }
}

fn text<'a>(pack: &'a Pack, key: &str) -> Option<&'a str> {
    pack.table.get(key).and_then(Value::as_str)
}

fn texts<'a>(pack: &'a Pack, key: &str) -> Vec<&'a str> {
    strings(pack.table.get(key))
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The source of one `Language`.
fn entry(pack: &Pack, packs: &[Pack], dependencies: &BTreeMap<String, String>) -> String {
    let mut res =
        format!("    Language {{\n        grammar: {},\n", text(pack, "grammar").unwrap_or("?"));
    for (key, shape) in KEYS {
        let value = match *shape {
            _ if matches!(*key, "grammar" | "inherits") => continue,
            Shape::Text if *key == "line_comment" => format!("{:?}", text(pack, key)),
            Shape::Text => format!("{:?}", text(pack, key).unwrap_or_default()),
            Shape::Texts if *key == "block_comment" => match texts(pack, key)[..] {
                [begin, end] => format!("Some(({begin:?}, {end:?}))"),
                _ => "None".to_owned(),
            },
            Shape::Texts if *key == "read_apart" => match pack.table.contains_key(*key) {
                true => format!("Some(&{:?})", texts(pack, key)),
                false => "None".to_owned(),
            },
            Shape::Texts => format!("&{:?}", texts_or_default(pack, key)),
            // A binding may begin in upper case unless the language says otherwise.
            Shape::Bool => {
                format!("{}", pack.table.get(*key).and_then(Value::as_bool).unwrap_or(true))
            }
            Shape::OneOf(name, names) => {
                format!("{name}::{}", camel(text(pack, key).unwrap_or(names[0])))
            }
            Shape::Table if *key == "refactor" => refactor(pack, packs),
            Shape::Table if *key == "overloads" => lists(pack, key, "Overloads", &OVERLOAD_KEYS),
            Shape::Table => lists(pack, key, "Tests", &TEST_KEYS),
        };
        let _ = writeln!(res, "        {key}: {value},");
    }
    let version = grammar_version(pack, dependencies).unwrap_or_default();
    let _ = writeln!(res, "        words: &{:?},", words(pack, packs));
    let _ = writeln!(res, "        query_files: &[\n{}        ],", query_files(pack, packs));
    let _ = writeln!(res, "        fingerprint: {:#x},", fingerprint(pack, packs, version));
    res.push_str("        compiled: OnceLock::new(),\n    },\n");
    res
}

/// Any comment right before a definition documents it, unless the language says which do.
fn texts_or_default<'a>(pack: &'a Pack, key: &str) -> Vec<&'a str> {
    match key {
        "doc_prefixes" if !pack.table.contains_key(key) => vec![""],
        _ => texts(pack, key),
    }
}

/// A table of lists as a value of the struct `name`.
fn lists(pack: &Pack, table: &str, name: &str, keys: &[&str]) -> String {
    let table = pack.table.get(table).and_then(Value::as_table);
    let mut res = format!("{name} {{ ");
    for key in keys {
        let _ = write!(res, "{key}: &{:?}, ", strings(table.and_then(|it| it.get(*key))));
    }
    res + "}"
}

/// The rules of a language, else those of the first it inherits that has some.
fn refactor(pack: &Pack, packs: &[Pack]) -> String {
    let ids = ancestors(pack, packs, 0);
    let mut sources = ids.iter().rev().filter_map(|id| packs.iter().find(|it| it.id == *id));
    let table = sources.find_map(|it| it.table.get("refactor")).and_then(Value::as_table);
    let mut res = "RefactorRules { ".to_owned();
    for (key, shape) in REFACTOR_KEYS {
        let value = table.and_then(|it| it.get(*key));
        let _ = match shape {
            Shape::Text => {
                write!(res, "{key}: {:?}, ", value.and_then(Value::as_str).unwrap_or(""))
            }
            _ => write!(res, "{key}: &{:?}, ", strings(value)),
        };
    }
    res + "}"
}

/// What a language inherits stands before its own, file by file.
fn query_files(pack: &Pack, packs: &[Pack]) -> String {
    let mut res = String::new();
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let parents = ancestors(pack, packs, 0);
    for query in QUERY_NAMES {
        for id in &parents {
            let name = format!("{id}/{query}.scm");
            if Path::new(&name).is_file() {
                let path = format!("{root}/{name}");
                let _ = writeln!(
                    res,
                    "            QueryFile {{ name: {name:?}, text: include_str!({path:?}) }},"
                );
            }
        }
    }
    res
}

/// What stands in quotes in the manifests and the queries of a language, sorted: the words that
/// mean something there.
fn words(pack: &Pack, packs: &[Pack]) -> Vec<String> {
    let mut res = BTreeSet::new();
    for id in ancestors(pack, packs, 0) {
        let files = QUERY_NAMES.map(|it| format!("{id}/{it}.scm"));
        for file in files.into_iter().chain([format!("{id}/language.toml")]) {
            let text = fs::read_to_string(file).unwrap_or_default();
            let quoted = text.lines().flat_map(|it| it.split('"').skip(1).step_by(2));
            let words = quoted.flat_map(|it| it.split(|c: char| !c.is_alphanumeric() && c != '_'));
            res.extend(words.filter(|it| !it.is_empty()).map(str::to_owned));
        }
    }
    res.into_iter().collect()
}

/// A number that changes with the manifest, every query and the grammar of a language (FNV-1a).
fn fingerprint(pack: &Pack, packs: &[Pack], version: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |text: String| {
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    // No fact depends on how a refactoring is written.
    let mut table = pack.table.clone();
    table.remove("refactor");
    table.remove("pattern_char");
    table.remove("read_apart");
    add(table.to_string());
    add(version.to_owned());
    for id in ancestors(pack, packs, 0) {
        for query in QUERY_NAMES {
            add(fs::read_to_string(format!("{id}/{query}.scm")).unwrap_or_default());
        }
    }
    hash
}

/// Ids of `pack` and all it inherits, parents first, each once.
fn ancestors(pack: &Pack, packs: &[Pack], depth: usize) -> Vec<String> {
    const DEPTH_MAX: usize = 8;
    let mut res: Vec<String> = Vec::new();
    let parents = texts(pack, "inherits").into_iter().filter(|_| depth < DEPTH_MAX);
    for parent in parents.filter_map(|id| packs.iter().find(|it| it.id == id)) {
        for id in ancestors(parent, packs, depth + 1) {
            if !res.contains(&id) {
                res.push(id);
            }
        }
    }
    res.push(pack.id.clone());
    res
}

/// `mod-tree` as `ModTree`.
fn camel(name: &str) -> String {
    let words = name.split('-');
    words.map(|it| it[..1].to_ascii_uppercase() + &it[1..]).collect()
}
