//! References: uses of names, packed, for a workspace has millions.

use std::fmt;

use text::{TextRange, TextSize};

use crate::{NameId, ReferenceIdx};

/// An identifier that uses a name. Sixteen bytes, for a workspace has millions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    name: NameId,
    start: TextSize,
    /// Two bits of tag, then the index.
    qualifier: u32,
    len: u16,
    /// Three bits kind, two bits access, then "is the imported name of an import" and "shorthand",
    /// then five bits number of arguments plus one, then "its qualifier is an element", "there is
    /// an array of it", "listed as exported" and "member or in scope".
    bits: u16,
}

/// What a reference does with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ReferenceKind {
    /// Its value is read, or it is unknown what happens.
    Read,
    /// It is assigned.
    Write,
    /// It is called.
    Call,
    /// It stands where a type stands.
    Type,
    /// A macro is expanded.
    Macro,
    /// A label or lifetime is used; only symbols of kind `Label` answer it.
    Label,
}

/// How a reference reaches its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Access {
    /// By scope.
    Bare,
    /// As a member of a value (`a.b`).
    Member,
    /// Through a path (`a::b`).
    Path,
    /// As the name of an argument (`f(a=1)`); the qualifier is what is called.
    Argument,
}

/// What stands before a member or a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// Nothing.
    None,
    /// A name: `a` in `a.b`, `b` in `a.b.c`.
    Reference(ReferenceIdx),
    /// The value of a call; this is its callee.
    Call(ReferenceIdx),
    /// Anything else.
    Opaque,
}

/// Most references a file may have: what is left of 32 bits beside the tag of a qualifier.
pub const REFERENCES_MAX: usize = (1 << 30) - 1;

/// Numbers of arguments above this are not kept.
pub const ARGUMENTS_MAX: usize = 30;

const QUALIFIER_INDEX: u32 = (1 << 30) - 1;

impl Reference {
    /// A bare, unqualified read of `name` at `range`, which is at most [`NAME_BYTES_MAX`] long.
    pub fn new(name: NameId, range: TextRange) -> Reference {
        let len = u16::try_from(range.len().raw()).unwrap_or(u16::MAX);
        Reference { name, start: range.start(), qualifier: 0, len, bits: 0 }
    }

    /// A reference from what [`Reference::bits`] and the getters say.
    pub(crate) fn from_parts(
        name: NameId,
        range: TextRange,
        bits: u16,
        qualifier: Qualifier,
    ) -> Reference {
        let access = match bits >> 3 & 0b11 {
            1 => Access::Member,
            2 => Access::Path,
            3 => Access::Argument,
            _ => Access::Bare,
        };
        Reference { bits, ..Reference::new(name, range) }.with_access(access, qualifier)
    }

    /// Kind, access and marks in one number.
    pub(crate) fn bits(&self) -> u16 {
        self.bits
    }

    /// The same reference, of a name that has another number.
    pub(crate) fn with_name(mut self, name: NameId) -> Reference {
        self.name = name;
        self
    }

    /// The same reference, standing elsewhere.
    pub(crate) fn with_start(mut self, start: TextSize) -> Reference {
        self.start = start;
        self
    }

    /// The same reference with another kind.
    pub fn with_kind(mut self, kind: ReferenceKind) -> Reference {
        self.bits = self.bits & !0b111 | kind as u16;
        self
    }

    /// The same reference with another access and qualifier.
    pub fn with_access(mut self, access: Access, qualifier: Qualifier) -> Reference {
        self.bits = self.bits & !0b11000 | (access as u16) << 3;
        self.qualifier = match qualifier {
            Qualifier::None => 0,
            Qualifier::Opaque => 1 << 30,
            Qualifier::Reference(it) => 2 << 30 | it.index() as u32 & QUALIFIER_INDEX,
            Qualifier::Call(it) => 3 << 30 | it.index() as u32 & QUALIFIER_INDEX,
        };
        self
    }

    /// The same reference, being the imported name of an import.
    pub fn with_import(mut self) -> Reference {
        self.bits |= 0b10_0000;
        self
    }

    /// The same reference, being a field and a local of one name at once.
    pub fn with_shorthand(mut self) -> Reference {
        self.bits |= 0b100_0000;
        self
    }

    /// The same reference, being called with `n` arguments; above [`ARGUMENTS_MAX`] that is not
    /// kept.
    pub fn with_arguments(mut self, n: usize) -> Reference {
        let kept = if n <= ARGUMENTS_MAX { n as u16 + 1 } else { 0 };
        self.bits = self.bits & !(0b1_1111 << 7) | kept << 7;
        self
    }

    /// The same reference, its qualifier being one of the many values that this one holds.
    pub fn with_element(mut self) -> Reference {
        self.bits |= 1 << 12;
        self
    }

    /// The same reference, being the type of the elements of an array.
    pub fn with_array(mut self) -> Reference {
        self.bits |= 1 << 13;
        self
    }

    /// The same reference, being in the list of what the file exports.
    pub fn with_listed(mut self) -> Reference {
        self.bits |= 1 << 14;
        self
    }

    /// The same reference, being a member of what its qualifier is, or else known by scope.
    pub fn with_case(mut self) -> Reference {
        self.bits |= 1 << 15;
        self
    }

    /// The same reference at another place.
    pub(crate) fn placed(mut self, range: TextRange) -> Reference {
        self.start = range.start();
        self.len = u16::try_from(range.len().raw()).unwrap_or(u16::MAX);
        self
    }

    /// The name used.
    pub fn name(&self) -> NameId {
        self.name
    }

    /// Where it stands.
    pub fn range(&self) -> TextRange {
        TextRange::at(self.start, TextSize::new(u32::from(self.len)))
    }

    /// Where it begins.
    pub fn start(&self) -> TextSize {
        self.start
    }

    /// What is done with the name.
    pub fn kind(&self) -> ReferenceKind {
        match self.bits & 0b111 {
            1 => ReferenceKind::Write,
            2 => ReferenceKind::Call,
            3 => ReferenceKind::Type,
            4 => ReferenceKind::Macro,
            5 => ReferenceKind::Label,
            _ => ReferenceKind::Read,
        }
    }

    /// How the name is reached.
    pub fn access(&self) -> Access {
        match self.bits >> 3 & 0b11 {
            1 => Access::Member,
            2 => Access::Path,
            3 => Access::Argument,
            _ => Access::Bare,
        }
    }

    /// What stands before the name; opaque where that is an element of something, which
    /// [`Reference::element_of`] tells.
    pub fn qualifier(&self) -> Qualifier {
        if self.bits & 1 << 12 != 0 { Qualifier::Opaque } else { self.before() }
    }

    /// What holds the values of which one stands before the name: `a` in `a[0].b`.
    pub fn element_of(&self) -> Qualifier {
        if self.bits & 1 << 12 != 0 { self.before() } else { Qualifier::None }
    }

    /// Whether it is the type of the elements of an array.
    pub fn is_array(&self) -> bool {
        self.bits & 1 << 13 != 0
    }

    /// Whether it is in the list of what the file exports.
    pub fn is_listed(&self) -> bool {
        self.bits & 1 << 14 != 0
    }

    /// Whether it is known by scope where it is no member of what its qualifier is.
    pub fn is_case(&self) -> bool {
        self.bits & 1 << 15 != 0
    }

    /// What is kept of the qualifier, whichever it is.
    pub(crate) fn before(&self) -> Qualifier {
        let idx = ReferenceIdx::new((self.qualifier & QUALIFIER_INDEX) as usize);
        match self.qualifier >> 30 {
            0 => Qualifier::None,
            1 => Qualifier::Opaque,
            2 => Qualifier::Reference(idx),
            _ => Qualifier::Call(idx),
        }
    }

    /// True where it is the imported name of an import; [`FileFacts::import_of`] finds which.
    pub fn is_import(&self) -> bool {
        self.bits & 0b10_0000 != 0
    }
}

impl Reference {
    /// With how many arguments it is called, where that is known.
    pub fn n_args(&self) -> Option<u8> {
        u8::try_from(self.bits >> 7 & 0b1_1111).ok()?.checked_sub(1)
    }

    /// True where the name is a field's and a local's at once (`S { a }`): renamed, it must become
    /// `a: new` or `new: a`.
    pub fn is_shorthand(&self) -> bool {
        self.bits & 0b100_0000 != 0
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reference")
            .field("name", &self.name)
            .field("range", &self.range())
            .field("kind", &self.kind())
            .field("access", &self.access())
            .field("qualifier", &self.qualifier())
            .field("is_import", &self.is_import())
            .finish()
    }
}
