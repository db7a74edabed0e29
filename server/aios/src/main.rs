//! The `aios` program: reads the command line, starts log and engine, and ends with the right code.

mod args;
mod commands;
mod cost;
mod exit;
mod keys;
mod log;
mod output;
mod programs;
mod root;
mod schema;
mod serve;
mod session;
mod user;
mod when;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser as _;
use engine::ReadError;
use serde_json::json;
use vfs::VfsPath;

use crate::{
    args::{Cli, Command, SchemaOf, SettingsArgs},
    commands::{
        agent, ask,
        change::{self, Afterwards},
        check, context, describe, episodes, evolve, history, index, journal, memory, models, own,
        patterns, questions, refactor, reverse, run as agent_run, search, setup, skill, state,
        tour, verify, workflow,
    },
    exit::{Exit, FAILED},
    output::Output,
};

fn main() -> ExitCode {
    // What is no text is no argument of ours, which the command line says below.
    let args: Result<Vec<String>, _> =
        std::env::args_os().skip(1).map(OsString::into_string).collect();
    if let Some(code) = args.ok().and_then(|it| sandbox::inside(&it).or(programs::keep(&it))) {
        return code;
    }
    let cli = Cli::parse();
    if let Command::Lsp(_) = cli.command {
        return serve::run(&cli.shared);
    }
    let output = Output::new(cli.shared.json);
    let res = run(&cli, output);
    match res.or_else(|error| Ok(output.refuse(refusal(error)?)?)) {
        Ok(exit) => exit.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            session::tell(&format!("aios: {error:#}"));
            if output.is_json() {
                let object = || json!({"outcome": "failed", "message": format!("{error:#}")});
                // Standard output may be what failed; the exit code tells it then.
                let _ = output.line(object, String::new);
            }
            ExitCode::from(FAILED)
        }
    }
}

fn run(cli: &Cli, output: Output) -> anyhow::Result<Exit> {
    let asked = match &cli.command {
        Command::Index(args) => args.folder.as_deref().or(cli.shared.root.as_deref()),
        _ => cli.shared.root.as_deref(),
    };
    let root = root::workspace(asked)?;
    let state = VfsPath::from_path(&root).and_then(|it| session::state_dir(&it));
    let (layers, errors) = user::settings();
    errors.iter().for_each(|it| session::tell(&format!("aios: {it}")));
    let levels = log::Levels::new(layers.settings().log_level, cli.shared.verbose);
    log::start(state.as_deref(), levels, None)?;
    match &cli.command {
        Command::Lsp(_) => unreachable!("answered by `main` before the log is started"),
        Command::Tour => tour::run(&root, output),
        Command::Index(_) => index::run(&root, output),
        Command::Search(args) => search::run(&root, args, output),
        Command::Symbols(args) => ask::symbols(&root, &args.target, args.limit.into(), output),
        Command::Refs(args) => ask::refs(&root, &args.symbol, output),
        Command::Callers(args) => questions::callers(&root, args, output),
        Command::Callees(args) => questions::callees(&root, args, output),
        Command::Impact(args) => questions::impact(&root, args, output),
        Command::Tests(args) => questions::tests(&root, args, output),
        Command::Path(args) => questions::path(&root, args, output),
        Command::Cycles(args) => questions::cycles(&root, args, output),
        Command::DeadCode(args) => questions::dead_code(&root, args, output),
        Command::Check(args) => check::run(&root, args, output),
        Command::Graph(args) => questions::graph(&root, args, output),
        Command::Git(args) => history::run(&root, args, output),
        Command::Context(args) => context::run(&root, args, output),
        Command::Models(args) => models::run(args.check.as_deref(), output),
        Command::Do(args) => skill::run(&root, args, output),
        Command::Patterns(args) => patterns::run(&root, args, output),
        Command::Remember(args) => memory::remember(&root, args, output),
        Command::Recall(args) => memory::recall(&root, args, output),
        Command::Forget(args) => memory::forget(&root, args, output),
        Command::Rename(args) => {
            let names = (args.symbol.as_str(), args.new_name.as_str());
            change::rename(&root, names, afterwards(args.apply), output)
        }
        Command::Refactor(args) => {
            refactor::refactor(&root, &args.kind, afterwards(args.apply), output)
        }
        Command::Setup(args) => setup::run(args, output),
        Command::Rewrite(args) => refactor::rewrite(&root, args, output),
        Command::Propose(args) => own::propose(&root, args, output),
        Command::Run(args) => agent_run::run(&root, args, output),
        Command::Ask(args) => agent_run::ask(&root, &args.question.join(" "), output),
        Command::Runs(args) => agent_run::runs(&root, args, output),
        Command::Workflow(args) => workflow::run(&root, &args.command, output),
        Command::Agent(args) => agent::run(&root, &args.command, output),
        Command::Trust(args) => own::trust(&root, args.yes, output),
        Command::Verify(args) => verify::verify(&root, args.id.as_deref(), output),
        Command::Untrust => own::untrust(&root, output),
        Command::Evolve(args) => evolve::run(&root, &args.what, output),
        Command::Settings(SettingsArgs { schema: Some(of), .. }) => print_schema(*of, output),
        Command::Settings(args) => change::settings(&root, afterwards(args.apply), output),
        Command::Proposals => change::proposals(&root, output),
        Command::Show(args) => change::show(&root, args.id.as_deref(), output),
        Command::Apply(args) => change::apply(&root, args, output),
        Command::Reject(args) => change::reject(&root, args.id.as_deref(), output),
        Command::Undo(args) => reverse::run(&root, args, true, output),
        Command::Redo(args) => reverse::run(&root, args, false, output),
        Command::History(args) => journal::history(&root, args, output),
        Command::Recover => journal::recover(&root, output),
        Command::Episodes(args) => episodes::run(&root, args, output),
        Command::Describe => describe::run(&root, output),
        Command::Status(args) => state::status(&root, args.skipped, output),
        Command::Doctor => state::doctor(&root, output),
    }
}

fn print_schema(of: SchemaOf, output: Output) -> anyhow::Result<Exit> {
    let schema = schema::of(of);
    output.line(|| schema.clone(), || format!("{schema:#}"))?;
    Ok(Exit::Done)
}

fn afterwards(apply: bool) -> Afterwards {
    if apply { Afterwards::Apply } else { Afterwards::Show }
}

/// What was refused or is not there, as against what failed.
fn refusal(error: anyhow::Error) -> anyhow::Result<ReadError> {
    match error.downcast::<ReadError>()? {
        it @ (ReadError::NoFile(_) | ReadError::NoPosition(_) | ReadError::Refused(_)) => Ok(it),
        failed => Err(failed.into()),
    }
}

/// True where whoever read our output has seen enough, as `| head` does.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|it| it.kind() == std::io::ErrorKind::BrokenPipe)
}
