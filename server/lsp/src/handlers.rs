//! One file for each method: a translation around one call.
//!
//! **Invariant:** a handler posts or asks before its first `.await`; the loop polls it that far
//! before it looks at the next message, and that is all that keeps edits and questions in order.

mod agents;
mod call_hierarchy;
pub(crate) mod code_action;
mod code_lens;
mod configuration;
mod declaration;
mod definition;
mod diagnostic;
mod document_highlight;
mod document_link;
mod document_symbol;
mod document_text;
mod execute_command;
mod experiments;
mod folding_range;
mod hover;
mod journal_lists;
mod knowledge;
mod other_servers;
mod own;
mod progress;
mod questions;
mod refactor;
mod references;
mod rename;
mod rename_files;
mod search;
mod selection_range;
mod skills;
mod synchronization;
mod type_hierarchy;
mod watched_files;
mod workspace_folders;
mod workspace_symbol;

pub(crate) use self::{
    call_hierarchy::{handle_incoming_calls, handle_outgoing_calls, handle_prepare_call_hierarchy},
    code_action::{handle_code_action, handle_code_action_resolve},
    code_lens::{handle_code_lens, handle_code_lens_resolve},
    configuration::handle_did_change_configuration,
    declaration::{handle_declaration, handle_implementation, handle_type_definition},
    definition::handle_definition,
    diagnostic::handle_document_diagnostic,
    document_highlight::handle_document_highlight,
    document_link::handle_document_link,
    document_symbol::handle_document_symbol,
    document_text::handle_document_text,
    execute_command::handle_execute_command,
    folding_range::handle_folding_range,
    hover::handle_hover,
    other_servers::handle_other_servers,
    progress::handle_cancel_progress,
    references::handle_references,
    rename::{handle_prepare_rename, handle_rename},
    rename_files::{handle_did_rename_files, handle_will_rename_files},
    selection_range::handle_selection_range,
    synchronization::{handle_did_change, handle_did_close, handle_did_open, handle_did_save},
    type_hierarchy::{handle_prepare_type_hierarchy, handle_subtypes, handle_supertypes},
    watched_files::handle_did_change_watched_files,
    workspace_folders::handle_did_change_workspace_folders,
    workspace_symbol::{handle_workspace_symbol, handle_workspace_symbol_resolve},
};
