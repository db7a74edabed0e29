//! One question to all retrievers, one ranked answer.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use store::{DocumentId, DocumentRow, Field, FullTextQuery, Role, Store};
use text::TextRange;

use crate::{
    Answer, Candidate, Embedding, Filters, Hit, Known, Lists, Query, Ranked, Retriever, Signals,
    Tests, UnsavedFile, Weights,
    places::Place,
    question::Question,
    rank::{rank, weigh},
    unsaved::Unsaved,
};

/// Documents taken from each list of full text.
const LIST_MAX: usize = 2_000;

/// Texts taken by nearness of vectors.
const NEAREST_MAX: usize = 200;

/// Documents whose rows are read for each hit asked for, because what they are may push them down.
const CANDIDATES_PER_HIT: usize = 8;

/// Cosine below which a text that says no word of a question is not near it.
const SIMILARITY_MIN: f32 = 0.3;

/// Most documents whose rows are read.
const CANDIDATES_MAX: usize = 2_000;

/// A name that so many files share says nothing about which is meant.
const MENTIONED_MAX: usize = 8;

/// What a question is put to.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// What is known of the files as they were saved.
    pub store: &'a dyn Store,
    /// The files that are open and changed; what the store knows of them is not used.
    pub unsaved: &'a [UnsavedFile<'a>],
    /// The model, where its vectors of unsaved texts cost next to nothing.
    pub embedding: Option<Embedding<'a>>,
    /// How much what counts.
    pub weights: &'a Weights,
    /// What else speaks for some places.
    pub signals: &'a Signals,
}

impl<'a> Sources<'a> {
    /// The store alone.
    pub fn saved(store: &'a dyn Store, weights: &'a Weights) -> Sources<'a> {
        static NOTHING: LazyLock<Signals> = LazyLock::new(Signals::default);
        Sources { store, unsaved: &[], embedding: None, weights, signals: &NOTHING }
    }
}

/// Answers `query` from `sources`.
///
/// # Errors
/// What the store reports.
pub fn search(sources: &Sources<'_>, query: &Query) -> store::Result<Answer> {
    let Sources { store, unsaved, .. } = *sources;
    let question = Question::new(&query.text);
    let files = allowed_files(store, unsaved, &query.filters)?;
    let is_allowed = |id: DocumentId| files.as_ref().is_none_or(|it| it.contains(&id.file()));
    let unsaved = Unsaved::new(unsaved, &query.filters);

    let mut answer = Answer {
        retrievers: vec![Retriever::FullText],
        words_left_out: question.words_left_out,
        ..Answer::default()
    };
    let mut lists = Lists::default();
    for field in Field::ALL {
        let full_text = FullTextQuery { field, words: &question.words, hits_max: LIST_MAX };
        let mut list = store.search(&full_text)?;
        list.retain(|it| is_allowed(it.id));
        unsaved.score(&mut list, store, &full_text)?;
        lists.fields.push((field, list));
    }
    add_verbatim(&mut lists, store, &unsaved, &question.wholes, &is_allowed)?;
    add_nearest(&mut lists, &mut answer, (sources, &unsaved), query, &is_allowed)?;
    add_places(&mut lists, store, &unsaved, &question.places, &is_allowed)?;
    add_meant(&mut lists, (sources, &unsaved), &is_allowed)?;
    if is_far_from_all(&lists) {
        return Ok(answer);
    }

    let candidates_max = (query.hits_max * CANDIDATES_PER_HIT + 100).min(CANDIDATES_MAX);
    let weights = sources.weights.of(question.kind);
    let candidates = lists.candidates(&weights, candidates_max);
    let rows = rows(store, &unsaved, &candidates)?;
    let words_mean = store.statistics(Field::Body, &[])?.words_mean;
    let asked = Asked { sources, query, question, words_mean };
    answer.kind = Some(asked.question.kind);
    answer.hits = hits(candidates, &rows, &lists, &asked)?;
    Ok(answer)
}

/// Orders the hits of `answer` anew by values that were learned of them since, leaves out what
/// `filters` does not want now, and keeps the best `hits_max`.
pub fn reorder(answer: &mut Answer, weights: &Weights, (filters, hits_max): (&Filters, usize)) {
    let Some(kind) = answer.kind else { return };
    let of_kind = weights.of(kind);
    for hit in &mut answer.hits {
        (hit.score, hit.parts) = weigh(&hit.values, &of_kind);
    }
    answer.hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    weights.relevance_of(kind).tell(&mut answer.hits);
    answer.hits.retain(|it| filters.relevance_min <= it.relevance);
    answer.hits.truncate(hits_max);
}

/// True where nothing says a word of the question or is named in it, and no text is near it: the
/// nearest of far texts are no answer.
fn is_far_from_all(lists: &Lists) -> bool {
    let is_near = lists.nearest.first().is_some_and(|it| SIMILARITY_MIN <= it.similarity);
    let says_a_word = lists.fields.iter().any(|(_, list)| !list.is_empty());
    let names_none = lists.mentioned.is_empty() && lists.at_line.is_empty();
    !is_near && !says_a_word && names_none && lists.meant.is_empty()
}

/// The files of the store that may be found; `None` for all of them.
fn allowed_files(
    store: &dyn Store,
    unsaved: &[UnsavedFile<'_>],
    filters: &Filters,
) -> store::Result<Option<FxHashSet<i64>>> {
    let is_of_files =
        filters.path_prefix.is_some() || filters.language.is_some() || filters.files.is_some();
    if unsaved.is_empty() && !is_of_files && has_all_roots(store, filters)? {
        return Ok(None);
    }
    let numbers = store.file_numbers(&mut |root, path, language| {
        let is_unsaved = unsaved.iter().any(|it| it.root == root && it.path == path);
        !is_unsaved && is_in(filters, root, path, language)
    })?;
    Ok(Some(numbers.into_iter().collect()))
}

/// True where the filters leave out no root of the store, as in a workspace that shares it with
/// nobody.
fn has_all_roots(store: &dyn Store, filters: &Filters) -> store::Result<bool> {
    Ok(filters.roots.is_empty() || store.roots()?.iter().all(|it| filters.roots.contains(it)))
}

/// True where the filters let a file through.
pub(crate) fn is_in(filters: &Filters, root: &str, path: &str, language: Option<&str>) -> bool {
    (filters.roots.is_empty() || filters.roots.iter().any(|it| it == root))
        && filters.path_prefix.as_ref().is_none_or(|it| path.starts_with(it.as_str()))
        && filters.language.as_ref().is_none_or(|it| language == Some(it.as_str()))
        && filters.files.as_ref().is_none_or(|it| it.contains(&(root.to_owned(), path.to_owned())))
}

fn add_nearest(
    lists: &mut Lists,
    answer: &mut Answer,
    (sources, unsaved): (&Sources<'_>, &Unsaved<'_>),
    query: &Query,
    is_allowed: &dyn Fn(DocumentId) -> bool,
) -> store::Result<()> {
    let Some(vector) = &query.vector else {
        let why = "no embedding model gave the question a vector";
        answer.absent.push((Retriever::Vectors, why.to_owned()));
        return Ok(());
    };
    let store = sources.store;
    let mut list = store.nearest(&vector.space, &vector.components, NEAREST_MAX)?;
    let is_empty = list.is_empty();
    list.retain(|it| is_allowed(it.id));
    let unembedded = unsaved.nearest(&mut list, store, vector, sources.embedding)?;
    if is_empty && list.is_empty() {
        let why = format!("no vectors of model `{}` yet", vector.space.model);
        answer.absent.push((Retriever::Vectors, why));
    } else {
        answer.retrievers.push(Retriever::Vectors);
        answer.lagging.extend(unembedded);
    }
    list.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.id.cmp(&b.id)));
    list.truncate(NEAREST_MAX);
    lists.nearest = list;
    Ok(())
}

/// Finds the documents that hold an identifier as it was written.
fn add_verbatim(
    lists: &mut Lists,
    store: &dyn Store,
    unsaved: &Unsaved<'_>,
    wholes: &[String],
    is_allowed: &dyn Fn(DocumentId) -> bool,
) -> store::Result<()> {
    for whole in wholes {
        let words = std::slice::from_ref(whole);
        let full_text = FullTextQuery { field: Field::Body, words, hits_max: LIST_MAX };
        let mut list = store.search(&full_text)?;
        list.retain(|it| is_allowed(it.id));
        unsaved.score(&mut list, store, &full_text)?;
        lists.verbatim.extend(list.iter().map(|it| it.id));
    }
    Ok(())
}

/// Finds the files and the lines that the question names.
fn add_places(
    lists: &mut Lists,
    store: &dyn Store,
    unsaved: &Unsaved<'_>,
    places: &[Place],
    is_allowed: &dyn Fn(DocumentId) -> bool,
) -> store::Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let mut paths: Vec<String> = Vec::new();
    let numbers = store.file_numbers(&mut |_, path, _| {
        let is_named = places.iter().any(|it| it.is(path));
        if is_named {
            paths.push(path.to_owned());
        }
        is_named
    })?;
    let mut files: Vec<(i64, String)> = numbers.into_iter().zip(paths).collect();
    files.retain(|(file, _)| is_allowed(DocumentId::new(*file, 0)));
    files.extend(unsaved.files().map(|(file, path)| (file, path.to_owned())));
    for place in places {
        let named: Vec<i64> =
            files.iter().filter(|(_, path)| place.is(path)).map(|(file, _)| *file).collect();
        if MENTIONED_MAX < named.len() {
            continue;
        }
        for file in named {
            if !lists.mentioned.contains(&file) {
                lists.mentioned.push(file);
            }
            let Some(line) = place.line else { continue };
            let rows = match unsaved.rows_of(file) {
                Some(rows) => rows,
                None => store.documents_of(file)?,
            };
            let at_line = rows.iter().filter(|it| it.lines.0 <= line && line <= it.lines.1);
            lists.at_line.extend(at_line.map(|it| it.id));
        }
    }
    lists.at_line.sort_unstable();
    lists.at_line.dedup();
    Ok(())
}

/// Finds what the words of the question stand for in this repository: it need not say them.
fn add_meant(
    lists: &mut Lists,
    (sources, unsaved): (&Sources<'_>, &Unsaved<'_>),
    is_allowed: &dyn Fn(DocumentId) -> bool,
) -> store::Result<()> {
    let Sources { store, signals, .. } = *sources;
    if signals.mean_nothing() {
        return Ok(());
    }
    let mut files = store.file_numbers(&mut |_, path, _| signals.mean(path))?;
    files.retain(|file| is_allowed(DocumentId::new(*file, 0)));
    files.extend(unsaved.files().filter(|it| signals.mean(it.1)).map(|it| it.0));
    for file in files {
        let rows = match unsaved.rows_of(file) {
            Some(rows) => rows,
            None => store.documents_of(file)?,
        };
        let meant = rows.iter().map(|it| (it.id, signals.of(it).vocabulary));
        lists.meant.extend(meant.filter(|it| 0.0 < it.1));
    }
    Ok(())
}

/// The rows of all candidates that are still there.
fn rows(
    store: &dyn Store,
    unsaved: &Unsaved<'_>,
    candidates: &[Candidate],
) -> store::Result<FxHashMap<DocumentId, DocumentRow>> {
    let mut res = FxHashMap::default();
    let mut saved = Vec::new();
    for it in candidates {
        match unsaved.row(it.id) {
            Some(row) => drop(res.insert(it.id, row)),
            None => saved.push(it.id),
        }
    }
    res.extend(store.documents(&saved)?.into_iter().map(|it| (it.id, it)));
    Ok(res)
}

/// All that orders the hits beside the lists.
struct Asked<'a> {
    sources: &'a Sources<'a>,
    query: &'a Query,
    question: Question,
    /// Words of a body in the store.
    words_mean: f32,
}

fn hits(
    candidates: Vec<Candidate>,
    rows: &FxHashMap<DocumentId, DocumentRow>,
    lists: &Lists,
    asked: &Asked<'_>,
) -> store::Result<Vec<Hit>> {
    let Asked { sources, query, question, words_mean } = asked;
    let mut vectors = vectors(&candidates, rows, lists, asked)?;
    let known = candidates.iter().map(|candidate| {
        let row = rows.get(&candidate.id)?;
        let is_wanted = query.filters.has_row(row);
        let symbol = row.symbol.as_deref();
        is_wanted.then(|| Known {
            role: row.role,
            length: row.n_words as f32 / words_mean.max(1.0),
            is_named: symbol.is_some_and(|it| question.identifiers.contains(it)),
            name_share: symbol.map_or(0.0, |it| question.share_of(it)),
            tests_are_meant: question.is_about_tests || query.filters.tests == Tests::Only,
            vector: vectors.remove(&candidate.id),
            signal: sources.signals.of(row),
        })
    });
    let known: Vec<Option<Known>> = known.collect();
    let ranked = rank(candidates, &known, &sources.weights.of(question.kind));
    let hits = ranked.into_iter().filter_map(|it| Some(hit(rows.get(&it.id)?, it)));
    // The second tells how far ahead the first is, also where one is wanted.
    let mut hits: Vec<Hit> = hits.take(query.hits_max.max(2)).collect();
    sources.weights.relevance_of(question.kind).tell(&mut hits);
    hits.truncate(query.hits_max);
    hits.retain(|it| query.filters.relevance_min <= it.relevance);
    Ok(hits)
}

/// Cosine and nearness of the candidates that have a vector: of those in the list of the nearest as
/// it stands there, of the others as the store knows.
fn vectors(
    candidates: &[Candidate],
    rows: &FxHashMap<DocumentId, DocumentRow>,
    lists: &Lists,
    asked: &Asked<'_>,
) -> store::Result<FxHashMap<DocumentId, (f32, f32)>> {
    let with_nearness = |similarity| (similarity, lists.nearness(similarity));
    let mut res: FxHashMap<DocumentId, (f32, f32)> =
        lists.nearest.iter().map(|it| (it.id, with_nearness(it.similarity))).collect();
    let Some(vector) = asked.query.vector.as_ref().filter(|_| !lists.nearest.is_empty()) else {
        return Ok(res);
    };
    let others: Vec<&DocumentRow> = candidates
        .iter()
        .filter(|it| !res.contains_key(&it.id))
        .filter_map(|it| rows.get(&it.id))
        .collect();
    let keys: Vec<u64> = others.iter().map(|it| it.hash).collect();
    let found = asked.sources.store.similarities(&vector.space, &vector.components, &keys)?;
    for (row, similarity) in others.iter().zip(found) {
        res.extend(similarity.map(|it| (row.id, with_nearness(it))));
    }
    Ok(res)
}

fn hit(row: &DocumentRow, ranked: Ranked) -> Hit {
    Hit {
        root: row.root.clone(),
        path: row.path.clone(),
        language: row.language.clone(),
        range: TextRange::from_usize(row.range.0 as usize, row.range.1 as usize),
        lines: row.lines,
        symbol: row.symbol.clone(),
        kind: row.kind.clone(),
        is_test: row.role == Role::Test,
        score: ranked.score,
        relevance: 0.0,
        cosine: ranked.cosine,
        parts: ranked.parts,
        values: ranked.values,
    }
}
