//! Skeletons of documentation, each in the style of its language.

use expect_test::{Expect, expect};

use crate::Refactor;

#[track_caller]
fn check(fixture: &str, expected: Expect) {
    super::check(&Refactor::Document, fixture, expected);
}

#[test]
fn rust_lists_arguments_before_attributes() {
    check(
        "//- /a.rs\nstruct Cart;\n\nimpl Cart {\n    #[inline]\n    pub fn $0add_item(&self, \
         item: u8, count: u32) -> u8 {\n        item\n    }\n}\n",
        expect![[r#"
            //- /a.rs
            struct Cart;

            impl Cart {
                /// Add item.
                ///
                /// # Arguments
                ///
                /// * `item` - the item
                /// * `count` - the count
                #[inline]
                pub fn add_item(&self, item: u8, count: u32) -> u8 {
                    item
                }
            }"#]],
    );
    check(
        "//- /a.rs\npub struct $0OpenCart;\n",
        expect![[r#"
        //- /a.rs
        /// The open cart.
        pub struct OpenCart;"#]],
    );
}

#[test]
fn python_writes_into_the_body() {
    check(
        "//- /a.py\nclass Cart:\n    @cached\n    def $0total(self, tax, *rest):\n        \
         if tax:\n            return 1\n",
        expect![[r#"
            //- /a.py
            class Cart:
                @cached
                def total(self, tax, *rest):
                    """Total.

                    :param tax: the tax
                    :param rest: the rest
                    :return: the result
                    """
                    if tax:
                        return 1"#]],
    );
    check(
        "//- /a.py\ndef $0reset():\n    pass\n",
        expect![[r#"
        //- /a.py
        def reset():
            """Reset."""
            pass"#]],
    );
    check(
        "//- /a.py\ndef $0reset(): pass\n",
        expect!["refused: the body of `reset` stands on the line of its head"],
    );
}

#[test]
fn typescript_javascript_and_java_have_tags() {
    check(
        "//- /a.ts\nexport function $0loadUser(userId: string): User { return find(userId) }\n",
        expect![[r#"
            //- /a.ts
            /**
             * Load user.
             *
             * @param userId - the user id
             * @returns the result
             */
            export function loadUser(userId: string): User { return find(userId) }"#]],
    );
    check(
        "//- /a.js\nfunction $0reset(cart) { cart.n = 0 }\n",
        expect![[r#"
        //- /a.js
        /**
         * Reset.
         *
         * @param cart - the cart
         */
        function reset(cart) { cart.n = 0 }"#]],
    );
    check(
        "//- /A.java\nclass A {\n    @Override\n    int $0size(int depth) { return 1; }\n}\n",
        expect![[r#"
            //- /A.java
            class A {
                /**
                 * Size.
                 *
                 * @param depth the depth
                 * @return the result
                 */
                @Override
                int size(int depth) { return 1; }
            }"#]],
    );
    check(
        "//- /A.java\nclass A {\n    void $0reset() { }\n}\n",
        expect![[r#"
        //- /A.java
        class A {
            /** Reset. */
            void reset() { }
        }"#]],
    );
}

#[test]
fn go_begins_with_the_name() {
    check(
        "//- /a.go\npackage a\n\nfunc $0Total(n int) int { return n }\n",
        expect![[r#"
        //- /a.go
        package a

        // Total ...
        func Total(n int) int { return n }"#]],
    );
}

#[test]
fn what_is_documented_stays_as_it_is() {
    check("//- /a.rs\n/// Here.\nfn $0a() {}\n", expect!["refused: `a` is documented already"]);
    check(
        "//- /a.sql\nSELECT $0a FROM b;\n",
        expect!["refused: code of this language cannot be changed by its structure"],
    );
}
