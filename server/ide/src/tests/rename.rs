//! Renaming: what changes, what is left to the user, and what is refused.

use expect_test::{Expect, expect};

use vfs::ContentHash;

use crate::{
    Analysis, Rename,
    fixture::{analysis_at, render_change, render_place},
};

/// The files after a rename to `new`, then what was left to the user; or why it is refused.
#[track_caller]
fn check(fixture: &str, expected: Expect) {
    check_to("new_name", fixture, expected);
}

#[track_caller]
fn check_to(new_name: &str, fixture: &str, expected: Expect) {
    let (analysis, position) = analysis_at(fixture);
    let rename = match analysis.rename(position, new_name) {
        Ok(rename) => rename,
        Err(reason) => return expected.assert_eq(&format!("refused: {reason}")),
    };
    check_leaves(&analysis, &rename);
    let mut lines = vec![render_change(&analysis, &rename.change)];
    for left in &rename.left {
        let place = render_place(&analysis, left.file, left.range);
        lines.push(format!("left {place} {}", left.reason));
    }
    expected.assert_eq(&lines.join("\n"));
}

/// What a rename hands on of the texts that it leaves is what reading them gives.
#[track_caller]
fn check_leaves(analysis: &Analysis, rename: &Rename) {
    for (path, edits) in &rename.change.edits {
        let file = analysis.file(path).unwrap();
        let text = edits.apply(&analysis.text(file).unwrap()).unwrap();
        let leaves = rename.leaves.facts(path, ContentHash::of(text.as_bytes()));
        if let Some(facts) = leaves {
            let language = facts.language.unwrap();
            let read = syntax::facts(path.as_str().trim_start_matches('/'), &text, language);
            assert_eq!(**facts, read, "{path}");
        }
    }
}

#[test]
fn a_local_is_renamed_where_it_is_meant() {
    check(
        "fn f(a: u8) -> u8 {\n    let a = a + 1;\n    let b = |a: u8| a;\n    b(a$0)\n}",
        expect![[r#"
            //- /main.rs
            fn f(a: u8) -> u8 {
                let new_name = a + 1;
                let b = |a: u8| a;
                b(new_name)
            }"#]],
    );
}

#[test]
fn a_function_is_renamed_across_files_and_homonyms_stay() {
    check(
        r#"
//- /src/lib.rs
mod a;
mod b;
use a::pay;
fn f() { pay(); b::pay(); }
//- /src/a.rs
pub fn pay$0() {}
//- /src/b.rs
pub fn pay() {}
"#,
        expect![[r#"
            //- /src/a.rs
            pub fn new_name() {}
            //- /src/lib.rs
            mod a;
            mod b;
            use a::new_name;
            fn f() { new_name(); b::pay(); }"#]],
    );
}

#[test]
fn an_alias_keeps_its_name() {
    check(
        "//- /a.ts\nexport function pay$0() {}\n//- /b.ts\nimport { pay as p } from './a';\np();\n",
        expect![[r#"
            //- /a.ts
            export function new_name() {}
            //- /b.ts
            import { new_name as p } from './a';
            p();"#]],
    );
}

#[test]
fn the_name_of_an_alias_is_renamed_in_its_file_only() {
    check(
        "//- /a.ts\nexport function pay() {}\n//- /b.ts\nimport { pay as p } from './a';\np$0();\n",
        expect![[r#"
            //- /b.ts
            import { pay as new_name } from './a';
            new_name();"#]],
    );
    check(
        r#"
//- /a.ts
export default function pay() {}
//- /b.ts
import pay from './a';
pay$0();
"#,
        expect![[r#"
            //- /b.ts
            import new_name from './a';
            new_name();"#]],
    );
}

#[test]
fn a_default_import_keeps_the_name_it_was_given() {
    check(
        r#"
//- /a.ts
export default function pay$0() {}
//- /b.ts
import pay from './a';
pay();
"#,
        expect![[r#"
            //- /a.ts
            export default function new_name() {}"#]],
    );
}

#[test]
fn shorthands_are_written_out() {
    check(
        "//- /a.ts\nfunction f(a$0: number) { return { a }; }\n",
        expect![[r#"
        //- /a.ts
        function f(new_name: number) { return { a: new_name }; }"#]],
    );
    check(
        "struct S { a: u8 }\nfn f(a$0: u8) -> S { S { a } }\n",
        expect![[r#"
        //- /main.rs
        struct S { a: u8 }
        fn f(new_name: u8) -> S { S { a: new_name } }"#]],
    );
    check(
        "struct S { a: u8 }\nfn f(s: S) -> u8 { let S { a } = s; a$0 }\n",
        expect![[r#"
        //- /main.rs
        struct S { a: u8 }
        fn f(s: S) -> u8 { let S { a: new_name } = s; new_name }"#]],
    );
}

#[test]
fn a_field_is_renamed_where_its_type_is_known_and_the_rest_is_left() {
    check(
        r#"
struct S { a$0: u8 }
impl S { fn f(&self) -> u8 { self.a } }
fn g(s: &S) { s.a; unknown().a; }
fn h(a: u8) -> S { S { a } }
"#,
        expect![[r#"
            //- /main.rs
            struct S { new_name: u8 }
            impl S { fn f(&self) -> u8 { self.new_name } }
            fn g(s: &S) { s.new_name; unknown().a; }
            fn h(a: u8) -> S { S { new_name: a } }
            left /main.rs:3:30 what the name stands for here is not known"#]],
    );
}

#[test]
fn a_method_is_renamed_with_all_that_implement_it() {
    check(
        r#"
trait Pay { fn pay$0(&self); }
struct A;
impl Pay for A { fn pay(&self) {} }
fn f(a: A) { a.pay(); unknown().pay(); }
"#,
        expect![[r#"
            //- /main.rs
            trait Pay { fn new_name(&self); }
            struct A;
            impl Pay for A { fn new_name(&self) {} }
            fn f(a: A) { a.new_name(); unknown().pay(); }
            left /main.rs:4:33 what the name stands for here is not known"#]],
    );
}

#[test]
fn a_method_of_a_foreign_interface_keeps_its_name() {
    check(
        "use std::fmt;\nstruct A;\nimpl fmt::Display for A { fn fmt$0(&self) {} }\n",
        expect!["refused: `fmt` is defined outside the workspace"],
    );
}

#[test]
fn a_foreign_base_is_left_to_the_user() {
    check(
        "//- /a.ts\nimport { Base } from 'x';\nclass A extends Base { pay$0() {} }\n",
        expect![[r#"
            //- /a.ts
            import { Base } from 'x';
            class A extends Base { new_name() {} }
            left /a.ts:2:17 this base is outside the workspace and may ask for the old name"#]],
    );
}

#[test]
fn a_class_is_renamed_with_its_constructors() {
    check_to(
        "New",
        "//- /A.java\nclass A$0 {\n A() {}\n A f() { return new A(); }\n}\n",
        expect![[r#"
            //- /A.java
            class New {
             New() {}
             New f() { return new New(); }
            }"#]],
    );
}

#[test]
fn words_that_are_no_names_are_refused() {
    check_to("match", "fn pay$0() {}", expect!["refused: `match` is a keyword of Rust"]);
    check_to("1x", "fn pay$0() {}", expect!["refused: `1x` is not a name in Rust"]);
    check_to("a b", "fn pay$0() {}", expect!["refused: `a b` is not a name in Rust"]);
    check_to("", "fn pay$0() {}", expect!["refused: `` is not a name in Rust"]);
    check_to("pay", "fn pay$0() {}", expect!["refused: `pay` is its name already"]);
    check_to(
        "expr",
        "fn pay$0() {}",
        expect![[r#"
        //- /main.rs
        fn expr() {}"#]],
    );
}

#[test]
fn a_taken_name_is_refused() {
    check(
        "fn pay$0() {}\nfn new_name() {}",
        expect!["refused: `new_name` is already defined at /main.rs:2"],
    );
    check(
        "struct S { a$0: u8, new_name: u8 }",
        expect!["refused: `new_name` is already defined at /main.rs:1"],
    );
    check(
        "fn pay$0() {}\nfn f() { let new_name = 1; pay(); }",
        expect!["refused: `new_name` means something else at /main.rs:2"],
    );
    check(
        "fn new_name() {}\nfn f() { let a$0 = 1; new_name(); a; }",
        expect!["refused: `new_name` would change its meaning at /main.rs:2"],
    );
    check(
        "fn new_name() {}\nfn f() { let a$0 = 1; a; }",
        expect![[r#"
        //- /main.rs
        fn new_name() {}
        fn f() { let new_name = 1; new_name; }"#]],
    );
}

#[test]
fn what_is_not_ours_is_refused() {
    check("use std::fs$0;", expect!["refused: `fs` is defined outside the workspace"]);
    check(
        "fn f() { unknown().take$0(); }",
        expect!["refused: what `take` stands for is not known"],
    );
    check(
        "//- /src/lib.rs\nmod a;\nuse a$0::b;\n//- /src/a.rs\npub fn b() {}\n",
        expect!["refused: `a` is a module: its name is the path of a file"],
    );
    check("fn f() { 1 $0+ 2; }", expect!["refused: there is no name here to rename"]);
}

#[test]
fn raw_names_keep_their_mark() {
    check(
        "fn r#type$0() {}\nfn f() { r#type(); }",
        expect![[r#"
        //- /main.rs
        fn r#new_name() {}
        fn f() { r#new_name(); }"#]],
    );
}

#[test]
fn a_name_that_another_file_gives_does_not_follow() {
    check(
        r#"
//- /a.js
export default function pay$0() {}
//- /index.js
import pay from './a.js';
export { pay };
//- /b.js
import * as shop from './index.js';
shop.pay();
"#,
        expect![[r#"
            //- /a.js
            export default function new_name() {}"#]],
    );
    check(
        r#"
//- /shop/__init__.py
from .cart import Cart as Cart
//- /shop/cart.py
class Cart$0: ...
//- /app.py
import shop
shop.Cart()
"#,
        expect![[r#"
            //- /shop/__init__.py
            from .cart import new_name as Cart
            //- /shop/cart.py
            class new_name: ..."#]],
    );
}

#[test]
fn what_one_use_may_mean_is_renamed_together() {
    check(
        "//- /A.java\nclass A { int f;\n void f$0(int a) {}\n\
          void f(A a) {}\n void g() { f(1); } }\n",
        expect![[r#"
            //- /A.java
            class A { int f;
             void new_name(int a) {}
            void new_name(A a) {}
             void g() { new_name(1); } }
            left /A.java:3:6 an overload of the same name: it is renamed, too"#]],
    );
    check(
        r#"
//- /a.ts
export interface Pay$0 {}
export const Pay = 1;
//- /b.ts
import { Pay } from './a';
let a: Pay = Pay;
"#,
        expect![[r#"
            //- /a.ts
            export interface new_name {}
            export const new_name = 1;
            //- /b.ts
            import { new_name } from './a';
            let a: new_name = new_name;"#]],
    );
}

#[test]
fn names_that_the_language_prescribes_are_kept() {
    check(
        "//- /a.ts\nclass A { constructor$0() {} }\n",
        expect!["refused: `constructor` is a name that the language prescribes"],
    );
    check(
        "//- /a.py\nclass A:\n    def __len__$0(self): ...\n",
        expect!["refused: `__len__` is a name that the language prescribes"],
    );
}

#[test]
fn a_field_and_a_method_may_share_a_name_where_the_language_lets_them() {
    check(
        "struct S { a$0: u8 }\nimpl S { fn new_name(&self) -> u8 { self.a } }",
        expect![[r#"
        //- /main.rs
        struct S { new_name: u8 }
        impl S { fn new_name(&self) -> u8 { self.new_name } }"#]],
    );
    check(
        "enum E { new_name(S) }\nstruct S$0;",
        expect![[r#"
            //- /main.rs
            enum E { new_name(new_name) }
            struct new_name;"#]],
    );
}

#[test]
fn an_exported_property_follows_where_it_is_one_name_with_the_local() {
    check(
        r#"
//- /a.js
function send$0(m) { return m; }
module.exports = { send };
//- /b.js
const { send: s2 } = require('./a');
const a = require('./a');
const { send } = require('./a');
a.send(2); s2(1); send(3);
"#,
        expect![[r#"
            //- /a.js
            function new_name(m) { return m; }
            module.exports = { new_name };
            //- /b.js
            const { new_name: s2 } = require('./a');
            const a = require('./a');
            const { new_name } = require('./a');
            a.new_name(2); s2(1); new_name(3);"#]],
    );
}

#[test]
fn an_exported_property_with_a_key_keeps_it_and_its_users() {
    check(
        r#"
//- /a.js
function send$0(m) { return m; }
module.exports = { send: send };
//- /b.js
const { send: s2 } = require('./a');
const a = require('./a');
const { send } = require('./a');
a.send(2); s2(1); send(3);
"#,
        expect![[r#"
            //- /a.js
            function new_name(m) { return m; }
            module.exports = { send: new_name };"#]],
    );
}

#[test]
fn an_exported_property_that_is_assigned_keeps_its_name() {
    check(
        r#"
//- /a.js
function send$0(m) { return m; }
exports.send = send;
//- /b.js
const { send: s2 } = require('./a');
const a = require('./a');
a.send(2); s2(1);
"#,
        expect![[r#"
            //- /a.js
            function new_name(m) { return m; }
            exports.send = new_name;"#]],
    );
}

#[test]
fn what_has_no_name_or_a_prescribed_one_is_not_renamed() {
    check(
        "//- /a.go\npackage a\nfunc f() int { _$0, b := g(); return b }",
        expect!["refused: there is no name here to rename"],
    );
    check(
        "//- /a.go\npackage main\nfunc main$0() {}",
        expect!["refused: `main` is a name that the language prescribes"],
    );
    check(
        "//- /a.rs\nfn main$0() {}",
        expect!["refused: `main` is a name that the language prescribes"],
    );
    check(
        "//- /a.py\ndef main$0(): pass",
        expect![[r#"
        //- /a.py
        def new_name(): pass"#]],
    );
}

#[test]
fn a_method_that_an_interface_outside_may_ask_for_is_marked_in_go() {
    let file = "//- /a.go\npackage a\ntype A struct{}\nfunc (a A) Size() int { return a.size() }\n\
                func (a A) size() int { return 1 }\n";
    check(
        &file.replace("Size()", "Size$0()"),
        expect![[r#"
        //- /a.go
        package a
        type A struct{}
        func (a A) new_name() int { return a.size() }
        func (a A) size() int { return 1 }
        left /a.go:3:12 an interface outside the workspace may ask for the old name"#]],
    );
    check(
        &file.replace(") size()", ") size$0()"),
        expect![[r#"
        //- /a.go
        package a
        type A struct{}
        func (a A) Size() int { return a.new_name() }
        func (a A) new_name() int { return 1 }"#]],
    );
}

#[test]
fn go_dot_imports_resolve() {
    check(
        r#"
//- /go.mod
module ex.com/demo
//- /util/u.go
package util
func Parse$0(s string) string { return s }
//- /main.go
package main
import (
	"fmt"
	u "ex.com/demo/util"
	. "ex.com/demo/util"
)
func main() {
	fmt.Println(u.Parse("Parse"), Parse("x"))
	f := func(Parse string) string { return Parse }
	f("x")
	u := struct{ Parse func() }{}
	u.Parse()
}
"#,
        expect![[r#"
            //- /main.go
            package main
            import (
            	"fmt"
            	u "ex.com/demo/util"
            	. "ex.com/demo/util"
            )
            func main() {
            	fmt.Println(u.new_name("Parse"), new_name("x"))
            	f := func(Parse string) string { return Parse }
            	f("x")
            	u := struct{ Parse func() }{}
            	u.Parse()
            }
            //- /util/u.go
            package util
            func new_name(s string) string { return s }
            left /main.go:8:23 a string of that name"#]],
    );
}

#[test]
fn an_anonymous_class_overrides() {
    check(
        r#"
//- /B.java
class Anon {
  interface Z { int zed$0(); }
  static Z mk() {
    return new Z() {
      public int zed() { return 2; }
    };
  }
}
"#,
        expect![[r#"
            //- /B.java
            class Anon {
              interface Z { int new_name(); }
              static Z mk() {
                return new Z() {
                  public int new_name() { return 2; }
                };
              }
            }"#]],
    );
}

#[test]
fn words_that_may_be_the_name_are_left() {
    check(
        r#"
//- /pkg/__init__.py
from .core import compute
__all__ = ["compute"]
//- /pkg/core.py
"""compute is documented here."""
def compute$0(value, scale=1):
    # compute the value
    return value * scale
//- /main.py
import pkg
def g(compute): return compute
getattr(pkg, "compute")(1)
run(compute=1)
"#,
        expect![[r#"
            //- /pkg/__init__.py
            from .core import new_name
            __all__ = ["new_name"]
            //- /pkg/core.py
            """compute is documented here."""
            def new_name(value, scale=1):
                # compute the value
                return value * scale
            left /main.py:3:15 a string of that name
            left /pkg/core.py:1:4 in a comment, string or unresolved text, maybe more than once"#]],
    );
    check(
        r#"
//- /pkg/core.py
def compute(value, scale$0=1):
    return value * scale
//- /main.py
from pkg.core import compute
compute(1, scale=3)
compute(scale="a)", value=f(scale=1))
"#,
        expect![[r#"
            //- /main.py
            from pkg.core import compute
            compute(1, new_name=3)
            compute(new_name="a)", value=f(scale=1))
            //- /pkg/core.py
            def compute(value, new_name=1):
                return value * new_name"#]],
    );
    check(
        r#"
//- /d.ts
export class Dd { zip$0() { return 1; } }
export function kk(d: Dd, x: any) {
  const { zip } = d;
  d['zip']();
  return { zip };
}
"#,
        expect![[r#"
            //- /d.ts
            export class Dd { new_name() { return 1; } }
            export function kk(d: Dd, x: any) {
              const { zip } = d;
              d['zip']();
              return { zip };
            }
            left /d.ts:3:11 this shorthand may name it
            left /d.ts:4:6 a string of that name
            left /d.ts:5:12 this shorthand may name it"#]],
    );
    check(
        r#"
//- /d.ts
export function kk$0() {}
//- /e.ts
const lazy = () => import('./d').then(({ kk }) => kk);
"#,
        expect![[r#"
            //- /d.ts
            export function new_name() {}
            left /e.ts:1:42 this shorthand may name it"#]],
    );
}

#[test]
fn overloads_are_said_to_be_renamed_too() {
    check(
        "//- /A.java\nclass A {\n int over$0(int a) { return 1; }\n\
          int over(long a) { return 2; }\n}\n",
        expect![[r#"
            //- /A.java
            class A {
             int new_name(int a) { return 1; }
            int new_name(long a) { return 2; }
            }
            left /A.java:3:5 an overload of the same name: it is renamed, too"#]],
    );
}

#[test]
fn what_an_interface_asks_for_without_being_named_is_left() {
    check(
        r#"
//- /go.mod
module ex.com/demo
//- /u.go
package util
type A struct{}
func (a A) Run$0() {}
type B struct{}
func (b B) Run() {}
type Runner interface{ Run() }
"#,
        expect![[r#"
            //- /u.go
            package util
            type A struct{}
            func (a A) new_name() {}
            type B struct{}
            func (b B) Run() {}
            type Runner interface{ Run() }
            left /u.go:3:12 an interface outside the workspace may ask for the old name
            left /u.go:6:24 an interface and its types may have to keep one name"#]],
    );
    check(
        "//- /E.java\nenum E {\n A { int k$0() { return 1; } };\n abstract int k();\n}\n",
        expect![[r#"
            //- /E.java
            enum E {
             A { int new_name() { return 1; } };
             abstract int k();
            }
            left /E.java:3:15 a class without a name may override it here"#]],
    );
}
