#!/usr/bin/env python3
"""Writes editors/helix/SESSION.md from the screens that the trips through a real Helix leave.

usage: cargo test -p aios --test e2e helix:: && editors/helix/record.py
"""

import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
SCREENS = HERE.parent.parent / "target/tmp/screens/helix"
CHARS_MAX = 100
STEPS = [
    ("`space S`, then `refu`: a symbol of any file",
     "symbols_definition_and_hover_are_answered_in_helix-symbols"),
    ("`space k`: what it is, how that was found, who calls it",
     "symbols_definition_and_hover_are_answered_in_helix-hover"),
    ("`space a`, *where is this done?*: the hits, of what is not saved too; `gd` leads to the code",
     "a_question_opens_a_list_that_leads_to_the_code_in_helix-hits"),
    ("a comment `# aios: /rename pay to charge`, `space a` on it: the change is shown first; "
     "`space a` on a hunk",
     "a_rename_is_seen_first_and_taken_in_part_in_helix-AIOS--accept-this-hunk"),
    ("the hunk is marked; *apply accepted* takes it, and the rest waits",
     "a_rename_is_seen_first_and_taken_in_part_in_helix-accepted"),
    ("`space a`, *explain*: a report, made without a model",
     "an_agent_runs_and_a_long_run_is_told_and_stopped_in_helix-report"),
    ("`:lsp-workspace-command aios.verify`: the project's own checks, in a sandbox; "
     "`:lsp-workspace-command aios.cancelRun` stops them",
     "an_agent_runs_and_a_long_run_is_told_and_stopped_in_helix-progress"),
    ("`:lsp-workspace-command aios.trust`: what a repository brings, before it may act",
     "nothing_is_run_before_the_workspace_is_trusted_in_helix-AIOS--trust-these-files"),
]


def shown(screen):
    """The screen without what is empty or of one machine."""
    screen = re.sub(r"/tmp/\.tmp\w+/(work|shop ü 100% #1)", "~/shop", screen)
    screen = re.sub(r"/tmp/\.tmp\w+/state", "~/.local/state/aios/shop", screen)
    lines = [re.sub(r" {12,}(\d+ sel)", r"    \1", it).rstrip() for it in screen.splitlines()]
    kept = [it for it in lines if it.strip(" ~│┌┐└┘─") or it.startswith(("┌", "└"))]
    return "\n".join(it[:CHARS_MAX].rstrip() for it in kept)


def main():
    text = [
        "# A session in Helix",
        "",
        "Screens of a real Helix 25.01 with the real server, as the tests type at it; written by",
        "[record.py](record.py).",
    ]
    for title, name in STEPS:
        screen = (SCREENS / f"{name}.txt").read_text()
        text += ["", f"## {title}", "", "```text", shown(screen), "```"]
    (HERE / "SESSION.md").write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
