//! `initialize` as far as it makes sense: a client from the future, or one with a slip in one of
//! its two hundred capabilities, is served without that one.

use serde_json::{Map, Value, json};
use tower_lsp::gen_lsp_types::{ClientCapabilities, InitializeParams};

/// `params` without the fields and capabilities that are not what the protocol says.
pub(crate) fn initialize_params(params: Value) -> Value {
    if serde_json::from_value::<InitializeParams>(params.clone()).is_ok() {
        return params;
    }
    let Value::Object(mut params) = params else { return params };
    if let Some(Value::Object(capabilities)) = params.get_mut("capabilities") {
        for (section, value) in capabilities.iter_mut() {
            prune_section(section, value);
        }
    }
    retain(&mut params, |key, value| {
        let mut alone = json!({ "capabilities": {} });
        alone[key] = value.clone();
        serde_json::from_value::<InitializeParams>(alone).is_ok()
    });
    Value::Object(params)
}

fn prune_section(section: &str, value: &mut Value) {
    let is_sound = |value: Value| {
        let alone = json!({ section: value });
        serde_json::from_value::<ClientCapabilities>(alone).is_ok()
    };
    if is_sound(value.clone()) {
        return;
    }
    match value {
        Value::Object(fields) => retain(fields, |key, value| is_sound(json!({ key: value }))),
        other => *other = Value::Null,
    }
}

fn retain(fields: &mut Map<String, Value>, is_sound: impl Fn(&str, &Value) -> bool) {
    fields.retain(|key, value| {
        let sound = is_sound(key, value);
        if !sound {
            tracing::warn!(key, "a part of `initialize` is not what the protocol says");
        }
        sound
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sound_stays_and_the_rest_goes() {
        let params = json!({
            "processId": "seven",
            "rootUri": "file:///a",
            "capabilities": {
                "workspace": {
                    "applyEdit": true,
                    "workspaceEdit": {"documentChanges": "yes"},
                },
                "window": 5,
                "textDocument": {"hover": {"contentFormat": ["markdown"]}},
            },
        });
        let expected = json!({
            "rootUri": "file:///a",
            "capabilities": {
                "workspace": {"applyEdit": true},
                "window": null,
                "textDocument": {"hover": {"contentFormat": ["markdown"]}},
            },
        });
        let sound = initialize_params(params);
        assert_eq!(sound, expected);
        assert!(serde_json::from_value::<InitializeParams>(sound).is_ok());
    }
}
