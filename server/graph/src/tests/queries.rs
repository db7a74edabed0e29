//! References, callers, families and the search for names.

use expect_test::{Expect, expect};

use crate::{
    CodeGraph, Resolved, SymbolRef,
    fixture::{graph_at, render_place, render_resolved, render_symbol},
};

/// The symbol that is defined or named at the cursor.
pub(super) fn symbol_at(fixture: &str) -> (CodeGraph, SymbolRef) {
    let (graph, file, offset) = graph_at(fixture);
    let facts = graph.facts(file).unwrap();
    let symbol = match facts.symbol_named_at(offset) {
        Some(symbol) => SymbolRef { file, symbol },
        None => {
            let reference = facts.reference_at(offset).expect("a name at the cursor");
            graph.resolve(file, reference).targets()[0].symbol_ref()
        }
    };
    (graph, symbol)
}

#[track_caller]
fn check_references(fixture: &str, expected: Expect) {
    let (graph, symbol) = symbol_at(fixture);
    let found = graph.references_to(symbol, &mut || Ok(())).unwrap();
    let lines = found.iter().map(|it| {
        let range = graph.facts(it.file).unwrap().reference(it.reference).range();
        format!("{} {} {}", render_place(&graph, it.file, range), it.kind.as_str(), it.resolution)
    });
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[track_caller]
fn check_family(fixture: &str, expected: Expect) {
    let (graph, symbol) = symbol_at(fixture);
    let lines = graph.family(symbol).into_iter().map(|it| render_symbol(&graph, it));
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[track_caller]
fn check_search(query: &str, expected: Expect) {
    let (graph, ..) = graph_at(
        r#"
//- /cart.rs
pub struct Cart;
impl Cart { pub fn total_price(&self) {} fn top(&self) {} }
fn cart_total() {} fn recartel() {} const N: u8 = 0; $0"#,
    );
    let found = graph.symbols_matching(query, 3, &mut || Ok(())).unwrap();
    let lines = found.into_iter().map(|it| render_symbol(&graph, it.symbol));
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn references_follow_aliases_and_leave_homonyms() {
    check_references(
        r#"
//- /a.ts
export function pay$0() {}
pay();
//- /b.ts
import { pay as p } from './a';
p();
//- /c.ts
export { pay as buy } from './a';
//- /d.ts
import { buy } from './c';
buy();
//- /e.ts
function pay() {}
pay();
"#,
        expect![[r#"
            /a.ts:2 calls exact
            /b.ts:1 imports exact
            /b.ts:2 calls exact
            /c.ts:1 imports exact
            /d.ts:1 imports exact
            /d.ts:2 calls exact"#]],
    );
}

#[test]
fn a_default_export_is_found_under_the_names_of_its_importers() {
    check_references(
        r#"
//- /a.ts
export default function pay$0() {}
//- /b.ts
import whatever from './a';
whatever();
"#,
        expect!["/b.ts:2 calls exact"],
    );
}

#[test]
fn a_parameter_is_named_by_the_arguments_of_calls() {
    check_references(
        r#"
//- /a.py
def pay(amount$0, tip=0): return amount
def other(amount): ...
pay(amount=1)
//- /b.py
from a import pay as p, other
p(amount=1)
other(amount=1)
amount = 1
"#,
        expect![[r#"
            /a.py:1 references exact
            /a.py:3 references exact
            /b.py:2 references exact"#]],
    );
}

#[test]
fn a_constructor_is_called_through_every_type_that_inherits_it() {
    check_references(
        r#"
//- /a.py
class Base:
    def __init__$0(self): ...
class Heir(Base): ...
class Other(Base):
    def __init__(self): super().__init__()
//- /b.py
from a import Base, Heir, Other
Base()
Heir()
Other()
"#,
        expect![[r#"
            /a.py:5 calls exact
            /b.py:2 calls exact
            /b.py:3 calls exact"#]],
    );
}

#[test]
fn callers_are_those_of_the_receivers_type() {
    let (graph, symbol) = symbol_at(
        r#"
struct A; struct B;
impl A { fn take$0(&self) {} }
impl B { fn take(&self) {} }
fn one(a: A) { a.take(); a.take(); }
fn two(b: B) { b.take(); }
fn three() { unknown().take(); }
"#,
    );
    let callers = graph.callers(symbol, &mut || Ok(())).unwrap();
    let lines = callers.into_iter().map(|(file, caller, calls)| {
        let caller = SymbolRef { file, symbol: caller.unwrap() };
        format!("{} calls {} times", render_symbol(&graph, caller), calls.len())
    });
    expect!["/main.rs:4 one calls 2 times"].assert_eq(&lines.collect::<Vec<_>>().join("\n"));
    let candidates = graph.candidate_references_to(symbol, &mut || Ok(())).unwrap();
    assert_eq!(candidates.len(), 1);
}

#[test]
fn what_a_function_assigns_to_a_member_is_called_by_the_function() {
    let (graph, symbol) = symbol_at(
        "//- /a.js\nfunction make$0() {}\nfunction Shop() {\n  this.rules = make()\n}\n\
         Shop.prototype.all = function () { return make() }\nconst rules = make()\n",
    );
    let callers = graph.callers(symbol, &mut || Ok(())).unwrap();
    let names = callers.into_iter().map(|(file, caller, _)| match caller {
        Some(symbol) => render_symbol(&graph, SymbolRef { file, symbol }),
        None => "the file".to_owned(),
    });
    expect![[r#"
        /a.js:2 Shop
        /a.js:5 Shop::all
        /a.js:6 rules"#]]
    .assert_eq(&names.collect::<Vec<_>>().join("\n"));
}

#[test]
fn callees_are_what_the_body_calls() {
    let (graph, symbol) = symbol_at(
        "fn f$0() { g(); g(); h!(); String::new(); }\nfn g() {}\nmacro_rules! h { () => {} }",
    );
    let callees = graph.callees(symbol, &mut || Ok(())).unwrap();
    let lines = callees
        .into_iter()
        .map(|(it, calls)| format!("{} {} times", render_symbol(&graph, it), calls.len()));
    expect![[r#"
        /main.rs:2 g 2 times
        /main.rs:3 h 1 times"#]]
    .assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_member_bears_one_name_with_what_it_overrides() {
    check_family(
        "trait Pay { fn pay(&self); } struct A; struct B; impl Pay for A { fn pay(&self) {} }\n\
         impl Pay for B { fn pay$0(&self) {} } impl A { fn other(&self) {} }",
        expect![[r#"
            /main.rs:1 Pay::pay
            /main.rs:1 A::pay
            /main.rs:2 B::pay"#]],
    );
    check_family(
        "//- /a.ts\nclass A { pay() {} }\nclass B extends A { pay$0() {} }\nclass C { pay() {} }\n",
        expect![[r#"
            /a.ts:1 A::pay
            /a.ts:2 B::pay"#]],
    );
}

#[test]
fn an_override_is_found_through_a_class_that_only_inherits() {
    check_family(
        r#"
//- /a.ts
class A { pay$0() {} }
class B extends A {}
class C extends B { pay() {} }
"#,
        expect![[r#"
            /a.ts:1 A::pay
            /a.ts:3 C::pay"#]],
    );
}

#[test]
fn a_class_bears_one_name_with_its_constructors() {
    check_family(
        "//- /A.java\nclass A$0 { A() {} A(int n) {} void f() {} }\n",
        expect![[r#"
        /A.java:1 A
        /A.java:1 A::A
        /A.java:1 A::A"#]],
    );
}

#[test]
fn the_search_puts_exact_names_first_then_beginnings_then_word_starts() {
    check_search(
        "cart",
        expect![[r#"
        /cart.rs:1 Cart
        /cart.rs:3 cart_total
        /cart.rs:3 recartel"#]],
    );
    check_search(
        "ct",
        expect![[r#"
        /cart.rs:3 cart_total
        /cart.rs:1 Cart
        /cart.rs:3 recartel"#]],
    );
    check_search(
        "cart.to",
        expect![[r#"
        /cart.rs:2 Cart::top
        /cart.rs:2 Cart::total_price
        /cart.rs:3 cart_total"#]],
    );
    check_search("xyz", expect![""]);
}

#[test]
fn a_written_path_names_a_definition() {
    let (graph, ..) = graph_at(
        r#"
//- /shop/cart.rs
struct Cart; impl Cart { fn total(&self) {} }
fn total() {} $0
//- /b.rs
fn total() {}
"#,
    );
    let at = |path: &str| {
        let found = graph.definitions_at_path(path).into_iter();
        found.map(|it| render_symbol(&graph, it)).collect::<Vec<_>>().join("\n")
    };
    expect!["/shop/cart.rs:1 Cart::total"].assert_eq(&at("Cart::total"));
    expect![[r#"
        /shop/cart.rs:1 Cart::total
        /shop/cart.rs:2 total"#]]
    .assert_eq(&at("cart.total"));
    expect![[r#"
        /shop/cart.rs:1 Cart::total
        /shop/cart.rs:2 total
        /b.rs:1 total"#]]
    .assert_eq(&at("total"));
}

#[test]
fn a_lasting_id_outlives_an_edit_of_a_body() {
    let (mut graph, symbol) =
        symbol_at("//- /a.rs\nfn f() {}\nimpl A { fn f() {} }\nimpl A { fn f$0() {} }\n");
    let id = graph.symbol_id(symbol).unwrap();
    assert_eq!((&*id.path, id.nth), ("A::f", 1));
    let path = graph.path(symbol.file).unwrap().clone();
    let text = "fn f() { let a = 1; a; }\nimpl A { fn f() {} }\n\nimpl A { fn f() {} }\n";
    graph.set_file(symbol.file, &path, Some(crate::fixture::facts_of("/a.rs", text)));
    expect!["/a.rs:4 A::f"].assert_eq(&render_symbol(&graph, graph.find(&id).unwrap()));
    graph.set_file(symbol.file, &path, Some(crate::fixture::facts_of("/a.rs", "fn f() {}")));
    assert_eq!(graph.find(&id), None);
}

#[test]
fn a_symbol_of_an_earlier_moment_has_no_answers() {
    let (mut graph, symbol) = symbol_at("//- /a.rs\nfn a() {}\nfn f$0() { f(); }\n");
    let path = graph.path(symbol.file).unwrap().clone();
    let check = &mut || Ok(());
    assert_eq!(graph.references_to(symbol, check).unwrap().len(), 1);
    for facts in [Some(crate::fixture::facts_of("/a.rs", "")), None] {
        graph.set_file(symbol.file, &path, facts);
        assert_eq!(graph.references_to(symbol, check).unwrap(), []);
        assert_eq!(graph.candidate_references_to(symbol, check).unwrap(), []);
        assert_eq!(graph.callees(symbol, check).unwrap(), []);
        assert_eq!(graph.family(symbol), [symbol]);
        assert_eq!((graph.symbol_id(symbol), graph.name_path(symbol)), (None, None));
        assert_eq!(graph.resolve(symbol.file, syntax::ReferenceIdx::new(0)), Resolved::Unresolved);
    }
}

#[test]
fn importers_are_files_that_import() {
    let (graph, symbol) = symbol_at(
        r#"
//- /a.ts
export function pay$0() {}
//- /b.ts
import { pay } from './a';
//- /c.ts
import './b';
"#,
    );
    let importers = graph.importers(symbol.file, &mut || Ok(())).unwrap();
    let paths: Vec<&str> = importers.iter().map(|it| graph.path(*it).unwrap().as_str()).collect();
    assert_eq!(paths, ["/b.ts"]);
}

#[test]
fn what_was_found_out_about_one_moment_is_not_told_of_the_next() {
    let (mut graph, file, offset) =
        graph_at("//- /a.py\ndef f(): ...\n//- /b.py\nfrom a import f\nf$0()\n");
    let reference = graph.facts(file).unwrap().reference_at(offset).unwrap();
    let said = |graph: &CodeGraph| render_resolved(graph, &graph.resolve(file, reference));
    let found = "/a.py:1 f, exact: imported by name";
    assert_eq!(said(&graph), found);
    let before = graph.clone();
    let a = graph.file_at("/a.py").unwrap();
    let path = vfs::VfsPath::new("/a.py").unwrap();
    graph.set_file(a, &path, Some(crate::fixture::facts_of("/a.py", "def g(): ...\n")));
    assert_ne!(said(&graph), found);
    assert_eq!(said(&before), found);
}
