//! The structured log: one JSON object a line in the state folder, short lines on stderr.
//!
//! Each object has `timestamp`, `level`, `service` (the part that speaks), `cause` (the spans
//! around it, outermost first) and `message`; further fields as the part gave them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::Mutex,
};

use serde_json::{Map, Value};
use settings::LogLevel;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::Context,
    layer::SubscriberExt as _,
    registry::LookupSpan,
};

/// From this size on a log is set aside as `aios.log.old` when the next process starts.
const LOG_BYTES_MAX: u64 = 4 << 20;

/// How much goes where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Levels {
    file: LevelFilter,
    stderr: LevelFilter,
}

impl Levels {
    /// The file takes what the setting `log.level` says, stderr what `-v` was given how often.
    pub(crate) fn new(setting: LogLevel, verbose: u8) -> Levels {
        let file = match setting {
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Trace => LevelFilter::TRACE,
        };
        let stderr = match verbose {
            0 => LevelFilter::ERROR,
            1 => LevelFilter::INFO,
            _ => LevelFilter::DEBUG,
        };
        Levels { file, stderr }
    }
}

/// Starts the log of this process: to `aios.log` in `state_dir` where that can be written, and to
/// stderr. `extra` is one more layer, the editor's log.
///
/// # Errors
/// Where this process has a log already.
pub(crate) fn start(
    state_dir: Option<&Path>,
    levels: Levels,
    extra: Option<BoxedLayer>,
) -> anyhow::Result<()> {
    let file = state_dir.and_then(|it| JsonLines::open(&it.join("aios.log")));
    let stderr = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .without_time()
        .with_target(false)
        .with_filter(ours(levels.stderr));
    let subscriber = tracing_subscriber::registry()
        .with(extra)
        .with(file.map(|it| it.with_filter(ours(levels.file))))
        .with(stderr);
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(())
}

/// What is logged from `level` on, without the protocol library's complaint that a client has gone:
/// it makes one for each message, and told to the client it would make the next.
pub(crate) fn ours(level: LevelFilter) -> Targets {
    Targets::new().with_default(level).with_target("tower_lsp_server", LevelFilter::OFF)
}

/// A layer of the log that somebody else wrote.
pub(crate) type BoxedLayer = Box<dyn Layer<tracing_subscriber::Registry> + Send + Sync>;

/// Writes each event as a line of JSON. A line that cannot be written is dropped: the log must
/// never be why work fails.
struct JsonLines {
    file: Mutex<File>,
}

impl JsonLines {
    fn open(path: &Path) -> Option<JsonLines> {
        fs::create_dir_all(path.parent()?).ok()?;
        let is_full = fs::metadata(path).is_ok_and(|it| LOG_BYTES_MAX < it.len());
        if is_full {
            // A failure leaves the long log in place, which is no worse than before.
            let _ = fs::rename(path, path.with_extension("log.old"));
        }
        let file = OpenOptions::new().create(true).append(true).open(path).ok()?;
        Some(JsonLines { file: Mutex::new(file) })
    }
}

/// The fields of a span, kept with it for the events inside.
struct SpanFields(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines {
    fn on_new_span(&self, attrs: &span::Attributes<'_>, id: &span::Id, ctx: Context<'_, S>) {
        let mut fields = JsonFields::default();
        attrs.record(&mut fields);
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().replace(SpanFields(fields.as_words()));
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let causes: Vec<String> = ctx
            .event_scope(event)
            .map(|scope| scope.from_root().map(|it| span_words(&it)).collect())
            .unwrap_or_default();
        let line = json_line(&jiff::Timestamp::now().to_string(), event, &causes);
        let Ok(mut file) = self.file.lock() else { return };
        let _ = file.write_all(line.as_bytes());
    }
}

fn span_words<'a, S: Subscriber + LookupSpan<'a>>(
    span: &tracing_subscriber::registry::SpanRef<'a, S>,
) -> String {
    match span.extensions().get::<SpanFields>() {
        Some(SpanFields(fields)) if !fields.is_empty() => format!("{} {fields}", span.name()),
        _ => span.name().to_owned(),
    }
}

fn json_line(timestamp: &str, event: &Event<'_>, causes: &[String]) -> String {
    let mut fields = JsonFields::default();
    event.record(&mut fields);
    let level = match *event.metadata().level() {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    };
    let service = event.metadata().target().split("::").next().unwrap_or("aios");
    let mut object = Map::new();
    object.insert("timestamp".into(), timestamp.into());
    object.insert("level".into(), level.into());
    object.insert("service".into(), service.into());
    object.insert("cause".into(), causes.join(" > ").into());
    let message = fields.0.remove("message").unwrap_or_else(|| "".into());
    object.insert("message".into(), message);
    object.extend(fields.0);
    format!("{}\n", Value::Object(object))
}

/// Fields of a span or an event as JSON values.
#[derive(Default)]
struct JsonFields(Map<String, Value>);

impl JsonFields {
    fn as_words(&self) -> String {
        let words = self.0.iter().map(|(key, value)| match value {
            Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        });
        words.collect::<Vec<String>>().join(" ")
    }
}

impl Visit for JsonFields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
