//! What accepted experiments set, one on top of the other, and what is left when one of them is
//! taken away.

use std::collections::BTreeMap;

use store::history::{ExperimentRow, VariantRow};

/// What the archive calls an experiment that was taken back; its `parent` is the experiment.
pub const TAKEN_BACK: &str = "taken back";

/// An experiment whose proposal was applied, and the numbers that it set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<N = u16> {
    /// Its id.
    pub id: String,
    /// Each setting that it changed: key, before, after.
    pub patch: Vec<(String, N, N)>,
    /// False once it was taken back.
    pub is_in_force: bool,
}

/// What taking an experiment back does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack<N = u16> {
    /// Settings that get another value: key, now, then.
    pub changes: Vec<(String, N, N)>,
    /// Settings that stay although it set them, and why.
    pub left: Vec<(String, &'static str)>,
}

impl<N> Default for TakenBack<N> {
    fn default() -> TakenBack<N> {
        TakenBack { changes: Vec::new(), left: Vec::new() }
    }
}

impl Accepted {
    /// The experiment of `row` with what it changed; `None` where it accepted nothing.
    pub fn of(row: &ExperimentRow, is_in_force: bool) -> Option<Accepted> {
        let variant = accepted_variant(row)?;
        let before = row.body.before.iter().zip(&variant.values);
        let changed = before.filter(|(before, after)| before.1 != after.1);
        let patch = changed.map(|(before, after)| (after.0.clone(), before.1, after.1));
        Some(Accepted { id: row.id.clone(), patch: patch.collect(), is_in_force })
    }
}

impl Accepted<u64> {
    /// The suggestion of `row` with the number that it set; `None` where it set none.
    pub fn number_of(row: &ExperimentRow, is_in_force: bool) -> Option<Accepted<u64>> {
        let number = row.body.suggestion.as_ref()?.number.clone()?;
        Some(Accepted { id: row.id.clone(), patch: vec![number], is_in_force })
    }
}

impl<N: Copy + PartialEq> Accepted<N> {
    fn sets(&self, key: &str) -> Option<N> {
        self.patch.iter().find(|it| it.0 == key).map(|it| it.2)
    }
}

/// The variant that an experiment accepted.
pub fn accepted_variant(row: &ExperimentRow) -> Option<&VariantRow> {
    row.body.variants.iter().find(|it| it.against.is_none())
}

/// What changes where the experiment `id` is taken away from `accepted` (oldest first): each
/// setting goes to what a newer experiment set it to, or to what it was before, as if `id` and all
/// that were taken back before it had never been. What `now` says is not what they set is somebody
/// else's, and stays.
///
/// So the order in which experiments are taken back makes no difference for what is left.
pub fn without<N: Copy + PartialEq>(
    accepted: &[Accepted<N>],
    id: &str,
    now: &BTreeMap<String, N>,
) -> TakenBack<N> {
    let mut res = TakenBack::default();
    let place = accepted.iter().position(|it| it.is_in_force && it.id == id);
    let Some(place) = place else { return res };
    for (key, before, after) in &accepted[place].patch {
        let newer = accepted[place + 1..].iter().rev().filter(|it| it.is_in_force);
        let newer = newer.clone().find_map(|it| it.sets(key));
        let standing = newer.unwrap_or(*after);
        let then = newer.unwrap_or_else(|| below(accepted, place, (key, *before)));
        match now.get(key) {
            Some(value) if *value != standing => {
                res.left.push((key.clone(), "somebody set it since"));
            }
            _ if newer.is_some() => res.left.push((key.clone(), "a newer experiment set it")),
            _ => res.changes.push((key.clone(), standing, then)),
        }
    }
    res
}

/// What `key` was before the experiment at `place`; what was built on something that was taken back
/// since goes back to before that, too.
fn below<N: Copy + PartialEq>(
    accepted: &[Accepted<N>],
    place: usize,
    (key, before): (&str, N),
) -> N {
    let of = |place: usize| accepted[place].patch.iter().find(|it| it.0 == key).map(|it| it.1);
    let (mut value, mut end) = (before, place);
    loop {
        let older = accepted[..end].iter().rposition(|it| it.sets(key) == Some(value));
        match older {
            Some(older) if !accepted[older].is_in_force => {
                value = of(older).unwrap_or(value);
                end = older;
            }
            _ => return value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(id: &str, patch: &[(&str, u16, u16)]) -> Accepted {
        let patch = patch.iter().map(|it| (it.0.to_owned(), it.1, it.2)).collect();
        Accepted { id: id.to_owned(), patch, is_in_force: true }
    }

    fn three() -> Vec<Accepted> {
        vec![
            accepted("a", &[("path", 100, 200), ("name", 100, 150)]),
            accepted("b", &[("path", 200, 300)]),
            accepted("c", &[("name", 150, 80), ("doc", 100, 50)]),
        ]
    }

    /// What is set once all of `order` are taken back, one after the other.
    fn after(order: &[&str]) -> BTreeMap<String, u16> {
        let mut accepted = three();
        let mut now: BTreeMap<String, u16> =
            [("path", 300), ("name", 80), ("doc", 50)].map(|it| (it.0.to_owned(), it.1)).into();
        for id in order {
            for (key, _, then) in without(&accepted, id, &now).changes {
                now.insert(key, then);
            }
            let target = accepted.iter_mut().find(|it| it.id == *id);
            target.unwrap().is_in_force = false;
        }
        now
    }

    #[test]
    fn whatever_the_order_what_was_before_comes_back() {
        let shipped: BTreeMap<String, u16> =
            ["path", "name", "doc"].map(|it| (it.to_owned(), 100)).into();
        for order in [["a", "b", "c"], ["a", "c", "b"], ["b", "a", "c"], ["b", "c", "a"]] {
            assert_eq!(after(&order), shipped, "{order:?}");
        }
        for order in [["c", "a", "b"], ["c", "b", "a"]] {
            assert_eq!(after(&order), shipped, "{order:?}");
        }
        assert_eq!(after(&["b"])["path"], 200, "what it was built on is back");
        assert_eq!(after(&["a"])["path"], 300, "what was built on it stays");
    }

    #[test]
    fn what_somebody_set_since_stays() {
        let now = [("path".to_owned(), 250)].into();
        let taken = without(&three(), "b", &now);
        assert_eq!(taken.changes, []);
        assert_eq!(taken.left, [("path".to_owned(), "somebody set it since")]);
    }
}
