//! Importing what is missing, and dropping what is too much.

use expect_test::{Expect, expect};

use crate::Refactor;

#[track_caller]
fn check_add(fixture: &str, expected: Expect) {
    super::check(&Refactor::AddImport { module: None }, fixture, expected);
}

#[track_caller]
fn check_organize(fixture: &str, expected: Expect) {
    super::check(&Refactor::OrganizeImports, fixture, expected);
}

#[test]
fn a_name_is_imported_in_python() {
    check_add(
        r#"
//- /shop/__init__.py
//- /shop/pay.py
def pay(): ...
//- /shop/cart.py
"""Carts."""
import os

def f():
    pay$0()
"#,
        expect![[r#"
            //- /shop/cart.py
            """Carts."""
            import os
            from shop.pay import pay

            def f():
                pay()"#]],
    );
}

#[test]
fn a_name_is_imported_in_typescript() {
    check_add(
        r#"
//- /src/pay.ts
export function pay() {}
//- /src/cart/cart.ts
import { a } from "./a";

a(pay$0());
"#,
        expect![[r#"
            //- /src/cart/cart.ts
            import { a } from "./a";
            import { pay } from "../pay";

            a(pay());"#]],
    );
}

#[test]
fn a_name_is_imported_in_rust() {
    check_add(
        r#"
//- /src/lib.rs
mod pay;
mod cart;
//- /src/pay.rs
pub fn pay() {}
//- /src/cart.rs
//! Carts.

/// Does f.
fn f() { pay$0(); }
"#,
        expect![[r#"
            //- /src/cart.rs
            //! Carts.

            use crate::pay::pay;

            /// Does f.
            fn f() { pay(); }"#]],
    );
}

#[test]
fn a_name_is_imported_in_java() {
    check_add(
        r#"
//- /a/b/Pay.java
package a.b;
public class Pay {}
//- /a/c/Cart.java
package a.c;

class Cart { Pay$0 pay; }
"#,
        expect![[r#"
            //- /a/c/Cart.java
            package a.c;

            import a.b.Pay;

            class Cart { Pay pay; }"#]],
    );
}

#[test]
fn a_package_is_imported_in_go() {
    let pay =
        "//- /go.mod\nmodule example.com/shop\n//- /money/pay.go\npackage pay\n\nfunc Now() {}\n";
    check_add(
        &format!(
            "{pay}//- /main.go\npackage main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() \
             {{\n\tfmt.Println(os.Args)\n\tpay$0.Now()\n}}\n"
        ),
        expect![[r#"
            //- /main.go
            package main

            import (
            	"fmt"
            	"os"
            	"example.com/shop/money"
            )

            func main() {
            	fmt.Println(os.Args)
            	pay.Now()
            }"#]],
    );
    check_add(
        &format!("{pay}//- /main.go\npackage main\n\nfunc main() {{ pay$0.Now() }}\n"),
        expect![[r#"
            //- /main.go
            package main

            import "example.com/shop/money"

            func main() { pay.Now() }"#]],
    );
    // It has no such member, and it is not to be seen from here.
    check_add(
        &format!("{pay}//- /main.go\npackage main\n\nfunc main() {{ pay$0.Later() }}\n"),
        expect!["refused: no import is missing here"],
    );
    check_add(
        "//- /go.mod\nmodule example.com/shop\n//- /money/internal/pay/pay.go\npackage pay\n\nfunc \
         Now() {}\n//- /main.go\npackage main\n\nfunc main() { pay$0.Now() }\n",
        expect!["refused: no import is missing here"],
    );
}

#[test]
fn unused_packages_go_and_the_rest_is_sorted_in_go() {
    check_organize(
        "//- /go.mod\nmodule example.com/shop\n//- /money/pay.go\npackage pay\n\nfunc Now() {}\n\
         //- /main.go\npackage main$0\n\nimport (\n\t\"strings\"\n\tp \"path\"\n\t\"fmt\"\n\t_ \
         \"embed\"\n\n\t\"example.com/shop/money\"\n\t\"github.com/x/yaml\"\n)\n\nfunc main() { \
         fmt.Println(strings.ToUpper(\"a\")) }\n",
        expect![[r#"
            //- /main.go
            package main

            import (
            	_ "embed"
            	"fmt"
            	"strings"

            	"github.com/x/yaml"
            )

            func main() { fmt.Println(strings.ToUpper("a")) }"#]],
    );
    check_organize(
        "//- /main.go\npackage main$0\n\nimport \"fmt\"\nimport (\n\t\"os\"\n\t\"path\"\n)\n\nfunc \
         main() {}\n",
        expect![[r#"
            //- /main.go
            package main


            func main() {}"#]],
    );
}

#[test]
fn of_several_definitions_none_is_chosen() {
    check_add(
        r#"
//- /a.js
export function pay() {}
//- /b.js
export function pay() {}
//- /c.js
pay$0();
"#,
        expect!["refused: `pay` is defined in several modules: ./a, ./b"],
    );
}

#[test]
fn a_hidden_name_is_not_imported() {
    check_add(
        r#"
//- /a.ts
function pay() {}
//- /c.ts
pay$0();
"#,
        expect!["refused: no import is missing here"],
    );
}

#[test]
fn an_unused_import_goes_and_the_rest_is_sorted_in_java() {
    check_organize(
        r#"
//- /A.java
package a;

import b.D;
import b.C;
import b.Unused;

class A$0 { C c; D d; }
"#,
        expect![[r#"
            //- /A.java
            package a;

            import b.C;
            import b.D;

            class A { C c; D d; }"#]],
    );
}

#[test]
fn an_unused_import_goes_in_typescript() {
    check_organize(
        r#"
//- /a.ts
import { b } from "./b";
import { c } from "./c";
import "./d";
$0
c();
"#,
        expect![[r#"
            //- /a.ts
            import { c } from "./c";
            import "./d";

            c();"#]],
    );
}

#[test]
fn an_unused_import_goes_in_python_and_is_marked() {
    check_organize(
        r#"
//- /a.py
import os
from b import c, d
from e import g

d$0(os)
"#,
        expect![[r#"
            //- /a.py
            import os
            from b import c, d

            d(os)
            left /a.py:3:1 goes, for nothing uses its name: keep it if importing it does something"#]],
    );
}

#[test]
fn an_import_that_others_take_from_here_stays() {
    check_organize(
        r#"
//- /a.py
from b import c
x = 1$0
//- /d.py
from a import c
"#,
        expect!["refused: the imports are in order"],
    );
}

#[test]
fn a_trait_stays_imported_in_rust() {
    check_organize(
        r#"
//- /src/lib.rs
mod a;
use std::io::Read;
use a::{B};
use a::Unused;
fn f$0(b: impl B2) {}
//- /src/a.rs
pub trait B {}
pub struct Unused;
"#,
        expect![[r#"
            //- /src/lib.rs
            mod a;
            use a::{B};
            use std::io::Read;
            fn f(b: impl B2) {}"#]],
    );
}

#[test]
fn a_name_is_imported_in_javascript() {
    check_add(
        "//- /pay.mjs\nexport function pay() {}\n\
         //- /cart.mjs\nimport fs from 'fs'\n\nfs(pay$0())\n",
        expect![[r#"
            //- /cart.mjs
            import fs from 'fs'
            import { pay } from './pay.mjs'

            fs(pay())"#]],
    );
}

#[test]
fn an_unused_import_goes_in_javascript_and_is_marked() {
    check_organize(
        "//- /a.js\nimport { b } from './b'\nimport { c } from './c'\n$0\nc()\n",
        expect![[r#"
            //- /a.js
            import { c } from './c'

            c()
            left /a.js:1:1 goes, for nothing uses its name: keep it if importing it does something"#]],
    );
}

#[test]
fn modules_that_would_import_each_other_are_marked_in_python() {
    check_add(
        "//- /shop/__init__.py\n//- /shop/pay.py\nfrom shop.cart import total\ndef pay(): total()\n\
         //- /shop/cart.py\ndef total(): pay$0()\n",
        expect![[r#"
            //- /shop/cart.py
            from shop.pay import pay

            def total(): pay()
            left /shop/cart.py:1:17 its module imports this file, too: the order may matter"#]],
    );
}

#[test]
fn an_import_that_stands_behind_the_use_draws_no_other_there_in_python() {
    check_add(
        r#"
//- /web/__init__.py
class Server: ...
//- /shop/__init__.py
"""A shop."""
server = Server$0()

from shop import views
//- /shop/views.py
"#,
        expect![[r#"
            //- /shop/__init__.py
            """A shop."""
            from web import Server

            server = Server()

            from shop import views"#]],
    );
}

#[test]
fn modules_that_a_package_is_asked_for_are_loaded_too_in_python() {
    check_add(
        r#"
//- /shop/__init__.py
//- /shop/cart.py
import os
pay$0()
def add(): ...
//- /shop/pay.py
from shop import cart
def pay(): ...
"#,
        expect![[r#"
            //- /shop/cart.py
            import os
            from shop.pay import pay
            pay()
            def add(): ...
            left /shop/cart.py:2:4 its module imports this file, too: the order may matter"#]],
    );
}
