//! What aios adds to the protocol: its own methods and its commands. Described in `README.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tower_lsp::gen_lsp_types::{
    LspNotificationMethod, MessageDirection, Notification, TextDocumentIdentifier,
};

/// Request `aios/documentText`: the server's own text of a document, for whoever doubts that client
/// and server hold the same. `null` for what is neither open nor readable.
pub const DOCUMENT_TEXT: &str = "aios/documentText";

/// The parameters of [`DOCUMENT_TEXT`].
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentTextParams {
    /// The document.
    pub text_document: TextDocumentIdentifier,
}

/// The answer to [`DOCUMENT_TEXT`].
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentText {
    /// The text, of the buffer where the document is open.
    pub text: String,
    /// The version of the open document; absent for a closed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
}

/// Notification `aios/serverStatus`, sent to clients that declare
/// `experimental.serverStatusNotification`, whenever something in it changed, and answered by the
/// command `aios.status`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerStatus {
    /// `ok`, `warning` or `error`.
    pub health: String,
    /// True where nothing is waiting to be indexed.
    pub quiescent: bool,
    /// For people; absent where all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The number of changes that were applied.
    pub revision: u64,
    /// Files of the workspace.
    pub files: usize,
    /// Files whose facts are known.
    pub indexed: usize,
    /// Files that were passed over.
    pub skipped: usize,
    /// True where another server holds the cache.
    pub read_only: bool,
}

/// See [`ServerStatus`].
pub(crate) enum ServerStatusNotification {}

impl Notification for ServerStatusNotification {
    type Params = ServerStatus;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::new("aios/serverStatus");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// Notification `aios/otherServers`, client to server: which requests other servers of the same
/// editor answer, by language. Sent whenever that changes; each one takes the place of the one
/// before. Under `aios.navigation = auto` these requests are answered with `null`, and findings
/// that a language's own server has as well are not told.
pub const OTHER_SERVERS: &str = "aios/otherServers";

/// The parameters of [`OTHER_SERVERS`].
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherServersParams {
    /// The protocol's names of the requests that others answer (`textDocument/hover`), by the
    /// client's name of a language (`rust`, `typescriptreact`): the `languageId` of `didOpen`.
    #[serde(default)]
    pub languages: BTreeMap<String, Vec<String>>,
}

/// Notification `aios/review`, sent to clients that declare `experimental.aios.review` instead of
/// a preview: the client shows the proposal by `aios.review` and answers with `aios.applyProposal`
/// or `aios.rejectProposal`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReviewParams {
    /// The proposal's id.
    pub proposal: String,
}

/// See [`ReviewParams`].
pub(crate) enum ReviewNotification {}

impl Notification for ReviewNotification {
    type Params = ReviewParams;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::new("aios/review");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// Notification `aios/save`, sent to clients that declare `experimental.aios.save`, where
/// `aios.changes.save` is `save`: a change was made in documents that are open, and they are to be
/// saved. A document that has other unsaved edits is saved with them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct SaveParams {
    /// The documents.
    pub uris: Vec<String>,
}

/// See [`SaveParams`].
pub(crate) enum SaveNotification {}

impl Notification for SaveNotification {
    type Params = SaveParams;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::new("aios/save");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// Notification `aios/documentChanged`, sent to clients that declare
/// `experimental.aios.liveDocuments`: a document that the server had the client show, as that of an
/// agent's run while its model speaks, was written anew. The client reads it from the disk again,
/// unless the user has written in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct DocumentChangedParams {
    /// The document.
    pub uri: String,
}

/// See [`DocumentChangedParams`].
pub(crate) enum DocumentChangedNotification {}

impl Notification for DocumentChangedNotification {
    type Params = DocumentChangedParams;
    const METHOD: LspNotificationMethod<'static> =
        LspNotificationMethod::new("aios/documentChanged");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// A command of `workspace/executeCommand`. Every one can be called without arguments, as the
/// oldest editors do; it then says what is missing or takes the most natural choice.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// The fields of its one argument, an object; those with `?` may be missing.
    pub arguments: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// Every command.
pub const COMMANDS: &[Command] = &[
    Command {
        name: RENAME_SYMBOL,
        arguments: "newName, textDocument? with position?, symbol?, keep?",
        doc: "Proposes to rename a symbol everywhere it is certain to be meant.",
    },
    Command {
        name: REFACTOR,
        arguments: "refactor, textDocument? with range?, symbol?, name?, keep?",
        doc: "Proposes a change of code that leaves what it does: `refactor` is `extractVariable`, \
              `extractFunction`, `inlineVariable`, `inlineFunction`, `organizeImports`, \
              `addImport` (`name` is the module), `moveSymbol` (`name` is the file) or \
              `safeDelete`.",
    },
    Command {
        name: MOVE_FILE,
        arguments: "from, to, keep?",
        doc: "Proposes to move a file or folder with the imports of all who use it.",
    },
    Command {
        name: REWRITE,
        arguments: "pattern, replacement, language, path?, keep?",
        doc: "Proposes to rewrite every match of a pattern of code: `$A` stands for one part, \
              `$$$A` for any number.",
    },
    Command {
        name: CREATE_SETTINGS,
        arguments: "root?, keep?",
        doc: "Proposes to create `.aios/config.toml` in the workspace.",
    },
    Command {
        name: APPLY_PROPOSAL,
        arguments: "proposal?, parts?, reject?",
        doc: "Applies a pending proposal; without argument the only one there is. With `parts`, \
              the ids that `aios.review` gives, only those; the others go on waiting as a proposal \
              of their own, but for those in `reject`.",
    },
    Command {
        name: REJECT_PROPOSAL,
        arguments: "proposal?",
        doc: "Rejects a pending proposal; without argument the only one there is.",
    },
    Command {
        name: SHOW_PROPOSAL,
        arguments: "proposal?",
        doc: "Opens the diff document of a proposal that waits, with its code actions; without \
              argument of the only one there is.",
    },
    Command {
        name: REVIEW,
        arguments: "proposal?",
        doc: "Answers a proposal as files and parts, for a client that has it reviewed itself: \
              `{proposal, title, reason, state, risk, riskReasons, files: [{uri, newUri, path, \
              kind, version, secret, parts: [{id, kind, reasons, old: {start, lines}, new: {start, \
              lines}, oldText, newText}]}], left}`; lines count from 0.",
    },
    Command {
        name: UNDO,
        arguments: "transaction?, parts?, since?, by?",
        doc: "Takes a transaction back; without argument the last one. With `parts` only those \
              files and hunks; with `since` (milliseconds since 1970) or `by` (an identity) all \
              changes that fit.",
    },
    Command {
        name: REDO,
        arguments: "transaction?, parts?, since?, by?",
        doc: "Brings back what was undone; without argument the last undo. The rest as for \
              `aios.undo`.",
    },
    Command {
        name: PROPOSALS,
        arguments: "",
        doc: "Answers the proposals that wait, newest first: `[{proposal, title, reason, caller, \
              risk, createdMs, files}]`, files by URI.",
    },
    Command {
        name: JOURNAL,
        arguments: "by?, since?, limit?",
        doc: "Answers the changes that were made, newest first: `[{transaction, proposal, kind, \
              title, caller, action, startedMs, state, standing, stands, files: [{uri, standing, \
              stands, off}]}]`; `off` are the hunks that are taken back while the rest stands, \
              with the ids that `aios.review` gives.",
    },
    Command {
        name: SHOW_HISTORY,
        arguments: "since?, by?",
        doc: "Opens a document that lists the changes, with code actions to take them back.",
    },
    Command {
        name: EVOLVE,
        arguments: "try?, level?",
        doc: "Looks for settings that find the code better, with proof from the repository's own \
              history, and proposes them; `try` (`{setting: percent}`) is ruled on first. With \
              `level` (`configuration`, `code`, `structure`, `capability`) it looks through what \
              was done for something to suggest. Answers \
              `{outcome: \"evolved\", experiment, result, proposal, message}` with `wait`.",
    },
    Command {
        name: SHOW_EXPERIMENT,
        arguments: "experiment",
        doc: "Opens the document of an experiment: what was tried, on what, and how sure it is.",
    },
    Command {
        name: TAKE_BACK_EXPERIMENT,
        arguments: "experiment?, keep?",
        doc: "Proposes to take back what an experiment set, whatever was built on it since; \
              without argument the newest that is in force.",
    },
    Command {
        name: SEARCH,
        arguments: "query, limit?, kinds?, language?, path?, similarTo?, since?, neighbours?",
        doc: "Searches the workspace, or finds code like what stands at `similarTo` (`{uri, \
              position}`); answers `{hits: [{location, path, symbol, kind, score, relevance, \
              why}], retrievers, absent, lagging, unembedded}`. `relevance` is 0 to 1. With \
              `since` (milliseconds since 1970) only in files that changed since; with \
              `neighbours` each hit carries `{container, callers, callees, tests}`, lists of \
              `{name, location}`.",
    },
    Command {
        name: SHOW_HITS,
        arguments: "query?, askedAt?, similarTo?",
        doc: "Opens a document that lists what a search finds, as `aios.search`, but for the \
              place `askedAt` where the question stands; from each line of it, *go to \
              definition* leads to the code.",
    },
    Command {
        name: CALLERS,
        arguments: "textDocument with position, or symbol; limit?",
        doc: "Who calls a symbol.",
    },
    Command {
        name: CALLEES,
        arguments: "textDocument with position, or symbol; limit?",
        doc: "Whom a symbol calls.",
    },
    Command {
        name: IMPACT,
        arguments: "textDocument with position, or symbol; depth?, limit?",
        doc: "Everything that depends on a symbol, directly and through others, with the tests \
              among it.",
    },
    Command {
        name: TESTS,
        arguments: "textDocument with position, or symbol; depth?, limit?",
        doc: "The tests that reach a symbol, each with the nearest way.",
    },
    Command {
        name: PATH,
        arguments: "from, to: each textDocument with position, or symbol",
        doc: "The shortest way along dependencies from one symbol to another.",
    },
    Command {
        name: CYCLES,
        arguments: "of? (imports, calls), limit?",
        doc: "Modules that load each other, or functions that call each other.",
    },
    Command {
        name: DEAD_CODE,
        arguments: "exported?, limit?",
        doc: "Definitions that nothing alive reaches; with `exported` exported ones too.",
    },
    Command {
        name: EXPORT_GRAPH,
        arguments: "textDocument with position, or symbol, or nothing; format? (mermaid, dot), \
                    depth?, limit?",
        doc: "What is around a symbol, or without one the modules, as a diagram: `{text}`.",
    },
    Command {
        name: READ_HISTORY,
        arguments: "",
        doc: "Reads what was committed since the last time; until then answers about the past know \
              nothing of it.",
    },
    Command {
        name: HISTORY,
        arguments: "textDocument? with position?, symbol?, like?, limit?, at?",
        doc: "Tells which commits touched a symbol or a document, followed line by line, or, with \
              `like`, how something like it was done before; answers `{touches, partners, limits}` \
              or `{commits}`.",
    },
    Command {
        name: REMEMBER,
        arguments: "text, kind?, textDocument? with position?, symbol?, replaces?",
        doc: "Keeps a fact, decision, convention or pattern in mind, about a symbol where one is \
              given.",
    },
    Command {
        name: RECALL,
        arguments: "query?, textDocument? with position?, symbol?, all?, limit?",
        doc: "Tells what is remembered, each with its state (`fresh`, `drifted`, `orphaned`, \
              `unanchored`); answers `{memories}`.",
    },
    Command { name: FORGET, arguments: "memory", doc: "Deletes a memory." },
    Command {
        name: PATTERNS,
        arguments: "kind (duplicates, conventions, hotspots, cochange, layering), commit?, limit?",
        doc: "Finds a pattern of the workspace; answers `{found: [{title, score, evidence}], \
              limits}`.",
    },
    Command {
        name: CONTEXT,
        arguments: "task, tokens?, textDocument? with range? or position?",
        doc: "Puts together the code that a task needs, within a number of tokens; answers \
              `{pieces: [{path, start, end, symbol, why, tokens, text}], tokens, leftOut, \
              limits}`.",
    },
    Command {
        name: DO_COMMAND,
        arguments: "text, textDocument? with range? or position?, keep?",
        doc: "Does what the user types: `/` and a skill with its arguments, or a sentence, which \
              a model that is configured takes for one of the skills and agents, else its likeness \
              to them. What is not clear, or may change something, is asked about first.",
    },
    Command {
        name: SKILL,
        arguments: "skill, arguments?, textDocument? with range? or position?, keep?",
        doc: "Carries a skill out: a report is opened, findings are marked, a change is proposed.",
    },
    Command {
        name: COMPLETE_COMMAND,
        arguments: "text",
        doc: "How a command that is being typed can go on; answers `{start, items: [{text, \
              detail}]}`.",
    },
    Command {
        name: CLEAR_FINDINGS,
        arguments: "",
        doc: "Takes the marks of the last review, or of another skill that finds places, away.",
    },
    Command {
        name: AGENTS,
        arguments: "",
        doc: "Answers the agents and workflows, and what each can do: `{agents: [{agent, type, \
              state, builtIn, blocked, capabilities: [{name, description, needsModel, disabled, \
              prompt, parameters: [{name, type, required, default}]}]}], workflows: [{workflow, \
              description, parameters, blocked}], noModel}`. `prompt` names the parameter that \
              takes what the user types; `blocked` and `disabled` say why it cannot be run. What \
              needs a model is left out where `ai.enabled` is off.",
    },
    Command {
        name: RUN_AGENT,
        arguments: "agent, capability?, arguments?, message?, textDocument? with range? or \
                    position?, prompt?, keep?",
        doc: "Starts an agent. The place fills the parameters `symbol`, `place`, `path` and \
              `file`, `message` the one that takes words. A client that can ask the user asks \
              for `prompt` and sends the answer as `message`; where a message is needed and \
              missing, a document is opened that asks for it. Answers `{outcome, message, agent, \
              transcript, text, findings, proposals, document}` with `wait`; `outcome` is \
              `done`, `refused`, `stopped`, `cancelled` or `failed`.",
    },
    Command {
        name: RUNS,
        arguments: "limit?",
        doc: "Answers the latest runs, newest first: `{runs: [{transcript, agent, state, message, \
              caller, cause, beganMs, endedMs, steps, tokens, costMicros}], workflows: [{run, \
              workflow, state, message, caller, cause, beganMs, endedMs}]}`.",
    },
    Command {
        name: SHOW_RUN,
        arguments: "transcript",
        doc: "Opens the document of an agent's run; at its end is the place for the next message.",
    },
    Command {
        name: CONTINUE_RUN,
        arguments: "transcript, message, keep?",
        doc: "Says something to a run that has ended; it goes on with its model.",
    },
    Command {
        name: RUN_WORKFLOW,
        arguments: "workflow, parameters?, approve?",
        doc: "Starts a workflow; with `approve` the user says yes beforehand to all that it \
              proposes.",
    },
    Command {
        name: RESUME_WORKFLOW,
        arguments: "run, approve?",
        doc: "Goes on with a run of a workflow that was interrupted or waits.",
    },
    Command {
        name: PROPOSE,
        arguments: "uri, text?, title?, reason?, keep?",
        doc: "Proposes that a file holds `text`, or goes; for settings, agents and workflows under \
              `.aios/` as for any other file.",
    },
    Command {
        name: TRUST,
        arguments: "seen?",
        doc: "Trusts the files under `.aios/` as they are; `seen` is the fingerprint of what was \
              looked at. Without it they are shown, and the fingerprint is answered.",
    },
    Command { name: UNTRUST, arguments: "", doc: "Takes the trust in this workspace back." },
    Command {
        name: SHOW_TRUST,
        arguments: "",
        doc: "Opens what under `.aios/` is not trusted, as a diff to what was.",
    },
    Command {
        name: VERIFY,
        arguments: "proposal?",
        doc: "Checks a proposal in a sandbox with the project's own build and tests; without \
              argument the workspace as it is. Only in a trusted workspace.",
    },
    Command {
        name: RUNNING,
        arguments: "",
        doc: "Answers what is under way and tells how far it is, newest first: `[{run, title, \
              message, cancellable}]`.",
    },
    Command {
        name: CANCEL_RUN,
        arguments: "run?",
        doc: "Stops a run; without argument the newest of those that `aios.running` lists.",
    },
    Command {
        name: STATUS,
        arguments: "",
        doc: "Answers the `aios/serverStatus` of this moment, and about how much memory each part \
              holds: `memory: [{part, bytes}]`.",
    },
    Command { name: REINDEX, arguments: "", doc: "Looks at every file of the workspace again." },
];

pub(crate) const RENAME_SYMBOL: &str = "aios.renameSymbol";
pub(crate) const REFACTOR: &str = "aios.refactor";
pub(crate) const MOVE_FILE: &str = "aios.moveFile";
pub(crate) const REWRITE: &str = "aios.rewrite";
pub(crate) const CREATE_SETTINGS: &str = "aios.createSettings";
pub(crate) const APPLY_PROPOSAL: &str = "aios.applyProposal";
pub(crate) const REJECT_PROPOSAL: &str = "aios.rejectProposal";
pub(crate) const SHOW_PROPOSAL: &str = "aios.showProposal";
pub(crate) const REVIEW: &str = "aios.review";
pub(crate) const PROPOSALS: &str = "aios.proposals";
pub(crate) const JOURNAL: &str = "aios.journal";
pub(crate) const SHOW_HISTORY: &str = "aios.showHistory";
pub(crate) const EVOLVE: &str = "aios.evolve";
pub(crate) const SHOW_EXPERIMENT: &str = "aios.showExperiment";
pub(crate) const TAKE_BACK_EXPERIMENT: &str = "aios.takeBackExperiment";
pub(crate) const UNDO: &str = "aios.undo";
pub(crate) const REDO: &str = "aios.redo";
pub(crate) const SEARCH: &str = "aios.search";
pub(crate) const SHOW_HITS: &str = "aios.showHits";
pub(crate) const CALLERS: &str = "aios.callers";
pub(crate) const CALLEES: &str = "aios.callees";
pub(crate) const IMPACT: &str = "aios.impact";
pub(crate) const TESTS: &str = "aios.tests";
pub(crate) const PATH: &str = "aios.path";
pub(crate) const CYCLES: &str = "aios.cycles";
pub(crate) const DEAD_CODE: &str = "aios.deadCode";
pub(crate) const EXPORT_GRAPH: &str = "aios.exportGraph";
pub(crate) const READ_HISTORY: &str = "aios.readHistory";
pub(crate) const HISTORY: &str = "aios.history";
pub(crate) const REMEMBER: &str = "aios.remember";
pub(crate) const RECALL: &str = "aios.recall";
pub(crate) const FORGET: &str = "aios.forget";
pub(crate) const PATTERNS: &str = "aios.patterns";
pub(crate) const CONTEXT: &str = "aios.context";
pub(crate) const DO_COMMAND: &str = "aios.doCommand";
pub(crate) const SKILL: &str = "aios.skill";
pub(crate) const COMPLETE_COMMAND: &str = "aios.completeCommand";
pub(crate) const CLEAR_FINDINGS: &str = "aios.clearFindings";
pub(crate) const AGENTS: &str = "aios.agents";
pub(crate) const RUN_AGENT: &str = "aios.runAgent";
pub(crate) const RUNS: &str = "aios.runs";
pub(crate) const SHOW_RUN: &str = "aios.showRun";
pub(crate) const CONTINUE_RUN: &str = "aios.continueRun";
pub(crate) const RUN_WORKFLOW: &str = "aios.runWorkflow";
pub(crate) const RESUME_WORKFLOW: &str = "aios.resumeWorkflow";
pub(crate) const PROPOSE: &str = "aios.propose";
pub(crate) const TRUST: &str = "aios.trust";
pub(crate) const UNTRUST: &str = "aios.untrust";
pub(crate) const SHOW_TRUST: &str = "aios.showTrust";
pub(crate) const VERIFY: &str = "aios.verify";
pub(crate) const RUNNING: &str = "aios.running";
pub(crate) const CANCEL_RUN: &str = "aios.cancelRun";
pub(crate) const STATUS: &str = "aios.status";
pub(crate) const REINDEX: &str = "aios.reindex";
