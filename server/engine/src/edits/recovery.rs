//! What a killed server left: ended at the start, and whenever somebody asks.

use disk::Transactions;
use proposal::{Finished, Forgotten, ProposalId, Retention};
use vfs::VfsPath;

use crate::{
    Lane, NoticeLevel, Recovery, RunId, RunOutcome,
    edits::{EditDone, tasks::EditContext},
    state::GlobalState,
    task::{Task, TaskDone},
};

/// Transactions whose files are watched for an editor's undo.
const TRANSACTIONS_WATCHED: usize = 50;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// How far the recovery is.
#[derive(Default)]
pub(crate) struct Recovering {
    /// True from the start on.
    has_begun: bool,
    is_under_way: bool,
    /// Runs that wait for its end.
    asked: Vec<RunId>,
    /// What was done and nobody asked for yet.
    untold: Recovery,
}

impl GlobalState {
    /// Ends what a killed server left begun. Once, when the folders are known.
    pub(crate) fn recover_journal(&mut self) {
        if !std::mem::replace(&mut self.proposals.recovering.has_begun, true) {
            self.recover();
            if let Some(ctx) = self.edit_context() {
                self.look_for_interrupted(ctx);
            }
        }
    }

    /// The same because somebody asks. What was done at the start is told again.
    pub(crate) fn recover_run(&mut self, run: RunId) {
        if self.outside.journal.is_none() {
            let why = "without a history nothing can be recovered".to_owned();
            return self.end_run(run, RunOutcome::Failed(why));
        }
        self.proposals.recovering.asked.push(run);
        if !self.proposals.recovering.is_under_way {
            self.recover();
        }
    }

    fn recover(&mut self) {
        let transactions = self.outside.transactions(&self.files.roots);
        let settings = &self.configuration.settings;
        let retention = Retention {
            proposals_max: settings.journal_changes_max,
            blob_bytes_max: settings.journal_bytes_max,
            age_ms_max: settings.journal_days_max * DAY_MS,
        };
        let Some(ctx) = self.edit_context() else { return };
        self.proposals.recovering.is_under_way = true;
        self.outside.give(Task {
            lane: Lane::Work,
            name: "recover",
            on_panic: TaskDone::Edit(EditDone::Recovered(Box::default(), Vec::new())),
            work: Box::new(move || {
                let (recovery, touched) = recover(&ctx, transactions.as_ref(), &retention);
                TaskDone::Edit(EditDone::Recovered(Box::new(recovery), touched))
            }),
        });
    }

    /// Takes in what was recovered: everybody is told, and whoever asked.
    pub(crate) fn recovered(&mut self, recovery: Recovery, touched: Vec<VfsPath>) {
        self.proposals.touched.extend(touched);
        self.tell_recovery(&recovery);
        let recovering = &mut self.proposals.recovering;
        recovering.is_under_way = false;
        recovering.untold.add(recovery);
        let asked = std::mem::take(&mut recovering.asked);
        if asked.is_empty() {
            return;
        }
        let untold = std::mem::take(&mut recovering.untold);
        for run in asked {
            self.end_run(run, RunOutcome::Recovered(Box::new(untold.clone())));
        }
    }

    fn tell_recovery(&mut self, recovery: &Recovery) {
        for (_, proposal, state) in &recovery.transactions {
            let state = state.name();
            let text = format!(
                "a change that an earlier server began was measured: {proposal} is {state}"
            );
            self.tell_all(NoticeLevel::Info, text);
        }
        for rest in &recovery.rests {
            let text = format!(
                "what an earlier server made in part can be completed: the rest waits as {rest}"
            );
            self.tell_all(NoticeLevel::Info, text);
        }
        if let Some(text) = forgotten_text(&recovery.forgotten) {
            self.tell_all(NoticeLevel::Info, text);
        }
        for trouble in &recovery.troubles {
            self.tell_all(NoticeLevel::Error, trouble.clone());
        }
    }
}

impl Recovery {
    fn add(&mut self, later: Recovery) {
        self.writes.extend(later.writes);
        self.transactions.extend(later.transactions);
        self.rests.extend(later.rests);
        self.forgotten.proposals += later.forgotten.proposals;
        self.forgotten.transactions += later.forgotten.transactions;
        self.forgotten.blob_bytes += later.forgotten.blob_bytes;
        self.troubles.extend(later.troubles);
    }

    /// What was found, in a few words.
    pub fn describe(&self) -> String {
        match (self.writes.len(), self.transactions.len(), self.troubles.len()) {
            (0, 0, 0) => "nothing was interrupted".to_owned(),
            (writes, transactions, 0) => {
                format!("{writes} interrupted writes ended, {transactions} changes measured")
            }
            (.., troubles) => format!("{troubles} troubles: {}", self.troubles.join("; ")),
        }
    }
}

/// What the user has to know of what the journal let go.
pub(crate) fn forgotten_text(gone: &Forgotten) -> Option<String> {
    (gone.proposals != 0).then(|| {
        format!(
            "the journal reached its limits (`journal.*`): the {} oldest changes cannot be taken \
             back any more, {} bytes were freed",
            gone.transactions, gone.blob_bytes
        )
    })
}

/// First the files, then the journal's word on them.
fn recover(
    ctx: &EditContext,
    transactions: Option<&Transactions>,
    retention: &Retention,
) -> (Recovery, Vec<VfsPath>) {
    let mut res = Recovery::default();
    if let Some(transactions) = transactions {
        recover_writes(&mut res, transactions);
    }
    let now_ms = ctx.clock.wall_ms();
    match ctx.journal.recover(now_ms, &|path| ctx.present(path)) {
        Ok(finished) => {
            for it in finished {
                match rest(ctx, &it) {
                    Ok(rest) => res.rests.extend(rest),
                    // What waits no more, or was changed since, is nothing to complete.
                    Err(why) => tracing::info!(why, "the rest of a change is not proposed"),
                }
                let state = it.measured.outcome.state_recovered();
                res.transactions.push((it.transaction, it.proposal, state));
            }
        }
        Err(error) => res.troubles.push(error.to_string()),
    }
    match ctx.journal.forget(retention, now_ms) {
        Ok(gone) => res.forgotten = gone,
        Err(error) => res.troubles.push(error.to_string()),
    }
    let recent = ctx.journal.transactions(TRANSACTIONS_WATCHED).unwrap_or_default();
    let touched = recent.into_iter().flat_map(|it| it.files).map(|it| it.path).collect();
    (res, touched)
}

/// Records a proposal of what is missing of a transaction that a killed server left.
fn rest(ctx: &EditContext, finished: &Finished) -> Result<Option<ProposalId>, String> {
    let made = ctx.proposing(|it| ctx.journal.rest_after_kill(finished, it));
    let Some((proposal, _)) = made.map_err(|it| it.to_string())? else { return Ok(None) };
    ctx.journal.record(&proposal).map_err(|it| it.to_string())?;
    Ok(Some(proposal.id))
}

fn recover_writes(acc: &mut Recovery, transactions: &Transactions) {
    let recovered = match transactions.recover() {
        Ok(recovered) => recovered,
        Err(error) => return acc.troubles.push(error.to_string()),
    };
    for it in &recovered {
        tracing::info!(name = it.name, is_done = it.is_done, "an interrupted write ended");
        let damaged = it.damaged.iter().map(|record| {
            let record = record.display();
            format!(
                "a write was interrupted and its record damaged: the record is now {record}; \
                 files it was about to change may hold old or new text, and where a \
                 `.aios-{}-*.old` stands beside one, that is its old text",
                it.name
            )
        });
        acc.troubles.extend(damaged);
        let foreign = it.foreign.iter().map(|path| {
            format!("{path}: written by somebody after a change was interrupted; left as it is")
        });
        acc.troubles.extend(foreign);
    }
    acc.writes = recovered;
}
