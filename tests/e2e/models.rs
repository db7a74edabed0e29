//! Models from the command line: which there are, what is sent to them, and where keys come from.

use std::{fs, process::Command};

use fixture::provider::{Protocol, Provider, Turn};

use crate::workspace::Workspace;

const KEY: &str = "sk-nobody-may-see-this";

/// Writes the user's settings.
pub(crate) fn configure(workspace: &Workspace, config: &str) {
    let folder = workspace.state().join("config/aios");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), config).unwrap();
}

/// Runs `aios` with `config` as the user's settings; the exit code and all that it prints.
fn aios(workspace: &Workspace, config: &str, args: &[&str]) -> (i32, String) {
    configure(workspace, config);
    let output = Command::new(env!("CARGO_BIN_EXE_aios"))
        .args(args)
        .current_dir(workspace.root())
        .env("AIOS_STATE_DIR", workspace.state())
        .env("XDG_CONFIG_HOME", workspace.state().join("config"))
        .env("TEST_KEY", KEY)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(printed).unwrap())
}

/// The user's settings with one model, of a provider at `url`.
pub(crate) fn config(protocol: Protocol, url: &str, key: &str) -> String {
    let provider = match protocol {
        Protocol::Anthropic => "anthropic",
        Protocol::OpenAi => "compatible",
    };
    format!(
        "[[ai.models]]\nid = \"test\"\nprovider = \"{provider}\"\nname = \"test-1\"\n\
         url = \"{url}\"\nkey = \"{key}\"\nprice_input = 3\nprice_output = 15\n"
    )
}

#[test]
fn a_model_is_listed_without_a_word_to_it_and_answers_when_it_is_checked() {
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    for protocol in [Protocol::Anthropic, Protocol::OpenAi] {
        let provider = Provider::script(protocol, vec![Turn::Say("ready".to_owned())]);
        let config = config(protocol, &provider.url(), "env:TEST_KEY");
        let (code, told) = aios(&workspace, &config, &["models"]);
        assert_eq!(code, 0, "{told}");
        assert!(told.contains("test  test-1 at http://127.0.0.1"), "{told}");
        assert!(told.contains("key in the environment variable TEST_KEY"), "{told}");
        assert_eq!(provider.asked(), []);
        let (code, checked) = aios(&workspace, &config, &["models", "--check", "test"]);
        assert_eq!(code, 0, "{checked}");
        assert!(checked.contains("said `ready`"), "{checked}");
        // 20 tokens at 3 and 7 at 15 for a million.
        assert!(checked.contains("20 tokens read, 7 written, cost 0.0002"), "{checked}");
        assert!(provider.asked()[0].head.contains(KEY));
        assert!(!told.contains(KEY) && !checked.contains(KEY));
    }
}

#[test]
fn without_a_key_a_provider_hears_nothing() {
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    let provider = Provider::script(Protocol::OpenAi, Vec::new());
    let config = config(Protocol::OpenAi, &provider.url(), "env:NO_SUCH_KEY");
    let (code, told) = aios(&workspace, &config, &["models", "--check", "test"]);
    assert_eq!(code, 1);
    assert!(told.contains("there is no key in the environment variable NO_SUCH_KEY"), "{told}");
    assert_eq!(provider.asked(), []);
}

#[test]
fn what_is_not_configured_is_told_with_the_setting_that_does_it() {
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    let (code, told) = aios(&workspace, "", &["models"]);
    assert_eq!(code, 1);
    assert!(told.contains("no model is configured: see `ai.models`"), "{told}");
    let (code, told) = aios(&workspace, "ai.enabled = false\n", &["models"]);
    assert_eq!(code, 1);
    assert!(told.contains("switched off by `ai.enabled`"), "{told}");
    // A key that somebody wrote down by mistake is not repeated.
    let config = config(Protocol::OpenAi, "http://localhost:1/v1", KEY);
    let (_, told) = aios(&workspace, &config, &["models"]);
    assert!(told.contains("the place of a key, never the key"), "{told}");
    assert!(!told.contains(KEY), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_comes_from_the_keyring() {
    use std::os::unix::fs::PermissionsExt as _;
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    let folder = workspace.state().join("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("secret-tool");
    let script = "#!/bin/sh\n[ \"$*\" = 'lookup service aios account work' ] && echo sk-ring\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let provider = Provider::script(Protocol::OpenAi, vec![Turn::Say("ready".to_owned())]);
    let config_folder = workspace.state().join("config/aios");
    fs::create_dir_all(&config_folder).unwrap();
    let config = config(Protocol::OpenAi, &provider.url(), "keyring:work");
    fs::write(config_folder.join("config.toml"), config).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let status = Command::new(env!("CARGO_BIN_EXE_aios"))
        .args(["models", "--check", "test"])
        .current_dir(workspace.root())
        .env("AIOS_STATE_DIR", workspace.state())
        .env("XDG_CONFIG_HOME", workspace.state().join("config"))
        .env("PATH", path)
        .status()
        .unwrap();
    assert!(status.success());
    assert!(provider.asked()[0].head.contains("authorization: Bearer sk-ring"));
}

#[test]
fn a_question_is_answered_with_its_citations_checked_and_no_command_for_the_terminal() {
    let workspace = Workspace::new(&[("cart.py", "def total(items):\n    return sum(items)\n")]);
    for protocol in [Protocol::Anthropic, Protocol::OpenAi] {
        let answer = "`total` adds up (cart.py:1-2), see cart.py:7.\u{1b}[2J";
        let provider = Provider::script(protocol, vec![Turn::Say(answer.to_owned())]);
        let config = config(protocol, &provider.url(), "env:TEST_KEY");
        let (code, told) = aios(&workspace, &config, &["ask", "what", "does", "total", "do?"]);
        assert_eq!(code, 0, "{told}");
        assert!(
            told.contains("(cart.py:1-2), see cart.py:7 (unverified: no such lines)"),
            "{told}"
        );
        assert!(told.contains("(1 of 2 citations verified)"), "{told}");
        assert!(!told.contains('\u{1b}'), "{told}");
        let (_, runs) = aios(&workspace, &config, &["runs"]);
        assert!(runs.contains("ask"), "{runs}");
        assert!(!runs.contains(KEY) && !told.contains(KEY));
    }
    let (code, told) = aios(&workspace, "", &["ask", "why?"]);
    assert_eq!(code, 1);
    assert!(told.contains("no model is configured: see `ai.models`"), "{told}");
    let (_, told) = aios(&workspace, "ai.enabled = false", &["ask", "why?"]);
    assert!(told.contains("switched off by `ai.enabled`"), "{told}");
}

#[cfg(target_os = "linux")]
const SERVES: &str = "models::a_program_that_serves";

#[cfg(target_os = "linux")]
#[test]
fn a_program_on_this_machine_serves_a_model_and_ends_with_us() {
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    let note = workspace.state().join("port");
    fs::create_dir_all(workspace.state()).unwrap();
    // This test itself is the program: `a_program_that_serves`, below.
    let program = std::env::current_exe().unwrap();
    let call = |exec: &str, then: &str| {
        let script = format!(
            "AIOS_TEST_PORT=$1 AIOS_TEST_NOTE={} {exec} {} --exact {SERVES}{then}",
            note.display(),
            program.display()
        );
        format!(
            "[[ai.models]]\nid = \"test\"\nprovider = \"compatible\"\n\
             command = [\"sh\", \"-c\", {script:?}, \"sh\", \"{{port}}\"]\n"
        )
    };
    let config = call("exec", "");
    let (code, told) = aios(&workspace, &config, &["models"]);
    assert_eq!(code, 0, "{told}");
    assert!(!note.exists(), "nothing is started before it is asked");
    let (code, told) = aios(&workspace, &config, &["models", "--check", "test"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("said `ready`"), "{told}");
    let is_there = || {
        let port: u16 = fs::read_to_string(&note).unwrap().parse().unwrap();
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    };
    assert!(!is_there(), "it goes on although nobody needs it");
    // However we end, also where a script has started it.
    configure(&workspace, &call("", "; true"));
    let mut server = Command::new(env!("CARGO_BIN_EXE_aios"))
        .args(["ask", "why?"])
        .current_dir(workspace.root())
        .env("AIOS_STATE_DIR", workspace.state())
        .env("XDG_CONFIG_HOME", workspace.state().join("config"))
        .env("AIOS_TEST_HANG", "1")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    fs::remove_file(&note).unwrap();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let wait = |what: &str, holds: &dyn Fn() -> bool| {
        while !holds() {
            assert!(std::time::Instant::now() < end, "{what}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    };
    wait("it is not started", &|| note.exists() && is_there());
    server.kill().unwrap();
    server.wait().unwrap();
    wait("it outlives us", &|| !is_there());
    let broken = "[[ai.models]]\nid = \"test\"\nprovider = \"compatible\"\n\
                  command = [\"false\", \"{port}\"]\n";
    let (code, told) = aios(&workspace, broken, &["models", "--check", "test"]);
    assert_eq!(code, 1);
    assert!(told.contains("its program ended before it answered"), "{told}");
}

/// Not a test but the program of the one above, which is the only one that asks for it: says that
/// it is busy reading its model, then answers each question with a word.
#[test]
fn a_program_that_serves() {
    use std::io::{Read as _, Write as _};
    let Ok(port) = std::env::var("AIOS_TEST_PORT") else { return };
    let port: u16 = port.parse().unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let note = std::env::var("AIOS_TEST_NOTE").unwrap();
    fs::write(format!("{note}.new"), port.to_string()).unwrap();
    fs::rename(format!("{note}.new"), &note).unwrap();
    for (nth, stream) in listener.incoming().enumerate() {
        let mut stream = stream.unwrap();
        let mut buffer = [0; 64 * 1024];
        let Ok(n) = stream.read(&mut buffer) else { continue };
        let asks = buffer[..n].starts_with(b"POST");
        if asks && std::env::var_os("AIOS_TEST_HANG").is_some() {
            continue;
        }
        let (status, body) = match (asks, nth) {
            (true, _) => (
                "200 OK",
                r#"{"choices": [{"index": 0, "finish_reason": "stop",
                    "message": {"role": "assistant", "content": "ready"}}]}"#,
            ),
            (false, 0) => ("503 Service Unavailable", "{}"),
            (false, _) => ("200 OK", "{}"),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        // A client that goes away is no matter.
        let _ = stream.write_all(format!("{head}{body}").as_bytes());
    }
}
