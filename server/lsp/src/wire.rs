//! Between bytes and handlers: framing, messages, the order they are taken in, and the end.

pub(crate) mod framing;
mod lenient;
pub(crate) mod message;
pub(crate) mod outbox;
pub(crate) mod parent;
pub(crate) mod stdio;
pub(crate) mod transport;

#[cfg(test)]
mod tests;
