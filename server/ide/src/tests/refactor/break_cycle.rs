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
fn of_modules_imported_as_a_whole_is_told_what_is_used_and_what_would_break_the_cycle() {
    check(
        "//- /one.py\n$0import two\n\ndef a():\n    return two.b()\n\
         //- /two.py\nimport one\n\ndef b():\n    return one.a()\n",
        expect![[r#"
            refused: no move of one definition breaks the import cycle: one.py → two.py → one.py:
            one.py → two.py: the module is imported as a whole (line 1) for `b` (line 4)
              a move would not break the cycle: `b` needs what leads back there
              an import in the functions that use it would break it
            two.py → one.py: the module is imported as a whole (line 1) for `a` (line 4)
              a move would not break the cycle: `a` needs what leads back there
              an import in the functions that use it would break it"#]],
    );
    check(
        "//- /one.py\n$0import two\n\nLIMIT = two.MAX + 1\n\ndef a(n=two.MAX):\n    return n\n\
         //- /two.py\nfrom pkg import part\nMAX = 1\n\
         //- /pkg/__init__.py\n//- /pkg/part.py\nimport one, two\n\
         def c():\n    return one.a(two.MAX) + one.LIMIT\n",
        expect![[r#"
            refused: no move of one definition breaks the import cycle: one.py → two.py → pkg/part.py → one.py:
            one.py → two.py: the module is imported as a whole (line 1) for `MAX` (lines 3, 5)
              moved to another file and imported by name, the cycle would be broken
              an import in functions would not, it is used while the file is loaded (lines 3, 5)
            two.py → pkg/part.py: the module is imported as a whole (line 1) and no definition of it is known to be used there
              without line 1 the cycle would be broken, unless the module is loaded for what it does
            pkg/part.py → one.py: the module is imported as a whole (line 1) for `LIMIT` (line 3), `a` (line 3)
              a move would not break the cycle: `LIMIT` needs what leads back there, `a` needs what leads back there
              an import in the functions that use it would break it
            pkg/part.py → two.py: the module is imported as a whole (line 1) for `MAX` (line 3)
              moved to another file and imported by name, the cycle would be broken
              an import in the functions that use it would break it"#]],
    );
    check(
        "//- /one.ts\nimport * as two from './two'\nexport const a = () => two.b()\n\
         //- /two.ts\n$0import * as one from './one'\nexport function b() { return 1 }\n\
         one.a()\n",
        expect![[r#"
            refused: no move of one definition breaks the import cycle: two.ts → one.ts → two.ts:
            one.ts → two.ts: the module is imported as a whole (line 1) for `b` (line 2)
              moved to another file and imported by name, the cycle would be broken
            two.ts → one.ts: the module is imported as a whole (line 1) for `a` (line 3)
              a move would not break the cycle: `a` needs what leads back there"#]],
    );
}

#[test]
fn a_file_without_a_cycle_says_so() {
    check(
        "//- /one.py\n$0def a():\n    return 1\n",
        expect!["refused: no import cycle goes through this file"],
    );
}
