//! Cycles of imports, broken by the move of one definition.

use expect_test::{Expect, expect};

use super::check_done;
use crate::fixture::analysis_of_selection;

#[track_caller]
fn check(fixture: &str, expected: Expect) {
    let (analysis, at) = analysis_of_selection(fixture);
    check_done(&analysis, analysis.break_cycle(at.file), &expected);
}

#[test]
fn the_one_definition_that_is_imported_moves_out() {
    check(
        "//- /one.py\n$0from two import b\n\ndef a():\n    return b()\n\
         //- /two.py\nfrom one import a\n\ndef b():\n    return 1\n\ndef c():\n    return a()\n",
        expect![[r#"
            //- /one.py
            from b import b

            def a():
                return b()
            //- /two.py
            from one import a

            def c():
                return a()
            create /b.py
            def b():
                return 1"#]],
    );
}

#[test]
fn definitions_that_need_each_other_are_told_to() {
    check(
        "//- /one.py\n$0from two import b\n\ndef a():\n    return b()\n\
         //- /two.py\nfrom one import a\n\ndef b():\n    return a()\n",
        expect![[r#"
            refused: no move of one definition breaks the import cycle: one.py → two.py → one.py:
            one.py → two.py: `b` needs what leads back there
            two.py → one.py: `a` needs what leads back there"#]],
    );
}

#[test]
fn modules_imported_as_a_whole_are_told_to() {
    check(
        "//- /one.py\n$0import two\n\ndef a():\n    return two.b()\n\
         //- /two.py\nimport one\n\ndef b():\n    return one.a()\n",
        expect![[r#"
            refused: no move of one definition breaks the import cycle: one.py → two.py → one.py:
            one.py → two.py: the module is imported as a whole
            two.py → one.py: the module is imported as a whole"#]],
    );
}

#[test]
fn a_file_without_a_cycle_says_so() {
    check(
        "//- /one.py\n$0def a():\n    return 1\n",
        expect!["refused: no import cycle goes through this file"],
    );
}
