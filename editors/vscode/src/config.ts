// The settings, read in one place and typed.
import * as vscode from 'vscode';

const SECTION = 'aios';

// Settings of this client; the server knows nothing of them.
const CLIENT_ONLY = new Set(['server', 'trace']);

export function serverPath(): string | undefined {
  const path = vscode.workspace.getConfiguration(SECTION).get<string | null>('server.path');
  return path?.trim() || undefined;
}

// What the user has set for the server, nested as the server expects it. What nobody set is left
// out: VS Code would report its defaults as if they were the user's will, and they would hide what
// `.aios/config.toml` says.
export function forServer(scope?: vscode.Uri): Record<string, unknown> {
  const config = vscode.workspace.getConfiguration(SECTION, scope ?? null);
  const res: Record<string, unknown> = {};
  for (const key of declaredKeys()) {
    const found = config.inspect<unknown>(key);
    const value = found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
    if (value !== undefined) {
      put(res, key.split('.'), value);
    }
  }
  return res;
}

// The server's settings that the manifest declares, without the section.
function declaredKeys(): string[] {
  const manifest: unknown = vscode.extensions.getExtension('aios.aios')?.packageJSON;
  const properties = at(manifest, 'contributes', 'configuration', 'properties');
  return Object.keys(properties)
    .filter((it) => it.startsWith(`${SECTION}.`))
    .map((it) => it.slice(SECTION.length + 1))
    .filter((it) => !CLIENT_ONLY.has(it.split('.')[0] ?? ''));
}

function at(value: unknown, ...path: string[]): object {
  let res = value;
  for (const key of path) {
    res = isObject(res) ? res[key] : undefined;
  }
  return isObject(res) ? res : {};
}

function put(target: Record<string, unknown>, path: string[], value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) {
    return;
  }
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const below = target[head];
  const inner = isObject(below) ? below : {};
  target[head] = inner;
  put(inner, rest, value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
