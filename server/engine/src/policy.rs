//! Who asks, what their client can do, and whether they may: the one place where the four verbs are
//! authorised and audited.

use std::fmt;

use crate::RunRequest;

/// Who is at the other end of an [`crate::Engine`] handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whom the client acts for; `local` where nobody said anything else.
    pub identity: String,
    /// What they may do.
    pub role: Role,
    /// The program at the other end, as `Neovim 0.11.4`.
    pub client: String,
    /// What that program can do; [`crate::ClientChange::Abilities`] changes it later.
    pub abilities: Abilities,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Ask.
    Reader,
    /// Ask, and propose changes.
    Agent,
    /// Everything: the user of this machine.
    Owner,
}

/// What a client can do. The default is nothing, which is what the command line can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Apply edits that the server asks for.
    pub apply_edit: bool,
    /// Show the reasons of an edit and have each confirmed by the user.
    pub annotations: bool,
    /// Take edits with document versions.
    pub document_changes: bool,
    /// Create files when it applies an edit.
    pub create: bool,
    /// Rename files when it applies an edit.
    pub rename: bool,
    /// Delete files when it applies an edit.
    pub delete: bool,
    /// Open a document that the server names.
    pub show_document: bool,
    /// Read a document again that is open and was written anew, see
    /// [`crate::Notice::DocumentChanged`].
    pub live_documents: bool,
    /// Have the user review a proposal by itself, see [`crate::Notice::Review`].
    pub reviews: bool,
    /// Save documents, see [`crate::Notice::Save`].
    pub saves: bool,
    /// Tell when files change on disk.
    pub watched_files: bool,
    /// Show progress.
    pub progress: bool,
    /// Take [`crate::Notice::Status`].
    pub status: bool,
}

impl Abilities {
    /// Whether there is somebody who can be shown a document. Whoever makes edits is an editor, and
    /// some show documents without saying that they do (Helix).
    pub(crate) fn can_show(&self) -> bool {
        self.show_document || self.apply_edit
    }
}

/// The four ways to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Tell a change.
    Post,
    /// Ask a snapshot.
    Read,
    /// Start a run.
    Run,
    /// Listen to notices.
    Subscribe,
}

impl Caller {
    /// The user of this machine behind `client`.
    pub fn local(client: &str, abilities: Abilities) -> Caller {
        Caller {
            identity: "local".to_owned(),
            role: Role::Owner,
            client: client.to_owned(),
            abilities,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verb::Post => "post",
            Verb::Read => "read",
            Verb::Run => "run",
            Verb::Subscribe => "subscribe",
        })
    }
}

/// Lets `caller` do what it asks for, or says why not, and leaves a trace of it. Readers may not
/// run anything, for every run changes a file or the index.
///
/// # Errors
/// The reason, for people.
pub(crate) fn authorise(caller: &Caller, verb: Verb, what: &str) -> Result<(), String> {
    let allowed = match verb {
        Verb::Read | Verb::Subscribe | Verb::Post => true,
        Verb::Run => Role::Agent <= caller.role,
    };
    let Caller { identity, client, .. } = caller;
    if allowed {
        tracing::debug!(target: "audit", %identity, %client, %verb, what, "allowed");
        return Ok(());
    }
    tracing::warn!(target: "audit", %identity, %client, %verb, what, "denied");
    Err(format!("`{identity}` may not {verb} {what}"))
}

/// The same for a run. Who may trust decides what else may act: that is the user alone.
///
/// # Errors
/// The reason, for people.
pub(crate) fn authorise_run(caller: &Caller, request: &RunRequest) -> Result<(), String> {
    authorise(caller, Verb::Run, request.name())?;
    let denied = match request {
        RunRequest::Trust { .. } | RunRequest::Untrust => {
            format!("{} a workspace", request.name())
        }
        RunRequest::Agent(it) if it.is_decision() => "decide which agents act".to_owned(),
        _ => return Ok(()),
    };
    if caller.role < Role::Owner {
        let identity = &caller.identity;
        tracing::warn!(target: "audit", %identity, what = request.name(), "denied");
        return Err(format!("`{identity}` may not {denied}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_reads_and_runs_nothing() {
        let mut caller = Caller::local("test", Abilities::default());
        assert_eq!(authorise(&caller, Verb::Run, "rename"), Ok(()));
        caller.role = Role::Reader;
        assert_eq!(authorise(&caller, Verb::Read, "references"), Ok(()));
        let denied = Err("`local` may not run rename".to_owned());
        assert_eq!(authorise(&caller, Verb::Run, "rename"), denied);
    }

    #[test]
    fn an_agent_changes_things_and_trusts_nothing() {
        let mut caller = Caller::local("test", Abilities::default());
        let trust = RunRequest::Trust { seen: None };
        assert_eq!(authorise_run(&caller, &trust), Ok(()));
        caller.role = Role::Agent;
        assert_eq!(authorise_run(&caller, &RunRequest::Index), Ok(()));
        let denied = Err("`local` may not trust a workspace".to_owned());
        assert_eq!(authorise_run(&caller, &trust), denied);
    }
}
