//! Places that an answer names, and whether they bear it out.

use std::{collections::BTreeMap, ops::Range};

use models::Message;

/// A place in an answer: `src/pay.rs:12` or `src/pay.rs:12-20`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Where in the answer it stands.
    pub range: Range<usize>,
    /// The file, below the workspace.
    pub path: String,
    /// The first line and the last, from 1.
    pub lines: (u32, u32),
    /// Code that the same line of the answer names in backticks.
    pub named: Vec<String>,
}

/// Lines of the workspace that a model was shown, by file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown(BTreeMap<String, Vec<(u32, u32)>>);

impl Shown {
    /// What `messages` show: the lines that `read` gave, and the places that other texts name.
    pub fn of(messages: &[Message]) -> Shown {
        let mut res = Shown::default();
        let mut reads: BTreeMap<&str, String> = BTreeMap::new();
        for message in messages {
            match message {
                Message::User(text) => res.add_places(text),
                Message::Assistant { tool_calls, .. } => {
                    for call in tool_calls.iter().filter(|it| it.name == "read") {
                        let arguments = call.arguments().unwrap_or_default();
                        let path = arguments.get("path").and_then(|it| it.as_str());
                        reads.extend(path.map(|it| (call.id.as_str(), it.to_owned())));
                    }
                }
                Message::ToolResult { is_error: true, .. } => {}
                Message::ToolResult { call_id, text, .. } => match reads.get(call_id.as_str()) {
                    Some(path) => res.add_numbered(path, text),
                    None => res.add_places(text),
                },
            }
        }
        res
    }

    /// Names the files below `root`, by whatever path they were asked for.
    pub fn take_root_off(&mut self, root: &str) {
        for (path, lines) in std::mem::take(&mut self.0) {
            let below = path.strip_prefix(root).map_or(&*path, |it| it.trim_start_matches('/'));
            self.0.entry(below.to_owned()).or_default().extend(lines);
        }
    }

    /// Whether every one of the lines was shown, at once or in parts.
    pub fn has(&self, path: &str, (first, last): (u32, u32)) -> bool {
        let ranges = self.0.get(path).map_or(&[][..], Vec::as_slice);
        (first..=last).all(|line| ranges.iter().any(|it| it.0 <= line && line <= it.1))
    }

    fn add(&mut self, path: &str, lines: (u32, u32)) {
        let path = path.strip_prefix("./").unwrap_or(path);
        self.0.entry(path.to_owned()).or_default().push(lines);
    }

    fn add_places(&mut self, text: &str) {
        for it in citations(text) {
            self.add(&it.path, it.lines);
        }
    }

    /// Lines as `read` gives them: each behind its number.
    fn add_numbered(&mut self, path: &str, text: &str) {
        let number = |line: &str| line.split_whitespace().next()?.parse::<u32>().ok();
        let mut numbers = text.lines().filter_map(number);
        let Some(first) = numbers.next() else { return };
        self.add(path, (first, numbers.next_back().unwrap_or(first)));
    }
}

/// What a citation is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The lines are there, the model was shown them or a list that names them, and they hold some
    /// of the code that is named beside the citation.
    Verified,
    /// The lines are there and the model was never shown them.
    NotShown,
    /// The lines hold none of the code that is named beside the citation.
    OtherCode,
    /// There are no such lines.
    NoSuchLines,
}

impl Support {
    /// What is written behind the citation; nothing where it is verified.
    pub fn mark(self) -> &'static str {
        match self {
            Support::Verified => "",
            Support::NotShown => " (unverified: not read)",
            Support::OtherCode => " (unverified: other code stands there)",
            Support::NoSuchLines => " (unverified: no such lines)",
        }
    }
}

/// An answer whose citations were checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedAnswer {
    /// The answer, with a mark behind each citation that is not verified.
    pub text: String,
    /// Each citation and what it is worth.
    pub citations: Vec<(Citation, Support)>,
}

impl CheckedAnswer {
    /// How many are verified.
    pub fn n_verified(&self) -> usize {
        self.citations.iter().filter(|it| it.1 == Support::Verified).count()
    }

    /// What was found of the citations, in a sentence for people.
    pub fn describe(&self) -> String {
        match (self.citations.len(), self.n_verified()) {
            (0, _) => "nothing is cited: nothing of this was checked".to_owned(),
            (n, verified) => format!("{verified} of {n} citations verified"),
        }
    }
}

/// Checks every citation of `answer`: `lines_of` gives the text of the lines of a file, `None`
/// where there are none, and `shown` is what the model was given.
pub fn check_citations(
    answer: &str,
    lines_of: impl Fn(&str, (u32, u32)) -> Option<String>,
    shown: &Shown,
) -> CheckedAnswer {
    let mut res = CheckedAnswer::default();
    let mut end = 0;
    for citation in citations(answer) {
        let support = match lines_of(&citation.path, citation.lines) {
            None => Support::NoSuchLines,
            Some(_) if !shown.has(&citation.path, citation.lines) => Support::NotShown,
            Some(text) if !holds_some(&text, &citation.named) => Support::OtherCode,
            Some(_) => Support::Verified,
        };
        res.text.push_str(&answer[end..citation.range.end]);
        res.text.push_str(support.mark());
        end = citation.range.end;
        res.citations.push((citation, support));
    }
    res.text.push_str(&answer[end..]);
    res
}

/// Without names there is nothing that could stand there or not.
fn holds_some(text: &str, named: &[String]) -> bool {
    named.is_empty() || named.iter().any(|it| text.contains(it.as_str()))
}

/// Every citation of `answer`, in order.
pub fn citations(answer: &str) -> Vec<Citation> {
    let mut acc = Vec::new();
    let mut start = 0;
    for line in answer.split_inclusive('\n') {
        let named = names(line);
        let found = places(line).map(|(range, path, lines)| Citation {
            range: start + range.start..start + range.end,
            path,
            lines,
            named: named.clone(),
        });
        acc.extend(found);
        start += line.len();
    }
    acc
}

/// `path:line` and `path:line-line`: a word with a dot or a slash, a colon and a number.
fn places(line: &str) -> impl Iterator<Item = (Range<usize>, String, (u32, u32))> + '_ {
    let is_path = |it: char| it.is_alphanumeric() || "_-./+@".contains(it);
    line.match_indices(':').filter_map(move |(colon, _)| {
        let before = &line[..colon];
        let start = before
            .rfind(|it| !is_path(it))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let path = &before[start..];
        let (first, mut end) = number(line, colon + 1)?;
        let mut last = first;
        if let Some((to, to_end)) =
            line[end..].starts_with('-').then(|| number(line, end + 1)).flatten()
        {
            (last, end) = (to, to_end);
        }
        let looks_like_a_file = path.contains(['.', '/']) && path.chars().any(char::is_alphabetic);
        // `http://host:80` and `12:30` are none.
        let is_address = before[..start].ends_with("//") || path.contains("//");
        let is_one = looks_like_a_file && !is_address && 0 < first && first <= last;
        let path = path.strip_prefix("./").unwrap_or(path).to_owned();
        is_one.then_some((start..end, path, (first, last)))
    })
}

/// The number that begins at `start`, and its end.
fn number(line: &str, start: usize) -> Option<(u32, usize)> {
    let digits = line[start..].bytes().take_while(u8::is_ascii_digit).count();
    Some((line[start..start + digits].parse().ok()?, start + digits))
}

/// Code in backticks that is no place itself.
fn names(line: &str) -> Vec<String> {
    let code = line.split('`').skip(1).step_by(2);
    let code = code.filter(|it| !it.trim().is_empty() && places(it).next().is_none());
    code.map(|it| it.trim().trim_end_matches("()").to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(answer: &str) -> Vec<String> {
        let all = citations(answer);
        let show = |it: &Citation| {
            assert!(answer[it.range.clone()].ends_with(|it: char| it.is_ascii_digit()));
            format!("{}:{}-{} {}", it.path, it.lines.0, it.lines.1, it.named.join(","))
        };
        all.iter().map(show).collect()
    }

    #[test]
    fn places_are_found_in_prose_lists_and_brackets() {
        let answer = "It is `Pay::run()` (src/pay.rs:12), see [./a/é.py:3-9].\n\
                      - `src/pay.rs:7`: the `retry` delay\nMakefile:3 at http://a.b:80, 12:30, \
                      v1.2:x";
        assert_eq!(
            found(answer),
            ["src/pay.rs:12-12 Pay::run", "a/é.py:3-9 Pay::run", "src/pay.rs:7-7 retry"]
        );
        assert_eq!(found("a.rs:0 and a.rs:9-3 and ../b.rs:1"), ["../b.rs:1-1 "]);
    }

    #[test]
    fn what_a_model_was_shown_is_what_its_tools_gave() {
        let call = |id: &str, name: &str, path: &str| models::ToolCall {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments_json: format!("{{\"path\":\"{path}\"}}"),
        };
        let result = |id: &str, text: &str, is_error: bool| Message::ToolResult {
            call_id: id.to_owned(),
            text: text.to_owned(),
            is_error,
        };
        let messages = [
            Message::User("Look at a.rs:7.".to_owned()),
            Message::Assistant {
                text: "it is in z.rs:1".to_owned(),
                tool_calls: vec![call("1", "read", "b.rs"), call("2", "search", "")],
            },
            result("1", "   10 fn run() {\n   11 }\n(lines 10 to 11 of 90)\n", false),
            result("2", "c.rs:3-5 run\nd.rs:1 no", false),
            Message::Assistant { text: String::new(), tool_calls: vec![call("3", "read", "e.rs")] },
            result("3", "e.rs:1 is ignored", true),
        ];
        let shown = Shown::of(&messages);
        assert!(shown.has("a.rs", (7, 7)) && shown.has("b.rs", (10, 11)));
        assert!(shown.has("c.rs", (4, 5)) && shown.has("d.rs", (1, 1)));
        // Not what the model said itself, nor what it did not get.
        for (path, line) in [("z.rs", 1), ("e.rs", 1), ("b.rs", 12), ("c.rs", 6)] {
            assert!(!shown.has(path, (line, line)), "{path}:{line}");
        }
    }

    #[test]
    fn each_citation_is_checked_and_marked() {
        let text = "fn run() {}\nfn stop() {}\n";
        let lines_of = |path: &str, (first, last): (u32, u32)| {
            let lines: Vec<&str> = text.lines().collect();
            let lines = (path == "a.rs").then_some(lines)?;
            Some(lines.get(first as usize - 1..last as usize)?.join("\n"))
        };
        let shown = Shown(BTreeMap::from([("a.rs".to_owned(), vec![(1, 1), (3, 9)])]));
        let both = Shown(BTreeMap::from([("a.rs".to_owned(), vec![(1, 1), (2, 2)])]));
        let two = check_citations("a.rs:1-2", lines_of, &shown);
        assert_eq!(two.text, "a.rs:1-2 (unverified: not read)");
        assert_eq!(check_citations("a.rs:1-2", lines_of, &both).n_verified(), 1);
        let answer = "`run` a.rs:1\n`walk` a.rs:1\n`stop` a.rs:2\na.rs:3 b.rs:1";
        let checked = check_citations(answer, lines_of, &shown);
        assert_eq!(
            checked.text,
            "`run` a.rs:1\n\
             `walk` a.rs:1 (unverified: other code stands there)\n\
             `stop` a.rs:2 (unverified: not read)\n\
             a.rs:3 (unverified: no such lines) b.rs:1 (unverified: no such lines)"
        );
        assert_eq!(checked.describe(), "1 of 5 citations verified");
        let none = check_citations("It is so.", lines_of, &shown);
        assert_eq!(none.text, "It is so.");
        assert_eq!(none.describe(), "nothing is cited: nothing of this was checked");
    }
}
