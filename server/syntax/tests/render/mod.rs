//! Facts as text, for expectations.

use std::fmt::Write as _;

use expect_test::Expect;
use syntax::{Access, FileFacts, Imported, NameId, Qualifier, ReferenceIdx};
use text::{LineCol, PositionEncoding, TextRange};

/// Compares all facts of `text`, a file at `path`, with what is expected.
#[track_caller]
pub(crate) fn check(path: &str, text: &str, expected: Expect) {
    let language = grammars::language_for_path(path, "").expect("the fixture's language is known");
    expected.assert_eq(&render(text, &syntax::facts(path, text, language)));
}

/// All facts of `text`, one a line.
pub(crate) fn render(text: &str, facts: &FileFacts) -> String {
    let mut res = String::new();
    symbols(text, facts, &mut res);
    references(facts, &mut res);
    imports(facts, &mut res);
    if let Some(package) = facts.package {
        let _ = writeln!(res, "package {}", facts.name(package));
    }
    for it in &facts.mods {
        let path = it.path.map(|it| format!(" path={}", facts.name(it))).unwrap_or_default();
        let _ = writeln!(res, "mod {} {}{path}", facts.name(it.name), at(facts, it.range));
    }
    for it in &facts.doc_links {
        let symbol = it.symbol.map_or("-", |it| facts.name(facts.symbol(it).name));
        let _ = writeln!(res, "doc {} {} of {symbol}", facts.name(it.path), at(facts, it.range));
    }
    for it in &facts.chunks {
        let symbol = it.symbol.map_or("-", |it| facts.name(facts.symbol(it).name));
        let _ = writeln!(res, "chunk {} {symbol}", at(facts, it.range));
    }
    for it in &facts.errors {
        let _ = writeln!(res, "error {}", at(facts, *it));
    }
    res
}

fn symbols(text: &str, facts: &FileFacts, res: &mut String) {
    for (_, it) in facts.symbols() {
        let mut depth = 0;
        let mut next = it.parent;
        while let Some(parent) = next {
            depth += 1;
            next = facts.symbol(parent).parent;
        }
        let scope = facts.scope(it.scope);
        let _ = write!(
            res,
            "{}{:?} {} {} in {:?}@{}",
            "  ".repeat(depth),
            it.kind,
            facts.name(it.name),
            at(facts, it.name_range),
            scope.kind,
            line(facts, scope.range),
        );
        if it.visible_from.raw() != 0 {
            let _ = write!(res, " from {}", at(facts, TextRange::empty(it.visible_from)));
        }
        for (is, what) in [
            (it.is_local, "local"),
            (it.exported, "exported"),
            (it.is_test, "test"),
            (it.shorthand, "shorthand"),
        ] {
            let _ = if is { write!(res, " {what}") } else { Ok(()) };
        }
        if let Some(reference) = it.type_ref {
            let _ = write!(res, " type={}", reference_name(facts, reference));
        }
        if let Some(value) = it.value {
            let call = if value.is_call { "()" } else { "" };
            let part = match value.part {
                syntax::Part::Whole => "",
                syntax::Part::Held => " held",
                syntax::Part::Element => " each",
                syntax::Part::Many => " of many",
                syntax::Part::First => " first",
                syntax::Part::Second => " second",
                syntax::Part::Third => " third",
            };
            let name = reference_name(facts, value.reference);
            let _ = write!(res, " value={name}{call}{part}");
        }
        if let Some(owner) = facts.owner(it) {
            let _ = write!(res, " owner={}", facts.name(owner));
        }
        if let Some(interface) = facts.interface(it) {
            let _ = write!(res, " interface={}", reference_name(facts, interface));
        }
        for base in facts.bases(it) {
            let _ = write!(res, " {:?}={}", base.kind, reference_name(facts, base.reference));
        }
        if let Some(doc) = facts.doc(it) {
            let _ = write!(res, " doc={:?}", &text[doc.to_usize()]);
        }
        res.push('\n');
    }
}

fn references(facts: &FileFacts, res: &mut String) {
    for (idx, it) in facts.references() {
        let qualifier = match it.qualifier() {
            Qualifier::None => String::new(),
            Qualifier::Reference(it) => reference_name(facts, it).to_owned(),
            Qualifier::Call(it) => format!("{}()", reference_name(facts, it)),
            Qualifier::Opaque => "?".to_owned(),
        };
        let qualifier = match it.access() {
            Access::Bare => qualifier,
            Access::Member => qualifier + ".",
            Access::Path => qualifier + "::",
            Access::Argument => qualifier + "(",
        };
        let around = facts.symbol_of(idx).map_or("-", |it| facts.name(facts.symbol(it).name));
        let _ = write!(
            res,
            "  {:?} {qualifier}{} {} in {around}",
            it.kind(),
            facts.name(it.name()),
            at(facts, it.range()),
        );
        if let Some(n) = it.n_args() {
            let _ = write!(res, " args={n}");
        }
        if facts.import_of(idx).is_some() {
            res.push_str(" import");
        }
        if it.is_shorthand() {
            res.push_str(" shorthand");
        }
        res.push('\n');
    }
}

fn imports(facts: &FileFacts, res: &mut String) {
    for it in &facts.imports {
        let name = |it: NameId| facts.name(it);
        let path: Vec<&str> = it.path.iter().map(|it| name(*it)).collect();
        let what = match it.name {
            Imported::Name(it) => name(it).to_owned(),
            other => format!("{other:?}"),
        };
        let _ =
            write!(res, "import {}[{}] {what}", ".".repeat(usize::from(it.dots)), path.join("/"),);
        if let Some((local, range)) = it.local {
            let _ = write!(res, " as {} {}", name(local), at(facts, range));
        }
        for (is, what) in [(it.from_source, "source"), (it.reexport, "reexport")] {
            let _ = if is { write!(res, " {what}") } else { Ok(()) };
        }
        res.push('\n');
    }
}

fn reference_name(facts: &FileFacts, idx: ReferenceIdx) -> &str {
    facts.name(facts.reference(idx).name())
}

/// `line:column-column`, or `line:column-line:column`, from 1.
fn at(facts: &FileFacts, range: TextRange) -> String {
    let place = |it| {
        let LineCol { line, col } = facts.lines.line_col(it, PositionEncoding::Utf8);
        (line + 1, col + 1)
    };
    let (start, end) = (place(range.start()), place(range.end()));
    match start.0 == end.0 {
        true if start == end => format!("{}:{}", start.0, start.1),
        true => format!("{}:{}-{}", start.0, start.1, end.1),
        false => format!("{}:{}-{}:{}", start.0, start.1, end.0, end.1),
    }
}

fn line(facts: &FileFacts, range: TextRange) -> u32 {
    facts.lines.line_of(range.start()) + 1
}
