//! What a change does to the graph: edges that come and go, names that no longer lead anywhere, the
//! public face of files, and tests that reach what was changed.

use std::{collections::BTreeMap, sync::Arc};

use grammars::Modules;
use graph::{CodeGraph, Resolved, SymbolRef};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{FileFacts, ReferenceIdx, Symbol, SymbolIdx, SymbolKind};
use text::{LineCol, PositionEncoding, TextRange};
use vfs::{FileId, VfsPath};

use crate::{Analysis, Cancellable};

/// References that are resolved at most, before and after together.
const REFERENCES_MAX: usize = 20_000;
/// Symbols whose users are looked for at most, on the way to the tests.
const USERS_ASKED_MAX: usize = 40;
/// Places and names that are listed at most; the rest is counted.
const LISTED_MAX: usize = 50;

/// One file of a change.
#[derive(Clone, Debug)]
pub struct ChangedFile {
    /// Its path before; `None`: it is created.
    pub before: Option<VfsPath>,
    /// Its path after; `None`: it is deleted.
    pub after: Option<VfsPath>,
    /// The facts of its text after; `None` where it goes or is no code.
    pub facts: Option<Arc<FileFacts>>,
    /// What is replaced in its text before.
    pub edited: Vec<TextRange>,
}

/// What a change does to the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Uses that lead to a symbol of the workspace only afterwards.
    pub gained: usize,
    /// Uses that lead to a symbol of the workspace only before. A renamed symbol stays the same.
    pub lost: usize,
    /// Uses that led to something in the workspace and lead nowhere afterwards; the first of them.
    pub dangling: Vec<Dangling>,
    /// How many there are, the unlisted too.
    pub n_dangling: usize,
    /// What changes for other files; the first of it.
    pub api: Vec<ApiChange>,
    /// How much of that there is, the unlisted too.
    pub n_api: usize,
    /// Tests that reach what is changed, nearest first.
    pub tests: Vec<TestReached>,
    /// True where a limit was met: there may be more of everything.
    pub is_partial: bool,
}

/// A use that leads nowhere after a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dangling {
    /// The file, by its path after the change.
    pub path: VfsPath,
    /// The line after the change, from 0.
    pub line: u32,
    /// The name.
    pub name: String,
}

/// A symbol that other files may see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiChange {
    /// The file, by its path after the change where it has one.
    pub path: VfsPath,
    /// Its names from the file down, joined by `::`.
    pub name: String,
    /// What becomes of it.
    pub kind: ApiChangeKind,
}

/// What becomes of a symbol that other files may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApiChangeKind {
    /// It is new.
    Added,
    /// It goes, or gets another name.
    Removed,
}

/// A test that reaches what is changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TestReached {
    /// Its file.
    pub path: VfsPath,
    /// Its name; `None` where it is the file as a whole.
    pub name: Option<String>,
}

/// A use: from which file it leads to which symbol.
type Edge = (FileId, (String, String));

/// The references that may mean something else afterwards, by file.
type Looked = BTreeMap<FileId, FxHashSet<String>>;

impl Analysis {
    /// What changing these files does. Costs by the size of the change and the uses of what it
    /// defines, not by the workspace.
    ///
    /// # Errors
    /// [`crate::Cancelled`], as every read.
    pub fn effect(&self, files: &[ChangedFile]) -> Cancellable<Effect> {
        let trial = Trial::new(self, files);
        let mut res = Effect::default();
        trial.compare_edges(self, &mut res)?;
        trial.compare_api(&mut res);
        trial.find_tests(self, &mut res)?;
        Ok(res)
    }
}

/// A change carried out on a copy of the graph.
struct Trial<'a> {
    before: &'a CodeGraph,
    after: CodeGraph,
    files: Vec<TrialFile<'a>>,
    /// Name paths of renamed symbols: the old to the new, by file.
    renamed: FxHashMap<(String, String), (String, String)>,
}

struct TrialFile<'a> {
    change: &'a ChangedFile,
    /// Its number in the graph before.
    old: Option<FileId>,
    /// Its number in the graph after.
    new: Option<FileId>,
}

impl<'a> Trial<'a> {
    fn new(analysis: &'a Analysis, files: &'a [ChangedFile]) -> Trial<'a> {
        let before = analysis.graph();
        let mut after = before.clone();
        // Files that come get numbers that no other file has.
        let mut next = before.files().last().map_or(0, |it| it.index() as u32 + 1);
        let mut tried = Vec::new();
        for change in files {
            let old = change.before.as_ref().and_then(|it| before.file_at(it.as_str()));
            let stays = change.before == change.after;
            if let (Some(old), Some(path), false) = (old, &change.before, stays) {
                after.set_file(old, path, None);
            }
            let new = match (&change.after, &change.facts) {
                (Some(path), Some(facts)) => {
                    let fresh = FileId::from_index(next);
                    next += 1;
                    let file = if stays { old.unwrap_or(fresh) } else { fresh };
                    after.set_file(file, path, Some(Arc::clone(facts)));
                    Some(file)
                }
                _ => None,
            };
            tried.push(TrialFile { change, old, new });
        }
        let mut res = Trial { before, after, files: tried, renamed: FxHashMap::default() };
        res.renamed = res.pair_renamed();
        res
    }

    /// One symbol that goes and one that comes, of the same kind and in the same place: the same
    /// one with another name.
    fn pair_renamed(&self) -> FxHashMap<(String, String), (String, String)> {
        let mut res = FxHashMap::default();
        for file in &self.files {
            let (Some(old), Some(new)) = (file.old, file.new) else { continue };
            let (gone, come) = (symbols_of(self.before, old), symbols_of(&self.after, new));
            let mut pairs: BTreeMap<_, (Vec<&String>, Vec<&String>)> = BTreeMap::new();
            for (path, kind) in gone.iter().filter(|it| !come.contains_key(it.0)) {
                pairs.entry((owner_of(path), *kind)).or_default().0.push(path);
            }
            for (path, kind) in come.iter().filter(|it| !gone.contains_key(it.0)) {
                pairs.entry((owner_of(path), *kind)).or_default().1.push(path);
            }
            for (gone, come) in pairs.into_values() {
                let ([gone], [come]) = (&gone[..], &come[..]) else { continue };
                let path = |graph: &CodeGraph, file| path_of(graph, file);
                res.insert(
                    (path(self.before, old), (*gone).clone()),
                    (path(&self.after, new), (*come).clone()),
                );
            }
        }
        res
    }

    /// The names that may lead elsewhere, by file: in the changed files those that are used more or
    /// less often, elsewhere those of what the changed files define or no longer define.
    fn looked_at(&self) -> (Looked, FxHashSet<String>) {
        let mut names: FxHashSet<String> = FxHashSet::default();
        let mut looked = Looked::new();
        for file in &self.files {
            let old = file.old.map(|it| names_of(self.before, it)).unwrap_or_default();
            let new = file.new.map(|it| names_of(&self.after, it)).unwrap_or_default();
            let moved = file.change.before != file.change.after;
            let differing = old.keys().chain(new.keys());
            let differing = differing.filter(|it| moved || old.get(*it) != new.get(*it));
            let differing: FxHashSet<String> = differing.cloned().collect();
            for file in [file.old, file.new].into_iter().flatten() {
                looked.entry(file).or_default().extend(differing.iter().cloned());
            }
            names.extend(self.definitions_that_differ(file, moved));
        }
        for name in &names {
            for graph in [self.before, &self.after] {
                for file in graph.files_mentioning(name) {
                    looked.entry(file).or_default().insert(name.clone());
                }
            }
        }
        (looked, names)
    }

    fn definitions_that_differ(&self, file: &TrialFile<'_>, moved: bool) -> Vec<String> {
        let old = file.old.map(|it| symbols_of(self.before, it)).unwrap_or_default();
        let new = file.new.map(|it| symbols_of(&self.after, it)).unwrap_or_default();
        let all = old.keys().chain(new.keys());
        let differing = all.filter(|it| moved || old.contains_key(*it) != new.contains_key(*it));
        differing.map(|it| it.rsplit("::").next().unwrap_or(it).to_owned()).collect()
    }

    fn compare_edges(&self, analysis: &Analysis, acc: &mut Effect) -> Cancellable<()> {
        let (looked, _) = self.looked_at();
        let mut budget = REFERENCES_MAX;
        let mut edges: BTreeMap<Edge, i64> = BTreeMap::new();
        for (file, names) in looked {
            analysis.check()?;
            let old = Uses::of(self.before, file, &names, &mut budget);
            let new_file = self.files.iter().find(|it| it.old == Some(file)).and_then(|it| it.new);
            let new = match new_file {
                // What moved is counted under its old number.
                Some(new_file) => Uses::of(&self.after, new_file, &names, &mut budget),
                None => Uses::of(&self.after, file, &names, &mut budget),
            };
            if self.files.iter().any(|it| it.new == Some(file) && it.old.is_some_and(|o| o != file))
            {
                continue;
            }
            for target in &old.targets {
                let target = self.renamed.get(target).unwrap_or(target);
                *edges.entry((file, target.clone())).or_default() -= 1;
            }
            for target in new.targets.iter().cloned() {
                *edges.entry((file, target)).or_default() += 1;
            }
            self.note_dangling(&old, &new, acc);
        }
        for n in edges.into_values() {
            acc.gained += usize::try_from(n).unwrap_or(0);
            acc.lost += usize::try_from(-n).unwrap_or(0);
        }
        acc.dangling.sort();
        acc.is_partial |= budget == 0;
        Ok(())
    }

    /// Uses of a name that led somewhere and now do not: as many as fewer lead somewhere and more
    /// lead nowhere; the last of those that lead nowhere.
    fn note_dangling(&self, old: &Uses<'_>, new: &Uses<'_>, acc: &mut Effect) {
        for (name, lost) in &new.lost {
            let found = |uses: &Uses<'_>| uses.found.get(name).copied().unwrap_or(0);
            // A renamed symbol takes its uses with it: the old name counts with the new one's.
            let before = old.lost.get(name).map_or(0, Vec::len);
            let fewer = found(old).saturating_sub(found(new));
            let n = lost.len().saturating_sub(before).min(fewer);
            acc.n_dangling += n;
            for reference in lost.iter().rev().take(n) {
                if acc.dangling.len() < LISTED_MAX {
                    acc.dangling.extend(new.place(*reference, name));
                }
            }
        }
    }

    fn compare_api(&self, acc: &mut Effect) {
        for file in &self.files {
            let path = file.change.after.as_ref().or(file.change.before.as_ref());
            let Some(path) = path else { continue };
            let old = file.old.map(|it| exported_of(self.before, it)).unwrap_or_default();
            let new = file.new.map(|it| exported_of(&self.after, it)).unwrap_or_default();
            let gone = old.difference(&new).map(|it| (it, ApiChangeKind::Removed));
            let come = new.difference(&old).map(|it| (it, ApiChangeKind::Added));
            let change = |(name, kind): (&String, ApiChangeKind)| ApiChange {
                path: path.clone(),
                name: name.clone(),
                kind,
            };
            acc.api.extend(gone.chain(come).map(change));
        }
        acc.api.sort();
        acc.n_api = acc.api.len();
        acc.api.truncate(LISTED_MAX);
    }

    /// Walks from what is changed to those who use it, breadth first, and stops at tests.
    fn find_tests(&self, analysis: &Analysis, acc: &mut Effect) -> Cancellable<()> {
        let mut found: Vec<TestReached> = Vec::new();
        let mut open: Vec<SymbolRef> = Vec::new();
        for file in &self.files {
            let (Some(id), Some(path)) = (file.old, &file.change.before) else { continue };
            let Some(facts) = self.before.facts(id) else { continue };
            if facts.is_test {
                found.push(TestReached { path: path.clone(), name: None });
            }
            let edited = file.change.edited.iter();
            let symbols = edited.filter_map(|it| facts.symbol_around(it.start()));
            open.extend(symbols.map(|symbol| SymbolRef { file: id, symbol }));
        }
        // What other files see leads further; of one declaration and its uses it is the same.
        open.sort_by_key(|it| (!self.symbol(*it).is_some_and(|it| it.exported), *it));
        open.dedup();
        let mut seen: FxHashSet<SymbolRef> = open.iter().copied().collect();
        let mut n_asked = 0;
        let mut queue = std::collections::VecDeque::from(open);
        while let Some(symbol) = queue.pop_front() {
            if let Some(test) = self.as_test(symbol) {
                found.push(test);
                continue;
            }
            if USERS_ASKED_MAX == n_asked {
                acc.is_partial = true;
                break;
            }
            n_asked += 1;
            for user in self.before.references_to(symbol, &mut || analysis.check())? {
                let Some(facts) = self.before.facts(user.file) else { continue };
                let Some(around) = facts.symbol_of(user.reference) else { continue };
                let around = SymbolRef { file: user.file, symbol: around };
                if seen.insert(around) {
                    queue.push_back(around);
                }
            }
        }
        // What a file tests of itself may reach it in ways that are not seen, as inside macros.
        for file in self.files.iter().filter_map(|it| it.old) {
            let tests = non_local(self.before, file).filter(|it| {
                let is_code = matches!(it.1.kind, SymbolKind::Function | SymbolKind::Test);
                it.1.is_test && is_code
            });
            found.extend(tests.filter_map(|it| self.as_test(it.0)).take(LISTED_MAX));
        }
        let mut unique = FxHashSet::default();
        found.retain(|it| unique.insert((it.path.clone(), it.name.clone())));
        acc.tests = found;
        Ok(())
    }

    fn symbol(&self, symbol: SymbolRef) -> Option<&Symbol> {
        Some(self.before.facts(symbol.file)?.symbol(symbol.symbol))
    }

    fn as_test(&self, symbol: SymbolRef) -> Option<TestReached> {
        let facts = self.before.facts(symbol.file)?;
        let path = self.before.path(symbol.file)?.clone();
        let it = facts.symbol(symbol.symbol);
        (it.is_test || facts.is_test)
            .then(|| TestReached { path, name: Some(facts.name(it.name).to_owned()) })
    }
}

/// The uses of some names in one file.
struct Uses<'a> {
    path: Option<&'a VfsPath>,
    facts: Option<&'a Arc<FileFacts>>,
    /// Where they lead: path and name path.
    targets: Vec<(String, String)>,
    /// How many of each name lead somewhere.
    found: BTreeMap<String, usize>,
    /// Those that lead nowhere in the workspace.
    lost: BTreeMap<String, Vec<ReferenceIdx>>,
}

impl<'a> Uses<'a> {
    fn of(
        graph: &'a CodeGraph,
        file: FileId,
        names: &FxHashSet<String>,
        budget: &mut usize,
    ) -> Uses<'a> {
        let (path, facts) = (graph.path(file), graph.facts(file));
        let mut res = Uses {
            path,
            facts,
            targets: Vec::new(),
            found: BTreeMap::new(),
            lost: BTreeMap::new(),
        };
        let Some(facts) = facts else { return res };
        let wanted: FxHashSet<_> = names.iter().filter_map(|it| facts.names.find(it)).collect();
        for (idx, reference) in facts.references().filter(|it| wanted.contains(&it.1.name())) {
            let Some(left) = budget.checked_sub(1) else { break };
            *budget = left;
            let name = facts.name(reference.name());
            match graph.resolve(file, idx) {
                Resolved::Targets(targets) => {
                    *res.found.entry(name.to_owned()).or_default() += 1;
                    // Overloads are one target: the surest.
                    let target = targets.first().map(|it| it.symbol_ref());
                    res.targets.extend(target.and_then(|it| key_of(graph, it)));
                }
                Resolved::Module(_) => *res.found.entry(name.to_owned()).or_default() += 1,
                Resolved::External | Resolved::Unresolved => {
                    res.lost.entry(name.to_owned()).or_default().push(idx);
                }
            }
        }
        res
    }

    fn place(&self, reference: ReferenceIdx, name: &str) -> Option<Dangling> {
        let facts = self.facts?;
        let start = facts.reference(reference).start();
        let LineCol { line, .. } = facts.lines.line_col(start, PositionEncoding::Utf8);
        Some(Dangling { path: self.path?.clone(), line, name: name.to_owned() })
    }
}

/// A symbol as both graphs name it; `None` for what only its own function sees.
fn key_of(graph: &CodeGraph, symbol: SymbolRef) -> Option<(String, String)> {
    let is_local = graph.facts(symbol.file)?.symbol(symbol.symbol).is_local;
    if is_local {
        return None;
    }
    Some((path_of(graph, symbol.file), graph.name_path(symbol)?))
}

fn path_of(graph: &CodeGraph, file: FileId) -> String {
    graph.path(file).map(VfsPath::to_string).unwrap_or_default()
}

/// How often each name is used in a file.
fn names_of(graph: &CodeGraph, file: FileId) -> FxHashMap<String, usize> {
    let mut res = FxHashMap::default();
    let Some(facts) = graph.facts(file) else { return res };
    for (_, reference) in facts.references() {
        *res.entry(facts.name(reference.name()).to_owned()).or_default() += 1;
    }
    res
}

/// The definitions of a file, locals aside, by name path.
fn symbols_of(graph: &CodeGraph, file: FileId) -> BTreeMap<String, SymbolKind> {
    let symbols = non_local(graph, file);
    symbols.filter_map(|it| Some((graph.name_path(it.0)?, it.1.kind))).collect()
}

fn exported_of(graph: &CodeGraph, file: FileId) -> std::collections::BTreeSet<String> {
    let exported = non_local(graph, file).filter(|it| it.1.exported && !it.1.is_test);
    let language = graph.facts(file).and_then(|it| it.language);
    // What loads nothing and binds no names is data: only its headings are linked from elsewhere.
    let is_data = language.is_none_or(|it| it.modules == Modules::None && it.bindings.is_empty());
    let exported = exported.filter(|it| !is_data || it.1.kind == SymbolKind::Heading);
    exported.filter_map(|it| graph.name_path(it.0)).collect()
}

fn non_local(graph: &CodeGraph, file: FileId) -> impl Iterator<Item = (SymbolRef, &Symbol)> {
    let symbols = graph.facts(file).into_iter().flat_map(|it| it.symbols());
    let symbols = symbols.filter(|it| !it.1.is_local);
    symbols.map(move |(symbol, it): (SymbolIdx, &Symbol)| (SymbolRef { file, symbol }, it))
}

/// The name path of what a symbol is written in; empty at the top.
fn owner_of(path: &str) -> &str {
    path.rsplit_once("::").map_or("", |it| it.0)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use fixture::Fixture;

    use super::*;
    use crate::fixture::{World, facts_of};

    /// `after` holds the files that change, with their new texts; an empty text deletes the file.
    #[track_caller]
    fn check(before: &str, after: &str, expected: Expect) {
        let world = World::new(&Fixture::parse(before));
        let analysis = world.analysis();
        let files = Fixture::parse(after).files.into_iter().map(|it| {
            let path = VfsPath::new(&it.path).unwrap();
            let old = analysis.file(&path);
            let is_gone = it.text.trim().is_empty();
            let all = old.and_then(|it| analysis.text(it)).map_or(0, |it| it.len());
            ChangedFile {
                before: old.map(|_| path.clone()),
                after: (!is_gone).then(|| path.clone()),
                facts: (!is_gone).then(|| facts_of(&it.path, &it.text)),
                edited: vec![TextRange::from_usize(0, all)],
            }
        });
        let effect = analysis.effect(&files.collect::<Vec<_>>()).unwrap();
        let mut lines = vec![format!("+{} -{} edges", effect.gained, effect.lost)];
        let dangling = effect.dangling.iter();
        lines.extend(dangling.map(|it| format!("{}:{} {} dangles", it.path, it.line + 1, it.name)));
        let api = effect.api.iter();
        lines.extend(api.map(|it| format!("{:?} {} {}", it.kind, it.path, it.name)));
        let tests = effect.tests.iter();
        lines.extend(tests.map(|it| format!("test {} {:?}", it.path, it.name)));
        expected.assert_eq(&lines.join("\n"));
    }

    const SHOP: &str = "
//- /pay.py
def pay(n):
    return n

def tax(n):
    return n
//- /shop.py
from pay import pay

def buy():
    return pay(2)
//- /test_shop.py
from shop import buy

def test_buy():
    assert buy() == 2
";

    #[test]
    fn a_removed_function_leaves_its_uses_dangling_and_its_tests_are_named() {
        check(
            SHOP,
            "//- /pay.py\ndef tax(n):\n    return n\n",
            expect![[r#"
                +0 -2 edges
                /shop.py:1 pay dangles
                /shop.py:4 pay dangles
                Removed /pay.py pay
                test /test_shop.py Some("test_buy")"#]],
        );
    }

    #[test]
    fn a_whole_rename_loses_nothing_and_half_of_one_does() {
        let renamed = "//- /pay.py\ndef settle(n):\n    return n\n\ndef tax(n):\n    return n\n";
        let uses = "//- /shop.py\nfrom pay import settle\n\ndef buy():\n    return settle(2)\n";
        check(
            SHOP,
            &format!("{renamed}{uses}"),
            expect![[r#"
                +0 -0 edges
                Removed /pay.py pay
                Added /pay.py settle
                test /test_shop.py Some("test_buy")"#]],
        );
        let uses = "//- /shop.py\nfrom pay import settle\n\ndef buy():\n    return pay(2)\n";
        check(
            SHOP,
            &format!("{renamed}{uses}"),
            expect![[r#"
                +0 -1 edges
                /shop.py:4 pay dangles
                Removed /pay.py pay
                Added /pay.py settle
                test /test_shop.py Some("test_buy")"#]],
        );
    }

    #[test]
    fn keys_of_a_data_file_are_no_face_of_it_and_headings_and_tables_are() {
        let agent = "//- /agent.yaml\nname: a\nlimits: &all\n  steps: 1\nmore: *all\n";
        check(SHOP, agent, expect!["+1 -0 edges"]);
        check(SHOP, "//- /a.json\n{\"name\": {\"first\": 1}}\n", expect!["+0 -0 edges"]);
        check(SHOP, "//- /a.toml\n[package]\nname = \"a\"\n", expect!["+0 -0 edges"]);
        check(
            SHOP,
            "//- /a.md\n# Use\n\n[a]: b.md\n",
            expect![[r#"
                +0 -0 edges
                Added /a.md Use"#]],
        );
        check(
            SHOP,
            "//- /a.sql\nCREATE TABLE orders (id int);\n",
            expect![[r#"
                +0 -0 edges
                Added /a.sql orders
                Added /a.sql orders::id"#]],
        );
    }

    #[test]
    fn a_new_file_brings_edges_and_a_deleted_one_takes_them() {
        check(SHOP, "//- /more.py\nfrom pay import tax\n\nprint(tax(1))\n", expect!["+2 -0 edges"]);
        check(
            SHOP,
            "//- /pay.py\n\n",
            expect![[r#"
                +0 -2 edges
                /shop.py:1 pay dangles
                /shop.py:1 pay dangles
                /shop.py:4 pay dangles
                Removed /pay.py pay
                Removed /pay.py tax
                test /test_shop.py Some("test_buy")"#]],
        );
    }
}
