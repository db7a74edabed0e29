//! A settings file with some numbers changed, and everything else as its author wrote it.

use toml_edit::{DocumentMut, Item, Table, value};

use crate::{Setting, Value};

/// `text`, a settings file, with each key set to its number. A key that goes back to its default is
/// taken out.
///
/// # Errors
/// Where `text` is no TOML, a key is no setting, or a number is not allowed; for people.
pub fn with_numbers(text: &str, numbers: &[(String, u16)]) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|it: toml_edit::TomlError| {
        let fact = it.message();
        format!("the settings file is no TOML: {fact}")
    })?;
    for (key, number) in numbers {
        let setting = Setting::find(key).ok_or_else(|| format!("{key}: no such setting"))?;
        let number = i64::from(*number);
        setting.check(&Value::Int(number)).map_err(|fact| format!("{key}: {fact}"))?;
        let mut table = document.as_table_mut();
        let mut name = key.as_str();
        if let Some((outer, inner)) = key.split_once('.') {
            let item = table.entry(outer).or_insert_with(|| Item::Table(Table::new()));
            table = item.as_table_mut().ok_or_else(|| format!("{outer} is no table"))?;
            name = inner;
        }
        if Value::Int(number) == setting.default_value() {
            table.remove(name);
            continue;
        }
        match table.get_mut(name).and_then(Item::as_value_mut) {
            // What its author wrote around it stays.
            Some(old) => {
                let decor = old.decor().clone();
                *old = number.into();
                *old.decor_mut() = decor;
            }
            None => drop(table.insert(name, value(number))),
        }
    }
    document.as_table_mut().retain(|_, it| !it.as_table().is_some_and(Table::is_empty));
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, numbers: &[(&str, u16)], expected: &str) {
        let numbers: Vec<(String, u16)> =
            numbers.iter().map(|it| (it.0.to_owned(), it.1)).collect();
        assert_eq!(with_numbers(text, &numbers).as_deref(), Ok(expected));
    }

    #[test]
    fn a_number_is_set_and_the_rest_stays() {
        check("", &[("weights.name", 120)], "[weights]\nname = 120\n");
        check(
            "# mine\n[weights] # all\nname = 50 # less\n\n[memory]\ntop_k = 5\n",
            &[("weights.name", 120), ("weights.doc", 70)],
            "# mine\n[weights] # all\nname = 120 # less\ndoc = 70\n\n[memory]\ntop_k = 5\n",
        );
        check("weights.name = 50\n", &[("weights.name", 60)], "weights.name = 60\n");
    }

    #[test]
    fn what_goes_back_to_its_default_is_taken_out() {
        check("[weights]\nname = 50\n", &[("weights.name", 100)], "");
    }

    #[test]
    fn what_is_not_allowed_is_refused() {
        let of = |key: &str, number| with_numbers("", &[(key.to_owned(), number)]).unwrap_err();
        assert_eq!(of("weights.name", 5_000), "weights.name: 5000 is not between 0 and 1000");
        assert_eq!(of("colour", 1), "colour: no such setting");
        assert!(with_numbers("= 3", &[]).unwrap_err().contains("no TOML"));
    }
}
