// The view of the last search: each hit with the parts of its score below it.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { SearchAnswer, SearchHit } from './lsp_ext';

type Node =
  | { kind: 'hit'; hit: SearchHit; rank: number }
  | { kind: 'part'; text: string }
  | { kind: 'note'; text: string };

export class SearchView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  // Before the view, which looks at it once, when it is made.
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView<Node>('aios.search', {
    treeDataProvider: this,
  });
  private answer: SearchAnswer | undefined;

  show(query: string, answer: SearchAnswer): void {
    this.answer = answer;
    this.view.description = query;
    this.view.message = answer.hits.length === 0 ? `Nothing was found for “${query}”.` : '';
    void vscode.commands.executeCommand('setContext', 'aios.searched', true);
    this.changed.fire();
  }

  getChildren(node?: Node): Node[] {
    if (node?.kind === 'hit') {
      return node.hit.why.split(' + ').map((text) => ({ kind: 'part', text }));
    }
    if (node !== undefined || this.answer === undefined) {
      return [];
    }
    const hits = this.answer.hits.map((hit, rank): Node => ({ kind: 'hit', hit, rank }));
    return [...hits, ...notes(this.answer)];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case 'hit':
        return hitItem(node.hit, node.rank);
      case 'part':
        return new vscode.TreeItem(node.text);
      case 'note': {
        const item = new vscode.TreeItem(node.text);
        item.iconPath = new vscode.ThemeIcon('info');
        return item;
      }
    }
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}

// What the answer says of itself: who did not take part, and where it may be behind.
function notes(answer: SearchAnswer): Node[] {
  const absent = answer.absent.map((it) => `Not asked: ${it}`);
  const lagging = answer.lagging.map((it) => `As saved, not as edited: ${it}`);
  return [...absent, ...lagging].map((text) => ({ kind: 'note', text }));
}

function hitItem(hit: SearchHit, rank: number): vscode.TreeItem {
  const label = hit.symbol ?? path.posix.basename(hit.path);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${rank}`;
  item.description = `${hit.path}  ${hit.score.toFixed(2)}`;
  item.tooltip = `${hit.path}\n${hit.why}`;
  item.iconPath = new vscode.ThemeIcon(hit.symbol ? 'symbol-method' : 'file-code');
  if (hit.location !== undefined) {
    const { uri, range } = hit.location;
    const { start } = range;
    const at = new vscode.Range(start.line, start.character, start.line, start.character);
    const options: vscode.TextDocumentShowOptions = { selection: at, preserveFocus: true };
    item.command = { command: 'vscode.open', title: 'Open', arguments: [vscode.Uri.parse(uri), options] };
  }
  return item;
}
