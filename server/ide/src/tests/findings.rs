//! Import cycles, unresolved imports, unused private definitions; and what is none of these.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use fixture::Fixture;

use crate::{
    Rules,
    fixture::{World, render_place},
};

/// What the rules find in every file; paths of `on_disk` are there without being indexed.
#[track_caller]
fn check(fixture: &str, on_disk: &[&str], expected: Expect) {
    let analysis = World::new(&Fixture::parse(fixture)).analysis();
    let on_disk: BTreeSet<&str> = on_disk.iter().copied().collect();
    let rules = Rules { import_cycles: true, unresolved_imports: true, unused_private: true };
    let mut lines = Vec::new();
    for file in analysis.graph().files() {
        let exists =
            |path: &vfs::VfsPath| analysis.file(path).is_some() || on_disk.contains(path.as_str());
        for it in analysis.findings(file, rules, &exists).unwrap() {
            let place = render_place(&analysis, file, it.range);
            lines.push(format!("{place} {}: {}", it.rule, it.message));
            for (at, word) in it.related {
                let place = render_place(&analysis, at.file, at.range);
                lines.push(format!("  {place} {word}"));
            }
        }
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn an_import_cycle_is_told_where_it_begins_in_each_file() {
    check(
        r#"
//- /a.js
import { b } from "./b"
export function a() { b() }
//- /b.js
import { c } from "./c"
export function b() { c() }
//- /c.js
import { a } from "./a"
export function c() { a() }
//- /d.js
import { a } from "./a"
a()
"#,
        &[],
        expect![[r#"
            /a.js:1:1 import-cycle: import cycle: a.js → b.js → c.js → a.js
              /b.js:1:1 imports c.js
              /c.js:1:1 imports a.js
            /b.js:1:1 import-cycle: import cycle: b.js → c.js → a.js → b.js
              /c.js:1:1 imports a.js
              /a.js:1:1 imports b.js
            /c.js:1:1 import-cycle: import cycle: c.js → a.js → b.js → c.js
              /a.js:1:1 imports b.js
              /b.js:1:1 imports c.js"#]],
    );
}

#[test]
fn packages_of_a_folder_are_one_and_their_tests_are_none() {
    check(
        r#"
//- /go.mod
module shop
//- /cart/cart.go
package cart
import "shop/pay"
func Total() int { return pay.Tax() }
//- /pay/pay.go
package pay
func Tax() int { return 1 }
//- /pay/pay_test.go
package pay_test
import "shop/cart"
func TestTax() { cart.Total() }
"#,
        &[],
        expect![[""]],
    );
}

#[test]
fn an_import_that_leads_nowhere_is_told_unless_something_is_on_disk() {
    check(
        r#"
//- /src/a.ts
import { gone } from "./gone"
import { built } from "./built"
import style from "./style.css"
import { missing, here } from "./b"
import { anything } from "./open"
import lib from "lib"
gone(built, style, missing, here, anything, lib)
//- /src/b.ts
export const here = 1
//- /src/open.ts
export * from "elsewhere"
//- /pkg/__init__.py
from .mod import here, gone
from .compiled import fast
from . import mod, nothing
from ._version import version
try:
    from .maybe import some
except ImportError:
    some = None
//- /pkg/mod.py
here = 1
"#,
        &["/src/built.js", "/src/style.css", "/pkg/compiled.pyx"],
        expect![[r#"
            /src/a.ts:1:23 unresolved-import: `./gone` is not there
            /src/a.ts:4:10 unresolved-import: `./b` has no `missing`
            /pkg/__init__.py:1:24 unresolved-import: `.mod` has no `gone`"#]],
    );
}

#[test]
fn a_private_definition_that_nothing_uses_is_told() {
    check(
        r#"
//- /src/lib.rs
fn unused() {}
fn recursive(n: u8) { recursive(n - 1) }
fn used() {}
pub fn api() { used() }
#[export_name = "x"]
fn exported_by_attribute() {}
fn named_in_a_string() {}
const NAMES: &str = "named_in_a_string";
pub const ALL: &str = NAMES;
#[derive(Debug)]
struct Unused { a: u8 }
#[cfg(test)]
mod tests {
    fn helper() {}
}
//- /src/data.rs
fn of_no_program() {}
//- /types.ts
declare global { interface Window { x: number } }
export const table = { method() {} }
//- /page.html
<script src="./missing.js"></script>
//- /mod.py
def _unused(): pass
@register
def _registered(): pass
def _used(): pass
def public(): _used()
_LIMIT = 3
//- /script.js
function global() {}
//- /module.js
function local() {}
export const x = 1
//- /go.mod
module shop
//- /shop/a.go
package shop
func unused() {}
func usedBeside() {}
func asm(x int) int
//- /shop/b.go
package shop
func Open() { usedBeside() }
"#,
        &[],
        expect![[r#"
            /src/lib.rs:1:4 unused-private: function `unused` is never used
            /src/lib.rs:2:4 unused-private: function `recursive` is never used
            /src/lib.rs:11:8 unused-private: struct `Unused` is never used
            /mod.py:1:5 unused-private: function `_unused` is never used
            /mod.py:6:1 unused-private: variable `_LIMIT` is never used
            /module.js:1:10 unused-private: function `local` is never used
            /shop/a.go:2:6 unused-private: function `unused` is never used"#]],
    );
}

#[test]
fn a_file_that_is_being_written_is_left_in_peace() {
    check(
        r#"
//- /a.ts
import { gone } from "./gone
function half( {
export const x = 1
"#,
        &[],
        expect![""],
    );
}
