//! What words mean to developers: `drop`, `erase` and `get rid of` are one concept. Sentences that
//! share no word can share what is done and what it is done to.

use super::wording::stem;

/// Concepts, each with the words and phrases that stand for it. A phrase is found where its words
/// follow each other.
const CONCEPTS: &[(&str, &[&str])] = &[
    (
        "delete",
        &[
            "delete",
            "remove",
            "drop",
            "erase",
            "kill",
            "eliminate",
            "discard",
            "ditch",
            "purge",
            "prune",
            "strip",
            "get rid of",
            "throw out",
            "throw away",
            "take out",
            "should go",
        ],
    ),
    (
        "unused",
        &[
            "unused",
            "dead",
            "unreferenced",
            "orphan",
            "obsolete",
            "unneeded",
            "unnecessary",
            "leftover",
            "superfluous",
            "unreachable",
            "not used",
            "never used",
            "never called",
            "not called",
            "not needed",
            "nobody uses",
            "nothing uses",
            "nobody needs",
            "nobody calls",
            "nothing calls",
            "no longer used",
            "no longer needed",
            "without callers",
            "not referenced",
            "never referenced",
            "uses it",
        ],
    ),
    ("import", &["import", "include", "require", "use statement", "use declaration"]),
    (
        "sort",
        &[
            "sort",
            "order",
            "organize",
            "arrange",
            "tidy",
            "clean",
            "neat",
            "mess",
            "group",
            "alphabetize",
        ],
    ),
    (
        "cycle",
        &["cycle", "circular", "cyclic", "loop", "circle", "each other", "one another", "mutual"],
    ),
    (
        "break",
        &[
            "break",
            "untangle",
            "disentangle",
            "resolve",
            "cut",
            "decouple",
            "split",
            "separate",
            "fix",
            "solve",
            "stop",
        ],
    ),
    ("call", &["call", "invoke", "invocation"]),
    ("use", &["use", "usage", "consume"]),
    ("incoming", &["who calls", "caller", "call site", "incoming", "who uses", "who invokes"]),
    ("outgoing", &["callee", "outgoing", "called by", "calls made", "used by", "inside"]),
    (
        "affect",
        &[
            "impact",
            "affect",
            "influence",
            "depend",
            "dependent",
            "rely",
            "downstream",
            "ripple",
            "consequence",
            "blast radius",
            "side effect",
            "fallout",
            "what breaks",
            "would break",
            "could break",
            "will break",
            "transitively",
        ],
    ),
    ("risk", &["risk", "risky", "dangerous", "fragile", "safe", "safely"]),
    ("test", &["test", "spec", "coverage", "cover", "exercise", "unit test"]),
    ("run", &["run", "execute", "perform", "launch"]),
    ("check", &["check", "verify", "validate", "build", "compile", "pass", "green", "ci", "suite"]),
    (
        "doc",
        &[
            "document",
            "documentation",
            "docstring",
            "doc",
            "docs",
            "comment",
            "javadoc",
            "jsdoc",
            "docblock",
            "rustdoc",
        ],
    ),
    (
        "make",
        &[
            "add", "write", "create", "insert", "generate", "put", "make", "scaffold", "produce",
            "draft", "compose", "define", "set up", "new",
        ],
    ),
    (
        "explain",
        &[
            "explain",
            "describe",
            "understand",
            "overview",
            "summary",
            "summarize",
            "purpose",
            "walk through",
            "clarify",
            "meaning",
            "tell me about",
            "what is",
            "what does",
            "how does",
            "work",
        ],
    ),
    (
        "review",
        &[
            "review",
            "critique",
            "criticize",
            "feedback",
            "audit",
            "inspect",
            "problem",
            "issue",
            "mistake",
            "smell",
            "quality",
            "weak",
            "wrong",
            "opinion",
            "improve",
            "better",
        ],
    ),
    (
        "changes",
        &[
            "change",
            "diff",
            "patch",
            "edit",
            "modification",
            "modify",
            "touch",
            "uncommitted",
            "staged",
            "my work",
            "pull request",
        ],
    ),
    ("search", &["search", "find", "locate", "look for", "looking for", "grep", "seek"]),
    ("place", &["where", "place", "location", "which file", "which code"]),
    ("name", &["name", "naming"]),
    (
        "rename",
        &[
            "rename",
            "change the name",
            "new name",
            "different name",
            "should be named",
            "should be called",
        ],
    ),
    (
        "undo",
        &[
            "undo",
            "undid",
            "revert",
            "take back",
            "took back",
            "roll back",
            "rollback",
            "go back",
            "put back",
            "back out",
            "reverse",
            "take that back",
            "take it back",
            "roll it back",
            "take the change back",
        ],
    ),
    (
        "redo",
        &[
            "redo",
            "reapply",
            "bring back",
            "apply again",
            "do it again",
            "undo the undo",
            "once more",
            "was undone",
            "were undone",
            "i undid",
            "taken back",
        ],
    ),
    (
        "same",
        &[
            "duplicate",
            "copy",
            "copied",
            "clone",
            "similar",
            "same",
            "identical",
            "alike",
            "repeat",
            "paste",
            "twice",
            "redundant",
            "look like each other",
        ],
    ),
    (
        "convention",
        &[
            "convention",
            "style",
            "snake",
            "camel",
            "consistent",
            "inconsistent",
            "violate",
            "rule",
            "against the convention",
            "case",
        ],
    ),
    (
        "often",
        &[
            "often",
            "frequently",
            "churn",
            "all the time",
            "most changed",
            "constantly",
            "hotspot",
            "most commits",
        ],
    ),
    ("hard", &["complex", "complicated", "hard", "difficult", "messy", "bug", "refactoring"]),
    (
        "missing",
        &[
            "miss",
            "missing",
            "forget",
            "forgot",
            "forgotten",
            "left out",
            "leave out",
            "incomplete",
            "complete",
            "what else",
            "also",
            "together",
            "co-change",
            "usually",
        ],
    ),
    (
        "gather",
        &["context", "gather", "collect", "prepare", "relevant", "background", "put together"],
    ),
    ("task", &["task", "feature", "implement", "adding", "fixing", "prompt", "i need to"]),
    (
        "keep",
        &[
            "remember that",
            "note",
            "memorize",
            "keep in mind",
            "store",
            "save",
            "don't forget",
            "write down",
            "fact",
        ],
    ),
    (
        "recall",
        &[
            "recall",
            "you remember",
            "do we know",
            "did i tell",
            "remind",
            "memory",
            "noted",
            "decided",
            "remembered",
            "notes",
        ],
    ),
    (
        "past",
        &["history", "commit", "git", "log", "blame", "author", "who wrote", "when", "evolve"],
    ),
    ("agent", &["agent", "bot", "assistant"]),
    (
        "news",
        &[
            "changelog",
            "change log",
            "release note",
            "since",
            "today",
            "yesterday",
            "lately",
            "recent",
            "this week",
            "last week",
        ],
    ),
    ("list", &["list", "show", "which", "report", "detect", "any", "are there", "all"]),
    ("code", &["function", "method", "class", "definition", "code", "symbol", "helper"]),
    ("module", &["module", "package", "file", "dependency"]),
    ("this", &["this", "here", "it"]),
];

/// The concepts of a sentence, by the stems of its words; each once.
pub(super) fn concepts(stems: &[String]) -> Vec<&'static str> {
    let mut res = Vec::new();
    for (name, phrases) in prepared() {
        let is_there = |phrase: &Vec<String>| {
            stems.windows(phrase.len()).any(|it| it.iter().eq(phrase.iter()))
        };
        if phrases.iter().any(is_there) {
            res.push(*name);
        }
    }
    res
}

/// Concepts with the stems of their phrases.
type Prepared = Vec<(&'static str, Vec<Vec<String>>)>;

fn prepared() -> &'static Prepared {
    static PREPARED: std::sync::LazyLock<Prepared> = std::sync::LazyLock::new(|| {
        let stems = |it: &&str| it.split(' ').map(stem).collect();
        CONCEPTS.iter().map(|it| (it.0, it.1.iter().map(stems).collect())).collect()
    });
    &PREPARED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sentence: &str, expected: &str) {
        let stems: Vec<String> = sentence.split(' ').map(stem).collect();
        assert_eq!(concepts(&stems).join(" "), expected);
    }

    #[test]
    fn words_and_phrases_stand_for_concepts() {
        check("erase that helper", "delete code");
        check("get rid of the circular imports", "delete import cycle");
        check("nothing", "");
    }
}
