//! What was done here, and what a crash left: `history`, `recover`.

use std::path::Path;

use engine::{LoadGraph, Recovery, RunOutcome, RunRequest};
use proposal::{Selection, Transaction, TransactionFile, visible_line};
use serde_json::{Value, json};
use vfs::VfsPath;

use crate::{
    args::HistoryArgs,
    commands::change::{ended, journal},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
    when::{self, Way},
};

/// `aios history`.
pub(crate) fn history(root: &Path, args: &HistoryArgs, output: Output) -> anyhow::Result<Exit> {
    let session = Session::start(root, LoadGraph::Never)?;
    let at = |it: &Option<String>| it.as_deref().map(since_ms).transpose();
    let path = args.file.as_deref().map(|it| session.root.join(it.trim_start_matches("./")));
    let selection = Selection {
        since_ms: at(&args.since)?,
        until_ms: at(&args.until)?,
        caller: args.by.clone(),
        path,
    };
    let n_max = usize::from(args.limit);
    let listed = session
        .ask("history", move |snapshot| Ok(journal(snapshot)?.selected(&selection, n_max)?))?;
    if listed.is_empty() {
        return Ok(output.refuse("no change fits")?);
    }
    for transaction in &listed {
        let root = session.root.clone();
        output.line(|| transaction_json(transaction), || text(transaction, &root, output))?;
    }
    Ok(Exit::Done)
}

/// The moment that `written` means, in milliseconds since 1970.
pub(crate) fn since_ms(written: &str) -> anyhow::Result<u64> {
    let moment = when::moment(written, Way::Back)?.as_millisecond();
    Ok(u64::try_from(moment).unwrap_or_default())
}

fn text(transaction: &Transaction, root: &VfsPath, output: Output) -> String {
    let standing = format!("{:<10}", transaction.standing());
    let who = format!("by {}", transaction.caller);
    let mut res = format!(
        "{}  {}  {}  {}  {}",
        output.paint(Paint::Name, &transaction.id),
        when::minute(transaction.started_ms),
        output.paint(Paint::Place, standing),
        visible_line(&transaction.title),
        output.paint(Paint::Faint, who),
    );
    for file in &transaction.files {
        let path = file.path.relative_to(root).unwrap_or(file.path.as_str());
        let standing = output.paint(Paint::Faint, file.standing_text());
        res.push_str(&format!("\n    {}  {standing}", visible_line(path)));
    }
    res
}

fn transaction_json(transaction: &Transaction) -> Value {
    let file = |it: &TransactionFile| {
        let off: Vec<u32> = it.hunks_off.iter().map(|it| it + 1).collect();
        json!({ "path": it.path.as_str(), "standing": it.standing.name(), "hunks_off": off })
    };
    json!({
        "id": transaction.id.as_str(),
        "proposal": transaction.proposal.as_str(),
        "kind": transaction.kind.name(),
        "root": transaction.root.as_str(),
        "title": transaction.title,
        "caller": transaction.caller,
        "action": transaction.action,
        "started_ms": transaction.started_ms,
        "state": transaction.state.name(),
        "standing": transaction.standing(),
        "files": transaction.files.iter().map(file).collect::<Vec<Value>>(),
    })
}

/// `aios recover`.
pub(crate) fn recover(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::start(root, LoadGraph::Never)?;
    let outcome = session.run(RunRequest::Recover)?;
    let RunOutcome::Recovered(recovery) = outcome else {
        return ended(&session, &outcome, output);
    };
    output.line(|| recovery_json(&recovery), || recovery_text(&recovery))?;
    Ok(if recovery.troubles.is_empty() { Exit::Done } else { Exit::Refused })
}

fn recovery_text(recovery: &Recovery) -> String {
    let mut lines = Vec::new();
    for it in &recovery.writes {
        let how = match (it.is_done, &it.damaged) {
            (_, Some(_)) => "left a damaged record",
            (true, None) => "was done, and is tidied up: all files are new",
            (false, None) => "was taken back: all files are old",
        };
        lines.push(format!("the write `{}` {how}", it.name));
    }
    for (transaction, proposal, state) in &recovery.transactions {
        lines.push(format!("{transaction}: {proposal} is {}", state.name()));
    }
    if recovery.forgotten.proposals != 0 {
        let n = recovery.forgotten.transactions;
        lines.push(format!("the journal reached its limits: the {n} oldest changes went"));
    }
    lines.extend(recovery.troubles.iter().cloned());
    if lines.is_empty() {
        lines.push(recovery.describe());
    }
    lines.join("\n")
}

fn recovery_json(recovery: &Recovery) -> Value {
    let writes = recovery.writes.iter().map(|it| {
        let foreign = it.foreign.iter().map(VfsPath::as_str);
        json!({ "name": it.name, "done": it.is_done, "foreign": foreign.collect::<Vec<&str>>() })
    });
    let transactions = recovery.transactions.iter().map(|(transaction, proposal, state)| {
        let (transaction, proposal) = (transaction.as_str(), proposal.as_str());
        json!({ "transaction": transaction, "proposal": proposal, "state": state.name() })
    });
    json!({
        "writes": writes.collect::<Vec<Value>>(),
        "transactions": transactions.collect::<Vec<Value>>(),
        "forgotten": recovery.forgotten.transactions,
        "troubles": recovery.troubles,
    })
}
