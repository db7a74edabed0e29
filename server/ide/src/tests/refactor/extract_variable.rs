//! Giving a value a name, where it is evaluated as before.

use expect_test::{Expect, expect};

use crate::Refactor;

#[track_caller]
fn check(fixture: &str, expected: Expect) {
    super::check(&Refactor::ExtractVariable { name: None }, fixture, expected);
}

#[test]
fn a_value_gets_a_name_in_rust() {
    check(
        "fn f(a: u8) -> u8 {\n    g(a, $0h(a)$0 + 1)\n}",
        expect![[r#"
        //- /main.rs
        fn f(a: u8) -> u8 {
            let value = h(a);
            g(a, value + 1)
        }"#]],
    );
}

#[test]
fn a_value_gets_a_name_in_python() {
    check(
        "//- /a.py\ndef f(a):\n    if a:\n        return g(a, $0a.get_total()$0 + 1)\n",
        expect![[r#"
        //- /a.py
        def f(a):
            if a:
                total = a.get_total()
                return g(a, total + 1)"#]],
    );
}

#[test]
fn a_value_gets_a_name_in_typescript() {
    check(
        "//- /a.ts\nfunction f(a: A) {\n  return a.x + $0g(a.y)$0;\n}\n",
        expect!["refused: `a.x` is evaluated before it, and that may matter"],
    );
}

#[test]
fn a_value_gets_a_name_in_javascript() {
    check(
        "//- /a.js\nfunction f(a) {\n\treturn [$0a.x.y$0, 1];\n}\n",
        expect![[r#"
        //- /a.js
        function f(a) {
        	const value = a.x.y;
        	return [value, 1];
        }"#]],
    );
}

#[test]
fn a_value_gets_a_name_in_go() {
    check(
        "//- /a.go\npackage a\n\nfunc f(a int) int {\n\treturn a + $0g(a)$0\n}\n",
        expect![[r#"
        //- /a.go
        package a

        func f(a int) int {
        	value := g(a)
        	return a + value
        }"#]],
    );
}

#[test]
fn a_value_gets_a_name_and_its_type_in_java() {
    check(
        r#"
//- /A.java
class A {
    String g(int a) { return ""; }
    void f(int a) {
        h(a, $0g(a)$0);
    }
}
"#,
        expect![[r#"
            //- /A.java
            class A {
                String g(int a) { return ""; }
                void f(int a) {
                    String value = g(a);
                    h(a, value);
                }
            }"#]],
    );
}

#[test]
fn a_comparison_in_java_is_a_boolean() {
    check(
        "//- /A.java\nclass A {\n    void f(int a) {\n        if ($0a < 3$0) { }\n    }\n}\n",
        expect![[r#"
        //- /A.java
        class A {
            void f(int a) {
                boolean value = a < 3;
                if (value) { }
            }
        }"#]],
    );
}

#[test]
fn a_parameter_that_takes_its_type_from_around_is_marked_in_typescript() {
    check(
        "//- /a.ts\nfunction f(a: A) {\n  a.b($0g((c) => c.d)$0);\n}\n",
        expect![[r#"
            //- /a.ts
            function f(a: A) {
              const value = g((c) => c.d);
              a.b(value);
            }
            left /a.ts:2:10 its type may have come from what is around the value"#]],
    );
    check(
        "//- /a.ts\nfunction f(a: A) {\n  a.b($0g((c: C) => c.d)$0);\n}\n",
        expect![[r#"
            //- /a.ts
            function f(a: A) {
              const value = g((c: C) => c.d);
              a.b(value);
            }"#]],
    );
}

#[test]
fn a_type_that_is_written_nowhere_is_not_guessed() {
    check(
        "//- /A.java\nclass A {\n    void f(B b) {\n        h($0b.get()$0);\n    }\n}\n",
        expect!["refused: the type of the value is written nowhere"],
    );
}

#[test]
fn a_value_under_a_condition_stays() {
    check(
        "fn f(a: bool) -> bool {\n    a && $0g(a)$0\n}",
        expect!["refused: it is evaluated under a condition only"],
    );
}

#[test]
fn a_value_of_a_loop_condition_stays() {
    check(
        "//- /a.ts\nfunction f() {\n  while ($0g()$0) {}\n}\n",
        expect!["refused: it is not evaluated exactly once, before all else, at line 2"],
    );
}

#[test]
fn a_value_inside_a_closure_stays() {
    check(
        "//- /a.py\ndef f(a):\n    return map(lambda b: $0b.c$0, a)\n",
        expect!["refused: it is not evaluated exactly once, before all else, at line 2"],
    );
}

#[test]
fn a_call_behind_another_call_stays() {
    check(
        "//- /a.go\npackage a\n\nfunc f() int {\n\treturn g() + $0h()$0\n}\n",
        expect!["refused: `g()` is evaluated before it, and that may matter"],
    );
}

#[test]
fn a_callee_is_no_value() {
    check(
        "//- /a.js\nfunction f(a) {\n  return $0a.b$0(1);\n}\n",
        expect!["refused: it is called, borrowed, assigned or dropped here, not used as a value"],
    );
}

#[test]
fn what_is_assigned_is_no_value() {
    check(
        "//- /a.js\nfunction f(a) {\n  $0a.b$0 = 1;\n}\n",
        expect!["refused: it is called, borrowed, assigned or dropped here, not used as a value"],
    );
}

#[test]
fn a_whole_statement_is_no_value() {
    check(
        "fn f(a: u8) {\n    $0g(a)$0;\n}",
        expect!["refused: it is called, borrowed, assigned or dropped here, not used as a value"],
    );
}

#[test]
fn a_member_of_a_class_is_not_made() {
    check(
        "//- /a.py\nclass A:\n    x = [$0g(1)$0]\n",
        expect!["refused: a variable here would become a member of the type"],
    );
}

#[test]
fn a_borrow_of_a_temporary_is_marked() {
    check(
        "fn f(a: A) {\n    g($0a.name().as_str()$0);\n}",
        expect![[r#"
        //- /main.rs
        fn f(a: A) {
            let str = a.name().as_str();
            g(str);
        }
        left /main.rs:2:7 what is borrowed here may not live as long as the variable"#]],
    );
}

#[test]
fn several_values_have_no_one_name() {
    check(
        "//- /a.go\npackage a\n\nfunc f() (int, error) {\n\treturn $0g()$0\n}\n",
        expect!["refused: select a whole value"],
    );
}

#[test]
fn a_suggested_name_is_free() {
    check(
        "//- /a.py\ndef f(a, total):\n    return g(total, $0a.total$0)\n",
        expect![[r#"
        //- /a.py
        def f(a, total):
            value = a.total
            return g(total, value)"#]],
    );
}

#[test]
fn a_given_name_that_is_taken_is_refused() {
    let named = Refactor::ExtractVariable { name: Some("a".to_owned()) };
    super::check(
        &named,
        "//- /a.py\ndef f(a):\n    return g($0a.b$0)\n",
        expect!["refused: `a` means something else here already"],
    );
}

#[test]
fn a_macro_is_not_looked_into() {
    check(
        "fn f(a: u8) {\n    println!(\"{}\", $0g(a)$0);\n}",
        expect!["refused: select a whole value"],
    );
}
