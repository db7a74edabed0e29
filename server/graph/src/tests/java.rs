//! Java: packages by clause, inherited members, overloads.

use expect_test::expect;

use super::{check, resolved};

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
fn overloads_are_told_apart_by_what_they_are_given() {
    let files = "//- /B.java\npackage p;\nclass Base { void put(long n) {} }\n\
                 class Leaf extends Base {}\n\
                 //- /A.java\npackage p;\nclass A<T> extends Base {\n\
                 void put(byte[] b) {}\nvoid put(char[] c) {}\nvoid put(String s) {}\n\
                 void put(Object o) {}\nvoid put(int n) {}\nvoid put(Base b) {}\n\
                 void put(String s, int... n) {}\nvoid put(Integer a, Object b) {}\n\
                 byte[] bytes() { return null; }\nchar[] chars; byte one; T any;\n";
    let call = |given: &str| {
        format!(
            "{files}void g(String s, byte[][] all, Leaf leaf, java.io.File f) {{ {given} }} }}\n"
        )
    };
    for (given, line) in [
        ("put$0(\"a\");", 5),
        ("put$0((Object) \"a\");", 6),
        ("put$0(1);", 7),
        ("put$0('a');", 7),
        ("put$0(one);", 7),
        ("put$0(new byte[3]);", 3),
        ("put$0(bytes());", 3),
        ("put$0(this.chars);", 4),
        ("put$0(all[0]);", 3),
        ("put$0(s);", 5),
        ("put$0(s.getBytes());", 3),
        ("put$0(leaf);", 8),
        ("put$0(new Leaf());", 8),
        ("put$0(this);", 8),
        ("put$0(f);", 6),
        ("put$0(1.5);", 6),
        ("put$0(s, 1, 2, 3);", 9),
        ("put$0(1, s);", 10),
        ("int n = bytes().length; put$0(n);", 7),
        ("put$0(bytes().length);", 7),
    ] {
        let expected = format!("/A.java:{line} A::put, exact: defined in scope");
        assert_eq!(resolved(&call(given)), expected, "{given}");
    }
}

#[test]
fn an_overload_may_be_inherited() {
    check(
        "//- /A.java\nclass Base { void put(long n) {}\n void put(String s) {} }\n\
          class A extends Base { void put(String s) {}\n void g() { put$0(1); } }\n",
        expect!["/A.java:1 Base::put, exact: member of a base type"],
    );
}

#[test]
fn of_overloads_that_fit_alike_none_is_a_fact() {
    check(
        "//- /A.java\nimport x.Lib;\nclass A { void put(String s) {}\n void put(byte[] b) {}\n\
          void g() { put$0(Lib.make()); } }\n",
        expect![[r#"
            /A.java:2 A::put, inferred: defined in scope
            /A.java:3 A::put, inferred: defined in scope"#]],
    );
}

#[test]
fn a_constructor_is_told_by_what_it_is_given() {
    let files =
        "//- /A.java\nclass A { A(String s) {}\n A(byte[] b) {}\n A(int n) { this(\"\"); } }\n";
    let with = |text: &str| format!("{files}//- /B.java\nclass B {{ {text} }}\n");
    let (graph, file, offset) = crate::fixture::graph_at(&with("Object o = new A$0(new byte[1]);"));
    let facts = graph.facts(file).unwrap();
    let reference = facts.reference_at(offset).unwrap();
    let class = graph.resolve(file, reference).targets()[0].symbol_ref();
    let made = graph.constructors_called(file, reference, class);
    let made: Vec<_> = made.iter().map(|it| crate::fixture::render_symbol(&graph, *it)).collect();
    expect!["/A.java:2 A::A"].assert_eq(&made.join("\n"));
}

#[test]
fn members_of_one_value_of_an_array_are_found() {
    let files = "//- /A.java\nclass B { void go() {} B[] kin; }\n";
    let with =
        |text: &str| format!("{files}class A {{ B[] all; void f(B... more) {{ {text} }} }}\n");
    for text in ["all[0].go$0();", "more[0].go$0();"] {
        check(&with(text), expect!["/A.java:1 B::go, inferred: member of an element's type"]);
    }
    check(
        &with("for (var b : all) b.go$0();"),
        expect!["/A.java:1 B::go, inferred: member of the receiver's type"],
    );
    check(&with("all.go$0();"), expect!["external"]);
}

#[test]
fn a_call_means_no_variable() {
    check(
        "//- /A.java\nclass A { int f(int a) { return a; }\n\
          int g() { int f = 1; return f$0(f); } }\n",
        expect!["/A.java:1 A::f, exact: defined in scope"],
    );
}

#[test]
fn imports_name_types_nested_types_and_members() {
    let files = "//- /p/A.java\npackage p;\npublic class A { public static class N { public \
        void go() {} }\n\
        public static void make() {} public static final int X = 1; public enum E { ONE } }\n";
    let with = |text: &str| format!("{files}//- /q/B.java\npackage q;\n{text}\n");
    check(
        &with("import p.A;\nclass B { A$0 a; }"),
        expect!["/p/A.java:2 A, exact: imported by name"],
    );
    check(
        &with("import p.*;\nclass B { A$0 a; }"),
        expect!["/p/A.java:2 A, exact: imported by a glob"],
    );
    check(
        &with("import p.A.N;\nclass B { N$0 n; }"),
        expect!["/p/A.java:2 A::N, exact: imported by name"],
    );
    check(
        &with("import p.A;\nclass B { A.N$0 n; }"),
        expect!["/p/A.java:2 A::N, exact: member of the named type"],
    );
    check(
        &with("import static p.A.make;\nclass B { void f() { make$0(); } }"),
        expect!["/p/A.java:3 A::make, exact: imported by name"],
    );
    check(
        &with("import static p.A.*;\nclass B { int f() { return X$0; } }"),
        expect!["/p/A.java:3 A::X, exact: imported by a glob"],
    );
    check(
        &with("import p.A;\nclass B { Object f() { return A.E.ONE$0; } }"),
        expect!["/p/A.java:3 A::E::ONE, exact: member of the named type"],
    );
    check(
        &with("class B { p.A$0 a; }"),
        expect!["/p/A.java:2 A, exact: defined in the same package"],
    );
    check(
        &with("import static p.A.E.ONE;\nclass B { Object f() { return ONE$0; } }"),
        expect!["/p/A.java:3 A::E::ONE, exact: imported by name"],
    );
}

#[test]
fn receivers_are_known_by_what_is_written() {
    let files = "//- /A.java\nimport java.util.*;\nclass B { void go() {} static B make() { \
        return new B(); } B me() { return this; } }\n\
        interface I<T> { T get(); void run(T t); }\n\
        class S implements I<B> { public B get() { return null; } public void run(B b) {} }\n\
        class A { B b; List<B> bs; Map<String, B> m; B get() { return b; } \
        <T> T any() { return null; } }\n\
        record R(B b, int n) {}\n";
    let with = |text: &str| format!("{files}class T {{ {text} }}\n");
    check(
        &with("void f(A a) { a.b.go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("void f(A a) { a.get().go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("void f() { new B().go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("void f() { var b = new B(); b.go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("void f() { var b = B.make(); b.me().go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("void f(A a) { for (B b : a.bs) b.go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("void f(A a) { for (var b : a.bs) b.go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("void f(A a) { a.bs.get(0).go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("void f(A a) { a.bs.forEach(b -> b.go$0()); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("void f(Object o) { ((B) o).go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("void f(Object o) { if (o instanceof B b) b.go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("void f(B[] bs) { bs[0].go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of an element's type"],
    );
    check(&with("void f(R r) { r.b().go$0(); }"), expect!["unresolved"]);
    check(
        &with("void f(S s) { s.get().go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("B b; void f() { this.b.go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("B b; void f() { b.go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("void f(Optional<B> b) { b.get().go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("void f() { try (B b = B.make()) { b.go$0(); } }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("class In { void g() { f$0(); } } void f() {}"),
        expect!["/A.java:7 T::f, exact: defined in scope"],
    );
    check(
        &with("void f() { T.this.f$0(); }"),
        expect!["/A.java:7 T::f, inferred: member of what the call returns"],
    );
    check(
        &with("void f() { Runnable r = this::f$0; }"),
        expect!["/A.java:7 T::f, exact: member of the enclosing type"],
    );
    check(
        &with("void f(List<? extends B> bs) { for (var b : bs) b.go$0(); }"),
        expect!["/A.java:2 B::go, inferred: member of the receiver's type"],
    );
}

#[test]
fn a_private_member_is_none_of_the_types_below() {
    let files = "//- /A.java\nclass Base { private void push(int n) {}\n void pull() {} }\n";
    check(
        &format!("{files}class A extends Base {{ void push(Object o) {{ push$0(o.get()); }} }}\n"),
        expect!["/A.java:3 A::push, exact: defined in scope"],
    );
    check(
        &format!("{files}class A extends Base {{ void f() {{ push$0(1); }} }}\n"),
        expect!["external"],
    );
    check(
        &format!("{files}class A extends Base {{ void f() {{ pull$0(); }} }}\n"),
        expect!["/A.java:2 Base::pull, exact: member of the enclosing type"],
    );
}

#[test]
fn a_type_with_a_constructor_goes_by_its_name_inside() {
    check(
        "//- /A.java\nclass A { private A() {}\n static A ONE = new A();\n\
          A f() { return A.ONE$0; } }\n",
        expect!["/A.java:2 A::ONE, exact: member of the named type"],
    );
}
