//! All queries of a language put together, with what each capture means.

use std::fmt;

use tree_sitter::{Query, QueryCapture};

use crate::{
    Language,
    rewrite::{IS, with_open_kinds, with_roots},
};

/// Declares the captures once: the enumeration, and the name of each in a query.
macro_rules! captures {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a capture of a query means; the contract is in the README of this crate.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Capture {
            $($(#[$doc])* $variant,)*
        }

        impl Capture {
            /// Every capture a query may use.
            pub const ALL: &'static [Capture] = &[$(Capture::$variant,)*];

            /// Its name in a query, without the `@`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Capture::$variant => $name,)*
                }
            }
        }
    };
}

captures! {
    /// The whole of a pattern that captures its outermost node in no other way; added by the
    /// compiler.
    Root = "_root",
    /// A binding that is what is inside the value of its pattern (`Some(x)`); added by the reader.
    Held = "_held",
    /// A binding that is some other part of the value of its pattern; added by the reader.
    Part = "_part",
    /// Captured only for a predicate.
    Predicate = "_",
    /// `@definition.module`
    DefinitionModule = "definition.module",
    /// `@definition.namespace`
    DefinitionNamespace = "definition.namespace",
    /// `@definition.package`
    DefinitionPackage = "definition.package",
    /// `@definition.class`
    DefinitionClass = "definition.class",
    /// `@definition.struct`
    DefinitionStruct = "definition.struct",
    /// `@definition.enum`
    DefinitionEnum = "definition.enum",
    /// `@definition.interface`
    DefinitionInterface = "definition.interface",
    /// `@definition.union`
    DefinitionUnion = "definition.union",
    /// `@definition.type`
    DefinitionType = "definition.type",
    /// `@definition.function`
    DefinitionFunction = "definition.function",
    /// `@definition.method`
    DefinitionMethod = "definition.method",
    /// `@definition.constructor`
    DefinitionConstructor = "definition.constructor",
    /// `@definition.macro`
    DefinitionMacro = "definition.macro",
    /// `@definition.constant`
    DefinitionConstant = "definition.constant",
    /// `@definition.variable`
    DefinitionVariable = "definition.variable",
    /// `@definition.field`
    DefinitionField = "definition.field",
    /// `@definition.property`
    DefinitionProperty = "definition.property",
    /// `@definition.variant`
    DefinitionVariant = "definition.variant",
    /// `@definition.implementation`
    DefinitionImplementation = "definition.implementation",
    /// `@definition.key`
    DefinitionKey = "definition.key",
    /// `@definition.heading`
    DefinitionHeading = "definition.heading",
    /// `@definition.selector`
    DefinitionSelector = "definition.selector",
    /// `@definition.table`
    DefinitionTable = "definition.table",
    /// `@definition.test`
    DefinitionTest = "definition.test",
    /// The name of a definition.
    Name = "name",
    /// A node whose first binding is the name of a definition.
    Declarator = "declarator",
    /// A docstring.
    Doc = "doc",
    /// The body; the signature ends before it.
    Body = "body",
    /// The type a definition belongs to where that is not the definition around it.
    Owner = "owner",
    /// What keeps it inside its type, where everything else is visible outside.
    Private = "private",
    /// What makes it visible outside.
    Export = "export",
    /// The declared or returned type.
    Type = "type",
    /// The initialiser.
    Value = "value",
    /// `@value.element`
    Element = "value.element",
    /// What exactly this one binding of a pattern is initialised with.
    OwnValue = "value.own",
    /// What holds the values of which exactly this one binding of a pattern is one.
    OwnElement = "value.own.element",
    /// What several values of are given to the bindings of a pattern, of which this is the first.
    OwnFirst = "value.own.first",
    /// The same for the second.
    OwnSecond = "value.own.second",
    /// The same for the third.
    OwnThird = "value.own.third",
    /// A type that is put together from several in order.
    TypeParts = "type.parts",
    /// One of them.
    TypePart = "type.part",
    /// A type that is one of several, or several at once.
    TypeChoices = "type.choices",
    /// One of them.
    TypeChoice = "type.choice",
    /// A block that opens no scope: what is in it happens or not, or several times.
    Branch = "branch",
    /// `@returns`
    Returns = "returns",
    /// A type that is given others.
    TypeOf = "type.of",
    /// A type that another one is given.
    TypeArgument = "type.argument",
    /// A call that gives what it is given.
    Passes = "passes",
    /// What it is given.
    Passed = "passed",
    /// An expression that puts several values together.
    Gathers = "gathers",
    /// One of them.
    Gathered = "gathered",
    /// An expression that was asked for its type.
    Narrowed = "narrowed",
    /// The type that it was found to have.
    NarrowedTo = "narrowed.to",
    /// Where it has that type.
    NarrowedIn = "narrowed.in",
    /// Where it has that type, it has it only from the end of this node on.
    NarrowedAfter = "narrowed.after",
    /// `@index`
    Index = "index",
    /// `@indexed`
    Indexed = "indexed",
    /// `@array`
    Array = "array",
    /// A base type that is extended.
    Extends = "extends",
    /// A base type that is implemented.
    Implements = "implements",
    /// The interface of an implementation.
    Interface = "interface",
    /// A block with names of its own.
    ScopeBlock = "local.scope",
    /// A function with names of its own.
    ScopeFunction = "local.scope.function",
    /// A type with names of its own.
    ScopeClass = "local.scope.class",
    /// A module inside a file: names of the scopes around it are not seen inside.
    ScopeModule = "local.scope.module",
    /// The scope of the same match ends with this node.
    ScopeEnd = "local.scope.end",
    /// A local.
    LocalDefinition = "local.definition",
    /// A parameter.
    LocalParameter = "local.definition.parameter",
    /// A parameter of a type.
    LocalType = "local.definition.type",
    /// A label or a lifetime.
    LocalLabel = "local.definition.label",
    /// A pattern whose bindings are locals.
    Pattern = "local.pattern",
    /// A pattern whose bindings are parameters.
    PatternParameter = "local.pattern.parameter",
    /// The local is visible only from the end of this node on.
    LocalAfter = "local.after",
    /// The local belongs to the scope of this node.
    LocalIn = "local.in",
    /// The local belongs to the function around it.
    LocalHoist = "local.hoist",
    /// The name belongs to a scope further out (`global x`, `nonlocal x`): it is no local here.
    LocalOuter = "local.outer",
    /// A name that is read, where its node kind alone does not say that it is one.
    Reference = "reference",
    /// The name of a callee.
    Call = "reference.call",
    /// The whole call.
    CallWhole = "call",
    /// A name where a type stands.
    ReferenceType = "reference.type",
    /// The name of a macro that is expanded.
    ReferenceMacro = "reference.macro",
    /// A name that is assigned.
    ReferenceWrite = "reference.write",
    /// A jump label that is used.
    ReferenceLabel = "reference.label",
    /// A name that stands for a field and a local of that name at once.
    Shorthand = "shorthand",
    /// The last name of `a.b`.
    Member = "reference.member",
    /// The last name of `a::b`.
    Path = "reference.path",
    /// What stands before a member or in front of a path.
    Qualifier = "qualifier",
    /// A name that is a member of what the qualifier is, or else known by scope.
    Case = "reference.case",
    /// A name in the list of what a module exports.
    Listed = "reference.listed",
    /// The name of an argument: of a parameter of what is called.
    Argument = "reference.argument",
    /// An identifier that is no reference.
    Ignore = "ignore",
    /// An import statement.
    Import = "import",
    /// What the paths of a group begin with.
    ImportPrefix = "import.prefix",
    /// Where the prefix holds.
    ImportGroup = "import.group",
    /// An imported path or name.
    ImportLeaf = "import.leaf",
    /// What it is called here.
    ImportAlias = "import.alias",
    /// Everything is imported.
    ImportGlob = "import.glob",
    /// The default export is imported under this name.
    ImportDefault = "import.default",
    /// The module itself is imported.
    ImportNamespace = "import.namespace",
    /// The content of a string that names the module.
    ImportSource = "import.source",
    /// What is imported is visible outside.
    ImportReexport = "import.reexport",
    /// A module that lives in another file, or a package clause.
    ModuleDeclaration = "module.declaration",
}

/// The query of a language and the meaning of its captures.
#[derive(Debug)]
pub struct CompiledQuery {
    /// The query.
    pub query: Query,
    /// What the capture of each index means.
    pub captures: Vec<Capture>,
    /// Of which kind a node must be that the capture of each index means, where that is left to who
    /// runs the query; see [`CompiledQuery::fits`].
    wanted: Vec<Option<u16>>,
    /// Where each pattern comes from.
    pub patterns: Vec<PatternSource>,
    /// What each node kind is, by its id.
    pub kinds: Vec<Kinds>,
    /// Ids of the fields that bind nothing in a pattern.
    pub skipped_fields: Vec<u16>,
    /// Id of the field that holds the arguments of a call.
    pub arguments_field: Option<u16>,
}

impl CompiledQuery {
    /// True where what the library found is a match: it does not look at the kinds of all nodes.
    pub fn fits(&self, captures: &[QueryCapture<'_>]) -> bool {
        captures.iter().all(|it| {
            let wanted = self.wanted[it.index as usize];
            wanted.is_none_or(|kind| kind == it.node.kind_id())
        })
    }
}

/// What a node kind is, as its language's manifest says: a set of the constants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    /// A name.
    pub const IDENTIFIER: Kinds = Kinds(1);
    /// A name of a type.
    pub const TYPE: Kinds = Kinds(1 << 1);
    /// A label or lifetime.
    pub const LABEL: Kinds = Kinds(1 << 2);
    /// Holds no names.
    pub const SKIP: Kinds = Kinds(1 << 3);
    /// Binds a name in a pattern.
    pub const BINDING: Kinds = Kinds(1 << 4);
    /// Binds nothing in a pattern.
    pub const PATTERN_SKIP: Kinds = Kinds(1 << 5);
    /// Stands for its first named child.
    pub const TRANSPARENT: Kinds = Kinds(1 << 6);
    /// Holds mere tokens.
    pub const TOKEN_TREE: Kinds = Kinds(1 << 7);
    /// A string whose braces hold names.
    pub const FORMAT_STRING: Kinds = Kinds(1 << 8);
    /// A comment.
    pub const COMMENT: Kinds = Kinds(1 << 9);
    /// May stand between a doc comment and its definition.
    pub const DOC_BETWEEN: Kinds = Kinds(1 << 10);
    /// Can be folded.
    pub const FOLD: Kinds = Kinds(1 << 11);
    /// Binds, in a pattern, what the whole pattern is given.
    pub const SAME: Kinds = Kinds(1 << 12);

    /// Its text is mere tokens.
    pub const TOKEN_TEXT: Kinds = Kinds(1 << 13);

    /// True where it is one of `kinds`.
    pub fn is(self, kinds: Kinds) -> bool {
        self.0 & kinds.0 != 0
    }

    /// Both together.
    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }
}

/// Where a pattern of the query comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternSource {
    /// `<id>/<name>.scm`.
    pub file: &'static str,
    /// Line in that file, from 1.
    pub line: usize,
}

/// Why the queries of a language do not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryProblem {
    /// `<id>/<name>.scm`.
    pub file: &'static str,
    /// Line in that file, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for QueryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "grammars/{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for QueryProblem {}

/// The query files of `language` as one query.
///
/// # Errors
/// The first problem, with its file and line.
pub(crate) fn compile(language: &Language) -> Result<CompiledQuery, QueryProblem> {
    compile_by(language, &|text| rewritten(language, text))
}

/// A text of queries in the form that the library compiles in little time.
pub(crate) fn rewritten(language: &Language, text: &str) -> String {
    let grammar = language.grammar();
    let is_kind_of_nodes = |kind: &str| {
        let id = grammar.id_for_node_kind(kind, true);
        id != 0 && grammar.node_kind_is_visible(id) && !grammar.node_kind_is_supertype(id)
    };
    with_open_kinds(&with_roots(text), &is_kind_of_nodes)
}

/// The same as it is written, which takes the library far longer, and it finds more faults.
///
/// # Errors
/// The first problem, with its file and line.
pub(crate) fn compile_as_written(language: &Language) -> Result<CompiledQuery, QueryProblem> {
    compile_by(language, &with_roots)
}

fn compile_by(
    language: &Language,
    rewrite: &dyn Fn(&str) -> String,
) -> Result<CompiledQuery, QueryProblem> {
    let grammar = language.grammar();
    let grammar = &grammar;
    let mut source = String::new();
    let mut starts = Vec::new();
    for file in language.query_files {
        starts.push((source.len(), file));
        source.push_str(&rewrite(file.text));
        source.push('\n');
    }
    let place = |byte: usize| {
        let file_at = starts.partition_point(|(start, _)| *start <= byte) - 1;
        let (start, file) = starts[file_at];
        let line = source[start..byte].matches('\n').count() + 1;
        PatternSource { file: file.name, line }
    };
    let problem =
        |at: PatternSource, message: String| QueryProblem { file: at.file, line: at.line, message };
    // Compiling takes up to a second of a large grammar, so each file is compiled alone only to
    // blame the right one: an unclosed bracket is noticed in the next.
    let query = Query::new(grammar, &source).map_err(|error| {
        let whole = problem(place(error.offset.min(source.len())), error.message);
        problem_of_files(grammar, language.query_files).unwrap_or(whole)
    })?;
    let captures = query
        .capture_names()
        .iter()
        .map(|name| {
            capture_of(name).ok_or_else(|| {
                let at = source.find(&format!("@{name}")).unwrap_or(0);
                problem(place(at), format!("no capture is called @{name}"))
            })
        })
        .collect::<Result<_, _>>()?;
    let wanted = query.capture_names().iter();
    let wanted = wanted.map(|it| Some(grammar.id_for_node_kind(it.strip_prefix(IS)?, true)));
    let wanted = wanted.collect();
    let patterns: Vec<PatternSource> =
        (0..query.pattern_count()).map(|it| place(query.start_byte_for_pattern(it))).collect();
    for (index, at) in patterns.iter().enumerate() {
        if let Some(predicate) = query.general_predicates(index).first() {
            let message = format!("the predicate #{} is not supported", predicate.operator);
            return Err(problem(*at, message));
        }
    }
    let skipped = language.pattern_skip_fields.iter();
    let skipped_fields = skipped.filter_map(|it| grammar.field_id_for_name(it)).map(Into::into);
    let skipped_fields = skipped_fields.collect();
    let kinds = kinds_of(language, grammar);
    let arguments_field = grammar.field_id_for_name("arguments").map(Into::into);
    Ok(CompiledQuery { query, captures, wanted, patterns, kinds, skipped_fields, arguments_field })
}

fn kinds_of(language: &Language, grammar: &tree_sitter::Language) -> Vec<Kinds> {
    let lists = [
        (language.identifiers, Kinds::IDENTIFIER),
        (language.type_identifiers, Kinds::IDENTIFIER.or(Kinds::TYPE)),
        (language.label_identifiers, Kinds::IDENTIFIER.or(Kinds::LABEL)),
        (language.skip, Kinds::SKIP),
        (language.bindings, Kinds::BINDING),
        (language.pattern_skip, Kinds::PATTERN_SKIP),
        (language.transparent, Kinds::TRANSPARENT),
        (language.token_trees, Kinds::TOKEN_TREE),
        (language.token_texts, Kinds::TOKEN_TEXT),
        (language.format_strings, Kinds::FORMAT_STRING),
        (language.comments, Kinds::COMMENT),
        (language.doc_between, Kinds::DOC_BETWEEN),
        (language.folds, Kinds::FOLD),
        (language.pattern_same, Kinds::SAME),
    ];
    let names = (0..grammar.node_kind_count()).map(|id| {
        let name = u16::try_from(id).ok().and_then(|it| grammar.node_kind_for_id(it));
        name.unwrap_or_default()
    });
    let kinds = names.map(|name| {
        let holds = lists.iter().filter(|(list, _)| list.contains(&name));
        holds.fold(Kinds::default(), |acc, (_, kinds)| acc.or(*kinds))
    });
    kinds.collect()
}

/// What is wrong with the first file that does not compile alone.
fn problem_of_files(
    grammar: &tree_sitter::Language,
    files: &'static [crate::QueryFile],
) -> Option<QueryProblem> {
    files.iter().find_map(|file| {
        let error = Query::new(grammar, &with_roots(file.text)).err()?;
        Some(QueryProblem { file: file.name, line: error.row + 1, message: error.message })
    })
}

fn capture_of(name: &str) -> Option<Capture> {
    let found = Capture::ALL.iter().copied().find(|it| it.name() == name);
    found.or_else(|| name.starts_with('_').then_some(Capture::Predicate))
}
