//! Messages between agents: both ends are checked, the envelope is recorded, the receiver's run is
//! a run as any other, and its answer is what the sender's call gives. How far and how often
//! messages go is bounded.

use agent::Call;
use proposal::AgentRunId;
use store::history::MessageRow;

use crate::{ReadError, Snapshot, agents::steps::StepContext};

/// Messages that lead from one to the next.
const HOPS_MAX: u32 = 4;
/// Messages that one run sends.
const OF_RUN_MAX: u32 = 10;
/// A longer message is refused.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

impl Snapshot {
    /// The newest messages between agents, newest first.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where the history cannot be read.
    pub fn agent_messages(&self, n_max: usize) -> Result<Vec<MessageRow>, ReadError> {
        Ok(self.journal_for_agents()?.messages().messages(self.agents_root(), n_max)?)
    }
}

/// The envelope of the message that `call` sends, recorded; or why it is not sent.
pub(crate) fn send(ctx: &StepContext, call: &Call) -> Result<MessageRow, String> {
    let argument = |name: &str| {
        let found = call.arguments.get(name).map(|it| it.trim()).filter(|it| !it.is_empty());
        found.ok_or_else(|| format!("the argument `{name}` is missing"))
    };
    let (to, message) = (argument("to")?, argument("message")?);
    if MESSAGE_BYTES_MAX < message.len() {
        return Err(format!("a message has {MESSAGE_BYTES_MAX} bytes at most"));
    }
    let (Some(def), Some(kept)) = (&ctx.def, &ctx.kept) else {
        return Err("only a run sends messages".to_owned());
    };
    let from = &def.name;
    if from == to {
        return Err(format!("agent `{from}` writes to itself"));
    }
    for end in [from.as_str(), to] {
        let status = ctx.edit.snapshot.agent(end).map_err(|it| it.to_string())?;
        if let Some(why) = status.blocked {
            return Err(why);
        }
    }
    let hops = ctx.hops + 1;
    if HOPS_MAX < hops {
        return Err(format!("not sent: {HOPS_MAX} messages led to this one already"));
    }
    let messages = ctx.edit.journal.messages();
    let n_sent = messages.n_messages_of(kept.id.as_str()).map_err(|it| it.to_string())?;
    if OF_RUN_MAX <= n_sent {
        return Err(format!("not sent: a run sends {OF_RUN_MAX} messages at most"));
    }
    let now_ms = ctx.edit.clock.wall_ms();
    let id = AgentRunId::new(now_ms, ctx.edit.random.next());
    let row = MessageRow {
        id: id.as_str().replacen("r-", "e-", 1),
        from: from.clone(),
        to: to.to_owned(),
        at_ms: now_ms,
        message: message.to_owned(),
        context: ctx.about.clone(),
        run: kept.id.to_string(),
        hops,
        answer: String::new(),
    };
    let root = ctx.edit.snapshot.agents_root();
    messages.add_message(root, &row).map_err(|it| it.to_string())?;
    Ok(row)
}

/// What the receiver is told.
pub(crate) fn told(row: &MessageRow) -> String {
    let MessageRow { from, message, context, .. } = row;
    format!("A message of the agent {from}:\n{message}\n\nIt is about this task:\n{context}")
}
