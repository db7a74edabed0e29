//! Every language pack against its own fixtures: queries compile, annotated captures are found, and
//! every pattern is shown by some fixture. `PACK=python` checks one language only.

use std::{collections::BTreeSet, env, fs, path::Path};

use grammars::{Capture, CompiledQuery, LANGUAGES, Language};
use tree_sitter::{Parser, QueryCursor, StreamingIterator};

#[test]
fn every_pack_does_what_its_fixtures_show() {
    let only = env::var("PACK").ok();
    let chosen = LANGUAGES.iter().filter(|it| only.as_deref().is_none_or(|id| id == it.id));
    let problems: Vec<String> = chosen.flat_map(problems_of).collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// A capture that a query made in a fixture.
struct Found {
    capture: Capture,
    start: usize,
    end: usize,
    /// Captures with one number come from one match.
    match_id: usize,
}

/// A note under a line: from `start` to `end` there is (or, negated, is not) this capture.
struct Note {
    line: usize,
    start: usize,
    end: usize,
    capture: String,
    negated: bool,
}

fn problems_of(language: &'static Language) -> Vec<String> {
    let (compiled, written) = match (language.query(), language.query_as_written()) {
        (Ok(compiled), Ok(written)) => (compiled, written),
        (Err(problem), _) => return vec![problem.to_string()],
        (_, Err(problem)) => return vec![problem.to_string()],
    };
    let mut problems = unknown_kinds(language);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(language.id).join("fixtures");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .map(|entries| entries.filter_map(|it| Some(it.ok()?.path())).collect())
        .unwrap_or_default();
    files.sort();
    if files.is_empty() {
        problems.push(format!("grammars/{}: has no fixtures", language.id));
    }
    let mut hit = BTreeSet::new();
    for file in files.iter().filter(|it| it.is_file()) {
        let text = fs::read_to_string(file).expect("fixtures are UTF-8");
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let place = format!("grammars/{}/fixtures/{name}", language.id);
        check_fixture(language, compiled, (&text, &place), &mut hit, &mut problems);
        let [found, expected] = [compiled, &written].map(|it| matches_of(language, it, &text));
        for it in found.symmetric_difference(&expected) {
            problems.push(format!("{place}: not as the query is written: {it:?}"));
        }
    }
    let own = format!("{}/", language.id);
    for (index, pattern) in compiled.patterns.iter().enumerate() {
        if !compiled.query.is_pattern_rooted(index) {
            let (file, line) = (pattern.file, pattern.line);
            problems.push(format!("grammars/{file}:{line}: a pattern has one outermost node"));
        }
        if pattern.file.starts_with(&own) && !hit.contains(&index) {
            let (file, line) = (pattern.file, pattern.line);
            problems.push(format!("grammars/{file}:{line}: no fixture shows this pattern"));
        }
    }
    problems
}

/// A pattern, and what it captured where.
type Matched = (usize, Vec<(String, usize, usize)>);

/// Every match of a text.
fn matches_of(language: &Language, compiled: &CompiledQuery, text: &str) -> BTreeSet<Matched> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).expect("the grammar fits this tree-sitter");
    let tree = parser.parse(text, None).expect("parsing has no limit here");
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&compiled.query, tree.root_node(), text.as_bytes());
    let mut res = BTreeSet::new();
    while let Some(it) = matches.next() {
        if !compiled.fits(it.captures()) {
            continue;
        }
        let names = compiled.query.capture_names();
        let captured = it.captures().iter().map(|it| {
            let name = names[it.index as usize].to_owned();
            (name, it.node.start_byte(), it.node.end_byte())
        });
        let mut captured: Vec<_> = captured.filter(|it| !it.0.starts_with("_is.")).collect();
        captured.sort();
        res.insert((it.pattern_index, captured));
    }
    res
}

/// A kind that the grammar does not know would silently never match.
fn unknown_kinds(language: &Language) -> Vec<String> {
    let grammar = language.grammar();
    let lists = [
        ("identifiers", language.identifiers),
        ("type_identifiers", language.type_identifiers),
        ("label_identifiers", language.label_identifiers),
        ("pattern_skip", language.pattern_skip),
        ("transparent", language.transparent),
        ("token_trees", language.token_trees),
        ("token_texts", language.token_texts),
        ("format_strings", language.format_strings),
        ("skip", language.skip),
        ("bindings", language.bindings),
        ("comments", language.comments),
        ("doc_between", language.doc_between),
        ("folds", language.folds),
    ];
    let mut problems = Vec::new();
    for (key, kinds) in lists {
        for kind in kinds {
            let known = [true, false].iter().any(|it| grammar.id_for_node_kind(kind, *it) != 0);
            if !known {
                let id = language.id;
                problems.push(format!("grammars/{id}/language.toml: `{key}`: no kind `{kind}`"));
            }
        }
    }
    for field in language.pattern_skip_fields {
        if grammar.field_id_for_name(field).is_none() {
            problems.push(format!(
                "grammars/{}/language.toml: `pattern_skip_fields`: no field `{field}`",
                language.id
            ));
        }
    }
    problems
}

fn check_fixture(
    language: &Language,
    compiled: &CompiledQuery,
    (text, place): (&str, &str),
    hit: &mut BTreeSet<usize>,
    problems: &mut Vec<String>,
) {
    let (source, notes) = split_notes(language, text);
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).expect("the grammar fits this tree-sitter");
    let tree = parser.parse(&source, None).expect("parsing has no limit here");
    if tree.root_node().has_error() && !place.contains("broken") {
        problems.push(format!("{place}: does not parse: {}", tree.root_node().to_sexp()));
    }
    let mut found = Vec::new();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&compiled.query, tree.root_node(), source.as_bytes());
    let mut match_id = 0;
    while let Some(it) = matches.next() {
        if !compiled.fits(it.captures()) {
            continue;
        }
        hit.insert(it.pattern_index);
        match_id += 1;
        for capture in it.captures() {
            found.push(Found {
                capture: compiled.captures[capture.index as usize],
                start: capture.node.start_byte(),
                end: capture.node.end_byte(),
                match_id,
            });
        }
    }
    for note in &notes {
        if holds(note, &found, &source) == note.negated {
            let is = found
                .iter()
                .filter(|it| it.start == note.start)
                .map(|it| format!("@{} to {}", it.capture.name(), it.end - note.start))
                .collect::<BTreeSet<_>>();
            let not = if note.negated { "not " } else { "" };
            problems.push(format!(
                "{place}:{}: {not}@{} `{}` expected; here begin {is:?}",
                note.line,
                note.capture,
                &source[note.start..note.end]
            ));
        }
    }
}

/// A note on a name also stands for the definition that has this name.
fn holds(note: &Note, found: &[Found], source: &str) -> bool {
    let fits = |it: &Found| {
        let line_end = source[it.start..].find('\n').map_or(source.len(), |at| it.start + at);
        let shown_end = source[it.start..it.end.min(line_end)].trim_end().len() + it.start;
        it.start == note.start && (it.end == note.end || shown_end == note.end)
    };
    let same = found.iter().any(|it| it.capture.name() == note.capture && fits(it));
    let definitions = found.iter().filter(|it| it.capture.name() == note.capture);
    let named = |definition: &Found| {
        found.iter().any(|it| it.match_id == definition.match_id && is_name(it.capture) && fits(it))
    };
    same || note.capture.starts_with("definition.") && { definitions }.any(named)
}

fn is_name(capture: Capture) -> bool {
    matches!(capture, Capture::Name | Capture::Declarator)
}

/// The source without its notes, and the notes with their places in that source.
fn split_notes(language: &Language, text: &str) -> (String, Vec<Note>) {
    let mut source = String::new();
    let mut notes = Vec::new();
    let mut line_start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let body = line.trim_start();
        let tokens = language.line_comment.into_iter().chain(["//"]);
        let body = tokens.into_iter().find_map(|it| body.strip_prefix(it)).unwrap_or(body);
        let carets = body.trim_start();
        if !carets.starts_with('^') {
            line_start = source.len();
            source.push_str(line);
            continue;
        }
        let column = line[..line.len() - carets.len()].chars().count();
        let n_carets = carets.len() - carets.trim_start_matches('^').len();
        let place = |column: usize| {
            let above = &source[line_start..];
            let inside = above.char_indices().nth(column).map_or(above.len(), |(at, _)| at);
            line_start + inside
        };
        let (start, end) = (place(column), place(column + n_carets));
        let words = carets[n_carets..].split(|c: char| c.is_whitespace() || c == ',');
        for word in words.filter(|it| !it.is_empty()) {
            let name = word.trim_start_matches('!').trim_start_matches('@');
            notes.push(Note {
                line: index + 1,
                start,
                end,
                capture: name.to_owned(),
                negated: word.starts_with('!'),
            });
        }
    }
    (source, notes)
}
