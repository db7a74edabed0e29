//! Why a chat model gave no answer.

use std::{fmt, time::Duration};

/// What went wrong between us and a model. No text in it holds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// The caller did not want the answer any more.
    Cancelled,
    /// The key is nowhere to be found.
    NoKey {
        /// The model's id.
        model: String,
        /// Where the settings say it is.
        place: String,
    },
    /// The settings of the model cannot be obeyed.
    Refused {
        /// The model's id.
        model: String,
        /// Why not.
        fact: String,
    },
    /// There is no connection, or it broke before the answer was complete.
    Disconnected {
        /// The model's id.
        model: String,
        /// What the network said.
        fact: String,
    },
    /// It took too long.
    TimedOut {
        /// The model's id.
        model: String,
        /// What was waited for.
        phase: Phase,
    },
    /// The provider answered with an error.
    Status {
        /// The model's id.
        model: String,
        /// The HTTP status; of an error inside a stream, the one that it stands for.
        status: u16,
        /// What the provider said, cut.
        message: String,
        /// How long the provider wants us to wait.
        retry_after: Option<Duration>,
    },
    /// The answer is not what the protocol says.
    Malformed {
        /// The model's id.
        model: String,
        /// What is wrong with it.
        fact: String,
    },
    /// The answer is longer than is read.
    TooLong {
        /// The model's id.
        model: String,
        /// What is read at most.
        bytes_max: usize,
    },
}

/// What was waited for when the time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A connection.
    Connect,
    /// The head of the answer.
    FirstByte,
    /// The next piece of the answer.
    Idle,
    /// The end of the answer.
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connect => "a connection",
            Phase::FirstByte => "the answer to begin",
            Phase::Idle => "the answer to go on",
            Phase::Total => "the answer to end",
        })
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::Cancelled => f.write_str("cancelled"),
            ModelError::NoKey { model, place } => {
                write!(f, "model `{model}`: there is no key in {place}")
            }
            ModelError::Refused { model, fact } | ModelError::Malformed { model, fact } => {
                write!(f, "model `{model}`: {fact}")
            }
            ModelError::Disconnected { model, fact } => {
                write!(f, "model `{model}`: the connection failed: {fact}")
            }
            ModelError::TimedOut { model, phase } => {
                write!(f, "model `{model}`: waited too long for {phase}")
            }
            ModelError::Status { model, status, message, .. } => {
                write!(f, "model `{model}`: status {status}")?;
                if message.is_empty() { Ok(()) } else { write!(f, ": {message}") }
            }
            ModelError::TooLong { model, bytes_max } => {
                write!(f, "model `{model}`: the answer is longer than {bytes_max} bytes")
            }
        }
    }
}

impl std::error::Error for ModelError {}
