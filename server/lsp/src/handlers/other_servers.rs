//! `aios/otherServers`: the client tells which other servers it has.

use crate::{backend::Backend, ext::OtherServersParams, notices};

pub(crate) async fn handle_other_servers(backend: &Backend, params: OtherServersParams) {
    let link = backend.link();
    link.others.set(params);
    link.touched();
    let link = link.clone();
    tokio::spawn(async move { notices::refresh(&link).await });
}
