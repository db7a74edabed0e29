//! Where files stand: those that belong to another folder by all that uses them and that they use,
//! and modules that load each other. Whether a move leaves what every name means is tried by
//! whoever makes it.

use std::collections::BTreeMap;

use super::{Level, Looked, Seen, Suggestion, Wish, sure::at_least};

/// So many files of one other folder have to use it.
const USERS_MIN: usize = 3;
/// At least this share of its neighbours stands in that folder, with 95 % confidence.
const SHARE_MIN: f64 = 0.6;
/// Cycles that are looked at, the shortest first.
const CYCLES_MAX: usize = 5;
/// Files that stand where they do by their name.
const BY_NAME: [&str; 12] = [
    "main", "mod", "lib", "index", "build", "setup", "conftest", "__init__", "__main__", "package",
    "app", "root",
];

/// A file with its neighbours: files that import it, and files that it imports. Tests are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The file, below its folder.
    pub path: String,
    /// By the folder in which they stand: how many import it, and how many more it imports.
    pub neighbours: BTreeMap<String, (usize, usize)>,
}

/// Files nearly all of whose neighbours stand in one other folder.
pub fn misplaced(files: &[Standing]) -> Looked {
    let mut found: Vec<(f64, Suggestion)> = Vec::new();
    for file in files {
        let (folder, name) = split(&file.path);
        let stem = name.split('.').next().unwrap_or_default();
        if BY_NAME.contains(&stem.to_ascii_lowercase().as_str()) {
            continue;
        }
        let n_all: usize = file.neighbours.values().map(|it| it.0 + it.1).sum();
        let others = file.neighbours.iter().filter(|it| it.0 != folder);
        let Some((home, (n_users, n_used))) = others.max_by_key(|it| it.1.0 + it.1.1) else {
            continue;
        };
        let n = n_users + n_used;
        let share = at_least(n, n_all);
        // A file above or below those that use it is a layer of its own.
        if *n_users < USERS_MIN || share < SHARE_MIN || is_above(folder, home) {
            continue;
        }
        found.push((share, moved(file, (home, name), (*n_users, *n_used, n_all))));
    }
    let by_share = |a: &(f64, Suggestion), b: &(f64, Suggestion)| b.0.total_cmp(&a.0);
    found.sort_by(by_share);
    let mut res = Looked::default();
    res.suggestions.extend(found.into_iter().map(|it| it.1));
    if res.suggestions.is_empty() {
        res.notes.push(format!(
            "{} files have neighbours; of none stand nearly all of them in one other folder, \
             {USERS_MIN} of them users",
            files.len()
        ));
    }
    res
}

fn moved(
    file: &Standing,
    (home, name): (&str, &str),
    (n_users, n_used, n_all): (usize, usize, usize),
) -> Suggestion {
    let to = if home.is_empty() { name.to_owned() } else { format!("{home}/{name}") };
    let shown = if home.is_empty() { "the folder itself" } else { home };
    let seen = |what: String, n: usize| Seen { what, n, when_ms: None };
    let n = n_users + n_used;
    Suggestion {
        level: Level::Structure,
        rule: "misplaced",
        about: format!("move {} {to}", file.path),
        title: format!("Move {} to {shown}, where what uses it stands", file.path),
        seen: vec![
            seen(format!("files of {shown} import it"), n_users),
            seen(format!("files of {shown} that it imports"), n_used),
            seen("neighbours in all".to_owned(), n_all),
        ],
        before: file.path.clone(),
        after: to.clone(),
        sure: format!(
            "{n} of {n_all} neighbours, with 95 % confidence at least {:.0} %; every import was \
             made to follow, and every name means the same afterwards",
            100.0 * at_least(n, n_all)
        ),
        wish: Wish::Move { from: file.path.clone(), to },
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// True where one of two folders lies in the other.
fn is_above(a: &str, b: &str) -> bool {
    let lies_in = |inner: &str, outer: &str| {
        outer.is_empty() || inner.strip_prefix(outer).is_some_and(|it| it.starts_with('/'))
    };
    lies_in(a, b) || lies_in(b, a)
}

/// Modules that load each other, each cycle by the paths of its files in order.
pub fn cycles(cycles: &[Vec<String>]) -> Looked {
    let mut all: Vec<&Vec<String>> = cycles.iter().filter(|it| 1 < it.len()).collect();
    all.sort_by_key(|it| (it.len(), it.first()));
    let suggestions = all.into_iter().take(CYCLES_MAX).map(|files| {
        let first = files.first().map_or("", String::as_str);
        let shown = files.join(" → ");
        Suggestion {
            level: Level::Structure,
            rule: "cycle",
            about: format!("cycle {shown}"),
            title: format!("Break the import cycle {shown} → {first}"),
            seen: vec![Seen {
                what: "modules load each other".to_owned(),
                n: files.len(),
                when_ms: None,
            }],
            before: "whichever is loaded first finds the next one half loaded".to_owned(),
            after: "one definition stands in a file of its own, and no import leads back"
                .to_owned(),
            sure:
                "the imports are certain, by their modules; the move was tried: every name means \
                   the same afterwards"
                    .to_owned(),
            wish: Wish::BreakCycle(first.to_owned()),
        }
    });
    let suggestions: Vec<Suggestion> = suggestions.collect();
    let note = suggestions.is_empty().then(|| "no modules load each other".to_owned());
    Looked { suggestions, notes: note.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(path: &str, neighbours: &[(&str, usize, usize)]) -> Standing {
        let neighbours = neighbours.iter().map(|it| (it.0.to_owned(), (it.1, it.2)));
        Standing { path: path.to_owned(), neighbours: neighbours.collect() }
    }

    #[track_caller]
    fn check(path: &str, neighbours: &[(&str, usize, usize)], expected: Option<&str>) {
        let looked = misplaced(&[standing(path, neighbours)]);
        let to = looked.suggestions.first().map(|it| match &it.wish {
            Wish::Move { to, .. } => to.clone(),
            other => panic!("{other:?}"),
        });
        assert_eq!(to.as_deref(), expected, "{looked:?}");
        assert_eq!(looked.notes.is_empty(), expected.is_some());
    }

    #[test]
    fn a_file_whose_neighbours_all_stand_in_another_folder_belongs_there() {
        check("shop/tax.py", &[("pay", 4, 2)], Some("pay/tax.py"));
        check("shop/tax.py", &[("pay", 9, 2), ("shop", 1, 0)], Some("pay/tax.py"));
        check("shop/tax.py", &[("pay", 4, 2), ("shop", 2, 0)], None);
        check("shop/tax.py", &[("pay", 3, 2)], None);
        check("shop/tax.py", &[("pay", 2, 9)], None);
    }

    #[test]
    fn a_layer_and_what_stands_somewhere_by_its_name_stay() {
        check("pay/deep/tax.py", &[("pay", 9, 0)], None);
        check("pay/tax.py", &[("pay/deep", 9, 0)], None);
        check("tax.py", &[("pay", 9, 0)], None);
        check("shop/__init__.py", &[("pay", 9, 0)], None);
        check("shop/index.ts", &[("pay", 9, 0)], None);
        check("pay/tax.py", &[("payment", 9, 0)], Some("payment/tax.py"));
        check("pay/tax.py", &[], None);
    }

    #[test]
    fn the_shortest_cycles_come_first() {
        let cycle = |files: &[&str]| files.iter().map(|it| (*it).to_owned()).collect();
        let all: Vec<Vec<String>> =
            vec![cycle(&["c.py", "d.py", "e.py"]), cycle(&["a.py", "b.py"])];
        let looked = cycles(&all);
        let wishes: Vec<Wish> = looked.suggestions.into_iter().map(|it| it.wish).collect();
        let of = |it: &str| Wish::BreakCycle(it.to_owned());
        assert_eq!(wishes, [of("a.py"), of("c.py")]);
        assert_eq!(cycles(&[]).notes, ["no modules load each other"]);
    }
}
