//! Python: packages, relative imports, `__init__`, classes whose scope is not seen by their
//! functions.

use expect_test::expect;

use super::{check, resolved};

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

#[test]
fn packages_hand_on_what_they_import() {
    let files = r#"
//- /shop/__init__.py
from .cart import Cart as Basket
from .pay import *
from . import util
__all__ = ['Basket', 'pay', 'util']
//- /shop/cart.py
class Cart:
    def total(self): pass
//- /shop/pay.py
__all__ = ['pay']
def pay(): pass
def hidden(): pass
def _private(): pass
//- /shop/util.py
def helper(): pass
"#;
    let with = |text: &str| format!("{files}//- /main.py\n{text}\n");
    check(
        &with("from shop import Basket\nBasket$0()"),
        expect!["/shop/cart.py:1 Cart, exact: imported by name"],
    );
    check(
        &with("from shop import pay\npay$0()"),
        expect!["/shop/pay.py:2 pay, exact: imported by name"],
    );
    check(
        &with("from shop import *\npay$0()"),
        expect!["/shop/pay.py:2 pay, exact: imported by a glob"],
    );
    check(&with("from shop.pay import *\nhidden$0()"), expect!["external"]);
    check(
        &with("import shop\nshop.util.helper$0()"),
        expect!["/shop/util.py:1 helper, exact: member of the named module"],
    );
    check(
        &with("import shop.cart as c\nc.Cart$0()"),
        expect!["/shop/cart.py:1 Cart, exact: member of the named module"],
    );
    check(
        &with("from shop import util as u\nu.helper$0()"),
        expect!["/shop/util.py:1 helper, exact: member of the named module"],
    );
    check(
        &with("def f():\n    from shop.cart import Cart\n    return Cart$0()"),
        expect!["/shop/cart.py:1 Cart, exact: imported by name"],
    );
    check(
        &with(
            "try:\n    from shop.cart import Cart\nexcept ImportError:\n    Cart = None\nCart$0()",
        ),
        expect!["/main.py:4 Cart, exact: defined in scope"],
    );
    check(
        &with("from shop import Basket\nBasket().total$0()"),
        expect!["/shop/cart.py:2 Cart::total, inferred: member of what the call returns"],
    );
}

#[test]
fn receivers_are_known_by_what_is_written() {
    let files = r#"
//- /a.py
from typing import Optional, List
from dataclasses import dataclass
class B:
    def go(self): pass
    @classmethod
    def make(cls): return cls()
@dataclass
class A:
    b: B
    bs: list[B]
    def __init__(self):
        self.c = B()
    @property
    def d(self) -> B: return self.c
    def e(self): return self.c
    def __enter__(self): return self
    def go2(self): pass
    def me(self) -> 'A': return self
"#;
    let with = |text: &str| format!("{files}{text}\n");
    check(
        &with("def f(a: A): a.b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(a: A): a.c.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(a: A): a.d.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(a: A): a.e().go$0()"),
        expect!["/a.py:4 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("def f(a: 'A'): a.b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(a: Optional[A]): a.b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(a: A | None): a.b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(a: A = None): a.b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f():\n    b = B.make()\n    b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f():\n    with A() as a:\n        a.go2$0()"),
        expect!["/a.py:17 A::go2, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(a: A):\n    for b in a.bs:\n        b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(a: A): a.bs[0].go$0()"),
        expect!["/a.py:4 B::go, inferred: member of an element's type"],
    );
    check(
        &with("def f(a: A): return [b.go$0() for b in a.bs]"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(bs: List[B]):\n    for i, b in enumerate(bs):\n        b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def g(): return B()\ndef f(): g().go$0()"),
        expect!["/a.py:4 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("def g() -> B: ...\nx = g()\nx.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("class C(A):\n    def f(self):\n        super().me$0()"),
        expect!["/a.py:18 A::me, exact: member of a base type"],
    );
    check(
        &with("class C(A):\n    def f(self):\n        self.c.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with(
            "class C:\n    @classmethod\n    def f(cls): cls.g$0()\n    @classmethod\n    def \
             g(cls): pass",
        ),
        expect!["/a.py:23 C::g, exact: member of the enclosing type"],
    );
    check(
        &with("class C:\n    b = B()\n    def f(self): self.b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with(
            "class C:\n    def __init__(self, b: B):\n        self.b = b\n    def f(self): \
             self.b.go$0()",
        ),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("class C:\n    def f(self):\n        self.b: B = x\n        self.b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("def f(x):\n    if isinstance(x, B):\n        x.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the type that was asked for"],
    );
    check(
        &with("def f(x):\n    a = A().me().me()\n    a.go2$0()"),
        expect!["/a.py:17 A::go2, inferred: member of the receiver's type"],
    );
    check(
        &with("async def g() -> B: ...\nasync def f():\n    (await g()).go$0()"),
        expect!["/a.py:4 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("def f():\n    b = x or B()\n    b.go$0()"),
        expect!["/a.py:4 B::go, inferred: member of the receiver's type"],
    );
    check(&with("def f(t: type[B]): t.make$0()"), expect!["external"]);
}

#[test]
fn names_of_arguments_are_those_of_parameters() {
    let files = r#"
//- /a.py
from dataclasses import dataclass
def pay(amount, *, tip=0): ...
class Base:
    def __init__(self, size): ...
    def fit(self, width): ...
class Box(Base):
    def put(self, item): ...
@dataclass
class Point:
    x: int
"#;
    let with =
        |text: &str| format!("{files}//- /b.py\nimport a\nfrom a import Box, Point, pay\n{text}\n");
    for (text, expected) in [
        ("pay(tip$0=1)", "/a.py:2 pay::tip, exact: parameter of what is called"),
        ("a.pay(1, amount$0=1)", "/a.py:2 pay::amount, exact: parameter of what is called"),
        ("Box(size$0=1)", "/a.py:4 Base::__init__::size, exact: parameter of what is called"),
        (
            "def f(b: Box): b.fit(width$0=1)",
            "/a.py:5 Base::fit::width, inferred: parameter of what is called",
        ),
        ("Point(x$0=1)", "/a.py:10 Point::x, inferred: field that an argument fills"),
        ("pay(other$0=1)", "unresolved"),
        ("dict(size$0=1)", "external"),
        (
            "class Big(Box):\n    def __init__(self): super().__init__(size$0=1)",
            "/a.py:4 Base::__init__::size, exact: parameter of what is called",
        ),
    ] {
        assert_eq!(resolved(&with(text)), expected, "{text}");
    }
}

#[test]
fn what_a_base_declares_comes_before_what_is_assigned() {
    let files = "//- /a.py\nclass Base:\n    cli: Group\n    @property\n    def debug(self): ...\n\
                 class App(Base):\n    def __init__(self):\n        self.cli = Group()\n        \
                 self.debug = 1\n        self.own = 1\n";
    let with = |name: &str| format!("{files}    def f(self): self.{name}$0\n");
    check(&with("cli"), expect!["/a.py:2 Base::cli, exact: member of the enclosing type"]);
    check(&with("debug"), expect!["/a.py:4 Base::debug, exact: member of the enclosing type"]);
    check(&with("own"), expect!["/a.py:9 App::own, exact: member of the enclosing type"]);
}

#[test]
fn a_folder_of_the_name_is_no_library() {
    let files = "//- /w/tests/ext/typing/one.py\n//- /w/tests/ext/other.py\nimport typing$0\n";
    check(files, expect!["external"]);
    check(
        "//- /w/tests/ext/typing/one.py\n//- /w/shop/a.py\nfrom typing$0 import Any\n",
        expect!["external"],
    );
}
