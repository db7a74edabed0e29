//! One command's engine: started over the workspace, asked, and stopped in order.

use std::{io::IsTerminal, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use disk::Disk;
use engine::{
    Abilities, Caller, ClientChange, Engine, EngineConfig, IndexSummary, LoadGraph, Notice,
    NoticeLevel, Notices, ProgressState, ReadError, RunOutcome, RunRequest, Sandboxing, Snapshot,
    Stores, SystemClock, SystemRandom, Threads, remote_models, state_folder,
};
use ide::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use vfs::VfsPath;

use crate::{keys::UserKeys, programs::UserPrograms, user};

/// Work that takes less shows no bar.
const QUIET_TIME: Duration = Duration::from_millis(400);

/// An engine over one workspace, for as long as one command runs.
pub(crate) struct Session {
    engine: Engine,
    notices: Notices,
    /// The workspace.
    pub(crate) root: VfsPath,
}

impl Session {
    /// Starts an engine over `root` and opens the workspace. `graph` says whether the command asks
    /// the graph or only the index.
    pub(crate) fn start(root: &std::path::Path, graph: LoadGraph) -> anyhow::Result<Session> {
        let root = vfs_path(root)?;
        let config = config(&root, graph, Threads::for_command())?;
        Session::open(root, config)
    }

    /// Starts an engine that gives texts their vectors too.
    pub(crate) fn with_vectors(
        root: &std::path::Path,
        graph: LoadGraph,
    ) -> anyhow::Result<Session> {
        let root = vfs_path(root)?;
        let mut config = config(&root, graph, Threads::for_command())?;
        config.embedder = Some(Arc::new(models::built_in()));
        Session::open(root, config)
    }

    fn open(root: VfsPath, config: EngineConfig) -> anyhow::Result<Session> {
        let engine = Engine::start(config, Caller::local("aios command", Abilities::default()))?;
        let notices = engine.subscribe();
        engine.post(ClientChange::OpenWorkspace { roots: vec![root.clone()] });
        Ok(Session { engine, notices, root })
    }

    /// Starts an engine as [`Session::start`] and waits until its index is up to date.
    pub(crate) fn indexed(root: &std::path::Path, graph: LoadGraph) -> anyhow::Result<Session> {
        let mut session = Session::start(root, graph)?;
        session.index()?;
        Ok(session)
    }

    /// The same with vectors: what a search finds here is what it finds in an editor.
    pub(crate) fn indexed_with_vectors(
        root: &std::path::Path,
        graph: LoadGraph,
    ) -> anyhow::Result<Session> {
        let mut session = Session::with_vectors(root, graph)?;
        session.index()?;
        Ok(session)
    }

    /// Brings the index up to date, with a progress bar on a terminal.
    pub(crate) fn index(&mut self) -> anyhow::Result<IndexSummary> {
        match self.run(RunRequest::Index)? {
            RunOutcome::Indexed(summary) => Ok(*summary),
            RunOutcome::Refused(why) | RunOutcome::Failed(why) => bail!("{why}"),
            other => bail!("indexing ended as {other:?}"),
        }
    }

    /// Carries a run out and waits for its end. Messages go to stderr.
    pub(crate) fn run(&mut self, request: RunRequest) -> anyhow::Result<RunOutcome> {
        let wanted = self.engine.run(request);
        let bar = Bar::default();
        loop {
            let notice = self.notices.blocking_recv().context("the engine stopped")?;
            match notice {
                Notice::RunDone { run, outcome } if run == wanted => return Ok(outcome),
                Notice::Progress { state, .. } => bar.show(state),
                Notice::Message { level, text } => bar.tell(level, &text),
                _ => {}
            }
        }
    }

    /// Asks the present moment of the workspace.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> anyhow::Result<T> {
        Ok(self.engine.read_blocking(name, question)?)
    }
}

impl Session {
    /// Asks as [`Session::ask`] what may take its time, with a progress bar on a terminal. `title`
    /// says what is done.
    pub(crate) fn ask_long<T: Send + 'static>(
        &self,
        title: &'static str,
        question: impl FnOnce(&Snapshot, Progress<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> anyhow::Result<T> {
        let bar = Bar::default();
        let shown = bar.0.clone();
        shown.set_message(title);
        let answer = self.engine.read_blocking(title, move |snapshot| {
            question(snapshot, &mut |done, all| {
                if QUIET_TIME < shown.elapsed() {
                    shown.set_length(all as u64);
                    shown.set_position(done as u64);
                }
            })
        });
        bar.0.finish_and_clear();
        Ok(answer?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

fn vfs_path(root: &std::path::Path) -> anyhow::Result<VfsPath> {
    VfsPath::from_path(root).with_context(|| format!("the name of {} is not UTF-8", root.display()))
}

/// Where the state of the workspace `root` lies; `None` where no variable names a place for it.
pub(crate) fn state_dir(root: &VfsPath) -> Option<PathBuf> {
    let var = |name: &str| std::env::var(name).ok();
    state_folder(root, &Disk, &var)
}

/// The configuration of an engine over `root` as this machine's user has it.
pub(crate) fn config(
    root: &VfsPath,
    graph: LoadGraph,
    threads: Threads,
) -> anyhow::Result<EngineConfig> {
    let state = state_dir(root)
        .context("no folder for the state: set AIOS_STATE_DIR or HOME to an absolute path")?;
    Ok(EngineConfig {
        stores: Stores::Folder(state),
        loader: Arc::new(Disk),
        writer: None,
        clock: Arc::new(SystemClock::default()),
        random: Arc::new(SystemRandom),
        threads,
        settings: user::settings().0,
        embedder: None,
        chat: remote_models(Arc::new(UserKeys), Arc::new(UserPrograms)),
        graph,
        watch: false,
        sandbox: sandboxing(),
    })
}

/// This program, started anew as the supervisor of what it runs.
fn sandboxing() -> Option<Sandboxing> {
    let program = std::env::current_exe().ok()?;
    let machine = sandbox::machine(&|name| std::env::var(name).ok());
    Some(Sandboxing { launcher: sandbox::Launcher { program }, machine })
}

/// One line for the user beside the answer. It may tell what a repository or a model said.
#[expect(clippy::print_stderr, reason = "a command line program speaks on stderr")]
pub(crate) fn tell(line: &str) {
    eprintln!("{}", proposal::visible_text(line));
}

/// A progress bar that appears only for what takes its time, and only on a terminal.
struct Bar(ProgressBar);

impl Default for Bar {
    fn default() -> Bar {
        let style = ProgressStyle::with_template("{spinner} {msg} [{bar:30}] {percent}%")
            .expect("the template is a constant that is known to be right");
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(100)
        } else {
            ProgressBar::hidden()
        };
        Bar(bar.with_style(style))
    }
}

impl Bar {
    fn show(&self, state: ProgressState) {
        match state {
            ProgressState::Begin { title, .. } => self.0.set_message(title),
            ProgressState::Report { message, percent } if QUIET_TIME < self.0.elapsed() => {
                self.0.set_message(message);
                self.0.set_position(u64::from(percent.unwrap_or_default()));
            }
            ProgressState::Report { .. } => {}
            ProgressState::End { .. } => self.0.finish_and_clear(),
        }
    }

    fn tell(&self, level: NoticeLevel, text: &str) {
        let word = match level {
            NoticeLevel::Info => return,
            NoticeLevel::Warning => "warning",
            NoticeLevel::Error => "error",
        };
        self.0.suspend(|| tell(&format!("aios: {word}: {text}")));
    }
}
