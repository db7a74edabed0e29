//! Go: packages as folders, the module's path, methods away from their type, embedding.

use expect_test::expect;

use super::check;

#[test]
fn files_of_a_folder_share_their_names() {
    check(
        r#"
//- /shop/a.go
package shop
func f() { pay$0() }
//- /shop/b.go
package shop
func pay() {}
//- /other/c.go
package other
func pay() {}
"#,
        expect!["/shop/b.go:2 pay, exact: defined in the same package"],
    );
}

#[test]
fn imports_are_paths_below_the_module() {
    let files = "//- /go.mod\nmodule example.org/app\n//- /shop/b.go\npackage shop\nfunc Pay() {}\n\
                 //- /shop/b_test.go\npackage shop_test\nfunc Pay() {}\n";
    let with = |text: &str| format!("{files}//- /main.go\npackage main\n{text}\n");
    check(
        &with("import \"example.org/app/shop\"\nfunc f() { shop.Pay$0() }"),
        expect!["/shop/b.go:2 Pay, exact: member of the named package"],
    );
    check(
        &with("import s \"example.org/app/shop\"\nfunc f() { s.Pay$0() }"),
        expect!["/shop/b.go:2 Pay, exact: member of the named package"],
    );
    check(
        &with("import \"example.org/other/shop\"\nfunc f() { shop.Pay$0() }"),
        expect!["external"],
    );
}

#[test]
fn methods_belong_to_their_receiver() {
    let files = r#"
//- /a.go
package a
type Cart struct { n int }
func (c *Cart) Total() int { return c.n }
type Other struct{}
func (o Other) Total() {}
"#;
    let with = |text: &str| format!("{files}//- /b.go\npackage a\n{text}\n");
    check(
        &with("func f(c *Cart) { c.Total$0() }"),
        expect!["/a.go:3 Cart::Total, inferred: member of the receiver's type"],
    );
    check(
        &with("func f() { c := &Cart{}; c.Total$0() }"),
        expect!["/a.go:3 Cart::Total, inferred: member of the receiver's type"],
    );
    check(&with("func f() { Total$0() }"), expect!["external"]);
    check(
        &files.replace("return c.n", "return c.n$0"),
        expect!["/a.go:2 Cart::n, inferred: member of the receiver's type"],
    );
}

#[test]
fn an_embedded_type_gives_its_methods() {
    check(
        r#"
//- /a.go
package a
type Base struct{}
func (b Base) Pay() {}
type Cart struct { Base }
func f(c Cart) { c.Pay$0() }
"#,
        expect!["/a.go:3 Base::Pay, inferred: member of the receiver's type"],
    );
}

#[test]
fn an_embedded_type_is_a_member_under_its_own_name() {
    check(
        "//- /a.go\npackage a\ntype Base struct{}\ntype Cart struct { Base }\n\
         func f(c Cart) { c.Base$0 }\n",
        expect!["/a.go:2 Base, inferred: member of the receiver's type"],
    );
}

#[test]
fn receivers_are_known_by_what_is_written() {
    let files = "//- /go.mod\nmodule example.org/app\n//- /b/b.go\npackage b\ntype B struct { N \
        int }\n\
        func New() *B { return &B{} }\nfunc Try() (*B, error) { return nil, nil }\n\
        func (b *B) Go() {}\nfunc (b *B) Me() *B { return b }\n\
        type I interface { Go() }\ntype Fn func() *B\n\
        //- /a.go\npackage main\nimport \"example.org/app/b\"\n\
        type A struct { b *b.B; bs []*b.B; m map[string]*b.B; i b.I }\nfunc (a *A) get() *b.B { \
            return a.b }\n";
    let with = |text: &str| format!("{files}{text}\n");
    check(
        &with("func f() { x := b.New(); x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f() { x, err := b.Try(); x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(a *A) { a.b.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(a A) { a.get().Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of what the call returns"],
    );
    check(
        &with("func f(a A) { a.get().Me().Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of what the call returns"],
    );
    check(
        &with("func f(a A) { for _, x := range a.bs { x.Go$0() } }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(a A) { a.bs[0].Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(a A) { a.m[\"x\"].Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(a A) { x, ok := a.m[\"x\"]; x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(a A) { a.i.Go$0() }"),
        expect!["/b/b.go:7 I::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f() { x := b.B{}; x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f() { x := new(b.B); x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f() { var x b.B; x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(y any) { x := y.(*b.B); x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(y any) { switch x := y.(type) { case *b.B: x.Go$0() } }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the type that was asked for"],
    );
    check(
        &with("func f() { xs := []*b.B{}; for _, x := range xs { x.Go$0() } }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(&with("func f(fn b.Fn) { fn().Go$0() }"), expect!["unresolved"]);
    check(
        &with("func f(xs ...*b.B) { xs[0].Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f(c chan *b.B) { x := <-c; x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("var x = b.New()\nfunc f() { x.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("type E struct { *b.B }\nfunc f(e E) { e.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("type E struct { *b.B }\nfunc f(e E) { e.B.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the named type"],
    );
    check(
        &with("func f() { x := &A{b: nil}; x.b.Go$0() }"),
        expect!["/b/b.go:5 B::Go, inferred: member of the receiver's type"],
    );
    check(
        &with("func f() { x := A{b$0: nil} }"),
        expect!["/a.go:3 A::b, exact: member of the named type"],
    );
    check(&with("func f() { g := func() *b.B { return nil }; g().Go$0() }"), expect!["unresolved"]);
    check(
        &with("import . \"example.org/app/b\"\nfunc f() { New$0() }"),
        expect!["/b/b.go:3 New, exact: imported by a glob"],
    );
}
