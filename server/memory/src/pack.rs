//! The pieces of code that are worth most within a number of tokens.

use std::{collections::BTreeMap, ops::Range};

/// What a piece costs besides its text: its path, its lines, why it is there.
const HEAD_TOKENS: usize = 24;

/// A piece of text that could be put into a context.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// The root of its file; empty for what is in no file.
    pub root: String,
    /// The file, relative to the root; what it is, for what is in no file.
    pub path: String,
    /// Its bytes in the file.
    pub range: Range<u32>,
    /// Its first and last line, from 1.
    pub lines: (u32, u32),
    /// The symbol, by its name path.
    pub symbol: Option<String>,
    /// Why it is there, in a few words.
    pub why: String,
    /// How much it is worth; comparable within one task only.
    pub value: f32,
    /// Its text.
    pub text: String,
}

/// What was chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pack {
    /// The pieces with their tokens, those of one file together, the most valuable file first.
    pub pieces: Vec<(Piece, usize)>,
    /// All their tokens, as [`count_tokens`] counts, heads among them.
    pub tokens: usize,
    /// Pieces that had no place.
    pub n_left_out: usize,
}

/// About how many tokens a language model makes of `text`. Models differ; this counts words in
/// sevens, marks that stand together in twos, and lines, which was measured to lie 2 to 18 % over
/// what the usual byte pair vocabularies make of code (see `README.md`).
pub fn count_tokens(text: &str) -> usize {
    let (mut n, mut word, mut marks) = (0, 0usize, 0usize);
    let mut is_blank = true;
    for c in text.chars() {
        let is_word = c.is_alphanumeric();
        if !is_word {
            n += std::mem::take(&mut word).div_ceil(WORD_LETTERS);
        }
        if is_word || c.is_whitespace() {
            n += std::mem::take(&mut marks).div_ceil(MARKS);
        }
        match c {
            // Spaces and underscores belong to the word behind them.
            '_' => {}
            '\n' => n += usize::from(!std::mem::replace(&mut is_blank, true)),
            _ if c.is_whitespace() => {}
            // Letters and signs outside ASCII are tokens by themselves, or near it.
            _ if is_word => word += if c.is_ascii() { 1 } else { WORD_LETTERS / 2 },
            _ => marks += if c.is_ascii() { 1 } else { MARKS },
        }
        is_blank &= c.is_whitespace();
    }
    n + word.div_ceil(WORD_LETTERS) + marks.div_ceil(MARKS)
}

/// Letters of a word that make a token.
const WORD_LETTERS: usize = 7;
/// Marks that stand together and make a token.
const MARKS: usize = 2;

/// The best of `candidates` within `tokens_max`: taken by value per token, the dearest that no
/// longer fits passed over. What a chosen piece holds already is not taken again.
pub fn pack(candidates: Vec<Piece>, tokens_max: usize) -> Pack {
    let n_candidates = candidates.len();
    let mut order: Vec<(Piece, usize)> = merged(candidates)
        .into_iter()
        .map(|it| {
            let tokens = HEAD_TOKENS + count_tokens(&it.text);
            (it, tokens)
        })
        .collect();
    let n_merged = n_candidates - order.len();
    order.sort_by(|a, b| {
        let worth = |it: &(Piece, usize)| it.0.value / (it.1 as f32).powf(COST_POWER);
        worth(b).total_cmp(&worth(a)).then_with(|| place(&a.0).cmp(&place(&b.0)))
    });
    let mut res = Pack::default();
    for (piece, tokens) in order {
        if tokens_max < res.tokens + tokens {
            continue;
        }
        // A piece that holds chosen ones takes their place; one that is held was merged before.
        res.tokens += tokens;
        res.pieces.push((piece, tokens));
    }
    res.n_left_out = n_candidates - n_merged - res.pieces.len();
    by_file(&mut res.pieces);
    res
}

/// How much the length of a piece counts against it: 1 would fill the pack with the smallest
/// pieces, whatever they are worth; 0 would be value alone. Measured, see `README.md`.
const COST_POWER: f32 = 0.25;

/// One piece for each that overlap: the one worth most, which is then worth what the others are,
/// too.
fn merged(mut candidates: Vec<Piece>) -> Vec<Piece> {
    candidates.sort_by(|a, b| b.value.total_cmp(&a.value).then_with(|| place(a).cmp(&place(b))));
    let mut res: Vec<Piece> = Vec::new();
    for piece in candidates {
        let same = res.iter_mut().find(|it| {
            let is_same_file = (&it.root, &it.path) == (&piece.root, &piece.path);
            let overlap = it.range.start < piece.range.end && piece.range.start < it.range.end;
            is_same_file && (overlap || it.range == piece.range)
        });
        match same {
            Some(kept) => {
                if !kept.why.contains(&piece.why) {
                    kept.why = format!("{}; {}", kept.why, piece.why);
                    kept.value += piece.value * AGREEMENT;
                }
            }
            None => res.push(piece),
        }
    }
    res
}

/// How much a second reason adds to the first.
const AGREEMENT: f32 = 0.5;

fn place(it: &Piece) -> (&str, &str, u32) {
    (&it.root, &it.path, it.range.start)
}

/// Pieces of one file together and in its order, the file with the most valuable piece first.
fn by_file(pieces: &mut [(Piece, usize)]) {
    let mut best: BTreeMap<(String, String), f32> = BTreeMap::new();
    let key = |it: &Piece| (it.root.clone(), it.path.clone());
    for (piece, _) in pieces.iter() {
        let it = best.entry(key(piece)).or_insert(f32::MIN);
        *it = it.max(piece.value);
    }
    pieces.sort_by(|(a, _), (b, _)| {
        let value = |it: &Piece| best[&key(it)];
        value(b).total_cmp(&value(a)).then_with(|| place(a).cmp(&place(b)))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(path: &str, range: Range<u32>, value: f32) -> Piece {
        Piece {
            root: String::new(),
            path: path.to_owned(),
            lines: (range.start, range.end),
            text: "word ".repeat(range.len()),
            range,
            symbol: None,
            why: format!("{value}"),
            value,
        }
    }

    #[track_caller]
    fn check(candidates: &[Piece], tokens_max: usize, expected: &[&str]) {
        let pack = pack(candidates.to_vec(), tokens_max);
        assert!(pack.tokens <= tokens_max, "{} of {tokens_max}", pack.tokens);
        let shown: Vec<String> = pack
            .pieces
            .iter()
            .map(|(it, _)| format!("{}:{}-{} {}", it.path, it.range.start, it.range.end, it.why))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_overlaps_is_taken_once() {
        let candidates = [piece("a", 0..10, 1.0), piece("a", 5..8, 0.5), piece("a", 20..30, 0.2)];
        check(&candidates, 1000, &["a:0-10 1; 0.5", "a:20-30 0.2"]);
    }

    #[test]
    fn the_budget_is_kept_and_small_pieces_fill_what_is_left() {
        let candidates = [piece("a", 0..100, 1.0), piece("b", 0..90, 0.9), piece("c", 0..10, 0.1)];
        check(&candidates, 160, &["a:0-100 1", "c:0-10 0.1"]);
    }

    #[test]
    fn files_stay_together_and_the_best_comes_first() {
        let candidates = [piece("b", 50..60, 0.3), piece("a", 0..10, 0.5), piece("b", 0..10, 0.9)];
        check(&candidates, 1000, &["b:0-10 0.9", "b:50-60 0.3", "a:0-10 0.5"]);
    }

    #[test]
    fn tokens_are_counted_by_words_and_marks() {
        assert_eq!(count_tokens("let total = 0;\n"), 6);
        assert_eq!(count_tokens(""), 0);
        assert_eq!(count_tokens("internationalisation"), 3);
        assert_eq!(count_tokens("a::b_c();\n\n\n"), 7);
    }
}
