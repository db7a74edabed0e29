//! The settings as text: the guide's table and a new settings file.

use std::fmt::Write as _;

use crate::{Kind, MODEL_FIELDS, MODELS_MAX, SETTINGS, Scope, Setting};

/// Columns of a comment in the settings file.
const COMMENT_WIDTH: usize = 84;

/// The guide to all settings, as Markdown.
pub fn render_markdown() -> String {
    let mut res = String::from(
        "| setting | values | default | who may set it | what it does |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for setting in SETTINGS {
        let values = describe(setting);
        let Setting { key, default, scope, doc, .. } = setting;
        let scope = scope.describe();
        writeln!(res, "| `{key}` | {values} | `{default}` | {scope} | {doc} |")
            .expect("writing to a string does not fail");
    }
    res.push_str(
        "\n## Models\n\n\
         ```toml\n\
         [[ai.models]]\n\
         id = \"local\"\n\
         provider = \"compatible\"\n\
         url = \"http://localhost:11434/v1\"\n\
         ```\n\n\
         | field | values | what it means |\n\
         | --- | --- | --- |\n",
    );
    for field in MODEL_FIELDS {
        writeln!(res, "| `{}` | {} | {} |", field.name, field.takes(), field.doc)
            .expect("writing to a string does not fail");
    }
    res
}

/// The text of a new `.aios/config.toml`: every setting that a workspace may set, commented out,
/// with its default.
pub fn config_template() -> String {
    let mut res = String::from(
        "# Settings of this workspace. Each line is the default: take the `#` away to change it.\n",
    );
    let mut section = "";
    for setting in SETTINGS.iter().filter(|it| it.scope != Scope::Machine) {
        let (table, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
        if table != section {
            // A header without keys is an empty table, which sets nothing.
            write!(res, "\n[{table}]").expect("writing to a string does not fail");
            res.push('\n');
            section = table;
        } else {
            res.push('\n');
        }
        for line in wrap(&format!("{} Takes {}.", setting.doc, describe(setting).replace('`', "")))
        {
            writeln!(res, "# {line}").expect("writing to a string does not fail");
        }
        writeln!(res, "# {name} = {}", setting.default).expect("writing to a string does not fail");
    }
    res
}

fn describe(setting: &Setting) -> String {
    match setting.kind {
        Kind::Choice(words) => {
            words.iter().map(|it| format!("`\"{it}\"`")).collect::<Vec<_>>().join(" or ")
        }
        Kind::Int(min, max) => format!("{min} to {max}"),
        Kind::PerLanguage(words) => {
            let words: Vec<String> = words.iter().map(|it| format!("`\"{it}\"`")).collect();
            format!("{}, or a table of them by language", words.join(" or "))
        }
        Kind::Texts(max) => format!("a list of up to {max} texts"),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::Text(max) => format!("a text of up to {max} bytes"),
        Kind::Models => format!("a list of up to {MODELS_MAX} models, see below"),
    }
}

fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.len() + 1 + word.len() > COMMENT_WIDTH {
            lines.push(word.to_owned());
        } else {
            let space = if line.is_empty() { "" } else { " " };
            line.push_str(space);
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::*;
    use crate::{Layers, Settings, Source, WORKSPACE_FILE};

    const GUIDE: &str = "\
What is not set is at its default. Each layer is stronger than the one before it: the user's own
`aios/config.toml` in the folder for configurations, `.aios/config.toml` of the workspace, and what
the editor sends (`initializationOptions` and the section `aios` of its settings, both of the same
shape). A workspace came with the code: it decides no policy, and some things only once you trust it
(`aios trust`). A wrong value is told with its file, line and key, and the last good one stays.
";

    #[test]
    fn a_new_settings_file_sets_nothing() {
        let mut layers = Layers::default();
        let text = config_template();
        assert_eq!(layers.set_toml(Source::Workspace, WORKSPACE_FILE, &text), []);
        assert_eq!(layers.settings(), Settings::default());
        expect_file!["../template.toml"].assert_eq(&text);
    }

    #[test]
    fn the_guide_is_in_step_with_the_table() {
        let guide = format!("# Settings\n\n{GUIDE}\n{}", render_markdown());
        expect_file!["../README.md"].assert_eq(&guide);
    }

    #[test]
    fn without_its_comment_signs_every_line_is_a_valid_default() {
        let is_setting = |it: &&str| it.starts_with('[') || it.contains(" = ");
        let text = config_template();
        let lines = text.lines().filter(is_setting);
        let text: Vec<&str> = lines.map(|it| it.trim_start_matches("# ")).collect();
        let mut layers = Layers::default();
        layers.set_trusted(true);
        assert_eq!(layers.set_toml(Source::Workspace, WORKSPACE_FILE, &text.join("\n")), []);
        assert_eq!(layers.settings(), Settings::default());
    }
}
