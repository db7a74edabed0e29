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
