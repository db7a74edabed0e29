// The specification of the VS Code client: `node spec/run.mjs`, with
//   AIOS_BIN       the server's binary
//   AIOS_VSCODE    the folder that tests/editors/install-vscode.sh filled
//   AIOS_CHROMIUM  a Chromium [default: /usr/bin/chromium]
//   AIOS_SHOTS     where screenshots go [default: a folder beside the workspace]
// Every argument is part of the name of a case; without one all are run.
import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { cases } from './cases.mjs';
import { Editor, workspace } from './editor.mjs';
import './views.mjs';

const here = import.meta.dirname;
const exec = promisify(execFile);
// The editor of the case that is run.
let running;

async function main() {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), 'aios-vscode-')));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, async () => {
      await running?.stop();
      await rm(home, { recursive: true, force: true });
      process.exit(1);
    });
  }
  let failed = 0;
  try {
    const setup = await prepare(home);
    const wanted = process.argv.slice(2);
    for (const it of cases) {
      if (wanted.length === 0 || wanted.some((word) => it.name.includes(word))) {
        failed += await runCase(setup, it);
      }
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

// Packs the extension as users get it, the binary apart, and installs it beside the agent.
async function prepare(home) {
  const extensions = path.join(home, 'extensions');
  await mkdir(extensions);
  const entry = path.join(
    required('AIOS_VSCODE'),
    'cs/node_modules/code-server/out/node/entry.js',
  );
  const vsce = path.join(here, '../node_modules/@vscode/vsce/vsce');
  const pack = async (folder, name) => {
    const out = path.join(home, name);
    const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license'];
    await exec(process.execPath, [vsce, 'package', ...flags, '--out', out], { cwd: folder });
    return out;
  };
  const files = [
    await pack(path.join(here, '..'), 'aios.vsix'),
    await pack(path.join(here, 'agent'), 'agent.vsix'),
  ];
  for (const file of files) {
    const args = ['--config', '/dev/null', '--extensions-dir', extensions];
    const user = ['--user-data-dir', path.join(home, 'install')];
    await exec(process.execPath, [entry, ...args, ...user, '--install-extension', file], {
      env: { ...process.env, HOME: home },
    });
  }
  const shots = process.env.AIOS_SHOTS ?? path.join(home, 'shots');
  const chromium = process.env.AIOS_CHROMIUM ?? '/usr/bin/chromium';
  return { home, entry, extensions, shots, chromium };
}

// 1 where the case fails.
async function runCase(setup, { name, trust, files, settings, run }) {
  const home = await mkdtemp(path.join(setup.home, 'case-'));
  const folder = await workspace(path.join(here, 'workspaces', files), path.join(home, folderName(files)));
  const began = process.hrtime.bigint();
  const editor = new Editor({
    ...setup,
    home,
    trust,
    settings: { 'aios.server.path': required('AIOS_BIN'), ...settings },
    env: { AIOS_STATE_DIR: path.join(home, 'state') },
  });
  running = editor;
  try {
    await editor.start(folder);
    await run({ editor, folder, state: path.join(home, 'state') });
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    console.log(`ok    ${name} (${seconds.toFixed(1)} s)`);
    return 0;
  } catch (error) {
    console.log(`FAIL  ${name}\n${error?.stack ?? error}`);
    await editor.shot(`failed-${name.replace(/\W+/g, '-')}`).catch(() => {});
    return 1;
  } finally {
    await editor.stop();
  }
}

// A folder that no careless quoting survives.
function folderName(files) {
  return `${files} ü 100% #1`;
}

function required(name) {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set; the head of spec/run.mjs says what it is`);
  }
  return value;
}

await main();
