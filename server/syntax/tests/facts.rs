//! What facts say of small files, one rendering for all languages.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

mod render;

use expect_test::expect;

use crate::render::{check, render};

#[test]
fn rust_locals_are_visible_from_their_end_on() {
    check(
        "a.rs",
        r#"
/// Adds.
pub fn add(a: i32, b: Foo<i32>) -> Bar {
    let a = a + b.c.d();
    if let Some(x) = a && x.y { x } else { x }
    match a { Point { x, y: 0 } | Wide(x) => x, None => 1, }
    for i in 0..a { println!("{i} {}", self.b.c(i)); }
    a
}
"#,
        expect![[r#"
            Function add 3:8-11 in File@1 exported type=Bar doc="/// Adds."
              Parameter a 3:12-13 in Function@3 local
              Parameter b 3:20-21 in Function@3 local type=Foo
              Variable a 4:9-10 in Block@3 from 4:25 local
              Variable x 5:17-18 in Block@5 from 5:23 local value=a held
              Variable x 6:23-24 in Block@6 local shorthand value=Point
              Variable i 7:9-10 in Block@7 from 7:18 local
              Type Foo 3:23-26 in add
              Type Bar 3:36-39 in add
              Read a 4:13-14 in add
              Read b 4:17-18 in add
              Read b.c 4:19-20 in add
              Call c.d 4:21-22 in add args=0
              Read Some 5:12-16 in add
              Read a 5:22-23 in add
              Read x 5:27-28 in add
              Read x.y 5:29-30 in add
              Read x 5:33-34 in add
              Read x 5:44-45 in add
              Read a 6:11-12 in add
              Type Point 6:15-20 in add
              Read Point.y 6:26-27 in add
              Read Wide 6:35-39 in add
              Write x 6:40-41 in add
              Read x 6:46-47 in add
              Read None 6:49-53 in add
              Read a 7:17-18 in add
              Macro println 7:21-28 in add
              Read i 7:32-33 in add
              Read self 7:40-44 in add
              Read self.b 7:45-46 in add
              Call b.c 7:47-48 in add
              Read i 7:49-50 in add
              Read a 8:5-6 in add
            chunk 2:1-9:2 add
        "#]],
    );
}

#[test]
fn rust_types_own_their_members() {
    check(
        "a.rs",
        r#"
use std::{collections::{self, HashMap as Map}, fmt::*};
pub(crate) use super::a::B;
mod far;
pub struct S<T> { pub a: T, b: u8 }
impl<'a, T> fmt::Display for S<T> {
    const N: usize = 1;
    fn fmt(&self) -> Self { S { a: 1, b } }
}
#[cfg(test)]
mod tests {
    #[test]
    fn f() { Vec::<u8>::new().push(S::<u8>::new(1, 2)?.a); }
}
"#,
        expect![[r#"
            Struct S 5:12-13 in File@1 exported
              TypeParameter T 5:14-15 in Class@5 local
              Field a 5:23-24 in Class@5 exported type=T
              Field b 5:29-30 in Class@5
            Implementation S 6:30-31 in File@1 owner=S interface=Display
              Label a 6:7-8 in Class@6 local
              TypeParameter T 6:10-11 in Class@6 local
              Constant N 7:11-12 in Class@6 exported
              Method fmt 8:8-11 in Class@6 exported type=Self
                Parameter self 8:13-17 in Function@8 local
            Module tests 11:5-10 in File@1 test
              Function f 13:8-9 in Module@11 test
              Read std 2:5-8 in -
              Read std::collections 2:11-22 in -
              Read collections::self 2:25-29 in - import
              Read collections::HashMap 2:31-38 in - import
              Read std::fmt 2:48-51 in - import
              Read crate 3:5-10 in -
              Read super 3:16-21 in -
              Read super::a 3:23-24 in -
              Read a::B 3:26-27 in - import
              Read far 4:5-8 in -
              Type T 5:26-27 in a
              Read fmt 6:13-16 in S
              Type fmt::Display 6:18-25 in S
              Type S 6:30-31 in S
              Type T 6:32-33 in S
              Type Self 8:22-26 in fmt
              Type S 8:29-30 in fmt
              Read S.a 8:33-34 in fmt
              Read Sb 8:39-40 in fmt shorthand
              Macro cfg 10:3-6 in -
              Macro test 10:7-11 in -
              Macro test 12:7-11 in tests
              Type Vec 13:14-17 in f
              Call Vec::new 13:25-28 in f args=0
              Call new().push 13:31-35 in f args=1
              Type S 13:36-37 in f
              Call S::new 13:45-48 in f args=2
              Read new().a 13:56-57 in f
            import [std/collections] Module as collections 2:25-29
            import [std/collections] HashMap as Map 2:42-45
            import [std/fmt] Glob
            import [super/a] B as B 3:26-27 reexport
            mod far 4:1-9
            chunk 1:1-5:1 -
            chunk 5:1-36 S
            chunk 6:1-8:5 S
            chunk 8:5-44 fmt
            chunk 10:1-12:5 tests
            chunk 12:5-13:61 f
        "#]],
    );
}

#[test]
fn python_names_live_in_functions_and_classes() {
    check(
        "pkg/a.py",
        r#"
import os.path, sys as system
from ..base import Shape as Base
from .all import *
limit = 3
limit = 4
# Comment.
@decorated
class Square(Base, abc.ABC):
    """Doc."""
    sides: int = 4
    def __init__(self, side=limit):
        self.side = side
        self.side += 1
    def area(self) -> Base:
        global limit
        limit = self.side.make(1, x=2).of
        for i in range(3):
            total = [i for i in self.rows]
            total = 1
        def inner(): return total
        return total
def test_it(): super().f()
"#,
        expect![[r#"
            Variable limit 5:1-6 in File@1 exported
            Class Square 9:7-13 in File@1 exported Extends=Base Extends=ABC doc="\"\"\"Doc.\"\"\""
              Field sides 11:5-10 in Class@10 exported type=int
              Constructor __init__ 12:9-17 in Class@10
                Parameter self 12:18-22 in Function@12 from 12:35 local
                Parameter side 12:24-28 in Function@12 from 12:35 local value=limit
              Field side 13:14-18 in Class@10 exported value=side owner=Square
              Method area 15:9-13 in Class@10 exported type=Base value=total
                Parameter self 15:14-18 in Function@15 from 15:19 local
                Variable i 18:13-14 in Function@15 local value=range() each
                Variable total 19:13-18 in Function@15 local value=i of many
                Variable i 19:28-29 in Block@19 local value=rows each
                Function inner 21:13-18 in Function@15 value=total
            Function test_it 23:5-12 in File@1 exported test
              Read os 2:8-10 in -
              Read os::path 2:11-15 in - import
              Read sys 2:17-20 in - import
              Read base 3:8-12 in -
              Read base::Shape 3:20-25 in - import
              Read all 4:7-10 in -
              Write limit 6:1-6 in -
              Read decorated 8:2-11 in -
              Read Base 9:14-18 in Square
              Read abc 9:20-23 in Square
              Read abc.ABC 9:24-27 in Square
              Type int 11:12-15 in sides
              Read limit 12:29-34 in __init__
              Read self 13:9-13 in __init__
              Read side 13:21-25 in __init__
              Read self 14:9-13 in __init__
              Write self.side 14:14-18 in __init__
              Type Base 15:23-27 in area
              Read limit 16:16-21 in area
              Write limit 17:9-14 in area
              Read self 17:17-21 in area
              Read self.side 17:22-26 in area
              Call side.make 17:27-31 in area args=2
              Read make(x 17:35-36 in area
              Read make().of 17:40-42 in area
              Call range 18:18-23 in area args=1
              Read i 19:22-23 in area
              Read self 19:33-37 in area
              Read self.rows 19:38-42 in area
              Write total 20:13-18 in area
              Read total 21:29-34 in inner
              Read total 22:16-21 in area
              Call super 23:16-21 in test_it args=0
              Call super().f 23:24-25 in test_it args=0
            import [os/path] Module as os 2:8-10
            import [sys] Module as system 2:24-30
            import ..[base] Shape as Base 3:29-33
            import .[all] Glob
            chunk 1:1-5:1 -
            chunk 5:1-10 limit
            chunk 7:1-12:5 Square
            chunk 12:5-14:23 __init__
            chunk 15:5-22:21 area
            chunk 23:1-27 test_it
        "#]],
    );
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    check(
        "a.py",
        "def f():\r  return 1\r# x\rdef g(): pass\r\n",
        expect![[r#"
        Function f 1:5-6 in File@1 exported
        Function g 4:5-6 in File@1 exported
        chunk 1:1-2:11 f
        chunk 4:1-14 g
    "#]],
    );
}

#[test]
fn names_in_macros_and_tests_are_found() {
    check(
        "a.rs",
        r##"
#[tokio::test]
async fn r#type() {
    let (a, b) = (1, 2);
    assert_eq!(a.b(c::d), E::F { x: self.g }, "{a:?} {{b}} {b}");
    'l: loop { break 'l; }
}
"##,
        expect![[r#"
            Function type 3:12-16 in File@1 test
              Variable a 4:10-11 in Block@3 from 4:25 local test
              Variable b 4:13-14 in Block@3 from 4:25 local test
              Label l 6:6-7 in Block@3 local test
              Read tokio 2:3-8 in -
              Read tokio::test 2:10-14 in -
              Macro assert_eq 5:5-14 in type
              Read a 5:16-17 in type
              Call a.b 5:18-19 in type
              Read c 5:20-21 in type
              Read c::d 5:23-24 in type
              Read E 5:27-28 in type
              Read E::F 5:30-31 in type
              Read F.x 5:34-35 in type
              Read self 5:37-41 in type
              Read self.g 5:42-43 in type
              Read a 5:49-50 in type
              Read b 5:61-62 in type
              Label l 6:23-24 in type
            chunk 2:1-7:2 type
        "#]],
    );
}

#[test]
fn unknown_texts_have_lines_and_chunks() {
    let text = "one\n".repeat(90);
    let facts = syntax::facts_of_text("notes", &text);
    expect![[r#"
        chunk 1:1-41:1 -
        chunk 41:1-81:1 -
        chunk 81:1-91:1 -
    "#]]
    .assert_eq(&render(&text, &facts));
    assert_eq!(syntax::facts_of_text("a/go.mod", "module x").manifest.as_deref(), Some("module x"));
    assert_eq!(syntax::facts_of_text("a/go.txt", "module x").manifest, None);
}

#[test]
fn modules_in_other_files_may_name_their_file() {
    check(
        "a.rs",
        "mod a;\n#[cfg(x)]\n#[path = \"b/other.rs\"]\n/// B.\npub mod b;\n",
        expect![[r#"
              Read a 1:5-6 in -
              Macro cfg 2:3-6 in -
              Macro x 2:7-8 in -
              Macro path 3:3-7 in -
              Read b 5:9-10 in -
            mod a 1:1-7
            mod b 5:1-11 path=b/other.rs
            chunk 1:1-6:1 -
        "#]],
    );
}

#[test]
fn tests_are_told_from_what_is_left_out_of_them() {
    check(
        "a.rs",
        "#[cfg(not(test))]\nfn a() {}\n#[cfg(test)]\nfn b() {}\n#[test]\nfn c() {}\nfn test() {}\n",
        expect![[r#"
            Function a 2:4-5 in File@1
            Function b 4:4-5 in File@1 test
            Function c 6:4-5 in File@1 test
            Function test 7:4-8 in File@1
              Macro cfg 1:3-6 in -
              Macro not 1:7-10 in -
              Macro test 1:11-15 in -
              Macro cfg 3:3-6 in -
              Macro test 3:7-11 in -
              Macro test 5:3-7 in -
            chunk 1:1-2:10 a
            chunk 3:1-4:10 b
            chunk 5:1-6:10 c
            chunk 7:1-13 test
        "#]],
    );
}

#[test]
fn a_property_that_is_written_as_a_function_is_a_part_of_its_own() {
    let text = "class App:\n    \"\"\"Doc.\"\"\"\n    name = 1\n\n    @property\n    \
                def env(self):\n        return make()\n";
    let facts = syntax::facts("a.py", text, grammars::language_for_path("a.py", "").unwrap());
    let names = facts.chunks.iter().map(|it| {
        let symbol = facts.symbol(it.symbol.unwrap());
        format!("{} {}", symbol.kind.as_str(), facts.name(symbol.name))
    });
    assert_eq!(names.collect::<Vec<_>>(), ["class App", "property env"]);
}
