// The graph around one symbol: who calls it and whom it calls, step by step, what depends on it,
// which tests reach it, each with how it was found.
import * as vscode from 'vscode';
import type { Ctx } from './ctx';
import type { GraphAnswer, GraphItem, Place } from './lsp_ext';

interface Question {
  command: string;
  label: string;
  icon: string;
  // True where the question can be asked of what it found, too.
  goesOn: boolean;
}

const questions: Question[] = [
  { command: 'aios.callers', label: 'Called by', icon: 'call-incoming', goesOn: true },
  { command: 'aios.callees', label: 'Calls', icon: 'call-outgoing', goesOn: true },
  { command: 'aios.impact', label: 'What depends on it', icon: 'references', goesOn: false },
  { command: 'aios.tests', label: 'Tests that reach it', icon: 'beaker', goesOn: false },
];

export type CallNode =
  | { kind: 'question'; question: Question; about: Place }
  | { kind: 'item'; question: Question; item: GraphItem }
  | { kind: 'note'; text: string };

export class CallsView implements vscode.TreeDataProvider<CallNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  // Before the view, which looks at it once, when it is made.
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView<CallNode>('aios.calls', {
    treeDataProvider: this,
    showCollapseAll: true,
  });
  private about: Place | undefined;

  constructor(private readonly ctx: Ctx) {}

  // Shows the symbol at a place of a document.
  async show(document: vscode.TextDocument, position: vscode.Position): Promise<void> {
    const word = document.getWordRangeAtPosition(position);
    if (word === undefined) {
      throw new Error('put the cursor on a symbol first');
    }
    this.about = {
      textDocument: { uri: document.uri.toString() },
      position: { line: position.line, character: position.character },
    };
    this.view.description = document.getText(word);
    await vscode.commands.executeCommand('setContext', 'aios.calling', true);
    this.changed.fire();
    await vscode.commands.executeCommand('aios.calls.focus');
  }

  // Asks everything again.
  refresh(): void {
    this.changed.fire();
  }

  async getChildren(node?: CallNode): Promise<CallNode[]> {
    if (node === undefined) {
      const { about } = this;
      return about === undefined
        ? []
        : questions.map((question): CallNode => ({ kind: 'question', question, about }));
    }
    switch (node.kind) {
      case 'question':
        return this.ask(node.question, node.about);
      case 'item':
        return this.ask(node.question, placeOf(node.item));
      case 'note':
        return [];
    }
  }

  getTreeItem(node: CallNode): vscode.TreeItem {
    switch (node.kind) {
      case 'question':
        return questionItem(node.question);
      case 'item':
        return graphItem(node.question, node.item);
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

  private async ask(question: Question, about: Place): Promise<CallNode[]> {
    const answer = await this.ctx.execute<GraphAnswer>(question.command, about);
    const items = answer.items.map((item): CallNode => ({ kind: 'item', question, item }));
    const notes = notesOf(answer).map((text): CallNode => ({ kind: 'note', text }));
    return items.length + notes.length === 0 ? [{ kind: 'note', text: 'Nothing.' }] : [...items, ...notes];
  }
}

// What an answer says of itself: what it does not cover.
function notesOf(answer: GraphAnswer): string[] {
  const res = [...answer.notes];
  const { coverage, limit } = answer;
  if (limit !== null) {
    res.push(`Stopped at ${limit.max} ${limit.what}, at least ${limit.leftOut} more`);
  }
  if (0 < coverage.sameName) {
    res.push(`${coverage.sameName} more places bear the name and do not resolve`);
  }
  if (0 < coverage.waiting) {
    res.push(`${coverage.waiting} files wait to be indexed`);
  }
  return res;
}

function placeOf(item: GraphItem): Place {
  const { uri, range } = item.location;
  return { textDocument: { uri }, position: range.start };
}

function questionItem(question: Question): vscode.TreeItem {
  // What is asked first is what a call graph is for.
  const isOpen = question.goesOn
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(question.label, isOpen);
  item.iconPath = new vscode.ThemeIcon(question.icon);
  item.contextValue = 'question';
  return item;
}

function graphItem(question: Question, it: GraphItem): vscode.TreeItem {
  const state = question.goesOn
    ? vscode.TreeItemCollapsibleState.Collapsed
    : vscode.TreeItemCollapsibleState.None;
  const item = new vscode.TreeItem(it.name, state);
  // Where it is named, else where it stands.
  const at = it.edge?.sites[0] ?? it.location;
  const uri = vscode.Uri.parse(at.uri);
  const { start } = at.range;
  const how = it.edge === null ? '' : ` · ${it.edge.resolution}`;
  item.description = `${vscode.workspace.asRelativePath(uri)}:${start.line + 1}${how}`;
  item.iconPath = new vscode.ThemeIcon(it.test ? 'beaker' : iconOf(it.kind));
  const selection = new vscode.Range(start.line, start.character, start.line, start.character);
  const options: vscode.TextDocumentShowOptions = { selection, preserveFocus: true };
  item.command = { command: 'vscode.open', title: 'Open', arguments: [uri, options] };
  return item;
}

function iconOf(kind: string): string {
  const known = ['function', 'method', 'class', 'interface', 'struct', 'enum', 'constant', 'module'];
  return known.includes(kind) ? `symbol-${kind === 'struct' ? 'structure' : kind}` : 'symbol-misc';
}
