// The review of a proposal: every part ticked, each can be unticked, and a diff beside it. VS Code's
// own preview of annotated edits starts with nothing ticked.
import * as vscode from 'vscode';
import type { Ctx } from './ctx';
import type { Part, Review, ReviewedFile, RunEnd } from './lsp_ext';
import { Preview } from './preview';

type Node = { kind: 'file'; file: ReviewedFile } | { kind: 'part'; file: ReviewedFile; part: Part };

export class ReviewView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  // Before the view, which looks at it once, when it is made.
  readonly onDidChangeTreeData = this.changed.event;
  private readonly preview = new Preview();
  private readonly view = vscode.window.createTreeView<Node>('aios.review', {
    treeDataProvider: this,
    manageCheckboxStateManually: true,
  });
  private review: Review | undefined;
  private unticked = new Set<string>();

  constructor(private readonly ctx: Ctx) {
    this.view.onDidChangeCheckboxState(({ items }) => this.tick(items));
  }

  // Shows a proposal, all of it ticked.
  async show(proposal: string): Promise<void> {
    this.review = await this.ctx.execute<Review>('aios.review', { proposal });
    this.unticked = new Set();
    this.view.description = this.review.title;
    this.view.message = describe(this.review);
    await this.setContext();
    this.changed.fire();
    await vscode.commands.executeCommand('aios.review.focus');
    await this.showAll();
  }

  // Applies the ticked parts. The others are set aside with the proposal.
  async apply(): Promise<RunEnd | undefined> {
    const review = this.required();
    const ids = review.files.flatMap((it) => it.parts).map((it) => it.id);
    const parts = ids.filter((it) => !this.unticked.has(it));
    if (parts.length === 0) {
      throw new Error('nothing is ticked; reject the proposal to set it aside');
    }
    const chosen = this.unticked.size === 0 ? {} : { parts, reject: [...this.unticked] };
    return this.answer('aios.applyProposal', { proposal: review.proposal, ...chosen });
  }

  async reject(): Promise<RunEnd | undefined> {
    return this.answer('aios.rejectProposal', { proposal: this.required().proposal });
  }

  // All files in one editor, as they are beside as they would be.
  async showAll(): Promise<void> {
    const review = this.required();
    const resources = [];
    for (const file of review.files) {
      const { before, after } = await this.sides(file);
      resources.push([before, before, after]);
    }
    await vscode.commands.executeCommand('vscode.changes', review.title, resources);
  }

  // One file, at one of its parts.
  async showPart(file: ReviewedFile, part: Part | undefined): Promise<void> {
    const { before, after } = await this.sides(file);
    const line = part?.new.start ?? 0;
    const selection = new vscode.Range(line, 0, line, 0);
    await vscode.commands.executeCommand('vscode.diff', before, after, file.path, { selection });
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) {
      return (this.review?.files ?? []).map((file) => ({ kind: 'file', file }));
    }
    return node.kind === 'part'
      ? []
      : node.file.parts.map((part) => ({ kind: 'part', file: node.file, part }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'file' ? this.fileItem(node.file) : this.partItem(node.file, node.part);
  }

  dispose(): void {
    this.view.dispose();
    this.preview.dispose();
    this.changed.dispose();
  }

  private async answer(command: string, argument: object): Promise<RunEnd> {
    const end = await this.ctx.execute<RunEnd>(command, { ...argument, wait: true });
    // What could not be done stays to be looked at, and the server says why.
    if (end.outcome !== 'refused' && end.outcome !== 'failed') {
      await this.close();
    }
    return end;
  }

  private async close(): Promise<void> {
    this.review = undefined;
    this.view.description = '';
    this.view.message = '';
    await this.setContext();
    this.changed.fire();
    const tabs = vscode.window.tabGroups.all.flatMap((it) => it.tabs);
    await vscode.window.tabGroups.close(tabs.filter(isPreview));
  }

  private async tick(items: readonly [Node, vscode.TreeItemCheckboxState][]): Promise<void> {
    for (const [node, state] of items) {
      const parts = node.kind === 'file' ? node.file.parts : [node.part];
      for (const { id } of parts) {
        if (state === vscode.TreeItemCheckboxState.Checked) {
          this.unticked.delete(id);
        } else {
          this.unticked.add(id);
        }
      }
    }
    this.changed.fire();
    // The documents that are shown follow.
    await Promise.all(this.required().files.map((it) => this.sides(it)));
  }

  private sides(file: ReviewedFile): Promise<{ before: vscode.Uri; after: vscode.Uri }> {
    const { proposal } = this.required();
    return this.preview.sides(proposal, file, (part) => !this.unticked.has(part.id));
  }

  private required(): Review {
    if (this.review === undefined) {
      throw new Error('no proposal is being reviewed');
    }
    return this.review;
  }

  private async setContext(): Promise<void> {
    const isReviewing = this.review !== undefined;
    await vscode.commands.executeCommand('setContext', 'aios.reviewing', isReviewing);
  }

  private fileItem(file: ReviewedFile): vscode.TreeItem {
    const shown = vscode.workspace.asRelativePath(vscode.Uri.file(file.path));
    const item = new vscode.TreeItem(shown, vscode.TreeItemCollapsibleState.Expanded);
    const isTicked = file.parts.some((it) => !this.unticked.has(it.id));
    item.id = `file ${file.path}`;
    item.description = file.kind === 'edit' ? '' : file.kind;
    item.checkboxState = state(isTicked);
    item.command = { command: 'aios.client.showPart', title: 'Show', arguments: [file] };
    return item;
  }

  private partItem(file: ReviewedFile, part: Part): vscode.TreeItem {
    const item = new vscode.TreeItem(label(part));
    item.id = `part ${part.id}`;
    item.description = part.reasons.join('; ');
    item.checkboxState = state(!this.unticked.has(part.id));
    item.command = { command: 'aios.client.showPart', title: 'Show', arguments: [file, part] };
    return item;
  }
}

function state(isTicked: boolean): vscode.TreeItemCheckboxState {
  return isTicked
    ? vscode.TreeItemCheckboxState.Checked
    : vscode.TreeItemCheckboxState.Unchecked;
}

function label(part: Part): string {
  if (part.kind === 'hunk') {
    const text = (part.newText || part.oldText || '').trim().split('\n', 1)[0] ?? '';
    return `line ${part.new.start + 1}: ${text}`;
  }
  return part.kind === 'hidden' ? 'contents that are not shown' : `${part.kind} the file`;
}

function describe(review: Review): string {
  const risk = [`Risk: ${review.risk}`, ...review.riskReasons].join(' · ');
  return `${review.reason}. ${risk}`;
}

function isPreview(tab: vscode.Tab): boolean {
  const { input } = tab;
  if (input instanceof vscode.TabInputTextDiff) {
    return input.modified.scheme === 'aios-proposal';
  }
  // The editor of several diffs has no type of its own yet.
  const diffs: unknown = (input as { textDiffs?: unknown } | undefined)?.textDiffs;
  return Array.isArray(diffs) && diffs.some((it) => it?.modified?.scheme === 'aios-proposal');
}
