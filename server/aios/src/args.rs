//! The command line: every command, option and example that `aios --help` shows.
//!
//! Long because it is one table, a row for each command, that is read as `--help` prints it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{commands::setup::Editor, when};

/// Knows a workspace written in many languages, and changes it only in ways you can see, check and
/// undo.
#[derive(Parser, Debug)]
#[command(name = "aios", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  aios tour                                 watch the server work on a copy of this folder
  aios search 'where is the retry delay set'
  aios rename Server::start launch          make a proposal; nothing is changed yet
  aios show                                 look at it
  aios apply                                write it, all files or none
  aios undo                                 take it back, byte for byte

Exit codes: 0 done, 1 not found or refused, 2 wrong usage, 3 failed.")]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Options that every command takes.
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// Options that every command takes.
#[derive(Args, Debug, Clone)]
pub(crate) struct Shared {
    /// The folder to work on [default: the nearest folder above this one that holds a repository or
    /// `.aios/`, else this one]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    /// Print one JSON object a line instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Log more to stderr: -v what happens, -vv every step
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// The commands, in the order in which a newcomer meets them.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Speak LSP over stdin and stdout; editors start this
    #[command(after_help = "Example:\n  vim.lsp.config('aios', { cmd = { 'aios', 'lsp' } })")]
    Lsp(LspArgs),

    /// Show the server at work: index, ask, rename, undo, on a scratch copy
    #[command(after_help = "Examples:\n  aios tour\n  aios tour --root ~/src/project")]
    Tour,

    /// Read the workspace into the index and say what was found
    #[command(after_help = "Examples:\n  aios index\n  aios index ~/src/project --json")]
    Index(IndexArgs),

    /// Find the places that a sentence, a name, a path or an error message is about
    #[command(after_help = "\
Examples:
  aios search 'where are colours parsed'
  aios search --lang rust --path server/ --kind function parse
  aios search --similar src/colour.rs:40      code like what stands there
  aios search --since '2 weeks' --neighbours retry   in what changed lately, with what is around
  aios search --explain --limit 3 'retry after a timeout'
  aios search --limit 50 --json parse_color")]
    Search(SearchArgs),

    /// List the symbols of a file, or find symbols by name
    #[command(after_help = "Examples:\n  aios symbols src/main.rs\n  aios symbols Parser")]
    Symbols(SymbolsArgs),

    /// List the places that mean a symbol, with how each was resolved
    #[command(after_help = "\
Examples:
  aios refs parse
  aios refs Parser::parse
  aios refs src/parse.rs:10:5      the symbol at line 10, column 5")]
    Refs(TargetArgs),

    /// List the functions that call a symbol
    #[command(after_help = "Examples:\n  aios callers Parser::parse\n  aios callers parse --json")]
    Callers(QuestionArgs),

    /// List the functions that a symbol calls
    #[command(after_help = "Example:\n  aios callees Parser::parse")]
    Callees(QuestionArgs),

    /// List everything that depends on a symbol, directly and through others: what a change may
    /// break, and which tests see it
    #[command(after_help = "\
Examples:
  aios impact Parser::parse
  aios impact src/parse.rs:10:5 --depth 2 --json")]
    Impact(WalkArgs),

    /// List the tests that reach a symbol, each with the way to it
    #[command(after_help = "Example:\n  aios tests Parser::parse")]
    Tests(WalkArgs),

    /// Show the shortest way along dependencies from one symbol to another
    #[command(after_help = "Example:\n  aios path main Parser::parse")]
    Path(PathArgs),

    /// List modules that load each other, or functions that call each other
    #[command(after_help = "Examples:\n  aios cycles\n  aios cycles --calls")]
    Cycles(CyclesArgs),

    /// List definitions that nothing alive uses; only what is certain
    #[command(after_help = "\
Examples:
  aios dead-code
  aios dead-code --exported        for a program that nobody imports")]
    DeadCode(DeadCodeArgs),

    /// List what is certainly wrong: import cycles, imports of what is not there, unused private
    /// definitions; as the settings `diagnostics.*` want it
    #[command(after_help = "Examples:\n  aios check\n  aios check src/parse.py --json")]
    Check(CheckArgs),

    /// Draw what is around a symbol, or how the modules hang together, as Mermaid or DOT
    #[command(after_help = "\
Examples:
  aios graph > modules.mmd
  aios graph Parser::parse --depth 2 --dot | dot -Tsvg > parse.svg")]
    Graph(GraphArgs),

    /// Say which commits touched a symbol or a file, or how something like it was done before
    #[command(after_help = "\
Examples:
  aios git Parser::parse                    commits that touched it, line by line
  aios git src/parse.rs --since '3 weeks'
  aios git Parser::parse --at v1.2          as it was then, and its past until then
  aios git --like 'crash when the file is empty'")]
    Git(GitArgs),

    /// Put together the code that a task needs, within a number of tokens
    #[command(after_help = "\
Examples:
  aios context 'retry with a longer delay after a refusal' --tokens 4000
  aios context --json 'crash when the file is empty'")]
    Context(ContextArgs),

    /// List the models that can be asked; nothing is sent to any of them but with `--check`
    #[command(after_help = "Examples:\n  aios models\n  aios models --check local")]
    Models(ModelsArgs),

    /// Do what a sentence or a command says: review, explain, rename, …
    #[command(after_help = "\
A command begins with / and names a skill; `aios do --list` shows them all. A sentence is matched to
the skills by its words and its meaning, or by the model where one is configured: where that is not
clear the choices are shown, and what writes is never started by a sentence alone.

Examples:
  aios do /review
  aios do '/impact Parser::parse'
  aios do 'who calls Parser::parse'
  aios do /document src/parse.rs:10:5 --apply
  aios do --list")]
    Do(DoArgs),

    /// Find what comes again and again: copies, conventions, hotspots, missing changes, layers
    #[command(after_help = "\
Examples:
  aios patterns duplicates
  aios patterns cochange                what usually changes too, and did not since the last commit
  aios patterns cochange --commit HEAD~1")]
    Patterns(PatternsArgs),

    /// Keep something in mind: a fact, a decision, a convention, a pattern
    #[command(after_help = "\
Examples:
  aios remember 'retries are capped because the gateway bans us' --about retry_delay
  aios remember --kind decision 'no ORM' --about src/db.rs --until 2027-01-01
  aios remember 'three retries, not five' --replaces m-20261123-1a2b3c --about retry_delay")]
    Remember(RememberArgs),

    /// Say what is remembered, and whether the code is still what it was said of
    #[command(after_help = "\
Examples:
  aios recall retries
  aios recall --about retry_delay
  aios recall --all --markdown > memories.md
  aios recall --kind episode                changes that were made here, and their outcome")]
    Recall(RecallArgs),

    /// Delete a memory
    #[command(after_help = "Examples:\n  aios forget m-20261123-1a2b3c\n  aios forget --expired")]
    Forget(ForgetArgs),

    /// Propose to rename a symbol everywhere it is certainly meant
    #[command(after_help = "\
Examples:
  aios rename Parser::parse read
  aios rename src/parse.rs:10:5 read --apply")]
    Rename(RenameArgs),

    /// Propose a change of code that leaves what it does: extract, inline, delete what is unused
    #[command(after_help = "\
Examples:
  aios refactor extract-variable src/parse.rs:10:15-10:32 --name width
  aios refactor move src/pay.ts src/money/pay.ts --apply")]
    Refactor(RefactorArgs),

    /// Propose to rewrite every match of a pattern of code
    #[command(after_help = "\
In a pattern `$A` stands for one part of the tree and `$$$A` for any number of them; the same name
twice must match the same text.

Examples:
  aios rewrite '$A.unwrap_or($B::new())' '$A.unwrap_or_default()' --lang rust
  aios rewrite 'assertEquals($A, $B)' 'assert $A == $B' --lang python --path tests --apply")]
    Rewrite(RewriteArgs),

    /// List proposals: pending, applied, rejected, undone
    #[command(after_help = "Example:\n  aios proposals --json")]
    Proposals,

    /// Show a proposal or an applied change as a diff with its reasons, risk and impact
    #[command(after_help = "\
Examples:
  aios show
  aios show p-20261123-1a2b3c
  aios show t-20261123-4d5e6f      the change that `aios history` lists under this id")]
    Show(ProposalArgs),

    /// Write a proposal to its files: all of them, or none; or chosen parts of it
    #[command(after_help = "\
Examples:
  aios apply
  aios apply p-20261123-1a2b3c
  aios apply --only src/parse.rs            this file; the rest goes on waiting
  aios apply --only src/parse.rs:2,4        two hunks of it, by their numbers in `aios show`
  aios apply --only src/a.rs --only 3.1     parts by file or by id")]
    Apply(ApplyArgs),

    /// Check a proposal, or the workspace as it is, with the project's own build and tests, in a
    /// sandbox
    #[command(after_help = "\
Examples:
  aios verify                        the workspace as it is
  aios verify p-20261123-1a2b3c      the same with the proposal applied in a copy")]
    Verify(VerifyArgs),

    /// Set a proposal aside
    #[command(after_help = "Example:\n  aios reject p-20261123-1a2b3c")]
    Reject(ProposalArgs),

    /// Take back the last change, or a given one, or parts of it; your later edits are kept
    #[command(after_help = "\
Examples:
  aios undo
  aios undo p-20261123-1a2b3c
  aios undo t-20261123-4d5e6f --only src/parse.rs:2    one hunk of one file
  aios undo --since 10:00 --by reviewer                everything that `reviewer` did since")]
    Undo(UndoArgs),

    /// Bring back what was taken back last, or a given change, or parts of it
    #[command(after_help = "\
Examples:
  aios redo
  aios redo --only src/parse.rs:2
  aios redo --since 10min                   everything that was taken back since")]
    Redo(UndoArgs),

    /// List what was changed here, by whom, and what of it stands
    #[command(after_help = "\
Examples:
  aios history
  aios history --since 2h --by reviewer
  aios history --file src/parse.rs --json")]
    History(HistoryArgs),

    /// End what a crash interrupted: files are all old or all new, and the journal says which
    #[command(after_help = "Example:\n  aios recover")]
    Recover,

    /// Propose that a file holds what comes in on standard input: settings, agents and workflows
    /// under `.aios/`, or any other file
    #[command(after_help = "\
Examples:
  aios propose .aios/agents/review.yaml < review.yaml
  aios propose .aios/config.toml --apply < new.toml
  aios propose --delete old.py")]
    Propose(ProposeArgs),

    /// List, make and change agents, and say which of them may act
    #[command(after_help = "Examples:\n  aios agent list\n  aios agent show find")]
    Agent(AgentArgs),

    /// Have an agent do something
    #[command(after_help = "\
Examples:
  aios run find --param query='where is the retry delay set'
  aios run review --json
  aios run helper --message 'why is the cart empty after checkout'")]
    Run(RunArgs),

    /// List and run workflows: what several agents do one after the other
    #[command(after_help = "Examples:\n  aios workflow list\n  aios workflow run release --json")]
    Workflow(WorkflowArgs),

    /// Have a model answer a question about the workspace; what it cites is checked
    #[command(after_help = "\
Examples:
  aios ask 'where is the retry delay decided, and who can change it?'
  aios run explain --param symbol=Server::start --message 'why is it async?'
  aios run edit --param instruction='take the currency as a parameter' --param place=src/pay.rs:40
  aios run fix --param diagnostic='expected u32, found i64' --param place=src/pay.rs:12
  aios run write-tests --param place=Cart::total
  aios run new-agent --param description='reviews SQL for what may be injected'")]
    Ask(AskArgs),

    /// List what agents did, show it step by step, or go on with what was interrupted
    #[command(after_help = "\
Examples:
  aios runs
  aios runs show r-20261126-1a2b3c4d5e
  aios runs resume r-20261126-1a2b3c4d5e")]
    Runs(RunsArgs),

    /// Look at the files under `.aios/`, and let them act just as they are
    #[command(after_help = "\
Examples:
  aios trust            show what is not trusted yet, and ask
  aios trust --yes      without asking; for scripts")]
    Trust(TrustArgs),

    /// Take the trust in this workspace back: nothing of it acts any more
    #[command(after_help = "Example:\n  aios untrust")]
    Untrust,

    /// Look for settings that find this repository's code better, with proof from its own history
    #[command(after_help = "\
Examples:
  aios evolve run                               look now; what there is proof of is proposed
  aios evolve run --try weights.vector=60       rule on a setting of your own, the same way
  aios evolve run --level capability            what you do again and again, as a workflow
  aios evolve status
  aios evolve history
  aios evolve history e-20261123-1a2b3c         all of one experiment
  aios evolve revert                            take back what was accepted last")]
    Evolve(EvolveArgs),

    /// Show what was noted of your work with the server, or forget it: it stays on this machine
    #[command(after_help = "\
Examples:
  aios episodes                     what was asked, opened, run and changed, the newest first
  aios episodes --kind question     questions, and whether a hit was opened or used
  aios episodes --forget")]
    Episodes(EpisodesArgs),

    /// Say all that this server is: capabilities, commands, agents, settings and who set them,
    /// limits, versions, and what it has learned here
    #[command(after_help = "Examples:\n  aios describe\n  aios describe --json | jq .learned")]
    Describe,

    /// Say what the index holds, what is still to be read, what was skipped and why
    #[command(after_help = "Examples:\n  aios status\n  aios status --skipped")]
    Status(StatusArgs),

    /// Check the set-up: folders, rights, index, journal, editors
    #[command(after_help = "Example:\n  aios doctor")]
    Doctor,

    /// Put aios into an editor, or take it out; only what is its own there is changed
    #[command(after_help = "\
Examples:
  aios setup helix --dry-run      show what would be written into languages.toml
  aios setup neovim
  aios setup vscode --vsix aios-linux-x64.vsix
  aios setup helix --remove")]
    Setup(SetupArgs),

    /// Propose to create `.aios/config.toml`, with every setting explained
    #[command(after_help = "Examples:\n  aios settings --apply\n  aios settings --schema\n  \
                            aios settings --schema agent")]
    Settings(SettingsArgs),
}

/// A count from 1 to `max`.
fn up_to(max: i64) -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=max)
}

/// Arguments of `aios lsp`.
#[derive(Args, Debug)]
pub(crate) struct LspArgs {
    /// Accepted because some editors pass it; stdin and stdout are always used
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}

/// Arguments of `aios index`.
#[derive(Args, Debug)]
pub(crate) struct IndexArgs {
    /// The folder to index, as `--root`
    #[arg(value_name = "ROOT")]
    pub(crate) folder: Option<PathBuf>,
}

/// Arguments of `aios search`.
#[derive(Args, Debug)]
pub(crate) struct SearchArgs {
    /// What to look for; several words need no quotes
    #[arg(required_unless_present = "similar", value_name = "QUERY")]
    pub(crate) query: Vec<String>,

    /// How many hits at most [default: `memory.top_k`, 10]
    #[arg(long, value_name = "N", value_parser = up_to(1_000))]
    pub(crate) limit: Option<u16>,

    /// Only symbols of this kind (function, method, class, struct, …); may be given several times
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Vec<String>,

    /// Only files of this language (rust, python, …)
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,

    /// Only files whose path, from the workspace's folder, begins so
    #[arg(long, value_name = "PREFIX")]
    pub(crate) path: Option<String>,

    /// Code like what stands at this line, instead of a question
    #[arg(long, value_name = "FILE:LINE", conflicts_with = "query")]
    pub(crate) similar: Option<String>,

    /// Only what changed since then, as commits and the files tell: `2026-01-31`, `3 weeks`, `2d`
    #[arg(long, value_name = "TIME", value_parser = when::written)]
    pub(crate) since: Option<String>,

    /// Show with each hit what it stands in, who calls it, what it calls and what tests it
    #[arg(long)]
    pub(crate) neighbours: bool,

    /// Show each part of each score: its value, and what it counts
    #[arg(long)]
    pub(crate) explain: bool,
}

/// Arguments of `aios symbols`.
#[derive(Args, Debug)]
pub(crate) struct SymbolsArgs {
    /// A file, or part of a name
    #[arg(value_name = "FILE|NAME")]
    pub(crate) target: String,

    /// How many symbols at most
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = up_to(10_000))]
    pub(crate) limit: u16,
}

/// A symbol, named or pointed at.
#[derive(Args, Debug)]
pub(crate) struct TargetArgs {
    /// A name (`parse`, `Parser::parse`, `parser.Parser.parse`) or a place (`FILE:LINE:COLUMN`,
    /// from 1)
    #[arg(value_name = "SYMBOL")]
    pub(crate) symbol: String,
}

/// A symbol, and how much is told of it.
#[derive(Args, Debug)]
pub(crate) struct QuestionArgs {
    /// A name or a place, as for `refs`
    #[arg(value_name = "SYMBOL")]
    pub(crate) symbol: String,

    /// How many symbols at most
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = up_to(10_000))]
    pub(crate) limit: u16,
}

/// A symbol, and how far to go from it.
#[derive(Args, Debug)]
pub(crate) struct WalkArgs {
    /// A name or a place, as for `refs`
    #[arg(value_name = "SYMBOL")]
    pub(crate) symbol: String,

    /// How many steps from it at most
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = up_to(100))]
    pub(crate) depth: u16,

    /// How many symbols at most
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = up_to(10_000))]
    pub(crate) limit: u16,
}

/// Arguments of `aios path`.
#[derive(Args, Debug)]
pub(crate) struct PathArgs {
    /// Where the way begins: a name or a place, as for `refs`
    #[arg(value_name = "FROM")]
    pub(crate) from: String,

    /// Where it ends
    #[arg(value_name = "TO")]
    pub(crate) to: String,
}

/// Arguments of `aios cycles`.
#[derive(Args, Debug)]
pub(crate) struct CyclesArgs {
    /// Functions that call each other, instead of modules that load each other
    #[arg(long)]
    pub(crate) calls: bool,

    /// How many cycles at most
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = up_to(10_000))]
    pub(crate) limit: u16,
}

/// Arguments of `aios dead-code`.
#[derive(Args, Debug)]
pub(crate) struct DeadCodeArgs {
    /// Judge exported names too: nothing outside the workspace uses them
    #[arg(long)]
    pub(crate) exported: bool,

    /// How many definitions at most
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = up_to(10_000))]
    pub(crate) limit: u16,
}

/// Arguments of `aios check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// A file [default: the whole workspace]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<String>,

    /// How many findings at most
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = up_to(10_000))]
    pub(crate) limit: u16,
}

/// Arguments of `aios graph`.
#[derive(Args, Debug)]
pub(crate) struct GraphArgs {
    /// A name or a place, as for `refs` [default: all modules]
    #[arg(value_name = "SYMBOL")]
    pub(crate) symbol: Option<String>,

    /// How many steps around the symbol
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = up_to(10))]
    pub(crate) depth: u16,

    /// How many boxes at most; modules are gathered by folder until they fit
    #[arg(long, default_value_t = 60, value_name = "N", value_parser = up_to(2_000))]
    pub(crate) limit: u16,

    /// Write DOT for Graphviz instead of Mermaid
    #[arg(long)]
    pub(crate) dot: bool,
}

/// Arguments of `aios git`.
#[derive(Args, Debug)]
pub(crate) struct GitArgs {
    /// A name or a place, as for `refs`, or a file
    #[arg(value_name = "SYMBOL|FILE", required_unless_present = "like")]
    pub(crate) symbol: Option<String>,

    /// Only commits since then: `2026-01-31`, `3 weeks`, `2d`
    #[arg(long, value_name = "WHEN", value_parser = when::written)]
    pub(crate) since: Option<String>,

    /// Only what came until this commit, branch or tag, and the symbol as it was there
    #[arg(long, value_name = "COMMIT")]
    pub(crate) at: Option<String>,

    /// Commits whose message is like this, with the symbols they touched
    #[arg(long, value_name = "TEXT", conflicts_with = "symbol")]
    pub(crate) like: Option<String>,

    /// How many commits at most
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = up_to(1_000))]
    pub(crate) limit: u16,
}

/// Arguments of `aios context`.
#[derive(Args, Debug)]
pub(crate) struct ContextArgs {
    /// What is to be done; several words need no quotes
    #[arg(required = true, value_name = "TASK")]
    pub(crate) task: Vec<String>,

    /// How many tokens at most
    #[arg(long, default_value_t = 8_000, value_name = "N",
          value_parser = clap::value_parser!(u32).range(100..=200_000))]
    pub(crate) tokens: u32,

    /// Do not look at commits
    #[arg(long)]
    pub(crate) without_history: bool,

    /// Where you are, as FILE:LINE[:COLUMN] or a symbol: what stands there comes first
    #[arg(long, value_name = "PLACE")]
    pub(crate) at: Option<String>,
}

/// Arguments of `aios models`.
#[derive(Args, Debug)]
pub(crate) struct ModelsArgs {
    /// Ask this one for one word, to see that it answers
    #[arg(long, value_name = "ID")]
    pub(crate) check: Option<String>,
}

/// Arguments of `aios do`.
#[derive(Args, Debug)]
pub(crate) struct DoArgs {
    /// A sentence, or / and a skill with its arguments; several words need no quotes
    #[arg(required_unless_present_any = ["list", "complete"], value_name = "TEXT")]
    pub(crate) text: Vec<String>,

    /// Where you are, as FILE:LINE[:COLUMN] or a symbol: what `this` means
    #[arg(long, value_name = "PLACE")]
    pub(crate) at: Option<String>,

    /// Apply a change at once
    #[arg(long)]
    pub(crate) apply: bool,

    /// List the skills
    #[arg(long)]
    pub(crate) list: bool,

    /// Say how a command that begins like this can go on
    #[arg(long, value_name = "START")]
    pub(crate) complete: Option<String>,
}

/// Arguments of `aios patterns`.
#[derive(Args, Debug)]
pub(crate) struct PatternsArgs {
    /// What to look for
    #[arg(value_enum)]
    pub(crate) kind: PatternKind,

    /// For `cochange`: what this commit changed, instead of what changed since the last one
    #[arg(long, value_name = "COMMIT")]
    pub(crate) commit: Option<String>,

    /// How many findings at most
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = up_to(1_000))]
    pub(crate) limit: u16,
}

/// What patterns there are.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatternKind {
    /// Functions that are nearly the same
    Duplicates,
    /// How names are written and where tests lie, with the exceptions
    Conventions,
    /// Files that change often and are hard to follow
    Hotspots,
    /// Files that usually change with those that changed, and did not
    Cochange,
    /// Imports against the direction of most
    Layering,
}

/// Arguments of `aios remember`.
#[derive(Args, Debug)]
pub(crate) struct RememberArgs {
    /// What to remember; several words need no quotes
    #[arg(required = true, value_name = "TEXT")]
    pub(crate) text: Vec<String>,

    /// What it is
    #[arg(long, default_value = "fact",
          value_parser = ["fact", "decision", "convention", "pattern"])]
    pub(crate) kind: String,

    /// The code it is about: symbols as for `refs`, or files; when that changes, the memory is told
    /// as drifted
    #[arg(long, value_name = "SYMBOL|FILE")]
    pub(crate) about: Vec<String>,

    /// Since when it holds [default: now]
    #[arg(long, value_name = "WHEN")]
    pub(crate) from: Option<String>,

    /// Until when it holds
    #[arg(long, value_name = "WHEN", value_parser = when::written)]
    pub(crate) until: Option<String>,

    /// When it may be deleted: `90d`, `2027-01-31`
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,

    /// The memory in whose place it comes; that one ends
    #[arg(long, value_name = "ID")]
    pub(crate) replaces: Option<String>,
}

/// Arguments of `aios recall`.
#[derive(Args, Debug)]
pub(crate) struct RecallArgs {
    /// Words that it is about; without any, everything
    #[arg(value_name = "TEXT")]
    pub(crate) text: Vec<String>,

    /// Only what is about this symbol or file
    #[arg(long, value_name = "SYMBOL|FILE")]
    pub(crate) about: Option<String>,

    /// Only this kind
    #[arg(long, value_enum)]
    pub(crate) kind: Option<RecallKind>,

    /// What does not hold any more, too
    #[arg(long)]
    pub(crate) all: bool,

    /// What held at this moment
    #[arg(long, value_name = "WHEN", value_parser = when::written)]
    pub(crate) as_of: Option<String>,

    /// Print a Markdown document
    #[arg(long)]
    pub(crate) markdown: bool,

    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = up_to(10_000))]
    pub(crate) limit: u16,
}

/// What can be recalled.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecallKind {
    /// Something that is so
    Fact,
    /// Something that was decided
    Decision,
    /// How things are done here
    Convention,
    /// A shape that comes again
    Pattern,
    /// A change that was made, by whom, and its outcome
    Episode,
    /// What happened lately
    Recent,
}

impl RecallKind {
    /// The kind of memory; `None` for what is not remembered on purpose.
    pub(crate) fn of_memory(self) -> Option<memory::MemoryKind> {
        Some(match self {
            RecallKind::Fact => memory::MemoryKind::Fact,
            RecallKind::Decision => memory::MemoryKind::Decision,
            RecallKind::Convention => memory::MemoryKind::Convention,
            RecallKind::Pattern => memory::MemoryKind::Pattern,
            RecallKind::Episode | RecallKind::Recent => return None,
        })
    }
}

/// Arguments of `aios forget`.
#[derive(Args, Debug)]
pub(crate) struct ForgetArgs {
    /// The id that `aios recall` shows
    #[arg(value_name = "ID", required_unless_present_any = ["expired", "recent"])]
    pub(crate) id: Option<String>,

    /// All that expired
    #[arg(long)]
    pub(crate) expired: bool,

    /// What happened lately: edits, questions, places
    #[arg(long)]
    pub(crate) recent: bool,
}

/// Arguments of `aios rename`.
#[derive(Args, Debug)]
pub(crate) struct RenameArgs {
    /// A name or a place, as for `refs`
    #[arg(value_name = "SYMBOL")]
    pub(crate) symbol: String,

    /// What it shall be called
    #[arg(value_name = "NEW_NAME")]
    pub(crate) new_name: String,

    /// Apply at once what was proposed
    #[arg(long)]
    pub(crate) apply: bool,
}

/// Arguments of `aios rewrite`.
#[derive(Args, Debug)]
pub(crate) struct RewriteArgs {
    /// What is looked for: code with holes
    #[arg(value_name = "PATTERN")]
    pub(crate) pattern: String,

    /// What it becomes, with the same holes
    #[arg(value_name = "REPLACEMENT")]
    pub(crate) replacement: String,

    /// The language of the pattern: `rust`, `python`, `typescript` …
    #[arg(long = "lang", value_name = "LANGUAGE")]
    pub(crate) language: String,

    /// Only this file, or what lies below this folder
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,

    /// Apply at once what was proposed
    #[arg(long)]
    pub(crate) apply: bool,
}

/// Arguments of `aios refactor`.
#[derive(Args, Debug)]
pub(crate) struct RefactorArgs {
    /// Which one
    #[command(subcommand)]
    pub(crate) kind: RefactorKind,

    /// Apply at once what was proposed
    #[arg(long, global = true)]
    pub(crate) apply: bool,
}

/// The refactorings.
#[derive(Subcommand, Debug)]
pub(crate) enum RefactorKind {
    /// Give a value a name, before the statement it stands in
    #[command(after_help = "\
Example:
  aios refactor extract-variable src/parse.rs:10:15-10:32 --name width")]
    ExtractVariable(ExtractArgs),

    /// Make whole statements, or a value, a function of their own
    #[command(after_help = "\
Example:
  aios refactor extract-function src/parse.rs:10:9-14:10 --name read_header")]
    ExtractFunction(ExtractArgs),

    /// Put the value of a variable where it is used, and drop the variable
    #[command(after_help = "Example:\n  aios refactor inline-variable src/parse.rs:10:9")]
    InlineVariable(TargetArgs),

    /// Put what a function gives where it is called: at a call there, at the definition everywhere
    #[command(after_help = "Example:\n  aios refactor inline-function src/parse.rs:10:9")]
    InlineFunction(TargetArgs),

    /// Move a file or a folder, with the imports of all who use it
    #[command(after_help = "Example:\n  aios refactor move src/pay.ts src/money/pay.ts --apply")]
    Move(MoveArgs),

    /// Move a definition to another file, with the imports of all who use it
    #[command(after_help = "\
Examples:
  aios refactor move-symbol src/pay.ts:10:17 src/money.ts
  aios refactor move-symbol Cart")]
    MoveSymbol(MoveSymbolArgs),

    /// Take out the imports that nothing uses; sort the rest where their order means nothing
    #[command(after_help = "Example:\n  aios refactor organize-imports src/parse.py")]
    OrganizeImports(FileArgs),

    /// Import the name at a place
    #[command(after_help = "\
Examples:
  aios refactor add-import src/cart.ts:10:5
  aios refactor add-import src/cart.ts:10:5 --from ./pay")]
    AddImport(AddImportArgs),

    /// Remove a definition that nothing uses
    #[command(after_help = "Example:\n  aios refactor delete Parser::parse_old --apply")]
    Delete(TargetArgs),
}

/// Which definition moves where.
#[derive(Args, Debug)]
pub(crate) struct MoveSymbolArgs {
    /// Its name, or its place: `FILE:LINE:COLUMN`, from 1
    #[arg(value_name = "SYMBOL")]
    pub(crate) symbol: String,

    /// The file it goes to; without it, a new file of its own
    #[arg(value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
}

/// What moves where.
#[derive(Args, Debug)]
pub(crate) struct MoveArgs {
    /// The file or folder
    #[arg(value_name = "FROM")]
    pub(crate) from: PathBuf,

    /// Its new path; an existing folder takes it in
    #[arg(value_name = "TO")]
    pub(crate) to: PathBuf,
}

/// A file.
#[derive(Args, Debug)]
pub(crate) struct FileArgs {
    /// The file
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
}

/// A name without an import.
#[derive(Args, Debug)]
pub(crate) struct AddImportArgs {
    /// Where it stands: `FILE:LINE:COLUMN`, from 1
    #[arg(value_name = "PLACE")]
    pub(crate) place: String,

    /// The module, where several define the name
    #[arg(long, value_name = "MODULE")]
    pub(crate) from: Option<String>,
}

/// What is extracted, and under which name.
#[derive(Args, Debug)]
pub(crate) struct ExtractArgs {
    /// From the first character to the one behind the last: `FILE:LINE:COLUMN-LINE:COLUMN`, from 1
    #[arg(value_name = "AREA")]
    pub(crate) area: String,

    /// What it shall be called [default: a name that says what it is]
    #[arg(long)]
    pub(crate) name: Option<String>,
}

/// Arguments of `aios verify`.
#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The proposal that `aios proposals` shows [default: the workspace as it is]
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
}

/// A proposal, by its id.
#[derive(Args, Debug)]
pub(crate) struct ProposalArgs {
    /// The id that `aios proposals` shows [default: the latest one that fits]
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
}

/// Arguments of `aios apply`.
#[derive(Args, Debug)]
pub(crate) struct ApplyArgs {
    /// The id that `aios proposals` shows [default: the latest that is pending]
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,

    /// Only this file, or these hunks of it; may be given several times
    #[arg(long, value_name = "FILE[:HUNKS]")]
    pub(crate) only: Vec<String>,
}

/// Arguments of `aios undo` and `aios redo`.
#[derive(Args, Debug)]
pub(crate) struct UndoArgs {
    /// The id that `aios history` or `aios proposals` shows [default: the latest one that fits]
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,

    /// Only this file, or these hunks of it; may be given several times
    #[arg(long, value_name = "FILE[:HUNKS]")]
    pub(crate) only: Vec<String>,

    /// Everything since: `10:00`, `2026-11-23`, `2026-11-23 10:00`, `2h` ago
    #[arg(long, value_name = "TIME", value_parser = when::written)]
    #[arg(conflicts_with_all = ["id", "only"])]
    pub(crate) since: Option<String>,

    /// Everything by this identity, as `aios history` names it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["id", "only"])]
    pub(crate) by: Option<String>,
}

/// Arguments of `aios history`.
#[derive(Args, Debug)]
pub(crate) struct HistoryArgs {
    /// Made since: `10:00`, `2026-11-23`, `2026-11-23 10:00`, `2h` ago
    #[arg(long, value_name = "TIME", value_parser = when::written)]
    pub(crate) since: Option<String>,

    /// Made before
    #[arg(long, value_name = "TIME", value_parser = when::written)]
    pub(crate) until: Option<String>,

    /// Asked for by this identity
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,

    /// With this file, or with files in this folder
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<String>,

    /// How many changes at most
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = up_to(10_000))]
    pub(crate) limit: u16,
}

/// Arguments of `aios propose`.
#[derive(Args, Debug)]
pub(crate) struct ProposeArgs {
    /// The file, from the workspace's top or from here
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The file shall go; standard input is not read
    #[arg(long)]
    pub(crate) delete: bool,

    /// What the change does, in one line
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,

    /// Apply at once what was proposed
    #[arg(long)]
    pub(crate) apply: bool,
}

/// Arguments of `aios run`.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// The agent that `aios agent list` shows
    #[arg(value_name = "AGENT")]
    pub(crate) agent: String,

    /// Which of its capabilities, as `aios agent show` lists them [default: the first]
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Option<String>,

    /// A parameter, as NAME=VALUE; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,

    /// What else to say to it; needs a model
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) message: String,

    /// Apply at once what it proposes
    #[arg(long)]
    pub(crate) apply: bool,
}

/// Arguments of `aios workflow`.
#[derive(Args, Debug)]
pub(crate) struct WorkflowArgs {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: WorkflowCommand,
}

/// What can be done with workflows.
#[derive(Subcommand, Debug)]
pub(crate) enum WorkflowCommand {
    /// List the workflows of `.aios/workflows/`, and their latest runs
    #[command(after_help = "Example:\n  aios workflow list")]
    List,

    /// Run a workflow; what it proposes waits for you
    #[command(after_help = "\
Examples:
  aios workflow run ship
  aios workflow run ship --param depth=full --yes")]
    Run(WorkflowRun),

    /// Show a run and how each of its steps stands
    #[command(after_help = "Example:\n  aios workflow show w-20261126-1a2b3c4d5e")]
    Show(RunId),

    /// Go on with a run that was interrupted, or whose proposals you have answered
    #[command(after_help = "Example:\n  aios workflow resume w-20261126-1a2b3c4d5e --yes")]
    Resume(WorkflowResume),
}

/// Arguments of `aios workflow run`.
#[derive(Args, Debug)]
pub(crate) struct WorkflowRun {
    /// The workflow
    #[arg(value_name = "WORKFLOW")]
    pub(crate) workflow: String,

    /// A parameter, as NAME=VALUE; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,

    /// Apply what it proposes without asking
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Arguments of `aios workflow resume`.
#[derive(Args, Debug)]
pub(crate) struct WorkflowResume {
    /// The run that `aios workflow list` shows
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// Apply what it proposes without asking
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Arguments of `aios ask`.
#[derive(Args, Debug)]
pub(crate) struct AskArgs {
    /// What to ask; several words need no quotes
    #[arg(required = true, value_name = "QUESTION")]
    pub(crate) question: Vec<String>,
}

/// Arguments of `aios runs`.
#[derive(Args, Debug)]
pub(crate) struct RunsArgs {
    /// What to do [default: list them]
    #[command(subcommand)]
    pub(crate) command: Option<RunsCommand>,

    /// How many runs at most
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = up_to(2_000))]
    pub(crate) limit: u16,
}

/// What can be done with runs.
#[derive(Subcommand, Debug)]
pub(crate) enum RunsCommand {
    /// List what agents said to each other, each message with its envelope and its answer
    #[command(after_help = "Example:\n  aios runs messages")]
    Messages,

    /// Show all steps of a run
    #[command(after_help = "Example:\n  aios runs show r-20261126-1a2b3c4d5e")]
    Show(RunId),

    /// Go on with a run that was interrupted
    #[command(after_help = "Example:\n  aios runs resume r-20261126-1a2b3c4d5e")]
    Resume(RunId),
}

/// A run, by its id.
#[derive(Args, Debug)]
pub(crate) struct RunId {
    /// The id that `aios runs` shows
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// Arguments of `aios agent`.
#[derive(Args, Debug)]
pub(crate) struct AgentArgs {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: AgentCommand,
}

/// What can be done with agents.
#[derive(Subcommand, Debug)]
pub(crate) enum AgentCommand {
    /// List all agents: those that came with the program, and those of `.aios/agents/`
    #[command(after_help = "Examples:\n  aios agent list\n  aios agent list --json")]
    List,

    /// Show an agent: what it can do, where it stands, and how it came there
    #[command(after_help = "Example:\n  aios agent show find")]
    Show(AgentName),

    /// Propose the file of a new agent
    #[command(after_help = "\
Examples:
  aios agent create reviewer --type analyzer --instructions 'Look for copied code.' --tool search
  aios agent create reviewer --file reviewer.yaml --apply")]
    Create(AgentCreate),

    /// Let an agent act, which its workspace has to be trusted for
    #[command(after_help = "Example:\n  aios agent activate reviewer")]
    Activate(AgentName),

    /// Set an active agent aside
    #[command(after_help = "Example:\n  aios agent suspend reviewer")]
    Suspend(AgentName),

    /// Let a suspended agent act again
    #[command(after_help = "Example:\n  aios agent resume reviewer")]
    Resume(AgentName),

    /// Propose another definition of an active agent; one that came with the program gets a file
    #[command(after_help = "\
Examples:
  aios agent modify reviewer --file new.yaml
  sed 's/brief/thorough/' .aios/agents/reviewer.yaml | aios agent modify reviewer --file -")]
    Modify(AgentChange),

    /// Take the other definition of a modified agent: apply its proposal, and make it active
    #[command(after_help = "Example:\n  aios agent apply reviewer")]
    Apply(AgentName),

    /// End an active agent; its file stays, and only a new agent of its name can begin
    #[command(after_help = "Example:\n  aios agent terminate reviewer")]
    Terminate(AgentName),
}

/// An agent, by its name.
#[derive(Args, Debug)]
pub(crate) struct AgentName {
    /// The name that `aios agent list` shows
    #[arg(value_name = "AGENT")]
    pub(crate) name: String,
}

/// Arguments of `aios agent create`.
#[derive(Args, Debug)]
pub(crate) struct AgentCreate {
    /// Its name: lower-case words joined by `-`
    #[arg(value_name = "AGENT")]
    pub(crate) name: String,

    /// What it is: assistants answer, analyzers also publish findings, generators also propose
    /// edits, specialists do what their tools do
    #[arg(long = "type", value_name = "TYPE", default_value = "assistant")]
    pub(crate) kind: AgentType,

    /// How it is told to behave
    #[arg(long, value_name = "TEXT", required_unless_present = "file")]
    pub(crate) instructions: Option<String>,

    /// A tool it may call; may be given several times
    #[arg(long, value_name = "TOOL")]
    pub(crate) tool: Vec<String>,

    /// All of its definition, in YAML; `-`: from standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "instructions", "tool"])]
    pub(crate) file: Option<PathBuf>,

    /// Apply at once what was proposed
    #[arg(long)]
    pub(crate) apply: bool,
}

/// What an agent is.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AgentType {
    /// Answers
    Assistant,
    /// Answers and publishes findings
    Analyzer,
    /// Answers and proposes edits
    Generator,
    /// Does what its tools do
    Specialist,
}

/// Arguments of `aios agent modify`.
#[derive(Args, Debug)]
pub(crate) struct AgentChange {
    /// The name that `aios agent list` shows
    #[arg(value_name = "AGENT")]
    pub(crate) name: String,

    /// All of its new definition, in YAML; `-`: from standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Apply at once what was proposed
    #[arg(long)]
    pub(crate) apply: bool,
}

/// Arguments of `aios trust`.
#[derive(Args, Debug)]
pub(crate) struct TrustArgs {
    /// Trust without asking
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Arguments of `aios evolve`.
#[derive(Args, Debug)]
pub(crate) struct EvolveArgs {
    /// What to do
    #[command(subcommand)]
    pub(crate) what: EvolveCommand,
}

/// What `aios evolve` does.
#[derive(Subcommand, Debug)]
pub(crate) enum EvolveCommand {
    /// Make an experiment now, and propose what it has proof of
    Run {
        /// Rule on this variant first; several make one variant
        #[arg(long = "try", value_name = "SETTING=PERCENT")]
        given: Vec<String>,

        /// Only commits before this moment are evidence: a date, a time, or a span as `2 months`
        #[arg(long, value_name = "WHEN", value_parser = when::written)]
        until: Option<String>,

        /// Look through what was done with the server for something else than weights
        #[arg(long, value_name = "LEVEL", value_parser = LEVELS)]
        #[arg(conflicts_with_all = ["given", "until"])]
        level: Option<String>,

        /// Apply at once what was proposed
        #[arg(long)]
        apply: bool,
    },

    /// Say what the policy is, what was learned, and what waits for an answer
    Status,

    /// List the experiments, the newest first, or print all of one
    History {
        /// The experiment
        #[arg(value_name = "EXPERIMENT")]
        id: Option<String>,

        /// How many at most
        #[arg(long, default_value_t = 20, value_name = "N", value_parser = up_to(500))]
        limit: u16,
    },

    /// Take back what an experiment changed
    Revert {
        /// The experiment [default: the last whose change is in force]
        #[arg(value_name = "EXPERIMENT")]
        id: Option<String>,
    },
}

/// Levels at which something is suggested because of what was noted, and by the code as it is.
const LEVELS: [&str; 4] = ["configuration", "code", "structure", "capability"];

/// Kinds of episodes.
pub(crate) const EPISODE_KINDS: [&str; 10] = [
    "question", "opened", "used", "missed", "command", "change", "agent", "slow", "noise", "memory",
];

/// Arguments of `aios episodes`.
#[derive(Args, Debug)]
pub(crate) struct EpisodesArgs {
    /// Only of this kind
    #[arg(long, value_name = "KIND", value_parser = EPISODE_KINDS)]
    pub(crate) kind: Option<String>,

    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = up_to(7000))]
    pub(crate) limit: u16,

    /// Forget all of them, and what was asked and looked at lately
    #[arg(long, conflicts_with_all = ["kind", "limit"])]
    pub(crate) forget: bool,
}

/// Arguments of `aios status`.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    /// List every skipped file with its reason
    #[arg(long)]
    pub(crate) skipped: bool,
}

/// Arguments of `aios setup`.
#[derive(Args, Debug)]
pub(crate) struct SetupArgs {
    /// The editor
    #[arg(value_name = "EDITOR")]
    pub(crate) editor: Editor,

    /// Show what would be changed, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Take it out again
    #[arg(long)]
    pub(crate) remove: bool,

    /// The extension's package, for VS Code [default: the one beside this program]
    #[arg(long, value_name = "FILE")]
    pub(crate) vsix: Option<PathBuf>,
}

/// What a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// `.aios/config.toml`.
    Config,
    /// `.aios/agents/*.yaml`.
    Agent,
    /// `.aios/workflows/*.yaml`.
    Workflow,
}

/// Arguments of `aios settings`.
#[derive(Args, Debug)]
pub(crate) struct SettingsArgs {
    /// Apply at once what was proposed
    #[arg(long)]
    pub(crate) apply: bool,

    /// Print a JSON Schema instead: of `.aios/config.toml`, of an agent, of a workflow
    #[arg(
        long,
        value_name = "OF",
        num_args = 0..=1,
        default_missing_value = "config",
        conflicts_with = "apply"
    )]
    pub(crate) schema: Option<SchemaOf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// The commands below `command` of which neither its help nor theirs shows an example, by
    /// their full names.
    fn without_example(command: &clap::Command, name: &str, acc: &mut Vec<String>) {
        let help = |it: &clap::Command| it.get_after_help().map(ToString::to_string);
        let above = help(command).unwrap_or_default();
        for it in command.get_subcommands().filter(|it| !it.is_hide_set()) {
            let name = format!("{name} {}", it.get_name());
            let shown = help(it).unwrap_or_default();
            if !shown.contains(&name) && !above.contains(&name) {
                acc.push(name.clone());
            }
            without_example(it, &name, acc);
        }
    }

    #[test]
    fn the_help_of_every_command_shows_an_example_of_it() {
        let mut acc = Vec::new();
        without_example(&Cli::command(), "aios", &mut acc);
        // Editors start this one, which its example shows.
        acc.retain(|it| it != "aios lsp");
        assert_eq!(acc, Vec::<String>::new());
    }
}
