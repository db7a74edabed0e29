// A real VS Code in a real browser: starts it, talks to its extension host, ends it.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

// A machine that builds beside was seen to take more than two minutes for a start.
const START_MS_MAX = 300_000;
export const STEP_MS_MAX = 120_000;
const STOP_MS_MAX = 30_000;
const POLL_MS = 100;
// Every process of an editor has its path in the environment.
const SOCKET = 'AIOS_SPEC_SOCKET';

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// `config`: { home, entry, chromium, extensions, env, shots, trust }. `home` is a fresh folder,
// `entry` code-server's entry.js, `extensions` the folder they are installed in.
export class Editor {
  constructor(config) {
    this.config = config;
    this.socketPath = path.join(config.home, 'agent.sock');
    this.waiting = new Map();
    this.lastId = 0;
    this.log = [];
  }

  async start(folder) {
    await this.#startServer();
    await this.#openBrowser(folder);
    await this.#connect();
  }

  // Runs `step(vscode, args)` in the extension host and gives what it returns.
  async run(step, args = null) {
    const id = ++this.lastId;
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.socket.write(`${JSON.stringify({ id, source: step.toString(), args })}\n`);
    return within(answer, STEP_MS_MAX, () => `no answer to ${step.toString().slice(0, 200)}`);
  }

  // Runs `step` again and again until what it returns is true enough.
  async until(what, step, args = null, ms = STEP_MS_MAX) {
    const end = Date.now() + ms;
    for (;;) {
      const res = await this.run(step, args);
      if (res) {
        return res;
      }
      if (end < Date.now()) {
        await this.shot(`stuck-${what.replace(/\W+/g, '-')}`);
        throw new Error(`not within ${ms} ms: ${what}`);
      }
      await sleep(POLL_MS);
    }
  }

  // Waits until a webview shows `text`: it is a frame of its own, which is filled after all else.
  async showsInFrame(text) {
    const end = Date.now() + STEP_MS_MAX;
    for (;;) {
      for (const frame of this.page.frames()) {
        // A frame that is gone meanwhile shows nothing.
        const shown = await frame.evaluate(() => document.body?.innerText ?? '').catch(() => '');
        if (shown.includes(text)) {
          return;
        }
      }
      if (end < Date.now()) {
        await this.shot('no-such-frame');
        throw new Error(`not within ${STEP_MS_MAX} ms: a webview with ${text}`);
      }
      await sleep(POLL_MS);
    }
  }

  async shot(name) {
    await mkdir(this.config.shots, { recursive: true });
    await this.page.screenshot({ path: path.join(this.config.shots, `${name}.png`) });
  }

  // Ends the browser and every process of the editor, those that it has left behind too, however far
  // `start` came. Fails where one cannot be ended.
  async stop() {
    this.socket?.destroy();
    await this.browser?.close().catch(() => {});
    const left = () => processesWith(SOCKET, this.socketPath);
    for (const signal of ['SIGTERM', 'SIGKILL']) {
      const end = Date.now() + STOP_MS_MAX;
      while (0 < left().length && Date.now() < end) {
        left().forEach((pid) => kill(pid, signal));
        await sleep(POLL_MS);
      }
    }
    if (0 < left().length) {
      throw new Error(`the editor does not end: ${left()}`);
    }
  }

  async #startServer() {
    const { home, entry, extensions, env } = this.config;
    const user = path.join(home, 'user', 'User');
    await mkdir(user, { recursive: true });
    const settings = {
      'files.autoSave': 'off',
      'files.hotExit': 'off',
      'workbench.startupEditor': 'none',
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'security.workspace.trust.enabled': this.config.trust === true,
      'telemetry.telemetryLevel': 'off',
      'extensions.ignoreRecommendations': true,
      'git.openRepositoryInParentFolders': 'never',
      ...this.config.settings,
    };
    await writeFile(path.join(user, 'settings.json'), JSON.stringify(settings, undefined, 2));
    const args = [
      entry,
      '--config', '/dev/null',
      '--auth', 'none',
      '--bind-addr', '127.0.0.1:0',
      '--disable-telemetry',
      '--disable-update-check',
      '--user-data-dir', path.join(home, 'user'),
      '--extensions-dir', extensions,
    ];
    if (this.config.trust !== true) {
      args.push('--disable-workspace-trust');
    }
    this.server = spawn(process.execPath, args, {
      env: { ...process.env, ...env, [SOCKET]: this.socketPath, HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.server.stderr.on('data', (it) => this.log.push(String(it)));
    const address = new Promise((resolve) => {
      readline.createInterface({ input: this.server.stdout }).on('line', (line) => {
        this.log.push(line);
        const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line);
        if (found) {
          resolve(found[1]);
        }
      });
    });
    this.address = await within(address, START_MS_MAX, () => this.log.join('\n'));
  }

  async #openBrowser(folder) {
    this.browser = await chromium.launch({
      executablePath: this.config.chromium,
      headless: true,
      // `stop` ends it, and knows what else is to be ended.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: CHROMIUM_FLAGS,
    });
    this.page = await this.browser.newPage({ viewport: { width: 1400, height: 900 } });
    // The library gives up after half of that, which a busy machine may need for one click.
    this.page.setDefaultTimeout(STEP_MS_MAX);
    this.page.setDefaultNavigationTimeout(START_MS_MAX);
    await this.page.goto(`${this.address}/?folder=${encodeURIComponent(folder)}`);
    await this.page.waitForSelector('.monaco-workbench', { timeout: START_MS_MAX });
  }

  async #connect() {
    const end = Date.now() + START_MS_MAX;
    while (this.socket === undefined) {
      this.socket = await connect(this.socketPath).catch(() => undefined);
      if (end < Date.now()) {
        await this.shot('no-extension-host');
        throw new Error(`the extension host did not start:\n${this.log.join('\n')}`);
      }
      await sleep(POLL_MS);
    }
    readline.createInterface({ input: this.socket }).on('line', (line) => {
      const { id, result, error } = JSON.parse(line);
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      error === undefined ? resolve(result) : reject(new Error(error));
    });
  }
}

// Copies a workspace of the specification, so that a case may write into it.
export async function workspace(from, to) {
  await cp(from, to, { recursive: true });
  return to;
}

// The processes that have this in their environment.
export function processesWith(name, value) {
  const pids = readdirSync('/proc').filter((it) => /^\d+$/.test(it));
  return pids.filter((pid) => hasText(`/proc/${pid}/environ`, `${name}=${value}`)).map(Number);
}

// Whether a file of a process, a list that ends each text with a zero, has this text.
export function hasText(file, text) {
  try {
    return readFileSync(file, 'utf8').split('\0').includes(text);
  } catch {
    // It has ended, or is somebody else's.
    return false;
  }
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function connect(socketPath) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketPath, () => resolve(socket));
    socket.once('error', reject);
  });
}

async function within(promise, ms, why) {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(
    () => Promise.reject(new Error(`not within ${ms} ms: ${why()}`)),
    () => {},
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
