//! Python: packages, relative imports, `__init__`, classes whose scope is not seen by their
//! functions.

use expect_test::expect;

use super::check;

#[test]
fn relative_imports_count_from_the_package() {
    let files =
        "//- /app/shop/__init__.py\n//- /app/shop/pay.py\ndef pay(): ...\n//- /app/__init__.py\n";
    let with = |path: &str, text: &str| format!("{files}//- {path}\n{text}\n");
    check(
        &with("/app/shop/a.py", "from .pay import pay\npay$0()"),
        expect!["/app/shop/pay.py:1 pay, exact: imported by name"],
    );
    check(
        &with("/app/a.py", "from .shop.pay import pay as p\np$0()"),
        expect!["/app/shop/pay.py:1 pay, exact: imported by name"],
    );
    check(
        &with("/app/shop/a.py", "from . import pay\npay.pay$0()"),
        expect!["/app/shop/pay.py:1 pay, exact: member of the named module"],
    );
    check(&with("/app/shop/a.py", "from ..shop import pay$0"), expect!["module /app/shop/pay.py"]);
}

#[test]
fn absolute_imports_begin_at_any_root() {
    check(
        "//- /src/shop/__init__.py\nfrom .pay import pay\n//- /src/shop/pay.py\ndef pay(): ...\n\
         //- /tests/test_pay.py\nimport shop\nshop.pay$0()\n",
        expect!["/src/shop/pay.py:1 pay, exact: imported through another module"],
    );
    check(
        "//- /src/shop/__init__.py\n//- /src/shop/pay.py\ndef pay(): ...\n\
         //- /tests/test_pay.py\nimport shop.pay\nshop.pay.pay$0()\n",
        expect!["/src/shop/pay.py:1 pay, exact: member of the named module"],
    );
}

#[test]
fn star_imports_bring_the_names_of_the_module() {
    check(
        "//- /a.py\nfrom b import *\npay$0()\n//- /b.py\ndef pay(): ...\n",
        expect!["/b.py:1 pay, exact: imported by a glob"],
    );
}

#[test]
fn a_class_scope_is_not_seen_by_its_functions() {
    check(
        "//- /a.py\nx = 1\nclass A:\n    x = 2\n    def f(self):\n        return x$0\n",
        expect!["/a.py:1 x, exact: defined in scope"],
    );
    check(
        "//- /a.py\nx = 1\nclass A:\n    x = 2\n    y = x$0\n",
        expect!["/a.py:3 A::x, exact: defined in scope"],
    );
}

#[test]
fn self_has_the_members_of_the_class_and_of_its_bases() {
    let file = r#"
//- /a.py
from b import Base
class A(Base):
    def __init__(self):
        self.n = 1
    def f(self):
        return NAME
//- /b.py
class Base:
    def pay(self): ...
"#;
    check(
        &file.replace("NAME", "self.n$0"),
        expect!["/a.py:4 A::n, exact: member of the enclosing type"],
    );
    check(
        &file.replace("NAME", "self.pay$0()"),
        expect!["/b.py:2 Base::pay, exact: member of the enclosing type"],
    );
}

#[test]
fn receivers_have_their_annotated_or_constructed_type() {
    let file = r#"
//- /a.py
class Cart:
    def total(self): ...
class Other:
    def total(self): ...
"#;
    let with = |line: &str| format!("{file}{line}\n");
    check(
        &with("def f(c: Cart):\n    c.total$0()"),
        expect!["/a.py:2 Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("c = Cart()\nc.total$0()"),
        expect!["/a.py:2 Cart::total, inferred: member of the receiver's type"],
    );
    check(&with("def f(c):\n    c.total$0()"), expect!["unresolved"]);
}

#[test]
fn assignments_bind_one_variable() {
    check(
        "//- /a.py\ndef f():\n    a = 1\n    a = 2\n    return a$0\n",
        expect!["/a.py:2 f::a, exact: local in scope"],
    );
}

#[test]
fn comprehensions_have_a_scope_of_their_own() {
    check(
        "//- /a.py\ndef f(x, xs):\n    return [x$0 for x in xs]\n",
        expect!["/a.py:2 f::x, exact: local in scope"],
    );
}
