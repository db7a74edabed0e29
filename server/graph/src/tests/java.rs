//! Java: packages by clause, inherited members, overloads.

use expect_test::expect;

use super::check;

#[test]
fn packages_are_named_by_their_clause() {
    let files = "//- /x/Cart.java\npackage org.shop;\npublic class Cart { public static int N; }\n\
                 //- /y/Cart.java\npackage org.other;\npublic class Cart { }\n";
    let with = |text: &str| format!("{files}//- /z/A.java\n{text}\n");
    check(
        &with("package app;\nimport org.shop.Cart;\nclass A { Cart$0 c; }"),
        expect!["/x/Cart.java:2 Cart, exact: imported by name"],
    );
    check(
        &with("package app;\nimport org.shop.*;\nclass A { Cart$0 c; }"),
        expect!["/x/Cart.java:2 Cart, exact: imported by a glob"],
    );
    check(
        &with("package org.other;\nclass A { Cart$0 c; }"),
        expect!["/y/Cart.java:2 Cart, exact: defined in the same package"],
    );
    check(
        &with("package app;\nimport static org.shop.Cart.N;\nclass A { int f() { return N$0; } }"),
        expect!["/x/Cart.java:2 Cart::N, exact: imported by name"],
    );
    check(&with("package app;\nclass A { Cart$0 c; }"), expect!["external"]);
}

#[test]
fn members_are_inherited_and_outer_ones_are_seen() {
    let files = "//- /Base.java\npackage a;\nclass Base { int n; void pay() {} }\n";
    let with = |text: &str| format!("{files}//- /A.java\npackage a;\n{text}\n");
    check(
        &with("class A extends Base { void f() { pay$0(); } }"),
        expect!["/Base.java:2 Base::pay, exact: member of the enclosing type"],
    );
    check(
        &with("class A extends Base { void f() { this.n$0 = 1; } }"),
        expect!["/Base.java:2 Base::n, exact: member of the enclosing type"],
    );
    check(
        &with("class A { int m; class In { int f() { return m$0; } } }"),
        expect!["/A.java:2 A::m, exact: defined in scope"],
    );
}

#[test]
fn overloads_are_told_apart_by_the_number_of_arguments() {
    check(
        r#"
//- /A.java
class A { void f(int a) {}
 void f(int a, int b) {}
 void g() { f$0(1, 2); } }
"#,
        expect!["/A.java:2 A::f, exact: defined in scope"],
    );
}

#[test]
fn a_call_means_no_variable() {
    check(
        "//- /A.java\nclass A { int f(int a) { return a; }\n\
          int g() { int f = 1; return f$0(f); } }\n",
        expect!["/A.java:1 A::f, exact: defined in scope"],
    );
}
