// The commands of the palette. What needs no answer from the user is the server's own command.
import * as vscode from 'vscode';
import type { Ctx } from './ctx';
import type { JournalNode, JournalView } from './journal';
import type { Part, PendingProposal, ReviewedFile, RunEnd, SearchAnswer } from './lsp_ext';
import type { ReviewView } from './review';
import type { SearchView } from './search';

export interface Views {
  search: SearchView;
  review: ReviewView;
  journal: JournalView;
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
  const { review, journal } = views;
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
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    throw new Error('put the cursor on a symbol first');
  }
  const { document, selection } = editor;
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
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    await ctx.execute('aios.doCommand', { text });
    return;
  }
  const { document, selection } = editor;
  const at = (it: vscode.Position) => ({ line: it.line, character: it.character });
  await ctx.execute('aios.doCommand', {
    text,
    textDocument: { uri: document.uri.toString(), version: document.version },
    range: { start: at(selection.start), end: at(selection.end) },
  });
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

// Takes a change back, or brings it back: all of it, or one of its files.
async function reverse(ctx: Ctx, command: string, node: JournalNode): Promise<RunEnd> {
  switch (node.kind) {
    case 'transaction':
      return run(ctx, command, { transaction: node.it.transaction });
    case 'file':
      return run(ctx, command, {
        transaction: node.of.transaction,
        parts: [`${node.nth + 1}`],
      });
    case 'proposal':
      throw new Error('a proposal that waits has changed nothing yet');
  }
}

async function memory(ctx: Ctx): Promise<void> {
  const status = await ctx.execute<object>('aios.status');
  const text = JSON.stringify(status, undefined, 2);
  const document = await vscode.workspace.openTextDocument({ language: 'json', content: text });
  await vscode.window.showTextDocument(document, { preview: true });
}
