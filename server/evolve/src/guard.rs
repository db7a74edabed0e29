//! Questions that a change of settings may not answer worse: names, paths, what a documentation
//! says.

use history::Repository;
use memory::{Feature, Values};
use syntax::{FileFacts, SymbolIdx};

use crate::{
    Corpus, CorpusError, FunctionName, Replay, Vocabulary,
    evidence::is_function,
    random::Seeded,
    replay::{Asked, ask},
};

/// Questions of each kind.
const QUESTIONS_MAX: usize = 40;
/// Functions of a file that are asked about at most, where there are few files.
const ROUNDS_MAX: usize = 6;
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
    vocabulary: &Vocabulary,
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
    for (round, path) in (0..ROUNDS_MAX).flat_map(|round| paths.iter().map(move |it| (round, it))) {
        let is_full = |it: &Guard| QUESTIONS_MAX <= it.replays.len();
        if is_full(&names) && is_full(&sentences) && (0 < round || is_full(&places)) {
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
            let asked = asked(path, &facts, one, name);
            names.replays.push(ask(repository, corpus, vocabulary, &asked)?);
        }
        if !is_full(&places) && round == 0 {
            let asked = asked(path, &facts, one, path);
            places.replays.push(ask(repository, corpus, vocabulary, &asked)?);
        }
        let said = functions.iter().filter_map(|it| Some((*it, sentence(&text, &facts, *it)?)));
        if let Some((one, sentence)) = said.filter(|_| !is_full(&sentences)).nth(round) {
            let asked = asked(path, &facts, one, &sentence);
            let mut replay = ask(repository, corpus, vocabulary, &asked)?;
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
