//! Who uses a definition that moves, and how their imports follow.

use std::collections::BTreeSet;

use grammars::Modules;
use syntax::{Access, Imported, Node, SymbolKind};
use text::TextRange;
use vfs::FileId;

use super::Plan;
use crate::{
    Analysis,
    refactor::{
        Refactored,
        draft::Draft,
        imports::{import_line, import_place, local_name},
        lines::{indent_of, line_start, newline, next_line},
        refused,
        source::{Source, range_of},
    },
};

impl Analysis {
    /// Lets the imports of all users follow. Gives the files that use it, the old one too.
    pub(super) fn follow_users(
        &self,
        plan: &Plan<'_>,
        draft: &mut Draft,
    ) -> Refactored<Vec<FileId>> {
        self.check_parts(plan)?;
        let mut users: BTreeSet<FileId> = BTreeSet::new();
        for found in self.graph().references_to(plan.symbol, &mut || self.check())? {
            let Some(facts) = self.facts(found.file) else { continue };
            let it = facts.reference(found.reference);
            if plan.is_inside(found.file, it.range()) {
                continue;
            }
            users.insert(found.file);
            if it.access() != Access::Bare && !it.is_import() && !plan.is_shared() {
                let path = self.path(found.file).map_or(String::new(), ToString::to_string);
                let line = facts.lines.line_of(it.range().start()) + 1;
                return refused(format!("{path}:{line} reaches it through its module"));
            }
        }
        let users: Vec<FileId> = users.into_iter().collect();
        if !plan.is_shared() {
            for file in users.iter().filter(|it| **it != plan.source.file) {
                self.follow_user(plan, *file, draft)?;
            }
        }
        for lines in self.imports_only_for(plan.source, plan.gone) {
            draft.replace(plan.source.path, lines, String::new());
        }
        Ok(users)
    }

    /// That nothing outside uses a part of it which only its module may use.
    fn check_parts(&self, plan: &Plan<'_>) -> Refactored<()> {
        if plan.source.language.modules != Modules::ModTree {
            return Ok(());
        }
        let facts = plan.source.facts;
        let parts = facts.symbols().filter(|(nth, it)| {
            plan.gone.contains_range(it.name_range)
                && *nth != plan.symbol.symbol
                && !it.is_local
                && !it.exported
                && it.kind != SymbolKind::Parameter
        });
        for (symbol, it) in parts {
            let part = graph::SymbolRef { file: plan.source.file, symbol };
            let is_variant = it.parent.is_some_and(|it| facts.symbol(it).kind == SymbolKind::Enum);
            let found = self.graph().references_to(part, &mut || self.check())?;
            let is_outside = found.iter().any(|found| {
                let range = self.facts(found.file).map(|it| it.reference(found.reference).range());
                range.is_some_and(|it| !plan.is_inside(found.file, it))
            });
            if is_outside && !is_variant {
                let name = facts.name(it.name);
                return refused(format!("`{name}` in it is known in its module only"));
            }
        }
        Ok(())
    }

    /// The old place imports it where it goes on using it.
    pub(super) fn import_back(
        &self,
        plan: &Plan<'_>,
        gone: TextRange,
        draft: &mut Draft,
    ) -> Refactored<()> {
        let source = plan.source;
        let Some(module) = self.module_at(source, &plan.to, self.dots_of(source)) else {
            return refused(format!("{} cannot be named in {}", plan.to, source.path));
        };
        let line = import_line(source, (&module, &plan.name, &plan.name), false);
        let (place, text) = import_place(source, &line);
        // Where it stood first of all, the import takes its place.
        let first = draft.edits.iter_mut().find(|it| it.0 == *source.path && it.1.range == gone);
        match first.filter(|_| gone.start() <= place && place < gone.end()) {
            Some((_, edit)) => edit.text = text,
            None => {
                draft.replace(source.path, TextRange::empty(place), text);
            }
        }
        Ok(())
    }

    fn follow_user(&self, plan: &Plan<'_>, file: FileId, draft: &mut Draft) -> Refactored<()> {
        let user = self.source(file)?;
        let imports = user.facts.imports.iter().enumerate().filter(|(nth, _)| {
            let resolved = self.graph().resolve_import(file, *nth);
            resolved.targets().iter().any(|it| it.symbol_ref() == plan.symbol)
        });
        let mut n_found = 0;
        for (_, import) in imports {
            n_found += 1;
            let line = user.line(import.range);
            let Imported::Name(_) = import.name else {
                return refused(format!("{}:{line} imports it as a default", user.path));
            };
            let Some(local) = local_name(&user, import).filter(|_| !import.reexport) else {
                return refused(format!("{}:{line} exports it again", user.path));
            };
            let is_home = *user.path == plan.to;
            if is_home && local != plan.name {
                return refused(format!("{} knows it as `{local}`", plan.to));
            }
            let Some(statement) = user.node(import.range) else {
                return refused(format!("{}:{line} imports it in a way of its own", user.path));
            };
            let name = import.reference.map(|it| user.facts.reference(it).range());
            let place = Place { user: &user, statement, name, local, dots: import.dots };
            self.follow_import(plan, &place, is_home, draft)?;
        }
        match n_found {
            0 => refused(format!("{} knows it without importing it by name", user.path)),
            _ => Ok(()),
        }
    }

    fn follow_import(
        &self,
        plan: &Plan<'_>,
        place: &Place<'_>,
        is_home: bool,
        draft: &mut Draft,
    ) -> Refactored<()> {
        let Place { user, statement, name, local, dots } = *place;
        let text = user.of(statement);
        let Some(module) = self.module_at(user, &plan.to, dots) else {
            return refused(format!("{} cannot be named in {}", plan.to, user.path));
        };
        let plain = ["import ", "from ", "use "];
        let line = user.line(range_of(statement));
        if !plain.iter().any(|it| text.starts_with(it)) {
            return refused(format!("{}:{line} imports it in a way of its own", user.path));
        }
        let new = import_line(user, (&module, &plan.name, local), text.starts_with("import type"));
        let n_all = user.facts.imports.iter().filter(|it| it.range == range_of(statement)).count();
        let start = statement.start_byte();
        if n_all == 1 {
            match is_home {
                true => {
                    let lines = TextRange::from_usize(
                        line_start(&user.text, start),
                        next_line(&user.text, statement.end_byte().saturating_sub(1)),
                    );
                    draft.replace(user.path, lines, String::new());
                }
                false => {
                    draft.replace(user.path, range_of(statement), new);
                }
            }
            return Ok(());
        }
        let cut = name.and_then(|it| specifier(user, it, statement));
        let Some(cut) = cut else {
            return refused(format!("{}:{line} imports it in a way of its own", user.path));
        };
        draft.replace(user.path, cut, String::new());
        if !is_home {
            let indent = indent_of(&user.text, start);
            let text = format!("{new}{}{indent}", newline(&user.text));
            draft.replace(user.path, TextRange::from_usize(start, start), text);
        }
        Ok(())
    }
}

/// An import that follows.
#[derive(Clone, Copy)]
struct Place<'a> {
    user: &'a Source<'a>,
    statement: Node<'a>,
    /// The imported name.
    name: Option<TextRange>,
    local: &'a str,
    dots: u8,
}

/// What has to go where one name of several is imported no more: the name, and a comma.
fn specifier(user: &Source<'_>, name: TextRange, statement: Node<'_>) -> Option<TextRange> {
    fn is_comma(it: &Node<'_>) -> bool {
        it.kind() == ","
    }
    let mut node = user.around(name)?;
    loop {
        if let Some(comma) = node.next_sibling().filter(is_comma) {
            let next = comma.next_sibling().map_or(comma.end_byte(), |it| it.start_byte());
            let is_last = comma.next_sibling().is_none_or(|it| !it.is_named());
            let end = if is_last { comma.end_byte() } else { next };
            return Some(TextRange::from_usize(node.start_byte(), end));
        }
        if let Some(comma) = node.prev_sibling().filter(is_comma) {
            return Some(TextRange::from_usize(comma.start_byte(), node.end_byte()));
        }
        node = node.parent().filter(|it| it.id() != statement.id())?;
    }
}
