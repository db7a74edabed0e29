//! C: what a header declares and a file implements.

use expect_test::expect;

use super::check;

#[test]
fn a_header_declares_and_a_file_implements() {
    check(
        r#"
//- /pay.h
int pay(int a);
//- /pay.c
#include "pay.h"
int pay(int a) { return a; }
//- /main.c
#include "pay.h"
int main(void) { return pay$0(1); }
//- /other.c
int pay(int a) { return 0; }
"#,
        expect![[r#"
            /pay.c:2 pay, exact: implements what an included file declares
            /pay.h:1 pay, exact: defined in an included file"#]],
    );
}

#[test]
fn what_is_not_included_is_not_known() {
    check(
        "//- /a.c\nint f(void) { return pay$0(); }\n//- /b.c\nint pay(void) { return 1; }\n",
        expect!["unresolved"],
    );
}

#[test]
fn a_typedef_has_the_members_of_the_struct_inside_it() {
    check(
        "//- /a.c\ntypedef struct x { int n; } y;\nint f(y *it) { return it->n$0; }\n",
        expect!["/a.c:1 y::x::n, inferred: member of the receiver's type"],
    );
}

#[test]
fn a_function_written_away_from_its_class_sees_the_members() {
    check(
        "//- /a.hpp\nclass A { int n; void f(); };\n\
         //- /a.cpp\n#include \"a.hpp\"\nvoid A::f() { n$0 = 1; }\n",
        expect!["/a.hpp:1 A::n, exact: member of the enclosing type"],
    );
}

#[test]
fn includes_are_found_below_the_folders_of_the_build() {
    check(
        "//- /w/compile_commands.json\n[{\"directory\":\"/w\",\"file\":\"src/a.c\",\
        \"command\":\"cc -Iinc/one -c src/a.c\"}]\n\
         //- /w/inc/one/pay.h\nint pay(void);\n//- /w/inc/two/pay.h\nint pay(void);\n\
         //- /w/src/a.c\n#include \"pay.h\"\nint f(void) { return pay$0(); }\n",
        expect!["/w/inc/one/pay.h:1 pay, exact: defined in an included file"],
    );
    check(
        "//- /lib/include/lib/pay.h\nint pay(void);\n//- /lib/src/pay.c\n#include \
         <lib/pay.h>\nint pay(void) { return 1; }\n\
         //- /app/main.c\n#include <lib/pay.h>\nint main(void) { return pay$0(); }\n",
        expect![[r#"
            /lib/src/pay.c:2 pay, exact: implements what an included file declares
            /lib/include/lib/pay.h:1 pay, exact: defined in an included file"#]],
    );
}

#[test]
fn members_of_cpp_are_reached_through_types_and_namespaces() {
    let files = "//- /a.hpp\nnamespace shop { class Cart { public: int total() const; static \
        Cart make(); int n; };\n\
        struct Deep : Cart { Cart inner; Cart* next; }; enum class Kind { One }; \
        int free_one(); }\n\
        //- /a.cpp\n#include \"a.hpp\"\nint shop::Cart::total() const { return n; }\nint \
            shop::free_one() { return 1; }\n";
    let with = |text: &str| format!("{files}//- /b.cpp\n#include \"a.hpp\"\n{text}\n");
    check(
        &with("int f(shop::Cart c) { return c.total$0(); }"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("int f(const shop::Cart& c) { return c.n$0; }"),
        expect!["/a.hpp:1 shop::Cart::n, inferred: member of the receiver's type"],
    );
    check(
        &with("int f(shop::Deep* d) { return d->next->total$0(); }"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("int f(shop::Deep d) { return d.n$0; }"),
        expect!["/a.hpp:1 shop::Cart::n, inferred: member of the receiver's type"],
    );
    check(
        &with("using namespace shop;\nint f(Cart c) { return c.total$0(); }"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("using shop::Cart;\nint f(Cart c) { return c.total$0(); }"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("auto k = shop::Kind::One$0;"),
        expect!["/a.hpp:2 shop::Kind::One, exact: member of the named type"],
    );
    check(
        &with("int f() { return shop::free_one$0(); }"),
        expect!["/a.hpp:2 shop::free_one, exact: member of the named module"],
    );
    check(
        &with("int f() { auto c = shop::Cart::make(); return c.total$0(); }"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("int f() { return shop::Cart::make().total$0(); }"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of what the call returns"],
    );
    check(
        &with("int f() { auto c = std::make_unique<shop::Cart>(); return c->total$0(); }"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("int f(std::vector<shop::Cart> cs) { for (auto& c : cs) c.total$0(); }"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("namespace s = shop;\nint f() { return s::free_one$0(); }"),
        expect!["/a.hpp:2 shop::free_one, exact: member of the named module"],
    );
    check(
        &with("struct T { shop::Cart c; int f() { return this->c.total$0(); } };"),
        expect!["/a.hpp:1 shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(&with("namespace shop { int g() { return free_one$0(); } }"), expect!["unresolved"]);
}

#[test]
fn a_declaration_behind_a_struct_of_macros_leads_to_what_implements_it() {
    check(
        r#"
//- /pay.h
#define FIELDS int n;
struct box {
  FIELDS
};
EXTERN int pay(int a);
//- /pay.c
#include "pay.h"
int pay(int a) { return a; }
//- /main.c
#include "pay.h"
int main(void) { return pay$0(1); }
"#,
        expect![[r#"
            /pay.c:2 pay, exact: implements what an included file declares
            /pay.h:5 pay, exact: defined in an included file"#]],
    );
}
