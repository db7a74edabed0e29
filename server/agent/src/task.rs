//! What an agent is asked to do: one of its capabilities with arguments that fit, or any words.

use std::{collections::BTreeMap, sync::Arc};

use crate::{AgentDef, Capability, Parameter, ParameterKind, Tool};

/// Parameters that say where something is: they are filled by where the user is.
const PLACES: &[&str] = &["symbol", "place", "path", "file"];

/// A task for an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The agent.
    pub def: Arc<AgentDef>,
    /// Which capability; `None`: the message says it all.
    capability: Option<usize>,
    /// The arguments; each fits its parameter.
    arguments: BTreeMap<String, String>,
    /// What was said with it.
    message: String,
}

impl Task {
    /// The task to do `capability` (`None`: the only or first one) with `arguments`, and `message`.
    ///
    /// # Errors
    /// The first thing that does not fit, for people.
    pub fn new(
        def: Arc<AgentDef>,
        capability: Option<&str>,
        mut arguments: BTreeMap<String, String>,
        message: &str,
    ) -> Result<Task, String> {
        let nth = match capability {
            None => (!def.capabilities.is_empty()).then_some(0),
            Some(name) => match def.capabilities.iter().position(|it| it.name == name) {
                None => return Err(format!("agent `{}` has no capability `{name}`", def.name)),
                found => found,
            },
        };
        let parameters = nth.map_or(&[][..], |it| &def.capabilities[it].parameters);
        fill_all(&format!("agent `{}`", def.name), parameters, &mut arguments)?;
        Ok(Task { def, capability: nth, arguments, message: message.trim().to_owned() })
    }

    /// The capability.
    pub fn capability(&self) -> Option<&Capability> {
        self.def.capabilities.get(self.capability?)
    }

    /// What does it without a model. Words that came with it need one.
    pub fn skill(&self) -> Option<Tool> {
        self.capability()?.skill.clone().filter(|_| self.message.is_empty())
    }

    /// The arguments, by name.
    pub fn arguments(&self) -> &BTreeMap<String, String> {
        &self.arguments
    }

    /// What was said with it.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What was said and given, word for word: without the names of parameters, and without what
    /// the agent says of itself.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let given = self.arguments.values().map(String::as_str).chain([self.message()]);
        given.flat_map(str::split_whitespace)
    }

    /// The task in words, for a model and for people.
    pub fn describe(&self) -> String {
        let mut res = String::new();
        if let Some(it) = self.capability() {
            res.push_str(&format!("{}: {}\n", it.name, it.description));
        }
        for (name, text) in &self.arguments {
            res.push_str(&format!("- {name}: {text}\n"));
        }
        res.push_str(&self.message);
        res.trim_end().to_owned()
    }
}

impl AgentDef {
    /// The capability of this name; without a name the first one.
    pub fn capability(&self, name: Option<&str>) -> Option<&Capability> {
        match name {
            None => self.capabilities.first(),
            Some(name) => self.capabilities.iter().find(|it| it.name == name),
        }
    }
}

impl Capability {
    /// The parameter that takes what the user types: the first text that has to be given and does
    /// not say where something is.
    pub fn words(&self) -> Option<&Parameter> {
        self.parameters.iter().find(|it| it.takes_words())
    }

    /// Whether a place and what the user types are all that has to be given.
    pub fn is_for_a_place(&self) -> bool {
        let mut needed = self.parameters.iter().filter(|it| it.required && !it.is_place());
        needed.next().is_none_or(Parameter::takes_words) && needed.next().is_none()
    }
}

impl Parameter {
    /// Whether it says where something is.
    pub fn is_place(&self) -> bool {
        self.kind == ParameterKind::String && PLACES.contains(&self.name.as_str())
    }

    fn takes_words(&self) -> bool {
        self.kind == ParameterKind::String && self.required && !self.is_place()
    }
}

/// Puts defaults where nothing is given, and checks that all else fits `parameters`. `what` takes
/// them, for people.
///
/// # Errors
/// The first thing that does not fit.
pub fn fill_all(
    what: &str,
    parameters: &[Parameter],
    arguments: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    let is_known = |name: &String| parameters.iter().any(|it| it.name == *name);
    if let Some(name) = arguments.keys().find(|it| !is_known(it)) {
        return Err(format!("{what} takes no parameter `{name}`"));
    }
    parameters.iter().try_for_each(|it| fill(what, it, arguments))
}

fn fill(
    what: &str,
    parameter: &Parameter,
    arguments: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    let Parameter { name, kind, required, default } = parameter;
    let Some(text) = arguments.get(name) else {
        return match (default, required) {
            (Some(default), _) => {
                arguments.insert(name.clone(), default.clone());
                Ok(())
            }
            (None, true) => Err(format!("{what} needs the parameter `{name}`")),
            (None, false) => Ok(()),
        };
    };
    let is_object = |it: &serde_json::Value| it.is_object();
    let fits = match kind {
        ParameterKind::String => true,
        ParameterKind::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        ParameterKind::Boolean => matches!(text.as_str(), "true" | "false"),
        ParameterKind::Object => serde_json::from_str(text).is_ok_and(|it| is_object(&it)),
    };
    match fits {
        true => Ok(()),
        false => Err(format!("parameter `{name}` is a {}, not `{text}`", kind.name())),
    }
}

impl ParameterKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            ParameterKind::String => "string",
            ParameterKind::Number => "number",
            ParameterKind::Boolean => "boolean",
            ParameterKind::Object => "object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEF: &str = "\
name: count
version: 1.0.0
type: assistant
instructions: Count.
capabilities:
  - name: lines
    description: Counts lines
    skill: search
    parameters:
      - {name: text, type: string, required: true}
      - {name: limit, type: number, default: 5}
      - {name: deep, type: boolean}
      - {name: filter, type: object}
";

    fn task(capability: Option<&str>, arguments: &[(&str, &str)]) -> Result<Task, String> {
        let def = Arc::new(AgentDef::parse(DEF).unwrap());
        let arguments = arguments.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        Task::new(def, capability, arguments, "")
    }

    #[test]
    fn arguments_fit_their_parameters_and_defaults_stand_in() {
        let good = task(Some("lines"), &[("text", "a"), ("filter", "{}")]).unwrap();
        assert_eq!(good.arguments()["limit"], "5");
        assert_eq!(good.skill(), Tool::named("search"));
        assert_eq!(good.describe(), "lines: Counts lines\n- filter: {}\n- limit: 5\n- text: a");
        let wrong = |arguments: &[(&str, &str)]| task(None, arguments).unwrap_err();
        assert_eq!(wrong(&[]), "agent `count` needs the parameter `text`");
        assert_eq!(wrong(&[("colour", "red")]), "agent `count` takes no parameter `colour`");
        for (name, text, kind) in
            [("limit", "many", "number"), ("deep", "1", "boolean"), ("filter", "[]", "object")]
        {
            let told = format!("parameter `{name}` is a {kind}, not `{text}`");
            assert_eq!(wrong(&[("text", "a"), (name, text)]), told);
        }
        let none = task(Some("words"), &[]).unwrap_err();
        assert_eq!(none, "agent `count` has no capability `words`");
    }
}
