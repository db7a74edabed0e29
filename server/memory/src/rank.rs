//! The sum that orders hits: pure, so that an evaluation can replay it.

use rustc_hash::FxHashMap;
use store::{DocumentId, Field, Nearest, Role, ScoredDoc};

/// The constants of the store's BM25.
pub(crate) const STORE_K1: f32 = 1.2;
pub(crate) const STORE_B: f32 = 0.75;

/// The name of the part that a chunk's own text gives.
const BODY: &str = "body";

/// How much each part counts.
///
/// Measured on commit messages and issues of eight repositories. The plain is flat: the neighbours
/// of each weight are worse by no more than noise, so nothing hangs on a digit.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// The words of a chunk.
    pub body: f32,
    /// The name of its symbol, with its types.
    pub name: f32,
    /// Its documentation.
    pub doc: f32,
    /// The words of its file.
    pub file: f32,
    /// The words of its path.
    pub path: f32,
    /// The symbol's name stands in the question as an identifier.
    pub exact: f32,
    /// The question names the file.
    pub mention: f32,
    /// The question names a line of the chunk: a frame of a trace.
    pub line: f32,
    /// Nearness of the vectors: 1 for the nearest of the list, 0 for the furthest.
    pub vector: f32,
    /// Share of length normalisation in the score of a body: 0 none, 1 all.
    pub length: f32,
    /// What is left of the sum for test code.
    pub test: f32,
    /// What is left of the sum for prose, data, and what stands between definitions.
    pub section: f32,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights {
            body: 1.0,
            name: 0.5,
            doc: 0.2,
            file: 0.5,
            path: 0.3,
            exact: 3.0,
            mention: 6.0,
            line: 6.0,
            vector: 4.0,
            length: 0.4,
            test: 0.5,
            section: 0.5,
        }
    }
}

impl Weights {
    fn of_field(&self, field: Field) -> f32 {
        match field {
            Field::Body => self.body,
            Field::Name => self.name,
            Field::Doc => self.doc,
            Field::File => self.file,
            Field::Path => self.path,
        }
    }
}

/// The scored lists of one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {
    /// Full text, one list a field; the lists of [`Field::File`] and [`Field::Path`] hold the
    /// document 0 of each file.
    pub fields: Vec<(Field, Vec<ScoredDoc>)>,
    /// By vector.
    pub nearest: Vec<Nearest>,
    /// Files that the question names.
    pub mentioned: Vec<i64>,
    /// Documents that hold a line the question names.
    pub at_line: Vec<DocumentId>,
}

/// What a part of a score is for: a field, or one of the words beside them.
pub type Part = (&'static str, f32);

/// A document with what counts for it, before it is known what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The document.
    pub id: DocumentId,
    /// What counts for it.
    pub parts: Vec<Part>,
}

/// A document and its place in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The document.
    pub id: DocumentId,
    /// The sum of `parts`.
    pub score: f32,
    /// What the score is made of.
    pub parts: Vec<Part>,
}

impl Lists {
    /// Every document that is in a list, with its parts; the best `max` by their sum. A file that
    /// is found only by its own fields is stood for by its first document.
    pub fn candidates(&self, weights: &Weights, max: usize) -> Vec<Candidate> {
        let sums = self.sums(weights);
        let mut order: Vec<(DocumentId, f32)> = sums.into_iter().collect();
        order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        order.truncate(max);
        let kept = order.iter().map(|(id, _)| Candidate { id: *id, parts: Vec::new() }).collect();
        self.with_parts(weights, kept)
    }

    /// The sum of each document. Only a number each, for a question may touch every document.
    fn sums(&self, weights: &Weights) -> FxHashMap<DocumentId, f32> {
        let mut of_file: FxHashMap<i64, f32> = FxHashMap::default();
        let mut res: FxHashMap<DocumentId, f32> = FxHashMap::default();
        for (field, list) in &self.fields {
            let weight = weights.of_field(*field);
            for it in list {
                if field.is_of_file() {
                    *of_file.entry(it.id.file()).or_default() += weight * it.score;
                } else {
                    *res.entry(it.id).or_default() += weight * it.score;
                }
            }
        }
        for it in &self.nearest {
            *res.entry(it.id).or_default() += weights.vector * self.nearness(it);
        }
        for id in &self.at_line {
            *res.entry(*id).or_default() += weights.line;
        }
        for file in &self.mentioned {
            *of_file.entry(*file).or_default() += weights.mention;
        }
        let mut without: FxHashMap<i64, f32> = of_file.clone();
        for (id, sum) in &mut res {
            *sum += of_file.get(&id.file()).copied().unwrap_or(0.0);
            without.remove(&id.file());
        }
        res.extend(without.into_iter().map(|(file, sum)| (DocumentId::new(file, 0), sum)));
        res
    }

    /// Cosines of one question lie close together: how much a document is nearer than the last of
    /// the list says more.
    fn nearness(&self, it: &Nearest) -> f32 {
        let similarity = |it: Option<&Nearest>| it.map_or(0.0, |it| it.similarity);
        let (best, last) = (similarity(self.nearest.first()), similarity(self.nearest.last()));
        if last < best { (it.similarity - last) / (best - last) } else { it.similarity }
    }

    fn with_parts(&self, weights: &Weights, mut kept: Vec<Candidate>) -> Vec<Candidate> {
        let mut of_document: FxHashMap<DocumentId, usize> = FxHashMap::default();
        let mut of_file: FxHashMap<i64, Vec<usize>> = FxHashMap::default();
        for (index, it) in kept.iter().enumerate() {
            of_document.insert(it.id, index);
            of_file.entry(it.id.file()).or_default().push(index);
        }
        let mut add = |indices: &[usize], name: &'static str, score: f32| {
            for index in indices {
                kept[*index].parts.push((name, score));
            }
        };
        let indices =
            |id: &DocumentId| of_document.get(id).map(std::slice::from_ref).unwrap_or(&[]);
        let of_file = |file: i64| of_file.get(&file).map(Vec::as_slice).unwrap_or(&[]);
        for (field, list) in &self.fields {
            let weight = weights.of_field(*field);
            for it in list {
                let indices =
                    if field.is_of_file() { of_file(it.id.file()) } else { indices(&it.id) };
                add(indices, name_of(*field), weight * it.score);
            }
        }
        for it in &self.nearest {
            add(indices(&it.id), "vector", weights.vector * self.nearness(it));
        }
        for id in &self.at_line {
            add(indices(id), "line in the question", weights.line);
        }
        for file in &self.mentioned {
            add(of_file(*file), "file in the question", weights.mention);
        }
        kept
    }
}

/// What is known of a candidate from its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// What it is to a search.
    pub role: Role,
    /// Words of its body, in means of all bodies.
    pub length: f32,
    /// Its symbol's name stands in the question as an identifier.
    pub is_named: bool,
}

/// Orders candidates, best first; those of which nothing is known are gone from the store and are
/// left out.
pub fn rank(candidates: Vec<Candidate>, known: &[Option<Known>], weights: &Weights) -> Vec<Ranked> {
    assert_eq!(candidates.len(), known.len(), "each candidate is known or known to be gone");
    let mut res: Vec<Ranked> = candidates
        .into_iter()
        .zip(known)
        .filter_map(|(candidate, known)| Some(ranked(candidate, (*known)?, weights)))
        .collect();
    res.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    res
}

fn ranked(candidate: Candidate, known: Known, weights: &Weights) -> Ranked {
    let Candidate { id, mut parts } = candidate;
    for (_, score) in parts.iter_mut().filter(|it| it.0 == BODY) {
        *score *= length_correction(known.length, weights.length);
    }
    if known.is_named {
        parts.push(("exact name", weights.exact));
    }
    let sum: f32 = parts.iter().map(|(_, score)| score).sum();
    let lost = match known.role {
        Role::Definition => None,
        Role::Section => Some(("no definition", weights.section)),
        Role::Test => Some(("test", weights.test)),
    };
    parts.extend(lost.map(|(name, left)| (name, sum * (left - 1.0))));
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ranked { id, score: parts.iter().map(|(_, score)| score).sum(), parts }
}

/// What takes a body's score from the store's share of length normalisation to `share`; exact for a
/// word that stands once. Long functions are what is looked for more often than the store's fixed
/// share, made for prose, allows.
fn length_correction(length: f32, share: f32) -> f32 {
    let divisor = |share: f32| 1.0 + STORE_K1 * (1.0 - share + share * length);
    divisor(STORE_B) / divisor(share)
}

fn name_of(field: Field) -> &'static str {
    match field {
        Field::Body => BODY,
        Field::Name => "name",
        Field::Doc => "doc",
        Field::File => "file",
        Field::Path => "path",
    }
}
