//! Deleting what nothing uses, and refusing what something may use.

use expect_test::{Expect, expect};

use crate::Refactor;

#[track_caller]
fn check(fixture: &str, expected: Expect) {
    super::check(&Refactor::SafeDelete, fixture, expected);
}

#[test]
fn an_unused_function_goes_with_its_comments_in_rust() {
    check(
        "fn a() {}\n\n/// Does b.\nfn b$0() { a(); b(); }\n\nfn c() {}\n",
        expect![[r#"
        //- /main.rs
        fn a() {}

        fn c() {}"#]],
    );
}

#[test]
fn an_unused_function_goes_in_python() {
    check(
        r#"
//- /a.py
def a():
    pass


def _b$0():
    """Doc."""
    a()


x = 1
"#,
        expect![[r#"
        //- /a.py
        def a():
            pass


        x = 1"#]],
    );
}

#[test]
fn the_only_member_leaves_a_block_that_is_not_empty() {
    check(
        "//- /a.py\nclass A:\n    def _b$0(self):\n        return 1\n",
        expect![[r#"
        //- /a.py
        class A:
            pass"#]],
    );
}

#[test]
fn a_public_function_is_marked() {
    check(
        "//- /a.ts\nexport function a$0() {}\nfunction b() {}\n",
        expect![[r#"
        //- /a.ts
        function b() {}
        left /a.ts:1:17 it is public: code outside the workspace may use it"#]],
    );
}

#[test]
fn an_unused_function_goes_in_go() {
    check(
        "//- /a.go\npackage a\n\n// b does b.\nfunc b$0() {}\n\nfunc c() { c() }\n",
        expect![[r#"
        //- /a.go
        package a

        func c() { c() }"#]],
    );
}

#[test]
fn what_only_it_imports_goes_along_in_go() {
    check(
        "//- /a.go\npackage a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc b$0() { os.Exit(1) }\n\n\
         func c() { fmt.Println() }\n",
        expect![[r#"
            //- /a.go
            package a

            import (
            	"fmt"
            )

            func c() { fmt.Println() }"#]],
    );
}

#[test]
fn what_only_it_imports_goes_along_in_java_and_stays_where_an_import_does_something() {
    check(
        r#"
//- /A.java
import java.util.List;
import java.util.Map;
class A {
    private void b$0(Map<String, String> it) {}

    List<String> c() { return null; }
}
"#,
        expect![[r#"
            //- /A.java
            import java.util.List;
            class A {
                List<String> c() { return null; }
            }"#]],
    );
    check(
        r#"
//- /a.py
import os


def _a$0():
    os.exit()


def b():
    pass
"#,
        expect![[r#"
            //- /a.py
            import os


            def b():
                pass"#]],
    );
}

#[test]
fn a_method_that_an_interface_may_ask_for_stays_in_go() {
    check(
        r#"
//- /a.go
package a

type Shape interface{ Area() int }

type Box struct{}

func (b Box) Area$0() int { return 1 }
"#,
        expect!["refused: the interface at /a.go:3 may ask for `Area`"],
    );
}

#[test]
fn what_may_mean_it_by_another_type_is_marked_in_go() {
    check(
        r#"
//- /a.go
package a

type Box struct{}

type Bag struct{}

func (b Box) size$0() int { return 1 }

func (b Bag) size() int { return 2 }

func f(b Bag) int { return b.size() }
"#,
        expect![[r#"
            //- /a.go
            package a

            type Box struct{}

            type Bag struct{}

            func (b Bag) size() int { return 2 }

            func f(b Bag) int { return b.size() }
            left /a.go:11:30 what its receiver is was inferred: it may mean the one that goes"#]],
    );
}

#[test]
fn an_unused_method_goes_in_java() {
    check(
        r#"
//- /A.java
class A {
    /** Doc. */
    @Deprecated
    private void b$0() {}

    void c() {}
}
"#,
        expect![[r#"
        //- /A.java
        class A {
            void c() {}
        }"#]],
    );
}

#[test]
fn an_unused_variable_goes() {
    check(
        "fn f(a: u8) {\n    let b$0 = a;\n    g(a);\n}",
        expect![[r#"
        //- /main.rs
        fn f(a: u8) {
            g(a);
        }"#]],
    );
}

#[test]
fn a_used_function_stays() {
    check(
        "//- /a.js\nfunction a$0() {}\na();\na();\n",
        expect!["refused: `a` is used at a.js:2 and at one more place"],
    );
}

#[test]
fn a_type_with_a_used_member_stays() {
    check(
        "//- /a.js\nclass A$0 {\n  b() {}\n}\nexport { A };\n",
        expect!["refused: `A` is used at a.js:4"],
    );
}

#[test]
fn a_value_that_does_something_stays() {
    check(
        "//- /a.py\ndef f():\n    b$0 = g()\n",
        expect!["refused: its value does something when it is evaluated"],
    );
}

#[test]
fn a_decorated_function_stays() {
    check(
        "//- /a.py\n@app.route(\"/\")\ndef index$0():\n    pass\n",
        expect![[r#"refused: `@app.route("/")` may make it reachable in another way"#]],
    );
}

#[test]
fn an_override_stays() {
    check(
        "//- /A.java\nclass A { void b() {} }\nclass B extends A { void b$0() {} }\n",
        expect!["refused: `b` overrides, is overridden or has overloads"],
    );
}

#[test]
fn a_test_stays() {
    check("#[test]\nfn works$0() {}\n", expect!["refused: `works` is called from outside"]);
}

#[test]
fn a_macro_stays() {
    check(
        "macro_rules! a$0 { () => {} }\n",
        expect!["refused: what uses a macro is not always seen"],
    );
}

#[test]
fn a_name_that_may_mean_it_refuses() {
    check(
        r#"
//- /a.py
class A:
    def _b$0(self): ...
    def c(self): ...
//- /b.py
def f(x):
    x._b()
"#,
        expect!["refused: what `_b` stands for at /b.py:2 is not known"],
    );
}

#[test]
fn an_unused_function_goes_in_javascript() {
    check(
        "//- /a.js\nfunction a() {}\n\n// Does b.\nfunction b$0() {\n  a();\n}\n\na();\n",
        expect![[r#"
            //- /a.js
            function a() {}

            a();"#]],
    );
}

#[test]
fn what_only_it_imports_goes_along_in_typescript_and_rust() {
    check(
        "//- /a.ts\nimport { x } from './x';\nimport { y } from './y';\n\n\
         function b$0() {\n  x();\n}\n\n\
         y();\n//- /x.ts\nexport function x() {}\n//- /y.ts\nexport function y() {}\n",
        expect![[r#"
            //- /a.ts
            import { y } from './y';

            y();"#]],
    );
    check(
        "//- /src/lib.rs\nmod x;\nuse x::X;\n\nfn b$0(x: X) {}\n\nfn c() {}\n\
         //- /src/x.rs\npub(crate) struct X;\n",
        expect![[r#"
            //- /src/lib.rs
            mod x;

            fn c() {}"#]],
    );
}

#[test]
fn what_a_value_is_written_out_with_is_marked_in_typescript() {
    check(
        r#"
//- /a.ts
function make(): { done(): void } {
    return {
        done$0() {},
    };
}
make();
"#,
        expect![[r#"
            //- /a.ts
            function make(): { done(): void } {
                return {
                };
            }
            make();
            left /a.ts:3:9 something may ask for it by its shape"#]],
    );
    check(
        "//- /a.ts\nfunction make() {\n    function done$0() {}\n    return 1;\n}\nmake();\n",
        expect![[r#"
            //- /a.ts
            function make() {
                return 1;
            }
            make();"#]],
    );
}

#[test]
fn what_is_put_together_with_declarations_elsewhere_is_marked_in_typescript() {
    check(
        r#"
//- /a.ts
declare global {
  interface SymbolConstructor$0 {
    readonly observable: symbol;
  }
}
export {};
"#,
        expect![[r#"
            //- /a.ts
            declare global {
            }
            export {};
            left /a.ts:2:13 it is put together with declarations elsewhere"#]],
    );
}
