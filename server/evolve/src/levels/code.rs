//! What agents may take, and which are better set aside: by how their runs ended.

use std::collections::BTreeMap;

use store::history::EpisodeRow;

use super::{Level, Looked, Seen, Suggestion, Wish, n_days, sure::at_least};

/// Runs of an agent that are looked at, the newest.
const RUNS_MAX: usize = 20;
/// So many have to stop at one limit.
const STOPPED_MIN: usize = 5;
/// And at least this share of all, with 95 % confidence.
const STOPPED_SHARE_MIN: f64 = 0.2;
/// So many have to come to nothing.
const FAILED_MIN: usize = 8;
/// And at least this share of all, with 95 % confidence.
const FAILED_SHARE_MIN: f64 = 0.6;
/// On so many days: a model that was down for an afternoon is no fault of an agent's.
const DAYS_MIN: usize = 3;

/// Something of which a run may take so much. What it may cost in money only the user says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunLimit {
    /// Questions to the model and calls of tools.
    Steps,
    /// Tokens, read and written.
    Tokens,
    /// Time.
    Seconds,
}

/// What there is of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentNow {
    /// Its name.
    pub name: String,
    /// What its runs may take.
    pub limits: [(RunLimit, u64); 3],
    /// True where a file of the workspace defines it.
    pub is_own: bool,
    /// True where it may act.
    pub is_active: bool,
}

impl RunLimit {
    /// The word for it in a definition.
    pub fn name(self) -> &'static str {
        match self {
            RunLimit::Steps => "steps",
            RunLimit::Tokens => "tokens",
            RunLimit::Seconds => "seconds",
        }
    }

    /// No suggestion goes beyond: further is a decision, not a habit.
    pub fn most(self) -> u64 {
        match self {
            RunLimit::Steps => 200,
            RunLimit::Tokens => 2_000_000,
            RunLimit::Seconds => 3_600,
        }
    }

    /// The limit and its value that an episode says a run stopped at.
    fn of_outcome(outcome: &str) -> Option<(RunLimit, u64)> {
        let (name, value) =
            outcome.strip_prefix("stopped: ")?.strip_suffix(')')?.split_once('(')?;
        let limit = match name {
            "Steps" => RunLimit::Steps,
            "Tokens" => RunLimit::Tokens,
            "Seconds" => RunLimit::Seconds,
            _ => return None,
        };
        Some((limit, value.parse().ok()?))
    }
}

/// The newest runs of each agent, oldest first. `rows` are episodes of all kinds, oldest first.
fn runs(rows: &[EpisodeRow]) -> BTreeMap<&str, Vec<&EpisodeRow>> {
    let mut res: BTreeMap<&str, Vec<&EpisodeRow>> = BTreeMap::new();
    for row in rows.iter().filter(|it| it.kind == "agent") {
        res.entry(&row.what).or_default().push(row);
    }
    for runs in res.values_mut() {
        runs.drain(..runs.len().saturating_sub(RUNS_MAX));
    }
    res
}

/// Agents whose runs stop at the same limit again and again. `rows` are the oldest first.
pub fn short_limits(rows: &[EpisodeRow], agents: &[AgentNow]) -> Looked {
    let mut res = Looked::default();
    let mut n_runs = 0;
    for (name, runs) in runs(rows) {
        n_runs += runs.len();
        let Some(agent) = agents.iter().find(|it| it.name == name) else { continue };
        for (limit, before) in agent.limits {
            // Those that stopped at another number tell nothing of the one that is set now.
            let stopped = runs.iter().copied();
            let stopped: Vec<&EpisodeRow> = stopped
                .filter(|it| RunLimit::of_outcome(&it.outcome) == Some((limit, before)))
                .collect();
            let share = at_least(stopped.len(), runs.len());
            if stopped.len() < STOPPED_MIN || share < STOPPED_SHARE_MIN {
                continue;
            }
            let after = (2 * before).min(limit.most());
            if after <= before {
                res.notes.push(format!(
                    "`{name}` stopped {} times at {before} {}: no suggestion goes beyond {}",
                    stopped.len(),
                    limit.name(),
                    limit.most()
                ));
                continue;
            }
            res.suggestions.push(longer(name, (limit, before, after), &stopped, runs.len()));
        }
    }
    if res.suggestions.is_empty() {
        res.notes.push(format!(
            "{n_runs} runs of agents are noted; none stopped {STOPPED_MIN} times at the limit that \
             it has now, in at least a fifth of its newest {RUNS_MAX} runs"
        ));
    }
    res
}

fn longer(
    name: &str,
    (limit, before, after): (RunLimit, u64, u64),
    stopped: &[&EpisodeRow],
    n_runs: usize,
) -> Suggestion {
    let word = limit.name();
    Suggestion {
        level: Level::Code,
        rule: "limit",
        about: format!("limit {name} {word} {after}"),
        title: format!("Let `{name}` take {after} {word} instead of {before}"),
        seen: vec![
            Seen::of(format!("`{name}` stopped at {before} {word}"), stopped.iter().copied()),
            Seen { what: "of its newest runs".to_owned(), n: n_runs, when_ms: None },
        ],
        before: format!("{word}: {before}"),
        after: format!("{word}: {after}"),
        sure: format!(
            "{} of {n_runs} runs, with 95 % confidence at least {:.0} %; whether they end well \
             with more is not known",
            stopped.len(),
            100.0 * at_least(stopped.len(), n_runs)
        ),
        wish: Wish::Limit { agent: name.to_owned(), limit, before, after },
    }
}

/// Agents most of whose runs come to nothing. `rows` are the oldest first.
pub fn failing_agents(rows: &[EpisodeRow], agents: &[AgentNow]) -> Looked {
    let mut res = Looked::default();
    for (name, runs) in runs(rows) {
        let is_vain =
            |it: &&EpisodeRow| it.outcome != "done" && RunLimit::of_outcome(&it.outcome).is_none();
        let failed: Vec<&EpisodeRow> = runs.iter().copied().filter(is_vain).collect();
        let is_failing = FAILED_MIN <= failed.len()
            && FAILED_SHARE_MIN <= at_least(failed.len(), runs.len())
            && DAYS_MIN <= n_days(failed.iter().copied());
        let agent = agents.iter().find(|it| it.name == name && it.is_active);
        let Some(agent) = agent.filter(|_| is_failing) else { continue };
        let n_cancelled = failed.iter().filter(|it| it.outcome == "cancelled").count();
        let mut seen = vec![Seen::of(
            format!("runs of `{name}` that came to nothing"),
            failed.iter().copied(),
        )];
        seen.push(Seen { what: "cancelled, of those".to_owned(), n: n_cancelled, when_ms: None });
        seen.push(Seen { what: "of its newest runs".to_owned(), n: runs.len(), when_ms: None });
        let last = failed.iter().rev().find(|it| it.outcome != "cancelled");
        let last = last.map_or(String::new(), |it| format!("; the last said: {}", it.outcome));
        res.suggestions.push(Suggestion {
            level: Level::Code,
            rule: "failing",
            about: format!("failing {name}"),
            title: format!("Set `{name}` aside: most of its runs come to nothing"),
            seen,
            before: format!("`{name}` is active"),
            after: match agent.is_own {
                true => format!("`{name}` is suspended, and says why"),
                false => format!("`aios agent suspend {name}` sets it aside"),
            },
            sure: format!(
                "{} of {} runs, with 95 % confidence at least {:.0} %{last}",
                failed.len(),
                runs.len(),
                100.0 * at_least(failed.len(), runs.len())
            ),
            wish: match agent.is_own {
                true => Wish::Suspend(name.to_owned()),
                false => Wish::Told,
            },
        });
    }
    if res.suggestions.is_empty() {
        res.notes.push(format!(
            "no agent failed or was cancelled {FAILED_MIN} times on {DAYS_MIN} days and most of \
             the time"
        ));
    }
    res
}

/// An agent whose runs end in words again and again: other instructions may help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Troubled {
    /// The agent.
    pub agent: String,
    /// How its runs ended, the newest first.
    pub ends: Vec<String>,
    seen: Vec<Seen>,
    sure: String,
}

/// Agents whose runs refuse or fail often, for reasons that are told. `rows` are the oldest first.
pub fn troubled_agents(rows: &[EpisodeRow], agents: &[AgentNow]) -> Vec<Troubled> {
    let mut res = Vec::new();
    for (name, runs) in runs(rows) {
        let is_told = |it: &&EpisodeRow| {
            let is_silent = matches!(it.outcome.as_str(), "done" | "cancelled" | "");
            !is_silent && RunLimit::of_outcome(&it.outcome).is_none()
        };
        let told: Vec<&EpisodeRow> = runs.iter().copied().filter(is_told).collect();
        let share = at_least(told.len(), runs.len());
        let is_known = agents.iter().any(|it| it.name == name && it.is_active);
        if !is_known || told.len() < STOPPED_MIN || share < STOPPED_SHARE_MIN {
            continue;
        }
        res.push(Troubled {
            agent: name.to_owned(),
            ends: told.iter().rev().map(|it| it.outcome.clone()).collect(),
            seen: vec![
                Seen::of(format!("runs of `{name}` refused or failed"), told.iter().copied()),
                Seen { what: "of its newest runs".to_owned(), n: runs.len(), when_ms: None },
            ],
            sure: format!(
                "{} of {} runs, with 95 % confidence at least {:.0} %; whether other words mend \
                 that nobody has tried",
                told.len(),
                runs.len(),
                100.0 * share
            ),
        });
    }
    res
}

impl Troubled {
    /// What it is about, whoever writes the words.
    pub fn about(&self) -> String {
        format!("instructions {}", self.agent)
    }

    /// The suggestion to tell the agent `text` instead, which `model` wrote.
    pub fn suggestion(&self, text: &str, model: &str) -> Suggestion {
        Suggestion {
            level: Level::Code,
            rule: "instructions",
            about: self.about(),
            title: format!("Tell `{}` otherwise how to behave, as {model} wrote", self.agent),
            seen: self.seen.clone(),
            before: "its instructions".to_owned(),
            after: format!("{} bytes of other instructions; read them", text.len()),
            sure: self.sure.clone(),
            wish: Wish::Instructions { agent: self.agent.clone(), text: text.to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels::DAY_MS;

    /// Runs of `scout`, two a day, that ended so.
    fn runs_of(outcomes: &[&str]) -> Vec<EpisodeRow> {
        let row = |(nth, outcome): (usize, &&str)| EpisodeRow {
            kind: "agent".to_owned(),
            at_ms: nth as u64 * DAY_MS / 2,
            what: "scout".to_owned(),
            outcome: (*outcome).to_owned(),
            ..EpisodeRow::default()
        };
        outcomes.iter().enumerate().map(row).collect()
    }

    fn scout(steps: u64) -> AgentNow {
        AgentNow {
            name: "scout".to_owned(),
            limits: [
                (RunLimit::Steps, steps),
                (RunLimit::Tokens, 200_000),
                (RunLimit::Seconds, 600),
            ],
            is_own: true,
            is_active: true,
        }
    }

    fn wishes(looked: &Looked) -> Vec<Wish> {
        looked.suggestions.iter().map(|it| it.wish.clone()).collect()
    }

    #[test]
    fn an_agent_that_stops_at_one_limit_again_and_again_may_take_more() {
        let rows = runs_of(&["stopped: Steps(20)", "done"].repeat(6));
        let looked = short_limits(&rows, &[scout(20)]);
        let (agent, limit) = ("scout".to_owned(), RunLimit::Steps);
        assert_eq!(wishes(&looked), [Wish::Limit { agent, limit, before: 20, after: 40 }]);
        assert_eq!((looked.suggestions[0].seen[0].n, looked.suggestions[0].seen[1].n), (6, 12));
        // Once it was raised, what was seen before tells nothing more.
        assert!(short_limits(&rows, &[scout(40)]).suggestions.is_empty());
    }

    #[test]
    fn a_limit_is_raised_within_bounds_and_money_never() {
        let rows = runs_of(&["stopped: Steps(150)"; 9]);
        let looked = short_limits(&rows, &[scout(150)]);
        assert!(matches!(wishes(&looked)[..], [Wish::Limit { after: 200, .. }]));
        let looked = short_limits(&runs_of(&["stopped: Steps(200)"; 9]), &[scout(200)]);
        assert!(looked.suggestions.is_empty() && looked.notes[0].contains("goes beyond 200"));
        let looked = short_limits(&runs_of(&["stopped: CostMicros(500)"; 9]), &[scout(20)]);
        assert!(looked.suggestions.is_empty());
    }

    #[test]
    fn a_limit_that_is_seldom_reached_stays() {
        let outcomes = ["stopped: Steps(20)", "done", "done", "done", "done", "done"].repeat(3);
        let looked = short_limits(&runs_of(&outcomes), &[scout(20)]);
        assert!(looked.suggestions.is_empty() && looked.notes[0].contains("18 runs"), "{looked:?}");
    }

    #[test]
    fn an_agent_whose_runs_come_to_nothing_is_better_set_aside() {
        let rows = runs_of(&["no model is configured", "cancelled", "cancelled"].repeat(4));
        let looked = failing_agents(&rows, &[scout(20)]);
        assert_eq!(wishes(&looked), [Wish::Suspend("scout".to_owned())]);
        let seen: Vec<usize> = looked.suggestions[0].seen.iter().map(|it| it.n).collect();
        assert_eq!(seen, [12, 8, 12]);
        let inactive = AgentNow { is_active: false, ..scout(20) };
        assert!(failing_agents(&rows, &[inactive]).suggestions.is_empty());
        let built_in = AgentNow { is_own: false, ..scout(20) };
        assert_eq!(wishes(&failing_agents(&rows, &[built_in])), [Wish::Told]);
    }

    #[test]
    fn an_agent_that_fails_for_told_reasons_may_be_told_otherwise() {
        let rows = runs_of(&["it went in circles", "done"].repeat(6));
        let all = troubled_agents(&rows, &[scout(20)]);
        assert_eq!((all.len(), all[0].ends.len()), (1, 6));
        let suggestion = all[0].suggestion("Look twice.\n", "test");
        assert_eq!((suggestion.seen[0].n, suggestion.seen[1].n), (6, 12));
        assert_eq!(suggestion.about, "instructions scout");
        let quiet = runs_of(&["stopped: Steps(20)", "cancelled", "done"].repeat(6));
        assert!(troubled_agents(&quiet, &[scout(20)]).is_empty());
        assert!(troubled_agents(&rows, &[]).is_empty());
    }

    #[test]
    fn an_agent_that_does_well_half_of_the_time_stays() {
        let rows = runs_of(&["cancelled", "done"].repeat(10));
        assert!(failing_agents(&rows, &[scout(20)]).suggestions.is_empty());
        let mut rows = runs_of(&["cancelled"; 12]);
        rows.iter_mut().for_each(|it| it.at_ms = 1);
        assert!(failing_agents(&rows, &[scout(20)]).suggestions.is_empty(), "all on one day");
    }
}
