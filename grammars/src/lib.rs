//! The languages the server knows: a folder of queries and one manifest each, and no code.

mod allocation;
mod glob;
mod overloads;
mod query;
mod refactor;
mod rewrite;

use std::{fmt, sync::OnceLock};

use tree_sitter_language::LanguageFn;

pub use crate::{
    allocation::{Allocated, allocated},
    glob::glob_matches,
    overloads::Overloads,
    query::{Capture, CompiledQuery, Kinds, PatternSource, QueryProblem},
    refactor::RefactorRules,
};

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// A language: what `grammars/<id>/language.toml` and the queries beside it say. There is one value
/// for each language, in [`LANGUAGES`].
pub struct Language {
    /// The name of its folder.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// File name endings without the dot, lower case.
    pub extensions: &'static [&'static str],
    /// Whole file names.
    pub filenames: &'static [&'static str],
    /// Interpreters in a first line that begins with `#!`.
    pub shebangs: &'static [&'static str],
    /// What begins a comment that ends with its line.
    pub line_comment: Option<&'static str>,
    /// What begins and ends a comment.
    pub block_comment: Option<(&'static str, &'static str)>,
    /// Words that begin a block, where blocks begin by their column and the grammar's scanner has
    /// room for so many inside each other only: deeper ones would end the process.
    pub block_marks: &'static [&'static str],
    /// Node kinds whose text is a name: each is a definition's name or a reference.
    pub identifiers: &'static [&'static str],
    /// Those of them that stand only where a type stands.
    pub type_identifiers: &'static [&'static str],
    /// Those of them that are jump labels or lifetimes.
    pub label_identifiers: &'static [&'static str],
    /// Node kinds that hold no names at all, whatever is inside.
    pub skip: &'static [&'static str],
    /// Node kinds that bind a name inside a pattern (`@local.pattern`).
    pub bindings: &'static [&'static str],
    /// Fields of a pattern that bind nothing (`type`, a default value).
    pub pattern_skip_fields: &'static [&'static str],
    /// Node kinds of a pattern that bind nothing.
    pub pattern_skip: &'static [&'static str],
    /// Node kinds of a pattern that bind what the whole pattern is given (`ref x`).
    pub pattern_same: &'static [&'static str],
    /// Names of patterns that bind what an `optionals` type holds (`Some`).
    pub pattern_held: &'static [&'static str],
    /// Node kinds that stand for their first named child as a value or qualifier (`(a)`, `a?`).
    pub transparent: &'static [&'static str],
    /// Node kinds that hold mere tokens (arguments of a macro): what a name in them does is told
    /// from the tokens beside it.
    pub token_trees: &'static [&'static str],
    /// Node kinds whose text is such tokens, of which the grammar makes no nodes (the body of a
    /// macro).
    pub token_texts: &'static [&'static str],
    /// Node kinds of string contents in such tokens whose `{name}` are references.
    pub format_strings: &'static [&'static str],
    /// False where a name in a pattern that begins in upper case is a reference, not a binding.
    pub binding_uppercase: bool,
    /// A second binding of a name in one scope.
    pub rebinding: Rebinding,
    /// Names of the receiver, or of the module itself.
    pub self_names: &'static [&'static str],
    /// Names of the receiver as its base type (`super`), or of the module around.
    pub super_names: &'static [&'static str],
    /// Words that cannot be names.
    pub keywords: &'static [&'static str],
    /// Words that the grammar reads otherwise than other names although no node is called so;
    /// `None` where the letters of a name, or its length, decide how a text is read.
    pub read_apart: Option<&'static [&'static str]>,
    /// What begins a name in a pattern for a hole, where `$` cannot begin a name.
    pub pattern_char: &'static str,
    /// Types through which the members of their first argument are reached (`Box<T>`).
    pub wrappers: &'static [&'static str],
    /// Types that hold their first argument until it is taken out (`Option<T>`, `Promise<T>`): by
    /// an operator that leaves no trace in the facts (`?`, `await`), or by one of `unwrappers`.
    pub optionals: &'static [&'static str],
    /// Methods that give what the receiver holds, or the receiver once more (`unwrap`, `clone`).
    pub unwrappers: &'static [&'static str],
    /// Types of many values, of their first argument (`Vec<T>`).
    pub containers: &'static [&'static str],
    /// Types of many values by key, of their second argument (`Map<K, V>`).
    pub keyed_containers: &'static [&'static str],
    /// Types that put their arguments together in order (`Tuple[A, B]`).
    pub tuples: &'static [&'static str],
    /// Functions that no workspace defines and that make a value of the type that they are reached
    /// through (`T::default()`).
    pub makers: &'static [&'static str],
    /// Names of types that mean the type around them (`typing.Self`).
    pub self_types: &'static [&'static str],
    /// Tags of comments that a type in braces follows, of what stands behind the comment.
    pub doc_types: &'static [&'static str],
    /// The same, of the parameter that is named behind the type.
    pub doc_parameters: &'static [&'static str],
    /// Modules that come with the language.
    pub library: &'static [&'static str],
    /// Methods that give the values of the receiver, or some of them (`iter`, `filter`).
    pub iterators: &'static [&'static str],
    /// Methods that give one of the values of the receiver (`get`, `first`).
    pub getters: &'static [&'static str],
    /// Members of `optionals` themselves, besides `unwrappers`.
    pub optional_members: &'static [&'static str],
    /// Prefixes that are no part of a name (`r#`, `:`); ranges of names begin after them.
    pub name_prefixes: &'static [&'static str],
    /// What the names of a type mean in the scopes inside it.
    pub class_scope: ClassScope,
    /// What makes a type implement an interface.
    pub interfaces: Interfaces,
    /// What the name of a type that is called to be made leads to.
    pub made_by: MadeBy,
    /// What makes a definition visible outside.
    pub exports: Exports,
    /// How modules and files belong together.
    pub modules: Modules,
    /// Whether a package sees the names of those around it.
    pub packages: Packages,
    /// File names or `*.ending`s of manifests, whose text the facts keep.
    pub manifests: &'static [&'static str],
    /// Node kinds of comments.
    pub comments: &'static [&'static str],
    /// What the text of a comment begins with where it documents the definition after it.
    pub doc_prefixes: &'static [&'static str],
    /// Where documentation is written.
    pub docs: Docs,
    /// Node kinds that may stand between a doc comment and its definition.
    pub doc_between: &'static [&'static str],
    /// Node kinds that can be folded although they are no definition and no block in brackets.
    pub folds: &'static [&'static str],
    /// What marks tests.
    pub tests: Tests,
    /// How functions of one name are told apart by what they are given.
    pub overloads: Overloads,
    /// How its code can be changed without changing what it does; all empty where nothing is known.
    pub refactor: RefactorRules,
    /// The words that stand in quotes in its manifests and queries, sorted.
    pub words: &'static [&'static str],
    /// The query files, in the order in which they are put together.
    pub query_files: &'static [QueryFile],
    /// Another number means that the same text may have other facts.
    pub fingerprint: u64,
    grammar: LanguageFn,
    compiled: OnceLock<Result<CompiledQuery, QueryProblem>>,
}

/// One `.scm` file.
#[derive(Clone, Copy, Debug)]
pub struct QueryFile {
    /// `<id>/<name>.scm`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// What marks tests of a language.
#[derive(Clone, Copy, Debug)]
pub struct Tests {
    /// Globs over the path of a file relative to its workspace.
    pub paths: &'static [&'static str],
    /// Globs over the names of functions and methods.
    pub names: &'static [&'static str],
    /// Names of attributes, annotations or decorators of a definition.
    pub attributes: &'static [&'static str],
}

/// What a second binding of a name in one scope is. One marked `@local.hoist` is always a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebinding {
    /// Another variable.
    Shadow,
    /// A write to the first.
    Write,
}

/// What the names of a type mean in the scopes inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassScope {
    /// Inner scopes see them (Java).
    Lexical,
    /// They are known in the body of the type itself, and not inside its functions (Python).
    Body,
    /// They are reached through the type or a receiver only (Rust, Go).
    Members,
}

/// What makes a type implement an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interfaces {
    /// It names the interface (Java).
    Named,
    /// It has the functions that the interface asks for (Go).
    Structural,
}

/// Whether a package sees the names of those around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packages {
    /// `a.b` sees nothing of `a` (Java).
    Apart,
    /// It does (C#).
    Nested,
}

/// What the name of a type that is called to be made leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeBy {
    /// Its constructor, where it has one (Java).
    Constructor,
    /// The type (Python).
    Type,
}

/// What makes a definition visible outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exports {
    /// An `@export` in its match.
    Modifier,
    /// A name in upper case.
    Capital,
    /// A name that begins with no underscore.
    Underscore,
    /// Nothing: everything is.
    All,
}

/// Where documentation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Docs {
    /// In comments and docstrings.
    Comments,
    /// The whole text is documentation.
    Text,
}

/// How modules and files belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modules {
    /// A tree declared by `mod` (Rust).
    ModTree,
    /// Folders are packages, paths are dotted (Python).
    DottedPackages,
    /// Imports name files relative to the importing one (ECMAScript).
    RelativeFiles,
    /// All files of a folder are one package (Go).
    FolderPackages,
    /// A package clause names the package (Java).
    QualifiedPackages,
    /// Files are included as text (C).
    Includes,
    /// Files are loaded into one program, which shares modules and constants (Ruby).
    Constants,
    /// There are none.
    None,
}

impl Language {
    /// The tree-sitter language.
    pub fn grammar(&self) -> tree_sitter::Language {
        allocation::count();
        self.grammar.into()
    }

    /// All queries of the language as one, compiled by the first who asks.
    ///
    /// # Errors
    /// The first problem of the first query that does not compile, with its file and line.
    pub fn query(&self) -> Result<&CompiledQuery, &QueryProblem> {
        self.compiled.get_or_init(|| query::compile(self)).as_ref()
    }

    /// Patterns of this language in the form in which they are given to the library, for whoever
    /// measures them.
    pub fn rewritten(&self, patterns: &str) -> String {
        query::rewritten(self, patterns)
    }

    /// All queries as they are written, for whoever tests them: [`Language::query`] gives them to
    /// the library in another form.
    ///
    /// # Errors
    /// As [`Language::query`], and where a pattern can never match.
    pub fn query_as_written(&self) -> Result<CompiledQuery, QueryProblem> {
        query::compile_as_written(self)
    }

    /// Whether its queries tell what can only be used inside.
    pub fn tells_private(&self) -> bool {
        let marks = || self.query().is_ok_and(|it| it.captures.contains(&Capture::Private));
        self.exports != Exports::All || marks()
    }

    /// Whether a text with `other` wherever it has `name` is read just as it was, by the grammar
    /// and by the queries: neither is a word that means something, nor looks like one.
    pub fn reads_alike(&self, name: &str, other: &str) -> bool {
        let Some(apart) = self.read_apart else { return false };
        let grammar = self.grammar();
        let count = u16::try_from(grammar.node_kind_count()).unwrap_or(u16::MAX);
        let is_plain = |it: &str| {
            let letters = it.find(|c: char| !c.is_ascii_alphabetic()).map_or(it, |at| &it[..at]);
            // A scanner that looks for a word may take an underscore or a digit for its end.
            let is_word = |word: &str| word == it || word == letters;
            let is_name = it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
            let is_listed = |word| self.words.binary_search(&word).is_ok() || apart.contains(&word);
            is_name
                && !is_listed(it)
                && !is_listed(letters)
                && !(0..count).any(|kind| grammar.node_kind_for_id(kind).is_some_and(is_word))
        };
        // Some queries, and what is visible outside, tell names by their first letter.
        let class = |it: &str| match it.bytes().next() {
            Some(first) if first.is_ascii_uppercase() => Some(Letter::Upper),
            Some(first) if first.is_ascii_lowercase() => Some(Letter::Lower),
            Some(b'_') => Some(Letter::Underscore),
            _ => None,
        };
        class(name).is_some() && class(name) == class(other) && is_plain(name) && is_plain(other)
    }

    /// True where `path`, relative to its workspace, holds tests.
    pub fn is_test_path(&self, path: &str) -> bool {
        self.tests.paths.iter().any(|it| glob_matches(it, path))
    }
}

/// What a name begins with.
#[derive(PartialEq, Eq)]
enum Letter {
    Upper,
    Lower,
    Underscore,
}

impl PartialEq for Language {
    fn eq(&self, other: &Language) -> bool {
        self.id == other.id
    }
}

impl Eq for Language {}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// True where the file at `path` is a manifest of some language, whatever language it is written
/// in.
pub fn is_manifest(path: &str) -> bool {
    let file_name = path.rsplit('/').next().unwrap_or(path);
    LANGUAGES.iter().any(|it| it.manifests.iter().any(|glob| glob_matches(glob, file_name)))
}

/// The language called `id`.
pub fn language(id: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|it| it.id == id)
}

/// The language of the file at `path`, by its whole name, its ending, then the interpreter that
/// `first_line` names. `None` for a language the server does not know: its files are plain text.
pub fn language_for_path(path: &str, first_line: &str) -> Option<&'static Language> {
    let file_name = path.rsplit('/').next().unwrap_or(path);
    let by_name =
        LANGUAGES.iter().find(|it| it.filenames.iter().any(|f| glob_matches(f, file_name)));
    by_name.or_else(|| by_extension(file_name)).or_else(|| by_shebang(first_line))
}

/// The longest ending decides, so that `d.ts` can differ from `ts`.
fn by_extension(file_name: &str) -> Option<&'static Language> {
    let lower = file_name.to_ascii_lowercase();
    let endings = lower.match_indices('.').map(|(at, _)| &lower[at + 1..]);
    endings
        .filter(|it| !it.is_empty())
        .find_map(|ending| LANGUAGES.iter().find(|it| it.extensions.contains(&ending)))
}

fn by_shebang(first_line: &str) -> Option<&'static Language> {
    let command = first_line.strip_prefix("#!")?;
    let mut words = command.split_whitespace();
    let program = words.next()?.rsplit('/').next()?;
    let interpreter = match program {
        "env" => words.find(|it| !it.starts_with('-') && !it.contains('='))?,
        other => other,
    };
    let plain = interpreter.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    LANGUAGES.iter().find(|it| it.shebangs.contains(&interpreter) || it.shebangs.contains(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, first_line: &str, id: Option<&str>) {
        assert_eq!(language_for_path(path, first_line).map(|it| it.id), id);
    }

    #[test]
    fn languages_are_found_by_ending_and_interpreter() {
        check("src/main.rs", "", Some("rust"));
        check("a/B.PY", "", Some("python"));
        check("tool", "#!/usr/bin/env -S python3.12 -u", Some("python"));
        check("tool", "#!/usr/bin/python", Some("python"));
        check("notes", "plain", None);
        check("rs", "", None);
    }
}
