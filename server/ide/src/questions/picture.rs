//! Parts of the graph as pictures: the text of a DOT or Mermaid diagram.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use graph::{Asking, ImportedFiles, Resolution, SymbolRef};
use vfs::FileId;

use super::{
    Coverage, Limit, Progress, WalkConfig,
    nodes::{Dispatch, Node, Wanted},
};
use crate::{Analysis, Cancellable};

/// What the text says, whatever runs in the end.
const WRITTEN: (Wanted<'static>, Dispatch) = (&|_| true, Dispatch::Unfollowed);

/// The language of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Graphviz.
    Dot,
    /// Mermaid, which Markdown viewers draw.
    Mermaid,
}

/// A drawn part of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The diagram.
    pub text: String,
    /// Boxes in it.
    pub nodes: usize,
    /// Arrows in it.
    pub edges: usize,
    /// What the drawn edges may lack.
    pub coverage: Coverage,
    /// Where it was cut short.
    pub limit: Option<Limit>,
}

/// A picture before it is written.
#[derive(Default)]
struct Drawing {
    labels: Vec<String>,
    /// Boxes that the picture is about.
    roots: BTreeSet<usize>,
    /// From, to: what stands on the arrow, and whether it is certain.
    arrows: BTreeMap<(usize, usize), (BTreeSet<String>, bool)>,
}

impl Analysis {
    /// Some symbols with what is around them in both directions.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn neighbourhood(
        &self,
        symbols: &[SymbolRef],
        config: WalkConfig,
        format: PictureFormat,
    ) -> Cancellable<Picture> {
        let asking = self.graph().asking();
        let (nodes, limit) = self.around(&asking, symbols, config)?;
        let mut drawing = Drawing::default();
        for (n, node) in nodes.iter().enumerate() {
            drawing.labels.push(self.label(*node));
            if n < symbols.len() {
                drawing.roots.insert(n);
            }
        }
        let place: BTreeMap<Node, usize> = nodes.iter().copied().zip(0..).collect();
        for (from, node) in nodes.iter().enumerate() {
            let Some(symbol) = node.symbol_ref() else { continue };
            for edge in self.dependencies_of(&asking, &[symbol], WRITTEN)? {
                if let Some(to) = place.get(&edge.node) {
                    let arrow = drawing.arrows.entry((from, *to)).or_insert_with(Default::default);
                    arrow.0.insert(edge.kind.as_str().to_owned());
                    arrow.1 |= edge.resolution == Resolution::Exact;
                }
            }
        }
        let items: Vec<FileId> = nodes.iter().map(|it| it.file).collect();
        let coverage = self.share_of(&asking, items)?;
        Ok(drawing.picture(format, coverage, limit))
    }

    fn around(
        &self,
        asking: &Asking<'_>,
        symbols: &[SymbolRef],
        config: WalkConfig,
    ) -> Cancellable<(Vec<Node>, Option<Limit>)> {
        let mut nodes: Vec<Node> = symbols.iter().map(|it| Node::from(*it)).collect();
        let mut left_out = 0;
        let mut level = nodes.clone();
        for _ in 0..config.depth_max {
            let mut next = Vec::new();
            for symbol in level.iter().filter_map(|it| it.symbol_ref()) {
                let mut edges = self.dependents_of(asking, &[symbol], WRITTEN)?;
                edges.extend(self.dependencies_of(asking, &[symbol], WRITTEN)?);
                for edge in edges {
                    if nodes.contains(&edge.node) {
                        continue;
                    }
                    if nodes.len() == config.items_max {
                        left_out += 1;
                        continue;
                    }
                    nodes.push(edge.node);
                    next.push(edge.node);
                }
            }
            level = next;
        }
        let max = config.items_max;
        Ok((nodes, (0 < left_out).then_some(Limit { what: "symbols", max, left_out })))
    }

    /// Which parts of the workspace import which: files, or where there are more than `max` of them
    /// the deepest folders of which there are not.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn modules_picture(
        &self,
        max: usize,
        format: PictureFormat,
        progress: Progress<'_>,
    ) -> Cancellable<Picture> {
        let asking = self.graph().asking();
        let files: Vec<FileId> =
            self.graph().files().into_iter().filter(|it| self.is_module(*it)).collect();
        let paths: Vec<String> = files.iter().filter_map(|it| self.shown_path(*it)).collect();
        let depth = folder_depth(&paths, max);
        let part = |path: &str| part_of(path, depth);
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut drawing = Drawing::default();
        let names: BTreeSet<String> = paths.iter().map(|it| part(it)).collect();
        let left_out = names.len().saturating_sub(max);
        for name in names.into_iter().take(max) {
            numbers.insert(name.clone(), drawing.labels.len());
            drawing.labels.push(name);
        }
        let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (n, file) in files.iter().enumerate() {
            self.check()?;
            progress(n, files.len());
            let from = self.shown_path(*file).and_then(|it| numbers.get(&part(&it)).copied());
            for to in self.imported_by(&asking, *file) {
                let to = self.shown_path(to).and_then(|it| numbers.get(&part(&it)).copied());
                if let (Some(from), Some(to)) = (from, to)
                    && from != to
                {
                    *counts.entry((from, to)).or_default() += 1;
                }
            }
        }
        for (ends, n) in counts {
            let words = if n == 1 { BTreeSet::new() } else { BTreeSet::from([n.to_string()]) };
            drawing.arrows.insert(ends, (words, true));
        }
        let limit = (0 < left_out).then_some(Limit { what: "modules", max, left_out });
        Ok(drawing.picture(format, Coverage { files: files.len(), ..Coverage::default() }, limit))
    }

    fn is_module(&self, file: FileId) -> bool {
        let language = self.facts(file).and_then(|it| it.language);
        language.is_some_and(|it| it.modules != grammars::Modules::None)
    }

    /// The files that a file imports, each once.
    fn imported_by(&self, asking: &Asking<'_>, file: FileId) -> BTreeSet<FileId> {
        let Some(facts) = self.facts(file) else { return BTreeSet::new() };
        let mut res = BTreeSet::new();
        for idx in 0..facts.imports.len() {
            if let ImportedFiles::Files(files) = asking.imported_files(file, idx) {
                // Of a package of many files one stands for all.
                res.extend(files.first());
            }
        }
        res.extend((0..facts.mods.len()).filter_map(|it| asking.declared_module(file, it)));
        res.remove(&file);
        res
    }

    fn label(&self, node: Node) -> String {
        let Some(target) = self.nav_node(node) else { return String::new() };
        let path = self.shown_path(node.file).unwrap_or_default();
        let line = self.facts(node.file).map(|it| it.lines.line_of(target.name_range.start()) + 1);
        match (node.symbol, target.container) {
            (None, _) => path,
            (Some(_), Some(container)) => {
                format!("{container}::{}\n{path}:{}", target.name, line.unwrap_or(1))
            }
            (Some(_), None) => format!("{}\n{path}:{}", target.name, line.unwrap_or(1)),
        }
    }
}

/// How many folders of a path are told so that there are at most `max` parts; `None` tells files.
fn folder_depth(paths: &[String], max: usize) -> Option<usize> {
    if paths.len() <= max {
        return None;
    }
    let deepest = paths.iter().map(|it| it.matches('/').count()).max().unwrap_or(0);
    let fits = |depth: &usize| {
        let parts: BTreeSet<String> = paths.iter().map(|it| part_of(it, Some(*depth))).collect();
        parts.len() <= max
    };
    Some((1..=deepest).rev().find(fits).unwrap_or(1))
}

fn part_of(path: &str, depth: Option<usize>) -> String {
    let Some(depth) = depth else { return path.to_owned() };
    let folder = path.rsplit_once('/').map_or(".", |it| it.0);
    folder.split('/').take(depth).collect::<Vec<_>>().join("/")
}

impl Drawing {
    fn picture(&self, format: PictureFormat, coverage: Coverage, limit: Option<Limit>) -> Picture {
        let text = match format {
            PictureFormat::Dot => self.dot(),
            PictureFormat::Mermaid => self.mermaid(),
        };
        let (nodes, edges) = (self.labels.len(), self.arrows.len());
        Picture { text, nodes, edges, coverage, limit }
    }

    fn dot(&self) -> String {
        let mut res = String::from("digraph aios {\n  rankdir=LR;\n  node [shape=box];\n");
        let quoted =
            |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        for (n, label) in self.labels.iter().enumerate() {
            let style = if self.roots.contains(&n) { " style=bold" } else { "" };
            writeln!(res, "  n{n} [label=\"{}\"{style}];", quoted(label)).expect(INFALLIBLE);
        }
        for ((from, to), (words, is_certain)) in &self.arrows {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let style = if *is_certain { "" } else { " style=dashed" };
            writeln!(res, "  n{from} -> n{to} [label=\"{}\"{style}];", words.join(", "))
                .expect(INFALLIBLE);
        }
        res.push_str("}\n");
        res
    }

    fn mermaid(&self) -> String {
        let mut res = String::from("flowchart LR\n");
        // Mermaid reads HTML entities in quoted labels, and nothing else as an escape.
        let quoted = |text: &str| {
            let text = text.replace('&', "&amp;").replace('"', "&quot;");
            text.replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br/>")
        };
        for (n, label) in self.labels.iter().enumerate() {
            writeln!(res, "  n{n}[\"{}\"]", quoted(label)).expect(INFALLIBLE);
        }
        for n in &self.roots {
            writeln!(res, "  style n{n} stroke-width:3px").expect(INFALLIBLE);
        }
        for ((from, to), (words, is_certain)) in &self.arrows {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let arrow = if *is_certain { "-->" } else { "-.->" };
            let label = match words.is_empty() {
                true => String::new(),
                false => format!("|{}|", words.join(", ")),
            };
            writeln!(res, "  n{from} {arrow}{label} n{to}").expect(INFALLIBLE);
        }
        res
    }
}

const INFALLIBLE: &str = "writing to a string does not fail";
