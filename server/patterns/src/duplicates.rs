//! Near-duplicate functions: winnowed fingerprints of their tokens, met in an inverted index.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{FileFacts, SymbolIdx, SymbolKind};
use text::TextRange;
use vfs::FileId;

use crate::{Evidence, Finding, Findings, Site, tokens::tokens};

/// Tokens of one hashed run.
const RUN_TOKENS: usize = 8;
/// Of so many successive runs the least is kept: whatever two functions share over
/// `RUN_TOKENS + WINDOW - 1` tokens is met.
const WINDOW: usize = 5;
/// A fingerprint that more functions have is how the language is written, no sign of a copy.
const SHARED_BY_MAX: usize = 40;
/// Smaller functions are alike without being copies; only their size is kept.
const TOKENS_MIN: u32 = 20;
/// Members of a group that are listed.
const GROUP_LISTED_MAX: usize = 12;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateConfig {
    /// Functions of fewer tokens are not looked at.
    pub tokens_min: u32,
    /// The share of the shape (names apart) that two must have in common, from 0 to 1.
    pub shape_min: f32,
    /// The share of the text that two must have in common, from 0 to 1.
    pub exact_min: f32,
    /// At most so many groups.
    pub findings_max: usize,
}

impl DuplicateConfig {
    /// What was measured to be worth showing; see `README.md`.
    pub const MEASURED: DuplicateConfig =
        DuplicateConfig { tokens_min: 60, shape_min: 0.7, exact_min: 0.4, findings_max: 50 };
}

/// What a function looks like, in a few numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// Number of tokens, comments apart.
    pub n_tokens: u32,
    /// Runs of tokens as written, sorted.
    exact: Box<[u64]>,
    /// Runs of tokens without names, sorted.
    shape: Box<[u64]>,
}

impl Fingerprint {
    /// The bytes it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Fingerprint>() + (self.exact.len() + self.shape.len()) * size_of::<u64>()
    }
}

/// A function with its fingerprint.
#[derive(Clone, Debug)]
pub struct Unit<'a> {
    /// Its file.
    pub file: FileId,
    /// All of it.
    pub range: TextRange,
    /// Its name path.
    pub name: String,
    /// What it looks like.
    pub fingerprint: &'a Fingerprint,
}

/// True for what is compared: functions with a body, tests apart.
fn is_unit(facts: &FileFacts, idx: SymbolIdx) -> bool {
    let symbol = facts.symbol(idx);
    let is_function = matches!(
        symbol.kind,
        SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor | SymbolKind::Macro
    );
    // An overload's signature has no body, and is like its sisters on purpose.
    let has_body = facts.signature_end(symbol) < symbol.range.end();
    is_function && has_body && !symbol.is_test && !symbol.is_local && !facts.is_test
}

/// The fingerprint of a function; `None` for what is not compared.
pub fn fingerprint(text: &str, facts: &FileFacts, idx: SymbolIdx) -> Option<Fingerprint> {
    if !is_unit(facts, idx) {
        return None;
    }
    let tokens = tokens(text, facts, facts.symbol(idx).range);
    let n_tokens = tokens.exact.len() as u32;
    if n_tokens < TOKENS_MIN {
        return Some(Fingerprint { n_tokens, ..Fingerprint::default() });
    }
    Some(Fingerprint { n_tokens, exact: winnow(&tokens.exact), shape: winnow(&tokens.shape) })
}

/// The least hash of every window of runs, each once, sorted.
fn winnow(tokens: &[u64]) -> Box<[u64]> {
    let run = |it: &[u64]| {
        it.iter()
            .fold(0u64, |acc, it| (acc.rotate_left(5) ^ it).wrapping_mul(0x517c_c1b7_2722_0a95))
    };
    let runs: Vec<u64> = tokens.windows(RUN_TOKENS).map(run).collect();
    let mut res: Vec<u64> = match runs.len() {
        0..=WINDOW => runs,
        _ => runs.windows(WINDOW).filter_map(|it| it.iter().min().copied()).collect(),
    };
    res.sort_unstable();
    res.dedup();
    res.into_boxed_slice()
}

/// Groups of functions that are nearly the same.
pub fn duplicates(units: &[Unit<'_>], config: &DuplicateConfig) -> Findings {
    let big: Vec<usize> = (0..units.len())
        .filter(|it| config.tokens_min <= units[*it].fingerprint.n_tokens)
        .collect();
    let pairs = pairs(units, &big, config);
    let mut groups = Groups::new(units.len());
    for (a, b) in pairs.keys() {
        groups.join(*a, *b);
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for unit in pairs.keys().flat_map(|it| [it.0, it.1]).collect::<FxHashSet<_>>() {
        members.entry(groups.root(unit)).or_default().push(unit);
    }
    let limits = vec![format!(
        "{} functions of at least {} tokens were compared; tests were not",
        big.len(),
        config.tokens_min
    )];
    let found = members.into_values().map(|it| finding(units, it, &pairs)).collect();
    Findings { found, limits }.best(config.findings_max)
}

type Pairs = BTreeMap<(usize, usize), (f32, f32)>;

/// The pairs that are alike enough, with what they share of shape and text.
fn pairs(units: &[Unit<'_>], big: &[usize], config: &DuplicateConfig) -> Pairs {
    let mut by_run: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for unit in big {
        for run in &units[*unit].fingerprint.shape {
            by_run.entry(*run).or_default().push(*unit);
        }
    }
    by_run.retain(|_, it| 1 < it.len() && it.len() <= SHARED_BY_MAX);
    let mut res = Pairs::new();
    let mut shared: FxHashMap<usize, u32> = FxHashMap::default();
    for unit in big {
        shared.clear();
        let own = units[*unit].fingerprint;
        for run in &own.shape {
            for other in by_run.get(run).into_iter().flatten().filter(|it| unit < *it) {
                *shared.entry(*other).or_default() += 1;
            }
        }
        for (other, n) in &shared {
            // Runs of many were not counted, so this is only a first look.
            let most = own.shape.len().max(units[*other].fingerprint.shape.len());
            if (*n as f32) < config.shape_min * 0.5 * most as f32 {
                continue;
            }
            if is_nested(&units[*unit], &units[*other]) {
                continue;
            }
            let theirs = units[*other].fingerprint;
            let shape = alike(&own.shape, &theirs.shape);
            let exact = alike(&own.exact, &theirs.exact);
            if config.shape_min <= shape && config.exact_min <= exact {
                res.insert((*unit, *other), (shape, exact));
            }
        }
    }
    res
}

fn is_nested(a: &Unit<'_>, b: &Unit<'_>) -> bool {
    a.file == b.file && (a.range.contains_range(b.range) || b.range.contains_range(a.range))
}

/// The share of two sorted sets that both have.
fn alike(a: &[u64], b: &[u64]) -> f32 {
    let (mut i, mut j, mut both) = (0, 0, 0usize);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                both += 1;
                i += 1;
                j += 1;
            }
        }
    }
    both as f32 / (a.len() + b.len() - both).max(1) as f32
}

fn finding(units: &[Unit<'_>], mut members: Vec<usize>, pairs: &Pairs) -> Finding {
    members.sort_by_key(|it| (units[*it].file, units[*it].range.start()));
    let own: Vec<(f32, f32)> = pairs
        .iter()
        .filter(|(pair, _)| members.contains(&pair.0) && members.contains(&pair.1))
        .map(|it| *it.1)
        .collect();
    let mean = |of: fn(&(f32, f32)) -> f32| own.iter().map(of).sum::<f32>() / own.len() as f32;
    let (shape, exact) = (mean(|it| it.0), mean(|it| it.1));
    let n_tokens = members.iter().map(|it| units[*it].fingerprint.n_tokens).min().unwrap_or(0);
    let names: Vec<&str> = members.iter().take(2).map(|it| units[*it].name.as_str()).collect();
    let more = match members.len() {
        0..=2 => String::new(),
        n => format!(" and {} more", n - 2),
    };
    let evidence = members.iter().take(GROUP_LISTED_MAX).map(|it| {
        let unit = &units[*it];
        let site = Site::Code { file: unit.file, range: unit.range, name: unit.name.clone() };
        Evidence { site, note: format!("{} tokens", unit.fingerprint.n_tokens) }
    });
    Finding {
        title: format!(
            "{}{more} share {:.0} % of their shape and {:.0} % of their text",
            names.join(" and "),
            shape * 100.0,
            exact * 100.0
        ),
        // What could be saved: the tokens of all but one.
        score: n_tokens as f32 * (members.len() - 1) as f32 * exact,
        evidence: evidence.collect(),
    }
}

/// Disjoint sets.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Groups {
        Groups((0..n).collect())
    }

    fn root(&mut self, mut it: usize) -> usize {
        while self.0[it] != it {
            self.0[it] = self.0[self.0[it]];
            it = self.0[it];
        }
        it
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAY: &str = "
fn pay(cart: &Cart, fee: u32) -> u32 {
    let mut total = 0;
    for item in cart.items() {
        if item.price > 10 { total += item.price * item.count; } else { total += fee; }
    }
    log(\"paid\", total);
    total
}
";

    #[track_caller]
    fn check(text: &str, tokens_min: u32, expected: &[&str]) {
        let language = grammars::language("rust").unwrap();
        let facts = syntax::facts("a.rs", text, language);
        let prints: Vec<(SymbolIdx, Fingerprint)> = facts
            .symbols()
            .filter_map(|(idx, _)| Some((idx, fingerprint(text, &facts, idx)?)))
            .collect();
        let units: Vec<Unit<'_>> = prints
            .iter()
            .map(|(idx, fingerprint)| Unit {
                file: FileId::from_index(0),
                range: facts.symbol(*idx).range,
                name: facts.name_path(*idx),
                fingerprint,
            })
            .collect();
        let config = DuplicateConfig { tokens_min, ..DuplicateConfig::MEASURED };
        let found = duplicates(&units, &config);
        let titles: Vec<&str> = found.found.iter().map(|it| it.title.as_str()).collect();
        assert_eq!(titles, expected);
    }

    #[test]
    fn a_copy_with_other_comments_and_layout_is_one() {
        let copy = PAY
            .replace("fn pay", "fn charge")
            .replace("fee", "cost")
            .replace("    for", "// all of them\nfor");
        check(
            &format!("{PAY}{copy}"),
            40,
            &["pay and charge share 100 % of their shape and 52 % of their text"],
        );
    }

    #[test]
    fn other_code_of_one_length_is_none() {
        let other = "
fn ship(truck: &mut Truck) -> Result<(), Error> {
    truck.load(3)?;
    match truck.road() { Road::Long => truck.drive(), Road::Short => return Err(Error::Near) }
    while truck.moves() { truck.wait(); }
    Ok(())
}
";
        check(&format!("{PAY}{other}"), 20, &[]);
    }

    #[test]
    fn small_functions_are_not_looked_at() {
        check("fn a() -> u8 { 1 }\nfn b() -> u8 { 1 }", 60, &[]);
    }
}
