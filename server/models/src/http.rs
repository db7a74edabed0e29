//! The door to the network: one request, with limits on time and length, given up the moment that
//! it is cancelled.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use ureq::{
    Agent, Proxy, Timeout,
    config::Config,
    http::{HeaderMap, HeaderName, HeaderValue, Request, Uri},
    tls::{RootCerts, TlsConfig},
    unversioned::{
        resolver::DefaultResolver,
        transport::{
            Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout,
            RustlsConnector, TcpConnector, Transport, time,
        },
    },
};

use crate::Phase;

/// How long what may take. The clock is the client's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the answer begins: a local model may have to be loaded first.
    pub first_byte: Duration,
    /// Until the next piece of it.
    pub idle: Duration,
    /// Until all of it is there.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(120),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(600),
        }
    }
}

/// Why there is no answer, or no more of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Cancelled,
    TimedOut(Phase),
    /// What the network said.
    Disconnected(String),
}

/// An answer whose head came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: ureq::BodyReader<'static>,
    watch: Arc<Watch>,
    idle: Duration,
    /// True where some of the body came.
    has_begun: bool,
}

/// Sends `body` to `uri`.
///
/// # Errors
/// Why there is no answer; an answer that tells an error is one.
pub(crate) fn post(
    uri: &Uri,
    headers: &[(&'static str, String)],
    body: &str,
    timeouts: &Timeouts,
    cancel: &Arc<AtomicBool>,
) -> Result<Answer, Failure> {
    let watch = Arc::new(Watch {
        cancel: Arc::clone(cancel),
        wait_ms: AtomicU64::new(millis(timeouts.first_byte)),
    });
    let mut request = Request::post(uri).header("content-type", "application/json");
    for (name, text) in headers {
        let mut value = HeaderValue::from_str(text)
            .map_err(|_| Failure::Disconnected("the key has characters no key has".to_owned()))?;
        value.set_sensitive(true);
        request = request.header(HeaderName::from_static(name), value);
    }
    let request = request.body(body).map_err(|error| Failure::Disconnected(error.to_string()))?;
    let response = client(uri, timeouts, &watch)
        .run(request)
        .map_err(|error| watch.failure(error, Phase::FirstByte))?;
    let (head, body) = response.into_parts();
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.into_reader(),
        watch,
        idle: timeouts.idle,
        has_begun: false,
    })
}

impl Answer {
    /// The next bytes of the body into `acc`; none at its end.
    ///
    /// # Errors
    /// Why there are no more.
    pub(crate) fn read(&mut self, acc: &mut [u8]) -> Result<usize, Failure> {
        let phase = if self.has_begun { Phase::Idle } else { Phase::FirstByte };
        let n_bytes =
            self.body.read(acc).map_err(|error| self.watch.failure(error.into(), phase))?;
        if self.watch.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        self.has_begun = true;
        self.watch.wait_ms.store(millis(self.idle), Ordering::Relaxed);
        Ok(n_bytes)
    }
}

/// Whether `uri` is this machine.
pub(crate) fn is_loopback(uri: &Uri) -> bool {
    matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// One client a request: the watch belongs to this request alone.
fn client(uri: &Uri, timeouts: &Timeouts, watch: &Arc<Watch>) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    // What listens on this machine is not behind a proxy.
    let proxy = if is_loopback(uri) { None } else { Proxy::try_from_env() };
    let config = Config::builder()
        .tls_config(tls)
        .proxy(proxy)
        .http_status_as_error(false)
        // Another address is another decision, and a key belongs to one address.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("aios/", env!("CARGO_PKG_VERSION")))
        // Small enough that a cancelled request stops soon while it is being sent.
        .output_buffer_size(16 * 1024)
        .timeout_resolve(Some(timeouts.connect))
        .timeout_connect(Some(timeouts.connect))
        .timeout_per_write(Some(timeouts.idle))
        .timeout_global(Some(timeouts.total))
        .build();
    let connector =
        ().chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(WatchConnector(Arc::clone(watch)))
            .chain(RustlsConnector::default());
    Agent::with_parts(config, connector, DefaultResolver::default())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What a waiting request looks at.
#[derive(Debug)]
struct Watch {
    cancel: Arc<AtomicBool>,
    /// How long the next bytes may take.
    wait_ms: AtomicU64,
}

impl Watch {
    /// How long a cancelled request goes on waiting at most.
    const SLICE: Duration = Duration::from_millis(50);

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// What `error` means; a wait for bytes was one for `phase`.
    fn failure(&self, error: ureq::Error, phase: Phase) -> Failure {
        match error {
            _ if self.is_cancelled() => Failure::Cancelled,
            ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
                Failure::TimedOut(Phase::Connect)
            }
            ureq::Error::Timeout(Timeout::Global) => Failure::TimedOut(Phase::Total),
            ureq::Error::Timeout(_) => Failure::TimedOut(phase),
            error => Failure::Disconnected(error.to_string()),
        }
    }
}

/// Puts the watch below TLS, where the waiting is done.
#[derive(Debug)]
struct WatchConnector(Arc<Watch>);

impl<In: Transport> Connector<In> for WatchConnector {
    type Out = Watched<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Watched<In>>, ureq::Error> {
        Ok(chained.map(|inner| Watched { inner, watch: Arc::clone(&self.0) }))
    }
}

/// A connection that waits in slices.
#[derive(Debug)]
struct Watched<In> {
    inner: In,
    watch: Arc<Watch>,
}

impl<In> Watched<In> {
    fn check(&self) -> Result<(), ureq::Error> {
        // Not `Interrupted`: that is tried again.
        let gone = || std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
        if self.watch.is_cancelled() { Err(gone().into()) } else { Ok(()) }
    }
}

impl<In: Transport> Transport for Watched<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.check()?;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let wait = Duration::from_millis(self.watch.wait_ms.load(Ordering::Relaxed));
        let (limit, reason) = match *timeout.after <= wait {
            true => (*timeout.after, timeout.reason),
            false => (wait, Timeout::PerRead),
        };
        // Slices are counted, not timed: whatever they are late only makes the wait longer.
        let mut left = limit;
        loop {
            self.check()?;
            let after = time::Duration::Exact(left.min(Watch::SLICE));
            match self.inner.await_input(NextTimeout { after, reason, ..timeout }) {
                Err(ureq::Error::Timeout(_)) if Watch::SLICE < left => left -= Watch::SLICE,
                other => return other,
            }
        }
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
