//! A definition goes to another file.

use expect_test::{Expect, expect};

use crate::Refactor;

#[track_caller]
fn check(to: &str, fixture: &str, expected: Expect) {
    let to = Some(to.to_owned()).filter(|it| !it.is_empty());
    super::check(&Refactor::MoveSymbol { to }, fixture, expected);
}

#[test]
fn imports_of_all_users_follow_in_python() {
    check(
        "money.py",
        r#"
//- /shop/__init__.py
//- /shop/pay.py
import math
from os import path as p

RATE = 2


# Rounds.
def round_up$0(n):
    return math.ceil(n) + p.sep


def pay(n):
    return round_up(n) * RATE
//- /shop/money.py
import sys

ZERO = 0
//- /shop/cart.py
from shop.pay import pay, round_up
from .pay import round_up as up

pay(round_up(up(1)))
//- /main.py
from shop.pay import round_up

round_up(1)
"#,
        expect![[r#"
            //- /main.py
            from shop.money import round_up

            round_up(1)
            //- /shop/cart.py
            from shop.money import round_up
            from shop.pay import pay
            from .money import round_up as up

            pay(round_up(up(1)))
            //- /shop/money.py
            import sys
            from os import path as p
            import math

            ZERO = 0

            # Rounds.
            def round_up(n):
                return math.ceil(n) + p.sep
            //- /shop/pay.py
            from .money import round_up

            RATE = 2


            def pay(n):
                return round_up(n) * RATE"#]],
    );
}

#[test]
fn a_new_file_is_made_in_python() {
    check(
        "",
        r#"
//- /pay.py
"""Pays."""
import math

RATE = 2


def _roundUp$0(n):
    return math.ceil(n) * RATE
//- /main.py
from pay import _roundUp

_roundUp(1)
"#,
        expect![[r#"
            //- /main.py
            from round_up import _roundUp

            _roundUp(1)
            //- /pay.py
            """Pays."""

            RATE = 2
            create /round_up.py
            from pay import RATE
            import math


            def _roundUp(n):
                return math.ceil(n) * RATE"#]],
    );
}

#[test]
fn files_that_would_import_each_other_are_refused() {
    check(
        "money.py",
        r#"
//- /pay.py
RATE = 2


def up$0(n):
    return n * RATE


def pay(n):
    return up(n)
//- /money.py
"#,
        expect!["refused: /pay.py and /money.py would import each other"],
    );
    check(
        "money.py",
        r#"
//- /pay.py
def up$0(n):
    return n


def pay(n):
    return up(n)
//- /money.py
import pay
"#,
        expect!["refused: /pay.py and /money.py would import each other"],
    );
}

#[test]
fn what_it_brings_must_not_lead_back_to_the_new_place() {
    check(
        "money.py",
        r#"
//- /shop/__init__.py
//- /shop/pay.py
from .rates import RATE

def round_up$0(n):
    return n * RATE
//- /shop/rates.py
from .money import ZERO

RATE = 2 + ZERO
//- /shop/money.py
ZERO = 0
"#,
        expect!["refused: /shop/rates.py and /shop/money.py would import each other"],
    );
}

#[test]
fn what_a_file_only_hands_on_leads_back_too() {
    check(
        "index.mjs",
        r#"
//- /index.mjs
export { default } from './lib.mjs'
//- /lib.mjs
import { FIRST } from './re.mjs'
export default FIRST
//- /re.mjs
const LAST$0 = 'b'
const FIRST = 'a' + LAST
export { FIRST, LAST }
"#,
        expect!["refused: /re.mjs and /index.mjs would import each other"],
    );
}

#[test]
fn modules_outside_of_a_package_are_imported_by_their_names() {
    check(
        "money.py",
        r#"
//- /pay.py
RATE = 2

def round_up$0(n):
    return n

print(round_up(1))
//- /money.py
ZERO = 0
"#,
        expect![[r#"
            //- /money.py
            ZERO = 0

            def round_up(n):
                return n
            //- /pay.py
            from money import round_up

            RATE = 2

            print(round_up(1))"#]],
    );
}

#[test]
fn imports_of_all_users_follow_in_typescript() {
    check(
        "lib/money.ts",
        r#"
//- /src/pay.ts
import { ceil } from './lib/math'
import type { Sum } from './types'
import * as fs from 'fs'

/** Rounds. */
function roundUp$0(n: Sum): Sum {
  return ceil(n)
}

export function pay(n: Sum) {
  fs.write(roundUp(n))
}
//- /src/lib/math.ts
export function ceil(n) { return n }
//- /src/types.ts
export type Sum = number
//- /src/lib/money.ts
export const ZERO = 0
"#,
        expect![[r#"
            //- /src/lib/money.ts
            import type { Sum } from '../types';
            import { ceil } from './math';

            export const ZERO = 0

            /** Rounds. */
            export function roundUp(n: Sum): Sum {
              return ceil(n)
            }
            //- /src/pay.ts
            import type { Sum } from './types'
            import * as fs from 'fs'
            import { roundUp } from './lib/money'

            export function pay(n: Sum) {
              fs.write(roundUp(n))
            }"#]],
    );
}

#[test]
fn users_import_it_from_the_new_file_in_typescript() {
    check(
        "",
        r#"
//- /src/pay.ts
export const RATE = 2;
export class Money$0 {
  n = 1;
}
//- /src/cart.ts
import { Money, RATE } from './pay';
new Money(RATE);
//- /src/deep/a.ts
import { Money as M } from '../pay';
new M();
"#,
        expect![[r#"
            //- /src/cart.ts
            import { Money } from './Money';
            import { RATE } from './pay';
            new Money(RATE);
            //- /src/deep/a.ts
            import { Money as M } from '../Money';
            new M();
            //- /src/pay.ts
            export const RATE = 2;
            create /src/Money.ts
            export class Money {
              n = 1;
            }"#]],
    );
}

#[test]
fn what_a_list_exports_is_exported_by_itself_afterwards() {
    check(
        "b.js",
        r#"
//- /a.js
function f$0() {}
export { f };
//- /b.js
export const x = 1;
//- /c.js
import { f } from './a';
f();
"#,
        expect![[r#"
            //- /a.js
            import { f } from './b';

            export { f };
            //- /b.js
            export const x = 1;

            export function f() {}
            //- /c.js
            import { f } from './b';
            f();"#]],
    );
}

#[test]
fn endings_are_written_as_other_files_write_them() {
    check(
        "b.mjs",
        r#"
//- /a.mjs
// Head.

// Steps.
export function step$0 () {}

export default { step }
//- /b.mjs
export const x = 1
//- /c.mjs
import a from './a.mjs'
a.step()
"#,
        expect![[r#"
            //- /a.mjs
            // Head.

            import { step } from './b.mjs';

            export default { step }
            //- /b.mjs
            export const x = 1

            // Steps.
            export function step () {}"#]],
    );
}

#[test]
fn what_only_its_file_knows_is_not_left_behind() {
    check(
        "b.ts",
        r#"
//- /a.ts
const secret = g();
export function f$0() {
  return secret;
}
//- /b.ts
"#,
        expect!["refused: it uses `secret`, which is known in its file only"],
    );
}

#[test]
fn a_default_and_a_namespace_are_refused_in_typescript() {
    check(
        "b.ts",
        r#"
//- /a.ts
export function f$0() {}
//- /b.ts
export const x = 1;
//- /c.ts
import * as a from './a';
a.f();
"#,
        expect!["refused: /c.ts:2 reaches it through its module"],
    );
    check(
        "b.ts",
        "//- /a.ts\nexport default function f$0() {}\n//- /b.ts\n",
        expect!["refused: it is the default of its file"],
    );
    check(
        "b.js",
        "//- /a.js\nfunction f$0() {}\nmodule.exports = { f };\n//- /b.js\n",
        expect!["refused: its file is no ES module"],
    );
}

#[test]
fn imports_of_all_users_follow_in_rust() {
    check(
        "money.rs",
        r#"
//- /src/lib.rs
mod money;
mod pay;
mod cart;
//- /src/pay.rs
use std::fmt::Display;
use crate::cart::Cart;

/// Rounds.
#[inline]
fn round_up$0(cart: &Cart) -> u8 {
    cart.n
}

pub fn pay(cart: &Cart, it: impl Display) -> u8 {
    round_up(cart)
}
//- /src/money.rs
//! Money.

pub const ZERO: u8 = 0;
//- /src/cart.rs
pub struct Cart { pub n: u8 }
"#,
        expect![[r#"
            //- /src/money.rs
            //! Money.

            use crate::cart::Cart;

            pub const ZERO: u8 = 0;

            /// Rounds.
            #[inline]
            pub(crate) fn round_up(cart: &Cart) -> u8 {
                cart.n
            }
            //- /src/pay.rs
            use std::fmt::Display;
            use crate::cart::Cart;
            use crate::money::round_up;

            pub fn pay(cart: &Cart, it: impl Display) -> u8 {
                round_up(cart)
            }"#]],
    );
}

#[test]
fn private_parts_stay_together_in_rust() {
    check(
        "money.rs",
        r#"
//- /src/lib.rs
mod money;
mod pay;
//- /src/pay.rs
pub struct Cart { n: u8 }
pub fn count$0(cart: &Cart) -> u8 {
    cart.n
}
//- /src/money.rs
"#,
        expect!["refused: it uses `n`, which is known in its module only"],
    );
    check(
        "money.rs",
        r#"
//- /src/lib.rs
mod money;
mod pay;
//- /src/pay.rs
pub struct Cart$0 { n: u8 }
pub fn count(cart: &Cart) -> u8 {
    cart.n
}
//- /src/money.rs
"#,
        expect!["refused: `n` in it is known in its module only"],
    );
}

#[test]
fn a_function_stays_in_its_package_in_go() {
    check(
        "",
        r#"
//- /go.mod
module shop
//- /pay.go
package shop

import (
	"fmt"
	"math"
)

// roundUp rounds.
func roundUp$0(n float64) float64 {
	return math.Ceil(n)
}

func pay(n float64) {
	fmt.Println(roundUp(n))
}
"#,
        expect![[r#"
            //- /pay.go
            package shop

            import (
            	"fmt"
            )

            func pay(n float64) {
            	fmt.Println(roundUp(n))
            }
            create /round_up.go
            package shop

            import "math"

            // roundUp rounds.
            func roundUp(n float64) float64 {
            	return math.Ceil(n)
            }"#]],
    );
}

#[test]
fn a_class_gets_a_file_of_its_own_in_java() {
    check(
        "",
        r#"
//- /shop/Pay.java
package shop;

import java.util.List;

public class Pay {
    Money money;
}

class Money$0 {
    List<String> names;
}
"#,
        expect![[r#"
            //- /shop/Pay.java
            package shop;

            public class Pay {
                Money money;
            }
            create /shop/Money.java
            package shop;

            import java.util.List;

            class Money {
                List<String> names;
            }"#]],
    );
}

#[test]
fn imports_that_nothing_uses_any_more_go_in_go() {
    check(
        "/b.go",
        "//- /a.go\npackage a\n\nimport (\n\t\"net\"\n\t\"net/http\"\n)\n\n// F is not about net.\n\
         func F() {}\n\nfunc G$0() net.Conn { return nil }\n\nvar h http.Handler\n\
         //- /b.go\npackage a\n",
        expect![[r#"
            //- /a.go
            package a

            import (
            	"net/http"
            )

            // F is not about net.
            func F() {}

            var h http.Handler
            //- /b.go
            package a

            import "net"

            func G() net.Conn { return nil }"#]],
    );
    check(
        "/b.go",
        "//- /a.go\npackage a\n\nimport \"net\"\n\nfunc G$0() net.Conn { return nil }\n\n\
         var h = 1\n//- /b.go\npackage a\n",
        expect![[r#"
            //- /a.go
            package a

            var h = 1
            //- /b.go
            package a

            import "net"

            func G() net.Conn { return nil }"#]],
    );
}

#[test]
fn what_is_built_with_the_tests_only_stays_there_in_go() {
    check(
        "/a_test.go",
        "//- /a.go\npackage a\n\nfunc G$0() {}\n//- /a_test.go\npackage a\n",
        expect!["refused: one of /a_test.go and /a.go is built with the tests only"],
    );
}

#[test]
fn what_is_public_stays_in_the_file_that_is_named_after_it_in_java() {
    check(
        "B.java",
        "//- /A.java\npackage a;\n\npublic class A$0 {}\n//- /B.java\npackage a;\n\nclass B {}\n",
        expect!["refused: `A` is public: its file has to be named after it"],
    );
}

#[test]
fn imports_follow_where_the_root_of_the_crate_lies_elsewhere_in_rust() {
    check(
        "/core/money.rs",
        r#"
//- /core/main.rs
mod money;
mod pay;
use pay::total;
fn main() { total(); }
//- /core/pay.rs
pub(crate) fn total$0() {}
//- /core/money.rs
fn cart() {}
"#,
        expect![[r#"
            //- /core/main.rs
            mod money;
            mod pay;
            use crate::money::total;
            fn main() { total(); }
            //- /core/money.rs
            fn cart() {}

            pub(crate) fn total() {}
            //- /core/pay.rs
        "#]],
    );
}
