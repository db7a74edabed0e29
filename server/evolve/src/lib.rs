//! Evolution with proof: what the repository's own past says of how well its code is found, and
//! whether other settings find it better. Decides nothing of the user's: what comes out is a table.

mod compare;
mod corpus;
mod evidence;
mod evolution;
mod guard;
mod lessons;
mod levels;
mod lineage;
mod random;
mod refuse;
mod replay;
mod report;
mod search;
mod trial;
mod vocabulary;
mod watch;

pub use crate::{
    compare::{Apart, Comparison, compare},
    corpus::{Corpus, CorpusError, Model},
    evidence::{Evidence, EvidenceConfig, FunctionName, Task},
    evolution::{Evolution, EvolutionConfig, EvolutionStep, Evolved},
    guard::Guard,
    levels::{
        AgentNow, Indexed, Level, Looked, NUMBERS, RunLimit, Seen, Standing, Suggestion, Troubled,
        Wish, cycles, failing_agents, longer_lists, misplaced, noisy_files, routines, short_limits,
        suggestion_report, suggestion_summary, troubled_agents, unanswered,
    },
    lineage::{Accepted, TAKEN_BACK, TakenBack, accepted_variant, without},
    random::Seeded,
    refuse::{
        OFTEN_KEY, WORDS_ANEW_KEY, WORDS_KEY, admitted, admitted_file, declared, in_force,
        parameters, shipped,
    },
    replay::{Found, Replay, Score},
    report::{LEARNED_ANEW, measured, report, summary, tasks_row, worse_in_use},
    search::{Candidate, FoundBy, Parameter, Percents, Search, SearchConfig},
    trial::{Arena, Attempt, LOOKS_MAX, Next, Ruling, Trial, TrialConfig, weights_of},
    vocabulary::{Spot, StandsFor, VOCABULARY_FILE, Vocabulary, Word, Wrong},
    watch::{InUse, WORSE_CHANCE_MAX, in_use},
};
