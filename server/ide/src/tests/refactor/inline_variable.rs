//! Putting the value of a variable where it is used.

use expect_test::{Expect, expect};

use crate::Refactor;

#[track_caller]
fn check(fixture: &str, expected: Expect) {
    super::check(&Refactor::InlineVariable, fixture, expected);
}

#[test]
fn a_stable_value_goes_to_every_use_in_rust() {
    check(
        "fn f(a: u8) -> u8 {\n    let b$0 = a + 1;\n\n    g(b, |c| c * b)\n}",
        expect![[r#"
            //- /main.rs
            fn f(a: u8) -> u8 {
                g(a + 1, |c| c * (a + 1))
            }
            left /main.rs:4:18 what the value names may be moved into the closure here"#]],
    );
}

#[test]
fn a_stable_value_goes_to_every_use_in_python() {
    check(
        "//- /a.py\ndef f(a):\n    b = a if a else 1\n    return g(b$0, k=b) * b\n",
        expect![[r#"
        //- /a.py
        def f(a):
            return g(a if a else 1, k=a if a else 1) * (a if a else 1)"#]],
    );
}

#[test]
fn a_call_that_is_used_once_right_behind_is_inlined_in_typescript() {
    check(
        "//- /a.ts\nfunction f(a: A) {\n  const b$0 = g(a);\n  return b.c;\n}\n",
        expect![[r#"
        //- /a.ts
        function f(a: A) {
          return g(a).c;
        }"#]],
    );
}

#[test]
fn a_shorthand_keeps_its_key() {
    check(
        "//- /a.js\nfunction f(a) {\n  const b$0 = a + 1;\n  return { b };\n}\n",
        expect![[r#"
        //- /a.js
        function f(a) {
          return { b: a + 1 };
        }"#]],
    );
}

#[test]
fn a_value_is_inlined_in_go() {
    check(
        "//- /a.go\npackage a\n\nfunc f(a int) int {\n\tb$0 := a + 1\n\treturn b * b\n}\n",
        expect![[r#"
        //- /a.go
        package a

        func f(a int) int {
        	return (a + 1) * (a + 1)
        }"#]],
    );
}

#[test]
fn a_value_of_its_declared_type_is_inlined_in_java() {
    check(
        r#"
//- /A.java
class A {
    void f(int a) {
        boolean b$0 = a < 1;
        g(b, !b);
    }
}
"#,
        expect![[r#"
            //- /A.java
            class A {
                void f(int a) {
                    g(a < 1, !(a < 1));
                }
            }"#]],
    );
}

#[test]
fn a_value_of_another_type_than_declared_stays() {
    check(
        r#"
//- /A.java
class A {
    void f(int a) {
        long b$0 = 1;
        g(b);
    }
}
"#,
        expect!["refused: its type `long` would be lost"],
    );
}

#[test]
fn a_call_is_not_made_twice() {
    check(
        "//- /a.py\ndef f(a):\n    b$0 = g(a)\n    return b + b\n",
        expect!["refused: its value would be evaluated 2 times instead of once"],
    );
}

#[test]
fn a_value_that_may_change_in_between_stays() {
    check(
        "//- /a.js\nfunction f(a) {\n  const b$0 = a.x;\n  a.y();\n  return b;\n}\n",
        expect!["refused: its value may change before it is used"],
    );
}

#[test]
fn a_receiver_is_not_taken_into_a_function_with_one_of_its_own() {
    let fixture = |inner: &str| {
        format!("//- /a.js\nfunction f(a) {{\n  const self$0 = this;\n  a.map({inner});\n}}\n")
    };
    check(
        &fixture("function (b) { return self.c(b); }"),
        expect!["refused: `this` means something else at line 3"],
    );
    check(
        &fixture("(b) => self.c(b)"),
        expect![[r#"
            //- /a.js
            function f(a) {
              a.map((b) => this.c(b));
            }"#]],
    );
}

#[test]
fn a_name_that_is_gone_where_it_would_be_used_is_refused() {
    let fixture = |uses: &str| {
        format!(
            "//- /a.py\ndef f():\n    try:\n        g()\n    except E as e:\n        \
             err$0 = e\n{uses}"
        )
    };
    check(&fixture("    return err\n"), expect!["refused: `e` is gone at line 6, or may be"]);
    check(
        &fixture("        def h():\n            raise err\n        return h\n"),
        expect!["refused: `e` is gone at line 7, or may be"],
    );
    check(
        &fixture("        return err\n"),
        expect![[r#"
            //- /a.py
            def f():
                try:
                    g()
                except E as e:
                    return e"#]],
    );
}

#[test]
fn what_only_a_compiler_knows_of_owners_is_marked_in_rust() {
    let inlined = |body: &str, expected: Expect| {
        check(
            &format!("impl A {{\n    fn f(&mut self, s: S) {{\n        {body}\n    }}\n}}"),
            expected,
        );
    };
    inlined(
        "let a$0 = self.g();\n        self.h(a)",
        expect![[r#"
        //- /main.rs
        impl A {
            fn f(&mut self, s: S) {
                self.h(self.g())
            }
        }
        left /main.rs:4:16 what the value names may be moved or borrowed before it here"#]],
    );
    inlined(
        "let a$0 = s.b();\n        (s, a)",
        expect![[r#"
        //- /main.rs
        impl A {
            fn f(&mut self, s: S) {
                (s, s.b())
            }
        }
        left /main.rs:4:13 what the value names may be moved or borrowed before it here"#]],
    );
    inlined(
        "let a$0 = &s;\n        g(move |b| b + a)",
        expect![[r#"
        //- /main.rs
        impl A {
            fn f(&mut self, s: S) {
                g(move |b| b + (&s))
            }
        }
        left /main.rs:4:24 what the value names may be moved into the closure here"#]],
    );
    inlined(
        "let a$0 = s.b();\n        g(a)",
        expect![[r#"
        //- /main.rs
        impl A {
            fn f(&mut self, s: S) {
                g(s.b())
            }
        }"#]],
    );
}

#[test]
fn a_value_with_statements_of_its_own_stays() {
    check(
        "fn f(a: bool) {\n    let b$0 = if a { 1 } else { return };\n    g(b);\n}",
        expect!["refused: its value is made by statements of its own"],
    );
}

#[test]
fn a_captured_mutation_is_refused() {
    check(
        "//- /a.js\nfunction f(a) {\n  let b$0 = 1;\n  return () => { b = 2; return b; };\n}\n",
        expect!["refused: `b` is given another value, or may be"],
    );
}

#[test]
fn a_value_whose_names_are_shadowed_at_the_use_is_refused() {
    check(
        "fn f(a: u8) -> u8 {\n    let b$0 = a + 1;\n    let a = 3;\n    a + b\n}",
        expect!["refused: `a` at /main.rs:2 would mean something else"],
    );
}

#[test]
fn a_variable_in_a_macro_is_refused() {
    check(
        "fn f(a: u8) {\n    let b$0 = a + 1;\n    println!(\"{}\", b);\n}",
        expect!["refused: line 3 gives `b` to a macro"],
    );
}

#[test]
fn a_variable_in_a_string_is_refused() {
    check(
        "fn f(a: u8) {\n    let b$0 = a + 1;\n    println!(\"{b}\");\n}",
        expect!["refused: line 3 names `b` inside a string"],
    );
}

#[test]
fn a_mutable_variable_is_refused() {
    check(
        "fn f(a: u8) {\n    let mut b$0 = a;\n    g(&mut b);\n}",
        expect!["refused: `b` is given another value, or may be"],
    );
}

#[test]
fn a_written_type_is_not_lost() {
    check(
        "fn f(a: A) {\n    let b$0: Vec<u8> = a.collect();\n    g(b);\n}",
        expect!["refused: its type `Vec<u8>` would be lost"],
    );
}

#[test]
fn one_of_several_names_is_refused() {
    check(
        "//- /a.ts\nfunction f() {\n  const a$0 = 1, b = 2;\n  return a + b;\n}\n",
        expect!["refused: its declaration does more than give it one value"],
    );
}

#[test]
fn a_parameter_is_no_variable() {
    check("fn f(a$0: u8) {\n    g(a);\n}", expect!["refused: there is no local variable here"]);
}

#[test]
fn a_use_under_a_condition_keeps_the_call_where_it_is() {
    check(
        "//- /a.py\ndef f(a):\n    b$0 = g(a)\n    return a and b\n",
        expect!["refused: where it is used, it is evaluated under a condition only"],
    );
}
