//! After any history of edits the graph answers as one made from the last texts.

use vfs::{FileId, VfsPath};

use crate::{CodeGraph, EdgeKind, fixture::facts_of};

/// Histories that are tried; `AIOS_SEEDS=500` tries more.
const SEEDS: u64 = 12;
/// Edits of one history.
const EDITS: usize = 40;

const NAMES: [&str; 6] = ["pay", "Cart", "total", "shop", "x", "y"];
const PATHS: [&str; 22] = [
    "/w/src/lib.rs",
    "/w/src/shop.rs",
    "/w/src/shop/pay.rs",
    "/w/a.ts",
    "/w/shop/index.ts",
    "/w/go/a.go",
    "/w/go/b.go",
    "/w/A.java",
    "/w/Cargo.toml",
    "/w/package.json",
    "/w/tsconfig.json",
    "/w/go/go.mod",
    "/w/shop/__init__.py",
    "/w/shop/pay.py",
    "/w/x.py",
    "/w/x.js",
    "/w/pay.h",
    "/w/pay.c",
    "/w/x.cpp",
    "/w/x.cs",
    "/w/x.rb",
    "/w/x.php",
];
/// Files whose texts are moved about, so that names and places come and go together.
const MOVES: usize = 4;

/// A generator with a seed: the same history every time.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }
}

fn random_text(path: &str, rng: &mut Rng) -> String {
    let lines: &[&str] = match path.rsplit('.').next() {
        Some("rs") => &[
            "mod A;",
            "pub mod A;",
            "use crate::A::B;",
            "pub use A::*;",
            "use super::{A, B as C};",
            "pub fn A() { B(); }",
            "struct A { B: C }",
            "impl A { fn B(&self) { self.C(); } }",
            "fn A(B: C) { B.A(); }",
            "fn broken( {",
            "trait A { fn B(&self); }",
            "impl A for B { fn C(&self) {} }",
        ],
        Some("ts") => &[
            "import { A } from './shop';",
            "import B from '../a';",
            "export * from './A';",
            "export { A as B };",
            "export function A() { return B(); }",
            "export default class A { B() { this.C(); } }",
            "class A extends B { C() {} }",
            "const A = new B(); A.C();",
            "function broken( {",
        ],
        Some("toml") => &["[package]", "name = \"A\"", "[lib]", "path = \"src/A.rs\"", "= ="],
        Some("json") => &[
            "{\"name\": \"A\", \"main\": \"A.ts\"}",
            "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"A/*\": [\"B/*\"]}}}",
            "{",
        ],
        Some("mod") => &["module A"],
        Some("py") => &[
            "from .A import B",
            "from . import A",
            "from A import *",
            "import A.B as C",
            "def A(B): return B.C()",
            "class A(B):\n    def C(self): self.B = A()",
            "class A:\n    B: C",
            "for A in B: A.C()",
            "A = B()",
            "def broken(",
        ],
        Some("js") => &[
            "const A = require('./B');",
            "module.exports = A;",
            "exports.A = B;",
            "import { A } from 'B';",
            "A.forEach((B) => B.C());",
            "function A() { this.B = C; }",
            "A.prototype.B = function () {};",
        ],
        Some("h" | "c") => &[
            "#include \"pay.h\"",
            "int A(int B);",
            "int A(int B) { return C(B); }",
            "struct A { int B; };",
            "typedef struct A B;",
        ],
        Some("cpp") => &[
            "#include \"pay.h\"",
            "namespace A { class B { int C(); }; }",
            "int A::B() { return C; }",
            "class A : public B { C x; };",
        ],
        Some("cs") => &[
            "using A;",
            "namespace A { class B : C { B A() { return this.C; } } }",
            "class A { B C; }",
        ],
        Some("rb") => &[
            "require_relative 'x'",
            "module A; class B < C; def A; B; end; end; end",
            "A = B.new",
            "A::B.C",
        ],
        Some("php") => &[
            "<?php namespace A;",
            "<?php use A\\B;",
            "<?php class A extends B { function C() { $this->C(); } }",
        ],
        Some("go") => {
            &["package A", "func A() { B() }", "type A struct { B C }", "func (a *A) B() { a.C() }"]
        }
        _ => &[
            "package A;",
            "import A.B;",
            "class A extends B { void C() { B(); } }",
            "class A { B C; }",
        ],
    };
    let mut text = String::new();
    for _ in 0..rng.below(7) {
        for part in rng.pick(lines).split_inclusive(|it: char| !it.is_alphanumeric()) {
            let word = part.trim_end_matches(|it: char| !it.is_alphanumeric());
            let is_slot = ["A", "B", "C"].contains(&word);
            text.push_str(if is_slot { rng.pick(&NAMES) } else { word });
            text.push_str(&part[word.len()..]);
        }
        text.push('\n');
    }
    text
}

/// Everything that the graph says, in a form that can be compared.
fn said(graph: &CodeGraph) -> Vec<String> {
    let mut res = vec![format!("{:?}", graph.summary())];
    for file in graph.files() {
        let facts = graph.facts(file).unwrap();
        for (reference, _) in facts.references() {
            res.push(format!("{file:?} {reference:?} {:?}", graph.resolve(file, reference)));
        }
        for (symbol, _) in facts.symbols() {
            let symbol = crate::SymbolRef { file, symbol };
            let found = graph.references_to(symbol, &mut || Ok(())).unwrap();
            res.push(format!("{symbol:?} {found:?} {:?}", graph.family(symbol)));
            let out = graph.edges_from(symbol, &EdgeKind::ALL, &mut || Ok(())).unwrap();
            let into = graph.edges_into(symbol, &EdgeKind::ALL, &mut || Ok(())).unwrap();
            let types = (graph.subtypes(symbol), graph.implementations(symbol));
            res.push(format!("{symbol:?} {out:?} {into:?} {types:?}"));
        }
    }
    let imports = graph.file_imports(&graph.files(), &mut || Ok(())).unwrap();
    res.push(format!("{imports:?}"));
    for name in NAMES {
        res.push(format!("{name} {:?}", graph.definitions_named(name)));
        res.push(format!("{name} {:?}", graph.files_mentioning(name)));
    }
    res
}

#[test]
fn the_graph_after_edits_is_the_graph_from_scratch() {
    let asked = std::env::var("AIOS_SEEDS").ok().and_then(|it| it.parse().ok());
    for seed in 1..=asked.unwrap_or(SEEDS) {
        let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut texts: [Option<String>; PATHS.len()] = Default::default();
        let mut graph = CodeGraph::default();
        let mut snapshots: Vec<(CodeGraph, Vec<String>)> = Vec::new();
        for step in 0..EDITS {
            let index = rng.below(PATHS.len());
            match rng.below(6) {
                0 => texts[index] = None,
                1 => move_block(&mut texts, index, &mut rng, &mut graph),
                _ => texts[index] = Some(random_text(PATHS[index], &mut rng)),
            }
            set(&mut graph, index, texts[index].as_deref());
            if step % 13 == 0 {
                snapshots.push((graph.clone(), said(&graph)));
            }
        }
        let mut rebuilt = CodeGraph::default();
        for (index, text) in texts.iter().enumerate() {
            set(&mut rebuilt, index, text.as_deref());
        }
        assert_eq!(said(&graph), said(&rebuilt), "seed {seed}");
        for (snapshot, then) in snapshots {
            assert_eq!(said(&snapshot), then, "a clone changed with its original, seed {seed}");
        }
    }
}

/// Takes some lines out of files of the same kind and puts them at the end of this one.
fn move_block(texts: &mut [Option<String>], to: usize, rng: &mut Rng, graph: &mut CodeGraph) {
    let ending = |it: usize| PATHS[it].rsplit('.').next();
    for _ in 0..MOVES {
        let from = rng.below(PATHS.len());
        if from == to || ending(from) != ending(to) {
            continue;
        }
        let Some(text) = &mut texts[from] else { continue };
        let cut = text.find('\n').map_or(0, |it| it + 1);
        let moved: String = text.drain(..cut).collect();
        let rest = text.clone();
        texts[to].get_or_insert_default().push_str(&moved);
        set(graph, from, Some(&rest));
    }
}

fn set(graph: &mut CodeGraph, index: usize, text: Option<&str>) {
    let path = VfsPath::new(PATHS[index]).unwrap();
    let facts = text.map(|it| facts_of(PATHS[index], it));
    graph.set_file(FileId::from_index(index as u32), &path, facts);
}
