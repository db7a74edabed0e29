// Steps that several cases are made of.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { STEP_MS_MAX, hasText, processesWith } from './editor.mjs';

const POLL_MS = 100;

export const SHOP = readFileSync(new URL('workspaces/shop/shop.py', import.meta.url), 'utf8');
export const CART = readFileSync(new URL('workspaces/shop/cart.py', import.meta.url), 'utf8');
export const RENAMED_CART = CART.replaceAll('pay(', 'charge(').replace('import pay', 'import charge');

// Asks for `pay` to be renamed everywhere, and waits for the review.
export async function reviewRename(editor, folder) {
  // Not awaited: it ends when the proposal is there, which the review shows.
  await editor.run((vscode, { file }) => {
    void vscode.commands.executeCommand('aios.renameSymbol', {
      textDocument: { uri: vscode.Uri.file(file).toString() },
      position: { line: 0, character: 4 },
      newName: 'charge',
    });
  }, { file: `${folder}/shop.py` });
  await editor.page.locator('.monaco-list-row', { hasText: 'return -charge(amount)' }).waitFor();
}

export async function text(editor, file) {
  return editor.run(async (vscode, it) => (await vscode.workspace.openTextDocument(it)).getText(), file);
}

export async function holds(editor, file, wanted) {
  await editor.until(`${file} is as it shall be`, async (vscode, args) => {
    const document = await vscode.workspace.openTextDocument(args.file);
    return document.getText() === args.wanted;
  }, { file, wanted });
}

export async function exists(vscode, file) {
  return vscode.workspace.fs.stat(vscode.Uri.file(file)).then(() => true, () => false);
}

export async function isMissing(vscode, file) {
  return vscode.workspace.fs.stat(vscode.Uri.file(file)).then(() => false, () => true);
}

// Asks for a change, and waits until its review shows `file`.
export async function propose(editor, command, argument, file) {
  // Not awaited: it ends when the proposal is there, which the review shows.
  await editor.run((vscode, it) => {
    void vscode.commands.executeCommand(it.command, it.argument);
  }, { command, argument });
  await editor.page.locator('.pane-body .monaco-list-row', { hasText: file }).first().waitFor();
}

export function uriOf(folder, file) {
  return pathToFileURL(`${folder}/${file}`).toString();
}

export async function setNavigation(vscode, value) {
  const settings = vscode.workspace.getConfiguration('aios');
  await settings.update('navigation', value ?? undefined, vscode.ConfigurationTarget.Global);
}

// Waits until the server has read everything.
export async function indexed(editor) {
  await editor.until('the server is ready', async (vscode) => {
    const names = await vscode.commands.getCommands(true);
    if (!names.includes('aios.status')) {
      return false;
    }
    // A server that was just started anew may be gone again before it answers.
    const status = await vscode.commands.executeCommand('aios.status').then((it) => it, () => undefined);
    return status !== undefined && status.quiescent && 0 < status.indexed;
  });
}

export async function definitionAt(vscode, { file, line, character }) {
  const found = await vscode.commands.executeCommand(
    'vscode.executeDefinitionProvider', vscode.Uri.file(file), new vscode.Position(line, character));
  return found.map((it) => `${(it.targetUri ?? it.uri).fsPath}:${(it.targetSelectionRange ?? it.range).start.line}`);
}

export async function hoverAt(vscode, { file, line, character }) {
  const found = await vscode.commands.executeCommand(
    'vscode.executeHoverProvider', vscode.Uri.file(file), new vscode.Position(line, character));
  return found.flatMap((it) => it.contents.map((part) => part.value ?? part)).join('\n');
}

// Types at the end of a file, without saving.
export async function insert(vscode, { file, text }) {
  const document = await vscode.workspace.openTextDocument(file);
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, text);
  await vscode.workspace.applyEdit(edit);
}

// Waits until something holds outside the editor.
export async function until(what, condition) {
  const end = Date.now() + STEP_MS_MAX;
  while (!condition()) {
    if (end < Date.now()) {
      throw new Error(`not within ${STEP_MS_MAX} ms: ${what}`);
    }
    await sleep(POLL_MS);
  }
}

// The process of the server that keeps its state in `state`; undefined where there is none.
export function serverOf(state) {
  return processesWith('AIOS_STATE_DIR', state).find((pid) => hasText(`/proc/${pid}/cmdline`, 'lsp'));
}

// The rows of trees that show `text`.
export function row(editor, text) {
  return editor.page.locator('.pane-body .monaco-list-row', { hasText: text });
}

// Unfolds a row of a tree.
export async function unfold(row) {
  await row.locator('.monaco-tl-twistie').click();
}

// Presses the button of a row that is shown while the mouse is over it.
export async function press(row, title) {
  await row.hover();
  await row.locator(`.action-label[aria-label*="${title}"]`).click();
}
