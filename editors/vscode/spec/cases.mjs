// What has to hold in VS Code, each case in an editor of its own.
import assert from 'node:assert/strict';

export const cases = [];

// `options`: { files?, trust?, settings? }.
function spec(name, options, run) {
  cases.push({ name, files: 'shop', ...options, run });
}

spec('a workspace in several languages is read, shown and asked', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const symbols = await editor.until('symbols', async (vscode) => {
    const found = await vscode.commands.executeCommand('vscode.executeWorkspaceSymbolProvider', 'mix');
    return found.map((it) => it.name);
  });
  assert.ok(symbols.includes('mix'), `mix is not among ${symbols}`);
  const definition = await editor.run(definitionAt, { file: `${folder}/src/paint.ts`, line: 3, character: 10 });
  assert.deepEqual(definition, [`${folder}/src/colour.ts:1`]);
  const hover = await editor.run(hoverAt, { file: `${folder}/cart.py`, line: 5, character: 12 });
  assert.match(hover, /Takes the money/);
  await editor.shot('workspace');
});

spec('a question is answered with why-scores, also of what is not saved', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await editor.run(insert, { file: `${folder}/cart.py`, text: '\n\ndef zebra_crossing():\n    return 1\n' });
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.search', 'zebra crossing'));
  await editor.page.locator('.pane-body .monaco-list-row', { hasText: 'zebra_crossing' }).waitFor();
  await editor.shot('search');
});

// Waits until the server has read everything.
async function indexed(editor) {
  await editor.until('the server is ready', async (vscode) => {
    const names = await vscode.commands.getCommands(true);
    if (!names.includes('aios.status')) {
      return false;
    }
    const status = await vscode.commands.executeCommand('aios.status');
    return status.quiescent && 0 < status.indexed;
  });
}

async function definitionAt(vscode, { file, line, character }) {
  const found = await vscode.commands.executeCommand(
    'vscode.executeDefinitionProvider', vscode.Uri.file(file), new vscode.Position(line, character));
  return found.map((it) => `${(it.targetUri ?? it.uri).fsPath}:${(it.targetSelectionRange ?? it.range).start.line}`);
}

async function hoverAt(vscode, { file, line, character }) {
  const found = await vscode.commands.executeCommand(
    'vscode.executeHoverProvider', vscode.Uri.file(file), new vscode.Position(line, character));
  return found.flatMap((it) => it.contents.map((part) => part.value ?? part)).join('\n');
}

async function insert(vscode, { file, text }) {
  const document = await vscode.workspace.openTextDocument(file);
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  const end = document.lineAt(document.lineCount - 1).range.end;
  await editor.edit((it) => it.insert(end, text));
}
