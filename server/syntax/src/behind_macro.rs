//! Functions behind a macro (`API T f(void)`), which the grammars of C and C++ do not know: they
//! take the macro for the type, and the type for the name or for what the name belongs to.

use tree_sitter::{Node, TreeCursor};

/// The name that a function truly has, where its type was `taken` for it.
pub(crate) fn behind_macro<'a>(taken: &TreeCursor<'a>) -> Option<Node<'a>> {
    let mut cursor = taken.clone();
    // `API T f(void)`: the name is left over.
    if cursor.goto_next_sibling() && cursor.node().is_error() {
        let left = cursor.node();
        let only = left.named_child(0).filter(|_| left.named_child_count() == 1)?;
        return (only.kind_id() == taken.node().kind_id()).then_some(only);
    }
    // `API T (f)(void)`: a function that gives a function, which there is not.
    let mut around = || cursor.goto_parent().then(|| cursor.node());
    let (inner, outer) = (around()?, around()?);
    let parameters = inner.child_by_field_name("parameters")?;
    outer.child_by_field_name("parameters").filter(|_| inner.kind_id() == outer.kind_id())?;
    let only = parameters.named_child(0).filter(|_| parameters.named_child_count() == 1)?;
    only.child_by_field_name("type").filter(|_| only.named_child_count() == 1)
}

/// Whether what a function seems to belong to is its type: `T f(void)` is taken for a `T::f` whose
/// `::` is missing.
pub(crate) fn is_torn(node: Node<'_>) -> bool {
    if !node.has_error() {
        return false;
    }
    let Some(name) = node.child_by_field_name("declarator") else { return false };
    let mut cursor = name.walk();
    name.children(&mut cursor).any(|it| it.is_missing())
}
