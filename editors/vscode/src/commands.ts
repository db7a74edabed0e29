// The commands of the palette. What needs no answer from the user is the server's own command.
import * as vscode from 'vscode';
import type { Ctx } from './ctx';
import type { RunEnd, SearchAnswer } from './lsp_ext';
import type { SearchView } from './search';

const HITS = 50;

export function registerCommands(ctx: Ctx, searchView: SearchView): vscode.Disposable[] {
  const commands: Record<string, (...args: unknown[]) => Promise<unknown> | void> = {
    'aios.client.search': (query) => search(ctx, searchView, query),
    'aios.client.rename': () => rename(ctx),
    'aios.client.undo': () => run(ctx, 'aios.undo'),
    'aios.client.redo': () => run(ctx, 'aios.redo'),
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
        return await command(...args);
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

async function search(ctx: Ctx, view: SearchView, given: unknown): Promise<void> {
  const prompt = 'A few words, a name, a path, a sentence, or an error message with its trace';
  const query =
    typeof given === 'string'
      ? given
      : await vscode.window.showInputBox({ title: 'AIOS: Search the Workspace', prompt });
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

async function memory(ctx: Ctx): Promise<void> {
  const status = await ctx.execute<object>('aios.status');
  const text = JSON.stringify(status, undefined, 2);
  const document = await vscode.workspace.openTextDocument({ language: 'json', content: text });
  await vscode.window.showTextDocument(document, { preview: true });
}
