//! Scopes: closures, comprehensions, patterns, hoisting, labels.

use expect_test::expect;

use super::check;

#[test]
fn labels_are_names_of_their_own() {
    check(
        "//- /a.rs\nfn f() { let a = 1; 'a: loop { break 'a$0; } }\n",
        expect!["/a.rs:1 f::a, exact: local in scope"],
    );
    check(
        "//- /a.js\nfunction f(a) { a: for (;;) { break a$0; } }\n",
        expect!["/a.js:1 f::a, exact: local in scope"],
    );
    check(
        "//- /a.go\npackage a\nfunc f(a int) { a: for { break a$0 } }\n",
        expect!["/a.go:2 f::a, exact: local in scope"],
    );
    check(
        "//- /A.java\nclass A { void f(int a) { a: for (;;) { break a$0; } } }\n",
        expect!["/A.java:1 A::f::a, exact: local in scope"],
    );
    check(
        "//- /a.c\nint f(int a) { a: goto a$0; }\n",
        expect!["/a.c:1 f::a, exact: local in scope"],
    );
}

#[test]
fn functions_and_var_are_hoisted() {
    check(
        "//- /a.js\nfunction f() { return g$0(); function g() {} }\nfunction g() {}\n",
        expect!["/a.js:1 f::g, exact: defined in scope"],
    );
    check(
        "//- /a.js\nvar x = 0;\nfunction f() { x$0 = 1; if (true) { var x; } }\n",
        expect!["/a.js:2 f::x, exact: local in scope"],
    );
    check(
        "//- /a.py\nx = 0\ndef f():\n    print(x$0)\n    x = 1\n",
        expect!["/a.py:4 f::x, exact: local in scope"],
    );
    check(
        "//- /a.py\nx = 0\ndef f():\n    global x\n    x$0 = 1\n",
        expect!["/a.py:1 x, exact: defined in scope"],
    );
    check(
        "//- /a.py\ndef f():\n    x = 0\n    def g():\n        nonlocal x\n        x$0 = 1\n",
        expect!["/a.py:2 f::x, exact: local in scope"],
    );
}

#[test]
fn comprehensions_bind_inside_only() {
    check(
        "//- /a.py\nx = 0\ny = [x for x in range(3)]\nprint(x$0)\n",
        expect!["/a.py:1 x, exact: defined in scope"],
    );
    check(
        "//- /a.py\nx = 0\ny = {x$0: 1 for x in range(3)}\n",
        expect!["/a.py:2 y::x, exact: local in scope"],
    );
    check(
        "//- /a.py\ndef f(rows):\n    return [c for r in rows for c in r$0]\n",
        expect!["/a.py:2 f::r, exact: local in scope"],
    );
    check(
        "//- /a.py\ndef f(rows):\n    return any((n := r) for r in rows) and n$0\n",
        expect!["/a.py:2 f::n, exact: local in scope"],
    );
}

#[test]
fn closures_hide_and_see() {
    check(
        "//- /a.py\ndef f(a):\n    return lambda a: a$0\n",
        expect!["/a.py:2 f::a, exact: local in scope"],
    );
    check(
        "//- /a.ts\nfunction f(a: number) { return [1].map((a) => a$0); }\n",
        expect!["/a.ts:1 f::a, exact: local in scope"],
    );
    check(
        "//- /a.go\npackage a\nfunc f(a int) { g := func() int { return a$0 } }\n",
        expect!["/a.go:2 f::a, exact: local in scope"],
    );
    check(
        "//- /A.java\nclass A { int a; void f() { g(a -> a$0); } }\n",
        expect!["/A.java:1 A::f::a, exact: local in scope"],
    );
    check(
        "//- /a.cpp\nvoid f(int a) { auto g = [](int a) { return a$0; }; }\n",
        expect!["/a.cpp:1 f::a, exact: local in scope"],
    );
    check(
        "//- /a.rb\ndef f(a)\n  g { |b| a$0 + b }\nend\n",
        expect!["/a.rb:1 f::a, exact: local in scope"],
    );
    check(
        "//- /a.php\n<?php function f($a) { return fn($b) => $a$0 + $b; }\n",
        expect!["/a.php:1 f::$a, exact: local in scope"],
    );
    check(
        "//- /A.cs\nclass A { int a; void F() { G(a => a$0); } }\n",
        expect!["/A.cs:1 A::F::a, exact: local in scope"],
    );
}

#[test]
fn patterns_bind() {
    check(
        "//- /a.py\ndef f(x):\n    match x:\n        case [a, *b]: return b$0\n",
        expect!["/a.py:3 f::b, exact: local in scope"],
    );
    check(
        "//- /a.py\ndef f(x):\n    match x:\n        case {'k': v, **rest}: return rest$0\n",
        expect!["/a.py:3 f::rest, exact: local in scope"],
    );
    check(
        "//- /a.ts\nfunction f({ a: { b }, ...c }) { return b$0; }\n",
        expect!["/a.ts:1 f::b, exact: local in scope"],
    );
    check(
        "//- /a.ts\nfunction f() { const [a, b = 1] = g(); return b$0; }\n",
        expect!["/a.ts:1 f::b, exact: local in scope"],
    );
    check(
        "//- /a.rs\nfn f(x: Option<u8>) { let Some(a) = x else { return }; a$0; }\n",
        expect!["/a.rs:1 f::a, exact: local in scope"],
    );
    check(
        "//- /a.rs\nfn f(x: u8) { match x { n @ 1..=3 if n > 1 => n$0, _ => 0 }; }\n",
        expect!["/a.rs:1 f::n, exact: local in scope"],
    );
    check(
        "//- /a.rs\nfn f(x: Option<u8>) { if let Some(a) = x && a > 1 { a$0; } }\n",
        expect!["/a.rs:1 f::a, exact: local in scope"],
    );
    check(
        "//- /a.rs\nfn f(x: S) { let S { a: (b, _), .. } = x; b$0; }\n",
        expect!["/a.rs:1 f::b, exact: local in scope"],
    );
    check(
        "//- /A.java\nclass A { void f(Object o) { if (o instanceof String s) { s$0.length(); } \
         } }\n",
        expect!["/A.java:1 A::f::s, exact: local in scope"],
    );
    check(
        "//- /A.cs\nclass A { void F(object o) { if (o is string s) { G(s$0); } } }\n",
        expect!["/A.cs:1 A::F::s, exact: local in scope"],
    );
    check(
        "//- /a.go\npackage a\nfunc f(x any) { switch y := x.(type) { case int: g(y$0) } }\n",
        expect!["/a.go:2 f::y, exact: local in scope"],
    );
    check(
        "//- /a.cpp\nvoid f() { auto [a, b] = g(); h(b$0); }\n",
        expect!["/a.cpp:1 f::b, exact: local in scope"],
    );
    check(
        "//- /a.rb\ndef f(x)\n  case x\n  in {name: n}\n    n$0\n  end\nend\n",
        expect!["/a.rb:3 f::n, exact: local in scope"],
    );
    check(
        "//- /a.php\n<?php function f($x) { [$a, $b] = $x; return $b$0; }\n",
        expect!["/a.php:1 f::$b, exact: local in scope"],
    );
}

#[test]
fn a_name_defined_hundreds_of_times_in_one_scope_means_none_of_them() {
    let declared = |n: usize| "int a(int);\n".repeat(n);
    let uses = format!("//- /a.c\n{}int f() {{ return a$0(1); }}\n", declared(3));
    check(
        &uses,
        expect![[r#"
            /a.c:1 a, exact: defined in scope
            /a.c:2 a, exact: defined in scope
            /a.c:3 a, exact: defined in scope"#]],
    );
    let many = format!("//- /a.c\n{}int f() {{ return a$0(1); }}\n", declared(600));
    check(&many, expect!["unresolved"]);
    // Nor does it mean what is further out.
    let inner = "    class A: pass\n".repeat(600);
    check(
        &format!("//- /a.py\nclass A: pass\ndef f():\n{inner}    return A$0()\n"),
        expect!["unresolved"],
    );
}

#[test]
fn one_name_in_each_of_a_thousand_functions_is_that_of_its_own() {
    let function = |n: usize| format!("fn f{n}(x: u8) -> u8 {{ x }}\n");
    let before: String = (0..1_000).map(function).collect();
    let after: String = (1_001..2_000).map(function).collect();
    check(
        &format!("//- /a.rs\n{before}fn g(x: u8) -> u8 {{ x$0 }}\n{after}"),
        expect!["/a.rs:1001 g::x, exact: local in scope"],
    );
}
