//! What editors check settings with: a JSON Schema of `.aios/config.toml`, and the settings in the
//! form of VS Code's manifest, both made from the one table of settings; and those of agents and
//! workflows.

use agent::Definition;
use serde_json::{Map, Value, json};
use settings::{Kind, MODEL_FIELDS, MODELS_MAX, ModelFieldKind, SETTINGS, Scope, Setting};

use crate::args::SchemaOf;

/// The JSON Schema of one kind of files under `.aios/`.
pub(crate) fn of(what: SchemaOf) -> Value {
    match what {
        SchemaOf::Config => of_workspace_settings(),
        SchemaOf::Agent => Definition::Agent.schema(),
        SchemaOf::Workflow => Definition::Workflow.schema(),
    }
}

/// The JSON Schema of `.aios/config.toml`: what a workspace may set.
fn of_workspace_settings() -> Value {
    let mut top = Map::new();
    for setting in SETTINGS.iter().filter(|it| it.scope != Scope::Machine) {
        let property = property(setting);
        match setting.key.split_once('.') {
            None => drop(top.insert(setting.key.to_owned(), property)),
            Some((table, name)) => {
                let table = top.entry(table).or_insert_with(
                    || json!({"type": "object", "additionalProperties": false, "properties": {}}),
                );
                table["properties"][name] = property;
            }
        }
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of a workspace for aios",
        "type": "object",
        "additionalProperties": false,
        "properties": top,
    })
}

/// One setting as a property of a schema.
fn property(setting: &Setting) -> Value {
    let mut res = match setting.kind {
        Kind::Choice(words) => json!({"type": "string", "enum": words}),
        Kind::Int(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::PerLanguage(words) => json!({
            "anyOf": [
                {"type": "string", "enum": words},
                {"type": "object", "additionalProperties": {"type": "string", "enum": words}},
            ],
        }),
        Kind::Texts(n_max) => {
            json!({"type": "array", "items": {"type": "string"}, "maxItems": n_max})
        }
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Text(bytes_max) => json!({"type": "string", "maxLength": bytes_max}),
        Kind::Models => json!({"type": "array", "items": model(), "maxItems": MODELS_MAX}),
    };
    res["default"] = plain(&setting.default_value());
    res["description"] = json!(setting.doc);
    res
}

/// One model as a schema.
fn model() -> Value {
    let number = |max: f64| json!({"type": "number", "minimum": 0, "maximum": max});
    let properties = MODEL_FIELDS.iter().map(|field| {
        let mut res = match field.kind {
            ModelFieldKind::Text => json!({"type": "string", "minLength": 1}),
            ModelFieldKind::Choice(words) => json!({"type": "string", "enum": words}),
            ModelFieldKind::Command => {
                json!({"type": "array", "minItems": 2, "items": {"type": "string"}})
            }
            ModelFieldKind::KeyPlace => {
                json!({"type": "string", "pattern": "^((env|keyring):[A-Za-z0-9_.-]+|none)$"})
            }
            ModelFieldKind::Int(min, max) => {
                json!({"type": "integer", "minimum": min, "maximum": max})
            }
            ModelFieldKind::Number(max) => number(max),
            ModelFieldKind::NumberOrNone(max) => {
                json!({"anyOf": [number(max), {"const": "none"}]})
            }
        };
        res["description"] = json!(field.doc);
        (field.name.to_owned(), res)
    });
    let properties: Map<String, Value> = properties.collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "provider"],
        "properties": properties,
    })
}

fn plain(value: &settings::Value) -> Value {
    match value {
        settings::Value::Null => Value::Null,
        settings::Value::Bool(it) => json!(it),
        settings::Value::Int(it) => json!(it),
        settings::Value::Float(it) => json!(it),
        settings::Value::Text(it) => json!(it),
        settings::Value::List(items) => items.iter().map(plain).collect(),
        settings::Value::Table(rows) => {
            let rows = rows.iter().map(|(name, value)| (name.clone(), plain(value)));
            Value::Object(rows.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use expect_test::{ExpectFile, expect_file};

    use super::*;

    /// A setting in VS Code's manifest. What a workspace must not loosen cannot be set in one: its
    /// `.vscode/settings.json` came with the code.
    fn in_manifest(setting: &Setting) -> Value {
        let mut res = property(setting);
        let doc = res.as_object_mut().unwrap().remove("description").unwrap();
        res["markdownDescription"] = doc;
        res["scope"] = json!(match setting.scope {
            Scope::Workspace => "window",
            Scope::Policy | Scope::Trusted | Scope::Machine => "machine",
        });
        res
    }

    #[test]
    fn the_schemas_of_the_extension_are_in_step_with_what_is_read() {
        let check = |what, file: ExpectFile| {
            let schema = serde_json::to_string_pretty(&of(what)).unwrap();
            file.assert_eq(&format!("{schema}\n"));
        };
        check(SchemaOf::Config, expect_file!["../../../editors/vscode/schemas/config.schema.json"]);
        check(SchemaOf::Agent, expect_file!["../../../editors/vscode/schemas/agent.schema.json"]);
        let workflow = expect_file!["../../../editors/vscode/schemas/workflow.schema.json"];
        check(SchemaOf::Workflow, workflow);
    }

    #[test]
    fn the_settings_of_the_extension_are_in_step_with_the_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/vscode/package.json");
        let manifest: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let declared = &manifest["contributes"]["configuration"]["properties"];
        let is_own = |key: &str| key.starts_with("aios.server.") || key.starts_with("aios.trace.");
        let declared: Map<String, Value> = declared
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| !is_own(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let wanted: Map<String, Value> =
            SETTINGS.iter().map(|it| (format!("aios.{}", it.key), in_manifest(it))).collect();
        let wanted_text = serde_json::to_string_pretty(&wanted).unwrap();
        assert!(
            declared == wanted,
            "contributes.configuration.properties of editors/vscode/package.json shall hold, \
             beside the client's own:\n{wanted_text}"
        );
    }
}
