//! From the chunks of a file to the texts that a model is given.

use std::borrow::Cow;

use models::{EmbedError, Embedder};
use rustc_hash::FxHashSet;
use store::{TextVectors, VectorFormat, VectorSpace};
use syntax::{Chunk, FileFacts};

/// Texts given to a model at once.
const TEXTS_MAX: usize = 64;

/// What becomes of a piece before a model sees it; part of a space's name, since another way gives
/// other vectors.
const TITLES: &str = "named";

/// How long a text a model is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceConfig {
    /// A chunk of more tokens is cut into pieces.
    pub tokens_max: usize,
    /// Tokens that a piece has in common with the one before it.
    pub overlap: usize,
}

impl Default for PieceConfig {
    fn default() -> PieceConfig {
        PieceConfig { tokens_max: 512, overlap: 50 }
    }
}

/// A model and how texts are cut for it.
#[derive(Clone, Copy)]
pub struct Embedding<'a> {
    /// The model.
    pub model: &'a dyn Embedder,
    /// How texts are cut.
    pub pieces: PieceConfig,
}

impl Embedding<'_> {
    /// The space of its vectors: another model and another cut are another space.
    pub fn space(&self) -> VectorSpace {
        let PieceConfig { tokens_max, overlap } = self.pieces;
        VectorSpace {
            model: format!("{} {tokens_max}/{overlap} {TITLES}", self.model.id()),
            dims: self.model.dims(),
            format: VectorFormat::I8,
        }
    }

    /// The vectors of those chunks of `text` whose hashes are `wanted`, each text once. `facts` are
    /// those of `text`.
    ///
    /// # Errors
    /// What the model says.
    pub fn vectors(
        &self,
        text: &str,
        facts: &FileFacts,
        wanted: &FxHashSet<u64>,
    ) -> Result<Vec<TextVectors>, EmbedError> {
        let mut seen = FxHashSet::default();
        let mut keys: Vec<u64> = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        let mut texts: Vec<Cow<'_, str>> = Vec::new();
        for chunk in facts.chunks.iter().filter(|it| wanted.contains(&it.hash)) {
            let Some(chunk_text) = text.get(chunk.range.to_usize()) else { continue };
            if !seen.insert(chunk.hash) {
                continue;
            }
            for piece in self.cut(chunk_text) {
                owners.push(keys.len());
                texts.push(titled(piece, facts, chunk));
            }
            keys.push(chunk.hash);
        }
        let mut res: Vec<TextVectors> =
            keys.iter().map(|key| TextVectors { key: *key, pieces: Vec::new() }).collect();
        for (owners, texts) in owners.chunks(TEXTS_MAX).zip(texts.chunks(TEXTS_MAX)) {
            let texts: Vec<&str> = texts.iter().map(|it| &**it).collect();
            let vectors = self.model.embed(&texts)?;
            if vectors.len() != texts.len() {
                let fact = format!("gave {} vectors for {} texts", vectors.len(), texts.len());
                return Err(EmbedError { model: self.model.id().to_owned(), fact });
            }
            for (owner, vector) in owners.iter().zip(vectors) {
                // A text that says nothing to the model has no direction.
                if vector.iter().any(|it| *it != 0.0) {
                    res[*owner].pieces.push(vector);
                }
            }
        }
        Ok(res)
    }

    /// `text` in pieces of no more tokens than allowed, cut at line ends; a line that is longer
    /// stays whole, and the model takes of it what it can.
    fn cut<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let PieceConfig { tokens_max, overlap } = self.pieces;
        if self.model.count_tokens(text) <= tokens_max {
            return vec![text];
        }
        // Where each line begins, and its tokens.
        let mut lines: Vec<(usize, usize)> = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            lines.push((start, self.model.count_tokens(line)));
            start += line.len();
        }
        let mut res = Vec::new();
        let mut first = 0;
        while first < lines.len() {
            let mut end = first;
            let mut n_tokens = 0;
            while end < lines.len() && (end == first || n_tokens + lines[end].1 <= tokens_max) {
                n_tokens += lines[end].1;
                end += 1;
            }
            let to = lines.get(end).map_or(text.len(), |it| it.0);
            res.push(&text[lines[first].0..to]);
            if end == lines.len() {
                break;
            }
            // The next piece begins with the last lines of this one, and goes on at least one line.
            let mut next = end;
            let mut n_common = 0;
            while first + 1 < next && n_common + lines[next - 1].1 <= overlap {
                next -= 1;
                n_common += lines[next].1;
            }
            first = next;
        }
        res
    }
}

/// The piece below the name of its definition, twice: a name says more than any other word, and
/// only the first piece of a long definition has it.
fn titled<'t>(piece: &'t str, facts: &FileFacts, chunk: &Chunk) -> Cow<'t, str> {
    let Some(symbol) = chunk.symbol else { return Cow::Borrowed(piece) };
    let name = facts.name(facts.symbol(symbol).name);
    Cow::Owned(format!("{name} {name}\n{piece}"))
}

#[cfg(test)]
mod tests {
    use models::built_in;

    use super::*;

    fn cut(text: &str, tokens_max: usize, overlap: usize) -> Vec<&str> {
        let pieces = PieceConfig { tokens_max, overlap };
        Embedding { model: built_in(), pieces }.cut(text)
    }

    #[test]
    fn a_short_text_is_one_piece() {
        assert_eq!(cut("a b c\nd", 4, 1), ["a b c\nd"]);
    }

    #[test]
    fn a_long_text_is_cut_at_lines_with_an_overlap() {
        assert_eq!(cut("a b\nc\nd e\nf\n", 3, 1), ["a b\nc\n", "c\nd e\n", "f\n"]);
        assert_eq!(cut("a b\nc d\ne f\n", 4, 1), ["a b\nc d\n", "e f\n"]);
        // An overlap never keeps a piece from going on.
        assert_eq!(cut("a\nb c d e\nf\n", 2, 9), ["a\n", "b c d e\n", "f\n"]);
    }

    #[test]
    fn a_text_is_embedded_once() {
        let function = "def paid(order):\n    return order.total <= order.received\n";
        let text = format!("{function}\n\n{function}");
        let facts = facts(&text);
        let [first, second] = &facts.chunks[..] else { panic!("{:?}", facts.chunks) };
        assert_eq!(first.hash, second.hash);
        let vectors = vectors(&text, &facts, first.hash);
        assert_eq!(vectors.len(), 1);
        assert_eq!(vectors[0].pieces.len(), 1);
    }

    #[test]
    fn a_definition_is_embedded_below_its_name() {
        let text = "def paid(order):\n    return order.total <= order.received\n";
        let facts = facts(text);
        let vectors = vectors(text, &facts, facts.chunks[0].hash);
        let titled = format!("paid paid\n{}", text.trim_end());
        assert_eq!(vectors[0].pieces, built_in().embed(&[&titled]).unwrap());
    }

    fn facts(text: &str) -> FileFacts {
        syntax::facts("a.py", text, grammars::language_for_path("a.py", "").unwrap())
    }

    fn vectors(text: &str, facts: &FileFacts, hash: u64) -> Vec<TextVectors> {
        let embedding = Embedding { model: built_in(), pieces: PieceConfig::default() };
        embedding.vectors(text, facts, &FxHashSet::from_iter([hash])).unwrap()
    }
}
