//! Callers, callees, impact, tests, ways, cycles, dead code, pictures.

use expect_test::{Expect, expect};

use crate::{
    Analysis, Answer, CycleKind, DeadCodeConfig, Exported, PictureFormat, WalkConfig,
    fixture::{World, analysis_at, render_place},
};

const WIDE: WalkConfig = WalkConfig { depth_max: 10, items_max: 100 };

fn render(analysis: &Analysis, answer: &Answer) -> String {
    let mut lines: Vec<String> = Vec::new();
    for it in &answer.items {
        let place = render_place(analysis, it.target.file, it.target.name_range);
        let edge = it.edge.as_ref().map(|it| format!(" {} {}", it.kind.as_str(), it.resolution));
        let test = if it.is_test { " test" } else { "" };
        let from = it.from.map(|it| format!(" from {it}")).unwrap_or_default();
        let edge = edge.unwrap_or_default();
        lines.push(format!("{} {place} {}{edge}{from}{test}", it.depth, it.target.name));
    }
    if let Some(limit) = answer.limit {
        lines.push(format!("{} more than {} {}", limit.left_out, limit.max, limit.what));
    }
    lines.extend(answer.notes.iter().map(|it| format!("note: {it}")));
    lines.join("\n")
}

#[track_caller]
fn check_impact(fixture: &str, config: WalkConfig, expected: Expect) {
    let (analysis, position) = analysis_at(fixture);
    let symbols = analysis.symbols_at(position).unwrap();
    expected.assert_eq(&render(&analysis, &analysis.impact(&symbols, config).unwrap()));
}

#[track_caller]
fn check_cycles(fixture: &str, kind: CycleKind, expected: Expect) {
    let analysis = World::new(&fixture::Fixture::parse(fixture)).analysis();
    let answer = analysis.cycles(kind, 100, &mut |_, _| {}).unwrap();
    expected.assert_eq(&render(&analysis, &answer));
}

#[track_caller]
fn check_dead(fixture: &str, exported: Exported, expected: Expect) {
    let analysis = World::new(&fixture::Fixture::parse(fixture)).analysis();
    let config = DeadCodeConfig { exported, items_max: 100 };
    let answer = analysis.dead_code(config, &mut |_, _| {}).unwrap();
    let lines = answer.items.iter().map(|it| {
        let place = render_place(&analysis, it.target.file, it.target.name_range);
        format!("{place} {} ({})", it.target.name, it.target.why)
    });
    let notes = answer.notes.iter().map(|it| format!("note: {it}"));
    expected.assert_eq(&lines.chain(notes).collect::<Vec<_>>().join("\n"));
}

const SHOP: &str = r#"
//- /pay.py
def total$0(cart): return tax(cart)
def tax(cart): return 1
//- /shop.py
from pay import total
def buy(cart): return total(cart)
def main(): buy([])
main()
//- /test_shop.py
from shop import buy
def test_buy(): buy([])
"#;

#[test]
fn impact_follows_callers_of_callers_and_marks_tests() {
    check_impact(
        SHOP,
        WIDE,
        expect![[r#"
            1 /shop.py:2:5 buy calls exact
            2 /shop.py:3:5 main calls exact from 0
            3 /shop.py:1:1 shop.py calls exact from 1
            2 /test_shop.py:2:5 test_buy calls exact from 0 test"#]],
    );
}

#[test]
fn a_limit_is_told_with_what_it_left_out() {
    check_impact(
        SHOP,
        WalkConfig { depth_max: 1, items_max: 100 },
        expect![[r#"
        1 /shop.py:2:5 buy calls exact
        2 more than 1 depth"#]],
    );
    check_impact(
        SHOP,
        WalkConfig { depth_max: 10, items_max: 2 },
        expect![[r#"
        1 /shop.py:2:5 buy calls exact
        2 /shop.py:3:5 main calls exact from 0
        1 more than 2 symbols"#]],
    );
}

#[test]
fn an_interfaces_member_reaches_its_implementations_and_their_callers() {
    check_impact(
        r#"
//- /src/lib.rs
trait Price { fn price$0(&self) -> u8; }
struct Tea;
impl Price for Tea { fn price(&self) -> u8 { 1 } }
fn pay(tea: &Tea) -> u8 { tea.price() }
"#,
        WIDE,
        expect![[r#"
            1 /src/lib.rs:3:25 price overrides inferred
            2 /src/lib.rs:4:4 pay calls inferred from 0"#]],
    );
}

#[test]
fn tests_are_found_with_the_way_to_them() {
    let (analysis, position) = analysis_at(SHOP);
    let symbols = analysis.symbols_at(position).unwrap();
    let answer = analysis.tests_of(&symbols, WIDE).unwrap();
    expect![[r#"
        1 /shop.py:2:5 buy calls exact
        2 /test_shop.py:2:5 test_buy calls exact from 0 test"#]]
    .assert_eq(&render(&analysis, &answer));
}

#[test]
fn callers_and_callees_tell_what_does_not_resolve() {
    let (analysis, position) = analysis_at(
        r#"
//- /a.py
class Cart:
    def add$0(self): helper()
def helper(): pass
def fill(cart: Cart, other):
    cart.add()
    other.add()
"#,
    );
    let symbols = analysis.symbols_at(position).unwrap();
    let callers = analysis.callers_of(&symbols, 10).unwrap();
    expect!["1 /a.py:4:5 fill calls inferred"].assert_eq(&render(&analysis, &callers));
    assert_eq!((callers.coverage.files, callers.coverage.same_name), (1, 1));
    assert!(0 < callers.coverage.unresolved);
    let callees = analysis.callees_of(&symbols, 10).unwrap();
    expect!["1 /a.py:3:5 helper calls exact"].assert_eq(&render(&analysis, &callees));
}

#[track_caller]
fn check_path(fixture: &str, (from, to): (&str, &str), expected: Expect) {
    let analysis = World::new(&fixture::Fixture::parse(fixture)).analysis();
    let symbol = |name: &str| {
        let found = analysis.find_symbol(name).unwrap();
        found.iter().filter_map(|it| it.symbol).collect::<Vec<_>>()
    };
    let answer = analysis.path_between(&symbol(from), &symbol(to)).unwrap();
    expected.assert_eq(&render(&analysis, &answer));
}

#[test]
fn a_path_is_the_shortest_way_along_what_depends_on_what() {
    let shop = &SHOP.replace("$0", "");
    check_path(
        shop,
        ("main", "tax"),
        expect![[r#"
        0 /shop.py:3:5 main
        1 /shop.py:2:5 buy calls exact from 0
        2 /pay.py:1:5 total calls exact from 1
        3 /pay.py:2:5 tax calls exact from 2"#]],
    );
    check_path(
        shop,
        ("tax", "buy"),
        expect![[r#"
        0 /shop.py:2:5 buy
        1 /pay.py:1:5 total calls exact from 0
        2 /pay.py:2:5 tax calls exact from 1
        note: there is no way in the direction that was asked for; this one leads back"#]],
    );
    check_path(shop, ("tax", "tax"), expect!["0 /pay.py:2:5 tax"]);
    let apart = "\n//- /a.py\ndef one(): pass\ndef two(): pass\n";
    check_path(apart, ("one", "two"), expect![[""]]);
}

#[test]
fn modules_that_load_each_other_are_a_cycle_unless_types_or_conditions_are_all() {
    check_cycles(
        r#"
//- /a.ts
import { b } from "./b"
import type { T } from "./c"
export class A { x = b }
//- /b.ts
import { A } from "./a"
export const b = () => new A()
//- /c.ts
import { A } from "./a"
export type T = A
export function make() { return new A() }
//- /pkg/__init__.py
//- /pkg/one.py
from . import two
//- /pkg/two.py
def late():
    from . import one
if True:
    from . import one
"#,
        CycleKind::Imports,
        expect![[r#"
            0 /a.ts:1:1 a.ts
            1 /b.ts:1:1 b.ts imports exact from 0
            2 /a.ts:1:1 a.ts imports exact from 1"#]],
    );
}

#[test]
fn functions_that_call_each_other_are_a_cycle() {
    check_cycles(
        r#"
//- /src/lib.rs
fn even(n: u8) -> bool { n == 0 || odd(n - 1) }
fn odd(n: u8) -> bool { n != 0 && even(n - 1) }
fn own(n: u8) -> u8 { if n == 0 { 0 } else { own(n - 1) } }
"#,
        CycleKind::Calls,
        expect![[r#"
            0 /src/lib.rs:1:4 even
            1 /src/lib.rs:2:4 odd calls exact from 0
            2 /src/lib.rs:1:4 even calls exact from 1"#]],
    );
}

#[test]
fn dead_code_is_what_nothing_alive_reaches() {
    check_dead(
        r#"
//- /Cargo.toml
[package]
name = "shop"
//- /src/lib.rs
mod inner;
pub fn open() { used(); }
fn used() {}
fn first() { second() }
fn second() {}
#[unsafe(no_mangle)]
fn hook() {}
fn said() {}
fn _meant() {}
struct Tea;
impl Drop for Tea { fn drop(&mut self) { helper() } }
fn helper() {}
fn make() -> Tea { println!("said"); Tea }
#[test]
fn try_it() { make(); }
//- /src/inner.rs
pub fn told() {}
fn kept() {}
//- /Main.java
class Main implements java.io.Serializable {
    void open() { used(); }
    private void used() {}
    private void none() {}
    @Inject private void given() {}
    private void readObject(ObjectInputStream in) {}
    private static class Inner {}
}
//- /main.rb
class Tool; def idle; end; end
"#,
        Exported::Alive,
        expect![[r#"
            /Main.java:4:18 none (nothing refers to it)
            /Main.java:7:26 Inner (nothing refers to it)
            /src/inner.rs:2:4 kept (nothing refers to it)
            /src/lib.rs:4:4 first (nothing refers to it)
            /src/lib.rs:5:4 second (only dead code refers to it)
            note: 1 files are in languages whose packs do not tell what is private: nothing in them is judged"#]],
    );
}

#[test]
fn exported_code_is_judged_when_asked_for() {
    let fixture = r#"
//- /a.ts
export function used() {}
export function unused() {}
export default function () {}
//- /b.ts
import { used } from "./a"
used()
"#;
    check_dead(fixture, Exported::Alive, expect![[""]]);
    check_dead(fixture, Exported::Judged, expect!["/a.ts:2:17 unused (nothing refers to it)"]);
}

#[test]
fn a_neighbourhood_is_drawn_in_both_languages() {
    let (analysis, position) = analysis_at(SHOP);
    let symbols = analysis.symbols_at(position).unwrap();
    let config = WalkConfig { depth_max: 1, items_max: 10 };
    let draw = |format| analysis.neighbourhood(&symbols, config, format).unwrap().text;
    expect![[r#"
        digraph aios {
          rankdir=LR;
          node [shape=box];
          n0 [label="total\npay.py:1" style=bold];
          n1 [label="buy\nshop.py:2"];
          n2 [label="tax\npay.py:2"];
          n0 -> n2 [label="calls"];
          n1 -> n0 [label="calls"];
        }
    "#]]
    .assert_eq(&draw(PictureFormat::Dot));
    expect![[r#"
        flowchart LR
          n0["total<br/>pay.py:1"]
          n1["buy<br/>shop.py:2"]
          n2["tax<br/>pay.py:2"]
          style n0 stroke-width:3px
          n0 -->|calls| n2
          n1 -->|calls| n0
    "#]]
    .assert_eq(&draw(PictureFormat::Mermaid));
}

#[test]
fn modules_are_drawn_as_folders_where_there_are_many() {
    let analysis = World::new(&fixture::Fixture::parse(
        r#"
//- /a/one.py
from b.two import x
//- /a/other.py
from b.two import x
//- /b/__init__.py
//- /b/two.py
x = 1
"#,
    ))
    .analysis();
    let draw = |max| analysis.modules_picture(max, PictureFormat::Mermaid, &mut |_, _| {});
    expect![[r#"
        flowchart LR
          n0["a"]
          n1["b"]
          n0 -->|2| n1
    "#]]
    .assert_eq(&draw(2).unwrap().text);
    expect![[r#"
        flowchart LR
          n0["a/one.py"]
          n1["a/other.py"]
          n2["b/__init__.py"]
          n3["b/two.py"]
          n0 --> n3
          n1 --> n3
    "#]]
    .assert_eq(&draw(10).unwrap().text);
}
