// What has to hold in VS Code, each case in an editor of its own.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import {
  CART,
  RENAMED_CART,
  SHOP,
  definitionAt,
  exists,
  holds,
  hoverAt,
  indexed,
  insert,
  isMissing,
  propose,
  reviewRename,
  serverOf,
  setNavigation,
  text,
  until,
  uriOf,
} from './steps.mjs';

export const cases = [];

// `options`: { files?, trust?, settings? }.
export function spec(name, options, run) {
  cases.push({ name, files: 'shop', ...options, run });
}

spec('a workspace in several languages is read, shown and asked', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const symbols = await editor.until('symbols', async (vscode) => {
    const found = await vscode.commands.executeCommand('vscode.executeWorkspaceSymbolProvider', 'mix');
    return found.map((it) => it.name);
  });
  assert.ok(symbols.includes('mix'), `mix is not among ${symbols}`);
  // In a language that VS Code has no server of its own for.
  const place = { file: `${folder}/cart.py`, line: 5, character: 12 };
  assert.deepEqual(await editor.run(definitionAt, place), [`${folder}/shop.py:0`]);
  const hover = await editor.run(hoverAt, { file: `${folder}/cart.py`, line: 5, character: 12 });
  assert.match(hover, /Takes the money/);
  await editor.shot('workspace');
});

spec('what the language has a server of its own for is not shown twice', {}, async ({ editor, folder }) => {
  await indexed(editor);
  // VS Code brings a server for TypeScript, and none for Python. Until the server is told of it, both answer.
  await editor.until('the hover of the other server alone', async (vscode, at) => {
    const found = await vscode.commands.executeCommand(
      'vscode.executeHoverProvider', vscode.Uri.file(at), new vscode.Position(3, 10));
    const said = found.flatMap((it) => it.contents.map((part) => part.value ?? part)).join('\n');
    return said.includes('mix') && !said.includes('exact ·');
  }, `${folder}/src/paint.ts`);
  const python = await editor.run(hoverAt, { file: `${folder}/cart.py`, line: 5, character: 12 });
  assert.match(python, /exact ·/);
});

spec('a question is answered with why-scores, also of what is not saved', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await editor.run(insert, { file: `${folder}/cart.py`, text: '\n\ndef zebra_crossing():\n    return 1\n' });
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.search', 'zebra crossing'));
  await editor.page.locator('.pane-body .monaco-list-row', { hasText: 'zebra_crossing' }).waitFor();
  await editor.shot('search');
});

spec('a rename is reviewed with everything ticked, applied in part, and taken back', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await reviewRename(editor, folder);
  await editor.shot('review');
  const boxes = editor.page.locator('.pane-body .monaco-list-row [role=checkbox]');
  const ticks = await boxes.evaluateAll((all) => all.map((it) => it.getAttribute('aria-checked')));
  assert.ok(0 < ticks.length && ticks.every((it) => it === 'true'), `ticked: ${ticks}`);
  assert.equal(await text(editor, `${folder}/shop.py`), SHOP, 'nothing is changed before it was applied');
  // One hunk is left out: the call in refund.
  const row = editor.page.locator('.monaco-list-row', { hasText: 'return -charge(amount)' });
  await row.locator('[role=checkbox]').click();
  await row.locator('[role=checkbox][aria-checked=false]').waitFor();
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  await holds(editor, `${folder}/shop.py`, SHOP.replace('def pay', 'def charge'));
  await holds(editor, `${folder}/cart.py`, CART.replaceAll('pay(', 'charge(').replace('import pay', 'import charge'));
  await editor.shot('applied');
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.undo'));
  await holds(editor, `${folder}/shop.py`, SHOP);
  await holds(editor, `${folder}/cart.py`, CART);
});

spec('a proposal that is declined changes nothing', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await reviewRename(editor, folder);
  const end = await editor.run((vscode) => vscode.commands.executeCommand('aios.client.rejectReview'));
  assert.equal(end.outcome, 'rejected');
  assert.equal(await text(editor, `${folder}/shop.py`), SHOP);
});

spec('what VS Code undoes itself is known to the journal', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await reviewRename(editor, folder);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  await holds(editor, `${folder}/cart.py`, RENAMED_CART);
  await editor.run(async (vscode, file) => {
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    await vscode.commands.executeCommand('undo');
  }, `${folder}/shop.py`);
  await holds(editor, `${folder}/shop.py`, SHOP);
  await holds(editor, `${folder}/cart.py`, CART);
  await editor.until('the journal knows it', async (vscode) => {
    const [last] = await vscode.commands.executeCommand('aios.journal', { limit: 1 });
    return !last.stands || last.kind === 'undo';
  });
});

spec('settings are created by a proposal, and the created file is taken back', {}, async ({ editor, folder }) => {
  await indexed(editor);
  void editor.run((vscode) => vscode.commands.executeCommand('aios.client.createSettings'));
  await editor.page.locator('.monaco-list-row', { hasText: '.aios/config.toml' }).first().waitFor();
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  const file = `${folder}/.aios/config.toml`;
  await editor.until('the file is there', exists, file);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.undo'));
  await editor.until('the file is gone', isMissing, file);
});

spec('a server that is killed comes back with its journal', {}, async ({ editor, folder, state }) => {
  await indexed(editor);
  await reviewRename(editor, folder);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  await holds(editor, `${folder}/cart.py`, RENAMED_CART);
  await editor.run(async (vscode) => vscode.workspace.saveAll());
  const pid = serverOf(state);
  process.kill(pid, 'SIGKILL');
  await until('another server', () => serverOf(state) !== undefined && serverOf(state) !== pid);
  await indexed(editor);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.undo'));
  await holds(editor, `${folder}/shop.py`, SHOP);
  await holds(editor, `${folder}/cart.py`, CART);
});

spec('an edit that was overtaken is refused', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await reviewRename(editor, folder);
  const typed = '\n# typed meanwhile\n';
  await editor.run(insert, { file: `${folder}/shop.py`, text: typed });
  const end = await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  assert.equal(end.outcome, 'refused');
  assert.equal(await text(editor, `${folder}/shop.py`), SHOP + typed);
  assert.equal(await text(editor, `${folder}/cart.py`), CART);
});

spec('what is typed and not saved is renamed with the rest', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const typed = '\n\ndef tip():\n    return pay(1)\n';
  await editor.run(insert, { file: `${folder}/cart.py`, text: typed });
  await reviewRename(editor, folder);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  await holds(editor, `${folder}/cart.py`, RENAMED_CART + typed.replace('pay(', 'charge('));
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.undo'));
  await holds(editor, `${folder}/cart.py`, CART + typed);
  assert.equal(readFileSync(`${folder}/cart.py`, 'utf8'), CART, 'nothing was saved');
});

spec('a file moves with its imports, and back', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const read = (name) => readFileSync(`${folder}/${name}`, 'utf8');
  const before = { colour: read('src/colour.ts'), paint: read('src/paint.ts') };
  await propose(editor, 'aios.moveFile', {
    from: uriOf(folder, 'src/colour.ts'),
    to: uriOf(folder, 'src/hue/tint.ts'),
  }, 'src/paint.ts');
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  await editor.until('the file is at its new place', exists, `${folder}/src/hue/tint.ts`);
  await holds(editor, `${folder}/src/paint.ts`, before.paint.replace('./colour', './hue/tint'));
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.undo'));
  await editor.until('the file is at its old place', exists, `${folder}/src/colour.ts`);
  await editor.until('the new place is empty', isMissing, `${folder}/src/hue/tint.ts`);
  await holds(editor, `${folder}/src/colour.ts`, before.colour);
  await holds(editor, `${folder}/src/paint.ts`, before.paint);
});

spec('a file that is deleted while VS Code holds its text is brought back', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await editor.run(async (vscode, it) => vscode.window.showTextDocument(vscode.Uri.file(it)), `${folder}/shop.py`);
  await propose(editor, 'aios.propose', { uri: uriOf(folder, 'shop.py') }, 'shop.py');
  const end = await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  assert.equal(end.outcome, 'applied');
  await editor.until('the file is gone', isMissing, `${folder}/shop.py`);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.undo'));
  await editor.until('the file is back', exists, `${folder}/shop.py`);
  assert.equal(readFileSync(`${folder}/shop.py`, 'utf8'), SHOP);
});

spec('odd names are no obstacle', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const name = 'a b/ü %20 #1 $x.py';
  const before = 'def odd():\n    return 1\n\n\nodd()\n';
  mkdirSync(`${folder}/a b`);
  writeFileSync(`${folder}/${name}`, before);
  await editor.until('the file is known', async (vscode, file) => {
    const found = await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', vscode.Uri.file(file));
    return found?.some((it) => it.name === 'odd');
  }, `${folder}/${name}`);
  await propose(editor, 'aios.renameSymbol', {
    textDocument: { uri: uriOf(folder, name) },
    position: { line: 0, character: 4 },
    newName: 'even',
  }, '%20 #1 $x.py');
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  await holds(editor, `${folder}/${name}`, before.replaceAll('odd', 'even'));
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.undo'));
  await holds(editor, `${folder}/${name}`, before);
});

spec('settings that are changed hold at once', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const place = { file: `${folder}/cart.py`, line: 5, character: 12 };
  assert.deepEqual(await editor.run(definitionAt, place), [`${folder}/shop.py:0`]);
  await editor.run(setNavigation, { python: 'off' });
  await editor.until('silence', async (vscode, it) => {
    const found = await vscode.commands.executeCommand(
      'vscode.executeDefinitionProvider', vscode.Uri.file(it.file), new vscode.Position(it.line, it.character));
    return found.length === 0;
  }, place);
  await editor.run(setNavigation, undefined);
  await editor.until('a definition', async (vscode, it) => {
    const found = await vscode.commands.executeCommand(
      'vscode.executeDefinitionProvider', vscode.Uri.file(it.file), new vscode.Position(it.line, it.character));
    return found.length === 1;
  }, place);
});

spec('settings of the workspace are proposed, and told when they are wrong', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const file = `${folder}/.aios/config.toml`;
  const uri = uriOf(folder, '.aios/config.toml');
  await propose(editor, 'aios.propose', { uri, text: 'preview = "never"\n' }, '.aios/config.toml');
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  await editor.until('the file is there', exists, file);
  await editor.run(async (vscode, it) => {
    await vscode.workspace.fs.writeFile(vscode.Uri.file(it), new TextEncoder().encode('preview = "sometimes"\n'));
    await vscode.window.showTextDocument(vscode.Uri.file(it));
  }, file);
  const message = await editor.until('the mistake is told', async (vscode, it) => {
    const [first] = vscode.languages.getDiagnostics(vscode.Uri.file(it)).filter((one) => one.source === 'aios');
    return first?.message;
  }, file);
  assert.match(message, /sometimes/);
});

spec('a folder is read but acts nothing before it is trusted', { trust: true }, async ({ editor, folder }) => {
  await indexed(editor);
  assert.equal(await editor.run((vscode) => vscode.workspace.isTrusted), false);
  const place = { file: `${folder}/cart.py`, line: 5, character: 12 };
  assert.deepEqual(await editor.run(definitionAt, place), [`${folder}/shop.py:0`]);
  const refused = await editor.run((vscode) => vscode.commands.executeCommand('aios.verify', { wait: true }));
  assert.equal(refused.outcome, 'refused');
  assert.match(refused.message, /trust/);
  await editor.shot('restricted');
  await editor.run((vscode) => vscode.commands.executeCommand('aios.trust', { wait: true }));
  const checked = await editor.run((vscode) => vscode.commands.executeCommand('aios.verify', { wait: true }));
  assert.doesNotMatch(checked.message ?? '', /trust/);
});

spec('a file of 50,000 lines is edited and asked like any other', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const lines = Array.from({ length: 12_500 }, (_, nth) => `def f${nth}(x):\n    return x\n\n\n`);
  writeFileSync(`${folder}/large.py`, lines.join(''));
  await editor.run(insert, { file: `${folder}/large.py`, text: 'def typed_just_now(x):\n    return x\n' });
  await editor.until('the symbol that was typed', async (vscode, file) => {
    const found = await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', vscode.Uri.file(file));
    return found?.some((it) => it.name === 'typed_just_now') && found.length === 12_501;
  }, `${folder}/large.py`);
});
