//! What a language pack says about changing code without changing what it does (`[refactor]`).

/// Node kinds, positions and templates. A *position* is `kind` (any child of it), `kind.field` or
/// `kind/child`, the child being a node kind. An entry with two or three parts
/// (`let_declaration.pattern.value`) names a node and fields in it; its first part may be
/// `kind/child`: the fields are those of the child then.
#[derive(Clone, Copy, Debug)]
pub struct RefactorRules {
    /// Kinds whose named children are statements.
    pub blocks: &'static [&'static str],
    /// Kinds with a body that runs when it is called, not where it stands.
    pub functions: &'static [&'static str],
    /// Kinds of values that can be given a name of their own.
    pub values: &'static [&'static str],
    /// Positions whose child is evaluated once whenever the node is, in the order written.
    pub evaluated: &'static [&'static str],
    /// Positions whose child is no value by itself: a callee, a place that is assigned or borrowed.
    pub not_as: &'static [&'static str],
    /// Kinds whose only child may stand for several values.
    pub several_values: &'static [&'static str],
    /// Operators behind whose first operand the others may not be evaluated.
    pub lazy_operators: &'static [&'static str],
    /// Kinds that do something: called twice or later, they may do something else.
    pub effects: &'static [&'static str],
    /// Kinds whose value something else may change in between, or that are a new thing each time.
    pub reads: &'static [&'static str],
    /// Kinds that need no parentheses wherever they stand.
    pub atoms: &'static [&'static str],
    /// Positions that borrow their child.
    pub borrowed: &'static [&'static str],
    /// Kinds of values that live only until the end of their statement where they are borrowed.
    pub temporaries: &'static [&'static str],
    /// Kinds in a declaration that say that the variable changes.
    pub mutable: &'static [&'static str],
    /// Declarations of one variable: kind, field of the name, field of the value.
    pub variables: &'static [&'static str],
    /// Declares `{name}` of `{type}` with `{value}`.
    pub declare: &'static str,
    /// Kinds whose type is known: `kind=type`. Types are written only where
    /// [`RefactorRules::declare`] asks for them.
    pub types: &'static [&'static str],
    /// Kinds that name their type in a field.
    pub type_fields: &'static [&'static str],
    /// Operators that give a truth value.
    pub truth_operators: &'static [&'static str],
    /// Its type.
    pub truth_type: &'static str,
    /// Types that need no import.
    pub plain_types: &'static [&'static str],
    /// Kinds of types that need no import.
    pub primitive_types: &'static [&'static str],
    /// Where a declaration of a variable writes its type.
    pub declared_types: &'static [&'static str],
    /// Kinds of calls, with the field of what is called.
    pub calls: &'static [&'static str],
    /// Kinds of arguments that are not one value for the parameter at their place.
    pub odd_arguments: &'static [&'static str],
    /// Kinds of parameters that are names and take one value each.
    pub plain_parameters: &'static [&'static str],
    /// Kinds of statements whose only child is what the function gives; a kind of block where its
    /// last value is.
    pub returned: &'static [&'static str],
    /// Words before the name of a function that make more of a call than running the body.
    pub special_words: &'static [&'static str],
    /// What before a definition lets other files use it; empty where nothing is needed.
    pub made_visible: &'static str,
    /// Names that mean the call in which they stand.
    pub frame_names: &'static [&'static str],
    /// Kinds of functions in which these names, and those of the receiver, mean something of their
    /// own.
    pub own_frames: &'static [&'static str],
    /// Node kinds before whose block a name may be bound that is gone once the node is left
    /// (`except E as e`).
    pub fleeting: &'static [&'static str],
    /// Positions of parameters that take their type from what is around the function, where none
    /// is written (`kind.field`).
    pub contextual: &'static [&'static str],
    /// Kinds around a definition that belong to it.
    pub definition_wrappers: &'static [&'static str],
    /// Kinds of decorations of a definition.
    pub attributes: &'static [&'static str],
    /// Names of decorations through which nobody else reaches a definition.
    pub harmless_attributes: &'static [&'static str],
    /// Words before a name that keep it from being used outside.
    pub hidden_by: &'static [&'static str],
    /// Names of functions that the system calls.
    pub entry_points: &'static [&'static str],
    /// Names of functions that keep them: the language looks for the name.
    pub prescribed: &'static [&'static str],
    /// Names of files, without their endings, by which the language or its tools find them.
    pub found_by_name: &'static [&'static str],
    /// Kinds of values that are written out with their members.
    pub written_out: &'static [&'static str],
    /// Kinds around definitions that are put together with those of other files.
    pub open_inside: &'static [&'static str],
    /// The name of what is given none.
    pub blank: &'static str,
    /// What stands in a block that must not be empty.
    pub empty_block: &'static str,
    /// Kinds that leave the function.
    pub exits: &'static [&'static str],
    /// Kinds that leave a loop.
    pub loop_exits: &'static [&'static str],
    /// Kinds that such an exit leaves.
    pub loops: &'static [&'static str],
    /// Kinds inside which a block cannot become a function of its own.
    pub not_inside: &'static [&'static str],
    /// Where variables write their types: kind, field of the name, field of the type.
    pub parameters: &'static [&'static str],
    /// Kinds of types that are passed without being given away; empty where all are.
    pub passed: &'static [&'static str],
    /// Kinds of declarations and of types of which more may be known where a variable is used.
    pub narrowed: &'static [&'static str],
    /// Where a function writes the type of its result.
    pub results: &'static [&'static str],
    /// A function: `{name}`, `{parameters}`, `{result}`, `{body}`.
    pub function: &'static str,
    /// A function of a type, where it is written otherwise.
    pub method: &'static str,
    /// One parameter: `{name}`, `{type}`.
    pub parameter: &'static str,
    /// The receiver as first parameter.
    pub receiver: &'static str,
    /// The result: `{type}`.
    pub result: &'static str,
    /// The same where there is none.
    pub no_result: &'static str,
    /// Gives `{name}` back, as the last statement.
    pub result_statement: &'static str,
    /// A `{call}` as a statement.
    pub call_statement: &'static str,
    /// A `{call}` of a function of the same type.
    pub method_call: &'static str,
    /// Kinds in a function that a function made of a part of it needs too (`throws`).
    pub clauses: &'static [&'static str],
    /// Bodies of functions.
    pub bodies: &'static [&'static str],
    /// Kinds of lists of type parameters.
    pub type_parameters: &'static [&'static str],
    /// Imports `{name}` from `{module}`.
    pub import_name: &'static str,
    /// Imports `{module}` itself.
    pub import_module: &'static str,
    /// The name of the module in an import of names.
    pub import_modules: &'static [&'static str],
    /// `free` where the order of imports means nothing.
    pub import_order: &'static str,
    /// `none` where an import that is not used does nothing.
    pub import_effects: &'static str,
    /// `body` where documentation is the first thing in the body, not before the definition.
    pub doc_inside: &'static str,
    /// Documentation of what takes and gives nothing, in one line: `{symbol}`, `{summary}`; empty
    /// where the language has no style of its own.
    pub doc_short: &'static str,
    /// The first lines of documentation: `{symbol}`, `{summary}`.
    pub doc_open: &'static [&'static str],
    /// What stands between those and the parts.
    pub doc_gap: &'static [&'static str],
    /// What stands before the parameters.
    pub doc_parameters: &'static [&'static str],
    /// One parameter: `{name}`, and `{words}`, the words of its name.
    pub doc_parameter: &'static str,
    /// What is given back.
    pub doc_result: &'static [&'static str],
    /// The last lines.
    pub doc_close: &'static [&'static str],
}
