//! What agents have run: the project's own checks on what they have taken down, and programs that a
//! specialist brings. Both in the sandbox, both only where the workspace is trusted.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use agent::{Answer, Call, OwnTool, SkillReply};
use disk::Drafts;
use proposal::{Draft, is_secret, visible_line};
use sandbox::{How, Job, Limits, Network, Stream};
use settings::VerifySettings;
use vfs::VfsPath;

use crate::{
    RunOutcome, Standing,
    agents::{steps::StepContext, tools},
    edits::tasks::EditContext,
    event::Event,
    format::Tools,
    own::{OWN_FOLDER, digest},
    state::GlobalState,
    task::TaskDone,
    verify::{
        VerifyDone,
        tasks::{Subject, VerifyContext, verify},
    },
};

/// How long a program of a specialist's may take.
const TIME_MS_MAX: u64 = 120_000;
const MEMORY_BYTES_MAX: u64 = 2 << 30;
const PROCESSES_MAX: u32 = 128;
/// Bytes of what it says that are kept.
const OUTPUT_BYTES_MAX: usize = 64 * 1024;
/// What is older was left by somebody who was killed.
const LEFT_MS_MIN: u64 = 60 * TIME_MS_MAX;
/// Unsaved documents that are named.
const NAMED_MAX: usize = 5;

/// With what agents have something run.
pub(crate) struct Programs {
    tools: Result<Tools, &'static str>,
    verify: VerifySettings,
}

impl GlobalState {
    /// With what agents have something run at this moment.
    pub(crate) fn programs(&self) -> Programs {
        let tools = match self.own.standing {
            Standing::Trusted => self.tools().ok_or("this program has no sandbox to run it in"),
            _ => Err("it runs code of the workspace: trust that first (`aios trust`)"),
        };
        Programs { tools, verify: self.configuration.settings.verify.clone() }
    }
}

/// Runs the project's own checks on the workspace with what the run has taken down.
pub(crate) fn check(ctx: &StepContext, taken: &[Call]) -> Answer {
    match checked(ctx, taken) {
        Ok(text) => reported("Checks".to_owned(), text),
        Err(why) => Answer::Failed(why),
    }
}

fn checked(ctx: &StepContext, taken: &[Call]) -> Result<String, String> {
    let Programs { tools, verify: settings } = &ctx.programs;
    let tools = tools.as_ref().map_err(|it| (*it).to_owned())?;
    let edit = &ctx.edit;
    let root = edit.snapshot.roots.first().cloned().ok_or("no folder is open")?;
    let subject = if taken.is_empty() { Subject::Workspace } else { drafted(edit, taken)? };
    let (run, inbox) = (ctx.listener.run, ctx.listener.inbox.clone());
    let mut context = VerifyContext {
        edit,
        sandboxing: tools.sandboxing.clone(),
        folder: tools.folder.clone(),
        root,
        settings: settings.clone(),
        say: Box::new(move |text| {
            inbox.send(Event::Task(TaskDone::Verify(VerifyDone::Progress(run, text))));
        }),
    };
    if !taken.is_empty() {
        // Nobody has looked at what is run: it reaches no network, and what it leaves behind is
        // none of what the user's own checks work with.
        context.settings.has_network = false;
        context.folder.push("drafts");
    }
    match verify(&context, subject) {
        RunOutcome::Verified { verdict, .. } => {
            let mut text = verdict.describe();
            for it in verdict.checks.iter().filter(|it| !it.output.trim().is_empty()) {
                text.push_str(&format!("\nThe end of what `{}` said:\n{}", it.name, it.output));
            }
            Ok(text)
        }
        other => Err(other.describe()),
    }
}

/// What the run has taken down, as a change that nobody was asked about.
fn drafted(edit: &EditContext, taken: &[Call]) -> Result<Subject, String> {
    let change = match tools::gather(edit, "", "", taken) {
        Answer::Done { reply: SkillReply::Change { change, .. }, .. } => change,
        Answer::Done { text, .. } | Answer::Failed(text) => return Err(text),
    };
    let draft = Draft { change, ..Draft::default() };
    let made = edit.proposing(|ctx| proposal::propose(draft, ctx));
    let (mut proposal, simulation) = made.map_err(|it| it.to_string())?;
    proposal::add_effect(&mut proposal, &simulation, &edit.snapshot.analysis);
    Ok(Subject::Draft { proposal: Arc::new(proposal), simulation: Arc::new(simulation) })
}

/// Runs a program that a specialist brings. It reads the workspace as it is saved, writes nothing
/// of it and reaches no network.
pub(crate) fn run(
    ctx: &StepContext,
    tool: &OwnTool,
    arguments: &BTreeMap<String, String>,
) -> Answer {
    match ran(ctx, tool, arguments) {
        Ok(text) => reported(tool.name.clone(), text),
        Err(why) => Answer::Failed(why),
    }
}

fn reported(title: String, text: String) -> Answer {
    let reply = SkillReply::Report { title, markdown: text.clone() };
    Answer::Done { reply, text }
}

fn ran(
    ctx: &StepContext,
    tool: &OwnTool,
    arguments: &BTreeMap<String, String>,
) -> Result<String, String> {
    let tools = ctx.programs.tools.as_ref().map_err(|it| (*it).to_owned())?;
    let root = ctx.edit.snapshot.roots.first().ok_or("no folder is open")?;
    check_places(&ctx.edit, tool, arguments)?;
    let argv = tool.argv(arguments)?;
    argv.iter().try_for_each(|it| check_trusted(&ctx.edit, root, it))?;
    let folder = tools.folder.join("tools");
    Drafts::sweep(&folder, ctx.edit.clock.wall_ms().saturating_sub(LEFT_MS_MIN));
    let place = folder.join(ctx.edit.random.next().to_string());
    let scratch = Drafts::write(&place, &root.as_path(), &[]).map_err(|it| it.to_string())?;
    let job = job(tools, &argv, root, &scratch.tree)?;
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let flag = ctx.edit.cancel.flag();
    let ended = sandbox::run(&tools.sandboxing.launcher, &job, &flag, &mut |stream, bytes| {
        let kept = match stream {
            Stream::Out => &mut said,
            Stream::Err => &mut complained,
        };
        let room = OUTPUT_BYTES_MAX.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    });
    let ended = ended.map_err(|it| it.to_string())?;
    let text = |bytes: &[u8]| -> String {
        String::from_utf8_lossy(bytes).lines().map(|it| format!("{}\n", visible_line(it))).collect()
    };
    if ended.how != How::Exited(0) {
        let said = if complained.is_empty() { text(&said) } else { text(&complained) };
        let gap = if said.is_empty() { "" } else { ": " };
        return Err(format!("`{}` ended with {}{gap}{}", tool.name, ended.how, said.trim_end()));
    }
    Ok(format!("{}{}", text(&said), unsaved(&ctx.edit, root)))
}

/// What an argument names as a file is one that an agent may read.
fn check_places(
    ctx: &EditContext,
    tool: &OwnTool,
    arguments: &BTreeMap<String, String>,
) -> Result<(), String> {
    let is_file = |name: &str| matches!(name, "path" | "file");
    for it in tool.parameters.iter().filter(|it| is_file(&it.name)) {
        let Some(written) = arguments.get(&it.name) else { continue };
        let path = tools::file(ctx, written)?;
        if is_secret(&path) {
            return Err(format!("{path} may hold secrets: it is not read"));
        }
    }
    Ok(())
}

/// A file below `.aios/` is run only as the user trusted it: no link, nothing that git leaves out,
/// and not what somebody wrote there a moment ago.
fn check_trusted(ctx: &EditContext, root: &VfsPath, argument: &str) -> Result<(), String> {
    if argument.split_once('/').is_none_or(|it| it.0 != OWN_FOLDER) {
        return Ok(());
    }
    let path = root.join(argument);
    let text = ctx.snapshot.loader.read(&path).and_then(|it| vfs::decode(&path, it));
    let now = text.map(|it| digest(&it)).map_err(|it| it.to_string())?;
    match ctx.snapshot.own.contents.get(argument) == Some(&now) {
        true => Ok(()),
        false => Err(format!(
            "{argument} is not as it was trusted, or was never looked at: links and files that \
             git ignores are not"
        )),
    }
}

fn job(tools: &Tools, argv: &[String], root: &VfsPath, scratch: &Path) -> Result<Job, String> {
    let (program, args) = argv.split_first().ok_or("an empty command")?;
    let program = match program.split_once('/') {
        Some((OWN_FOLDER, _)) => root.join(program).as_path().display().to_string(),
        _ => program.clone(),
    };
    let machine = &tools.sandboxing.machine;
    let root = root.as_path();
    Ok(Job {
        program,
        args: args.to_vec(),
        folder: root.clone(),
        env: tools.env(scratch),
        read: machine.read.iter().cloned().chain([root]).collect(),
        write: vec![scratch.to_owned()],
        network: Network::None,
        limits: Limits {
            time_ms: TIME_MS_MAX,
            memory_bytes: MEMORY_BYTES_MAX,
            processes: PROCESSES_MAX,
            ..Limits::default()
        },
    })
}

/// Says which documents hold what the program did not see; nothing where none does.
fn unsaved(ctx: &EditContext, root: &VfsPath) -> String {
    let vfs = &ctx.snapshot.vfs;
    let is_unsaved = |path: &VfsPath, text: &str| {
        ctx.snapshot.loader.read(path).is_ok_and(|it| it != text.as_bytes())
    };
    let open = vfs.overlays().map(|it| (vfs.path(it.0), it.1.rope.to_string()));
    let unsaved = open.filter(|it| it.0.starts_with(root) && is_unsaved(it.0, &it.1));
    let names: Vec<&str> = unsaved.filter_map(|it| it.0.relative_to(root)).collect();
    match names.len() {
        0 => String::new(),
        n => {
            let more = if NAMED_MAX < n { " and others" } else { "" };
            let names: Vec<&str> = names.into_iter().take(NAMED_MAX).collect();
            format!("\n(it saw the files as saved; not saved: {}{more})\n", names.join(", "))
        }
    }
}
