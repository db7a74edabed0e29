//! Why a request has no answer, in the protocol's codes.

use engine::ReadError;
use tower_lsp::{
    gen_lsp_types::Uri,
    jsonrpc::{Error, ErrorCode},
};

/// The client may ask again later.
const SERVER_CANCELLED: i64 = -32802;
/// The request was fine and still has no answer; the message is for the user.
const REQUEST_FAILED: i64 = -32803;

/// The protocol's error for a read without answer.
pub(crate) fn of_read(error: ReadError) -> Error {
    let code = match error {
        ReadError::Stale => ErrorCode::ContentModified,
        ReadError::Cancelled => ErrorCode::RequestCancelled,
        ReadError::TooBusy => ErrorCode::ServerError(SERVER_CANCELLED),
        ReadError::NoPosition(_) => ErrorCode::InvalidParams,
        ReadError::Denied(_)
        | ReadError::NoFile(_)
        | ReadError::Refused(_)
        | ReadError::Failed(_)
        | ReadError::Stopped => ErrorCode::ServerError(REQUEST_FAILED),
        ReadError::Panicked => ErrorCode::InternalError,
    };
    Error { code, message: error.to_string().into(), data: None }
}

/// What the user asked for cannot be done.
pub(crate) fn failed(message: impl Into<String>) -> Error {
    let message: String = message.into();
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: message.into(), data: None }
}

/// The parameters have the right shape and no meaning.
pub(crate) fn invalid_params(message: impl Into<String>) -> Error {
    Error::invalid_params(message.into())
}

/// A URI that is none.
pub(crate) fn no_uri(uri: &Uri) -> Error {
    invalid_params(format!("`{uri}` is no URI"))
}
