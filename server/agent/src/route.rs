//! Which skill a sentence means, without a chat model: by its likeness to the example sentences of
//! each, in words, in what the words stand for, and in meaning. Every answer tells its score, and
//! where two skills are nearly as like, both are told.

mod concept;
mod tools;
mod wording;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use models::{Embedder, StaticCode, built_in};

pub use self::tools::{Able, Chosen, choosing, chosen};
use self::wording::{Terms, Wording, is_extension, terms};
use crate::skill::{Needed, SKILLS, Skill, SkillId, SkillParameter, Takes};

/// What likeness of words counts, and what likeness of meaning; together one. These numbers, and
/// those below, were chosen by the examples alone: each taken out and looked for.
const WORDS: f32 = 0.7;
const MEANING: f32 = 1.0 - WORDS;
/// What the nearest example counts, and what all of a skill's together; together one.
const NEAREST: f32 = 0.3;
const TOGETHER: f32 = 1.0 - NEAREST;
/// What a word counts that no skill speaks of, for a skill that takes a text: it may be of that.
const OF_A_TEXT: f32 = 0.7;
/// Below this a skill is not meant at all.
const SCORE_MIN: f32 = 0.3;
/// From this on a skill is meant, where no other is nearly as like.
const SCORE_CLEAR: f32 = 0.37;
/// How much the next one has to stay behind.
const MARGIN_CLEAR: f32 = 0.05;
/// Skills that a user chooses from.
const CHOICES_MAX: usize = 4;

/// What a sentence may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// A skill.
    Skill(SkillId),
    /// One of the other things that whoever asks knows of, by its number.
    Other(usize),
}

/// What may be meant, and how like the sentence is to what it is for: 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Routed {
    /// What.
    pub meaning: Meaning,
    /// How like.
    pub score: f32,
    /// What the sentence says for the parameters of a skill.
    pub given: BTreeMap<String, String>,
}

impl Routed {
    /// The skill, where it is one.
    pub fn skill(&self) -> Option<&'static Skill> {
        match self.meaning {
            Meaning::Skill(id) => Some(id.skill()),
            Meaning::Other(_) => None,
        }
    }
}

/// What became of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// This is meant.
    Clear(Routed),
    /// One of these may be meant, the likest first.
    Unclear(Vec<Routed>),
    /// None is like it; the likest, with its score.
    Nothing(Routed),
}

/// Says whether the workspace has a symbol of this name.
pub type IsName<'a> = &'a dyn Fn(&str) -> bool;

/// The example sentences, ready to be compared with.
pub struct Router {
    model: &'static StaticCode,
    profiles: Vec<Profile>,
    /// How much a term says: the fewer skills speak of it, the more.
    weights: BTreeMap<String, f32>,
    /// What a term says that none speaks of: that something else is meant.
    weight_max: f32,
}

/// What is said by those who want a skill.
struct Profile {
    meaning: Meaning,
    examples: Vec<(Terms, Vec<f32>)>,
    /// The terms of all examples.
    terms: BTreeSet<String>,
    /// The mean of their vectors, of length one.
    middle: Vec<f32>,
    /// True where it takes a text, which may speak of anything.
    takes_text: bool,
}

impl Profile {
    fn new(meaning: Meaning, examples: Vec<(Terms, Vec<f32>)>) -> Profile {
        Profile {
            meaning,
            terms: examples.iter().flat_map(|it| it.0.keys().cloned()).collect(),
            middle: middle(&examples),
            takes_text: match meaning {
                Meaning::Skill(id) => {
                    id.skill().parameters.iter().any(|it| it.takes == Takes::Text)
                }
                Meaning::Other(_) => false,
            },
            examples,
        }
    }
}

/// The router over all skills; made once.
pub fn router() -> &'static Router {
    static ROUTER: LazyLock<Router> = LazyLock::new(|| Router::new(built_in(), all_examples()));
    &ROUTER
}

fn all_examples() -> impl Iterator<Item = (SkillId, &'static str)> {
    SKILLS.iter().flat_map(|it| {
        let words = [it.title, it.description];
        words.into_iter().chain(it.examples.iter().copied()).map(|text| (it.id, text))
    })
}

impl Router {
    fn new(
        model: &'static StaticCode,
        texts: impl Iterator<Item = (SkillId, &'static str)>,
    ) -> Router {
        Router::of_examples(model, texts.map(|it| example(model, it)))
    }

    fn of_examples(
        model: &'static StaticCode,
        all: impl Iterator<Item = (SkillId, Terms, Vec<f32>)>,
    ) -> Router {
        let mut examples: BTreeMap<SkillId, Vec<(Terms, Vec<f32>)>> = BTreeMap::new();
        for (skill, terms, vector) in all {
            examples.entry(skill).or_default().push((terms, vector));
        }
        let profiles: Vec<Profile> = examples
            .into_iter()
            .map(|(skill, examples)| Profile::new(Meaning::Skill(skill), examples))
            .collect();
        let mut n_skills: BTreeMap<String, f32> = BTreeMap::new();
        for term in profiles.iter().flat_map(|it| &it.terms) {
            *n_skills.entry(term.clone()).or_default() += 1.0;
        }
        let all = profiles.len() as f32;
        let weights: BTreeMap<String, f32> =
            n_skills.into_iter().map(|(term, n)| (term, (1.0 + all / n).ln())).collect();
        let weight_max = (1.0 + all).ln();
        Router { model, profiles, weights, weight_max }
    }

    /// What a sentence means. `is_name` knows the names of the workspace.
    pub fn route(&self, sentence: &str, is_name: IsName<'_>) -> Route {
        self.route_among(sentence, is_name, &[])
    }

    /// The same, where it may also mean one of `others`, each with what those say who want it.
    pub fn route_among(
        &self,
        sentence: &str,
        is_name: IsName<'_>,
        others: &[Vec<String>],
    ) -> Route {
        let wording = Wording::of(sentence, &|word| {
            // What the examples speak of is a word first, whatever is called so here.
            !self.weights.contains_key(&wording::stem(&word.to_lowercase())) && is_name(word)
        });
        let others = others.iter().enumerate().filter(|it| !it.1.is_empty());
        let others: Vec<Profile> = others.map(|(nth, texts)| self.other(nth, texts)).collect();
        let scores = self.scores(&wording, &others);
        let routed = |(meaning, score): &(Meaning, f32)| Routed {
            meaning: *meaning,
            score: *score,
            given: match meaning {
                Meaning::Skill(id) => given(id.skill(), sentence, &wording),
                Meaning::Other(_) => BTreeMap::new(),
            },
        };
        let (best, next) = (scores[0].1, scores[1].1);
        if best < SCORE_MIN {
            return Route::Nothing(routed(&scores[0]));
        }
        if SCORE_CLEAR <= best && MARGIN_CLEAR <= best - next {
            return Route::Clear(routed(&scores[0]));
        }
        let near = scores.iter().filter(|it| SCORE_MIN <= it.1 || best - it.1 < MARGIN_CLEAR);
        Route::Unclear(near.take(CHOICES_MAX).map(routed).collect())
    }

    fn other(&self, nth: usize, texts: &[String]) -> Profile {
        let examples = texts.iter().map(|text| {
            let wording = Wording::of(text, &|_| false);
            (terms(&wording), vector(self.model, &wording.plain()))
        });
        Profile::new(Meaning::Other(nth), examples.collect())
    }

    /// Every skill, and all `others`, with its score, the likest first.
    fn scores(&self, wording: &Wording, others: &[Profile]) -> Vec<(Meaning, f32)> {
        let terms = terms(wording);
        let vector = vector(self.model, &wording.plain());
        let scored = self.profiles.iter().chain(others).map(|profile| {
            let nearest = profile.examples.iter().map(|(known, meaning)| {
                WORDS * self.likeness(&terms, known, profile.takes_text)
                    + MEANING * dot(&vector, meaning).max(0.0)
            });
            let nearest = nearest.fold(0.0, f32::max);
            let together = WORDS * self.known(&terms, profile)
                + MEANING * dot(&vector, &profile.middle).max(0.0);
            (profile.meaning, NEAREST * nearest + TOGETHER * together)
        });
        let mut res: Vec<(Meaning, f32)> = scored.collect();
        res.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        res
    }

    fn weight(&self, term: &str, takes_text: bool) -> f32 {
        let unknown = if takes_text { OF_A_TEXT } else { 1.0 };
        self.weights.get(term).copied().unwrap_or(self.weight_max * unknown)
    }

    /// The cosine of two bags of terms.
    fn likeness(&self, a: &Terms, b: &Terms, takes_text: bool) -> f32 {
        let square = |term: &str, n: f32| (n * self.weight(term, takes_text)).powi(2);
        let length = |it: &Terms| it.iter().map(|(term, n)| square(term, *n)).sum::<f32>().sqrt();
        let shared = a.iter().filter_map(|(term, n)| {
            let other = b.get(term)?;
            Some(n * other * self.weight(term, takes_text).powi(2))
        });
        shared.sum::<f32>() / (length(a) * length(b)).max(f32::EPSILON)
    }

    /// The share of a sentence's terms that the examples of a skill have somewhere.
    fn known(&self, terms: &Terms, profile: &Profile) -> f32 {
        let weight = |(term, n): (&String, &f32)| n * self.weight(term, profile.takes_text);
        let all: f32 = terms.iter().map(weight).sum();
        let known = terms.iter().filter(|it| profile.terms.contains(it.0));
        known.map(weight).sum::<f32>() / all.max(f32::EPSILON)
    }
}

/// An example, ready to be compared with.
fn example(
    model: &'static StaticCode,
    (skill, text): (SkillId, &'static str),
) -> (SkillId, Terms, Vec<f32>) {
    let wording = Wording::of(&text.replace("{symbol}", "`x`"), &|_| false);
    (skill, terms(&wording), vector(model, &wording.plain()))
}

/// The mean of the examples' vectors, of length one.
fn middle(examples: &[(Terms, Vec<f32>)]) -> Vec<f32> {
    let mut res = vec![0.0; examples.first().map_or(0, |it| it.1.len())];
    for (_, vector) in examples {
        res.iter_mut().zip(vector).for_each(|(sum, it)| *sum += it);
    }
    let length = dot(&res, &res).sqrt().max(f32::EPSILON);
    res.iter_mut().for_each(|it| *it /= length);
    res
}

fn vector(model: &StaticCode, text: &str) -> Vec<f32> {
    model.embed_question(text).unwrap_or_default()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// What a sentence says for the parameters of a skill; what it does not say is left out.
fn given(skill: &Skill, sentence: &str, wording: &Wording) -> BTreeMap<String, String> {
    let mut names = wording.names.iter().filter(|it| !is_file(it));
    let mut res = BTreeMap::new();
    let n_named = skill.parameters.iter().filter(|it| is_named(it)).count();
    // With fewer names than places for them, the first is what the user points at.
    let points = names.clone().count() < n_named;
    for it in skill.parameters {
        let value = match it.takes {
            Takes::Symbol if points && it.needed == Needed::UnlessHere && 1 < n_named => None,
            Takes::Symbol | Takes::Name => names.next().cloned(),
            Takes::File => wording.names.iter().find(|it| is_file(it)).cloned(),
            Takes::Text if it.needed == Needed::Never && skill.id == SkillId::CreateAgent => None,
            Takes::Text => Some(wording::text_of(sentence)),
            Takes::Time => wording::time_of(sentence),
            Takes::OneOf(words) => wording.one_of(words),
        };
        res.extend(value.map(|value| (it.name.to_owned(), value)));
    }
    res
}

fn is_named(parameter: &SkillParameter) -> bool {
    matches!(parameter.takes, Takes::Symbol | Takes::Name)
}

fn is_file(name: &str) -> bool {
    name.contains('/') || name.rsplit_once('.').is_some_and(|it| is_extension(it.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn given_of(sentence: &str, skill: SkillId) -> String {
        let wording = Wording::of(sentence, &|it| matches!(it, "Cart" | "total" | "tax"));
        let given = given(skill.skill(), sentence, &wording);
        given.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_sentence_gives_what_its_skill_takes() {
        assert_eq!(given_of("rename Cart to Basket", SkillId::Rename), "symbol=Cart to=Basket");
        assert_eq!(given_of("rename this to grand_total", SkillId::Rename), "to=grand_total");
        assert_eq!(given_of("who calls `total`?", SkillId::Callers), "symbol=total");
        assert_eq!(given_of("review src/cart.py", SkillId::Review), "file=src/cart.py");
        assert_eq!(given_of("review my changes", SkillId::Review), "of=changes");
        assert_eq!(given_of("which calls are cyclic", SkillId::Cycles), "of=calls");
        assert_eq!(given_of("what changed since yesterday", SkillId::Changelog), "since=yesterday");
        assert_eq!(
            given_of("remember that prices are in cents", SkillId::Remember),
            "text=prices are in cents"
        );
    }

    /// What developers say and no skill does; the numbers were chosen by these, too.
    const OTHERS: &[&str] = &[
        "deploy it to production",
        "upgrade the dependencies",
        "translate the readme to german",
        "make this faster",
        "write a poem",
        "open a pull request",
        "increase the font size",
        "which version of python is this",
        "convert this to typescript",
        "merge the branches",
        "install numpy",
        "what time is it",
        "start the debugger",
        "set a breakpoint in the loop",
        "push to origin",
        "tell me a joke",
        "thanks a lot",
        "restart the server",
        "plan a meeting for tomorrow",
        "add logging to every request",
        "how much memory does it use",
        "close the issue",
        "good morning",
        "encrypt the file",
    ];

    #[test]
    fn what_no_skill_does_is_seldom_taken_for_one() {
        let is_clear = |it: &&&str| matches!(router().route(it, &|_| false), Route::Clear(_));
        let taken: Vec<&&str> = OTHERS.iter().filter(is_clear).collect();
        assert!(taken.len() <= 2, "{taken:?}");
    }

    #[test]
    fn what_the_workspace_has_beside_skills_is_reached_and_takes_nothing_from_them() {
        let words = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<String>>();
        let others = [
            words(&["licence keeper", "Checks that every file begins with a licence header"]),
            words(&["translator check", "Finds texts that are not translated"]),
        ];
        let route = |sentence: &str| match router().route_among(sentence, &|_| false, &others) {
            Route::Clear(it) => format!("{:?}", it.meaning),
            Route::Unclear(all) => format!("unclear {:?}", all[0].meaning),
            Route::Nothing(_) => "nothing".to_owned(),
        };
        assert_eq!(route("does every file have a licence header"), "Other(0)");
        assert_eq!(route("which texts are not translated yet"), "Other(1)");
        assert_eq!(route("who calls `total`?"), "Skill(Callers)");
        assert_eq!(route("organize the imports"), "Skill(OrganizeImports)");
    }

    /// How often an example is nearest to its own skill when it is taken out itself: what the
    /// numbers were chosen by. The sentences of the evaluation have no part in it.
    #[test]
    fn an_example_taken_out_is_mostly_found_again() {
        let all: Vec<_> = all_examples().map(|it| example(built_in(), it)).collect();
        let texts: Vec<(SkillId, &'static str)> = all_examples().collect();
        let mut n_right = 0;
        for (nth, (skill, text)) in texts.iter().enumerate() {
            let others = all.iter().enumerate().filter(|it| it.0 != nth).map(|it| it.1.clone());
            let router = Router::of_examples(built_in(), others);
            let text = text.replace("{symbol}", "`x`");
            let scores = router.scores(&Wording::of(&text, &|_| false), &[]);
            n_right += usize::from(scores[0].0 == Meaning::Skill(*skill));
        }
        assert!(all.len() * 8 <= n_right * 10, "{n_right} of {}", all.len());
    }
}
