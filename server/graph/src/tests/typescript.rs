//! TypeScript and JavaScript: hoisting, modules by file, aliases by manifest, classes.

use expect_test::expect;

use super::check;

#[test]
fn var_belongs_to_the_function_and_let_to_the_block() {
    check(
        "//- /a.js\nfunction f() { { var a = 1; } return a$0; }",
        expect!["/a.js:1 f::a, exact: local in scope"],
    );
    check(
        "//- /a.js\nlet a; function f() { { let a = 1; } return a$0; }",
        expect!["/a.js:1 a, exact: defined in scope"],
    );
}

#[test]
fn relative_imports_try_endings_and_index_files() {
    check(
        r#"
//- /a.ts
import { pay } from './shop';
pay$0();
//- /shop/index.ts
export * from './pay.js';
//- /shop/pay.ts
export function pay() {}
"#,
        expect!["/shop/pay.ts:1 pay, exact: imported by name"],
    );
}

#[test]
fn aliases_are_undone_on_both_sides() {
    check(
        r#"
//- /a.ts
import { b as c } from './b';
c$0();
//- /b.ts
function a() {}
export { a as b };
"#,
        expect!["/b.ts:1 a, exact: imported by name"],
    );
}

#[test]
fn default_exports_take_the_name_of_the_importer() {
    check(
        r#"
//- /a.js
import whatever from './b';
whatever$0();
//- /b.js
export default function pay() {}
"#,
        expect!["/b.js:1 pay, exact: imported by name"],
    );
    check(
        r#"
//- /a.js
import whatever from './b';
whatever$0();
//- /b.js
function pay() {}
export default pay;
"#,
        expect!["/b.js:1 pay, exact: imported by name"],
    );
}

#[test]
fn namespaces_have_what_their_module_exports() {
    check(
        "//- /a.ts\nimport * as b from './b';\nb.pay$0();\n//- /b.ts\nexport function pay() {}\n",
        expect!["/b.ts:1 pay, exact: member of the named module"],
    );
    check(
        "//- /a.ts\nimport * as b from './b';\nb$0.pay();\n//- /b.ts\nexport function pay() {}\n",
        expect!["module /b.ts"],
    );
}

#[test]
fn require_gives_the_module() {
    check(
        r#"
//- /a.js
const b = require('./b');
b.pay$0();
//- /b.js
function pay() {}
module.exports = { pay };
"#,
        expect!["/b.js:1 pay, exact: member of the named module"],
    );
}

#[test]
fn a_manifest_names_a_package_of_the_workspace() {
    check(
        "//- /app/a.ts\nimport { pay } from '@shop/core';\npay$0();\n\
         //- /core/package.json\n{\"name\": \"@shop/core\", \"main\": \"dist/index.js\"}\n\
         //- /core/src/index.ts\nexport function pay() {}\n",
        expect!["/core/src/index.ts:1 pay, exact: imported by name"],
    );
}

#[test]
fn paths_of_a_tsconfig_are_aliases() {
    check(
        r#"
//- /tsconfig.json
{ // here
"compilerOptions": { "baseUrl": ".", "paths": {"@/*": ["src/*"]} } }
//- /src/app/a.ts
import { pay } from '@/shop';
pay$0();
//- /src/shop.ts
export function pay() {}
"#,
        expect!["/src/shop.ts:1 pay, exact: imported by name"],
    );
}

#[test]
fn packages_from_outside_are_external() {
    check(
        "//- /a.ts\nimport { map } from 'rxjs';\nmap$0();\n//- /map.ts\nexport function map() {}\n",
        expect!["external"],
    );
}

#[test]
fn this_has_the_members_of_the_class_and_of_its_bases() {
    let file = r#"
//- /a.ts
import { Base } from './b';
class A extends Base { n = 1; f() { return NAME; } }
//- /b.ts
export class Base { pay() {} }
"#;
    check(
        &file.replace("NAME", "this.n$0"),
        expect!["/a.ts:2 A::n, exact: member of the enclosing type"],
    );
    check(
        &file.replace("NAME", "this.pay$0()"),
        expect!["/b.ts:1 Base::pay, exact: member of the enclosing type"],
    );
    check(&file.replace("NAME", "this.unknown$0"), expect!["unresolved"]);
}

#[test]
fn receivers_have_their_declared_or_constructed_type() {
    let file = r#"
//- /a.ts
class Cart { total() {} }
class Other { total() {} }
function make(): Cart { return new Cart(); }
"#;
    let with = |line: &str| format!("{file}{line}\n");
    check(
        &with("function f(c: Cart) { c.total$0(); }"),
        expect!["/a.ts:1 Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("const c = new Cart(); c.total$0();"),
        expect!["/a.ts:1 Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("make().total$0();"),
        expect!["/a.ts:1 Cart::total, inferred: member of what the call returns"],
    );
    check(&with("function f(c) { c.total$0(); }"), expect!["unresolved"]);
}

#[test]
fn overload_signatures_are_one_function() {
    check(
        r#"
//- /a.ts
function f(a: string): void;
function f(a: number): void;
function f(a: any) {}
f$0(1);
"#,
        expect![[r#"
            /a.ts:1 f, exact: defined in scope
            /a.ts:2 f, exact: defined in scope
            /a.ts:3 f, exact: defined in scope"#]],
    );
}

#[test]
fn a_value_written_out_has_the_members_it_is_written_with() {
    check(
        "//- /a.js\nconst config = { depth: 1 };\nconfig.depth$0;\n",
        expect!["/a.js:1 config::depth, exact: member of the named type"],
    );
    check(
        "//- /a.js\nimport rule from './b';\nrule.run$0;\n//- /b.js\nexport default { run: f };\n",
        expect!["/b.js:1 default::run, exact: member of the named type"],
    );
}

#[test]
fn super_has_the_members_of_the_bases() {
    check(
        "//- /a.ts\nclass A { f() {} }\nclass B extends A {\n f() { super.f$0(); } }\n",
        expect!["/a.ts:1 A::f, exact: member of a base type"],
    );
}

#[test]
fn a_parameter_that_makes_a_field_is_known_in_its_function() {
    check(
        "//- /a.ts\nclass A { constructor(private n: N) {\n n$0; } }\n",
        expect!["/a.ts:1 A::n, exact: defined in scope"],
    );
    check(
        "//- /a.ts\nclass A { constructor(private n: N) {}\n f() { this.n$0; } }\n",
        expect!["/a.ts:1 A::n, exact: member of the enclosing type"],
    );
}
