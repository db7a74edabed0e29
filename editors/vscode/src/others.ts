// Tells the server what other extensions answer, so that nothing is shown twice
// (`aios.navigation = auto`). VS Code does not say which providers a language has; what is known
// here are the extensions that bring a language's own server.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { otherServers } from './lsp_ext';

const methods = [
  'textDocument/hover',
  'textDocument/definition',
  'textDocument/declaration',
  'textDocument/typeDefinition',
  'textDocument/implementation',
  'textDocument/references',
  'textDocument/documentHighlight',
  'textDocument/documentSymbol',
  'textDocument/documentLink',
  'textDocument/prepareCallHierarchy',
  'textDocument/prepareTypeHierarchy',
  'textDocument/prepareRename',
  'textDocument/rename',
  'workspace/symbol',
];

interface Server {
  extension: string;
  languages: string[];
  lacks?: string[];
}

const noTypes = ['textDocument/prepareTypeHierarchy'];
const noCalls = [...noTypes, 'textDocument/prepareCallHierarchy'];
const noLinks = ['textDocument/documentLink'];

const servers: Server[] = [
  { extension: 'rust-lang.rust-analyzer', languages: ['rust'], lacks: [...noTypes, ...noLinks] },
  {
    extension: 'vscode.typescript-language-features',
    languages: ['typescript', 'typescriptreact', 'javascript', 'javascriptreact'],
    // It finds symbols only in projects of which a file is open.
    lacks: [...noTypes, ...noLinks, 'textDocument/declaration', 'workspace/symbol'],
  },
  { extension: 'ms-python.vscode-pylance', languages: ['python'], lacks: [...noTypes, ...noLinks] },
  { extension: 'detachhead.basedpyright', languages: ['python'], lacks: [...noTypes, ...noLinks] },
  { extension: 'ms-pyright.pyright', languages: ['python'], lacks: [...noTypes, ...noLinks] },
  { extension: 'golang.go', languages: ['go'], lacks: ['textDocument/declaration'] },
  { extension: 'redhat.java', languages: ['java'], lacks: noLinks },
  { extension: 'llvm-vs-code-extensions.vscode-clangd', languages: ['c', 'cpp'] },
  { extension: 'ms-vscode.cpptools', languages: ['c', 'cpp'], lacks: [...noTypes, ...noLinks] },
  {
    extension: 'ms-dotnettools.csharp',
    languages: ['csharp'],
    lacks: [...noCalls, ...noLinks, 'textDocument/declaration'],
  },
  { extension: 'shopify.ruby-lsp', languages: ['ruby'], lacks: noCalls },
  {
    extension: 'bmewburn.vscode-intelephense-client',
    languages: ['php'],
    lacks: [...noCalls, ...noLinks],
  },
  { extension: 'sumneko.lua', languages: ['lua'], lacks: [...noCalls, ...noLinks] },
];

// What the extensions that are there answer, by language.
export function answered(isThere: (extension: string) => boolean): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const server of servers.filter((it) => isThere(it.extension))) {
    for (const language of server.languages) {
      const own = methods.filter((it) => server.lacks?.includes(it) !== true);
      found[language] = [...new Set([...(found[language] ?? []), ...own])].sort();
    }
  }
  return found;
}

// Tells now and whenever extensions come or go; an extension that is disabled is not there.
export function tellOthers(client: LanguageClient): vscode.Disposable {
  let told = '{}';
  const tell = (): void => {
    const languages = answered((it) => vscode.extensions.getExtension(it) !== undefined);
    const text = JSON.stringify(languages);
    if (text !== told) {
      told = text;
      void client.sendNotification(otherServers, { languages });
    }
  };
  tell();
  return vscode.extensions.onDidChange(tell);
}
