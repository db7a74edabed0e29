// The commands of the palette. What needs no answer from the user is the server's own command.
import * as vscode from 'vscode';
import type { CallsView } from './calls';
import type { Ctx } from './ctx';
import type { JournalNode, JournalView } from './journal';
import type {
  Agent,
  Part,
  PendingProposal,
  Place,
  ReviewedFile,
  RunEnd,
  RunningRun,
  SearchAnswer,
} from './lsp_ext';
import type { ReviewView } from './review';
import type { RunNode, RunsView } from './runs';
import type { SearchView } from './search';

export interface Views {
  search: SearchView;
  review: ReviewView;
  journal: JournalView;
  calls: CallsView;
  runs: RunsView;
}

const HITS = 50;

// After these the journal is another.
const CHANGING = new Set(
  ['rename', 'undo', 'redo', 'applyReview', 'rejectReview', 'undoNode', 'redoNode'].map(
    (it) => `aios.client.${it}`,
  ),
);

// A command's arguments come from menus and links of this extension, or are not there.
type Command = (...args: never[]) => Promise<unknown> | void;

export function registerCommands(ctx: Ctx, views: Views): vscode.Disposable[] {
  const { review, journal, calls, runs } = views;
  const commands: Record<string, Command> = {
    'aios.client.search': (query?: string) => search(ctx, views.search, query),
    'aios.client.rename': () => rename(ctx),
    'aios.client.do': (text?: string) => doTyped(ctx, text),
    'aios.client.clearFindings': () => run(ctx, 'aios.clearFindings'),
    'aios.client.undo': () => run(ctx, 'aios.undo'),
    'aios.client.redo': () => run(ctx, 'aios.redo'),
    'aios.client.review': (proposal?: string) => chooseReview(ctx, review, proposal),
    'aios.client.applyReview': () => review.apply(),
    'aios.client.rejectReview': () => review.reject(),
    'aios.client.showReview': () => review.showAll(),
    'aios.client.showPart': (file: ReviewedFile, part?: Part) => review.showPart(file, part),
    'aios.client.refreshJournal': () => journal.refresh(),
    'aios.client.undoNode': (node: JournalNode) => reverse(ctx, 'aios.undo', node),
    'aios.client.redoNode': (node: JournalNode) => reverse(ctx, 'aios.redo', node),
    'aios.client.showHistory': () => run(ctx, 'aios.showHistory'),
    'aios.client.showCalls': (place?: Place) => showCalls(calls, place),
    'aios.client.refreshCalls': () => calls.refresh(),
    'aios.client.drawGraph': () => drawGraph(ctx),
    'aios.client.refreshRuns': () => runs.refresh(),
    'aios.client.cancelRun': (node?: RunNode) => cancelRun(ctx, node),
    'aios.client.showRun': (node: RunNode) => showRun(ctx, node),
    'aios.client.runAgent': () => runAgent(ctx),
    'aios.client.verify': () => run(ctx, 'aios.verify'),
    'aios.client.trust': () => ctx.execute('aios.trust'),
    'aios.client.untrust': () => run(ctx, 'aios.untrust'),
    'aios.client.createSettings': () => run(ctx, 'aios.createSettings'),
    'aios.client.reindex': () => run(ctx, 'aios.reindex'),
    'aios.client.memory': () => memory(ctx),
    'aios.client.restart': () => ctx.restart(),
    'aios.client.stop': () => ctx.stop(),
    'aios.client.showLog': () => ctx.log.show(),
  };
  return Object.entries(commands).map(([name, command]) =>
    vscode.commands.registerCommand(name, async (...args: unknown[]) => {
      try {
        const res = await command(...(args as never[]));
        if (CHANGING.has(name)) {
          journal.refresh();
        }
        return res;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        ctx.log.error(`${name}: ${why}`);
        void vscode.window.showErrorMessage(`AIOS: ${why}`);
        return undefined;
      }
    }),
  );
}

// Runs a command of the server to its end. What the user has to know of it the server says itself.
async function run(ctx: Ctx, command: string, argument: object = {}): Promise<RunEnd> {
  return ctx.execute<RunEnd>(command, { ...argument, wait: true });
}

async function search(ctx: Ctx, view: SearchView, given?: string): Promise<void> {
  const prompt = 'A few words, a name, a path, a sentence, or an error message with its trace';
  const query =
    given ?? (await vscode.window.showInputBox({ title: 'AIOS: Search the Workspace', prompt }));
  if (query === undefined || query.trim() === '') {
    return;
  }
  const progress = { location: { viewId: 'aios.search' } };
  const answer = await vscode.window.withProgress(progress, () =>
    ctx.execute<SearchAnswer>('aios.search', { query, limit: HITS }),
  );
  view.show(query, answer);
  await vscode.commands.executeCommand('aios.search.focus');
}

async function rename(ctx: Ctx): Promise<void> {
  const { document, selection } = activeEditor();
  const word = document.getWordRangeAtPosition(selection.active);
  const newName = await vscode.window.showInputBox({
    title: 'AIOS: Rename Symbol Everywhere',
    prompt: 'The new name. Nothing is changed before you have seen it.',
    value: word === undefined ? '' : document.getText(word),
  });
  if (newName === undefined || newName === '') {
    return;
  }
  await run(ctx, 'aios.renameSymbol', {
    textDocument: { uri: document.uri.toString(), version: document.version },
    position: { line: selection.active.line, character: selection.active.character },
    newName,
  });
}

// Does what is typed: a sentence, or / and a skill. What comes of it the server shows itself.
async function doTyped(ctx: Ctx, given?: string): Promise<void> {
  const prompt = 'A sentence, or / and a skill: /review, /explain, /rename Foo to Bar';
  const text = given ?? (await vscode.window.showInputBox({ title: 'AIOS: Do', prompt }));
  if (text === undefined || text.trim() === '') {
    return;
  }
  await ctx.execute('aios.doCommand', { text, ...placeOf(vscode.window.activeTextEditor) });
}

// Opens the review of a proposal: the one that is named, else the one that waits or is picked.
async function chooseReview(ctx: Ctx, view: ReviewView, proposal?: string): Promise<void> {
  if (proposal !== undefined) {
    return view.show(proposal);
  }
  const waiting = await ctx.execute<PendingProposal[]>('aios.proposals');
  const items = waiting.map((it) => ({
    label: it.title,
    description: `risk ${it.risk}`,
    detail: it.files.map((uri) => vscode.workspace.asRelativePath(vscode.Uri.parse(uri))).join(', '),
    proposal: it.proposal,
  }));
  if (items.length === 0) {
    throw new Error('no proposal waits for an answer');
  }
  const title = 'AIOS: Review a Proposal';
  const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
  if (picked !== undefined) {
    await view.show(picked.proposal);
  }
}

// Takes a change back, or brings it back: all of it, one of its files, or one hunk.
async function reverse(ctx: Ctx, command: string, node: JournalNode): Promise<RunEnd> {
  switch (node.kind) {
    case 'transaction':
      return run(ctx, command, { transaction: node.it.transaction });
    case 'file':
      return run(ctx, command, {
        transaction: node.of.transaction,
        parts: [`${node.nth + 1}`],
      });
    case 'hunk':
      return run(ctx, command, { transaction: node.of.transaction, parts: [node.it.id] });
    case 'proposal':
      throw new Error('a proposal that waits has changed nothing yet');
  }
}

// The calls around the symbol of a lens, else of the cursor.
async function showCalls(view: CallsView, place?: Place): Promise<void> {
  if (place?.textDocument !== undefined) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(place.textDocument.uri));
    const { line, character } = place.position;
    return view.show(document, new vscode.Position(line, character));
  }
  const { document, selection } = activeEditor();
  await view.show(document, selection.active);
}

// Draws what is around the symbol of the cursor, as text that Mermaid makes a picture of.
async function drawGraph(ctx: Ctx): Promise<void> {
  const { document, selection } = activeEditor();
  const picture = await ctx.execute<{ text: string }>('aios.exportGraph', {
    textDocument: { uri: document.uri.toString() },
    position: { line: selection.active.line, character: selection.active.character },
  });
  const content = `\`\`\`mermaid\n${picture.text.trimEnd()}\n\`\`\`\n`;
  const drawn = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(drawn, { viewColumn: vscode.ViewColumn.Beside });
}

// Stops a run: the one that was clicked at, else the only one or the one that is picked.
async function cancelRun(ctx: Ctx, node?: RunNode): Promise<void> {
  if (node?.kind === 'running') {
    await ctx.execute('aios.cancelRun', { run: node.it.run });
    return;
  }
  const running = (await ctx.execute<RunningRun[]>('aios.running')).filter((it) => it.cancellable);
  if (running.length === 0) {
    throw new Error('nothing runs that could be stopped');
  }
  const items = running.map(({ run, title, message }) => ({
    label: title,
    description: message ?? '',
    run,
  }));
  const title = 'AIOS: Stop a Run';
  const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
  if (picked !== undefined) {
    await ctx.execute('aios.cancelRun', { run: picked.run });
  }
}

async function showRun(ctx: Ctx, node: RunNode): Promise<void> {
  if (node.kind === 'ended') {
    await ctx.execute('aios.showRun', { transcript: node.it.transcript });
  }
}

// Starts an agent that is picked, with the words that it needs.
async function runAgent(ctx: Ctx): Promise<void> {
  const { agents } = await ctx.execute<{ agents: Agent[] }>('aios.agents');
  const items = agents.flatMap(({ agent, blocked, capabilities }) =>
    capabilities.map((it) => ({
      label: `${agent}: ${it.name}`,
      description: it.description,
      detail: blocked ?? it.disabled ?? '',
      can: blocked === null && it.disabled === null,
      agent,
      capability: it,
    })),
  );
  // What cannot be had now stands below, with why.
  items.sort((a, b) => Number(b.can) - Number(a.can));
  const title = 'AIOS: Run an Agent';
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  if (picked === undefined) {
    return;
  }
  if (!picked.can) {
    throw new Error(`${picked.label}: ${picked.detail}`);
  }
  const { capability } = picked;
  const words = new Map<string, string>();
  const needed = capability.parameters.filter((it) => it.required).map((it) => it.name);
  for (const name of capability.prompt === null ? needed : [capability.prompt]) {
    const value = await vscode.window.showInputBox({ title: picked.label, prompt: name });
    if (value === undefined) {
      return;
    }
    words.set(name, value);
  }
  await ctx.execute('aios.runAgent', {
    agent: picked.agent,
    capability: capability.name,
    arguments: Object.fromEntries(words),
    ...placeOf(vscode.window.activeTextEditor),
  });
}

// Where the user is, for what is asked of the server.
function placeOf(editor: vscode.TextEditor | undefined): object {
  if (editor === undefined) {
    return {};
  }
  const { document, selection } = editor;
  const at = (it: vscode.Position) => ({ line: it.line, character: it.character });
  return {
    textDocument: { uri: document.uri.toString(), version: document.version },
    range: { start: at(selection.start), end: at(selection.end) },
  };
}

function activeEditor(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    throw new Error('put the cursor on a symbol first');
  }
  return editor;
}

async function memory(ctx: Ctx): Promise<void> {
  const status = await ctx.execute<object>('aios.status');
  const text = JSON.stringify(status, undefined, 2);
  const document = await vscode.workspace.openTextDocument({ language: 'json', content: text });
  await vscode.window.showTextDocument(document, { preview: true });
}
