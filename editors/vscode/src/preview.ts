// What a file would be after the ticked parts of a proposal, as a document that the diff editor shows.
import * as vscode from 'vscode';
import type { Part, ReviewedFile } from './lsp_ext';

const SCHEME = 'aios-proposal';

export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private readonly texts = new Map<string, string>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  // Sides of the diff of one file of `proposal`: as it is, and with the parts that `isTicked`.
  async sides(
    proposal: string,
    file: ReviewedFile,
    isTicked: (part: Part) => boolean,
  ): Promise<{ before: vscode.Uri; after: vscode.Uri }> {
    const before = file.kind === 'create' ? undefined : parsed(file.uri);
    const text = before === undefined ? '' : await textOf(before);
    const after = virtual(proposal, file.path, 'after');
    this.put(after, withParts(text, file, isTicked));
    if (before !== undefined) {
      return { before, after };
    }
    const empty = virtual(proposal, file.path, 'before');
    this.put(empty, '');
    return { before: empty, after };
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private put(uri: vscode.Uri, text: string): void {
    if (this.texts.get(uri.toString()) !== text) {
      this.texts.set(uri.toString(), text);
      this.changed.fire(uri);
    }
  }
}

// The name ends as the file's does, so that the diff is coloured as the file is.
function virtual(proposal: string, path: string, side: string): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEME,
    path: path.startsWith('/') ? path : `/${path}`,
    query: `${proposal}&${side}`,
  });
}

function parsed(uri: string | null): vscode.Uri | undefined {
  return uri === null ? undefined : vscode.Uri.parse(uri);
}

// The buffer's text where the file is open, as the server sees it.
async function textOf(uri: vscode.Uri): Promise<string> {
  return (await vscode.workspace.openTextDocument(uri)).getText();
}

function withParts(text: string, file: ReviewedFile, isTicked: (part: Part) => boolean): string {
  const lines = text.split(/(?<=\n)/);
  // From the last to the first: a part's lines count in the old text.
  const parts = file.parts.filter(isTicked).toSorted((a, b) => b.old.start - a.old.start);
  for (const part of parts) {
    if (part.kind === 'delete') {
      return '';
    }
    if (typeof part.newText === 'string') {
      lines.splice(part.old.start, part.old.lines, part.newText);
    }
  }
  return lines.join('');
}
