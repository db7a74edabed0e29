// The journal: proposals that wait, and what was changed, newest first.
import * as vscode from 'vscode';
import type { Ctx } from './ctx';
import type { PendingProposal, Transaction } from './lsp_ext';

const SHOWN_MAX = 100;

export type JournalNode =
  | { kind: 'proposal'; it: PendingProposal }
  | { kind: 'transaction'; it: Transaction }
  | { kind: 'file'; of: Transaction; it: Transaction['files'][number]; nth: number };

export class JournalView implements vscode.TreeDataProvider<JournalNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  // Before the view, which looks at it once, when it is made.
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView<JournalNode>('aios.journal', {
    treeDataProvider: this,
  });

  constructor(private readonly ctx: Ctx) {
    this.view.onDidChangeVisibility(({ visible }) => visible && this.refresh());
  }

  refresh(): void {
    this.changed.fire();
  }

  async getChildren(node?: JournalNode): Promise<JournalNode[]> {
    if (node === undefined) {
      return this.ctx.isRunning() ? this.top() : [];
    }
    if (node.kind !== 'transaction') {
      return [];
    }
    return node.it.files.map((it, nth) => ({ kind: 'file', of: node.it, it, nth }));
  }

  getTreeItem(node: JournalNode): vscode.TreeItem {
    switch (node.kind) {
      case 'proposal':
        return proposalItem(node.it);
      case 'transaction':
        return transactionItem(node.it);
      case 'file':
        return fileItem(node);
    }
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private async top(): Promise<JournalNode[]> {
    const [proposals, transactions] = await Promise.all([
      this.ctx.execute<PendingProposal[]>('aios.proposals'),
      this.ctx.execute<Transaction[]>('aios.journal', { limit: SHOWN_MAX }),
    ]);
    return [
      ...proposals.map((it): JournalNode => ({ kind: 'proposal', it })),
      ...transactions.map((it): JournalNode => ({ kind: 'transaction', it })),
    ];
  }
}

function proposalItem(it: PendingProposal): vscode.TreeItem {
  const item = new vscode.TreeItem(it.title);
  item.id = it.proposal;
  item.description = `waits · risk ${it.risk} · ${it.files.length} files`;
  item.tooltip = [it.reason, ...it.files.map(shown)].join('\n');
  item.iconPath = new vscode.ThemeIcon('git-pull-request');
  item.contextValue = 'proposal';
  item.command = { command: 'aios.client.review', title: 'Review', arguments: [it.proposal] };
  return item;
}

function transactionItem(it: Transaction): vscode.TreeItem {
  const item = new vscode.TreeItem(it.title, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = it.transaction;
  const when = new Date(it.startedMs).toLocaleString();
  item.description = `${it.standing} · ${it.caller} · ${when}`;
  item.iconPath = new vscode.ThemeIcon(it.stands ? 'check' : 'discard');
  item.contextValue = it.stands ? 'transaction.stands' : 'transaction.undone';
  return item;
}

function fileItem({ of, it, nth }: JournalNode & { kind: 'file' }): vscode.TreeItem {
  const item = new vscode.TreeItem(shown(it.uri));
  item.id = `${of.transaction} ${nth}`;
  item.iconPath = vscode.ThemeIcon.File;
  item.description = it.standing;
  item.contextValue = it.stands ? 'file.stands' : 'file.undone';
  item.command = { command: 'vscode.open', title: 'Open', arguments: [vscode.Uri.parse(it.uri)] };
  return item;
}

// A file as the workspace calls it.
function shown(uri: string): string {
  return vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
}
