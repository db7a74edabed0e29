//! Patterns of a workspace, asked of a snapshot.

use std::sync::{Arc, Mutex, PoisonError};

use history::{FilePast, HistoryError};
use ide::SymbolRef;
use patterns::{
    CoChangeConfig, DuplicateConfig, Findings, Fingerprint, Unit, conventions, duplicates,
    fingerprint, hotspots, layering, missing_partners,
};
use rustc_hash::FxHashMap;
use store::commits::ObjectKey;
use syntax::FileFacts;
use text::TextRange;
use vfs::{FileId, VfsPath};

use crate::{ReadError, Snapshot, answers::past::OpenHistory, files::root_of};

/// Fingerprints that are kept at most; then all are made anew.
const FINGERPRINTS_MAX: usize = 400_000;

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternQuery {
    /// Functions that are nearly the same.
    Duplicates,
    /// How names are written and where tests lie, with the exceptions.
    Conventions,
    /// Files that change often and are hard to follow.
    Hotspots,
    /// Files that usually change with those that changed: in a commit, else since the last one.
    CoChange {
        /// The commit, as git writes revisions.
        commit: Option<String>,
    },
    /// Imports against the direction of most.
    Layering,
}

/// Fingerprints of functions by the hash of their text, so that only what changed is looked at
/// again.
#[derive(Clone, Default)]
pub(crate) struct Fingerprints(Arc<Mutex<FxHashMap<u64, Arc<Fingerprint>>>>);

struct Function {
    symbol: SymbolRef,
    range: TextRange,
    name: String,
    fingerprint: Arc<Fingerprint>,
}

impl Snapshot {
    /// What is found of a pattern, the most telling first, at most `max`.
    ///
    /// # Errors
    /// [`ReadError::Refused`] where it asks for a history and there is none.
    pub fn patterns(&self, query: &PatternQuery, max: usize) -> Result<Findings, ReadError> {
        let graph = self.analysis.graph();
        match query {
            PatternQuery::Duplicates => self.duplicates(max),
            PatternQuery::Conventions => Ok(conventions(graph, max)),
            PatternQuery::Hotspots => {
                let pasts = self.pasts()?;
                let past_of = |file: FileId| -> Option<(String, FilePast)> {
                    let path = self.vfs.path(file);
                    let root = root_of(&self.roots, path)?;
                    let past = pasts.iter().find(|it| it.0 == *root)?;
                    let below = path.relative_to(root)?;
                    Some((below.to_owned(), *past.1.file(below)?))
                };
                let mut found = hotspots(graph, &past_of, max);
                for (root, _) in &pasts {
                    found.limits.extend(self.history(root)?.limits);
                }
                Ok(found)
            }
            PatternQuery::CoChange { commit } => self.missing_partners(commit.as_deref(), max),
            PatternQuery::Layering => {
                let folder_of = |file: FileId| {
                    let path = self.vfs.path(file);
                    let below = path.relative_to(root_of(&self.roots, path)?)?;
                    Some(below.rsplit_once('/').map_or(".", |it| it.0).to_owned())
                };
                let mut check = || self.analysis.check();
                Ok(layering(graph, &folder_of, max, &mut check)?)
            }
        }
    }

    fn duplicates(&self, max: usize) -> Result<Findings, ReadError> {
        let mut functions = Vec::new();
        for file in self.analysis.graph().files() {
            self.check()?;
            self.functions_of(file, &mut functions);
        }
        let units: Vec<Unit<'_>> = functions
            .iter()
            .map(|it| Unit {
                file: it.symbol.file,
                range: it.range,
                name: it.name.clone(),
                fingerprint: &it.fingerprint,
            })
            .collect();
        let config = DuplicateConfig { findings_max: max, ..DuplicateConfig::MEASURED };
        Ok(duplicates(&units, &config))
    }

    /// The functions of a file with their fingerprints; its text is read only where one is new.
    fn functions_of(&self, file: FileId, acc: &mut Vec<Function>) {
        let Some(facts) = self.analysis.facts(file).filter(|it| it.language.is_some()) else {
            return;
        };
        let mut text = None;
        for (hash, symbol) in hashes(facts) {
            let known = self.fingerprints.get(hash);
            let fingerprint = known.or_else(|| {
                let text = text.get_or_insert_with(|| self.text(file)).as_ref()?;
                let print = fingerprint(text, facts, symbol).unwrap_or_default();
                Some(self.fingerprints.keep(hash, print))
            });
            if let Some(fingerprint) = fingerprint.filter(|it| 0 < it.n_tokens) {
                acc.push(Function {
                    symbol: SymbolRef { file, symbol },
                    range: facts.symbol(symbol).range,
                    name: facts.name_path(symbol),
                    fingerprint,
                });
            }
        }
    }

    fn missing_partners(&self, commit: Option<&str>, max: usize) -> Result<Findings, ReadError> {
        let mut all = Findings::default();
        for (root, past) in self.pasts()? {
            let opened = self.history(&root)?;
            let changed = match commit {
                Some(commit) => opened.changed_in(commit)?,
                None => self.changed_since_head(&root)?,
            };
            let of_files: Vec<&str> = changed.iter().map(String::as_str).collect();
            let exists = |path: &str| self.file(&root.join(path)).is_ok();
            let config = CoChangeConfig { findings_max: max, ..CoChangeConfig::MEASURED };
            let found = missing_partners(&past, &of_files, &exists, &config);
            all.found.extend(found.found);
            all.limits.extend(found.limits);
            let files =
                if changed.len() == 1 { "1 file" } else { &format!("{} files", changed.len()) };
            all.limits.push(format!("{root}: {files} changed"));
        }
        Ok(all)
    }

    /// The files below `root` that are not what the last commit holds, new ones apart.
    fn changed_since_head(&self, root: &VfsPath) -> Result<Vec<String>, ReadError> {
        let changed = self.changed_files(root, &self.history(root)?)?;
        let known = changed.into_iter().filter(|it| it.1.is_some());
        let below = known.filter_map(|it| self.vfs.path(it.0).relative_to(root).map(str::to_owned));
        Ok(below.collect())
    }

    /// The files below `root` that are not what the last commit holds, each with what it holds;
    /// `None` for a new one.
    pub(crate) fn changed_files(
        &self,
        root: &VfsPath,
        opened: &OpenHistory,
    ) -> Result<Vec<(FileId, Option<ObjectKey>)>, ReadError> {
        let head = opened.repository.head().map_err(HistoryError::from)?;
        let committed = opened.repository.files_at(&head)?;
        let mut res = Vec::new();
        for (file, path, _) in self.vfs.files() {
            self.check()?;
            let Some(below) = path.relative_to(root) else { continue };
            let Some(text) = self.text(file) else { continue };
            let key = committed.get(&opened.repository.in_repository(below));
            let same = |text: &str| opened.repository.key_of(text.as_bytes()).as_ref() == key;
            // Line ends may be those of the machine instead of those that were committed.
            let is_same = same(&text) || text.contains('\r') && same(&text.replace("\r\n", "\n"));
            if key.is_none() || !is_same {
                res.push((file, key.cloned()));
            }
        }
        Ok(res)
    }
}

/// The functions of a file with the hashes of their texts: of all chunks a long one is cut into.
fn hashes(facts: &FileFacts) -> impl Iterator<Item = (u64, syntax::SymbolIdx)> {
    let mut res: FxHashMap<syntax::SymbolIdx, u64> = FxHashMap::default();
    for chunk in &facts.chunks {
        if let Some(symbol) = chunk.symbol {
            let hash = res.entry(symbol).or_default();
            *hash = hash.rotate_left(7) ^ chunk.hash;
        }
    }
    let mut res: Vec<_> = res.into_iter().map(|(symbol, hash)| (hash, symbol)).collect();
    res.sort_unstable_by_key(|it| it.1);
    res.into_iter()
}

impl Fingerprints {
    fn get(&self, hash: u64) -> Option<Arc<Fingerprint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned()
    }

    fn keep(&self, hash: u64, fingerprint: Fingerprint) -> Arc<Fingerprint> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if FINGERPRINTS_MAX <= kept.len() {
            kept.clear();
        }
        let fingerprint = Arc::new(fingerprint);
        kept.insert(hash, Arc::clone(&fingerprint));
        fingerprint
    }
}
