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
pub(crate) fn aios(workspace: &Workspace, config: &str, args: &[&str]) -> (i32, String) {
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
        assert!(told.contains("1 step, 27 tokens, cost 0.0002"), "{told}");
        let asked = provider.asked()[0].body.to_string();
        assert!(asked.contains("def total(items)"), "it is given what the question is about");
        assert!(!told.contains('\u{1b}'), "{told}");
        let (_, runs) = aios(&workspace, &config, &["runs"]);
        assert!(runs.contains("ask"), "{runs}");
        assert!(!runs.contains(KEY) && !told.contains(KEY));
    }
    let (code, told) = aios(&workspace, "", &["ask", "why?"]);
    assert_eq!(code, 1);
    assert!(told.contains("no model is configured: see `ai.models`"), "{told}");
    let (_, told) = aios(&workspace, "", &["agent", "list"]);
    assert!(told.contains("built in  needs a model: no model is configured"), "{told}");
    let (_, told) = aios(&workspace, "ai.enabled = false", &["ask", "why?"]);
    assert!(told.contains("switched off by `ai.enabled`"), "{told}");
    let (_, told) = aios(&workspace, "ai.enabled = false", &["agent", "list"]);
    assert!(told.contains("find") && told.contains("explain"), "{told}");
    assert!(!told.contains("edit") && !told.contains("ask"), "{told}");
}

#[test]
fn what_an_agent_proposes_is_shown_in_a_shell_and_applied_where_that_is_said() {
    let cart = "def total(items):\n    return sum(items)\n";
    let edit = r#"{"path": "cart.py", "old": "sum(items)", "new": "sum(items) or 0"}"#;
    for protocol in [Protocol::Anthropic, Protocol::OpenAi] {
        let workspace = Workspace::new(&[("cart.py", cart)]);
        let turn = [Turn::Call("edit", edit.to_owned()), Turn::Say("Never none.".to_owned())];
        let provider = Provider::script(protocol, [turn.clone(), turn].concat());
        let config = config(protocol, &provider.url(), "env:TEST_KEY");
        let (code, told) = aios(&workspace, &config, &["do", "/edit never none"]);
        assert_eq!(code, 0, "{told}");
        for part in ["Never none.", "+    return sum(items) or 0", "nothing is changed yet"] {
            assert!(told.contains(part), "{part} in {told}");
        }
        assert_eq!(workspace.read("cart.py"), cart);
        let (code, told) = aios(&workspace, &config, &["do", "--apply", "/edit never none"]);
        assert_eq!(code, 0, "{told}");
        assert!(workspace.read("cart.py").contains("or 0"), "{told}");
    }
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
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_serves_no_model_is_told_of_with_its_own_words() {
    let workspace = Workspace::new(&[("a.py", "x = 1\n")]);
    for (command, why) in [
        (r#"["false", "{port}"]"#, "its program ended before it answered\n"),
        (r#"["no-such-server", "{port}"]"#, "`no-such-server` cannot be started: No such file"),
        (
            r#"["sh", "-c", "echo reads >&2; echo 'no a.gguf' >&2; exit 1", "{port}"]"#,
            "its program ended before it answered: no a.gguf",
        ),
    ] {
        let config = format!(
            "[[ai.models]]\nid = \"test\"\nprovider = \"compatible\"\ncommand = {command}\n"
        );
        let (code, told) = aios(&workspace, &config, &["models", "--check", "test"]);
        assert_eq!(code, 1);
        assert!(told.contains(why), "{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_on_this_machine_gives_texts_their_vectors_when_nobody_else_works() {
    let code = "def slurp(path):\n    return open(path).read()\n\n\n\
                def order(items):\n    return sorted(items)\n";
    let workspace = Workspace::new(&[("files.py", code)]);
    let note = workspace.state().join("port");
    fs::create_dir_all(workspace.state()).unwrap();
    let program = std::env::current_exe().unwrap();
    let script = format!(
        "AIOS_TEST_PORT=$1 AIOS_TEST_NOTE={} exec {} --exact {SERVES}",
        note.display(),
        program.display()
    );
    let config = format!(
        "[ai]\nembedder = \"test\"\nembedder_dims = 2\n\
         [[ai.models]]\nid = \"test\"\nprovider = \"compatible\"\n\
         command = [\"sh\", \"-c\", {script:?}, \"sh\", \"{{port}}\"]\n"
    );
    let (code, told) = aios(&workspace, &config, &["index"]);
    assert_eq!(code, 0, "{told}");
    let rank = fs::read_to_string(note.with_extension("rank")).unwrap();
    assert_eq!(rank, "19", "it takes what nobody else wants");
    // Shares no word with what it means.
    let question = ["search", "--json", "--explain", "load a document"];
    let (code, told) = aios(&workspace, &config, &question);
    assert_eq!(code, 0, "{told}");
    let hits = told.lines().filter_map(|it| serde_json::from_str::<serde_json::Value>(it).ok());
    let first = hits.into_iter().next().unwrap_or_else(|| panic!("{told}"));
    assert_eq!(first["symbol"], "slurp", "{told}");
    assert!(first["cosine"].as_f64().is_some_and(|it| 0.9 < it), "{told}");
    let broken = config.replace("\"sh\", \"-c\"", "\"false\", \"-c\"");
    let (code, told) = aios(&workspace, &broken, &["search", "slurp"]);
    assert_eq!(code, 0, "words answer: {told}");
    assert!(told.contains("slurp") && told.contains("ended before it answered"), "{told}");
}

/// What the program of the test below says of texts: whether they are about files.
fn test_vectors(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let vectors = body["input"].as_array().unwrap().iter().map(|it| {
        let is_read = ["open(", "load"].iter().any(|word| it.as_str().unwrap().contains(word));
        let vector = if is_read { [1.0, 0.0] } else { [0.0, 1.0] };
        serde_json::json!({ "embedding": vector })
    });
    serde_json::json!({ "data": vectors.collect::<Vec<_>>() }).to_string()
}

/// Not a test but the program of the two above, which alone ask for it: says that it is busy
/// reading its model, then answers each question with a word, and texts with vectors.
#[test]
fn a_program_that_serves() {
    use std::io::Write as _;
    let Ok(port) = std::env::var("AIOS_TEST_PORT") else { return };
    let port: u16 = port.parse().unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let note = std::env::var("AIOS_TEST_NOTE").unwrap();
    fs::write(format!("{note}.new"), port.to_string()).unwrap();
    fs::rename(format!("{note}.new"), &note).unwrap();
    // The nineteenth field after the program's name in brackets, which holds no blanks here.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rank = stat.split(' ').nth(18).unwrap_or_default();
    fs::write(format!("{note}.rank"), rank).unwrap();
    for (nth, stream) in listener.incoming().enumerate() {
        let mut stream = stream.unwrap();
        let Ok(asked) = request(&mut stream) else { continue };
        let asks = asked.starts_with("POST");
        if asks && std::env::var_os("AIOS_TEST_HANG").is_some() {
            continue;
        }
        let (head, text) = asked.split_once("\r\n\r\n").unwrap_or_default();
        let (status, body) = match (asks, nth) {
            (true, _) if head.contains("/embeddings ") => ("200 OK", test_vectors(text)),
            (true, _) => (
                "200 OK",
                r#"{"choices": [{"index": 0, "finish_reason": "stop",
                    "message": {"role": "assistant", "content": "ready"}}]}"#
                    .to_owned(),
            ),
            (false, 0) => ("503 Service Unavailable", "{}".to_owned()),
            (false, _) => ("200 OK", "{}".to_owned()),
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

/// A request with its whole body.
fn request(stream: &mut std::net::TcpStream) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut res = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        res.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&res);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if n == 0 {
                return Ok(text.into_owned());
            }
            continue;
        };
        let length = head.to_lowercase();
        let length =
            length.lines().find_map(|it| it.strip_prefix("content-length:")?.trim().parse().ok());
        if n == 0 || length.unwrap_or(0) <= body.len() {
            return Ok(text.into_owned());
        }
    }
}
