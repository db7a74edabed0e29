//! Setting values as they come in, from TOML or from a client, before they are checked.

use std::{collections::BTreeMap, fmt};

/// A value of any shape. Clients speak JSON, files TOML; both become this at their door.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: the setting is not set.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// Several values.
    List(Vec<Value>),
    /// Values by key.
    Table(BTreeMap<String, Value>),
}

impl Value {
    /// The word for its shape, with an article.
    pub fn shape(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number with a fraction",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(it) => write!(f, "{it}"),
            Value::Int(it) => write!(f, "{it}"),
            Value::Float(it) => write!(f, "{it}"),
            Value::Text(it) => write!(f, "{it:?}"),
            Value::List(_) | Value::Table(_) => f.write_str(self.shape()),
        }
    }
}
