//! How changes are made and checked.

use std::collections::BTreeMap;

use crate::{
    Value,
    schema::{choice, int, texts},
};

/// Whether what a change leaves is formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatChanges {
    /// No.
    Off,
    /// As the project formats it.
    Project,
}

/// What becomes of the files of a change that an editor makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveChanges {
    /// They are left unsaved.
    Leave,
    /// They are saved.
    Save,
}

/// How changes are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSettings {
    /// `changes.format`.
    pub format: FormatChanges,
    /// `changes.save`.
    pub save: SaveChanges,
}

/// When the checks of a project are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyWhen {
    /// After a change was applied.
    After,
    /// When asked for.
    Manual,
}

/// What becomes of a change that fails its checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollbackPolicy {
    /// It is taken back.
    Always,
    /// The user is asked.
    Ask,
    /// It stays.
    Never,
}

/// Which tests are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestsRun {
    /// Those that reach the change, then all.
    All,
    /// Those that reach the change.
    Reached,
    /// None.
    None,
}

/// How changes are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifySettings {
    /// `verify.when`.
    pub when: VerifyWhen,
    /// `verify.rollback`.
    pub rollback: RollbackPolicy,
    /// `verify.tests`.
    pub tests: TestsRun,
    /// `verify.network`: true for the network of this machine.
    pub has_network: bool,
    /// `verify.commands`.
    pub commands: Vec<String>,
    /// `verify.seconds_max`.
    pub seconds_max: u64,
    /// `verify.memory_mib_max`.
    pub memory_mib_max: u64,
}

pub(crate) fn changes(values: &BTreeMap<&'static str, Value>) -> ChangeSettings {
    ChangeSettings {
        format: match choice(values, "changes.format") {
            0 => FormatChanges::Off,
            _ => FormatChanges::Project,
        },
        save: match choice(values, "changes.save") {
            0 => SaveChanges::Leave,
            _ => SaveChanges::Save,
        },
    }
}

pub(crate) fn verify(values: &BTreeMap<&'static str, Value>) -> VerifySettings {
    VerifySettings {
        when: match choice(values, "verify.when") {
            0 => VerifyWhen::After,
            _ => VerifyWhen::Manual,
        },
        rollback: match choice(values, "verify.rollback") {
            0 => RollbackPolicy::Always,
            1 => RollbackPolicy::Ask,
            _ => RollbackPolicy::Never,
        },
        tests: match choice(values, "verify.tests") {
            0 => TestsRun::All,
            1 => TestsRun::Reached,
            _ => TestsRun::None,
        },
        has_network: choice(values, "verify.network") == 1,
        commands: texts(values, "verify.commands"),
        seconds_max: int(values, "verify.seconds_max").unsigned_abs(),
        memory_mib_max: int(values, "verify.memory_mib_max").unsigned_abs(),
    }
}
