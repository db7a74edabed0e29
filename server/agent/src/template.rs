//! The text of a new agent's file.

use crate::AgentKind;

/// What is known of an agent that is to be.
#[derive(Clone, Debug)]
pub struct Template<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: AgentKind,
    /// How it is told to behave.
    pub instructions: &'a str,
    /// The tools it may call.
    pub tools: &'a [String],
}

/// The definition of such an agent, to be read and changed by people. That it has no faults is to
/// be seen by parsing it.
pub fn template(template: &Template<'_>) -> String {
    let Template { name, kind, instructions, tools } = template;
    let mut res = format!("name: {name}\nversion: 1.0.0\ntype: {}\n", kind.name());
    res.push_str("metadata:\n  author: user\ninstructions: |\n");
    for line in instructions.trim().lines() {
        let line = format!("  {line}");
        res.push_str(line.trim_end());
        res.push('\n');
    }
    if !tools.is_empty() {
        res.push_str(&format!("tools: [{}]\n", tools.join(", ")));
    }
    res
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AgentDef;

    #[test]
    fn a_new_definition_says_what_was_asked_for() {
        let text = template(&Template {
            name: "review",
            kind: AgentKind::Analyzer,
            instructions: "Be brief: \"no\" # is an answer.\n\n- {a: *b}\n",
            tools: &["search".to_owned(), "impact".to_owned()],
        });
        let def = AgentDef::parse(&text).unwrap();
        assert_eq!((def.name.as_str(), def.kind), ("review", AgentKind::Analyzer));
        assert_eq!(def.instructions, "Be brief: \"no\" # is an answer.\n\n- {a: *b}\n");
        assert_eq!(def.tools, ["search", "impact"]);
    }
}
