//! `aios lsp`: the server over stdin and stdout, with its log in the state folder, on stderr and in
//! the editor.

use std::{process::ExitCode, sync::Arc};

use engine::{Caller, Engine, LoadGraph, Threads};
use tracing::{Level, Subscriber, field::Visit};
use tracing_subscriber::{Layer, filter::LevelFilter, layer::Context};
use vfs::VfsPath;

use crate::{args::Shared, log, root, session, user};

/// Serves one editor until it says goodbye or goes away; the exit code is the protocol's.
pub(crate) fn run(shared: &Shared) -> ExitCode {
    let (client_log, entries) = lsp::client_log();
    // The editor names its folders later; the log goes where this folder's state lies.
    let state = root::workspace(shared.root.as_deref()).ok();
    let state = state.and_then(|it| session::state_dir(&VfsPath::from_path(&it)?));
    let editor: log::BoxedLayer =
        Box::new(EditorLog(client_log).with_filter(log::ours(LevelFilter::INFO)));
    let (layers, errors) = user::settings();
    let levels = log::Levels::new(layers.settings().log_level, shared.verbose);
    if let Err(error) = log::start(state.as_deref(), levels, Some(editor)) {
        // A server without a log still serves.
        session::tell(&format!("aios: no log: {error:#}"));
    }
    errors.iter().for_each(|it| tracing::warn!("{it}"));
    lsp::run(lsp::Config {
        start: Box::new(|roots, caller| start(roots, caller).map_err(|it| format!("{it:#}"))),
        log: Some(entries),
    })
}

/// The engine over the folders that the editor opened. Single files without a folder share the
/// state of the file system's root.
fn start(roots: &[VfsPath], caller: Caller) -> anyhow::Result<Engine> {
    let top = VfsPath::new("/").expect("this is how the root is spelt");
    let root = roots.first().unwrap_or(&top);
    let mut config = session::config(root, LoadGraph::Always, Threads::for_server())?;
    config.watch = true;
    config.embedder = Some(Arc::new(models::built_in()));
    Ok(Engine::start(config, caller)?)
}

/// Hands what is worth a user's look to the editor's log.
struct EditorLog(lsp::ClientLog);

impl<S: Subscriber> Layer<S> for EditorLog {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let level = match *event.metadata().level() {
            Level::ERROR => lsp::LogLevel::Error,
            Level::WARN => lsp::LogLevel::Warning,
            _ => lsp::LogLevel::Info,
        };
        let mut words = Words::default();
        event.record(&mut words);
        self.0.send(level, words.0);
    }
}

/// The fields of an event as one line, the message first.
#[derive(Default)]
struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let words = match field.name() {
            "message" => format!("{value:?}"),
            name => format!(" {name}={value:?}"),
        };
        if field.name() == "message" {
            self.0.insert_str(0, &words);
        } else {
            self.0.push_str(&words);
        }
    }
}
