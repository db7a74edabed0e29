//! Edges out of symbols and into them, and the types and members above and below.

use expect_test::{Expect, expect};

use super::queries::symbol_at;
use crate::{
    CodeGraph, Edge, EdgeKind, End, Target,
    fixture::{render_place, render_symbol},
};

fn render_end(graph: &CodeGraph, end: End) -> String {
    match end {
        End::Symbol(it) => graph.name_path(it).unwrap(),
        End::File(it) => graph.path(it).unwrap().to_string(),
        End::External => "external".to_owned(),
        End::Unresolved => "unresolved".to_owned(),
    }
}

fn render(graph: &CodeGraph, edges: &[Edge]) -> String {
    let lines = edges.iter().map(|it| {
        let (from, to) = (render_end(graph, it.from), render_end(graph, it.to));
        let how = it.resolution.map_or("lost", |it| it.as_str());
        let place = render_place(graph, it.evidence.file, it.evidence.range);
        format!("{place} {from} {} {to}, {how}", it.kind.as_str())
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn render_targets(graph: &CodeGraph, targets: &[Target]) -> String {
    let lines = targets
        .iter()
        .map(|it| format!("{}, {}", render_symbol(graph, it.symbol_ref()), it.resolution));
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check_from(fixture: &str, kinds: &[EdgeKind], expected: Expect) {
    let (graph, symbol) = symbol_at(fixture);
    let edges = graph.edges_from(symbol, kinds, &mut || Ok(())).unwrap();
    expected.assert_eq(&render(&graph, &edges));
}

#[track_caller]
fn check_into(fixture: &str, kinds: &[EdgeKind], expected: Expect) {
    let (graph, symbol) = symbol_at(fixture);
    let edges = graph.edges_into(symbol, kinds, &mut || Ok(())).unwrap();
    expected.assert_eq(&render(&graph, &edges));
}

#[track_caller]
fn check_subtypes(fixture: &str, expected: Expect) {
    let (graph, symbol) = symbol_at(fixture);
    expected.assert_eq(&render(&graph, &graph.subtypes(symbol)));
}

#[track_caller]
fn check_implementations(fixture: &str, expected: Expect) {
    let (graph, symbol) = symbol_at(fixture);
    expected.assert_eq(&render_targets(&graph, &graph.implementations(symbol)));
}

#[track_caller]
fn check_overridden(fixture: &str, expected: Expect) {
    let (graph, symbol) = symbol_at(fixture);
    expected.assert_eq(&render_targets(&graph, &graph.overridden(symbol)));
}

#[test]
fn what_leads_out_of_a_function_is_its_own() {
    check_from(
        r#"
//- /a.rs
use std::mem::swap;
fn pay() {}
struct Cart { n: u8 }
fn buy$0(cart: Cart) {
    fn inner() { pay() }
    pay();
    swap(cart.n);
    cart.unheard();
}
"#,
        &EdgeKind::ALL,
        expect![[r#"
            /a.rs:4 buy references Cart, exact
            /a.rs:5 buy contains buy::inner, exact
            /a.rs:6 buy calls pay, exact
            /a.rs:7 buy calls external, lost
            /a.rs:7 buy references Cart::n, inferred
            /a.rs:8 buy calls unresolved, lost"#]],
    );
}

#[test]
fn the_top_level_has_edges_too() {
    let (graph, symbol) = symbol_at(
        r#"
//- /a.py
from b import pay
import c
pay()
class A$0: pass
//- /b.py
def pay(): pass
//- /c.py
"#,
    );
    let edges = graph.edges_from_file(symbol.file, &EdgeKind::ALL, &mut || Ok(())).unwrap();
    expect![[r#"
        /a.py:1 /a.py references /b.py, exact
        /a.py:1 /a.py imports pay, exact
        /a.py:2 /a.py imports /c.py, exact
        /a.py:3 /a.py calls pay, exact
        /a.py:4 /a.py contains A, exact"#]]
    .assert_eq(&render(&graph, &edges));
}

#[test]
fn bases_are_edges_of_the_type_wherever_they_are_written() {
    check_from(
        r#"
//- /a.rs
trait Paid {}
struct Cart$0;
impl Paid for Cart {}
impl Clone for Cart {}
"#,
        &[EdgeKind::Extends, EdgeKind::Implements],
        expect![[r#"
            /a.rs:3 Cart implements Paid, exact
            /a.rs:4 Cart implements external, lost"#]],
    );
}

#[test]
fn tests_are_told_by_what_they_name() {
    check_into(
        r#"
//- /src/a.rs
fn pay$0() {}
fn buy() { pay() }
#[test]
fn paying_works() { pay() }
//- /tests/b.rs
"#,
        &[EdgeKind::Calls, EdgeKind::Tests],
        expect![[r#"
            /src/a.rs:2 buy calls pay, exact
            /src/a.rs:4 paying_works calls pay, exact
            /src/a.rs:4 paying_works tests pay, exact"#]],
    );
}

#[test]
fn a_test_has_edges_to_what_it_tests() {
    check_from(
        r#"
//- /test_a.py
from a import pay
def helper(): pass
def test_pay$0():
    helper()
    pay(len([]))
//- /a.py
def pay(): pass
"#,
        &[EdgeKind::Tests],
        expect!["/test_a.py:5 test_pay tests pay, exact"],
    );
}

#[test]
fn subtypes_are_found_under_aliases() {
    check_subtypes(
        r#"
//- /a.ts
export interface Shape$0 {}
//- /b.ts
import { Shape as S } from './a';
export class Box implements S {}
class Other {}
//- /c.ts
interface Round extends Shape {}
interface Shape {}
"#,
        expect!["/b.ts:2 Box implements Shape, exact"],
    );
}

#[test]
fn implementations_are_types_however_far_below() {
    check_implementations(
        r#"
//- /A.java
interface Shape$0 { int area(); }
abstract class Base implements Shape {}
class Box extends Base { public int area() { return 1; } }
class Other { public int area() { return 1; } }
"#,
        expect![[r#"
            /A.java:2 Base, exact
            /A.java:3 Box, exact"#]],
    );
    check_implementations(
        r#"
//- /A.java
interface Shape { int area$0(); }
abstract class Base implements Shape {}
class Box extends Base { public int area() { return 1; } }
class Other { public int area() { return 1; } }
"#,
        expect!["/A.java:3 Box::area, exact"],
    );
}

#[test]
fn a_type_has_every_interface_whose_functions_it_has() {
    let files = r#"
//- /a.go
package a
type Closer interface { Close() error }
type File interface { Closer; Read(p []byte) int }
type disk struct{}
func (d *disk) Close() error { return nil }
func (d *disk) Read(p []byte) int { return 0 }
type half struct{}
func (h half) Close() error { return nil }
type wide struct{ *disk }
type other struct{}
func (o other) Read(p []byte, at int) int { return 0 }
func (o other) Close() error { return nil }
"#;
    check_implementations(
        &files.replace("File interface", "File$0 interface"),
        expect![[r#"
            /a.go:4 disk, inferred
            /a.go:9 wide, inferred"#]],
    );
    check_implementations(
        &files.replace("Read(p []byte) int }", "Read$0(p []byte) int }"),
        expect!["/a.go:6 disk::Read, inferred"],
    );
    check_overridden(
        &files.replace("disk) Close", "disk) Close$0"),
        expect!["/a.go:2 Closer::Close, inferred"],
    );
}

#[test]
fn a_member_overrides_the_nearest_of_its_bases() {
    check_overridden(
        r#"
//- /a.py
class A:
    def pay(self): pass
class B(A):
    def pay(self): pass
class C(B):
    pass
class D(C):
    def pay$0(self): pass
"#,
        expect!["/a.py:4 B::pay, exact"],
    );
}

#[test]
fn imports_lead_to_files_or_are_missing() {
    let (graph, symbol) = symbol_at(
        r#"
//- /shop/__init__.py
from . import pay
from .cart import total
from .gone import what
import os
x$0 = 1
//- /shop/pay.py
//- /shop/cart.py
total = 1
"#,
    );
    let imports = graph.file_imports(&[symbol.file], &mut || Ok(())).unwrap();
    let lines = imports.iter().map(|it| {
        let to: Vec<_> = it.to.iter().map(|it| graph.path(*it).unwrap().to_string()).collect();
        let missing = if it.is_missing { " missing" } else { "" };
        format!("{}{missing}", to.join(" "))
    });
    expect![[r#"
        /shop/pay.py
        /shop/cart.py
         missing
    "#]]
    .assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn documentation_leads_to_what_it_mentions() {
    let files = r#"
//- /a.rs
/// A cart; see [`pay`] and [`Cart::total`], `n`, `cart`, `swap`, `elsewhere`.
pub struct Cart { n: u8 }
impl Cart {
    /// The sum of `Cart`, as `total` of `n`.
    fn total(&self, n: u8) {}
}
fn pay() {}
//- /b.rs
fn elsewhere() {}
fn cart() {}
fn swap() {}
fn swap() {}
//- /README.md
# Shop
Call `Cart::total` of a `cart`, then `pay()`.
"#;
    check_into(
        &files.replace("fn total", "fn total$0"),
        &[EdgeKind::Documents],
        expect![[r#"
            /a.rs:1 Cart documents Cart::total, exact
            /a.rs:4 /a.rs documents Cart::total, exact
            /README.md:2 Shop documents Cart::total, candidate"#]],
    );
    check_from(
        &files.replace("struct Cart", "struct Cart$0"),
        &[EdgeKind::Documents],
        expect![[r#"
            /a.rs:1 Cart documents pay, exact
            /a.rs:1 Cart documents Cart::total, exact
            /a.rs:1 Cart documents Cart::n, exact
            /a.rs:1 Cart documents cart, candidate
            /a.rs:1 Cart documents elsewhere, candidate"#]],
    );
    check_from(
        &files.replace("fn total", "fn total$0"),
        &[EdgeKind::Documents],
        expect!["/a.rs:4 Cart::total documents Cart, exact"],
    );
}
