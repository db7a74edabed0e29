//! Watches the process that started the server: an editor that was killed cannot say `exit`.

use std::time::Duration;

use tokio::sync::watch;

const LOOK_EVERY_MS: u64 = 2_000;

/// Resolves when the process that `pid` names no longer exists; never while it names none.
pub(crate) async fn gone(mut pid: watch::Receiver<Option<i32>>) {
    let known = pid.wait_for(Option::is_some).await.ok().and_then(|it| *it);
    let Some(pid) = known else {
        // The backend ended without ever knowing; its loop ends by itself.
        return std::future::pending().await;
    };
    while is_alive(pid) {
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
    }
    tracing::warn!(pid, "the editor is gone");
}

#[cfg(unix)]
fn is_alive(pid: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(pid) else {
        return true;
    };
    // Another user's process may not be asked, but it is there.
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_alive(_pid: i32) -> bool {
    // End of input is the only sign here.
    true
}
