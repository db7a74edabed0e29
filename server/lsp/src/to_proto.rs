//! Answers in the protocol's words.

use ide::{
    Folding, FoldingKind, Highlight, HighlightKind, Hover, NavTarget, OutlineItem, SymbolHit,
    SymbolKind,
};
use text::{LineIndex, TextRange};
use tower_lsp::gen_lsp_types as proto;

use crate::view::View;

/// Levels of nested symbols that are shown; what is nested deeper is left out.
const SYMBOL_DEPTH_MAX: usize = 64;
/// Ranges around one position that are told.
const SELECTION_DEPTH_MAX: usize = 256;

/// The protocol's kind of a symbol.
pub(crate) fn symbol_kind(kind: SymbolKind) -> proto::SymbolKind {
    use proto::SymbolKind as Kind;
    match kind {
        SymbolKind::Module => Kind::Module,
        SymbolKind::Namespace => Kind::Namespace,
        SymbolKind::Package => Kind::Package,
        SymbolKind::Class => Kind::Class,
        SymbolKind::Struct | SymbolKind::Union | SymbolKind::Table => Kind::Struct,
        SymbolKind::Enum => Kind::Enum,
        SymbolKind::Interface => Kind::Interface,
        SymbolKind::Type => Kind::TypeParameter,
        SymbolKind::Function | SymbolKind::Macro | SymbolKind::Test => Kind::Function,
        SymbolKind::Method => Kind::Method,
        SymbolKind::Constructor => Kind::Constructor,
        SymbolKind::Constant => Kind::Constant,
        SymbolKind::Field => Kind::Field,
        SymbolKind::Property => Kind::Property,
        SymbolKind::Variant => Kind::EnumMember,
        SymbolKind::Implementation => Kind::Object,
        SymbolKind::Key => Kind::Key,
        SymbolKind::Heading => Kind::String,
        SymbolKind::Selector => Kind::Class,
        _ => Kind::Variable,
    }
}

/// The symbols of a file as a tree.
pub(crate) fn document_symbols(
    view: &View<'_>,
    lines: &LineIndex,
    items: &[OutlineItem],
) -> Vec<proto::DocumentSymbol> {
    nested_symbols(view, lines, items, SYMBOL_DEPTH_MAX)
}

fn nested_symbols(
    view: &View<'_>,
    lines: &LineIndex,
    items: &[OutlineItem],
    depth_left: usize,
) -> Vec<proto::DocumentSymbol> {
    if depth_left == 0 {
        return Vec::new();
    }
    items.iter().map(|item| document_symbol(view, lines, item, depth_left)).collect()
}

#[expect(deprecated)]
fn document_symbol(
    view: &View<'_>,
    lines: &LineIndex,
    item: &OutlineItem,
    depth_left: usize,
) -> proto::DocumentSymbol {
    let children = nested_symbols(view, lines, &item.children, depth_left - 1);
    proto::DocumentSymbol {
        name: symbol_name(&item.name),
        detail: (!item.detail.is_empty()).then(|| item.detail.clone()),
        kind: symbol_kind(item.kind),
        tags: None,
        deprecated: None,
        // The name can stand outside: a declarator after its type, `A::f` in C++.
        range: view.range(lines, item.range.cover(item.name_range)),
        selection_range: view.range(lines, item.name_range),
        children: (!children.is_empty()).then_some(children),
    }
}

/// The same as a flat list, for clients without trees.
pub(crate) fn flat_symbols(
    view: &View<'_>,
    uri: &proto::Uri,
    lines: &LineIndex,
    items: &[OutlineItem],
) -> Vec<proto::SymbolInformation> {
    let mut acc = Vec::new();
    let mut stack: Vec<(&OutlineItem, Option<&str>)> =
        items.iter().rev().map(|it| (it, None)).collect();
    while let Some((item, container)) = stack.pop() {
        let range = item.range.cover(item.name_range);
        let location = proto::Location { uri: uri.clone(), range: view.range(lines, range) };
        acc.push(symbol_information(&item.name, item.kind, container, location));
        stack.extend(item.children.iter().rev().map(|it| (it, Some(item.name.as_str()))));
    }
    acc
}

#[expect(deprecated)]
fn symbol_information(
    name: &str,
    kind: SymbolKind,
    container: Option<&str>,
    location: proto::Location,
) -> proto::SymbolInformation {
    proto::SymbolInformation {
        deprecated: None,
        location,
        base_symbol_information: base_symbol(name, kind, container),
    }
}

pub(crate) fn base_symbol(
    name: &str,
    kind: SymbolKind,
    container: Option<&str>,
) -> proto::BaseSymbolInformation {
    proto::BaseSymbolInformation {
        name: symbol_name(name),
        kind: symbol_kind(kind),
        tags: None,
        container_name: container.map(str::to_owned),
    }
}

/// A name that a client can show: never empty, never more than one line.
fn symbol_name(name: &str) -> String {
    match name.lines().next().map(str::trim) {
        None | Some("") => "(unnamed)".to_owned(),
        Some(name) => name.to_owned(),
    }
}

/// A hit of the search for symbols.
pub(crate) fn workspace_symbol(view: &View<'_>, hit: &SymbolHit) -> proto::WorkspaceSymbol {
    let target = &hit.target;
    proto::WorkspaceSymbol {
        location: location(view, target).into(),
        data: None,
        base_symbol_information: base_symbol(
            &target.name,
            target.kind,
            target.container.as_deref(),
        ),
    }
}

/// Where a definition's name stands.
pub(crate) fn location(view: &View<'_>, target: &NavTarget) -> proto::Location {
    view.location(target.file, target.name_range)
}

/// Where an occurrence stands and what it does there.
pub(crate) fn highlight(
    view: &View<'_>,
    lines: &LineIndex,
    highlight: Highlight,
) -> proto::DocumentHighlight {
    proto::DocumentHighlight {
        range: view.range(lines, highlight.range),
        kind: Some(match highlight.kind {
            HighlightKind::Read => proto::DocumentHighlightKind::Read,
            HighlightKind::Write => proto::DocumentHighlightKind::Write,
        }),
    }
}

/// What to show about a name.
pub(crate) fn hover(view: &View<'_>, lines: &LineIndex, hover: Hover) -> proto::Hover {
    let content = if view.session.can.markdown {
        proto::MarkupContent { kind: proto::MarkupKind::Markdown, value: hover.markdown }
    } else {
        proto::MarkupContent { kind: proto::MarkupKind::PlainText, value: hover.plain }
    };
    proto::Hover { contents: content.into(), range: Some(view.range(lines, hover.range)) }
}

/// A part that can be folded; `None` where it is on one line for a client that folds whole lines.
pub(crate) fn folding_range(
    view: &View<'_>,
    lines: &LineIndex,
    folding: &Folding,
) -> Option<proto::FoldingRange> {
    let range = view.range(lines, folding.range);
    let kind = match folding.kind {
        FoldingKind::Region => proto::FoldingRangeKind::Region,
        FoldingKind::Comment => proto::FoldingRangeKind::Comment,
        FoldingKind::Imports => proto::FoldingRangeKind::Imports,
    };
    let whole_lines = view.session.can.line_folding_only;
    if range.end.line <= range.start.line {
        return None;
    }
    Some(proto::FoldingRange {
        start_line: range.start.line,
        start_character: (!whole_lines).then_some(range.start.character),
        end_line: range.end.line,
        end_character: (!whole_lines).then_some(range.end.character),
        kind: Some(kind),
        collapsed_text: None,
    })
}

/// Ranges around a position, inner to outer, as the chain of parents that the protocol has.
pub(crate) fn selection_range(
    view: &View<'_>,
    lines: &LineIndex,
    ranges: &[TextRange],
) -> proto::SelectionRange {
    let mut chain: Option<proto::SelectionRange> = None;
    // The innermost are the ones a selection grows through first.
    for range in ranges.iter().take(SELECTION_DEPTH_MAX).rev() {
        let range = view.range(lines, *range);
        chain = Some(proto::SelectionRange { range, parent: chain.map(Box::new) });
    }
    chain.unwrap_or_else(|| proto::SelectionRange {
        range: view.range(lines, TextRange::empty(lines.len())),
        parent: None,
    })
}
