// The language client: what it declares, and what it changes between VS Code and the server.
import * as vscode from 'vscode';
import {
  type ClientCapabilities,
  type ConfigurationParams,
  type FeatureState,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type ServerOptions,
  type StaticFeature,
  Trace,
} from 'vscode-languageclient/node';
import { executeCommand } from './asked';
import type { Binary } from './binary';
import * as config from './config';

export function newClient(
  binary: Binary,
  log: vscode.LogOutputChannel,
  onProgress: () => void,
): LanguageClient {
  const run = { command: binary.path, args: ['lsp'] };
  const server: ServerOptions = { run, debug: run };
  const options: LanguageClientOptions = {
    // Which languages it knows is the server's matter: it takes part wherever there is a file.
    documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }],
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: config.forServer(),
    middleware: {
      executeCommand,
      handleWorkDoneProgress: (token, params, next) => {
        next(token, params);
        onProgress();
      },
      workspace: {
        configuration: (params: ConfigurationParams) => params.items.map(answer),
      },
    },
  };
  const client = new LanguageClient('aios', 'AIOS', server, options);
  client.registerFeature(ownCapabilities);
  return client;
}

export async function setTrace(client: LanguageClient): Promise<void> {
  const level = vscode.workspace.getConfiguration('aios').get<string>('trace.server', 'off');
  await client.setTrace(Trace.fromString(level));
}

function answer(item: ConfigurationParams['items'][number]): unknown {
  if (item.section !== 'aios') {
    return null;
  }
  return config.forServer(item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri));
}

// What this client does that the protocol has no word for; `server/lsp/README.md` describes each.
const ownCapabilities: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const declared: unknown = capabilities.experimental;
    capabilities.experimental = {
      ...(typeof declared === 'object' ? declared : {}),
      serverStatusNotification: true,
      aios: { inputNewName: true, review: true, save: true },
    };
  },
  initialize(): void {},
  getState(): FeatureState {
    return { kind: 'static' };
  },
  clear(): void {},
};
