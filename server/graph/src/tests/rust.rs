//! Rust: scopes, the module tree, crates, implementations, macros.

use expect_test::expect;

use super::check;

#[test]
fn a_later_binding_shadows_the_first() {
    check(
        r#"
fn f(a: u8) {
    let a = a;
    let a = { let b = a; b };
    use_it(a$0);
}
"#,
        expect!["/main.rs:3 f::a, exact: local in scope"],
    );
}

#[test]
fn a_binding_is_not_known_in_its_own_value() {
    check("fn f(a: u8) {\n let a = a$0; }", expect!["/main.rs:1 f::a, exact: local in scope"]);
}

#[test]
fn a_closure_sees_what_is_around_it_and_its_parameters_hide_it() {
    check(
        "fn f(a: u8) {\n let g = |b: u8| a$0 + b; }",
        expect!["/main.rs:1 f::a, exact: local in scope"],
    );
    check(
        "fn f(a: u8) {\n let g = |a: u8| a$0; }",
        expect!["/main.rs:2 f::a, exact: local in scope"],
    );
}

#[test]
fn a_pattern_binds_for_its_arm() {
    check(
        "enum E { A(u8), B }\nfn f(e: E, x: u8) { match e {\n E::A(x) => x$0,\n E::B => x }; }",
        expect!["/main.rs:3 f::x, exact: local in scope"],
    );
}

#[test]
fn paths_go_through_files() {
    check(
        r#"
//- /src/lib.rs
mod shop;
fn f() { shop::cart::total$0(); }
//- /src/shop.rs
pub mod cart;
//- /src/shop/cart.rs
pub fn total() {}
//- /src/cart.rs
pub fn total() {}
"#,
        expect!["/src/shop/cart.rs:1 total, exact: member of the named module"],
    );
}

#[test]
fn crate_self_and_super_are_places_in_the_tree() {
    let files = r#"
//- /src/lib.rs
pub fn here() {}
mod a;
//- /src/a/mod.rs
pub fn here() {}
pub mod b;
//- /src/a/b.rs
pub fn here() {}
"#;
    let with = |line: &str| format!("{files}{line}\n");
    check(&with("use crate::here$0;"), expect!["/src/lib.rs:1 here, exact: imported by name"]);
    check(&with("use super::here$0;"), expect!["/src/a/mod.rs:1 here, exact: imported by name"]);
    check(
        &with("fn f() { self::here$0() }"),
        expect!["/src/a/b.rs:1 here, exact: member of the named module"],
    );
    check(
        &with("use super::super::here$0;"),
        expect!["/src/lib.rs:1 here, exact: imported by name"],
    );
}

#[test]
fn a_use_tree_imports_each_of_its_leaves() {
    check(
        r#"
//- /src/main.rs
mod a;
use a::{b::{self, One as Two}, three};
fn f() { Two$0; }
//- /src/a.rs
pub mod b { pub struct One; }
pub fn three() {}
"#,
        expect!["/src/a.rs:1 b::One, exact: imported by name"],
    );
}

#[test]
fn segments_of_a_use_are_modules() {
    check(
        r#"
//- /src/main.rs
mod a;
use crate::a$0::b::One;
//- /src/a.rs
pub mod b { pub struct One; }
"#,
        expect!["module /src/a.rs"],
    );
}

#[test]
fn globs_and_re_exports_are_followed() {
    check(
        r#"
//- /src/main.rs
mod a;
use a::*;
fn f() { One$0; }
//- /src/a.rs
mod b;
pub use b::One;
//- /src/a/b.rs
pub struct One;
"#,
        expect!["/src/a/b.rs:1 One, exact: imported by a glob"],
    );
}

#[test]
fn re_exports_in_a_circle_end() {
    check(
        r#"
//- /src/main.rs
mod a;
mod b;
use a::Nothing$0;
//- /src/a.rs
pub use crate::b::*;
//- /src/b.rs
pub use crate::a::*;
"#,
        expect!["unresolved"],
    );
}

#[test]
fn an_inline_module_does_not_see_what_is_around_it() {
    check("fn helper() {} mod m { fn f() { helper$0(); } }", expect!["external"]);
    check(
        "fn helper() {} mod m { use super::*; fn f() { helper$0(); } }",
        expect!["/main.rs:1 helper, exact: imported by a glob"],
    );
}

#[test]
fn crates_are_known_by_their_manifests() {
    check(
        r#"
//- /shop-core/Cargo.toml
[package]
name = "shop-core"
//- /shop-core/src/lib.rs
pub struct Cart;
//- /app/Cargo.toml
[package]
name = "app"
//- /app/src/main.rs
use shop_core::Cart$0;
"#,
        expect!["/shop-core/src/lib.rs:1 Cart, exact: imported by name"],
    );
    check("use serde::Serialize; fn f<T: Serialize$0>() {}", expect!["external"]);
}

#[test]
fn a_test_file_is_a_crate_that_knows_the_library_by_name() {
    check(
        r#"
//- /Cargo.toml
[package]
name = "shop"
//- /src/lib.rs
pub fn pay() {}
//- /tests/all.rs
mod common;
fn t() { shop::pay$0(); }
//- /tests/common/mod.rs
pub fn pay() {}
"#,
        expect!["/src/lib.rs:1 pay, exact: member of the named module"],
    );
}

#[test]
fn members_are_found_through_the_implementation() {
    let file = r#"
struct Cart { n: u8 }
struct Other;
impl Other { fn new() -> Other { Other } fn total(&self) {} }
impl Cart {
    fn new() -> Self { Cart { n: 0 } }
    fn total(&self) -> u8 { self.n }
    fn twice(&self) { self.total(); Self::new(); }
}
"#;
    let with = |line: &str| format!("{file}{line}");
    check(
        &with("fn f() { Cart::new$0(); }"),
        expect!["/main.rs:5 Cart::new, exact: member of the named type"],
    );
    check(
        &with("fn f(c: &Cart) { c.total$0(); }"),
        expect!["/main.rs:6 Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f() { let c = Cart::new(); c.total$0(); }"),
        expect!["/main.rs:6 Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f() { let c = Cart { n: 1 }; c.n$0; }"),
        expect!["/main.rs:1 Cart::n, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f() { Cart::new().total$0(); }"),
        expect!["/main.rs:6 Cart::total, inferred: member of what the call returns"],
    );
    check(
        &file.replace("self.total()", "self.total$0()"),
        expect!["/main.rs:6 Cart::total, exact: member of the enclosing type"],
    );
    check(
        &file.replace("Self::new()", "Self::new$0()"),
        expect!["/main.rs:5 Cart::new, exact: member of the named type"],
    );
    check(
        &file.replace("self.n ", "self.n$0 "),
        expect!["/main.rs:1 Cart::n, exact: member of the enclosing type"],
    );
}

#[test]
fn a_member_of_an_unknown_receiver_stays_unresolved() {
    check(
        "struct Cart; impl Cart { fn total(&self) {} } fn f() { unknown().total$0(); }",
        expect!["unresolved"],
    );
}

#[test]
fn a_trait_gives_its_methods_to_those_who_implement_it() {
    check(
        r#"
trait Pay { fn pay(&self) {} }
struct Cart; impl Pay for Cart {} fn f(c: Cart) { c.pay$0(); }"#,
        expect!["/main.rs:1 Pay::pay, inferred: member of the receiver's type"],
    );
    check(
        "trait Pay { fn pay(&self); } fn f<T: Pay>(it: T) { it.pay$0(); }",
        expect!["/main.rs:1 Pay::pay, inferred: member of the receiver's type"],
    );
}

#[test]
fn variants_are_members_of_their_enum() {
    check(
        "enum Coin { Cent } fn f() { Coin::Cent$0; }",
        expect!["/main.rs:1 Coin::Cent, exact: member of the named type"],
    );
    check(
        "enum Coin { Cent } use Coin::*; fn f() { Cent$0; }",
        expect!["/main.rs:1 Coin::Cent, exact: imported by a glob"],
    );
}

#[test]
fn macros_have_names_of_their_own() {
    check(
        r#"
//- /src/main.rs
mod a;
fn log() {}
fn f() { log$0!(); }
//- /src/a.rs
macro_rules! log { () => {} }
"#,
        expect!["/src/a.rs:1 log, exact: macro in scope"],
    );
}

#[test]
fn a_function_and_a_module_of_one_name_are_told_apart() {
    check(
        "mod pay { pub fn run() {} }\nfn pay() {}\nfn f() { pay$0(); pay::run(); }",
        expect!["/main.rs:2 pay, exact: defined in scope"],
    );
    check(
        "mod pay { pub fn run() {} }\nfn pay() {}\nfn f() { pay(); pay::run$0(); }",
        expect!["/main.rs:1 pay::run, exact: member of the named module"],
    );
}

#[test]
fn modules_that_all_glob_each_other_are_searched_once() {
    let n = 40;
    let mut fixture = String::from("//- /src/lib.rs\n");
    let names: Vec<String> = (0..n).map(|it| format!("m{it}")).collect();
    for name in &names {
        fixture.push_str(&format!("mod {name};\n"));
    }
    for name in &names {
        fixture.push_str(&format!("//- /src/{name}.rs\n"));
        for other in &names {
            fixture.push_str(&format!("pub use crate::{other}::*;\nuse x{other}::*;\n"));
        }
    }
    check(&format!("{fixture}fn f() {{ nowhere$0(); }}\n"), expect!["external"]);
    check(
        &format!("{fixture}pub fn here() {{}}\nfn f() {{ crate::m0::here$0(); }}\n"),
        expect!["/src/m39.rs:81 here, exact: imported through another module"],
    );
}

#[test]
fn a_macro_is_known_where_it_is_in_scope() {
    check(
        "//- /src/lib.rs\n#[macro_use]\nmod m;\nfn f() { shout$0!(); }\n\
         //- /src/m.rs\nmacro_rules! shout { () => {} }\n",
        expect!["/src/m.rs:1 shout, exact: macro in scope"],
    );
    check(
        "//- /src/lib.rs\nmod m;\nfn f() { crate::shout$0!(); }\n\
         //- /src/m.rs\n#[macro_export]\nmacro_rules! shout { () => {} }\n",
        expect!["unresolved"],
    );
    check(
        "//- /src/lib.rs\nmod m;\nuse m::shout;\nfn f() { shout$0!(); }\n\
         //- /src/m.rs\nmacro_rules! shout { () => {} }\npub(crate) use shout;\n",
        expect!["/src/m.rs:1 shout, exact: imported by name"],
    );
    check(
        "//- /a/Cargo.toml\n[package]\nname = \"a\"\n//- /a/src/lib.rs\n\
         #[macro_export]\nmacro_rules! shout { () => {} }\n\
         //- /b/Cargo.toml\n[package]\nname = \"b\"\n//- /b/src/lib.rs\n\
         use a::shout;\nfn f() { shout$0!(); }\n",
        expect!["/a/src/lib.rs:2 shout, exact: imported by name"],
    );
    check(
        "//- /a/Cargo.toml\n[package]\nname = \"a\"\n//- /a/src/lib.rs\n\
         #[macro_export]\nmacro_rules! shout { () => {} }\n\
         //- /b/Cargo.toml\n[package]\nname = \"b\"\n//- /b/src/lib.rs\n\
         fn f() { a::shout$0!(); }\n",
        expect!["/a/src/lib.rs:2 shout, exact: member of the named module"],
    );
    check(
        "//- /a/Cargo.toml\n[package]\nname = \"a\"\n//- /a/src/lib.rs\n\
         macro_rules! shout { () => {} }\n\
         //- /b/Cargo.toml\n[package]\nname = \"b\"\n//- /b/src/lib.rs\n\
         fn f() { shout$0!(); }\n",
        expect!["/a/src/lib.rs:1 shout, exact: macro in scope"],
    );
}

#[test]
fn a_binary_and_a_test_know_the_library_by_name() {
    let files = "//- /Cargo.toml\n[package]\nname = \"my-shop\"\n//- /src/lib.rs\npub mod cart;\n\
                 pub use cart::total as sum;\n//- /src/cart.rs\npub fn total() {}\n";
    let with = |text: &str| format!("{files}{text}");
    check(
        &with("//- /src/main.rs\nuse my_shop::sum;\nfn main() { sum$0(); }\n"),
        expect!["/src/cart.rs:1 total, exact: imported by name"],
    );
    check(
        &with("//- /src/bin/x.rs\nfn main() { my_shop::cart::total$0(); }\n"),
        expect!["/src/cart.rs:1 total, exact: member of the named module"],
    );
    check(
        &with(
            "//- /examples/x/main.rs\nmod help;\nfn main() { help::f$0(); }\n//- \
             /examples/x/help.rs\npub fn f() {}\n",
        ),
        expect!["/examples/x/help.rs:1 f, exact: member of the named module"],
    );
}

#[test]
fn a_path_attribute_names_the_file_of_a_module() {
    check(
        "//- /src/lib.rs\n#[path = \"other/x.rs\"]\nmod m;\nfn f() { m::g$0(); }\n\
         //- /src/other/x.rs\npub fn g() { crate::f(); }\n",
        expect!["/src/other/x.rs:1 g, exact: member of the named module"],
    );
}

#[test]
fn enums_are_globbed_and_aliased() {
    check(
        "//- /a.rs\nenum E { A, B }\nuse E::*;\nfn f() { B$0; }\n",
        expect!["/a.rs:1 E::B, exact: imported by a glob"],
    );
    check(
        "//- /a.rs\nenum E { A, B }\nuse E::{A as X};\nfn f() { X$0; }\n",
        expect!["/a.rs:1 E::A, exact: imported by name"],
    );
    check(
        "//- /a.rs\nenum E { A, B }\nimpl E { fn f() { Self::B$0; } }\n",
        expect!["/a.rs:1 E::B, exact: member of the named type"],
    );
    check(
        "//- /a.rs\nenum E { A }\ntype T = E;\nfn f() { T::A$0; }\n",
        expect!["/a.rs:1 E::A, exact: member of the named type"],
    );
}

#[test]
fn receivers_are_known_by_what_is_written() {
    let files = "//- /a.rs\nstruct A { b: B, bs: Vec<B>, o: Option<B> }\nstruct B { n: u8 }\n\
        impl A { fn new() -> Self { A::default() } fn make() -> A { A::new() }\n\
        fn b(&self) -> &B { &self.b } fn try_b(&self) -> Result<B, ()> { Err(()) }\n\
        async fn later(&self) -> B { todo!() } }\n\
        impl B { fn go(&self) {} fn new(n: u8) -> Self { B { n } } }\n\
        trait T { fn t(&self); fn with(self) -> Self; }\nimpl T for B { fn t(&self) {} fn \
            with(self) -> Self { self } }\n";
    let with = |text: &str| format!("{files}{text}\n");
    check(
        &with("fn f(a: &A) { a.b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(a: &mut A) { a.b().go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("fn f() { let a = A::new(); a.b().go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("fn f() { let a = A { b, bs, o }; a.b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f() -> R { A::new().try_b()?.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("async fn f(a: A) { a.later().await.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("fn f(a: A) { for b in &a.bs { b.go$0(); } }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(a: A) { for b in a.bs.iter() { b.go$0(); } }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(a: A) { a.bs[0].go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of an element's type"],
    );
    check(
        &with("fn f(a: A) { if let Some(b) = a.o { b.go$0(); } }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(a: A) { let Some(b) = &a.o else { return }; b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(a: A) { match a.try_b() { Ok(b) => b.go$0(), Err(_) => {} } }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(a: A) { a.bs.iter().map(|b| b.go$0()); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(b: Box<B>) { b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(b: impl T) { b.t$0(); }"),
        expect!["/a.rs:7 T::t, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f<X: T>(b: X) { b.t$0(); }"),
        expect!["/a.rs:7 T::t, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f<X>(b: X) where X: T { b.t$0(); }"),
        expect!["/a.rs:7 T::t, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(b: &dyn T) { b.t$0(); }"),
        expect!["/a.rs:7 T::t, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f() { let b = B::new(1).with(); b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f() { let b: B = x.into(); b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f() { let b = Arc::new(B::new(1)); b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f() { let (a, b) = (A::new(), B::new(1)); b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("static X: B = B::new(1); fn f() { X.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(bs: &[B]) { let b = bs.first().unwrap(); b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("fn f(m: HashMap<u8, B>) { m.get(&1).unwrap().go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("struct W(B); impl W { fn f(&self) { self.0.go$0(); } }"),
        expect!["/a.rs:6 B::go, inferred: member of an element's type"],
    );
    check(
        &with("fn f(a: A) { let A { b, .. } = a; b.go$0(); }"),
        expect!["/a.rs:6 B::go, inferred: member of the receiver's type"],
    );
}

#[test]
fn a_file_that_could_not_be_parsed_is_a_module_without_names() {
    let (mut graph, file, offset) = crate::fixture::graph_at(
        "//- /src/lib.rs\nmod deep;\nfn f() { deep::inner::g$0(); }\n//- /src/deep.rs\n",
    );
    let path = vfs::VfsPath::new("/src/deep.rs").unwrap();
    let deep = graph.file_at(path.as_str()).unwrap();
    let mut facts = syntax::FileFacts::clone(graph.facts(deep).unwrap());
    (facts.scopes, facts.gave_up) = (Box::default(), true);
    graph.set_file(deep, &path, Some(std::sync::Arc::new(facts)));
    let reference = graph.facts(file).unwrap().reference_at(offset).unwrap();
    assert_eq!(graph.resolve(file, reference), crate::Resolved::Unresolved);
    let edges = graph.edges_from_file(deep, &crate::EdgeKind::ALL, &mut || Ok(())).unwrap();
    assert_eq!(edges, []);
    assert_eq!(graph.lookup(deep, text::TextSize::new(0), "g"), crate::Resolved::Unresolved);
}
