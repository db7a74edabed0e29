//! The text of an agent's file with one thing changed and everything else as its author wrote it.

use std::ops::Range;

use crate::{
    AgentDef, Limits,
    yaml::{At, Node, NodeKind, parse},
};

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revision<'a> {
    /// A limit: `steps`, `tokens` or `seconds`.
    Limit(&'a str, u64),
    /// The agent is set aside.
    Suspended,
    /// How it is told to behave.
    Instructions(&'a str),
}

/// `text`, an agent's file, with `revision`. Nothing else of the agent is another one afterwards:
/// not its tools, hooks, triggers or what starts it, whatever the revision says.
///
/// # Errors
/// Where `text` defines no agent, or is written so that this cannot be done; for people.
pub fn revised(text: &str, revision: Revision<'_>) -> Result<String, String> {
    let wrong = |it: Vec<crate::Problem>| {
        it.first().map_or_else(|| "it is no agent".to_owned(), ToString::to_string)
    };
    let before = AgentDef::parse(text).map_err(wrong)?;
    let node = parse(text).map_err(|it| it.to_string())?;
    let (place, written) = match revision {
        Revision::Limit(name, value) => limit(text, &node, name, value)?,
        Revision::Suspended if before.is_suspended => return Ok(text.to_owned()),
        Revision::Suspended => match field(&node, "suspended") {
            Some(it) => (scalar(text, it)?, "true".to_owned()),
            None => appended(text, "suspended: true")?,
        },
        Revision::Instructions(new) => instructions(text, &node, new)?,
    };
    let mut res = text.to_owned();
    res.replace_range(place, &written);
    let after = AgentDef::parse(&res).map_err(wrong)?;
    let mut wanted = before;
    match revision {
        Revision::Limit("steps", n) => wanted.limits.steps_max = n as u32,
        Revision::Limit("tokens", n) => wanted.limits.tokens_max = n,
        Revision::Limit("seconds", n) => wanted.limits.seconds_max = n as u32,
        Revision::Limit(name, _) => return Err(format!("`{name}` is no limit of these")),
        Revision::Suspended => wanted.is_suspended = true,
        Revision::Instructions(_) => wanted.instructions.clone_from(&after.instructions),
    }
    match after == wanted {
        true => Ok(res),
        false => Err("it is written so that nothing can be changed alone".to_owned()),
    }
}

/// The values of [`Revision::Limit`], by name.
pub fn limit_values(limits: &Limits) -> [(&'static str, u64); 3] {
    [
        ("steps", limits.steps_max.into()),
        ("tokens", limits.tokens_max),
        ("seconds", limits.seconds_max.into()),
    ]
}

fn field<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let NodeKind::Table(pairs) = &node.kind else { return None };
    let is_key = |it: &&(Node, Node)| matches!(&it.0.kind, NodeKind::Text(text, _) if text == key);
    pairs.iter().find(is_key).map(|it| &it.1)
}

fn limit(
    text: &str,
    node: &Node,
    name: &str,
    value: u64,
) -> Result<(Range<usize>, String), String> {
    let Some(limits) = field(node, "limits") else {
        return appended(text, &format!("limits: {{{name}: {value}}}"));
    };
    if let Some(old) = field(limits, name) {
        return Ok((scalar(text, old)?, value.to_string()));
    }
    let NodeKind::Table(pairs) = &limits.kind else { return Err("it has no limits".to_owned()) };
    let start = offset(text, limits.at)?;
    if text[start..].starts_with('{') {
        let comma = if pairs.is_empty() { "" } else { ", " };
        return Ok((start + 1..start + 1, format!("{name}: {value}{comma}")));
    }
    let indent = " ".repeat((limits.at.column as usize).saturating_sub(1));
    Ok((start..start, format!("{name}: {value}\n{indent}")))
}

/// Behind all that stands in the file.
fn appended(text: &str, line: &str) -> Result<(Range<usize>, String), String> {
    if text.trim_start().starts_with('{') {
        return Err("it is one line of YAML: nothing can be put behind it".to_owned());
    }
    let end_of_line = if text.ends_with('\n') { "" } else { "\n" };
    Ok((text.len()..text.len(), format!("{end_of_line}{line}\n")))
}

/// Where a plain value stands.
fn scalar(text: &str, node: &Node) -> Result<Range<usize>, String> {
    let NodeKind::Text(value, false) = &node.kind else {
        return Err("a value is in quotes".to_owned());
    };
    let start = offset(text, node.at)?;
    let range = start..start + value.len();
    match text.get(range.clone()) == Some(value) {
        true => Ok(range),
        false => Err("a value stands elsewhere than it seems".to_owned()),
    }
}

/// The lines of `instructions`, written anew as a block.
fn instructions(text: &str, node: &Node, new: &str) -> Result<(Range<usize>, String), String> {
    let NodeKind::Table(pairs) = &node.kind else { return Err("it is no agent".to_owned()) };
    let is_key =
        |it: &(Node, Node)| matches!(&it.0.kind, NodeKind::Text(key, _) if key == "instructions");
    let nth = pairs.iter().position(is_key).ok_or("it has no instructions")?;
    let start = offset(text, pairs[nth].0.at)?;
    let end = pairs.get(nth + 1).map_or(Ok(text.len()), |it| offset(text, it.0.at))?;
    if pairs[nth].0.at.column != 1 || new.trim().is_empty() {
        return Err("instructions are a block of text at the beginning of a line".to_owned());
    }
    let mut block = "instructions: |\n".to_owned();
    for line in new.trim().lines() {
        block.push_str(format!("  {line}").trim_end());
        block.push('\n');
    }
    Ok((start..end, block))
}

fn offset(text: &str, at: At) -> Result<usize, String> {
    let mut start = 0;
    for (nth, line) in text.split_inclusive('\n').enumerate() {
        if nth + 1 == at.line as usize {
            let column = (at.column as usize).saturating_sub(1);
            let within = line.char_indices().map(|it| it.0).chain([line.len()]).nth(column);
            return within.map(|it| start + it).ok_or_else(|| "a place is not there".to_owned());
        }
        start += line.len();
    }
    Err("a line is not there".to_owned())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const HEAD: &str = "\
name: scout
version: 1.0.0
type: analyzer # looks
instructions: |
  Look.
";

    #[track_caller]
    fn check(tail: &str, revision: Revision<'_>, expected: Expect) {
        let text = format!("{HEAD}{tail}");
        let shown = match revised(&text, revision) {
            Ok(new) => new.strip_prefix(HEAD).unwrap_or(&new).to_owned(),
            Err(why) => why,
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_limit_is_set_wherever_limits_are_written() {
        let more = Revision::Limit("steps", 40);
        check("", more, expect!["limits: {steps: 40}\n"]);
        check(
            "limits: {steps: 20, tokens: 5} # few\ntools: [search]\n",
            more,
            expect!["limits: {steps: 40, tokens: 5} # few\ntools: [search]\n"],
        );
        check("limits: {tokens: 5}\n", more, expect!["limits: {steps: 40, tokens: 5}\n"]);
        check("limits:\n  tokens: 5\n", more, expect!["limits:\n  steps: 40\n  tokens: 5\n"]);
        check("limits:\n  steps: 2 # no\n", more, expect!["limits:\n  steps: 40 # no\n"]);
        check("limits: {steps: 20}", more, expect!["limits: {steps: 40}"]);
    }

    #[test]
    fn what_no_definition_may_say_is_refused() {
        let check = |it, expected| check("tools: [search]\n", it, expected);
        check(
            Revision::Limit("steps", 9_999),
            expect!["7:17: `steps` is a whole number from 1 to 500, not `9999`"],
        );
        check(Revision::Limit("cost_micros", 5), expect!["`cost_micros` is no limit of these"]);
        check(
            Revision::Limit("steps: 4}\ntools: [write]\n#", 5),
            expect!["8:1: `tools` is there twice"],
        );
    }

    #[test]
    fn instructions_are_text_whatever_they_say() {
        let new = "Look well.\ntools: [write]\n\n- {a: *b}\nhooks: none\n";
        let text = format!("{HEAD}tools: [search]\n");
        let text = revised(&text, Revision::Instructions(new)).unwrap();
        let def = AgentDef::parse(&text).unwrap();
        assert_eq!((def.instructions.as_str(), def.tools.len()), (new, 1));
        assert!(text.ends_with("tools: [search]\n"), "{text}");
        check(
            "",
            Revision::Instructions(" \n"),
            expect![["instructions are a block of text at the beginning of a line"]],
        );
    }

    #[test]
    fn an_agent_is_set_aside_once() {
        check("", Revision::Suspended, expect!["suspended: true\n"]);
        check("suspended: true\n", Revision::Suspended, expect!["suspended: true\n"]);
        check("suspended: false # no\n", Revision::Suspended, expect!["suspended: true # no\n"]);
    }
}
