//! What a repository's own words stand for, and which of its places change often: a file under
//! `.aios/` that is learned from the history, and that people read, correct and throw away.

use std::{collections::BTreeMap, fmt, fmt::Write as _};

use memory::{Signal, Signals, asked_words, distinct_words};
use rustc_hash::FxHashMap;
use toml::{Table, Value};

/// Where it stands, below the workspace.
pub const VOCABULARY_FILE: &str = ".aios/vocabulary.toml";

/// Words of a file at most; more are told and left out.
const WORDS_MAX: usize = 5_000;
/// Places of one word at most, and places that change often, of which more are told.
const SPOTS_MAX: usize = 1_000;
/// Commits that are added to those which say a word before a share of them is believed.
const DOUBT: f32 = 2.0;
/// Fewer digits name no commit.
const KEY_DIGITS_MIN: usize = 8;
/// How much of how often a function changes is how often its file does.
const FILE_SHARE: f32 = 0.4;

/// A file, or a function in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// The file, below the workspace.
    pub path: String,
    /// The name of the function.
    pub symbol: Option<String>,
}

/// A word and what it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Commits that say it.
    pub said: u32,
    /// Places, and in how many of those commits each changed.
    pub places: Vec<(Spot, u32)>,
}

/// What was learned of a repository's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// From what it was learned, for people.
    pub learned: String,
    /// By word, as people write it.
    pub words: BTreeMap<String, Word>,
    /// Places that change often, in percent of the one that changes most.
    pub often: BTreeMap<Spot, u8>,
    /// The words by what is left of them where they are compared.
    by_stem: FxHashMap<String, Vec<String>>,
}

/// That a word of a question stands for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandsFor {
    /// The word.
    pub word: String,
    /// The place.
    pub spot: Spot,
    /// In so many commits that say the word it changed.
    pub times: u32,
    /// Commits that say the word.
    pub said: u32,
}

impl Vocabulary {
    pub(crate) fn new(
        learned: String,
        words: BTreeMap<String, Word>,
        often: BTreeMap<Spot, u8>,
    ) -> Vocabulary {
        let mut by_stem: FxHashMap<String, Vec<String>> = FxHashMap::default();
        for word in words.keys() {
            // The last of a word's parts is the word as a whole.
            let stem = distinct_words(word).pop();
            by_stem.entry(stem.unwrap_or_default()).or_default().push(word.clone());
        }
        Vocabulary { learned, words, often, by_stem }
    }

    /// What `question` says that stands for something here, in the order of its words.
    pub fn stands_for(&self, question: &str) -> Vec<StandsFor> {
        // The words of a title come several times.
        let mut asked: Vec<String> = Vec::new();
        for word in asked_words(question) {
            if !asked.contains(&word) {
                asked.push(word);
            }
        }
        let words = asked.iter().filter_map(|it| self.by_stem.get(it)).flatten();
        let known = words.filter_map(|word| Some((word, self.words.get(word)?)));
        let places = known.flat_map(|(word, it)| {
            it.places.iter().map(move |(spot, times)| StandsFor {
                word: word.clone(),
                spot: spot.clone(),
                times: *times,
                said: it.said,
            })
        });
        places.collect()
    }

    /// What speaks for places that `question` is asked about: 1 less the chance that none of its
    /// words stands for the place, and how often it changes.
    pub fn signals(&self, question: &str) -> Vec<(Spot, Signal)> {
        let mut missed: BTreeMap<Spot, f32> = BTreeMap::new();
        for it in self.stands_for(question) {
            *missed.entry(it.spot).or_insert(1.0) *=
                1.0 - it.times as f32 / (it.said as f32 + DOUBT);
        }
        let mut spots: Vec<&Spot> = missed.keys().chain(self.often.keys()).collect();
        spots.sort_unstable();
        spots.dedup();
        let often = |spot: &Spot| self.often.get(spot).map_or(0.0, |it| f32::from(*it) / 100.0);
        let signal = |spot: &Spot| {
            let file = Spot { path: spot.path.clone(), symbol: None };
            let miss = |it: &Spot| missed.get(it).copied().unwrap_or(1.0);
            match spot.symbol {
                // A function is spoken for by its file, too.
                Some(_) => Signal {
                    vocabulary: 1.0 - miss(spot) * miss(&file),
                    often: FILE_SHARE * often(&file) + (1.0 - FILE_SHARE) * often(spot),
                    ..Signal::default()
                },
                None => Signal {
                    vocabulary: 1.0 - miss(spot),
                    often: FILE_SHARE * often(spot),
                    ..Signal::default()
                },
            }
        };
        spots.into_iter().map(|it| (it.clone(), signal(it))).collect()
    }

    /// Adds what speaks for places to `acc`.
    pub fn speak(&self, question: &str, acc: &mut Signals) {
        for (spot, signal) in self.signals(question) {
            acc.add(&spot.path, spot.symbol.as_deref(), signal);
        }
    }

    /// The first bytes of the key of the newest commit that it was learned from, where it says.
    pub(crate) fn learned_up_to(&self) -> Option<Vec<u8>> {
        let key = self.learned.rsplit(' ').next().filter(|it| KEY_DIGITS_MIN <= it.len())?;
        let byte = |at: usize| u8::from_str_radix(key.get(at..at + 2)?, 16).ok();
        (0..key.len()).step_by(2).map(byte).collect()
    }

    /// Only its words, only its places that change often, both or neither.
    #[must_use]
    pub fn only(&self, words: bool, often: bool) -> Vocabulary {
        let all = self.clone();
        Vocabulary::new(
            all.learned,
            if words { all.words } else { BTreeMap::new() },
            if often { all.often } else { BTreeMap::new() },
        )
    }

    /// The same with the words of `other`.
    #[must_use]
    pub fn with_words_of(&self, other: &Vocabulary) -> Vocabulary {
        Vocabulary::new(other.learned.clone(), other.words.clone(), self.often.clone())
    }

    /// The same with the places of `other` that change often.
    #[must_use]
    pub fn with_often_of(&self, other: &Vocabulary) -> Vocabulary {
        Vocabulary::new(other.learned.clone(), self.words.clone(), other.often.clone())
    }

    /// True where nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.often.is_empty()
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut res = format!(
            "# What this repository's own words stand for, learned from {}.\n\
             # A search that says one of them looks at its places first; `aios search --explain`\n\
             # tells. Take out or correct what is wrong: what stands here is what counts.\n\
             learned = {}\n",
            self.learned,
            Value::String(self.learned.clone())
        );
        let mut say = |line: String| {
            writeln!(res, "{line}").expect("writing to a string does not fail");
        };
        if !self.words.is_empty() {
            say("\n# Of so many commits that say the word, the place changed in so many.\n[words]"
                .to_owned());
        }
        for (word, it) in &self.words {
            let place = |it: &(Spot, u32), said: u32| {
                Value::String(format!("{}/{said} {}", it.1, it.0)).to_string()
            };
            let places: Vec<String> = it.places.iter().map(|at| place(at, it.said)).collect();
            say(format!("{} = [{}]", key(word), places.join(", ")));
        }
        if !self.often.is_empty() {
            say("\n# Places that change often, in percent of the one that changes most.\n[often]"
                .to_owned());
        }
        let mut often: Vec<(&Spot, &u8)> = self.often.iter().collect();
        often.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        for (spot, percent) in often {
            say(format!("{} = {percent}", key(&spot.to_string())));
        }
        res
    }

    /// What the file's text says, and what of it is left out because it is wrong.
    ///
    /// # Errors
    /// Where it is no TOML.
    pub fn parse(text: &str) -> Result<(Vocabulary, Vec<Wrong>), Wrong> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|it| text.get(..it.start)).unwrap_or_default();
            (before.matches('\n').count() as u32 + 1, error.message().to_owned())
        })?;
        let mut wrong = Vec::new();
        let (mut learned, mut words, mut often) = (String::new(), BTreeMap::new(), BTreeMap::new());
        for (name, value) in &table {
            match (name.as_str(), value) {
                ("learned", Value::String(said)) => learned.clone_from(said),
                ("words", Value::Table(of)) => words = parsed_words(of, &mut wrong),
                ("often", Value::Table(of)) => often = parsed_often(of, &mut wrong),
                _ => {
                    let fact = "it is none of `learned` (a text), `words` and `often` (tables)";
                    wrong.push((name.clone(), fact.to_owned()));
                }
            }
        }
        let told = |(name, fact): (String, String)| {
            (line_of(text, &name), format!("{}: {fact}", key(&name)))
        };
        let mut wrong: Vec<Wrong> = wrong.into_iter().map(told).collect();
        wrong.sort();
        Ok((Vocabulary::new(learned, words, often), wrong))
    }
}

/// What is wrong, and in which line, from 1; 0 where that is not known.
pub type Wrong = (u32, String);

/// The line in which something gets its value.
fn line_of(text: &str, name: &str) -> u32 {
    let begins = |line: &str| {
        let line = line.trim_start().trim_start_matches('[');
        line.starts_with(&key(name)) || line.starts_with(name)
    };
    text.lines().position(begins).map_or(0, |it| it as u32 + 1)
}

fn parsed_words(table: &Table, wrong: &mut Vec<(String, String)>) -> BTreeMap<String, Word> {
    let mut res = BTreeMap::new();
    for (nth, (word, value)) in table.iter().enumerate() {
        if WORDS_MAX <= nth {
            wrong.push((word.clone(), format!("no more than {WORDS_MAX} words are read")));
            break;
        }
        let places = value.as_array().into_iter().flatten().take(SPOTS_MAX);
        let parsed: Option<Vec<(Spot, u32, u32)>> =
            places.map(|it| parsed_place(it.as_str()?)).collect();
        match parsed.filter(|it| !it.is_empty()) {
            Some(places) => {
                let said = places.iter().map(|it| it.2).max().unwrap_or_default();
                let places = places.into_iter().map(|it| (it.0, it.1)).collect();
                res.insert(word.clone(), Word { said, places });
            }
            None => {
                let fact = "a place is written as in `[\"14/31 src/a.py#run\"]`: it changed in 14 \
                            of 31 commits that say the word";
                wrong.push((word.clone(), fact.to_owned()));
            }
        }
    }
    res
}

/// `14/31 src/a.py#run`.
fn parsed_place(written: &str) -> Option<(Spot, u32, u32)> {
    let (share, spot) = written.split_once(' ')?;
    let (times, said) = share.split_once('/')?;
    let (times, said) = (times.parse().ok()?, said.parse().ok()?);
    (0 < said && times <= said && !spot.trim().is_empty())
        .then(|| (Spot::parse(spot.trim()), times, said))
}

fn parsed_often(table: &Table, wrong: &mut Vec<(String, String)>) -> BTreeMap<Spot, u8> {
    let mut res = BTreeMap::new();
    for (nth, (spot, value)) in table.iter().enumerate() {
        if SPOTS_MAX <= nth {
            wrong.push((spot.clone(), format!("no more than {SPOTS_MAX} places are read")));
            break;
        }
        let percent = value.as_integer().and_then(|it| u8::try_from(it).ok());
        match percent.filter(|it| (1..=100).contains(it)) {
            Some(percent) => drop(res.insert(Spot::parse(spot), percent)),
            None => wrong.push((spot.clone(), "it is a whole number from 1 to 100".to_owned())),
        }
    }
    res
}

/// A key of TOML: bare where it may be.
fn key(written: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match !written.is_empty() && written.chars().all(is_bare) {
        true => written.to_owned(),
        false => Value::String(written.to_owned()).to_string(),
    }
}

impl Spot {
    /// `path`, or `path#function`.
    pub fn parse(written: &str) -> Spot {
        match written.rsplit_once('#') {
            Some((path, symbol)) if !path.is_empty() && !symbol.is_empty() => {
                Spot { path: path.to_owned(), symbol: Some(symbol.to_owned()) }
            }
            _ => Spot { path: written.to_owned(), symbol: None },
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.symbol {
            Some(symbol) => write!(f, "{}#{symbol}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl fmt::Display for StandsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StandsFor { word, spot, times, said } = self;
        write!(f, "{word} → {spot} (changed in {times} of {said} commits that say it)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
learned = "40 commits up to 5640611dfc"

[words]
cookies = ["3/4 src/jar.py", "2/4 src/jar.py#pack"]
"größe" = ["1/2 src/size.py"]

[often]
"src/jar.py#pack" = 100
"src/size.py" = 50
"#;

    fn parsed() -> Vocabulary {
        let (vocabulary, wrong) = Vocabulary::parse(FILE).unwrap();
        assert_eq!(wrong, []);
        vocabulary
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = parsed().text();
        assert!(text.contains(FILE.lines().nth(4).unwrap()), "{text}");
        assert_eq!(Vocabulary::parse(&text), Ok((parsed(), Vec::new())));
    }

    #[test]
    fn a_word_in_any_form_speaks_for_its_places_and_says_why() {
        let said: Vec<String> =
            parsed().stands_for("drop a Cookie").iter().map(ToString::to_string).collect();
        let expected = [
            "cookies → src/jar.py (changed in 3 of 4 commits that say it)",
            "cookies → src/jar.py#pack (changed in 2 of 4 commits that say it)",
        ];
        assert_eq!(said, expected);
        let signals = parsed().signals("drop a Cookie");
        let of = |spot: &str| signals.iter().find(|it| it.0 == Spot::parse(spot)).unwrap().1;
        // Two commits of doubt: 3 of 6; and the function that was named in 2 of 6 besides.
        assert_eq!(of("src/jar.py").vocabulary, 0.5);
        assert!((of("src/jar.py#pack").vocabulary - (1.0 - 0.5 * 4.0 / 6.0)).abs() < 1e-6);
        assert_eq!(of("src/size.py").vocabulary, 0.0);
        assert!((of("src/size.py").often - 0.2).abs() < 1e-6, "it is often changed all the same");
        assert_eq!(parsed().stands_for("drop a jar"), []);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_the_rest_counts() {
        let text = "[words]\na = [\"5/4 x.py\"]\nb = [\"1/2 y.py\"]\n\n[often]\n\"y.py\" = 101\n";
        let (vocabulary, wrong) = Vocabulary::parse(text).unwrap();
        assert_eq!(wrong.iter().map(|it| it.0).collect::<Vec<_>>(), [2, 6]);
        assert_eq!(vocabulary.words.len(), 1);
        let (line, fact) = Vocabulary::parse("learned = 3\nwords = [\n").unwrap_err();
        assert!(line == 2 && !fact.is_empty(), "{line}: {fact}");
    }
}
