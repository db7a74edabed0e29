// What has to hold of the views and commands that VS Code has beside what every editor has.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spec } from './cases.mjs';
import { CART, RENAMED_CART, SHOP, holds, indexed, press, reviewRename, row, serverOf, unfold, until } from './steps.mjs';

const RENAMED_SHOP = SHOP.replaceAll('pay(', 'charge(');

spec('the calls around a symbol unfold, each with how it was found', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await editor.run(async (vscode, file) => {
    const selection = new vscode.Range(0, 5, 0, 5);
    await vscode.window.showTextDocument(vscode.Uri.file(file), { selection });
    await vscode.commands.executeCommand('aios.client.showCalls');
  }, `${folder}/shop.py`);
  await row(editor, 'checkout').first().waitFor();
  const refund = row(editor, 'refund').first();
  assert.match(await refund.innerText(), /shop\.py:\d+ · exact/);
  await unfold(refund);
  await row(editor, 'Nothing.').first().waitFor();
  await editor.shot('calls');
});

spec('what an action or a lens needs of the user is asked for and shown', {}, async ({ editor, folder }) => {
  await indexed(editor);
  const file = `${folder}/shop.py`;
  await editor.run(async (vscode, it) => vscode.window.showTextDocument(vscode.Uri.file(it)), file);
  await editor.until('the lens of `pay`', async (vscode, it) => {
    const all = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', vscode.Uri.file(it), 20);
    const lens = all.find((one) => one.command?.title.includes('caller'));
    if (lens === undefined) {
      return false;
    }
    await vscode.commands.executeCommand(lens.command.command, ...lens.command.arguments);
    return true;
  }, file);
  await row(editor, 'checkout').first().waitFor();
  // The action ends when the review is there; until then the user is asked.
  await editor.until('the action', async (vscode, it) => {
    const at = new vscode.Range(0, 5, 0, 5);
    const all = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', vscode.Uri.file(it), at);
    const action = all.find((one) => one.title.includes('Rename symbol'));
    if (action === undefined) {
      return false;
    }
    void vscode.commands.executeCommand(action.command.command, ...action.command.arguments);
    return true;
  }, file);
  const input = editor.page.locator('.quick-input-widget input[type=text]');
  await editor.page.locator('.quick-input-title', { hasText: 'Rename Symbol Everywhere' }).waitFor();
  assert.equal(await input.inputValue(), 'pay');
  await input.fill('charge');
  await input.press('Enter');
  await row(editor, 'return -charge(amount)').first().waitFor();
  await editor.shot('asked');
});

spec('one hunk of a change is taken back from the tree, and brought back', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await reviewRename(editor, folder);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.applyReview'));
  await holds(editor, `${folder}/cart.py`, RENAMED_CART);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.journal.focus'));
  // The journal gets their room: rows that do not fit are not there for the mouse.
  for (const title of ['Search', 'Review']) {
    await editor.page.locator('.pane-header', { hasText: title }).first().click();
  }
  const change = row(editor, 'in force').first();
  await change.waitFor();
  await unfold(change);
  const file = row(editor, 'shop.py').last();
  await file.waitFor();
  await unfold(file);
  const hunk = row(editor, 'return -charge(amount)').last();
  await hunk.waitFor();
  await press(hunk, 'Take Back');
  await holds(editor, `${folder}/shop.py`, RENAMED_SHOP.replace('-charge(', '-pay('));
  await row(editor, 'taken back').last().waitFor();
  await editor.shot('journal');
  await press(row(editor, 'return -charge(amount)').last(), 'Bring Back');
  await holds(editor, `${folder}/shop.py`, RENAMED_SHOP);
});

spec('what takes long is told and stopped in its view', { settings: { 'aios.verify.commands': ['sleep 600'] } }, async ({ editor }) => {
  await indexed(editor);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.trust'));
  await editor.run((vscode) => vscode.commands.executeCommand('aios.runs.focus'));
  await editor.until('the workspace is trusted', async (vscode) => {
    const answer = await vscode.commands.executeCommand('aios.trust');
    return answer.standing === 'trusted';
  });
  await editor.run((vscode) => {
    globalThis.checked = vscode.commands.executeCommand('aios.verify', { wait: true });
  });
  const checking = row(editor, 'Checking');
  await checking.waitFor();
  // VS Code's own progress, and the view's.
  await editor.page.locator('.statusbar-item', { hasText: 'Checking' }).first().waitFor();
  await editor.shot('runs');
  await press(checking, 'Stop a Run');
  const end = await editor.run(() => globalThis.checked);
  assert.equal(end.outcome, 'cancelled');
  await checking.waitFor({ state: 'detached' });
});

spec('an agent is picked, runs without a model, and is kept with its transcript', {}, async ({ editor }) => {
  await indexed(editor);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.runs.focus'));
  await editor.run((vscode) => void vscode.commands.executeCommand('aios.client.runAgent'));
  const input = editor.page.locator('.quick-input-widget input[type=text]');
  const asked = (title) => editor.page.locator('.quick-input-title', { hasText: title }).waitFor();
  await asked('AIOS: Run an Agent');
  await input.fill('find: search');
  await input.press('Enter');
  await asked('find: search');
  await input.fill('refund');
  await input.press('Enter');
  const run = row(editor, 'find').first();
  assert.match(await run.innerText(), /find\s*done/);
  await press(run, 'Show the Transcript');
  await editor.until('its transcript', (vscode) =>
    vscode.window.activeTextEditor?.document.getText().startsWith('# find, done\n'));
  await editor.shot('agent');
});

spec('what a repository brings is shown before it is trusted', {}, async ({ editor, folder }) => {
  await indexed(editor);
  mkdirSync(`${folder}/.aios`);
  writeFileSync(`${folder}/.aios/config.toml`, '[verify]\ncommands = ["true"]\n');
  await editor.until('the server has seen it', async (vscode) => {
    const answer = await vscode.commands.executeCommand('aios.verify', { wait: true });
    return answer.outcome === 'refused' && answer.message.includes('trust');
  });
  await editor.until('what is not trusted', async (vscode) => {
    await vscode.commands.executeCommand('aios.client.trust');
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    return text.includes('+commands = ["true"]');
  });
  await editor.shot('trust');
  await editor.run(async (vscode) => {
    const { uri } = vscode.window.activeTextEditor.document;
    const at = new vscode.Range(0, 0, 0, 0);
    const actions = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', uri, at);
    const { command } = actions.find((it) => it.title === 'AIOS: trust these files');
    await vscode.commands.executeCommand(command.command, ...command.arguments);
  });
  await editor.until('the checks run', async (vscode) => {
    const answer = await vscode.commands.executeCommand('aios.verify', { wait: true });
    return answer.verdict === 'passed';
  });
});

spec('the server is stopped, started anew and looked into by commands', {}, async ({ editor, state }) => {
  await indexed(editor);
  const first = serverOf(state);
  assert.notEqual(first, undefined);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.stop'));
  await until('no server', () => serverOf(state) === undefined);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.search.focus'));
  await editor.page.locator('.pane-body', { hasText: 'The server is not running' }).first().waitFor();
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.restart'));
  await until('another server', () => serverOf(state) !== undefined);
  await indexed(editor);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.memory'));
  const status = await editor.until('the status', (vscode) => {
    const { document } = vscode.window.activeTextEditor ?? {};
    return document?.languageId === 'json' && document.getText();
  });
  assert.ok(JSON.parse(status).memory.some((it) => it.part === 'facts' && 0 < it.bytes), status);
  await editor.run((vscode) => vscode.commands.executeCommand('aios.client.showLog'));
  await editor.page.locator('.part.panel', { hasText: 'Output' }).first().waitFor();
});

spec('a new user is shown around, and what an agent is may be checked', {}, async ({ editor, folder }) => {
  await indexed(editor);
  await editor.run((vscode) => vscode.commands.executeCommand('workbench.action.openWalkthrough', 'aios.aios#start'));
  await editor.page.locator('.gettingStartedContainer', { hasText: 'Ask in your own words' }).first().waitFor();
  await editor.showsInFrame('Each hit tells what its score is made of');
  await editor.shot('walkthrough');
  // VS Code has no YAML of its own; its JSON takes the same schema.
  const schema = await editor.run((vscode) => {
    const { extensionUri, packageJSON } = vscode.extensions.getExtension('aios.aios');
    const { url } = packageJSON.contributes.yamlValidation[0];
    return vscode.Uri.joinPath(extensionUri, url).toString();
  });
  const agent = { $schema: schema, name: 'a', version: '1.0.0', type: 'wizard', instructions: 'i' };
  writeFileSync(`${folder}/agent.json`, JSON.stringify(agent));
  const message = await editor.until('the mistake is told', async (vscode, file) => {
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    const found = vscode.languages.getDiagnostics(vscode.Uri.file(file));
    return found.map((it) => it.message).find((it) => it.includes('assistant'));
  }, `${folder}/agent.json`);
  assert.match(message, /specialist/);
  assert.equal(readFileSync(`${folder}/cart.py`, 'utf8'), CART);
});
