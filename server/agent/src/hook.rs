//! Hooks: what is called before and after something, in which order, and what follows when one
//! fails.

use std::{collections::VecDeque, fmt};

use crate::Hook;

/// What a hook calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handler {
    /// An agent.
    Agent(String),
    /// A workflow.
    Workflow(String),
    /// A command, as it is typed: `/review`.
    Command(String),
}

/// A hook of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundHook {
    /// The agent.
    pub owner: String,
    /// Its number among the agent's hooks.
    pub nth: usize,
    /// The hook.
    pub hook: Hook,
}

/// Hooks that are called one after the other.
#[derive(Clone, Debug)]
pub struct HookChain {
    left: VecDeque<BoundHook>,
    called: Option<BoundHook>,
}

/// What is next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookStep {
    /// Call this one.
    Call(BoundHook),
    /// All were called: go on.
    Go,
    /// A guard failed: what was to come does not.
    Veto(String),
}

/// What came of a call, for whoever keeps and tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookNote {
    /// It is not called again.
    Used(BoundHook),
    /// It failed, and the others are called all the same.
    Failed(String),
}

impl Handler {
    /// What `text` names: `agent NAME`, `workflow NAME` or `command /WORDS`.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Handler, String> {
        match text.split_once(' ').map(|it| (it.0, it.1.trim())) {
            Some(("agent", name)) if !name.is_empty() => Ok(Handler::Agent(name.to_owned())),
            Some(("workflow", name)) if !name.is_empty() => Ok(Handler::Workflow(name.to_owned())),
            Some(("command", words)) if words.starts_with('/') => {
                Ok(Handler::Command(words.to_owned()))
            }
            _ => Err(format!(
                "a handler is `agent NAME`, `workflow NAME` or `command /WORDS`, not `{text}`"
            )),
        }
    }
}

impl BoundHook {
    /// Names it in the records.
    pub fn key(&self) -> String {
        format!("{}#{} {}", self.owner, self.nth, self.hook.event)
    }
}

impl fmt::Display for BoundHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.hook.is_before { "before" } else { "after" };
        write!(f, "hook {when}:{} of {}", self.hook.event, self.owner)
    }
}

impl HookChain {
    /// The hooks in the order in which they are called: higher priorities first, and those of one
    /// priority as they were registered.
    pub fn new(mut hooks: Vec<BoundHook>) -> HookChain {
        hooks.sort_by_key(|it| std::cmp::Reverse(it.hook.priority));
        HookChain { left: hooks.into(), called: None }
    }

    /// True where there is nothing to call.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// What is next, and what is to be noted of the call that `outcome` is of.
    pub fn next(&mut self, outcome: Result<(), String>) -> (HookStep, Option<HookNote>) {
        let mut note = None;
        if let Some(called) = self.called.take() {
            match outcome {
                Ok(()) if called.hook.once => note = Some(HookNote::Used(called)),
                Ok(()) => {}
                Err(why) if called.hook.guard && called.hook.is_before => {
                    return (HookStep::Veto(format!("{called}: {why}")), None);
                }
                Err(why) => note = Some(HookNote::Failed(format!("{called} failed: {why}"))),
            }
        }
        match self.left.pop_front() {
            Some(hook) => {
                self.called = Some(hook.clone());
                (HookStep::Call(hook), note)
            }
            None => (HookStep::Go, note),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(owner: &str, priority: i32, (once, guard): (bool, bool)) -> BoundHook {
        let handler = Handler::Command("/review".to_owned());
        let event = "apply".to_owned();
        let hook = Hook { is_before: true, event, handler, priority, once, guard };
        BoundHook { owner: owner.to_owned(), nth: 0, hook }
    }

    fn called(step: &HookStep) -> &str {
        match step {
            HookStep::Call(hook) => &hook.owner,
            HookStep::Go => "(go)",
            HookStep::Veto(why) => why,
        }
    }

    #[test]
    fn higher_priorities_come_first_and_ties_as_registered() {
        let plain = (false, false);
        let hooks = vec![hook("a", 0, plain), hook("b", 5, plain), hook("c", 0, plain)];
        let mut chain = HookChain::new(hooks);
        let order: Vec<String> = (0..4).map(|_| called(&chain.next(Ok(())).0).to_owned()).collect();
        assert_eq!(order, ["b", "a", "c", "(go)"]);
    }

    #[test]
    fn a_failure_is_told_and_breaks_no_chain_unless_it_is_a_guards() {
        let mut chain =
            HookChain::new(vec![hook("a", 1, (false, false)), hook("b", 0, (false, true))]);
        chain.next(Ok(()));
        let (step, note) = chain.next(Err("no".to_owned()));
        assert_eq!(called(&step), "b");
        let told = "hook before:apply of a failed: no".to_owned();
        assert_eq!(note, Some(HookNote::Failed(told)));
        let (step, _) = chain.next(Err("never".to_owned()));
        assert_eq!(called(&step), "hook before:apply of b: never");
    }

    #[test]
    fn once_is_used_up_by_success_only() {
        let one = || HookChain::new(vec![hook("a", 0, (true, false))]);
        let mut chain = one();
        chain.next(Ok(()));
        assert!(matches!(chain.next(Err("no".to_owned())).1, Some(HookNote::Failed(_))));
        let mut chain = one();
        chain.next(Ok(()));
        assert!(matches!(chain.next(Ok(())).1, Some(HookNote::Used(_))));
    }
}
