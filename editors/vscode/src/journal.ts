// The journal: proposals that wait, and what was changed, newest first.
import * as vscode from 'vscode';
import type { Ctx } from './ctx';
import type { Part, PendingProposal, Review, Transaction } from './lsp_ext';

const SHOWN_MAX = 100;

export type JournalNode =
  | { kind: 'proposal'; it: PendingProposal }
  | { kind: 'transaction'; it: Transaction }
  | { kind: 'file'; of: Transaction; it: TransactionFile; nth: number }
  | { kind: 'hunk'; of: Transaction; file: TransactionFile; it: Part };

type TransactionFile = Transaction['files'][number];

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
    switch (node.kind) {
      case 'transaction':
        return node.it.files.map((it, nth) => ({ kind: 'file', of: node.it, it, nth }));
      case 'file':
        return this.hunks(node);
      default:
        return [];
    }
  }

  getTreeItem(node: JournalNode): vscode.TreeItem {
    switch (node.kind) {
      case 'proposal':
        return proposalItem(node.it);
      case 'transaction':
        return transactionItem(node.it);
      case 'file':
        return fileItem(node);
      case 'hunk':
        return hunkItem(node);
    }
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  // The hunks of a file, as they were applied.
  private async hunks({ of, it, nth }: JournalNode & { kind: 'file' }): Promise<JournalNode[]> {
    const review = await this.ctx.execute<Review>('aios.review', { proposal: of.proposal });
    const hunks = review.files[nth]?.parts.filter((part) => part.kind === 'hunk') ?? [];
    return hunks.map((part) => ({ kind: 'hunk', of, file: it, it: part }));
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
  // What takes a change back is whole: its parts are those of the change.
  const state = of.kind === 'apply'
    ? vscode.TreeItemCollapsibleState.Collapsed
    : vscode.TreeItemCollapsibleState.None;
  const item = new vscode.TreeItem(shown(it.uri), state);
  item.id = `${of.transaction} ${nth}`;
  item.iconPath = vscode.ThemeIcon.File;
  item.description = it.standing;
  item.contextValue = it.stands ? 'file.stands' : 'file.undone';
  item.command = { command: 'vscode.open', title: 'Open', arguments: [vscode.Uri.parse(it.uri)] };
  return item;
}

function hunkItem({ of, file, it }: JournalNode & { kind: 'hunk' }): vscode.TreeItem {
  const text = (it.newText || it.oldText || '').trim().split('\n', 1)[0] ?? '';
  const item = new vscode.TreeItem(`line ${it.new.start + 1}: ${text}`);
  const stands = file.stands && !file.off.includes(it.id);
  item.id = `${of.transaction} hunk ${it.id}`;
  item.description = stands ? '' : 'taken back';
  item.tooltip = it.reasons.join('\n');
  item.iconPath = new vscode.ThemeIcon(stands ? 'diff-modified' : 'discard');
  item.contextValue = stands ? 'hunk.stands' : 'hunk.undone';
  const { start } = it.new;
  const options = { selection: new vscode.Range(start, 0, start, 0), preserveFocus: true };
  const args = [vscode.Uri.parse(file.uri), options];
  item.command = { command: 'vscode.open', title: 'Open', arguments: args };
  return item;
}

// A file as the workspace calls it.
function shown(uri: string): string {
  return vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
}
