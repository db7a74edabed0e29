//! Types that something has because it was asked for them, or because of how it was made.

use expect_test::expect;

use super::{check, resolved};

/// Every text, put after the files, and what the name at its cursor stands for.
#[track_caller]
fn check_all(files: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(resolved(&format!("{files}{text}\n")), *expected, "{text}");
    }
}

#[test]
fn isinstance_says_what_something_is() {
    let files = "//- /a.py\nfrom typing import cast\nclass A:\n    def go(self): pass\n\
                 class B:\n    def go(self): pass\nclass C(A):\n    def own(self): pass\n";
    let a = "/a.py:3 A::go, inferred: member of the type that was asked for";
    check_all(
        files,
        &[
            ("def f(x):\n    if isinstance(x, A):\n        x.go$0()", a),
            ("def f(x):\n    if isinstance(x, A) and x.go$0(): pass", a),
            ("def f(x):\n    return x.go$0() if isinstance(x, A) else 1", a),
            ("def f(x):\n    assert isinstance(x, A)\n    x.go$0()", a),
            ("def f(x):\n    if not isinstance(x, A):\n        return\n    x.go$0()", a),
            ("def f(x):\n    if isinstance(x, A):\n        pass\n    x.go$0()", "unresolved"),
            (
                "def f(x):\n    if isinstance(x, A):\n        x = g()\n        x.go$0()",
                "unresolved",
            ),
            ("def f(x, y):\n    if isinstance(x, A):\n        y.go$0()", "unresolved"),
            (
                "def f(x):\n    if isinstance(x, (A, B)):\n        x.go$0()",
                "/a.py:3 A::go, inferred: member of the type that was asked for\n\
                 /a.py:5 B::go, inferred: member of the type that was asked for",
            ),
            ("def f(x):\n    match x:\n        case A():\n            x.go$0()", a),
            (
                "def f(x: A):\n    if isinstance(x, C):\n        x.own$0()",
                "/a.py:7 C::own, inferred: member of the type that was asked for",
            ),
            (
                "class D:\n    def f(self):\n        if isinstance(self.x, A):\n            \
                 self.x.go$0()",
                a,
            ),
            (
                "def f(x):\n    if isinstance(x, A):\n        y = x\n        y.go$0()",
                "/a.py:3 A::go, inferred: member of the receiver's type",
            ),
            (
                "def f(x):\n    cast(A, x).go$0()",
                "/a.py:3 A::go, inferred: member of what the call returns",
            ),
        ],
    );
}

#[test]
fn instanceof_says_what_something_is() {
    let files = "//- /a.ts\nclass A { go() {} }\nclass B { go() {} }\n";
    let a = "/a.ts:1 A::go, inferred: member of the type that was asked for";
    check_all(
        files,
        &[
            ("function f(x: unknown) { if (x instanceof A) { x.go$0(); } }", a),
            ("function f(x: unknown) { if (x instanceof A && x.go$0()) {} }", a),
            ("function f(x: unknown) { return x instanceof A ? x.go$0() : 1; }", a),
            ("function f(x: unknown) { if (!(x instanceof A)) return; x.go$0(); }", a),
            ("function f(x: any) { if (x instanceof A) {} else { x.go$0(); } }", "unresolved"),
            (
                "function f(x: any) { (x as A).go$0(); }",
                "/a.ts:1 A::go, inferred: member of what the call returns",
            ),
            (
                "function f(x: any) { const y = x as A; y.go$0(); }",
                "/a.ts:1 A::go, inferred: member of the receiver's type",
            ),
        ],
    );
}

#[test]
fn a_type_switch_says_what_something_is() {
    let files = "//- /a.go\npackage a\ntype A struct{}\nfunc (A) Go() {}\ntype B struct{}\n\
                 func (B) Go() {}\n";
    let a = "/a.go:3 A::Go, inferred: member of the type that was asked for";
    check_all(
        files,
        &[
            ("func f(y any) { switch x := y.(type) { case *A: x.Go$0() } }", a),
            ("func f(y any) { switch x := y.(type) { case B: x.Go(); case A: x.Go$0() } }", a),
            ("func f(y any) { switch x := y.(type) { case A, B: x.Go$0() } }", "unresolved"),
        ],
    );
}

#[test]
fn what_is_made_has_the_type_that_it_is_made_from() {
    check_all(
        "//- /a.rs\nstruct A; impl A { fn new() -> A { A } fn go(&self) {} }\n\
         struct B; impl B { fn go(&self) {} }\nstruct W(A);\nenum E { V(A), T(A, B), N }\n",
        &[
            (
                "fn f() { let a = Arc::new(A::new()); a.go$0(); }",
                "/a.rs:1 A::go, inferred: member of the receiver's type",
            ),
            (
                "fn f(b: A) { let a = std::rc::Rc::new(b); let c = Rc::clone(&a); c.go$0(); }",
                "/a.rs:1 A::go, inferred: member of the receiver's type",
            ),
            (
                "fn f() { let (b, a) = (B, A::new()); a.go$0(); }",
                "/a.rs:1 A::go, inferred: member of the receiver's type",
            ),
            ("fn f(w: W) { w.0.go$0(); }", "/a.rs:1 A::go, inferred: member of an element's type"),
            (
                "impl W { fn f(&self) { self.0.go$0(); } }",
                "/a.rs:1 A::go, inferred: member of an element's type",
            ),
            (
                "fn f(e: E) { match e { E::V(a) => a.go$0(), _ => {} } }",
                "/a.rs:1 A::go, inferred: member of the receiver's type",
            ),
            (
                "fn f(e: E) { if let E::V(a) = e { a.go$0(); } }",
                "/a.rs:1 A::go, inferred: member of the receiver's type",
            ),
            (
                "fn f(w: W) { let W(a) = w; a.go$0(); }",
                "/a.rs:1 A::go, inferred: member of the receiver's type",
            ),
            ("fn f(e: E) { match e { E::T(a, b) => b.go$0(), _ => {} } }", "unresolved"),
            (
                "fn f(t: (A, B)) { t.0.go$0(); }",
                "/a.rs:1 A::go, inferred: member of an element's type",
            ),
            ("fn f(t: (A, B)) { t.1.go$0(); }", "unresolved"),
        ],
    );
    check_all(
        "//- /a.go\npackage a\ntype A struct{}\nfunc (A) Go() {}\n",
        &[
            (
                "func f() { x := new(A); x.Go$0() }",
                "/a.go:3 A::Go, inferred: member of the receiver's type",
            ),
            (
                "func f() { xs := make([]*A, 0); xs[0].Go$0() }",
                "/a.go:3 A::Go, inferred: member of the receiver's type",
            ),
            (
                "func f() { for _, x := range []A{} { x.Go$0() } }",
                "/a.go:3 A::Go, inferred: member of the receiver's type",
            ),
            (
                "func f(c chan *A) { x := <-c; x.Go$0() }",
                "/a.go:3 A::Go, inferred: member of the receiver's type",
            ),
            (
                "func f(m map[string]A) { x, ok := m[\"\"]; x.Go$0() }",
                "/a.go:3 A::Go, inferred: member of the receiver's type",
            ),
            (
                "func f(a A) { x := &a; x.Go$0() }",
                "/a.go:3 A::Go, inferred: member of the receiver's type",
            ),
        ],
    );
    check_all(
        "//- /a.cpp\n#include <memory>\nstruct A { void go(); };\n",
        &[
            (
                "void f() { auto a = std::make_unique<A>(); a->go$0(); }",
                "/a.cpp:2 A::go, inferred: member of the receiver's type",
            ),
            (
                "void f() { auto a = make_shared<A>(1); a->go$0(); }",
                "/a.cpp:2 A::go, inferred: member of the receiver's type",
            ),
            (
                "void f(void* p) { static_cast<A*>(p)->go$0(); }",
                "/a.cpp:2 A::go, inferred: member of what the call returns",
            ),
            (
                "void f(A x) { auto a = std::move(x); a.go$0(); }",
                "/a.cpp:2 A::go, inferred: member of the receiver's type",
            ),
        ],
    );
}

#[test]
fn a_loop_over_pairs_gives_the_value_to_the_second_name() {
    let files = "//- /a.py\nfrom typing import Dict, List\nclass A:\n    def go(self): pass\n";
    let a = "/a.py:3 A::go, inferred: member of the receiver's type";
    check_all(
        files,
        &[
            ("def f(d: Dict[str, A]):\n    for k, v in d.items():\n        v.go$0()", a),
            ("def f(xs: List[A]):\n    for i, v in enumerate(xs):\n        v.go$0()", a),
            ("def f(xs: List[A]):\n    return [v.go$0() for i, v in enumerate(xs)]", a),
            ("def f():\n    x, a = 1, A()\n    a.go$0()", a),
            (
                "def f(xs: List[A]):\n    next(iter(xs)).go$0()",
                "/a.py:3 A::go, inferred: member of an element's type",
            ),
        ],
    );
}

#[test]
fn a_list_of_exports_says_what_a_star_brings() {
    let files = "//- /b.py\n__all__ = ['pay']\ndef pay(): ...\ndef hidden(): ...\n\
                 //- /c.py\ndef plain(): ...\ndef _own(): ...\n\
                 //- /d.py\nfrom b import *\nimport b\n__all__ = ['ship'] + b.__all__\n\
                 def ship(): ...\ndef more(): ...\n";
    check_all(
        files,
        &[
            ("//- /a.py\nfrom b import *\npay$0()", "/b.py:2 pay, exact: imported by a glob"),
            ("//- /a.py\nfrom b import *\nhidden$0()", "external"),
            ("//- /a.py\nfrom c import *\nplain$0()", "/c.py:1 plain, exact: imported by a glob"),
            ("//- /a.py\nfrom c import *\n_own$0()", "external"),
            ("//- /a.py\nfrom d import *\nmore$0()", "/d.py:5 more, exact: imported by a glob"),
            ("//- /e.py\n__all__ = ['f$0']\ndef f(): ...", "/e.py:2 f, exact: defined in scope"),
        ],
    );
}

#[test]
fn the_nearest_base_is_the_one_that_no_other_base_inherits() {
    check(
        "//- /a.py\nclass A:\n    def go(self): ...\nclass B(A): ...\nclass C(A):\n    \
         def go(self): ...\nclass D(B, C):\n    def f(self): self.go$0()\n",
        expect!["/a.py:5 C::go, exact: member of the enclosing type"],
    );
    check(
        "//- /a.go\npackage a\ntype C struct{ n int }\ntype A struct{ C }\n\
         type B struct{ n string }\ntype D struct{ A; B }\nfunc f(d D) { d.n$0 }\n",
        expect!["/a.go:4 B::n, inferred: member of the receiver's type"],
    );
    check(
        "//- /a.go\npackage a\ntype C struct{}\nfunc (c *C) Go() {}\ntype A struct{ *C }\n\
         type D struct{ A }\nfunc f(d *D) { d.Go$0(); d.A.Go() }\n",
        expect!["/a.go:3 C::Go, inferred: member of the receiver's type"],
    );
}

#[test]
fn a_type_without_a_name_has_members_of_its_own() {
    let files = "//- /A.java\nabstract class Task { abstract void run(); void stop() {} }\n\
                 class A { void run() {} void stop() {}\n";
    check_all(
        files,
        &[
            (
                "void f() { new Task() { void run() { stop$0(); } }; } }",
                "/A.java:1 Task::stop, exact: member of the enclosing type",
            ),
            (
                "void f() { new Task() { int n;\nvoid run() { this.n$0 = 1; } }; } }",
                "/A.java:3 A::f::Task::n, exact: member of the enclosing type",
            ),
            (
                "void f() { new Task() { void run() {}\nvoid more() { run$0(); } }; } }",
                "/A.java:3 A::f::Task::run, exact: defined in scope",
            ),
            (
                "void f() { new Task() { void run() { A.this.stop$0(); } }; } }",
                "/A.java:2 A::stop, inferred: member of what the call returns",
            ),
            (
                "void f() { new Task$0() { void run() {} }; } }",
                "/A.java:1 Task, exact: defined in scope",
            ),
            (
                "void f(Color c) { switch (c) { case RED$0: } } }\nenum Color { RED }",
                "/A.java:4 Color::RED, inferred: member of the receiver's type",
            ),
            (
                "static final int MAX = 1;\nint f(int n) { return switch (n) { case MAX$0 -> 1; \
                 default -> 2; }; } }",
                "/A.java:3 A::MAX, exact: defined in scope",
            ),
        ],
    );
}

#[test]
fn a_module_may_be_taken_when_it_is_needed() {
    let files = "//- /y.ts\nexport function go() {}\n";
    check_all(
        files,
        &[
            (
                "//- /x.ts\nasync function f() { const y = await import('./y'); y.go$0(); }",
                "/y.ts:1 go, exact: member of the named module",
            ),
            (
                "//- /x.ts\nasync function f() { const { go } = await import('./y'); go$0(); }",
                "/y.ts:1 go, exact: imported by name",
            ),
            (
                "//- /x.ts\nimport('./y').then(m => m.go$0());",
                "/y.ts:1 go, exact: member of the named module",
            ),
            (
                "//- /x.js\nimport('./y').then((m) => m.go$0());\nlet m;",
                "/y.ts:1 go, exact: member of the named module",
            ),
        ],
    );
}

#[test]
fn overloads_are_told_apart_by_types_in_other_languages_too() {
    check_all(
        "//- /a.cs\nclass Cart {}\nclass Box : Cart {}\nclass A {\nvoid P(int n) {}\n\
         void P(string s) {}\nvoid P(Cart c) {}\n",
        &[
            ("void F() { P$0(1); } }", "/a.cs:4 A::P, exact: defined in scope"),
            ("void F() { P$0(\"\"); } }", "/a.cs:5 A::P, exact: defined in scope"),
            ("void F(Box b) { P$0(b); } }", "/a.cs:6 A::P, exact: defined in scope"),
        ],
    );
    check_all(
        "//- /a.cpp\n#include <string>\nstruct Cart {};\nvoid p(int n) {}\n\
         void p(std::string s) {}\n\
         void p(const Cart& c) {}\n",
        &[
            ("void f() { p$0(1); }", "/a.cpp:3 p, exact: defined in scope"),
            ("void f() { p$0(\"\"); }", "/a.cpp:4 p, exact: defined in scope"),
            ("void f(Cart c) { p$0(c); }", "/a.cpp:5 p, exact: defined in scope"),
        ],
    );
}
