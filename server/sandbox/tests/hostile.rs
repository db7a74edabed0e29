//! Commands that mean harm, and what becomes of them.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sandbox::{
    Ended, Guard, How, Job, Launcher, Limit, Limits, Network, SandboxError, Stream, machine, run,
};

/// A folder that a command may write, and one that it may not.
struct Place {
    inside: tempfile::TempDir,
    outside: tempfile::TempDir,
}

/// What a command did.
struct Done {
    ended: Ended,
    out: String,
    err: String,
}

fn launcher() -> Launcher {
    Launcher { program: PathBuf::from(env!("CARGO_BIN_EXE_aios-sandbox")) }
}

impl Place {
    fn new() -> Place {
        Place { inside: tempfile::tempdir().unwrap(), outside: tempfile::tempdir().unwrap() }
    }

    fn job(&self, script: &str) -> Job {
        let machine = machine(&|name| match name {
            "PATH" => Some("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into()),
            _ => None,
        });
        Job {
            program: "bash".to_owned(),
            args: vec!["-c".to_owned(), script.to_owned()],
            folder: self.inside.path().to_owned(),
            env: BTreeMap::from([
                ("PATH".to_owned(), machine.env["PATH"].clone()),
                ("OUTSIDE".to_owned(), self.outside.path().display().to_string()),
            ]),
            read: machine.read,
            write: vec![self.inside.path().to_owned()],
            network: Network::None,
            limits: Limits { time_ms: 20_000, ..Limits::default() },
        }
    }
}

#[track_caller]
fn carry_out(job: &Job) -> Done {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let ended = run(&launcher(), job, &AtomicBool::new(false), &mut |stream, bytes| match stream {
        Stream::Out => out.extend_from_slice(bytes),
        Stream::Err => err.extend_from_slice(bytes),
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let done = Done { ended: ended.unwrap(), out: text(&out), err: text(&err) };
    assert_eq!(done.ended.unkilled, 0);
    done
}

/// This machine is somebody's: without namespaces, what tests their lack could hurt it.
fn is_safe_to_try(place: &Place) -> bool {
    carry_out(&place.job("true")).ended.guards.processes == Guard::Held
}

/// True where a process with this mark in its command line is alive.
fn is_running(mark: &str) -> bool {
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|it| fs::read(it.path().join("cmdline")).ok())
        .any(|it| String::from_utf8_lossy(&it).contains(mark) && !it.starts_with(b"target"))
}

#[test]
fn a_command_says_its_words_and_its_code() {
    let place = Place::new();
    let done = carry_out(&place.job("echo out; echo err >&2; echo kept > file; exit 3"));
    assert_eq!((done.out.as_str(), done.err.as_str()), ("out\n", "err\n"));
    assert_eq!(done.ended.how, How::Exited(3));
    assert_eq!(fs::read_to_string(place.inside.path().join("file")).unwrap(), "kept\n");
}

#[test]
fn what_is_no_program_is_told() {
    let place = Place::new();
    let job = Job { program: "no-such-program".to_owned(), ..place.job("") };
    let ended = run(&launcher(), &job, &AtomicBool::new(false), &mut |_, _| {});
    assert_eq!(ended, Err(SandboxError::Command("no-such-program: no such program".to_owned())));
}

#[test]
fn the_environment_is_what_was_given() {
    let place = Place::new();
    let done = carry_out(&place.job("env | cut -d= -f1 | sort | tr '\\n' ' '"));
    assert_eq!(done.out.trim(), "OUTSIDE PATH PWD SHLVL _");
}

#[test]
fn files_outside_are_neither_read_nor_written() {
    let place = Place::new();
    let secret = place.outside.path().join(".ssh");
    fs::create_dir(&secret).unwrap();
    fs::write(secret.join("id"), "private key").unwrap();
    let script = "cat $OUTSIDE/.ssh/id; ls $OUTSIDE; echo x > $OUTSIDE/new; ln -s $OUTSIDE/.ssh l; \
                  cat l/id; rm -rf $OUTSIDE/.ssh; mv $OUTSIDE/.ssh/id here; cat /etc/shadow; \
                  ln $OUTSIDE/.ssh/id hard; cat hard; echo y > /tmp/aios-was-here; exit 0";
    let done = carry_out(&place.job(script));
    assert_eq!(done.ended.guards.files, Guard::Held);
    assert!(!done.out.contains("private") && !done.out.contains("root:"), "{}", done.out);
    assert_eq!(fs::read_to_string(secret.join("id")).unwrap(), "private key");
    assert_eq!(fs::read_dir(place.outside.path()).unwrap().count(), 1);
    assert!(!Path::new("/tmp/aios-was-here").exists());
}

#[test]
fn no_network_is_reached_but_the_loopback_of_its_own() {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connect = format!("(exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo reached");
    let devices = "cut -d: -f1 -s /proc/net/dev | tr -d ' ' | tr '\\n' ' '";
    let mut job = place.job(&format!("{connect}; {devices}"));
    let done = carry_out(&job);
    assert_eq!(done.ended.guards.network, Guard::Held);
    assert_eq!(done.out.trim(), "lo");
    // With the network of the machine the same command gets through: the test can fail.
    job.network = Network::Host;
    assert!(carry_out(&job).out.starts_with("reached"));
}

#[test]
fn late_commands_are_killed_even_where_they_ignore_the_asking() {
    let place = Place::new();
    let mut job = place.job("trap '' TERM INT HUP; echo on; while :; do sleep 0.1; done");
    job.limits.time_ms = 3_000;
    let done = carry_out(&job);
    assert_eq!((done.ended.how, done.out.as_str()), (How::Stopped(Limit::Time), "on\n"));
}

#[test]
fn who_asks_to_end_gets_the_last_words() {
    let place = Place::new();
    let mut job = place.job("trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done");
    job.limits.time_ms = 300;
    assert_eq!(carry_out(&job).out, "bye\n");
}

#[test]
fn a_process_that_forks_away_does_not_outlive_its_command() {
    let place = Place::new();
    let mark = format!("{}", std::process::id() + 7_000_000);
    let away = format!("(setsid bash -c 'setsid sleep {mark} & disown' & disown); sleep 0.3");
    let done = carry_out(&place.job(&away));
    assert_eq!(done.ended.how, How::Exited(0));
    assert!(!is_running(&mark));
}

#[test]
fn a_fork_bomb_is_stopped() {
    let place = Place::new();
    if !is_safe_to_try(&place) {
        return;
    }
    let mut job = place.job("bomb() { bomb | bomb & }; bomb; sleep 30");
    job.limits.processes = 60;
    // By this limit, and not by the one on time.
    let done = carry_out(&job);
    assert_eq!(done.ended.how, How::Stopped(Limit::Processes));
}

#[test]
fn the_bound_on_processes_is_the_commands_and_not_the_machines() {
    const BOUND: &str = "/proc/sys/kernel/pid_max";
    let place = Place::new();
    let before = fs::read_to_string(BOUND).unwrap();
    let mut job = place.job(&format!("cat {BOUND}"));
    job.limits.processes = 60;
    let inside: u64 = carry_out(&job).out.trim().parse().unwrap();
    // Only root needs it, and only from Linux 6.14 on does a space of processes have its own.
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let numbers: Vec<u32> = release.split('.').filter_map(|it| it.parse().ok()).collect();
    let has_own = numbers.as_slice() >= [6, 14].as_slice();
    let is_root = fs::OpenOptions::new().write(true).open(BOUND).is_ok();
    if has_own && is_root && is_safe_to_try(&place) {
        assert_eq!(inside, 1_300 + 8 * 60);
    } else if !has_own {
        assert_eq!(inside.to_string(), before.trim());
    }
    assert_eq!(fs::read_to_string(BOUND).unwrap(), before);
}

#[test]
fn memory_is_bounded_in_one_process_and_in_many() {
    let place = Place::new();
    // One process: its own limit refuses it. Many: they are weighed together.
    let alone = "head -c 400m /dev/zero | tail -c 399m > /dev/null; echo ${PIPESTATUS[1]}";
    let mut job = place.job(alone);
    job.limits.memory_bytes = 100 << 20;
    let done = carry_out(&job);
    let is_refused = done.ended.how == How::Exited(0) && done.out.trim() != "0";
    assert!(is_refused || done.ended.how == How::Stopped(Limit::Memory), "{:?}", done.ended);
    let many =
        "for i in 1 2 3 4; do (x=$(head -c 60m /dev/zero | tr '\\0' x); sleep 20) & done; wait";
    let mut job = place.job(many);
    job.limits.memory_bytes = 150 << 20;
    assert_eq!(carry_out(&job).ended.how, How::Stopped(Limit::Memory));
}

#[test]
fn a_flood_of_output_is_cut_and_stopped() {
    let place = Place::new();
    let mut job = place.job("yes 'flood' ");
    job.limits.output_bytes = 1 << 20;
    let done = carry_out(&job);
    assert_eq!(done.ended.how, How::Stopped(Limit::Output));
    assert_eq!(done.out.len(), 1 << 20);
}

#[test]
fn a_file_that_never_ends_is_cut() {
    let place = Place::new();
    let mut job = place.job("cat /dev/zero > big; echo $?");
    job.limits.file_bytes = 1 << 20;
    carry_out(&job);
    assert_eq!(fs::metadata(place.inside.path().join("big")).unwrap().len(), 1 << 20);
}

#[test]
fn it_cannot_kill_who_watches_it() {
    let place = Place::new();
    if is_safe_to_try(&place) {
        let done = carry_out(&place.job("kill -9 $PPID; kill -9 1; echo still here"));
        assert_eq!(done.ended.how, How::Exited(0), "{}", done.err);
        assert_eq!(done.out, "still here\n");
    }
}

#[test]
fn a_command_that_nobody_wants_is_killed() {
    let place = Place::new();
    let job = place.job("echo on; sleep 60");
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    let ended = run(&launcher(), &job, &cancel, &mut |_, _| flag.store(true, Ordering::Relaxed));
    assert_eq!(ended.unwrap().how, How::Cancelled);
}

#[test]
fn when_the_server_dies_the_command_dies() {
    let place = Place::new();
    let mark = format!("{}", std::process::id() + 8_000_000);
    let job = place.job(&format!("setsid sleep {mark} & sleep {mark}"));
    // The server's part: a supervisor with a job, whose other end is then gone.
    let mut server = std::process::Command::new(launcher().program)
        .args([sandbox::ARGUMENT, "supervise"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let text = serde_json::to_vec(&job).unwrap();
    let mut stdin = server.stdin.take().unwrap();
    let mut frame = vec![b'o'];
    frame.extend((text.len() as u32).to_le_bytes());
    frame.extend(text);
    std::io::Write::write_all(&mut stdin, &frame).unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while !is_running(&mark) && Instant::now() < until {
        thread::yield_now();
    }
    assert!(is_running(&mark));
    drop(stdin);
    server.wait().unwrap();
    assert!(!is_running(&mark));
}
