//! The commands about experiments with the server's own settings.

use std::collections::BTreeMap;

use engine::{EvolveRequest, RunRequest};
use evolve::Level;
use proposal::ProposalId;
use serde::Deserialize;
use serde_json::{Value, json};
use store::history::ExperimentRow;
use tower_lsp::jsonrpc::Result;

use super::execute_command::{parse, then};
use crate::{error, ext};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EvolveArgument {
    r#try: BTreeMap<String, Value>,
    level: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ExperimentArgument {
    experiment: Option<String>,
    keep: bool,
}

/// True where `command` is one of these.
pub(super) fn is_about_experiments(command: &str) -> bool {
    matches!(command, ext::EVOLVE | ext::SHOW_EXPERIMENT | ext::TAKE_BACK_EXPERIMENT)
}

/// What one of these commands asks for.
pub(super) fn request(command: &str, argument: Value) -> Result<RunRequest> {
    if command == ext::EVOLVE {
        return evolve(parse(argument, "try")?);
    }
    let ExperimentArgument { experiment, keep } = parse(argument, "experiment")?;
    match (command, experiment) {
        (ext::SHOW_EXPERIMENT, Some(experiment)) => Ok(RunRequest::ShowExperiment(experiment)),
        (ext::SHOW_EXPERIMENT, None) => {
            Err(error::failed("aios.showExperiment needs an experiment"))
        }
        (_, experiment) => Ok(RunRequest::TakeBackExperiment(experiment, then(keep))),
    }
}

/// An experiment with the server's own settings, or a look for suggestions at a level.
fn evolve(argument: EvolveArgument) -> Result<RunRequest> {
    let written = |it: Value| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
    let given = argument.r#try.into_iter().map(|(key, value)| (key, written(value)));
    let level = argument.level.map(|it| {
        let names = Level::ALL.map(Level::name).join(", ");
        let why = || error::failed(format!("aios.evolve: `{it}` is no level; there are {names}"));
        Level::parse(&it).ok_or_else(why)
    });
    let level = level.transpose()?;
    Ok(RunRequest::Evolve(EvolveRequest { given: given.collect(), until_s: None, level }))
}

/// What came of an experiment, for whoever waits for it.
pub(super) fn evolved_json(experiment: &ExperimentRow, proposal: &Option<ProposalId>) -> Value {
    json!({
        "outcome": "evolved",
        "experiment": experiment.id,
        "result": experiment.outcome,
        "proposal": proposal.as_ref().map(ProposalId::as_str),
        "message": evolve::summary(experiment),
    })
}
