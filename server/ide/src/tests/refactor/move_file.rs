//! Moving files and folders: who imports them follows.

use expect_test::{Expect, expect};
use fixture::Fixture;
use vfs::VfsPath;

use crate::{FileMove, Mover, fixture::World};

#[track_caller]
fn check((from, to): (&str, &str), fixture: &str, expected: Expect) {
    let analysis = World::new(&Fixture::parse(fixture)).analysis();
    let path = |it: &str| VfsPath::new(it).unwrap();
    let moves = [FileMove { from: path(from), to: path(to) }];
    super::check_done(&analysis, analysis.move_files(&moves, Mover::Change), &expected);
}

#[test]
fn imports_follow_a_file_in_typescript() {
    check(
        ("/src/a.ts", "/src/lib/b.ts"),
        r#"
//- /src/a.ts
import { c } from "./c";
import "./style.css";
export const a = c;
//- /src/c.ts
export const c = 1;
//- /src/index.ts
export { a } from './a';
import * as all from "./a";
all.a;
//- /src/deep/user.js
const { a } = require("../a.ts");
a;
"#,
        expect![[r#"
            //- /src/a.ts
            import { c } from "../c";
            import "../style.css";
            export const a = c;
            //- /src/deep/user.js
            const { a } = require("../lib/b.ts");
            a;
            //- /src/index.ts
            export { a } from './lib/b';
            import * as all from "./lib/b";
            all.a;
            move /src/a.ts to /src/lib/b.ts"#]],
    );
}

#[test]
fn what_a_manifest_names_is_marked() {
    check(
        ("/web/lib/index.js", "/web/src/index.js"),
        r#"
//- /web/lib/index.js
export const a = 1;
//- /web/package.json
{
  "name": "web",
  "main": "./lib/index.js",
  "exports": { ".": "./lib/index", "./other": "./lib/index.jsx" }
}
//- /web/user.js
import { a } from "./lib/index.js";
a;
"#,
        expect![[r#"
            //- /web/user.js
            import { a } from "./src/index.js";
            a;
            move /web/lib/index.js to /web/src/index.js
            left /web/package.json:3:14 it names a file that moves, and does not follow
            left /web/package.json:4:24 it names a file that moves, and does not follow"#]],
    );
    check(
        ("/shop/pay.py", "/shop/money.py"),
        "//- /shop/__init__.py\n//- /shop/pay.py\ndef main(): ...\n//- /pyproject.toml\n[project.\
         scripts]\npay = \"shop.pay:main\"\npay2 = \"shop.payment:main\"\n",
        expect![[r#"

            move /shop/pay.py to /shop/money.py
            left /pyproject.toml:2:8 it names a file that moves, and does not follow"#]],
    );
}

#[test]
fn an_index_file_is_imported_by_its_folder() {
    check(
        ("/src/a", "/src/b"),
        r#"
//- /src/a/index.ts
import { c } from "./c";
export const a = c;
//- /src/a/c.ts
import { d } from "../d";
export const c = d;
//- /src/d.ts
export const d = 1;
//- /src/user.ts
import { a } from "./a";
import { c } from "./a/c";
a + c;
"#,
        expect![[r#"
            //- /src/user.ts
            import { a } from "./b";
            import { c } from "./b/c";
            a + c;
            move /src/a/c.ts to /src/b/c.ts
            move /src/a/index.ts to /src/b/index.ts"#]],
    );
}

#[test]
fn imports_follow_a_module_in_python() {
    check(
        ("/shop/pay.py", "/shop/money/pay.py"),
        r#"
//- /shop/__init__.py
//- /shop/money/__init__.py
//- /shop/pay.py
from .cart import Cart
from . import tools
def pay(): return Cart, tools
//- /shop/cart.py
from .pay import pay
class Cart: ...
pay()
//- /shop/tools.py
from shop import pay, cart
pay.pay()
cart.Cart
//- /main.py
import shop.pay
from shop.pay import pay as p
shop.pay.pay()
p()
"#,
        expect![[r#"
            //- /main.py
            import shop.money.pay
            from shop.money.pay import pay as p
            shop.money.pay.pay()
            p()
            //- /shop/cart.py
            from .money.pay import pay
            class Cart: ...
            pay()
            //- /shop/pay.py
            from ..cart import Cart
            from .. import tools
            def pay(): return Cart, tools
            move /shop/pay.py to /shop/money/pay.py"#]],
    );
}

#[test]
fn a_module_gets_another_name_in_rust() {
    check(
        ("/src/pay.rs", "/src/money.rs"),
        r#"
//- /src/lib.rs
mod cart;
pub mod pay;
use crate::pay::pay as p;
fn f() { p(); pay::pay(); }
//- /src/pay.rs
use super::cart::Cart;
pub fn pay() -> Cart { Cart }
//- /src/cart.rs
use super::pay;
pub struct Cart;
fn g() { pay::pay(); }
"#,
        expect![[r#"
            //- /src/cart.rs
            use super::money;
            pub struct Cart;
            fn g() { money::pay(); }
            //- /src/lib.rs
            mod cart;
            pub mod money;
            use crate::money::pay as p;
            fn f() { p(); money::pay(); }
            move /src/pay.rs to /src/money.rs"#]],
    );
}

#[test]
fn a_module_does_not_change_its_folder_in_rust() {
    check(
        ("/src/pay.rs", "/src/money/pay.rs"),
        "//- /src/lib.rs\nmod pay;\n//- /src/pay.rs\npub fn pay() {}\n",
        expect![
            "refused: /src/pay.rs: a declared module can get another name, but no other folder"
        ],
    );
}

#[test]
fn a_class_moves_to_another_package_in_java() {
    check(
        ("/src/a/Pay.java", "/src/b/Pay.java"),
        r#"
//- /src/a/Pay.java
package a;

public class Pay { Cart cart; }
//- /src/a/Cart.java
package a;

public class Cart { Pay pay; }
//- /src/c/Shop.java
package c;

import a.Pay;

class Shop { Pay pay; }
"#,
        expect![[r#"
            //- /src/a/Cart.java
            package a;

            import b.Pay;

            public class Cart { Pay pay; }
            //- /src/a/Pay.java
            package b;

            import a.Cart;

            public class Pay { Cart cart; }
            //- /src/c/Shop.java
            package c;

            import b.Pay;

            class Shop { Pay pay; }
            move /src/a/Pay.java to /src/b/Pay.java"#]],
    );
}

#[test]
fn a_package_moves_in_go() {
    check(
        ("/pay", "/money/pay"),
        r#"
//- /go.mod
module example.com/shop
//- /pay/pay.go
package pay

func Pay() {}
//- /main.go
package main

import "example.com/shop/pay"

func main() { pay.Pay() }
"#,
        expect![[r#"
            //- /main.go
            package main

            import "example.com/shop/money/pay"

            func main() { pay.Pay() }
            move /pay/pay.go to /money/pay/pay.go"#]],
    );
}

#[test]
fn a_file_does_not_leave_its_package_in_go() {
    check(
        ("/pay/pay.go", "/money/pay.go"),
        "//- /go.mod\nmodule example.com/shop\n//- /pay/pay.go\npackage pay\n\nfunc Pay() {}\n",
        expect!["refused: /pay/pay.go: a file of one package cannot join another one by moving"],
    );
}

#[test]
fn a_place_that_is_taken_is_refused() {
    check(("/a.py", "/b.py"), "//- /a.py\n//- /b.py\n", expect!["refused: /b.py exists already"]);
}

#[test]
fn what_is_not_there_is_refused() {
    check(
        ("/c.py", "/b.py"),
        "//- /a.py\n",
        expect!["refused: /c.py: no such file in the workspace"],
    );
}

#[test]
fn imports_follow_a_file_that_the_editor_has_moved() {
    let fixture = r#"
//- /lib/b.ts
import { c } from "./c";
export const a = c;
//- /c.ts
export const c = 1;
//- /index.ts
export { a } from './a';
"#;
    let analysis = World::new(&Fixture::parse(fixture)).analysis();
    let path = |it: &str| VfsPath::new(it).unwrap();
    let moves = [FileMove { from: path("/a.ts"), to: path("/lib/b.ts") }];
    let expected = expect![[r#"
        //- /index.ts
        export { a } from './lib/b';
        //- /lib/b.ts
        import { c } from "../c";
        export const a = c;"#]];
    super::check_done(&analysis, analysis.move_files(&moves, Mover::Done), &expected);
}

#[test]
fn imports_follow_a_folder_in_typescript_and_javascript() {
    check(
        ("/src/pay", "/src/money/pay"),
        r#"
//- /src/pay/a.ts
import { b } from "./b";
import { c } from "../c";
export const a = b + c;
//- /src/pay/b.ts
export const b = 1;
//- /src/c.ts
export const c = 1;
//- /src/user.ts
import { a } from "./pay/a";
a;
//- /src/user.js
import { b } from "./pay/b.ts";
b;
"#,
        expect![[r#"
            //- /src/pay/a.ts
            import { b } from "./b";
            import { c } from "../../c";
            export const a = b + c;
            //- /src/user.js
            import { b } from "./money/pay/b.ts";
            b;
            //- /src/user.ts
            import { a } from "./money/pay/a";
            a;
            move /src/pay/a.ts to /src/money/pay/a.ts
            move /src/pay/b.ts to /src/money/pay/b.ts"#]],
    );
}

#[test]
fn imports_follow_a_package_in_python() {
    check(
        ("/shop/pay", "/shop/money"),
        r#"
//- /shop/__init__.py
//- /shop/pay/__init__.py
from .card import charge
//- /shop/pay/card.py
from ..cart import total
def charge(): total()
//- /shop/cart.py
def total(): ...
//- /main.py
from shop.pay import charge
import shop.pay.card
charge(); shop.pay.card.charge()
"#,
        expect![[r#"
            //- /main.py
            from shop.money import charge
            import shop.money.card
            charge(); shop.money.card.charge()
            move /shop/pay/__init__.py to /shop/money/__init__.py
            move /shop/pay/card.py to /shop/money/card.py"#]],
    );
}

#[test]
fn imports_follow_a_package_in_java() {
    check(
        ("/src/shop/pay", "/src/shop/money"),
        r#"
//- /src/shop/pay/Card.java
package shop.pay;

import shop.Cart;

public class Card { Cart cart; Purse purse; }
//- /src/shop/pay/Purse.java
package shop.pay;

public class Purse {}
//- /src/shop/Cart.java
package shop;

import shop.pay.Card;

public class Cart { Card card; }
"#,
        expect![[r#"
            //- /src/shop/Cart.java
            package shop;

            import shop.money.Card;

            public class Cart { Card card; }
            //- /src/shop/pay/Card.java
            package shop.money;

            import shop.Cart;

            public class Card { Cart cart; Purse purse; }
            //- /src/shop/pay/Purse.java
            package shop.money;

            public class Purse {}
            move /src/shop/pay/Card.java to /src/shop/money/Card.java
            move /src/shop/pay/Purse.java to /src/shop/money/Purse.java"#]],
    );
}

#[test]
fn a_folder_of_modules_gets_another_name_in_rust() {
    check(
        ("/src/pay", "/src/money"),
        r#"
//- /src/lib.rs
mod pay;
fn f() { pay::card::charge(); }
//- /src/pay/mod.rs
pub(crate) mod card;
//- /src/pay/card.rs
pub(crate) fn charge() {}
//- /src/user.rs
"#,
        expect![[r#"
            //- /src/lib.rs
            mod money;
            fn f() { money::card::charge(); }
            move /src/pay/card.rs to /src/money/card.rs
            move /src/pay/mod.rs to /src/money/mod.rs"#]],
    );
}

#[test]
fn a_variable_of_the_name_of_a_module_stays_in_rust() {
    check(
        ("/src/pay.rs", "/src/money.rs"),
        r#"
//- /src/main.rs
mod pay;
fn main() {
    for pay in list() { macro_of!("{}", pay.sum()); g(&pay); }
    pay::go();
}
//- /src/pay.rs
pub fn go() {}
"#,
        expect![[r#"
            //- /src/main.rs
            mod money;
            fn main() {
                for pay in list() { macro_of!("{}", pay.sum()); g(&pay); }
                money::go();
            }
            move /src/pay.rs to /src/money.rs"#]],
    );
}

#[test]
fn what_is_known_in_its_package_only_keeps_its_users_there_in_java() {
    check(
        ("/s/shop/pay/Card.java", "/s/shop/money/Card.java"),
        r#"
//- /s/shop/pay/Card.java
package shop.pay;

public class Card { Purse purse; }
//- /s/shop/pay/Purse.java
package shop.pay;

class Purse {}
"#,
        expect![
            "refused: `Purse` is known in its package only, and /s/shop/pay/Card.java:3 uses it"
        ],
    );
}

#[test]
fn what_is_found_by_its_name_and_folder_is_marked_where_it_does_not_keep_both() {
    let fixture = r#"
//- /lib/__init__.py
//- /pkg/__init__.py
//- /pkg/__main__.py
from pkg import part
//- /pkg/part.py
"#;
    check(
        ("/pkg/__main__.py", "/pkg/start.py"),
        fixture,
        expect![[r#"

        move /pkg/__main__.py to /pkg/start.py
        left /pkg/__main__.py:1:1 what finds this file by its name and folder does not follow"#]],
    );
    check(
        ("/pkg/__init__.py", "/lib/all/__init__.py"),
        fixture,
        expect![[r#"

        move /pkg/__init__.py to /lib/all/__init__.py
        left /pkg/__init__.py:1:1 what finds this file by its name and folder does not follow
        left /pkg/__main__.py:1:6 would mean something else"#]],
    );
    check(
        ("/pkg", "/lib/pkg"),
        fixture,
        expect![[r#"
        //- /pkg/__main__.py
        from lib.pkg import part
        move /pkg/__init__.py to /lib/pkg/__init__.py
        move /pkg/__main__.py to /lib/pkg/__main__.py
        move /pkg/part.py to /lib/pkg/part.py"#]],
    );
}
