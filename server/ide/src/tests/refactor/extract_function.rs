//! Making a function of statements or a value, where nothing leaves it half way.

use expect_test::{Expect, expect};

use crate::Refactor;

#[track_caller]
fn check(fixture: &str, expected: Expect) {
    super::check(&Refactor::ExtractFunction { name: None }, fixture, expected);
}

#[test]
fn statements_become_a_function_in_python() {
    check(
        r#"
//- /a.py
def f(a, b):
    $0c = a + 1
    d = c * b$0
    return d
"#,
        expect![[r#"
            //- /a.py
            def f(a, b):
                d = extracted(a, b)
                return d

            def extracted(a, b):
                c = a + 1
                d = c * b
                return d"#]],
    );
}

#[test]
fn statements_become_a_method_in_python() {
    check(
        r#"
//- /a.py
class A:
    def f(self, a):
        if a:
            $0self.g(a)
            for b in a:
                if b:
                    break$0
"#,
        expect![[r#"
            //- /a.py
            class A:
                def f(self, a):
                    if a:
                        self.extracted(a)

                def extracted(self, a):
                    self.g(a)
                    for b in a:
                        if b:
                            break"#]],
    );
}

#[test]
fn statements_become_a_function_in_rust() {
    check(
        r#"
fn f(a: &str, b: u8) {
    $0g(a);
    h(b);$0
    g(a);
}
"#,
        expect![[r#"
            //- /main.rs
            fn f(a: &str, b: u8) {
                extracted(a, b);
                g(a);
            }

            fn extracted(a: &str, b: u8) {
                g(a);
                h(b);
            }"#]],
    );
}

#[test]
fn statements_become_a_method_in_rust() {
    check(
        r#"
impl A {
    fn f(&self, b: u8) {
        $0self.g(b);$0
    }
}
"#,
        expect![[r#"
            //- /main.rs
            impl A {
                fn f(&self, b: u8) {
                    self.extracted(b);
                }

                fn extracted(&self, b: u8) {
                    self.g(b);
                }
            }"#]],
    );
}

#[test]
fn statements_become_a_function_in_typescript() {
    check(
        r#"
//- /a.ts
export function f(a: number, b: string[]) {
  $0const c = g(a, b);
  h(c);$0
  return c;
}
"#,
        expect![[r#"
            //- /a.ts
            export function f(a: number, b: string[]) {
              const c = extracted(a, b);
              return c;
            }

            function extracted(a: number, b: string[]) {
              const c = g(a, b);
              h(c);
              return c;
            }"#]],
    );
}

#[test]
fn statements_become_a_method_in_javascript() {
    check(
        r#"
//- /a.js
class A {
  f(a) {
    $0this.g(a);$0
  }
}
"#,
        expect![[r#"
            //- /a.js
            class A {
              f(a) {
                this.extracted(a);
              }

              extracted(a) {
                this.g(a);
              }
            }"#]],
    );
}

#[test]
fn statements_become_a_function_in_go() {
    check(
        "//- /a.go\npackage a\n\nfunc (r *R) f(a int) {\n\t$0r.g(a)\n\th()$0\n}\n",
        expect![[r#"
        //- /a.go
        package a

        func (r *R) f(a int) {
        	extracted(r, a)
        }

        func extracted(r *R, a int) {
        	r.g(a)
        	h()
        }"#]],
    );
}

#[test]
fn statements_become_a_method_in_java() {
    check(
        r#"
//- /A.java
class A {
    static void f(int a, String b) throws E {
        $0String c = g(a, b);
        h(c);$0
        k(c);
    }
}
"#,
        expect![[r#"
            //- /A.java
            class A {
                static void f(int a, String b) throws E {
                    String c = extracted(a, b);
                    k(c);
                }

                private static String extracted(int a, String b) throws E {
                    String c = g(a, b);
                    h(c);
                    return c;
                }
            }"#]],
    );
}

#[test]
fn a_value_becomes_a_function_in_python() {
    check(
        "//- /a.py\ndef f(a):\n    return g($0a.b * 2$0)\n",
        expect![[r#"
        //- /a.py
        def f(a):
            return g(extracted(a))

        def extracted(a):
            return a.b * 2"#]],
    );
}

#[test]
fn a_comparison_becomes_a_function_in_rust() {
    check(
        "fn f(a: u8) -> u8 {\n    g($0a < 3$0)\n}\n",
        expect![[r#"
        //- /main.rs
        fn f(a: u8) -> u8 {
            g(extracted(a))
        }

        fn extracted(a: u8) -> bool {
            a < 3
        }"#]],
    );
}

#[test]
fn a_type_that_a_test_may_have_narrowed_is_marked_in_typescript() {
    check(
        r#"
//- /a.ts
function f(a: string | undefined, b?: number) {
    if (a && b) {
        $0console.log(a.trim());
        console.log(b.toFixed());$0
    }
}
"#,
        expect![[r#"
            //- /a.ts
            function f(a: string | undefined, b?: number) {
                if (a && b) {
                    extracted(a, b);
                }
            }

            function extracted(a: string | undefined, b: number) {
                console.log(a.trim());
                console.log(b.toFixed());
            }
            left /a.ts:3:21 more may be known of its type here than what is written
            left /a.ts:4:21 more may be known of its type here than what is written"#]],
    );
}

#[test]
fn a_type_that_only_the_class_knows_is_refused_in_typescript() {
    check(
        r#"
//- /a.ts
class All<T> {
    add(a: Set<T>, b: T) {
        $0a.add(b);
        console.log(a.size);$0
    }
}
"#,
        expect!["refused: the type `T` is not known where the function goes"],
    );
}

#[test]
fn an_early_return_is_refused() {
    check(
        "//- /a.py\ndef f(a):\n    $0if a:\n        return 1$0\n    return 2\n",
        expect!["refused: line 3 leaves it half way"],
    );
}

#[test]
fn a_break_of_an_outer_loop_is_refused() {
    check(
        "//- /a.js\nfunction f(a) {\n  for (;;) {\n    $0if (a) break;$0\n  }\n}\n",
        expect!["refused: line 3 leaves it half way"],
    );
}

#[test]
fn a_question_mark_is_refused() {
    check(
        "fn f(a: &str) -> R {\n    $0g(a)?;$0\n    Ok(())\n}\n",
        expect!["refused: line 2 leaves it half way"],
    );
}

#[test]
fn a_captured_mutation_is_refused() {
    check(
        "//- /a.py\ndef f(a):\n    b = 0\n    $0b = b + a$0\n    return b\n",
        expect!["refused: `b` is from outside and is given another value"],
    );
}

#[test]
fn a_mutable_variable_is_refused() {
    check(
        "fn f() {\n    let mut a: u8 = 0;\n    $0g(&mut a);$0\n    g(a);\n}\n",
        expect!["refused: `a` is from outside and is given another value"],
    );
}

#[test]
fn a_value_that_would_be_given_away_is_refused() {
    check(
        "fn f(a: String) {\n    $0g(&a);$0\n    h(a);\n}\n",
        expect!["refused: `a` would be given away"],
    );
}

#[test]
fn a_type_that_is_not_written_is_refused() {
    check(
        "fn f() {\n    let a = g();\n    $0h(a);$0\n}\n",
        expect!["refused: the type of `a` is not written"],
    );
}

#[test]
fn two_results_are_refused() {
    check(
        "//- /a.py\ndef f():\n    $0a = 1\n    b = 2$0\n    return a + b\n",
        expect!["refused: more than one variable that is declared inside is used behind"],
    );
}

#[test]
fn a_macro_is_refused() {
    check(
        "fn f(a: u8) {\n    $0println!(\"{}\", a);$0\n}\n",
        expect!["refused: what the macro at line 2 expands to is not known"],
    );
}

#[test]
fn what_is_caught_around_is_refused() {
    check(
        r#"
//- /A.java
class A {
    void f() {
        try {
            $0g();$0
        } catch (E e) {}
    }
}
"#,
        expect!["refused: it stands inside the statement at line 3, which catches what it throws"],
    );
}

#[test]
fn type_parameters_are_refused() {
    check(
        "fn f<T>(a: &T) {\n    $0g(a);$0\n}\n",
        expect!["refused: the function has type parameters"],
    );
}

#[test]
fn half_a_statement_is_no_block() {
    check(
        "fn f(a: u8) {\n    g($0a);\n    h$0(a);\n}\n",
        expect!["refused: select whole statements of one block, or a whole value"],
    );
}

#[test]
fn a_block_that_implements_an_interface_takes_no_other_function() {
    check(
        r#"
trait T { fn f(&self); }
struct A;
impl T for A {
    fn f(&self) {
        $0self.g();$0
    }
}
"#,
        expect!["refused: its type says which functions it has: no other one fits in"],
    );
}

#[test]
fn what_a_block_gives_is_not_lost_in_rust() {
    check(
        "fn f(a: u8) -> u8 {\n    $0match a { 1 => b(), _ => c() }$0\n}",
        expect!["refused: what the block gives would be lost: select less, or a value"],
    );
    check(
        "fn f(a: u8) -> u8 {\n    b();\n    $0if a { 1 } else { 2 }$0\n}",
        expect!["refused: what the block gives would be lost: select less, or a value"],
    );
    check(
        "fn f(&self) -> &'static [u8] {\n    $0&[1]$0\n}",
        expect!["refused: what the block gives would be lost: select less, or a value"],
    );
    check(
        "fn f(a: u8) {\n    $0match a {\n        1 => b(),\n        _ => c(),\n    }$0\n}\n\n\
         fn b() {}\n\nfn c() {}",
        expect![[r#"
            //- /main.rs
            fn f(a: u8) {
                extracted(a);
            }

            fn extracted(a: u8) {
                match a {
                    1 => b(),
                    _ => c(),
                }
            }

            fn b() {}

            fn c() {}"#]],
    );
}

#[test]
fn an_import_of_the_function_stays_with_what_it_is_for() {
    check(
        "fn f() {\n    use std::fs::remove;\n    a();\n    $0remove(1);$0\n}",
        expect!["refused: the import at line 2 is known in this function only"],
    );
    check(
        "fn f() {\n    $0use std::fs::remove;$0\n    remove(1);\n}",
        expect!["refused: the import at line 2 would be known in there only"],
    );
}

#[test]
fn what_a_compiler_sees_of_a_throw_and_of_an_array_is_not_lost_in_java() {
    let file = |body: &str| {
        format!("//- /A.java\nclass A {{\n    int f(byte b[]) {{\n        {body}\n    }}\n}}")
    };
    check(
        &file("g();\n        $0throw new E();$0"),
        expect!["refused: nothing behind it is reached: the compiler would not see that any more"],
    );
    check(
        &file("$0g(b);$0\n        return 1;"),
        expect!["refused: the type of `b` is not written"],
    );
}
