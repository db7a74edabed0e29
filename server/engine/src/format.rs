//! What a change leaves is formatted as the project formats it, before it is proposed: the preview
//! shows what will be there. Formatters run on copies of the few files, in the sandbox.

pub(crate) mod formatters;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use disk::Drafts;
use proposal::{
    Draft, Formatted, SimulatedFile, Simulation, is_secret, visible_line, with_formatted,
};
use sandbox::{How, Job, Limits, Network};
use settings::FormatChanges;
use vfs::VfsPath;

use crate::{
    Sandboxing, Standing,
    edits::tasks::EditContext,
    format::formatters::{Files, Formatter, configs, formatter_of},
    state::GlobalState,
};

/// More files of one change are not formatted.
const FILES_MAX: usize = 1_000;
/// How long one formatter may take for all files of a change.
const TIME_MS_MAX: u64 = 60_000;
/// What is older was left by somebody who was killed.
const LEFT_MS_MIN: u64 = 60 * TIME_MS_MAX;
const MEMORY_BYTES_MAX: u64 = 4 << 30;
const PROCESSES_MAX: u32 = 128;
/// Bytes of what a formatter says that are looked at.
const OUTPUT_BYTES_MAX: usize = 4 * 1024;

/// Whether changes are formatted.
pub(crate) enum Formatting {
    /// Nobody wants it.
    Off,
    /// It is wanted, and cannot be: why.
    Not(&'static str),
    /// By formatters that run like this.
    By(Tools),
}

/// With what formatters, and programs of agents, are run.
pub(crate) struct Tools {
    pub(crate) sandboxing: Sandboxing,
    /// Where copies and scratch files lie.
    pub(crate) folder: PathBuf,
}

impl Tools {
    /// The environment of a program that has `scratch` for itself.
    pub(crate) fn env(&self, scratch: &Path) -> BTreeMap<String, String> {
        let mut env = self.sandboxing.machine.env.clone();
        let scratch = scratch.display().to_string();
        for (name, value) in [("HOME", &*scratch), ("TMPDIR", &*scratch), ("NO_COLOR", "1")] {
            env.insert(name.to_owned(), value.to_owned());
        }
        env
    }
}

impl Formatting {
    /// Whether formatters are run.
    pub(crate) fn is_on(&self) -> bool {
        matches!(self, Formatting::By(_))
    }
}

impl GlobalState {
    /// Whether what is proposed from now on is formatted.
    pub(crate) fn formatting(&self) -> Formatting {
        if self.configuration.settings.changes.format == FormatChanges::Off {
            return Formatting::Off;
        }
        if self.own.standing != Standing::Trusted {
            return Formatting::Not(
                "a formatter runs what the workspace configures; trust it first",
            );
        }
        let not = || Formatting::Not("this program has no sandbox to format in");
        self.tools().map_or_else(not, Formatting::By)
    }

    /// With what programs are run, where there is a sandbox.
    pub(crate) fn tools(&self) -> Option<Tools> {
        let (sandboxing, folder) =
            (self.outside.sandboxing.clone()?, self.outside.verify_folder()?);
        Some(Tools { sandboxing, folder })
    }
}

/// The files of one formatter.
struct Batch<'a> {
    root: &'a VfsPath,
    formatter: Formatter,
    files: Vec<&'a SimulatedFile>,
}

/// `draft`, whose texts before and after are in `simulation`, with what formatters make of it; says
/// in its reason which they were, and what was left as it is.
pub(crate) fn formatted(ctx: &EditContext, draft: Draft, simulation: &Simulation) -> Draft {
    let tools = match &ctx.formatting {
        Formatting::Off => return draft,
        Formatting::Not(why) => return noted(draft, &[format!("not formatted: {why}")]),
        Formatting::By(tools) => tools,
    };
    let folder = tools.folder.join("format");
    Drafts::sweep(&folder, ctx.clock.wall_ms().saturating_sub(LEFT_MS_MIN));
    let (mut done, mut notes) = (Vec::new(), Vec::new());
    for (nth, batch) in batches(ctx, simulation, &mut notes).iter().enumerate() {
        let place = folder.join(format!("{}-{nth}", ctx.random.next()));
        match run(ctx, tools, batch, &place) {
            Ok((more, left)) => {
                done.extend(more);
                notes.extend(left);
            }
            Err(why) => notes.push(format!("not formatted by {}: {why}", batch.formatter.name)),
        }
    }
    let by: BTreeSet<&str> = done.iter().map(|it: &Formatted| it.by.as_str()).collect();
    notes.splice(0..0, by.iter().map(|it| format!("formatted by {it}")));
    with_formatted(noted(draft, &notes), simulation, &done)
}

fn noted(mut draft: Draft, notes: &[String]) -> Draft {
    for note in notes {
        let gap = if draft.reason.is_empty() { "" } else { "; " };
        draft.reason = format!("{}{gap}{note}", draft.reason);
    }
    draft
}

/// The files that have a formatter, by that.
fn batches<'a>(
    ctx: &'a EditContext,
    simulation: &'a Simulation,
    notes: &mut Vec<String>,
) -> Vec<Batch<'a>> {
    let mut res: BTreeMap<(&VfsPath, Formatter), Vec<&SimulatedFile>> = BTreeMap::new();
    let mut n_files = 0;
    for file in &simulation.files {
        let Some(after) = file.after.as_ref().filter(|it| !is_secret(it)) else { continue };
        if file.pre == file.post {
            continue;
        }
        let Some(root) = crate::files::root_of(&ctx.snapshot.roots, after) else { continue };
        let Some(below) = after.relative_to(root) else { continue };
        let found = with_files(ctx, root, |files| formatter_of(below, files));
        let Some(formatter) = found else { continue };
        n_files += 1;
        if n_files <= FILES_MAX {
            res.entry((root, formatter)).or_default().push(file);
        }
    }
    if FILES_MAX < n_files {
        notes.push(format!("only the first {FILES_MAX} files are formatted"));
    }
    let batches = res.into_iter();
    batches.map(|((root, formatter), files)| Batch { root, formatter, files }).collect()
}

fn with_files<T>(ctx: &EditContext, root: &VfsPath, with: impl FnOnce(&Files<'_>) -> T) -> T {
    let loader = &ctx.snapshot.loader;
    with(&Files {
        read: &|it| String::from_utf8(loader.read(&root.join(it)).ok()?).ok(),
        has: &|it| loader.stat(&root.join(it)).is_ok(),
    })
}

/// What a formatter makes of its files, and which it was not allowed to touch: a file that was not
/// formatted before would change from top to bottom.
fn run(
    ctx: &EditContext,
    tools: &Tools,
    batch: &Batch<'_>,
    place: &Path,
) -> Result<(Vec<Formatted>, Vec<String>), String> {
    let root = batch.root;
    let below = |path: &Option<VfsPath>| path.as_ref()?.relative_to(root).map(str::to_owned);
    type Side = fn(&SimulatedFile) -> (&Option<VfsPath>, &Option<Arc<[u8]>>);
    let text = |side: Side| -> Result<(Drafts, Vec<String>), String> {
        let files = batch.files.iter().filter_map(|it| {
            let (path, bytes) = side(it);
            Some((below(path)?, bytes.as_ref()?.to_vec()))
        });
        let mut files: Vec<(String, Vec<u8>)> = files.collect();
        let paths: Vec<String> = files.iter().map(|it| it.0.clone()).collect();
        let own = with_files(ctx, root, |it| configs(paths.iter().map(String::as_str), it));
        let read = |it: String| Some((it.clone(), ctx.snapshot.loader.read(&root.join(&it)).ok()?));
        files.extend(own.into_iter().filter(|it| !paths.contains(it)).filter_map(read));
        let drafts = Drafts::write(place, &root.as_path(), &files);
        Ok((drafts.map_err(|it| it.to_string())?, paths))
    };
    let mut left = BTreeMap::new();
    {
        let (drafts, paths) = text(|it| (&it.before, &it.pre))?;
        if !paths.is_empty() {
            carry_out(ctx, tools, &batch.formatter, (&drafts, &paths))?;
        }
        for file in &batch.files {
            let (Some(path), Some(pre)) = (below(&file.before), &file.pre) else { continue };
            let is_same = drafts.read(&path).is_ok_and(|it| *it == **pre);
            if !is_same {
                left.insert(below(&file.after), path);
            }
        }
    }
    let (drafts, paths) = text(|it| (&it.after, &it.post))?;
    carry_out(ctx, tools, &batch.formatter, (&drafts, &paths))?;
    let mut done = Vec::new();
    for path in paths.iter().filter(|it| !left.contains_key(&Some((*it).clone()))) {
        let text = drafts.read(path).ok().and_then(|it| String::from_utf8(it).ok());
        let text = text.ok_or_else(|| format!("{path} cannot be read afterwards"))?;
        let by = batch.formatter.name.to_owned();
        done.push(Formatted { path: root.join(path), text, by });
    }
    let changed = |it: &Formatted| {
        let file = batch.files.iter().find(|file| file.after.as_ref() == Some(&it.path));
        file.and_then(|file| file.post_text()).is_some_and(|post| post != it.text)
    };
    done.retain(changed);
    let name = batch.formatter.name;
    let left = left.into_values();
    let left = left.map(|it| format!("{it} is left as it is: {name} had not formatted it before"));
    Ok((done, left.collect()))
}

fn carry_out(
    ctx: &EditContext,
    tools: &Tools,
    formatter: &Formatter,
    (drafts, paths): (&Drafts, &[String]),
) -> Result<(), String> {
    let temporary = drafts.tree.join(".aios-scratch");
    disk::create_folder(&temporary).map_err(|it| it.to_string())?;
    let machine = &tools.sandboxing.machine;
    let (program, args) = formatter.argv.split_first().ok_or("an empty command")?;
    let program = match program.strip_prefix("./") {
        Some(below) => drafts.tree.join(below).display().to_string(),
        None => program.clone(),
    };
    // A name that begins with a dash is no option.
    let paths = paths.iter().map(|it| format!("./{it}"));
    let job = Job {
        program,
        args: args.iter().cloned().chain(paths).collect(),
        folder: drafts.tree.clone(),
        env: tools.env(&temporary),
        read: machine.read.iter().cloned().chain(drafts.installed.iter().cloned()).collect(),
        write: vec![drafts.tree.clone()],
        network: Network::None,
        limits: Limits {
            time_ms: TIME_MS_MAX,
            memory_bytes: MEMORY_BYTES_MAX,
            processes: PROCESSES_MAX,
            ..Limits::default()
        },
    };
    let mut said: Vec<u8> = Vec::new();
    let flag = ctx.cancel.flag();
    let ended = sandbox::run(&tools.sandboxing.launcher, &job, &flag, &mut |_, bytes| {
        let room = OUTPUT_BYTES_MAX.saturating_sub(said.len());
        said.extend_from_slice(&bytes[..bytes.len().min(room)]);
    });
    let ended = ended.map_err(|it| it.to_string())?;
    if ended.how == How::Exited(0) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().map(str::trim).find(|it| !it.is_empty()).unwrap_or_default();
    let gap = if line.is_empty() { "" } else { ": " };
    Err(format!("{}{gap}{}", ended.how, visible_line(line)))
}
