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
