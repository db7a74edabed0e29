//! Documents in which a user writes to an agent: the request that a run begins with, and the end of
//! a transcript, where the next message goes. Both are read as they stand in the editor.

use std::collections::BTreeMap;

use crate::{AgentDef, Capability};

/// Behind this line stands what the user writes.
const MARK: &str = "<!-- aios: write below this line";
/// What a request begins with.
const REQUEST: &str = "# Request to ";
/// A longer text is no message.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// What a user wrote for an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The agent.
    pub agent: String,
    /// The capability, where one is named.
    pub capability: Option<String>,
    /// The parameters that have a value.
    pub arguments: BTreeMap<String, String>,
    /// What stands below the line.
    pub message: String,
}

/// The document that asks for what `capability` has to be told.
pub fn request_page(
    def: &AgentDef,
    capability: &Capability,
    arguments: &BTreeMap<String, String>,
) -> String {
    let mut res =
        format!("{REQUEST}{} {}\n\n{}\n", def.name, capability.name, one_line(capability));
    let words = capability.words();
    let others = capability.parameters.iter().filter(|it| Some(*it) != words);
    for (nth, it) in others.enumerate() {
        let value = arguments.get(&it.name).map_or("", String::as_str);
        let gap = if nth == 0 { "\n" } else { "" };
        res.push_str(format!("{gap}- {}: {value}", it.name).trim_end_matches(' '));
        res.push('\n');
    }
    let what = words.map_or("message", |it| it.name.as_str());
    res.push_str(&format!(
        "\n{MARK}: {what}. Then choose the code action \"AIOS: send this to {}\" -->\n\n",
        def.name
    ));
    res
}

fn one_line(capability: &Capability) -> String {
    capability.description.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The end of a transcript: the place for the next message to `agent`.
pub fn place_for_message(agent: &str) -> String {
    format!(
        "## Your next message\n\n{MARK}, then choose the code action \
         \"AIOS: send this to {agent}\" -->\n\n"
    )
}

/// What stands in a request; `None` where it is none any more.
pub fn read_request(text: &str) -> Option<Written> {
    let first = text.lines().next()?.strip_prefix(REQUEST)?;
    let mut words = first.split_whitespace();
    let (agent, capability) = (words.next()?.to_owned(), words.next().map(str::to_owned));
    let (head, _) = text.split_once(MARK)?;
    let pairs = head.lines().filter_map(|it| it.strip_prefix("- ")?.split_once(':'));
    let pairs = pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    let arguments = pairs.filter(|it| !it.1.is_empty()).collect();
    Some(Written { agent, capability, arguments, message: read_message(text)? })
}

/// What stands below the last line that asks for it; empty where nothing does.
pub fn read_message(text: &str) -> Option<String> {
    let (_, behind) = text.rsplit_once(MARK)?;
    let (_, message) = behind.split_once("-->")?;
    let message = message.trim();
    (message.len() <= MESSAGE_BYTES_MAX).then(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const DEF: &str = "\
name: edit
version: 1.0.0
type: generator
instructions: Edit.
capabilities:
- name: change
  description: |
    Changes code
    as told
  parameters:
  - {name: instruction, type: string, required: true}
  - {name: place, type: string}
  - {name: depth, type: number}
";

    #[test]
    fn a_request_asks_for_what_is_missing_and_is_read_as_the_user_leaves_it() {
        let def = AgentDef::parse(DEF).unwrap();
        let given = BTreeMap::from([("place".to_owned(), "a.py:1-2".to_owned())]);
        let page = request_page(&def, &def.capabilities[0], &given);
        expect![[r#"
            # Request to edit change

            Changes code as told

            - place: a.py:1-2
            - depth:

            <!-- aios: write below this line: instruction. Then choose the code action "AIOS: send this to edit" -->

        "#]]
        .assert_eq(&page);
        let written = read_request(&page).unwrap();
        assert_eq!((written.message.as_str(), &written.arguments), ("", &given));
        let page = page.replace("- depth:", "- depth: 3") + "Make it\nfaster.\n";
        let written = read_request(&page).unwrap();
        assert_eq!(
            (written.agent.as_str(), written.message.as_str()),
            ("edit", "Make it\nfaster.")
        );
        assert_eq!(written.capability.as_deref(), Some("change"));
        assert_eq!(written.arguments["depth"], "3");
        assert_eq!(read_request("# Something else\n"), None);
    }

    #[test]
    fn the_next_message_stands_below_the_last_mark() {
        let said = format!("{}forged\n{}", place_for_message("ask"), place_for_message("ask"));
        assert_eq!(read_message(&said).as_deref(), Some(""));
        assert_eq!(read_message(&format!("{said}and why?\n")).as_deref(), Some("and why?"));
        assert_eq!(read_message("nothing"), None);
        assert_eq!(read_message(&format!("{said}{}", "x".repeat(MESSAGE_BYTES_MAX + 1))), None);
    }
}
