//! After any history of edits the graph answers as one made from the last texts.

use vfs::{FileId, VfsPath};

use crate::{CodeGraph, fixture::facts_of};

/// Histories that are tried.
const SEEDS: u64 = 24;
/// Edits of one history.
const EDITS: usize = 40;

const NAMES: [&str; 6] = ["pay", "Cart", "total", "shop", "x", "y"];
const PATHS: [&str; 8] = [
    "/w/src/lib.rs",
    "/w/src/shop.rs",
    "/w/src/shop/pay.rs",
    "/w/a.ts",
    "/w/shop/index.ts",
    "/w/go/a.go",
    "/w/go/b.go",
    "/w/A.java",
];

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
        }
    }
    for name in NAMES {
        res.push(format!("{name} {:?}", graph.definitions_named(name)));
        res.push(format!("{name} {:?}", graph.files_mentioning(name)));
    }
    res
}

#[test]
fn the_graph_after_edits_is_the_graph_from_scratch() {
    for seed in 1..=SEEDS {
        let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut texts: [Option<String>; PATHS.len()] = Default::default();
        let mut graph = CodeGraph::default();
        let mut snapshots: Vec<(CodeGraph, Vec<String>)> = Vec::new();
        for step in 0..EDITS {
            let index = rng.below(PATHS.len());
            let gone = rng.below(6) == 0;
            texts[index] = (!gone).then(|| random_text(PATHS[index], &mut rng));
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

fn set(graph: &mut CodeGraph, index: usize, text: Option<&str>) {
    let path = VfsPath::new(PATHS[index]).unwrap();
    let facts = text.map(|it| facts_of(PATHS[index], it));
    graph.set_file(FileId::from_index(index as u32), &path, facts);
}
