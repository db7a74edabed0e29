//! Standard output of the commands: text for people, or one JSON object a line.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use proposal::{visible_line, visible_text};
use serde_json::{Value, json};

use crate::exit::Exit;

/// Where the answer of a command goes, and in which form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    form: Form,
    colour: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Json,
}

/// What a piece of text is, so that a terminal can colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// A name that was asked for.
    Name,
    /// A path or a place.
    Place,
    /// What matters less: reasons, scores, counts.
    Faint,
    /// An added line of a diff; success.
    Added,
    /// A removed line of a diff; failure.
    Removed,
    /// The head of a hunk or a section.
    Head,
}

impl Output {
    /// The form that was asked for; colours only on a terminal, and never where `NO_COLOR` is set.
    pub(crate) fn new(json: bool) -> Output {
        let colour = !json
            && io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
        Output { form: if json { Form::Json } else { Form::Text }, colour }
    }

    /// True where objects are printed instead of text.
    pub(crate) fn is_json(self) -> bool {
        self.form == Form::Json
    }

    /// Prints one line: `object` in JSON, `text` otherwise.
    ///
    /// # Errors
    /// A broken pipe, as `| head` makes it, or another failure of standard output.
    pub(crate) fn line(
        self,
        object: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) -> io::Result<()> {
        let line = match self.form {
            Form::Json => object().to_string(),
            Form::Text => self.tamed(&text()),
        };
        print(&line)
    }

    /// Prints a line that only people need; nothing in JSON.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub(crate) fn say(self, text: impl fmt::Display) -> io::Result<()> {
        match self.form {
            Form::Json => Ok(()),
            Form::Text => print(&self.tamed(&text.to_string())),
        }
    }

    /// Prints why there is no answer, or why it is refused: in JSON as an object of its own.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub(crate) fn refuse(self, text: impl fmt::Display) -> io::Result<Exit> {
        let text = text.to_string();
        self.line(|| json!({"outcome": "refused", "message": text}), || text.clone())?;
        Ok(Exit::Refused)
    }

    /// `text` as one line in the colour of `paint`, or plain where no colours are wanted. Most
    /// texts come from a repository: what a terminal would obey is made visible.
    pub(crate) fn paint(self, paint: Paint, text: impl fmt::Display) -> String {
        let text = visible_line(&text.to_string());
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", paint.code()) } else { text }
    }

    /// `text` with all visible that a terminal would obey, but for line ends and the colours of
    /// [`Output::paint`]: whoever forgets to paint a text of a repository or a model lets nobody
    /// command the terminal.
    fn tamed(self, text: &str) -> String {
        let mut pieces = text.split('\x1b');
        let mut res = pieces.next().map(visible_text).unwrap_or_default();
        for piece in pieces {
            match piece.split_once('m').filter(|it| self.colour && is_colour(it.0)) {
                Some((colour, after)) => {
                    res.push_str(&format!("\x1b{colour}m{}", visible_text(after)));
                }
                None => res.push_str(&visible_text(&format!("\x1b{piece}"))),
            }
        }
        res
    }
}

/// Writes a line to standard output; an error says that it was there.
fn print(line: &str) -> io::Result<()> {
    let written = writeln!(io::stdout().lock(), "{line}");
    written.map_err(|it| io::Error::new(it.kind(), format!("standard output: {it}")))
}

/// What stands between an escape and its `m`, where [`Output::paint`] writes it.
fn is_colour(text: &str) -> bool {
    text == "[0" || Paint::ALL.iter().any(|it| text.strip_prefix('[') == Some(it.code()))
}

impl Paint {
    const ALL: [Paint; 6] =
        [Paint::Name, Paint::Place, Paint::Faint, Paint::Added, Paint::Removed, Paint::Head];

    fn code(self) -> &'static str {
        match self {
            Paint::Name => "1",
            Paint::Place => "36",
            Paint::Faint => "2",
            Paint::Added => "32",
            Paint::Removed => "31",
            Paint::Head => "1;34",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_nobody_painted_does_not_command_the_terminal() {
        let evil = "a\x1b]0;title\x07\x1b[8mhidden\n\x1b[2Jb";
        let shown = "a‹U+001B›]0;title‹U+0007›‹U+001B›[8mhidden\n‹U+001B›[2Jb";
        let coloured = Output { form: Form::Text, colour: true };
        let painted = coloured.paint(Paint::Head, "head");
        assert_eq!(coloured.tamed(&format!("{painted} {evil}")), format!("{painted} {shown}"));
        let plain = Output { colour: false, ..coloured };
        assert_eq!(plain.tamed(evil), shown);
        assert_eq!(plain.tamed("\x1b[1mbold"), "‹U+001B›[1mbold");
    }
}
