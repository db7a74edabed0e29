//! Putting what a function gives where it is called.

use expect_test::{Expect, expect};

use crate::Refactor;

#[track_caller]
fn check(fixture: &str, expected: Expect) {
    super::check(&Refactor::InlineFunction, fixture, expected);
}

#[test]
fn every_call_is_inlined_and_the_function_goes_in_python() {
    check(
        r#"
//- /a.py
def _twice$0(a, b):
    """Doc."""
    return a * b


def f(x):
    return _twice(x + 1, 2) + g(_twice(x, x))
"#,
        expect![[r#"
            //- /a.py
            def f(x):
                return ((x + 1) * 2) + g(x * x)"#]],
    );
}

#[test]
fn one_call_is_inlined_in_python() {
    check(
        r#"
//- /a.py
def twice(a):
    return a * 2


def f(x):
    return $0twice(x.y) + twice(x)
"#,
        expect![[r#"
            //- /a.py
            def twice(a):
                return a * 2


            def f(x):
                return (x.y * 2) + twice(x)"#]],
    );
}

#[test]
fn a_test_under_a_not_is_inlined_in_typescript() {
    check(
        r#"
//- /a.ts
function isFree(seat: Seat): boolean {
  return seat.user === null;
}

function f(seat: Seat) {
  if (!isFree$0(seat)) {
    return 1;
  }
}
"#,
        expect![[r#"
            //- /a.ts
            function isFree(seat: Seat): boolean {
              return seat.user === null;
            }

            function f(seat: Seat) {
              if (!(seat.user === null)) {
                return 1;
              }
            }"#]],
    );
}

#[test]
fn an_argument_of_another_type_is_marked_in_typescript() {
    check(
        r#"
//- /a.ts
function twice(a: number) {
  return a * 2;
}

function f(x: Units) {
  return $0twice(x);
}
"#,
        expect![[r#"
            //- /a.ts
            function twice(a: number) {
              return a * 2;
            }

            function f(x: Units) {
              return x * 2;
            }
            left /a.ts:6:10 only a compiler can tell whether this still has its type"#]],
    );
}

#[test]
fn a_shorthand_and_a_statement_are_inlined_in_javascript() {
    check(
        r#"
//- /a.js
function send(kind, body) {
  post('/x', { kind, body: body });
}

function f(x) {
  send$0('a', x);
}
"#,
        expect![[r#"
            //- /a.js
            function send(kind, body) {
              post('/x', { kind, body: body });
            }

            function f(x) {
              post('/x', { kind: 'a', body: x });
            }"#]],
    );
}

#[test]
fn a_method_of_the_same_receiver_is_inlined_in_rust() {
    check(
        r#"
//- /main.rs
struct A { n: u8 }
impl A {
    fn is_big(&self, than: u8) -> bool {
        self.n > than
    }

    fn f(&self, limit: u8) -> bool {
        !self.is_big$0(limit)
    }
}
"#,
        expect![[r#"
            //- /main.rs
            struct A { n: u8 }
            impl A {
                fn is_big(&self, than: u8) -> bool {
                    self.n > than
                }

                fn f(&self, limit: u8) -> bool {
                    !(self.n > limit)
                }
            }"#]],
    );
}

#[test]
fn a_function_is_inlined_in_go() {
    check(
        r#"
//- /a.go
package a

func isOdd(n int) bool {
	return n%2 == 1
}

func f(n int) bool {
	return !isOdd$0(n)
}
"#,
        expect![[r#"
            //- /a.go
            package a

            func isOdd(n int) bool {
            	return n%2 == 1
            }

            func f(n int) bool {
            	return !(n%2 == 1)
            }"#]],
    );
}

#[test]
fn a_private_method_is_inlined_and_goes_in_java() {
    check(
        r#"
//- /A.java
class A {
    private boolean big$0(int n) {
        return n > limit;
    }

    void f(int n) {
        g(big(n), !big(n));
    }
}
"#,
        expect![[r#"
            //- /A.java
            class A {
                void f(int n) {
                    g(n > limit, !(n > limit));
                }
            }"#]],
    );
}

#[test]
fn an_argument_that_does_something_is_evaluated_once() {
    check(
        r#"
//- /a.py
def f(a):
    return a + a


x = f$0(g())
"#,
        expect!["refused: `g()` would be evaluated 2 times instead of once"],
    );
    check(
        r#"
//- /a.py
def f(a):
    return h() + a


x = f$0(g())
"#,
        expect!["refused: of `g()` in its body: `h()` is evaluated before it, and that may matter"],
    );
    check(
        r#"
//- /a.py
def f(a):
    return a + 1


x = f$0(g())
"#,
        expect![[r#"
        //- /a.py
        def f(a):
            return a + 1


        x = g() + 1"#]],
    );
}

#[test]
fn what_is_more_than_one_value_stays() {
    check(
        r#"
//- /a.py
def f$0(a):
    b = a
    return b


x = f(1)
"#,
        expect!["refused: its body is more than one value or one call"],
    );
    check(
        r#"
//- /a.py
async def f$0(a):
    return a


x = f(1)
"#,
        expect!["refused: it is `async`: calling it does more than its body says"],
    );
    check(
        r#"
//- /a.py
@cached
def f$0(a):
    return a


x = f(1)
"#,
        expect!["refused: `@cached` may make it reachable in another way"],
    );
    check(
        r#"
//- /a.py
def f$0(a=1):
    return a


x = f(1)
"#,
        expect!["refused: its parameter `a=1` is not one name"],
    );
    check(
        r#"
fn f$0(a: u8) -> u8 {
    // why
    a
}
fn g() -> u8 { f(1) }
"#,
        expect!["refused: the comments in it would be lost"],
    );
}

#[test]
fn what_is_not_called_stays() {
    check(
        r#"
//- /a.py
def f$0(a):
    return a


x = map(f, y)
"#,
        expect!["refused: line 5 uses `f` without calling it"],
    );
    check(
        r#"
//- /a.py
def f$0(a):
    return a


x = f(a=1)
"#,
        expect!["refused: the arguments at line 5 are not one for each parameter"],
    );
    check(
        r#"
//- /a.py
def f$0(a):
    return a
//- /b.py
from a import f

x = f(1)
"#,
        expect!["refused: /b.py uses `f`, too"],
    );
}

#[test]
fn a_name_that_would_mean_something_else_refuses() {
    check(
        r#"
//- /a.py
n = 1


def f(a):
    return a + n


def g(n):
    return f$0(n)
"#,
        expect!["refused: `n` at /a.py:5 would mean something else"],
    );
}

#[test]
fn a_method_called_on_another_object_stays() {
    check(
        r#"
//- /a.ts
class A {
  one() {
    return this.n;
  }
  f(other: A) {
    return other.one$0();
  }
}
"#,
        expect!["refused: line 6 calls it on something else"],
    );
}

#[test]
fn an_argument_for_anything_is_marked_in_typescript() {
    check(
        "//- /a.ts\nfunction f(a: any) {\n  return a + 1;\n}\n\n\
         function g(b: any) {\n  return f$0(b);\n}\n",
        expect![[r#"
            //- /a.ts
            function f(a: any) {
              return a + 1;
            }

            function g(b: any) {
              return b + 1;
            }
            left /a.ts:6:10 only a compiler can tell whether this still has its type"#]],
    );
}
