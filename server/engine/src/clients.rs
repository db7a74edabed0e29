//! Who is connected, what they can do, and how they are told things.

use std::{collections::BTreeMap, sync::Arc};

use proposal::paths_below;
use tokio::sync::mpsc::{Sender, error::TrySendError};
use vfs::VfsPath;

use crate::{Abilities, Caller, Notice, NoticeLevel, Offer, ProgressState, Role, event::ClientId};

/// Messages kept for a client that listens later than they were told.
const BACKLOG_MAX: usize = 32;

/// The clients of this engine.
#[derive(Default)]
pub(crate) struct Clients {
    clients: BTreeMap<ClientId, Client>,
    /// What was told before anybody listened: what went wrong at the start, mostly.
    backlog: Vec<Notice>,
    /// The folders of the workspace: what is told names paths below them.
    pub(crate) roots: Arc<[VfsPath]>,
}

struct Client {
    caller: Caller,
    notices: Option<Sender<Notice>>,
}

impl Clients {
    /// A client is there.
    pub(crate) fn connect(&mut self, client: ClientId, caller: Caller) {
        tracing::info!(client = client.0, name = %caller.client, role = ?caller.role, "connected");
        self.clients.insert(client, Client { caller, notices: None });
    }

    /// A client listens from now on.
    pub(crate) fn subscribe(&mut self, client: ClientId, notices: Sender<Notice>) {
        let Some(it) = self.clients.get_mut(&client) else { return };
        it.notices = Some(notices);
        for notice in std::mem::take(&mut self.backlog) {
            self.tell(client, notice);
        }
    }

    /// What a client can do has changed.
    pub(crate) fn set_abilities(&mut self, client: ClientId, abilities: Abilities) {
        if let Some(it) = self.clients.get_mut(&client) {
            it.caller.abilities = abilities;
        }
    }

    /// Who a client is.
    pub(crate) fn caller(&self, client: ClientId) -> Option<&Caller> {
        self.clients.get(&client).map(|it| &it.caller)
    }

    /// What a client can do.
    pub(crate) fn abilities(&self, client: ClientId) -> Abilities {
        self.caller(client).map(|it| it.abilities).unwrap_or_default()
    }

    /// A client of the user's own.
    pub(crate) fn owner(&self) -> Option<ClientId> {
        let mut owners = self.clients.iter().filter(|it| it.1.caller.role == Role::Owner);
        owners.next().map(|it| *it.0)
    }

    /// True where some client tells when files change.
    pub(crate) fn any_watches(&self) -> bool {
        self.clients.values().any(|it| it.caller.abilities.watched_files)
    }

    /// True where some client stays, as editors do: a command of one moment does not.
    pub(crate) fn any_stays(&self) -> bool {
        self.clients.values().any(|it| it.caller.abilities.apply_edit)
    }

    /// Tells one client.
    pub(crate) fn tell(&mut self, client: ClientId, notice: Notice) {
        let Some(it) = self.clients.get_mut(&client) else { return };
        let abilities = it.caller.abilities;
        let wanted = match &notice {
            Notice::Progress { .. } => abilities.progress,
            Notice::Status(_) => abilities.status,
            Notice::DocumentChanged { .. } => abilities.live_documents,
            _ => true,
        };
        let Some(notices) = it.notices.as_ref().filter(|_| wanted) else { return };
        match notices.try_send(notice) {
            Ok(()) => {}
            Err(TrySendError::Full(notice)) if is_passing(&notice) => {}
            Err(TrySendError::Full(notice)) => {
                tracing::error!(client = client.0, ?notice, "the client does not read: lost");
            }
            // It has gone without a word.
            Err(TrySendError::Closed(_)) => it.notices = None,
        }
    }

    /// Tells all clients.
    pub(crate) fn tell_all(&mut self, notice: &Notice) {
        let clients: Vec<ClientId> = self.clients.keys().copied().collect();
        for client in clients {
            self.tell(client, notice.clone());
        }
    }

    /// An offer for everybody who listens; who listens later is told the text.
    pub(crate) fn offer(&mut self, text: String, offers: Vec<Offer>) {
        tracing::warn!("{text}");
        let text = paths_below(&text, &self.roots);
        let notice = Notice::Offer { text, offers };
        if self.clients.values().any(|it| it.notices.is_some()) {
            self.tell_all(&notice);
        } else if self.backlog.len() < BACKLOG_MAX {
            self.backlog.push(notice);
        }
    }

    /// A message for everybody, now or when somebody listens.
    pub(crate) fn message(&mut self, level: NoticeLevel, text: String) {
        match level {
            NoticeLevel::Info => tracing::info!("{text}"),
            NoticeLevel::Warning => tracing::warn!("{text}"),
            NoticeLevel::Error => tracing::error!("{text}"),
        }
        let text = paths_below(&text, &self.roots);
        let notice = Notice::Message { level, text };
        if self.clients.values().any(|it| it.notices.is_some()) {
            self.tell_all(&notice);
        } else if self.backlog.len() < BACKLOG_MAX {
            self.backlog.push(notice);
        }
    }
}

/// True where the next notice of its kind says it all again.
fn is_passing(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::Status(_)
            | Notice::Refresh
            | Notice::DocumentChanged { .. }
            | Notice::Progress { state: ProgressState::Report { .. }, .. }
    )
}
