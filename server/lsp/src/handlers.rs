//! One file for each method: a translation around one call.
//!
//! **Invariant:** a handler posts or asks before its first `.await`; the loop polls it that far
//! before it looks at the next message, and that is all that keeps edits and questions in order.

mod code_action;
mod configuration;
mod definition;
mod document_highlight;
mod document_symbol;
mod document_text;
mod execute_command;
mod folding_range;
mod hover;
mod progress;
mod refactor;
mod references;
mod rename;
mod selection_range;
mod synchronization;
mod watched_files;
mod workspace_folders;
mod workspace_symbol;

pub(crate) use self::{
    code_action::{handle_code_action, handle_code_action_resolve},
    configuration::handle_did_change_configuration,
    definition::handle_definition,
    document_highlight::handle_document_highlight,
    document_symbol::handle_document_symbol,
    document_text::handle_document_text,
    execute_command::handle_execute_command,
    folding_range::handle_folding_range,
    hover::handle_hover,
    progress::handle_cancel_progress,
    references::handle_references,
    rename::{handle_prepare_rename, handle_rename},
    selection_range::handle_selection_range,
    synchronization::{handle_did_change, handle_did_close, handle_did_open, handle_did_save},
    watched_files::handle_did_change_watched_files,
    workspace_folders::handle_did_change_workspace_folders,
    workspace_symbol::{handle_workspace_symbol, handle_workspace_symbol_resolve},
};
