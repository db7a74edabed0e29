//! C#: namespaces, `using`, partial types, receivers.

use expect_test::expect;

use super::check;

#[test]
fn namespaces_are_opened_by_using() {
    let files = "//- /a.cs\nnamespace Shop.Pay;\npublic class Cart { public void Total() {} \
        public static Cart Make() => new Cart(); }\n\
        //- /c.cs\nnamespace Shop { namespace In { public class Deep {} } public static class \
            Ext {} }\n";
    let with = |text: &str| format!("{files}//- /b.cs\n{text}\n");
    check(
        &with("using Shop.Pay;\nclass B { Cart$0 c; }"),
        expect!["/a.cs:2 Cart, exact: imported by a glob"],
    );
    check(
        &with("class B { Shop.Pay.Cart$0 c; }"),
        expect!["/a.cs:2 Cart, exact: defined in the same package"],
    );
    check(
        &with("using C = Shop.Pay.Cart;\nclass B { C$0 c; }"),
        expect!["/a.cs:2 Cart, exact: imported by name"],
    );
    check(
        &with("using static Shop.Pay.Cart;\nclass B { void F() { Make$0(); } }"),
        expect!["/a.cs:2 Cart::Make, exact: imported by a glob"],
    );
    check(
        &with("using Shop.In;\nclass B { Deep$0 d; }"),
        expect!["/c.cs:1 Shop::In::Deep, exact: imported by a glob"],
    );
    check(
        &with("namespace Shop.Pay { class B { Cart$0 c; } }"),
        expect!["/a.cs:2 Cart, exact: defined in the same package"],
    );
    check(
        &with("namespace Shop.Other { class B { Ext$0 c; } }"),
        expect!["/c.cs:1 Shop::Ext, exact: defined in the same package"],
    );
    check(&with("using System;\nclass B { Cart$0 c; }"), expect!["external"]);
}

#[test]
fn receivers_are_known_by_what_is_written() {
    let files = "//- /a.cs\nusing System.Collections.Generic;\nclass B { public void Go() {} \
        public static B Make() { return new B(); } }\n\
        interface I { B Get(); }\nclass Base { protected B inherited; \
        public virtual void V() {} }\n\
        partial class A : Base, I { public B b; public B P { get; set; } \
        public List<B> bs; public B Get() { return b; } }\n\
        //- /a2.cs\npartial class A { public void More() {} public override void V() {} }\n";
    let with = |text: &str| format!("{files}//- /t.cs\nclass T {{ {text} }}\n");
    check(
        &with("void F(A a) { a.b.Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("void F(A a) { a.P.Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("void F(A a) { a.Get().Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of what the call returns"],
    );
    check(
        &with("void F() { var b = new B(); b.Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("void F() { B b = new(); b.Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("void F(A a) { foreach (var b in a.bs) b.Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("void F(A a) { a.More$0(); }"),
        expect!["/a2.cs:1 A::More, inferred: member of the receiver's type"],
    );
    check(
        &with("void F(A a) { a?.b.Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("void F(object o) { ((B)o).Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of what the call returns"],
    );
    check(
        &with("void F(object o) { (o as B).Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of what the call returns"],
    );
    check(
        &with("void F(object o) { if (o is B b) b.Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("B b; void F() { this.b.Go$0(); b.Go(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("void F(A a) { a.inherited.Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("void F() { B.Make().Go$0(); }"),
        expect!["/a.cs:2 B::Go, inferred: member of what the call returns"],
    );
}
