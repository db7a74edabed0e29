//! PHP: namespaces, `use`, classes, traits, receivers.

use expect_test::expect;

use super::check;

#[test]
fn namespaces_are_imported_by_use() {
    let files = "//- /src/Cart.php\n<?php\nnamespace Shop\\Pay;\nclass Cart { public function \
        total() {} public static function make(): self { return new self; } const N = 1; \
        }\nfunction sum() {}\n";
    let with = |text: &str| format!("{files}//- /src/b.php\n<?php\n{text}\n");
    check(
        &with("use Shop\\Pay\\Cart;\n$c = new Cart$0();"),
        expect!["/src/Cart.php:3 Cart, exact: imported by name"],
    );
    check(
        &with("use Shop\\Pay\\Cart as C;\n$c = new C$0();"),
        expect!["/src/Cart.php:3 Cart, exact: imported by name"],
    );
    check(
        &with("use Shop\\Pay\\{Cart, Other};\n$c = new Cart$0();"),
        expect!["/src/Cart.php:3 Cart, exact: imported by name"],
    );
    check(
        &with("$c = new \\Shop\\Pay\\Cart$0();"),
        expect!["/src/Cart.php:3 Cart, exact: defined in the same package"],
    );
    check(
        &with("namespace Shop\\Pay;\n$c = new Cart$0();"),
        expect!["/src/Cart.php:3 Cart, exact: defined in the same package"],
    );
    check(
        &with("use function Shop\\Pay\\sum;\nsum$0();"),
        expect!["/src/Cart.php:4 sum, exact: imported by name"],
    );
    check(
        &with("use Shop\\Pay\\Cart;\nCart::make$0();"),
        expect!["/src/Cart.php:3 Cart::make, exact: member of the named type"],
    );
    check(
        &with("use Shop\\Pay\\Cart;\nCart::N$0;"),
        expect!["/src/Cart.php:3 Cart::N, exact: member of the named type"],
    );
    check(
        &with("use Shop\\Pay\\Cart;\n(new Cart())->total$0();"),
        expect!["/src/Cart.php:3 Cart::total, inferred: member of what the call returns"],
    );
    check(
        &with("use Shop\\Pay\\Cart;\nfunction f(Cart $c) { $c->total$0(); }"),
        expect!["/src/Cart.php:3 Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("use Shop\\Pay;\n$c = new Pay\\Cart$0();"),
        expect!["/src/Cart.php:3 Cart, exact: defined in the same package"],
    );
}

#[test]
fn members_are_those_of_the_class_its_bases_and_traits() {
    let files = "//- /a.php\n<?php\ntrait T { function t() {} }\nclass B { public function go() \
        {} }\nclass P { protected B $p; function q() {} }\n";
    let with = |text: &str| format!("{files}{text}\n");
    check(
        &with("class A extends P { function f() { $this->q$0(); } }"),
        expect!["/a.php:4 P::q, exact: member of the enclosing type"],
    );
    check(
        &with("class A extends P { function f() { parent::q$0(); } }"),
        expect!["/a.php:4 P::q, exact: member of a base type"],
    );
    check(
        &with("class A extends P { function f() { $this->p->go$0(); } }"),
        expect!["/a.php:3 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("class A { use T; function f() { $this->t$0(); } }"),
        expect!["/a.php:2 T::t, exact: member of the enclosing type"],
    );
    check(
        &with("class A { private B $b; function f() { $this->b->go$0(); } }"),
        expect!["/a.php:3 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with(
            "class A { function __construct(private B $b) {} function f() { $this->b->go$0(); } }",
        ),
        expect!["/a.php:3 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("class A { static function g() {} function f() { self::g$0(); static::g(); } }"),
        expect!["/a.php:5 A::g, exact: member of the named type"],
    );
    check(
        &with("function f() { $b = new B(); $b->go$0(); }"),
        expect!["/a.php:3 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function g(): B {} function f() { g()->go$0(); }"),
        expect!["/a.php:3 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("function f(?B $b) { $b?->go$0(); }"),
        expect!["/a.php:3 B::go, inferred: member of the receiver's type"],
    );
}
