//! What facts say of names in languages of the C family: where locals live, who owns members, what
//! imports and exports bind.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

mod render;

use expect_test::expect;

use crate::render::check;

#[test]
fn javascript_variables_live_in_functions_or_blocks() {
    check(
        "a.js",
        r#"
function sum(first, { second: renamed, third }) {
  if (first) { var hoisted = 1; let inner = third; }
  hoisted = renamed;
  return hoisted.map(function again(it) { return again(it); });
}
"#,
        expect![[r#"
            Function sum 2:10-13 in File@1 value=map()
              Parameter first 2:14-19 in Function@2 local
              Parameter renamed 2:31-38 in Function@2 local value=second
              Parameter third 2:40-45 in Function@2 local shorthand
              Variable hoisted 3:20-27 in Function@2 local
              Variable inner 3:37-42 in Block@3 local value=third
              Variable again 5:31-36 in Function@5 local
              Parameter it 5:37-39 in Function@5 local value=hoisted each
              Read .second 2:23-29 in sum
              Read first 3:7-12 in sum
              Read third 3:45-50 in sum
              Write hoisted 4:3-10 in sum
              Read renamed 4:13-20 in sum
              Read hoisted 5:10-17 in sum
              Call hoisted.map 5:18-21 in sum args=1
              Call again 5:50-55 in sum args=1
              Read it 5:56-58 in sum
            chunk 2:1-6:2 sum
        "#]],
    );
}

#[test]
fn javascript_modules_of_both_kinds_bind_and_hand_on() {
    check(
        "a.js",
        r#"
import main, { one as two } from "./m.js";
const fs = require("fs");
export { two as three };
export default function start() {}
exports.close = fs;
module.exports = { start, save: fs };
"#,
        expect![[r#"
            Function start 5:25-30 in File@1 exported
              Read one 2:16-19 in - import
              Call require 3:12-19 in - args=1
              Read two 4:10-13 in - import
              Read exports 6:1-8 in -
              Read fs 6:17-19 in - import
              Read module 7:1-7 in -
              Write module.exports 7:8-15 in -
              Read start 7:20-25 in - import shorthand
              Read fs 7:33-35 in - import
            import [./m.js] Default as main 2:8-12 source
            import [./m.js] one as two 2:23-26 source
            import [fs] Module as fs 3:7-9 source
            import [] two as three 4:17-22 reexport
            import [] start as default 5:8-15 reexport
            import [] fs as close 6:9-14 reexport
            import [] start as start 7:20-25 reexport
            import [] fs as save 7:27-31 reexport
            chunk 1:1-5:16 -
            chunk 5:16-35 start
            chunk 5:35-8:1 -
        "#]],
    );
}

#[test]
fn javascript_classes_own_what_they_give_to_this() {
    check(
        "a.js",
        r#"
class Box extends Base {
  constructor(size) { super(size); this.size = size; }
  grow() { this.size = 2; this.#paint(); }
  #paint() {}
}
function Old(rules) { this.rules = new Rules(rules); }
Old.prototype.run = function () {};
"#,
        expect![[r#"
            Class Box 2:7-10 in File@1 Extends=Base
              Constructor constructor 3:3-14 in Class@2
                Parameter size 3:15-19 in Function@3 local
              Field size 3:41-45 in Class@2 value=size owner=Box
              Method grow 4:3-7 in Class@2
              Method #paint 5:3-9 in Class@2
            Function Old 7:10-13 in File@1
              Parameter rules 7:14-19 in Function@7 local
              Field rules 7:28-33 in Block@7 value=Rules() owner=Old
            Method run 8:15-18 in File@1 owner=Old
              Type Base 2:19-23 in Box
              Call super 3:23-28 in constructor args=1
              Read size 3:29-33 in constructor
              Read this 3:36-40 in constructor
              Read size 3:48-52 in constructor
              Read this 4:12-16 in grow
              Write this.size 4:17-21 in grow
              Read this 4:27-31 in grow
              Call this.#paint 4:32-38 in grow args=0
              Read this 7:23-27 in rules
              Call Rules 7:40-45 in rules args=1
              Read rules 7:46-51 in rules
              Read Old 8:1-4 in run
              Read Old.prototype 8:5-14 in run
            chunk 2:1-3:3 Box
            chunk 3:3-55 constructor
            chunk 4:3-43 grow
            chunk 5:3-14 #paint
            chunk 7:1-55 Old
            chunk 8:1-35 run
        "#]],
    );
}

#[test]
fn typescript_types_have_parameters_parts_and_members() {
    check(
        "a.ts",
        r#"
export interface Shape<T> extends Named { area(unit: T): Size; }
type Both = Named & Readonly<Shape<Size>>;
class Box<T> implements Shape<T> {
  constructor(private size: Size) { use(size); }
  area(unit: T) { return this.size as Size; }
}
const box: Shape<Size> = { area: find };
"#,
        expect![[r#"
            Interface Shape 2:18-23 in File@1 exported Extends=Named
              TypeParameter T 2:24-25 in Class@2 local
              Method area 2:43-47 in Class@2 exported type=Size
                Parameter unit 2:48-52 in Function@2 local type=T
            Type Both 3:6-10 in File@1 Extends=Named
            Class Box 4:7-10 in File@1 Implements=Shape
              TypeParameter T 4:11-12 in Class@4 local
              Constructor constructor 5:3-14 in Class@4
                Field size 5:23-27 in Function@5 type=Size owner=Box
              Method area 6:3-7 in Class@4 value=Size()
                Parameter unit 6:8-12 in Function@6 local type=T
            Constant box 8:7-10 in File@1 type=Shape
              Type Named 2:35-40 in Shape
              Type T 2:54-55 in area
              Type Size 2:58-62 in area
              Type Named 3:13-18 in Both
              Type Readonly 3:21-29 in Both
              Type Shape 3:30-35 in Both
              Type Size 3:36-40 in Both
              Type Shape 4:25-30 in Box
              Type T 4:31-32 in Box
              Type Size 5:29-33 in size
              Call use 5:37-40 in constructor args=1
              Read size 5:41-45 in constructor
              Type T 6:14-15 in area
              Read this 6:26-30 in area
              Read this.size 6:31-35 in area
              Type Size 6:39-43 in area
              Type Shape 8:12-17 in box
              Type Size 8:18-22 in box
              Read Shape.area 8:28-32 in box
              Read find 8:34-38 in box
            chunk 2:8-43 Shape
            chunk 2:43-62 area
            chunk 3:1-43 Both
            chunk 4:1-5:3 Box
            chunk 5:3-49 constructor
            chunk 6:3-46 area
            chunk 8:7-40 box
        "#]],
    );
}

#[test]
fn go_names_are_known_after_their_statement() {
    check(
        "a.go",
        r#"
package a

import str "strings"

type Box[T any] struct {
	*Base
	items []Item
}

func (b *Box[T]) Find(name string) (found Item, err error) {
	found, err := b.look(name)
	for _, it := range b.items {
		it := it.Next
		use(it, found, err, str.ToUpper(name))
	}
	return Item{Name: name}, nil
}
"#,
        expect![[r#"
            Struct Box 6:6-9 in File@1 exported Extends=Base
              TypeParameter T 6:10-11 in Class@6 local type=any
              Field items 8:2-7 in Class@6 type=Item
            Method Find 11:18-22 in File@1 exported type=Item owner=Box
              Parameter b 11:7-8 in Function@11 local type=Box
              TypeParameter T 11:14-15 in Function@11 local
              Parameter name 11:23-27 in Function@11 local type=string
              Parameter found 11:37-42 in Function@11 local type=Item
              Parameter err 11:49-52 in Function@11 local type=error
              Variable _ 13:6-7 in Block@13 from 13:28 local
              Variable it 13:9-11 in Block@13 from 13:28 local value=items
              Variable it 14:3-5 in Block@13 from 14:16 local value=Next
              Type any 6:12-15 in Box
              Type Base 7:3-7 in Box
              Type Item 8:10-14 in items
              Type Box 11:10-13 in Find
              Type string 11:28-34 in Find
              Type Item 11:43-47 in Find
              Type error 11:53-58 in Find
              Write found 12:2-7 in Find
              Write err 12:9-12 in Find
              Read b 12:16-17 in Find
              Call b.look 12:18-22 in Find args=1
              Read name 12:23-27 in Find
              Read b 13:21-22 in Find
              Read b.items 13:23-28 in Find
              Read it 14:9-11 in Find
              Read it.Next 14:12-16 in Find
              Call use 15:3-6 in Find args=4
              Read it 15:7-9 in Find
              Read found 15:11-16 in Find
              Read err 15:18-21 in Find
              Read str 15:23-26 in Find
              Call str.ToUpper 15:27-34 in Find args=1
              Read name 15:35-39 in Find
              Type Item 17:9-13 in Find
              Read Item.Name 17:14-18 in Find
              Read name 17:20-24 in Find
            import [strings] Module as str 4:8-11 source
            package a
            chunk 1:1-6:6 -
            chunk 6:6-9:2 Box
            chunk 11:1-18:2 Find
        "#]],
    );
}

#[test]
fn java_members_and_locals_have_types() {
    check(
        "A.java",
        r#"
package a.b;
import java.util.List;
import static c.D.max;
class Box<T> extends Base implements Named {
  private Item first, second[];
  Box(int size) { super(size); this.first = new Item(size); }
  T find(List<T> all) {
    for (Item it : all) { if (it instanceof Big big) { return big.get(max(1)); } }
    Runnable run = () -> find(all);
    return first.next.value;
  }
}
"#,
        expect![[r#"
            Class Box 5:7-10 in File@1 exported Extends=Base Implements=Named
              TypeParameter T 5:11-12 in Class@5 local
              Field first 6:16-21 in Class@5 type=Item
              Field second 6:23-29 in Class@5 type=Item
              Constructor Box 7:3-6 in Class@5 exported
                Parameter size 7:11-15 in Function@7 local
              Method find 8:5-9 in Class@5 exported type=T
                Parameter all 8:18-21 in Function@8 local type=List
                Variable it 9:15-17 in Block@9 local type=Item value=all each
                Variable big 9:49-52 in Block@9 from 9:52 local type=Big
                Variable run 10:14-17 in Block@8 from 10:35 local type=Runnable
              Read java 3:8-12 in -
              Read java::util 3:13-17 in -
              Read util::List 3:18-22 in - import
              Read c 4:15-16 in -
              Read c::D 4:17-18 in -
              Read D::max 4:19-22 in - import
              Type Base 5:22-26 in Box
              Type Named 5:38-43 in Box
              Type Item 6:11-15 in second
              Call super 7:19-24 in Box args=1
              Read size 7:25-29 in Box
              Read this 7:32-36 in Box
              Write this.first 7:37-42 in Box
              Call Item 7:49-53 in Box args=1
              Read size 7:54-58 in Box
              Type T 8:3-4 in find
              Type List 8:10-14 in find
              Type T 8:15-16 in find
              Type Item 9:10-14 in find
              Read all 9:20-23 in find
              Read it 9:31-33 in find
              Type Big 9:45-48 in find
              Read big 9:63-66 in find
              Call big.get 9:67-70 in find args=1
              Call max 9:71-74 in find args=1
              Type Runnable 10:5-13 in find
              Call find 10:26-30 in find args=1
              Read all 10:31-34 in find
              Read first 11:12-17 in find
              Read first.next 11:18-22 in find
              Read next.value 11:23-28 in find
            import [java/util] List as List 3:18-22
            import [c/D] max as max 4:19-22
            package a.b
            chunk 1:1-5:1 -
            chunk 5:1-7:3 Box
            chunk 7:3-62 Box
            chunk 8:3-12:4 find
        "#]],
    );
}

#[test]
fn c_declarators_name_what_they_declare() {
    check(
        "a.c",
        r#"
#include "point.h"
typedef struct node { struct node *next; int (*visit)(int depth); } node_t;
static char **names, table[SIZE];
int main(int argc, char **argv) {
  node_t *at = (node_t *)names;
  at->next->visit(argc);
out: goto out;
}
"#,
        expect![[r#"
            Type node_t 3:69-75 in File@1 exported
              Struct node 3:16-20 in File@1 exported
                Field next 3:36-40 in Class@3 exported type=node
                Field visit 3:48-53 in Class@3 exported
                  Parameter depth 3:59-64 in Function@3 local
            Variable names 4:15-20 in File@1 exported
            Variable table 4:22-27 in File@1 exported
            Function main 5:5-9 in File@1 exported
              Parameter argc 5:14-18 in Function@5 local
              Parameter argv 5:27-31 in Function@5 local
              Variable at 6:11-13 in Block@5 local type=node_t value=node_t()
              Label out 8:1-4 in Function@5 local
              Type node 3:30-34 in next
              Read SIZE 4:28-32 in table
              Type node_t 6:3-9 in main
              Type node_t 6:17-23 in main
              Read names 6:26-31 in main
              Read at 7:3-5 in main
              Read at.next 7:7-11 in main
              Call next.visit 7:13-18 in main args=1
              Read argc 7:19-23 in main
              Label out 8:11-14 in main
            import [point.h] Glob source
            chunk 3:1-76 node_t
            chunk 4:1-34 names
            chunk 5:1-9:2 main
        "#]],
    );
}

#[test]
fn cpp_members_are_owned_from_outside_too() {
    check(
        "a.cpp",
        r#"
namespace geo {
template <typename T> class Box : public Base<T> {
  int size_;
  Box(int size) : size_(size) {}
  ~Box();
};
template <typename T> Box<T>::~Box() { for (auto& it : size_) { use(it); } }
void Point::draw(const Canvas& on) { auto [x, y] = on.at(1); }
}
using geo::Box;
"#,
        expect![[r#"
            Namespace geo 2:11-14 in File@1 exported
              TypeParameter T 3:20-21 in Class@3 local
              Class Box 3:29-32 in Class@2 exported Extends=Base
                Field size_ 4:7-12 in Class@3 exported
                Constructor Box 5:3-6 in Class@3 exported
                  Parameter size 5:11-15 in Function@5 local
                Constructor Box 6:4-7 in Class@3 exported
              TypeParameter T 8:20-21 in Function@8 local
              Constructor Box 8:32-35 in Class@2 exported owner=Box
                Variable it 8:51-53 in Block@8 local value=size_ each
              Method draw 9:13-17 in Class@2 exported owner=Point
                Parameter on 9:32-34 in Function@9 local type=Canvas
                Variable x 9:44-45 in Block@9 local
                Variable y 9:47-48 in Block@9 local
              Type Base 3:42-46 in Box
              Type T 3:47-48 in Box
              Read size_ 5:19-24 in Box
              Read size 5:25-29 in Box
              Type Box 8:23-26 in Box
              Type T 8:27-28 in Box
              Read size_ 8:56-61 in Box
              Call use 8:65-68 in Box args=1
              Read it 8:69-71 in Box
              Read Point 9:6-11 in draw
              Type Canvas 9:24-30 in draw
              Read on 9:52-54 in draw
              Call on.at 9:55-57 in draw args=1
              Read geo 11:7-10 in -
              Read geo::Box 11:12-15 in - import
            import [geo] Box as Box 11:12-15
            chunk 2:1-3:23 geo
            chunk 3:23-5:3 Box
            chunk 5:3-33 Box
            chunk 6:3-10 Box
            chunk 8:23-77 Box
            chunk 9:1-63 draw
        "#]],
    );
}

#[test]
fn destructured_names_are_shorthands_wherever_they_are_bound() {
    let text = "function f({ a, n: { b }, c = 1, ...d }: P) {}
const g = ({ e }) => e;
for (const { h } of f) {}
try {} catch ({ i }) {}
const { j, k: [{ l }] } = f;
";
    for path in ["a.ts", "a.tsx", "a.js"] {
        let text = if path == "a.js" { text.replace(": P", "") } else { text.to_owned() };
        let facts = syntax::facts(path, &text, grammars::language_for_path(path, "").unwrap());
        let shorthands = facts.symbols.iter().filter(|it| it.shorthand);
        let names: Vec<&str> = shorthands.map(|it| facts.names.get(it.name)).collect();
        assert_eq!(names.concat(), "abcehijl", "{path}");
    }
}

#[test]
fn what_a_macro_is_given_by_name_is_no_variable() {
    check(
        "a.rs",
        r#"
fn f(w: usize) { p!("{w:w$} {v}", 1, w = w); p!(w == 1, w => 2); p!("{w}") }
"#,
        expect![[r#"
            Function f 2:4-5 in File@1
              Parameter w 2:6-7 in Function@2 local
              Macro p 2:18-19 in f
              Read v 2:30-31 in f
              Read w 2:42-43 in f
              Macro p 2:46-47 in f
              Read w 2:49-50 in f
              Read w 2:57-58 in f
              Macro p 2:66-67 in f
              Read w 2:71-72 in f
            chunk 2:1-77 f
        "#]],
    );
}

#[test]
fn a_function_behind_a_macro_has_its_own_name() {
    let text = "\
API int plain(int a);
API T typed(int b);
API T *pointed(int c);
API int (bracketed)(int d);
API T (typed_bracketed)(int e);
API const char *(pointed_bracketed)(int f);
API T defined(int g) { return typed(g); }
";
    for path in ["a.c", "a.h"] {
        check(
            path,
            text,
            expect![[r#"
        Function plain 1:9-14 in File@1 exported type=API
          Parameter a 1:19-20 in Function@1 local
        Function typed 2:7-12 in File@1 exported type=API
          Parameter b 2:17-18 in Function@2 local
        Function pointed 3:8-15 in File@1 exported type=API
          Parameter c 3:20-21 in Function@3 local
        Function bracketed 4:10-19 in File@1 exported type=API
          Parameter d 4:25-26 in Function@4 local
        Function typed_bracketed 5:8-23 in File@1 exported type=API
          Parameter e 5:29-30 in Function@5 local
        Function pointed_bracketed 6:18-35 in File@1 exported type=API
          Parameter f 6:41-42 in Function@6 local
        Function defined 7:7-14 in File@1 exported type=API
          Parameter g 7:19-20 in Function@7 local
          Type API 1:1-4 in plain
          Read int 1:5-8 in plain
          Type API 2:1-4 in typed
          Read T 2:5-6 in typed
          Type API 3:1-4 in pointed
          Read T 3:5-6 in pointed
          Type API 4:1-4 in bracketed
          Read int 4:5-8 in bracketed
          Type API 5:1-4 in typed_bracketed
          Read T 5:5-6 in typed_bracketed
          Type API 6:1-4 in pointed_bracketed
          Read char 6:11-15 in pointed_bracketed
          Type API 7:1-4 in defined
          Read T 7:5-6 in defined
          Call typed 7:31-36 in defined args=1
          Read g 7:37-38 in defined
        chunk 1:1-22 plain
        chunk 2:1-20 typed
        chunk 3:1-23 pointed
        chunk 4:1-28 bracketed
        chunk 5:1-32 typed_bracketed
        chunk 6:1-44 pointed_bracketed
        chunk 7:1-42 defined
        error 1:5-8
        error 2:5-6
        error 3:5-6
        error 6:11-15
        error 7:5-6
    "#]],
        );
    }
}

#[test]
fn the_body_of_a_macro_names_what_it_uses() {
    check(
        "a.c",
        r#"
#define LIMIT (BASE + 1)
#define top(L) ((L)->ci->top.p)
#define push(L, v) \
  { grow(L, 1); api_check(L, "v" && (v)); L->top = v; }
"#,
        expect![[r#"
            Macro LIMIT 2:9-14 in File@1 exported
            Macro top 3:9-12 in File@1 exported
              Parameter L 3:13-14 in Function@3 local
            Macro push 4:9-13 in File@1 exported
              Parameter L 4:14-15 in Function@4 local
              Parameter v 4:17-18 in Function@4 local
              Read BASE 2:16-20 in LIMIT
              Read L 3:18-19 in top
              Read ?.ci 3:22-24 in top
              Read ci.top 3:26-29 in top
              Read top.p 3:30-31 in top
              Call grow 5:5-9 in push
              Read L 5:10-11 in push
              Call api_check 5:17-26 in push
              Read L 5:27-28 in push
              Read v 5:38-39 in push
              Read L 5:43-44 in push
              Read L.top 5:46-49 in push
              Read v 5:52-53 in push
            chunk 2:1-3:1 LIMIT
            chunk 3:1-4:1 top
            chunk 4:1-6:1 push
        "#]],
    );
}
