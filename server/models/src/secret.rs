//! Keys of providers: where they are kept, and a value that shows itself to nobody.

use std::fmt;

/// A key. It has no text for logs, errors or prompts; only the head of a request holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The key in `text`, without the white space around it; `None` where there is none.
    pub fn new(text: &str) -> Option<Secret> {
        let text = text.trim();
        if text.is_empty() { None } else { Some(Secret(text.to_owned())) }
    }

    /// For the head of a request, and for nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the key, should somebody send it back.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

/// A text that comes in pieces, without the key, should somebody send it back.
pub(crate) struct Hiding<'a> {
    secret: Option<&'a Secret>,
    /// What may be the beginning of the key: what follows tells.
    waiting: String,
}

impl<'a> Hiding<'a> {
    pub(crate) fn new(secret: Option<&'a Secret>) -> Hiding<'a> {
        Hiding { secret, waiting: String::new() }
    }

    /// What is known to hold no key, of `text` and of what waited.
    pub(crate) fn push(&mut self, text: &str) -> String {
        let Some(secret) = self.secret else { return text.to_owned() };
        self.waiting.push_str(text);
        let mut res = secret.hidden_in(&self.waiting);
        let key = secret.reveal();
        let beginnings = key.char_indices().map(|it| it.0).rev().filter(|it| 0 < *it);
        let begun = beginnings.map(|it| &key[..it]).find(|it| res.ends_with(*it));
        let n_known = res.len() - begun.map_or(0, str::len);
        self.waiting = res.split_off(n_known);
        res
    }

    /// What waited to the end.
    pub(crate) fn end(self) -> String {
        self.waiting
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a key is kept. Settings hold this and never the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// The variable of the environment with this name.
    Variable(String),
    /// The entry of the operating system's keyring with this name.
    Keyring(String),
}

impl KeyPlace {
    /// Reads `env:NAME` or `keyring:NAME`.
    ///
    /// # Errors
    /// What is wrong, without the text: it may be a key that somebody put there by mistake.
    pub fn parse(text: &str) -> Result<KeyPlace, &'static str> {
        let is_name = |it: &str| {
            !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || "_-.".contains(it))
        };
        match text.split_once(':') {
            Some(("env", name)) if is_name(name) => Ok(KeyPlace::Variable(name.to_owned())),
            Some(("keyring", name)) if is_name(name) => Ok(KeyPlace::Keyring(name.to_owned())),
            _ => Err("a key is never written down: say `env:NAME` or `keyring:NAME`"),
        }
    }
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyPlace::Variable(name) => write!(f, "the environment variable {name}"),
            KeyPlace::Keyring(name) => write!(f, "the keyring under {name}"),
        }
    }
}

/// Whoever can look a key up.
pub trait Keys: Send + Sync {
    /// The key at `place`; `None` where there is none.
    fn key(&self, place: &KeyPlace) -> Option<Secret>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_itself_to_nobody() {
        let secret = Secret::new(" sk-123 \n").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.hidden_in("wrong key sk-123."), "wrong key ….");
        assert_eq!(Secret::new(" \n"), None);
    }

    #[test]
    fn a_key_is_hidden_however_it_is_cut() {
        let secret = Secret::new("sk-é3").unwrap();
        let text = "a sk-é3, sk-é, ssk-é3s";
        for piece_chars in 1..8 {
            let mut hiding = Hiding::new(Some(&secret));
            let chars: Vec<char> = text.chars().collect();
            let pieces = chars.chunks(piece_chars).map(|it| it.iter().collect::<String>());
            let mut res: String = pieces.map(|it| hiding.push(&it)).collect();
            res.push_str(&hiding.end());
            assert_eq!(res, "a …, sk-é, s…s", "in pieces of {piece_chars}");
        }
        let mut hiding = Hiding::new(None);
        assert_eq!(hiding.push("sk-é3"), "sk-é3");
    }

    #[test]
    fn settings_name_the_place_and_not_the_key() {
        let place = KeyPlace::parse("env:OPENAI_API_KEY").unwrap();
        assert_eq!(place.to_string(), "the environment variable OPENAI_API_KEY");
        assert_eq!(KeyPlace::parse("keyring:work"), Ok(KeyPlace::Keyring("work".to_owned())));
        let fact = KeyPlace::parse("sk-ant-123").unwrap_err();
        assert!(!fact.contains("123"), "{fact}");
        assert!(KeyPlace::parse("env:A B").is_err() && KeyPlace::parse("env:").is_err());
    }
}
