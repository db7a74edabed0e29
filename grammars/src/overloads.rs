//! How functions of one name are told apart by what they are given.

/// What a language says of the types of arguments; all empty where a name means one function. Pairs
/// are written `left=right`. Types are meant as [`Overloads`] of the facts write them: without what
/// stands in angle brackets and without the path before the last name.
#[derive(Clone, Copy, Debug)]
pub struct Overloads {
    /// Node kinds that have one type: `string_literal=String`.
    pub literals: &'static [&'static str],
    /// Nodes that name their type in a field, and what follows it: `cast_expression.type`,
    /// `array_creation_expression.type[]`.
    pub typed: &'static [&'static str],
    /// Node kinds whose value is of no primitive type: `null_literal`.
    pub no_primitives: &'static [&'static str],
    /// Types of which a value is taken where the other is asked for: `int=long`. Of a type on the
    /// left side this is all there is, and no other is one of it.
    pub converts: &'static [&'static str],
    /// Primitive types and those that hold one of their values: `int=Integer`.
    pub boxes: &'static [&'static str],
    /// Types that everything is.
    pub top: &'static [&'static str],
    /// What stands before the name of a parameter that takes all arguments that are left: `...`.
    pub rest: &'static [&'static str],
    /// Types of members that no workspace defines, by name: `length=int`.
    pub results: &'static [&'static str],
}

impl Overloads {
    /// Whether types tell functions of one name apart.
    pub fn by_types(&self) -> bool {
        !self.literals.is_empty()
    }

    /// Whether the type is primitive.
    pub fn is_primitive(&self, name: &str) -> bool {
        right_of(self.boxes, name).next().is_some()
    }

    /// What a primitive type is held in.
    pub fn boxed(&self, name: &str) -> Option<&'static str> {
        right_of(self.boxes, name).next()
    }

    /// The primitive type that a type holds.
    pub fn unboxed(&self, name: &str) -> Option<&'static str> {
        let mut pairs = self.boxes.iter().filter_map(|it| it.split_once('='));
        pairs.find(|(_, right)| *right == name).map(|(left, _)| left)
    }

    /// The type of a literal of the node kind.
    pub fn literal(&self, kind: &str) -> Option<&'static str> {
        right_of(self.literals, kind).next()
    }

    /// The field in which a node of the kind names its type, and whether it is an array of that.
    pub fn type_field(&self, kind: &str) -> Option<(&'static str, bool)> {
        let mut pairs = self.typed.iter().filter_map(|it| it.split_once('.'));
        let (_, field) = pairs.find(|(node, _)| *node == kind)?;
        Some(field.strip_suffix("[]").map_or((field, false), |it| (it, true)))
    }

    /// The type of a member that no workspace defines.
    pub fn result(&self, member: &str) -> Option<&'static str> {
        right_of(self.results, member).next()
    }

    /// How many conversions lead from one type to another; `None` where none does.
    pub fn conversions(&self, from: &str, to: &str) -> Option<u32> {
        const CONVERSIONS_MAX: u32 = 8;
        let mut reached = vec![from];
        for n in 0..CONVERSIONS_MAX {
            if reached.contains(&to) {
                return Some(n);
            }
            reached = reached.iter().flat_map(|it| right_of(self.converts, it)).collect();
        }
        None
    }

    /// Whether all conversions of the type are known.
    pub fn is_closed(&self, name: &str) -> bool {
        right_of(self.converts, name).next().is_some()
    }
}

fn right_of<'a>(
    pairs: &'static [&'static str],
    left: &'a str,
) -> impl Iterator<Item = &'static str> + use<'a> {
    let pairs = pairs.iter().filter_map(|it| it.split_once('='));
    pairs.filter(move |(it, _)| *it == left).map(|(_, right)| right)
}
