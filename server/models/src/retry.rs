//! Whether a failed request is sent again, and after how long. The caller waits.

use std::time::Duration;

use crate::ModelError;

/// How often one request is sent at most.
pub const ATTEMPTS_MAX: u32 = 4;

/// A provider that wants a longer wait than this is given up on.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// The first wait where the provider names none; each further one is twice as long.
const WAIT_FIRST: Duration = Duration::from_millis(500);

/// How long to wait before the request whose attempt number `attempt` (from 1) ended with `error`
/// is sent again; `None` where that makes no sense. `jitter`, any number, spreads clients that
/// failed together.
pub fn retry_wait(error: &ModelError, attempt: u32, jitter: u64) -> Option<Duration> {
    if ATTEMPTS_MAX <= attempt {
        return None;
    }
    let asked = match error {
        ModelError::Status { status: 408 | 409 | 429 | 500..=599, retry_after, .. } => *retry_after,
        ModelError::Disconnected { .. }
        | ModelError::TimedOut { phase: crate::Phase::Connect, .. } => None,
        _ => return None,
    };
    match asked {
        Some(wait) if WAIT_MAX < wait => None,
        Some(wait) => Some(wait),
        None => {
            let wait = WAIT_FIRST * 2_u32.pow(attempt.saturating_sub(1));
            // Up to a quarter more.
            Some(wait + wait / 4 * (jitter % 1000) as u32 / 1000)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after: Option<u64>) -> ModelError {
        ModelError::Status {
            model: "m".to_owned(),
            status,
            message: String::new(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn the_provider_says_how_long() {
        assert_eq!(retry_wait(&status(429, Some(7)), 1, 0), Some(Duration::from_secs(7)));
        assert_eq!(retry_wait(&status(429, Some(0)), 1, 0), Some(Duration::ZERO));
        // An hour is no wait, it is a failure.
        assert_eq!(retry_wait(&status(429, Some(3600)), 1, 0), None);
    }

    #[test]
    fn waits_double_and_end() {
        let waits: Vec<Option<u128>> = (1..=4)
            .map(|it| retry_wait(&status(503, None), it, 0).map(|it| it.as_millis()))
            .collect();
        assert_eq!(waits, [Some(500), Some(1000), Some(2000), None]);
        let spread = retry_wait(&status(503, None), 1, 999).unwrap();
        assert!(Duration::from_millis(600) < spread && spread <= Duration::from_millis(625));
    }

    #[test]
    fn what_will_fail_again_is_not_sent_again() {
        for code in [400, 401, 403, 404, 413, 422] {
            assert_eq!(retry_wait(&status(code, Some(1)), 1, 0), None, "{code}");
        }
        let model = || "m".to_owned();
        let others = [
            ModelError::Cancelled,
            ModelError::TooLong { model: model(), bytes_max: 1 },
            ModelError::Malformed { model: model(), fact: String::new() },
            ModelError::TimedOut { model: model(), phase: crate::Phase::Total },
        ];
        for error in others {
            assert_eq!(retry_wait(&error, 1, 0), None, "{error}");
        }
    }
}
