//! Skills as runs: what they answer is shown, what they find is kept for the editor to mark, what
//! they change is proposed.

use std::sync::Arc;

use agent::{SkillId, SkillKind, SkillReply};
use proposal::{Draft, Proposal, Simulation, UndoScope};
use vfs::VfsPath;

use crate::{
    About, Area, HistoryDepth, Lane, Notice, NoticeLevel, Offer, Remember, RunId, RunOutcome,
    RunRequest, Snapshot, Then,
    edits::{
        EditDone,
        tasks::{EditContext, Ended, left_site, not_allowed},
    },
    skills::{SkillCall, Typed, places::BY_SKILL},
    state::GlobalState,
    task::{Task, TaskDone},
};

/// What comes back of a task.
pub(crate) enum SkillDone {
    /// A skill answered.
    Answered(RunId, RunOutcome),
    /// What was typed is understood; a model that was asked for that and did not say it is told.
    Understood(RunId, Result<Typed, String>, Then, Option<String>),
}

impl GlobalState {
    /// Does what was typed, once it is understood.
    pub(crate) fn typed(&mut self, run: RunId, text: String, at: Option<Area>, then: Then) {
        self.runs.keep_place(run, at.clone());
        let Some(cancel) = self.runs.get(run).map(|it| it.cancel.clone()) else { return };
        let snapshot = self.snapshot(Arc::default());
        let model = snapshot.model_for(&text);
        if let Some(model) = &model {
            self.begin_progress(run, &format!("Asking {} what is meant", model.model.id()));
        }
        let lost = Err("internal error, see the log".to_owned());
        self.outside.give(Task {
            // Whoever asks a model waits, and nothing else may wait for that.
            lane: if model.is_some() { Lane::Agents } else { Lane::Latency },
            name: "understand",
            on_panic: TaskDone::Skill(Box::new(SkillDone::Understood(run, lost, then, None))),
            work: Box::new(move || {
                let asked = model.map(|model| {
                    snapshot.understand_by(&model, (&text, at.as_ref()), &cancel.flag())
                });
                let (typed, failed) = match asked {
                    Some(Ok(typed)) => (Ok(typed), None),
                    _ if cancel.is_cancelled() => {
                        let ended = SkillDone::Answered(run, RunOutcome::Cancelled);
                        return TaskDone::Skill(Box::new(ended));
                    }
                    Some(Err(why)) => (snapshot.understand(&text, at.as_ref()), Some(why)),
                    None => (snapshot.understand(&text, at.as_ref()), None),
                };
                let typed = typed.map_err(|it| it.to_string());
                let failed = failed.map(|it| format!("{it}; the words alone were compared"));
                TaskDone::Skill(Box::new(SkillDone::Understood(run, typed, then, failed)))
            }),
        });
    }

    fn understood(&mut self, run: RunId, typed: Result<Typed, String>, then: Then) {
        match typed {
            Ok(Typed::Call(call)) => {
                self.typed_as(run, &call);
                self.skill_run(run, call, then);
            }
            Ok(Typed::Meant { call, understood }) => {
                self.typed_as(run, &call);
                self.runs.understood(run, understood);
                self.skill_run(run, call, then);
            }
            Ok(Typed::MeantAgent { mut task, understood }) => {
                self.tell_client(run, NoticeLevel::Info, understood.to_string());
                task.then = then;
                self.dispatch(run, RunRequest::RunAgent(task));
            }
            Ok(Typed::Agent(mut task)) => {
                task.then = then;
                self.dispatch(run, RunRequest::RunAgent(task));
            }
            Ok(Typed::Workflow(mut task)) => {
                task.then = then;
                self.dispatch(run, RunRequest::RunWorkflow(task));
            }
            Ok(Typed::Reply(reply)) => {
                let snapshot = self.snapshot(Arc::default());
                let markdown = snapshot.reply_markdown(&reply);
                let (reply, understood) = (Box::new(reply), None);
                let document = None;
                let outcome = RunOutcome::Replied { reply, markdown, understood, document };
                self.end_skill(run, outcome);
            }
            Err(why) => self.end_run(run, RunOutcome::Refused(why)),
        }
    }

    /// Starts what a skill does: a question on a thread of its own, a change after those that wait,
    /// an act as the run that it stands for.
    pub(crate) fn skill_run(&mut self, run: RunId, call: SkillCall, then: Then) {
        let skill = call.skill.skill();
        self.runs.keep_place(run, call.at.clone());
        if skill.kind == SkillKind::Act {
            match self.act(&call) {
                Ok(request) => self.dispatch(run, request),
                Err(why) => self.end_run(run, RunOutcome::Refused(why)),
            }
            return;
        }
        self.begin_progress(run, skill.title);
        if skill.kind == SkillKind::Change {
            self.queue_edit(run, RunRequest::Skill { call: Box::new(call), then });
        } else if skill.asks_history {
            self.runs.after_history(run, call);
            self.history_run(run, HistoryDepth::All);
        } else {
            self.skill_task(run, call);
        }
    }

    /// Asks the present moment.
    pub(crate) fn skill_task(&mut self, run: RunId, call: SkillCall) {
        let Some(cancel) = self.runs.get(run).map(|it| it.cancel.clone()) else { return };
        let mut snapshot = self.snapshot(cancel.flag());
        // It answers for the moment it began in, whatever is typed meanwhile.
        snapshot.analysis = snapshot.analysis.uncancelled().with_cancel(cancel.flag());
        let folder = self.document_folder(run);
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Work,
            name: "skill",
            on_panic: TaskDone::Skill(Box::new(SkillDone::Answered(run, lost))),
            work: Box::new(move || {
                let outcome = match snapshot.skill(&call) {
                    _ if cancel.is_cancelled() => RunOutcome::Cancelled,
                    Ok(reply) => replied(&snapshot, folder.as_ref(), call.skill, reply),
                    Err(why) => RunOutcome::Refused(why.to_string()),
                };
                TaskDone::Skill(Box::new(SkillDone::Answered(run, outcome)))
            }),
        });
    }

    /// Proposes what a skill would change.
    pub(crate) fn skill_change(&mut self, run: RunId, call: SkillCall, then: Then) {
        let folder = self.document_folder(run);
        self.edit_task(run, "skill", move |ctx| match ctx.snapshot.skill(&call) {
            _ if ctx.cancel.is_cancelled() => EditDone::Over(run, RunOutcome::Cancelled),
            Ok(SkillReply::Change { title, reason, change, left }) => {
                let left = left.iter().map(|it| left_site(ctx, it)).collect();
                let draft = Draft {
                    title,
                    reason,
                    origin: ctx.origin(call.skill.skill().name),
                    change,
                    left,
                    ..Draft::default()
                };
                EditDone::Proposed(run, then, propose(ctx, draft).map(Box::new))
            }
            Ok(reply) => {
                let outcome = replied(&ctx.snapshot, folder.as_ref(), call.skill, reply);
                EditDone::Over(run, outcome)
            }
            Err(why) => EditDone::Over(run, *not_allowed(why)),
        });
    }

    /// Takes in what a skill answered.
    pub(crate) fn skill_done(&mut self, done: SkillDone) {
        match done {
            SkillDone::Answered(run, outcome) => self.end_skill(run, outcome),
            SkillDone::Understood(run, typed, then, failed) => {
                if let Some(why) = failed {
                    self.tell_client(run, NoticeLevel::Warning, why);
                }
                self.understood(run, typed, then);
            }
        }
    }

    /// Tells whoever asked for a run.
    fn tell_client(&mut self, run: RunId, level: NoticeLevel, text: String) {
        if let Some(client) = self.runs.get(run).map(|it| it.client) {
            self.clients.tell(client, Notice::Message { level, text });
        }
    }

    fn end_skill(&mut self, run: RunId, mut outcome: RunOutcome) {
        if let RunOutcome::Replied { understood, .. } = &mut outcome {
            *understood = self.runs.take_understood(run);
        }
        self.show_reply(run, &outcome);
        self.end_run(run, outcome);
    }

    /// Has the client open the report, and marks what was found.
    pub(crate) fn show_reply(&mut self, run: RunId, outcome: &RunOutcome) {
        let RunOutcome::Replied { reply, document, .. } = outcome else { return };
        match &**reply {
            SkillReply::Findings { findings, .. } => {
                self.found = self.snapshot(Arc::default()).as_found(BY_SKILL, findings);
                self.clients.tell_all(&Notice::Refresh);
            }
            SkillReply::Choices { question, choices } => {
                let at = self.runs.take_place(run);
                let offers = choices.iter().map(|it| Offer {
                    title: format!("{}: {}", it.title, it.command),
                    request: RunRequest::Do {
                        text: it.command.clone(),
                        at: at.clone(),
                        then: Then::Follow,
                    },
                });
                let notice = Notice::Offer { text: question.clone(), offers: offers.collect() };
                if let Some(client) = self.runs.get(run).map(|it| it.client) {
                    self.clients.tell(client, notice);
                }
            }
            _ => {}
        }
        if let (Some(path), Some(client)) = (document, self.runs.get(run).map(|it| it.client)) {
            self.clients.tell(client, Notice::ShowDocument { path: path.clone() });
        }
    }

    /// Forgets what was found: nothing is marked any more.
    pub(crate) fn clear_findings(&mut self, run: RunId) {
        let n = self.found.len();
        self.found = Arc::default();
        self.clients.tell_all(&Notice::Refresh);
        self.end_run(run, RunOutcome::Done(format!("{n} findings are not shown any more")));
    }

    /// Where reports for the client of a run lie; `None` where it cannot show them.
    fn document_folder(&self, run: RunId) -> Option<VfsPath> {
        let can_show = self.run_abilities(run).can_show();
        self.outside.proposals_folder.clone().filter(|_| can_show)
    }

    /// The run that an act stands for.
    fn act(&mut self, call: &SkillCall) -> Result<RunRequest, String> {
        let scope = UndoScope::Transaction;
        Ok(match call.skill {
            SkillId::Undo => RunRequest::Undo { transaction: None, scope },
            SkillId::Redo => RunRequest::Redo { transaction: None, scope },
            SkillId::Verify => RunRequest::Verify(None),
            SkillId::Remember => {
                let text = call.arguments.get("text").unwrap_or_default().to_owned();
                let snapshot = self.snapshot(Arc::default());
                let place = call.at.as_ref().and_then(|it| snapshot.symbol_place(it));
                let about = place.into_iter().map(About::Symbol).collect();
                RunRequest::Remember(Box::new(Remember { text, about, ..Remember::default() }))
            }
            other => return Err(format!("/{} is no act", other.skill().name)),
        })
    }
}

fn propose(ctx: &EditContext, draft: Draft) -> Result<(Proposal, Simulation), Ended> {
    if draft.change.edits.is_empty() && draft.change.operations.is_empty() {
        return Err(not_allowed("there is nothing to change"));
    }
    ctx.propose(draft)
}

/// The end of a run that answers: its text, and where a client can show one, a document that holds
/// it.
pub(crate) fn replied(
    snapshot: &Snapshot,
    folder: Option<&VfsPath>,
    skill: SkillId,
    reply: SkillReply,
) -> RunOutcome {
    let markdown = snapshot.reply_markdown(&reply);
    let is_read = matches!(reply, SkillReply::Report { .. } | SkillReply::Findings { .. });
    let path = folder.filter(|_| is_read).map(|it| {
        let name = skill.skill().name;
        it.join(&format!("{name}.md"))
    });
    if let Some(path) = &path
        && let Err(error) = disk::write_document(path, &markdown)
    {
        return RunOutcome::Failed(error.to_string());
    }
    let reply = Box::new(reply);
    RunOutcome::Replied { reply, markdown, understood: None, document: path }
}
