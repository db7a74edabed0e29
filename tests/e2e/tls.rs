//! Models behind TLS and proxies: whom the client believes, where a key goes, what a proxy sees.
//!
//! `tls/` holds an authority that exists for these tests only (its key was thrown away), and a
//! certificate of it for `provider.test` and 127.0.0.1.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use fixture::provider::{Protocol, Provider, Turn};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::{
    models::{config, configure},
    workspace::Workspace,
};

const KEY: &str = "sk-nobody-may-see-this";
const CERTIFICATE: &[u8] = include_bytes!("tls/server.pem");
const CERTIFICATE_KEY: &[u8] = include_bytes!("tls/server.key");

/// A provider with its doors: a plain one, one with TLS before it, and a proxy that leads there.
struct Street {
    provider: Provider,
    tls_port: u16,
    proxy_port: u16,
    /// What went to the proxy before it was a tunnel, and what went through it.
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Street {
    fn new(turns: usize) -> Street {
        let turns = vec![Turn::Say("ready".to_owned()); turns];
        let provider = Provider::script(Protocol::OpenAi, turns);
        let plain = provider.url();
        let plain = plain.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
        let tls_port = serve(move |stream| end_tls(&stream, &plain));
        let heard = Arc::<Mutex<Vec<u8>>>::default();
        let of_proxy = Arc::clone(&heard);
        let proxy_port = serve(move |stream| tunnel(&stream, tls_port, &of_proxy));
        Street { provider, tls_port, proxy_port, heard }
    }

    /// What the proxy has heard, as far as it is text.
    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

/// Answers each connection on a thread of its own, as long as the test runs.
fn serve(answer: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A client that goes away is what some tests are about.
            thread::spawn(move || answer(stream));
        }
    });
    port
}

/// Ends TLS and has the provider behind it answer.
fn end_tls(stream: &TcpStream, plain: &str) -> io::Result<()> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(CERTIFICATE_KEY).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let connection = ServerConnection::new(Arc::new(config)).unwrap();
    let mut tls = StreamOwned::new(connection, stream);
    let request = read_request(&mut tls)?;
    let mut provider = TcpStream::connect(plain)?;
    provider.write_all(&request)?;
    let mut answer = Vec::new();
    provider.read_to_end(&mut answer)?;
    tls.write_all(&answer)?;
    tls.conn.send_close_notify();
    tls.flush()
}

fn read_request(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        request.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
        let length: usize = length.and_then(|it| it.trim().parse().ok()).unwrap_or(0);
        if head.len() + 4 + length <= request.len() {
            return Ok(request);
        }
    }
}

/// A proxy: leads everything that asks for a tunnel to the one door with TLS.
fn tunnel(stream: &TcpStream, port: u16, heard: &Mutex<Vec<u8>>) -> io::Result<()> {
    let mut client = stream.try_clone()?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    heard.lock().unwrap().extend_from_slice(&head);
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let (mut from, mut to) = (server.try_clone()?, stream.try_clone()?);
    let back = thread::spawn(move || {
        let copied = io::copy(&mut from, &mut to);
        to.shutdown(Shutdown::Write).and(copied)
    });
    let mut server = server;
    let mut buffer = [0; 4096];
    loop {
        let n = client.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        heard.lock().unwrap().extend_from_slice(&buffer[..n]);
        server.write_all(&buffer[..n])?;
    }
    server.shutdown(Shutdown::Write)?;
    back.join().unwrap().map(drop)
}

/// Asks the model at `url` for a word, in an environment with `env`; exit code and what is printed.
fn check(workspace: &Workspace, url: &str, env: &[(&str, String)]) -> (i32, String) {
    configure(workspace, &config(Protocol::OpenAi, url, "env:TEST_KEY"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_aios"));
    command.args(["models", "--check", "test"]).current_dir(workspace.root());
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command
        .env("AIOS_STATE_DIR", workspace.state())
        .env("XDG_CONFIG_HOME", workspace.state().join("config"))
        .env("TEST_KEY", KEY)
        .envs(env.iter().map(|it| (it.0, &it.1)));
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(printed).unwrap())
}

/// The test's own authority, for a client that is to believe it.
fn authority(workspace: &Workspace) -> (&'static str, String) {
    let path = workspace.state().join("ca.pem");
    std::fs::create_dir_all(workspace.state()).unwrap();
    std::fs::write(&path, include_bytes!("tls/ca.pem")).unwrap();
    ("SSL_CERT_FILE", path.display().to_string())
}

#[test]
fn a_provider_is_believed_by_its_certificate_alone() {
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    let street = Street::new(1);
    let url = format!("https://127.0.0.1:{}/v1", street.tls_port);
    let (code, told) = check(&workspace, &url, &[]);
    assert_eq!(code, 1, "nobody knows that authority: {told}");
    let wrong_name = url.replace("127.0.0.1", "localhost");
    let (code, told) = check(&workspace, &wrong_name, &[authority(&workspace)]);
    assert_eq!(code, 1, "the certificate is of another name: {told}");
    assert_eq!(street.provider.asked(), [], "the key went nowhere");
    let (code, told) = check(&workspace, &url, &[authority(&workspace)]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("said `ready`") && !told.contains(KEY), "{told}");
    assert!(street.provider.asked()[0].head.contains(KEY));
}

#[test]
fn a_proxy_leads_to_the_provider_and_sees_neither_key_nor_prompt() {
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    let street = Street::new(2);
    let url = "https://provider.test/v1";
    let proxy = format!("http://127.0.0.1:{}", street.proxy_port);
    let env = |name: &'static str| [authority(&workspace), (name, proxy.clone())];
    for name in ["HTTPS_PROXY", "ALL_PROXY"] {
        let (code, told) = check(&workspace, url, &env(name));
        assert_eq!(code, 0, "{name}: {told}");
    }
    let heard = street.heard();
    assert!(heard.starts_with("CONNECT provider.test:443 HTTP/1.1\r\n"), "{heard}");
    assert!(!heard.contains(KEY) && !heard.contains("messages"), "{heard}");
    // Without the authority the proxy could be anybody.
    let (code, told) = check(&workspace, url, &[("HTTPS_PROXY", proxy.clone())]);
    assert_eq!(code, 1, "{told}");
    assert_eq!(street.provider.asked().len(), 2);
}

#[test]
fn what_is_on_this_machine_or_excepted_is_not_asked_through_a_proxy() {
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    let street = Street::new(2);
    let proxy = format!("http://127.0.0.1:{}", street.proxy_port);
    let all = |name: &'static str| (name, proxy.clone());
    let env = [authority(&workspace), all("HTTPS_PROXY"), all("HTTP_PROXY"), all("ALL_PROXY")];
    for url in [format!("https://127.0.0.1:{}/v1", street.tls_port), street.provider.url()] {
        let (code, told) = check(&workspace, &url, &env);
        assert_eq!(code, 0, "{url}: {told}");
    }
    let excepted = [all("HTTPS_PROXY"), ("NO_PROXY", "provider.test".to_owned())];
    let (code, told) = check(&workspace, "https://provider.test/v1", &excepted);
    assert_eq!(code, 1, "there is no such machine: {told}");
    assert_eq!(street.heard(), "");
}
