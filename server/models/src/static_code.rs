//! A static embedding: a vector for each piece of a word, and a text is the sum of its pieces.
//!
//! The file: `CEMB1\n`, the number of pieces and of components as `u32`, a scale for each piece as
//! `f32`, the components as `i8`, then the pieces, a line each. All little endian.

use std::{fmt, sync::LazyLock};

use rustc_hash::FxHashMap;

use crate::{EmbedError, Embedder, words::words};

/// The weights that are built in; `weights/CARD.md` says where they come from.
const WEIGHTS: &[u8] = include_bytes!("../weights/code-static-256.cemb");

/// What a file begins with.
const MAGIC: &[u8] = b"CEMB1\n";

/// Words of a text that are looked at; more say no more.
const WORDS_MAX: usize = 512;

/// Longer words are data; they are cut without looking further ahead than this.
const PIECE_BYTES_MAX: usize = 20;

/// Shorter pieces inside a word say nothing; at its end they may stand.
const PIECE_BYTES_MIN: usize = 3;

/// The model that is built in, read once.
pub fn built_in() -> &'static StaticCode {
    static MODEL: LazyLock<StaticCode> = LazyLock::new(|| {
        StaticCode::load(WEIGHTS).expect("the built-in weights are checked by this crate's tests")
    });
    &MODEL
}

/// A static embedding over borrowed weights.
pub struct StaticCode {
    id: String,
    dims: usize,
    pieces: FxHashMap<&'static [u8], u32>,
    scales: Vec<f32>,
    /// The components of all pieces, one piece after the other.
    rows: &'static [u8],
}

/// Why weights cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// They do not begin as such a file does.
    Magic,
    /// They end too early, or hold another number of pieces than they say.
    Length,
}

impl StaticCode {
    /// Reads the layout of `bytes`; the components stay where they are.
    ///
    /// # Errors
    /// [`LoadError`] where the bytes are no such file.
    pub fn load(bytes: &'static [u8]) -> Result<StaticCode, LoadError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(LoadError::Magic)?;
        let (n_pieces, rest) = number(rest)?;
        let (dims, rest) = number(rest)?;
        let (scales, rest) = split(rest, n_pieces.saturating_mul(4))?;
        let (rows, pieces) = split(rest, n_pieces.saturating_mul(dims))?;
        let (floats, _) = scales.as_chunks();
        let scales: Vec<f32> = floats.iter().map(|it| f32::from_le_bytes(*it)).collect();
        let mut res = FxHashMap::default();
        res.reserve(n_pieces);
        for (index, piece) in pieces.split(|it| *it == b'\n').enumerate() {
            res.insert(piece, index as u32);
        }
        if dims == 0 || res.len() != n_pieces {
            return Err(LoadError::Length);
        }
        let id = format!("code-static-{dims}-{:016x}", fingerprint(bytes));
        Ok(StaticCode { id, dims, pieces: res, scales, rows })
    }

    /// The vector of one text.
    pub fn vector(&self, text: &str) -> Vec<f32> {
        let mut pieces = self.pieces_of(text);
        pieces.sort_unstable();
        let mut res = vec![0.0; self.dims];
        for same in pieces.chunk_by(|a, b| a == b) {
            let index = same[0] as usize;
            let weight = (1.0 + (same.len() as f32).ln()) * self.scales[index];
            let row = &self.rows[index * self.dims..][..self.dims];
            for (sum, component) in res.iter_mut().zip(row) {
                *sum += weight * f32::from(component.cast_signed());
            }
        }
        let length = res.iter().map(|it| it * it).sum::<f32>().sqrt();
        if 0.0 < length {
            res.iter_mut().for_each(|it| *it /= length);
        }
        res
    }

    fn pieces_of(&self, text: &str) -> Vec<u32> {
        let mut res = Vec::new();
        let mut lower = Vec::new();
        for word in words(text, WORDS_MAX).filter(|it| it[0].is_ascii()) {
            lower.clear();
            lower.extend(word.iter().map(u8::to_ascii_lowercase));
            self.push_pieces(&mut res, &lower);
        }
        res
    }

    /// A word that is no piece is cut into the longest that are, from its beginning.
    fn push_pieces(&self, acc: &mut Vec<u32>, word: &[u8]) {
        if let Some(index) = self.pieces.get(word) {
            acc.push(*index);
            return;
        }
        let mut at = 0;
        while at < word.len() {
            let longest = (at + 2..=word.len().min(at + PIECE_BYTES_MAX)).rev();
            let found = longest
                .filter(|end| PIECE_BYTES_MIN <= end - at || *end == word.len())
                .find_map(|end| Some((end, *self.pieces.get(&word[at..end])?)));
            match found {
                Some((end, index)) => {
                    acc.push(index);
                    at = end;
                }
                None => at += 1,
            }
        }
    }
}

impl Embedder for StaticCode {
    fn id(&self) -> &str {
        &self.id
    }

    fn dims(&self) -> usize {
        self.dims
    }

    fn count_tokens(&self, text: &str) -> usize {
        words(text, usize::MAX).count()
    }

    fn is_cheap(&self) -> bool {
        true
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(texts.iter().map(|it| self.vector(it)).collect())
    }
}

impl fmt::Debug for StaticCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticCode").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LoadError::Magic => "no static embedding: the first bytes are others",
            LoadError::Length => "a static embedding of another length than it says",
        })
    }
}

impl std::error::Error for LoadError {}

fn number(bytes: &'static [u8]) -> Result<(usize, &'static [u8]), LoadError> {
    let (first, rest) = bytes.split_first_chunk().ok_or(LoadError::Length)?;
    Ok((u32::from_le_bytes(*first) as usize, rest))
}

fn split(bytes: &'static [u8], len: usize) -> Result<(&'static [u8], &'static [u8]), LoadError> {
    bytes.split_at_checked(len).ok_or(LoadError::Length)
}

/// Tells weights apart. A sample is enough: trained weights differ everywhere.
fn fingerprint(bytes: &[u8]) -> u64 {
    const SAMPLES: usize = 4_096;
    let step = (bytes.len() / SAMPLES).max(1);
    let start = bytes.len() as u64;
    bytes.iter().step_by(step).fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(a: &str, b: &str) -> f32 {
        let (a, b) = (built_in().vector(a), built_in().vector(b));
        a.iter().zip(&b).map(|(a, b)| a * b).sum()
    }

    /// Weights of two pieces, `ab` to the right and `cde` upwards.
    fn tiny() -> &'static [u8] {
        let mut res = MAGIC.to_vec();
        res.extend(2_u32.to_le_bytes());
        res.extend(2_u32.to_le_bytes());
        res.extend(1_f32.to_le_bytes());
        res.extend(0.5_f32.to_le_bytes());
        res.extend([100, 0, 0, 100]);
        res.extend(b"ab\ncde");
        res.leak()
    }

    #[test]
    fn a_text_is_the_sum_of_its_pieces() {
        let model = StaticCode::load(tiny()).unwrap();
        assert_eq!(model.vector("ab"), [1.0, 0.0]);
        assert_eq!(model.vector("Ab_AB"), [1.0, 0.0]);
        // `cde` has half the weight of `ab`.
        let both = model.vector("ab cde");
        assert!((both[0] / both[1] - 2.0).abs() < 1e-6, "{both:?}");
        // An unknown word is cut into known pieces; `xy` is none.
        assert_eq!(model.vector("cdexyab"), both);
        assert_eq!(model.vector("+-* öä"), [0.0, 0.0]);
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(StaticCode::load(b"text").unwrap_err(), LoadError::Magic);
        let short = &tiny()[..20];
        assert_eq!(StaticCode::load(short).unwrap_err(), LoadError::Length);
    }

    #[test]
    fn the_built_in_model_knows_what_code_is_about() {
        let read = "fn slurp(path: &Path) -> String { std::fs::read_to_string(path).unwrap() }";
        let sort = "def order(xs): return sorted(xs, key=lambda it: it.price)";
        let question = "load the contents of a file";
        assert!(similarity(question, sort) < similarity(question, read));
        assert_eq!(built_in().dims(), 256);
    }
}
