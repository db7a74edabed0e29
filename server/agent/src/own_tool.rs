//! Tools that a specialist brings: programs that are run with the arguments that a call gives.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};

use crate::{
    Parameter, ParameterKind, Tool,
    definition::parameter,
    fill_all,
    table::Table,
    yaml::{Node, Problem},
};

/// Where the programs lie that a workspace brings: what is there is trusted by its content.
const OWN_FOLDER: &str = ".aios/";

/// A program that a specialist may run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnTool {
    /// Its name, for a model and for people.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The program and its arguments; `{NAME}` in one stands for a parameter.
    pub run: Vec<String>,
    /// What it takes.
    pub parameters: Vec<Parameter>,
}

impl OwnTool {
    /// Reads one from a definition.
    pub(crate) fn read(node: &Node, acc: &mut Vec<Problem>) -> Option<Arc<OwnTool>> {
        let mut table = Table::of(node, "a tool", acc)?;
        let name_at = table.get("name").map_or(table.at, |it| it.at);
        let name = table.need_name("name", acc);
        if Tool::named(&name).is_some() {
            acc.push(name_at.problem(format!("`{name}` is a tool of aios: choose another name")));
        }
        let description = table.need_text("description", acc);
        let parameters = table.list("parameters", acc).iter();
        let parameters: Vec<Parameter> = parameters.filter_map(|it| parameter(it, acc)).collect();
        let run_at = table.get("run").map_or(table.at, |it| it.at);
        let run: Vec<String> = table.texts("run", acc).into_iter().map(|it| it.0).collect();
        table.end(acc);
        let res = OwnTool { name, description, run, parameters };
        acc.extend(res.command_problem().map(|it| run_at.problem(it)));
        Some(Arc::new(res))
    }

    /// What is wrong with what is run, for people.
    fn command_problem(&self) -> Option<String> {
        let Some((program, rest)) = self.run.split_first() else {
            return Some("a tool needs `run`: a program and its arguments, as a list".to_owned());
        };
        let is_own = program.starts_with(OWN_FOLDER) && !program.split('/').any(|it| it == "..");
        if program.is_empty() || (program.contains('/') && !is_own) {
            let fact = "a program is a name, or a file below `.aios/`";
            return Some(format!("{fact}, not `{program}`"));
        }
        let is_unused = |it: &&Parameter| !rest.iter().any(|arg| arg.contains(&hole(&it.name)));
        let unused = self.parameters.iter().find(is_unused)?;
        Some(format!("`run` has no argument with `{{{}}}`", unused.name))
    }

    /// The program and its arguments, for these arguments of a call. An argument that is nothing
    /// but a parameter which was not given is left out.
    ///
    /// # Errors
    /// The first argument that does not fit, for people.
    pub fn argv(&self, given: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
        let mut given = given.clone();
        fill_all(&format!("tool `{}`", self.name), &self.parameters, &mut given)?;
        let filled = |arg: &String| {
            let mut rest = arg.as_str();
            let mut res = String::new();
            // What is filled in is not looked at again.
            while let Some((at, parameter)) = self.first_hole(rest) {
                let text = given.get(&parameter.name).map(String::as_str);
                let hole = hole(&parameter.name);
                if text.is_none() && *arg == hole {
                    return None;
                }
                res.push_str(&rest[..at]);
                res.push_str(text.unwrap_or_default());
                rest = &rest[at + hole.len()..];
            }
            res.push_str(rest);
            Some(res)
        };
        Ok(self.run.iter().filter_map(filled).collect())
    }

    fn first_hole(&self, text: &str) -> Option<(usize, &Parameter)> {
        let found = self.parameters.iter().filter_map(|it| Some((text.find(&hole(&it.name))?, it)));
        found.min_by_key(|it| it.0)
    }

    /// JSON Schema of its arguments.
    pub(crate) fn schema(&self) -> Value {
        let property = |it: &Parameter| {
            // An object comes as its text, like every argument.
            let kind = match it.kind {
                ParameterKind::String | ParameterKind::Object => "string",
                other => other.name(),
            };
            (it.name.clone(), json!({"type": kind}))
        };
        let properties: Map<String, Value> = self.parameters.iter().map(property).collect();
        let required = self.parameters.iter().filter(|it| it.required).map(|it| it.name.as_str());
        let required: Vec<&str> = required.collect();
        json!({"type": "object", "properties": properties, "required": required})
    }
}

fn hole(name: &str) -> String {
    format!("{{{name}}}")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::AgentDef;

    const DEF: &str = "\
name: cover
version: 1.0.0
type: specialist
instructions: Say which lines no test runs.
tools:
  - search
  - name: coverage
    description: The lines that tests run
    run: [python3, .aios/tools/cover.py, '--file={path}', '{deep}', '{print}']
    parameters:
      - {name: path, type: string, required: true}
      - {name: deep, type: boolean}
capabilities:
  - name: lines
    description: Lines that no test runs
    skill: coverage
    parameters: [{name: path, type: string, required: true}]
";

    fn tool() -> Arc<OwnTool> {
        AgentDef::parse(DEF).unwrap().own_tools[0].clone()
    }

    #[track_caller]
    fn check_problems(from: &str, to: &str, expected: Expect) {
        assert!(DEF.contains(from), "{from}");
        let problems = AgentDef::parse(&DEF.replace(from, to)).unwrap_err();
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        expected.assert_eq(&problems.join("\n"));
    }

    #[test]
    fn a_specialist_brings_programs_that_its_capabilities_and_its_model_call() {
        let def = AgentDef::parse(DEF).unwrap();
        assert_eq!(def.tools, ["search"]);
        assert_eq!(def.capabilities[0].skill, Some(Tool::Own(tool())));
        let schema = Tool::Own(tool()).schema();
        assert_eq!(schema["required"], json!(["path"]));
        assert_eq!(schema["properties"]["deep"]["type"], "boolean");
    }

    #[test]
    fn arguments_stand_where_their_holes_are_and_nowhere_else() {
        let argv = |given: &[(&str, &str)]| {
            let given = given.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
            tool().argv(&given).map(|it| it.join(" | "))
        };
        assert_eq!(
            argv(&[("path", "a b.py"), ("deep", "true")]).unwrap(),
            "python3 | .aios/tools/cover.py | --file=a b.py | true | {print}"
        );
        // What is filled in holds no holes, and what was not given is no empty argument.
        assert_eq!(
            argv(&[("path", "{deep}; rm")]).unwrap(),
            "python3 | .aios/tools/cover.py | --file={deep}; rm | {print}"
        );
        assert_eq!(argv(&[]).unwrap_err(), "tool `coverage` needs the parameter `path`");
        assert_eq!(
            argv(&[("path", "a"), ("deep", "very")]).unwrap_err(),
            "parameter `deep` is a boolean, not `very`"
        );
    }

    #[test]
    fn what_is_wrong_with_a_tool_is_told_where_it_stands() {
        check_problems(
            "type: specialist",
            "type: generator",
            expect![[r#"
                7:5: only a specialist brings tools of its own
                16:12: there is no skill `coverage`"#]],
        );
        check_problems(
            "name: coverage",
            "name: search",
            expect![[r#"
                7:11: `search` is a tool of aios: choose another name
                16:12: there is no skill `coverage`"#]],
        );
        check_problems(
            "python3, ",
            "./run.sh, ",
            expect!["9:10: a program is a name, or a file below `.aios/`, not `./run.sh`"],
        );
        check_problems(
            "--file={path}",
            "--file",
            expect!["9:10: `run` has no argument with `{path}`"],
        );
    }
}
