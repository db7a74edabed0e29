//! What editors check definitions with: JSON Schemas of `.aios/agents/*.yaml` and
//! `.aios/workflows/*.yaml`. They say what a schema can; the rest the server says when it reads the
//! file.

use serde_json::{Map, Value, json};

use crate::{
    AgentKind, Definition, EVENTS, Tool,
    definition::HOOK_EVENTS,
    limits::{COST_MICROS_MAX, SECONDS_MAX, STEPS_MAX, TOKENS_MAX},
    table::NAME_CHARS_MAX,
    workflow::RETRIES_MAX,
};

const KINDS: [AgentKind; 4] =
    [AgentKind::Assistant, AgentKind::Analyzer, AgentKind::Generator, AgentKind::Specialist];

impl Definition {
    /// The JSON Schema of such a file.
    pub fn schema(self) -> Value {
        let (title, mut schema) = match self {
            Definition::Agent => ("An agent of aios", agent()),
            Definition::Workflow => ("A workflow of aios", workflow()),
        };
        schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
        schema["title"] = json!(title);
        schema
    }
}

fn agent() -> Value {
    let metadata = [
        ("author", one_of("Who made it.", &["system", "user"])),
        ("created", scalar("When it was made.")),
        ("modified", scalar("When it was changed last.")),
    ];
    let kinds = KINDS.map(AgentKind::name);
    let kind = "What it is: an assistant answers, an analyzer also publishes findings, a generator \
                also proposes changes, a specialist also runs programs that it brings.";
    let mut schema = table(
        &["name", "version", "type", "instructions"],
        [
            ("name", name("Its name, one in the workspace.")),
            ("version", version()),
            ("type", one_of(kind, &kinds)),
            ("metadata", table(&[], metadata)),
            ("capabilities", list("What it can do.", capability())),
            ("instructions", text("How it is told to behave.")),
            ("tools", list("The tools it may call.", tool(|_| true))),
            ("model", text("The model it asks; without it that of the settings.")),
            ("limits", limits()),
            ("suspended", flag("Whether it is set aside: it does not act while it is.")),
            ("triggers", list("What starts it.", trigger())),
            ("hooks", list("What is called around its steps.", hook())),
        ],
    );
    // Which tools it may call is a matter of its kind.
    let rules = KINDS.map(|kind| {
        let may = |it: &Tool| it.is_for(kind);
        let (items, skill) = match kind {
            AgentKind::Specialist => (tool(may), skill(may)),
            _ => (json!({"enum": tools(may)}), json!({"enum": skills(may)})),
        };
        json!({
            "if": {"properties": {"type": {"const": kind.name()}}, "required": ["type"]},
            "then": {"properties": {
                "tools": {"items": items},
                "capabilities": {"items": {"properties": {"skill": skill}}},
            }},
        })
    });
    schema["allOf"] = json!(rules);
    schema
}

fn workflow() -> Value {
    table(
        &["name", "version", "steps"],
        [
            ("name", name("Its name, one in the workspace.")),
            ("version", version()),
            ("description", text("What it is for.")),
            ("parameters", list("What it takes.", parameter())),
            ("triggers", list("What starts it.", trigger())),
            ("steps", {
                let mut steps = list("Its steps, each done by an agent.", step());
                steps["minItems"] = json!(1);
                steps
            }),
        ],
    )
}

fn step() -> Value {
    let condition = "When it is done at all: `STEP is STATE`, `STEP.findings`, `STEP.proposals` or \
                     `params.NAME is VALUE`, and `not` before any of them.";
    let scalars = json!({"type": ["string", "number", "boolean"]});
    let params = json!({
        "type": "object",
        "additionalProperties": scalars,
        "description": "The arguments; what stands in braces is filled in.",
    });
    let for_each = json!({
        "anyOf": [
            {"type": "array", "items": scalars},
            {"type": "string", "pattern": "\\.lines$"},
        ],
        "description": "What it is done for, once each: a list, or `STEP.lines`.",
    });
    let compensate = "Whether its changes are taken back when a later step fails.";
    table(
        &["id", "agent"],
        [
            ("id", name("Its name in the workflow.")),
            ("agent", name("The agent that does it.")),
            ("capability", text("Which of the agent's capabilities; without it the first.")),
            ("params", params),
            ("input", text("What the agent is told with it; what stands in braces is filled in.")),
            ("needs", list("The steps that come before it.", json!({"type": "string"}))),
            ("if", text(condition)),
            ("for_each", for_each),
            ("retries", whole("How often it is tried again when it fails.", 0, RETRIES_MAX)),
            ("approval", one_of("Who decides on what it proposes.", &["ask", "none"])),
            ("compensate", flag(compensate)),
        ],
    )
}

fn capability() -> Value {
    let mut skill = skill(|_| true);
    skill["description"] = json!("The tool that does it without a model.");
    table(
        &["name", "description"],
        [
            ("name", name("Its name.")),
            ("description", text("What it does.")),
            ("skill", skill),
            ("parameters", list("What it takes.", parameter())),
        ],
    )
}

fn parameter() -> Value {
    table(
        &["name", "type"],
        [
            ("name", name("Its name.")),
            ("type", one_of("What it takes.", &["string", "number", "boolean", "object"])),
            ("required", flag("Whether it has to be given.")),
            ("default", scalar("What holds where it is not given.")),
        ],
    )
}

fn limits() -> Value {
    let cost = "Money, in millionths of the unit that the models' prices are in.";
    table(
        &[],
        [
            ("steps", whole("Questions to the model and calls of tools.", 1, STEPS_MAX.into())),
            ("tokens", whole("Tokens, read and written.", 1, TOKENS_MAX)),
            ("seconds", whole("Seconds of the wall's clock.", 1, SECONDS_MAX.into())),
            ("cost_micros", whole(cost, 1, COST_MICROS_MAX)),
        ],
    )
}

fn trigger() -> Value {
    let pattern = "A command's name; an event, maybe with files as in `saved src/*.py`; or a time \
                   as cron writes it.";
    let mut schema = table(
        &["type", "pattern"],
        [
            ("type", one_of("What starts it.", &["command", "event", "schedule"])),
            ("pattern", text(pattern)),
        ],
    );
    let events = format!("^({})( .*)?$", EVENTS.join("|"));
    schema["if"] = json!({"properties": {"type": {"const": "event"}}, "required": ["type"]});
    schema["then"] = json!({"properties": {"pattern": {"pattern": events}}});
    schema
}

fn hook() -> Value {
    let mut handler = text("What is called: `agent NAME`, `workflow NAME` or `command /WORDS`.");
    handler["pattern"] = json!("^((agent|workflow) +\\S.*|command +/.*)$");
    let guard = "True where its failure keeps what it comes before from being done.";
    table(
        &["type", "event", "handler"],
        [
            ("type", one_of("When it is called.", &["before", "after"])),
            ("event", one_of("What it is called around.", HOOK_EVENTS)),
            ("handler", handler),
            (
                "priority",
                json!({"type": "integer", "description": "Higher ones are called first."}),
            ),
            ("once", flag("True where it is called until it has succeeded once.")),
            ("guard", flag(guard)),
        ],
    )
}

fn table<const N: usize>(required: &[&str], properties: [(&str, Value); N]) -> Value {
    let properties = properties.into_iter().map(|(name, value)| (name.to_owned(), value));
    let properties: Map<String, Value> = properties.collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

fn list(doc: &str, items: Value) -> Value {
    json!({"type": "array", "items": items, "description": doc})
}

fn text(doc: &str) -> Value {
    json!({"type": "string", "description": doc})
}

/// A text that may look like a number or a truth value.
fn scalar(doc: &str) -> Value {
    json!({"type": ["string", "number", "boolean"], "description": doc})
}

fn name(doc: &str) -> Value {
    json!({
        "type": "string",
        "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
        "maxLength": NAME_CHARS_MAX,
        "description": doc,
    })
}

fn version() -> Value {
    json!({
        "type": "string",
        "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$",
        "description": "Its version: three numbers as 1.0.0.",
    })
}

fn one_of(doc: &str, words: &[&str]) -> Value {
    json!({"enum": words, "description": doc})
}

fn flag(doc: &str) -> Value {
    json!({"type": "boolean", "description": doc})
}

fn whole(doc: &str, min: u64, max: u64) -> Value {
    json!({"type": "integer", "minimum": min, "maximum": max, "description": doc})
}

/// The names of tools that an agent may have.
fn tools(is_wanted: impl Fn(&Tool) -> bool) -> Vec<String> {
    let some_kind = |it: &Tool| KINDS.iter().any(|kind| it.is_for(*kind));
    let wanted = Tool::all().filter(some_kind).filter(is_wanted);
    wanted.map(|it| it.name().to_owned()).collect()
}

/// Those that a capability may be done with.
fn skills(is_wanted: impl Fn(&Tool) -> bool) -> Vec<String> {
    tools(|it| *it != Tool::Send && is_wanted(it))
}

/// A tool of aios by its name, or one that the agent brings.
fn tool(is_wanted: impl Fn(&Tool) -> bool) -> Value {
    let run = "The program, a name or a file below `.aios/`, and its arguments; `{NAME}` in one \
               stands for a parameter.";
    let mut argv = list(run, json!({"type": "string"}));
    argv["minItems"] = json!(1);
    let own = table(
        &["name", "description", "run"],
        [
            ("name", name("Its name; none of a tool of aios.")),
            ("description", text("What it does.")),
            ("run", argv),
            ("parameters", list("What it takes.", parameter())),
        ],
    );
    json!({"anyOf": [{"enum": tools(is_wanted)}, own]})
}

/// What does a capability without a model: a tool of aios, or one that the agent brings.
fn skill(is_wanted: impl Fn(&Tool) -> bool) -> Value {
    json!({"anyOf": [{"enum": skills(is_wanted)}, name("A tool of its own.")]})
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{AgentDef, Workflow, table::asked_fields};

    const AGENT: &str = "\
name: a
version: 1.0.0
type: specialist
metadata: {author: user}
tools: [{name: t, description: d, run: [sh]}]
capabilities:
  - name: look
    description: d
    parameters: [{name: p, type: number}]
instructions: i
limits: {steps: 1}
triggers: [{type: command, pattern: go}]
hooks: [{type: before, event: apply, handler: agent b}]
";

    const WORKFLOW: &str = "\
name: w
version: 1.0.0
parameters: [{name: p, type: string}]
triggers: [{type: event, pattern: saved}]
steps: [{id: one, agent: a}]
";

    fn keys(schema: &Value, pointer: &str) -> BTreeSet<String> {
        let properties = schema.pointer(&format!("{pointer}/properties")).unwrap();
        properties.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_schemas_have_the_fields_that_are_read() {
        let (agent, workflow) = (Definition::Agent.schema(), Definition::Workflow.schema());
        let asked = asked_fields(|| {
            AgentDef::parse(AGENT).unwrap();
            Workflow::parse(WORKFLOW, None).unwrap();
        });
        for (what, schema, pointer) in [
            ("an agent", &agent, ""),
            ("metadata", &agent, "/properties/metadata"),
            ("a capability", &agent, "/properties/capabilities/items"),
            ("a tool", &agent, "/properties/tools/items/anyOf/1"),
            ("limits", &agent, "/properties/limits"),
            ("a hook", &agent, "/properties/hooks/items"),
            ("a trigger", &workflow, "/properties/triggers/items"),
            ("a parameter", &workflow, "/properties/parameters/items"),
            ("a workflow", &workflow, ""),
            ("a step", &workflow, "/properties/steps/items"),
        ] {
            assert_eq!(asked[what], keys(schema, pointer), "{what}");
        }
        assert_eq!(asked.len(), 10, "{asked:?}");
    }

    #[test]
    fn what_the_schemas_require_is_what_is_missed() {
        let missed = |problems: Vec<crate::Problem>| -> BTreeSet<String> {
            let facts = problems.into_iter().map(|it| it.fact);
            facts.filter_map(|it| Some(it.split('`').nth(1)?.to_owned())).collect()
        };
        let required = |schema: Value| -> BTreeSet<String> {
            let required = schema["required"].as_array().unwrap().iter();
            required.map(|it| it.as_str().unwrap().to_owned()).collect()
        };
        let agent = missed(AgentDef::parse("{}").unwrap_err());
        assert_eq!(agent, required(Definition::Agent.schema()));
        let workflow = missed(Workflow::parse("{}", None).unwrap_err());
        assert_eq!(workflow, required(Definition::Workflow.schema()));
    }
}
