// Where the server's binary is, and whether it is one.
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { serverPath } from './config';

const NAME = process.platform === 'win32' ? 'aios.exe' : 'aios';
const VERSION_MS_MAX = 10_000;

export interface Binary {
  path: string;
  version: string;
  // `setting`, `extension` or `PATH`.
  from: string;
}

// The binary that the settings name, else the one inside the extension, else the one on the PATH.
// Throws what the user should read where none of them answers.
export async function findBinary(context: vscode.ExtensionContext): Promise<Binary> {
  const named = serverPath();
  if (named !== undefined) {
    return { path: named, version: await versionOf(named), from: 'setting' };
  }
  const bundled = path.join(context.extensionPath, 'server', NAME);
  if (await isExecutable(bundled)) {
    return { path: bundled, version: await versionOf(bundled), from: 'extension' };
  }
  return { path: NAME, version: await versionOf(NAME), from: 'PATH' };
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function versionOf(file: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: VERSION_MS_MAX });
    return stdout.trim();
  } catch (error) {
    const fact = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(
      `the server \`${file}\` does not start: ${fact}. ` +
        'Set `aios.server.path`, or put `aios` on the PATH.',
    );
  }
}
