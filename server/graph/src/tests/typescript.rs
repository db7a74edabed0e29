//! TypeScript and JavaScript: hoisting, modules by file, aliases by manifest, classes.

use expect_test::expect;

use super::{check, resolved};

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

#[test]
fn manifests_say_where_packages_begin() {
    let with = |manifest: &str, import: &str| {
        format!(
            "//- /packages/a/package.json\n{manifest}\n//- /packages/a/src/main.ts\nexport \
             function go() {{}}\n\
             //- /packages/a/src/sub/x.ts\nexport function go() {{}}\n\
             //- /packages/b/b.ts\nimport {{ go }} from '{import}';\ngo$0();\n"
        )
    };
    check(
        &with(r#"{"name":"@o/a","exports":{".":"./src/main.ts"}}"#, "@o/a"),
        expect!["/packages/a/src/main.ts:1 go, exact: imported by name"],
    );
    check(
        &with(
            r#"{"name":"@o/a","exports":{".":"./dist/main.js","./sub/*":"./dist/sub/*.js"}}"#,
            "@o/a",
        ),
        expect!["/packages/a/src/main.ts:1 go, exact: imported by name"],
    );
    check(
        &with(
            r#"{"name":"@o/a","exports":{".":"./dist/main.js","./sub/*":"./dist/sub/*.js"}}"#,
            "@o/a/sub/x",
        ),
        expect!["/packages/a/src/sub/x.ts:1 go, exact: imported by name"],
    );
    check(
        &with(r#"{"name":"a","main":"lib/main.js"}"#, "a"),
        expect!["/packages/a/src/main.ts:1 go, exact: imported by name"],
    );
    check(
        &with(r#"{"name":"a","main":"./src/main"}"#, "a"),
        expect!["/packages/a/src/main.ts:1 go, exact: imported by name"],
    );
    check(
        &with(r#"{"name":"a","exports":"./src/main.ts"}"#, "a"),
        expect!["/packages/a/src/main.ts:1 go, exact: imported by name"],
    );
    check(
        &with(
            r#"{"name":"a","exports":{"import":{"types":"./d.ts","default":"./src/main.ts"}}}"#,
            "a",
        ),
        expect!["/packages/a/src/main.ts:1 go, exact: imported by name"],
    );
    check(
        &with(r#"{"name":"a"}"#, "a/src/sub/x"),
        expect!["/packages/a/src/sub/x.ts:1 go, exact: imported by name"],
    );
}

#[test]
fn an_alias_of_a_tsconfig_may_be_extended() {
    check(
        "//- /tsconfig.base.json\n{\"compilerOptions\":{\"baseUrl\":\".\",\"paths\":{\"@/*\
        \":[\"src/*\"]}}}\n\
         //- /app/tsconfig.json\n{\"extends\":\"../tsconfig.base.json\"}\n\
         //- /src/x.ts\nexport function go() {}\n//- /app/a.ts\nimport { go } from \
             '@/x';\ngo$0();\n",
        expect!["/src/x.ts:1 go, exact: imported by name"],
    );
    check(
        "//- /tsconfig.json\n{\"compilerOptions\":{\"baseUrl\":\"src\"}}\n\
         //- /src/lib/x.ts\nexport function go() {}\n//- /src/a.ts\nimport { go } from \
             'lib/x';\ngo$0();\n",
        expect!["/src/lib/x.ts:1 go, exact: imported by name"],
    );
    check(
        "//- /package.json\n{\"name\":\"x\",\"imports\":{\"#lib/*\":\"./src/*.ts\"}}\n\
         //- /src/x.ts\nexport function go() {}\n//- /src/a.ts\nimport { go } from \
             '#lib/x';\ngo$0();\n",
        expect!["/src/x.ts:1 go, exact: imported by name"],
    );
}

#[test]
fn commonjs_hands_out_what_it_assigns() {
    let with = |lib: &str, main: &str| format!("//- /lib.js\n{lib}\n//- /a.js\n{main}\n");
    check(
        &with("exports.go = function () {};", "const { go } = require('./lib');\ngo$0();"),
        expect!["/lib.js:1 go, exact: imported by name"],
    );
    check(
        &with(
            "function go() {}\nmodule.exports = { go };",
            "const lib = require('./lib');\nlib.go$0();",
        ),
        expect!["/lib.js:1 go, exact: member of the named module"],
    );
    check(
        &with("function go() {}\nmodule.exports = { go: go };", "require('./lib').go$0();"),
        expect!["unresolved"],
    );
    check(
        &with(
            "module.exports = class A { go() {} };",
            "const A = require('./lib');\nnew A().go$0();",
        ),
        expect!["/lib.js:1 A::go, inferred: member of what the call returns"],
    );
    check(
        &with("module.exports = function make() {};", "const make = require('./lib');\nmake$0();"),
        expect!["/lib.js:1 make, exact: imported by name"],
    );
    check(
        &with("module.exports.go = () => {};", "const lib = require('./lib');\nlib.go$0();"),
        expect!["/lib.js:1 go, exact: member of the named module"],
    );
    check(
        &with(
            "function A() {}\nA.prototype.go = function () {};\nmodule.exports = A;",
            "const A = require('./lib');\nconst a = new A();\na.go$0();",
        ),
        expect!["/lib.js:2 A::go, inferred: member of the receiver's type"],
    );
    check(
        &with(
            "exports.sub = require('./sub');\n//- /sub.js\nexports.go = function () {};",
            "const lib = require('./lib');\nlib.sub.go$0();",
        ),
        expect!["unresolved"],
    );
}

#[test]
fn exports_are_handed_on() {
    let files = "//- /x.ts\nexport function go() {}\nexport default class K { run() {} \
        }\nexport type T = number;\n\
        //- /y.ts\nexport * from './x';\nexport { default } from './x';\nexport { default as \
            Named } from './x';\nexport * as all from './x';\n";
    let with = |text: &str| format!("{files}//- /a.ts\n{text}\n");
    check(
        &with("import { go } from './y';\ngo$0();"),
        expect!["/x.ts:1 go, exact: imported by name"],
    );
    check(&with("import K from './y';\nnew K$0();"), expect!["/x.ts:2 K, exact: imported by name"]);
    check(
        &with("import { Named } from './y';\nnew Named$0();"),
        expect!["/x.ts:2 K, exact: imported by name"],
    );
    check(
        &with("import { all } from './y';\nall.go$0();"),
        expect!["/x.ts:1 go, exact: member of the named module"],
    );
    check(
        &with("import * as y from './y';\ny.all.go$0();"),
        expect!["/x.ts:1 go, exact: member of the named module"],
    );
    check(
        &with("import type { T } from './y';\nlet t: T$0;"),
        expect!["/x.ts:3 T, exact: imported by name"],
    );
    check(
        &with("import Any from './x';\nnew Any().run$0();"),
        expect!["/x.ts:2 K::run, inferred: member of what the call returns"],
    );
    check(
        &with("async function f() { const y = await import('./y'); y.go$0(); }"),
        expect!["/x.ts:1 go, exact: imported through another module"],
    );
}

#[test]
fn receivers_are_known_by_what_is_written() {
    let files = "//- /a.ts\nclass B { go() {} static make(): B { return new B(); } }\n\
        interface I { b: B; bs: B[]; f(): B; }\n\
        class A { b = new B(); private c: B; bs: Array<B> = []; \
        constructor(public d: B) { this.c = d; }\n\
        e(): B { return this.b; } g() { return this.b; } get h(): B { return this.b; } \
        me(): this { return this; }\n\
        async later(): Promise<B> { return this.b; } }\n";
    let with = |text: &str| format!("{files}{text}\n");
    check(
        &with("function f(a: A) { a.b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(a: A) { a.c.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(a: A) { a.d.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(a: A) { a.e().go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("function f(a: A) { a.g().go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("function f(a: A) { a.h.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(a: A) { a.me().e$0(); }"),
        expect!["/a.ts:4 A::e, inferred: member of what the call returns"],
    );
    check(
        &with("async function f(a: A) { (await a.later()).go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("async function f(a: A) { const b = await a.later(); b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(a: A) { a.later().then((b) => b.go$0()); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(i: I) { i.f().go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("function f(i: I) { i.bs[0].go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of an element's type"],
    );
    check(
        &with("function f(i: I) { for (const b of i.bs) b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(i: I) { i.bs.forEach((b) => b.go$0()); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(a?: A) { a?.b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(a: A | null) { a!.b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(a: any) { (a as A).b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("const b = B.make();\nb.go$0();"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("const f = (a: A) => a.b;\nf(x).go$0();"),
        expect!["/a.ts:1 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("function f({ b }: I) { b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(i: I) { const { b } = i; b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("const o = { b: new B() };\no.b.go$0();"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f<X extends I>(i: X) { i.b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("class C extends A { f() { this.b.go$0(); } }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(m: Map<string, B>) { m.get('x')!.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("let b: B | undefined;\nfunction f() { b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("function f(b: Readonly<B>) { b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("const make = () => new B();\nmake().go$0();"),
        expect!["/a.ts:1 B::go, inferred: member of what the call returns"],
    );
    check(
        &with("function f(x: unknown) { if (x instanceof B) x.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the type that was asked for"],
    );
    check(
        &with("type P = { b: B };\nfunction f(p: P) { p.b.go$0(); }"),
        expect!["/a.ts:1 B::go, inferred: member of the receiver's type"],
    );
    check(
        &with("type P = A & I;\nfunction f(p: P) { p.f$0(); }"),
        expect!["/a.ts:2 I::f, inferred: member of the receiver's type"],
    );
}

#[test]
fn what_a_declaration_file_declares_is_known_everywhere() {
    let files = "//- /w/global.d.ts\ndeclare var __DEV__: boolean\ndeclare const VERSION: string\n\
                 declare function ready(): void\ninterface Shop { n: number }\n\
                 //- /w/module.d.ts\nexport declare const HIDDEN: string\n\
                 //- /w/script.ts\nvar plain = 1\n";
    let with = |text: &str| format!("{files}//- /w/a.ts\nimport './b'\n{text}\n");
    for (text, line) in [
        ("if (__DEV__$0) {}", "1 __DEV__"),
        ("log(VERSION$0)", "2 VERSION"),
        ("ready$0()", "3 ready"),
        ("let s: Shop$0", "4 Shop"),
    ] {
        let expected = format!("/w/global.d.ts:{line}, exact: declared for all files");
        assert_eq!(resolved(&with(text)), expected);
    }
    check(
        &with("function f(s: Shop) { s.n$0 }"),
        expect!["/w/global.d.ts:4 Shop::n, inferred: member of the receiver's type"],
    );
    check(&with("HIDDEN$0"), expect!["external"]);
    check(&with("plain$0"), expect!["external"]);
}
