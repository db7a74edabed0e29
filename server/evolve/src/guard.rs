//! Questions that a change of settings may not answer worse: names, paths, what a documentation
//! says.

use history::Repository;
use memory::{Feature, Values};
use syntax::{FileFacts, SymbolIdx};

use crate::{
    Corpus, CorpusError, FunctionName, Replay,
    evidence::is_function,
    random::Seeded,
    replay::{Asked, ask},
};

/// Questions of each kind.
const QUESTIONS_MAX: usize = 40;
/// A shorter name means anything.
const NAME_BYTES_MIN: usize = 5;
/// Words of a documentation's first sentence.
const SENTENCE_WORDS: std::ops::RangeInclusive<usize> = 4..=30;

/// A kind of questions with answers that are known from the code itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// What they are, for people.
    pub name: &'static str,
    /// The questions.
    pub replays: Vec<Replay>,
}

/// The guards of the code as it is in `corpus`.
///
/// # Errors
/// [`CorpusError`].
pub(crate) fn guards(
    repository: &Repository,
    corpus: &Corpus,
    seed: u64,
) -> Result<Vec<Guard>, CorpusError> {
    let mut paths: Vec<String> = corpus.paths().into_iter().map(str::to_owned).collect();
    let mut random = Seeded::new(seed);
    for nth in (1..paths.len()).rev() {
        paths.swap(nth, random.below(nth + 1));
    }
    let mut names = Guard { name: "exact names", replays: Vec::new() };
    let mut sentences = Guard { name: "sentences of documentation", replays: Vec::new() };
    let mut places = Guard { name: "paths", replays: Vec::new() };
    for path in &paths {
        let is_full = |it: &Guard| QUESTIONS_MAX <= it.replays.len();
        if is_full(&names) && is_full(&sentences) && is_full(&places) {
            break;
        }
        let Some((text, facts)) = corpus.file(repository, path).filter(|it| !it.1.is_test) else {
            continue;
        };
        let is_function = |it: &SymbolIdx| {
            let symbol = facts.symbol(*it);
            is_function(symbol.kind) && !symbol.is_local && !symbol.is_test
        };
        let functions: Vec<SymbolIdx> =
            facts.symbols().map(|it| it.0).filter(is_function).collect();
        if functions.is_empty() {
            continue;
        }
        let one = functions[random.below(functions.len())];
        let name = facts.name(facts.symbol(one).name);
        if !is_full(&names) && NAME_BYTES_MIN <= name.len() {
            names.replays.push(ask(repository, corpus, &asked(path, &facts, one, name))?);
        }
        if !is_full(&places) {
            places.replays.push(ask(repository, corpus, &asked(path, &facts, one, path))?);
        }
        let sentence = functions.iter().find_map(|it| Some((*it, sentence(&text, &facts, *it)?)));
        if let Some((one, sentence)) = sentence.filter(|_| !is_full(&sentences)) {
            let mut replay = ask(repository, corpus, &asked(path, &facts, one, &sentence))?;
            // The words stand in the documentation itself: with them it would find everything.
            replay.found.iter_mut().for_each(|it| without_documentation(&mut it.values));
            sentences.replays.push(replay);
        }
    }
    Ok(vec![names, sentences, places])
}

fn without_documentation(values: &mut Values) {
    values[Feature::Doc] = 0.0;
}

/// A question about one function, or the file that it stands in.
fn asked(path: &str, facts: &FileFacts, function: SymbolIdx, question: &str) -> Asked {
    Asked {
        question: question.to_owned(),
        files: vec![path.to_owned()],
        functions: vec![FunctionName { path: path.to_owned(), name: facts.name_path(function) }],
        alike: Vec::new(),
    }
}

/// The first sentence of a function's documentation, without the signs of comments.
fn sentence(text: &str, facts: &FileFacts, function: SymbolIdx) -> Option<String> {
    let doc = text.get(facts.doc(facts.symbol(function))?.to_usize())?;
    let signs: &[char] = &['/', '*', '#', '!', '"', '\'', ' ', '\t'];
    let lines = doc.lines().map(|it| it.trim_matches(signs)).skip_while(|it| it.is_empty());
    let paragraph: Vec<&str> = lines.take_while(|it| !it.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    let end = paragraph.find(". ").unwrap_or(paragraph.len());
    let sentence = paragraph[..end].trim_end_matches('.');
    SENTENCE_WORDS.contains(&sentence.split_whitespace().count()).then(|| sentence.to_owned())
}
