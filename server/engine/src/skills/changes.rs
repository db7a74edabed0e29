//! Skills that change something, on paper.

use agent::{AgentDef, AgentKind, SkillId, SkillReply, Template, template};
use ide::{FilePosition, FileRange, Refactor, RefactorError, Refactoring, RenameError};
use text::{TextRange, TextSize};
use vfs::{FileOperation, SourceChange};

use super::{SkillCall, Subject};
use crate::{ReadError, Snapshot};

impl Snapshot {
    /// What a change would be, or why it cannot be made.
    pub(super) fn change_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        match call.skill {
            SkillId::OrganizeImports => {
                let file = self.subject_file(call)?;
                let file = file.ok_or_else(|| ReadError::Refused("which file?".to_owned()))?;
                let at = FileRange { file, range: TextRange::empty(TextSize::default()) };
                of_refactoring(self.analysis.refactor(at, &Refactor::OrganizeImports))
            }
            SkillId::SafeDelete => match self.named_place(call)? {
                Ok(at) => of_refactoring(self.analysis.refactor(at, &Refactor::SafeDelete)),
                Err(choices) => Ok(choices),
            },
            SkillId::Document => match self.named_place(call)? {
                Ok(at) => of_refactoring(self.analysis.refactor(at, &Refactor::Document)),
                Err(choices) => Ok(choices),
            },
            SkillId::BreakCycle => {
                let file = self.subject_file(call)?;
                let file = file.ok_or_else(|| ReadError::Refused("which file?".to_owned()))?;
                of_refactoring(self.analysis.break_cycle(file))
            }
            SkillId::CreateAgent => self.create_agent_skill(call),
            SkillId::Rename => match self.named_place(call)? {
                Ok(at) => self.rename_skill(call, at),
                Err(choices) => Ok(choices),
            },
            other => {
                let why = format!("/{} changes nothing", other.skill().name);
                Err(ReadError::Refused(why))
            }
        }
    }

    /// The name of the one symbol that a call is about; else what there is to choose from.
    fn named_place(&self, call: &SkillCall) -> Result<Result<FileRange, SkillReply>, ReadError> {
        match self.subject(call, 1)? {
            Subject::Choices(choices) => Ok(Err(choices)),
            Subject::Symbols(symbols) => {
                let at = self.name_of(symbols[0]);
                let at = at.ok_or_else(|| ReadError::Refused("it has no name".to_owned()))?;
                Ok(Ok(FileRange { file: at.file, range: TextRange::empty(at.range.start()) }))
            }
        }
    }

    /// A new definition under `.aios/agents/`.
    fn create_agent_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let name = call.arguments.get("name").unwrap_or_default();
        let purpose = call.arguments.get("description").unwrap_or("Say here how it is to behave.");
        let text = template(&Template {
            name,
            kind: AgentKind::Assistant,
            instructions: purpose,
            tools: &[],
        });
        if let Err(problems) = AgentDef::parse(&text) {
            let facts: Vec<String> = problems.iter().map(|it| it.fact.clone()).collect();
            return Ok(SkillReply::Nothing(format!("`{name}`: {}", facts.join("; "))));
        }
        let Some(root) = self.roots.first() else {
            return Ok(SkillReply::Nothing("no folder is open".to_owned()));
        };
        let path = root.join(&format!(".aios/agents/{name}.yaml"));
        if self.may_exist(&path) && self.file(&path).is_ok() {
            return Ok(SkillReply::Nothing(format!("{path} is there already")));
        }
        let create = FileOperation::Create { path, text };
        Ok(SkillReply::Change {
            title: format!("Create agent `{name}`"),
            reason: "an agent acts only once the workspace is trusted".to_owned(),
            change: SourceChange { operations: vec![create], ..SourceChange::default() },
            left: Vec::new(),
        })
    }

    fn rename_skill(&self, call: &SkillCall, at: FileRange) -> Result<SkillReply, ReadError> {
        let position = FilePosition { file: at.file, offset: at.range.start() };
        let to = call.arguments.get("to").unwrap_or_default();
        match self.analysis.rename(position, to) {
            Ok(done) => Ok(SkillReply::Change {
                title: format!("Rename `{}` to `{}`", done.old_name, done.new_name),
                reason: format!("{} places certainly mean it", done.sites.len()),
                change: done.change,
                left: done.left,
            }),
            Err(RenameError::Cancelled) => Err(ReadError::Stale),
            Err(why) => Ok(SkillReply::Nothing(why.to_string())),
        }
    }
}

/// A refactoring as an answer.
fn of_refactoring(done: Result<Refactoring, RefactorError>) -> Result<SkillReply, ReadError> {
    match done {
        Ok(Refactoring { title, reason, change, left, .. }) => {
            Ok(SkillReply::Change { title, reason, change, left })
        }
        Err(RefactorError::Cancelled) => Err(ReadError::Stale),
        Err(why) => Ok(SkillReply::Nothing(why.to_string())),
    }
}
