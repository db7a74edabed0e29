// What agents do and did: those at work, each with a way to stop it, and those that ended, each
// with its transcript.
import * as vscode from 'vscode';
import type { Ctx } from './ctx';
import type { AgentRun, RunningRun, Runs } from './lsp_ext';

const SHOWN_MAX = 50;
// Progress comes in bursts.
const QUIET_MS = 200;

export type RunNode = { kind: 'running'; it: RunningRun } | { kind: 'ended'; it: AgentRun };

export class RunsView implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  // Before the view, which looks at it once, when it is made.
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView<RunNode>('aios.runs', {
    treeDataProvider: this,
  });
  private readonly progress: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly ctx: Ctx) {
    this.view.onDidChangeVisibility(({ visible }) => visible && this.refresh());
    this.progress = ctx.onProgress(() => this.refreshSoon());
  }

  refresh(): void {
    this.changed.fire();
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (node !== undefined || !this.ctx.isRunning()) {
      return [];
    }
    const [running, ended] = await Promise.all([
      this.ctx.execute<RunningRun[]>('aios.running'),
      this.ctx.execute<Runs>('aios.runs', { limit: SHOWN_MAX }),
    ]);
    const count = running.length;
    this.view.badge =
      count === 0 ? undefined : { value: count, tooltip: `${count} under way` };
    // One that is at work is told of as such.
    return [
      ...running.map((it): RunNode => ({ kind: 'running', it })),
      ...ended.runs
        .filter((it) => it.state !== 'running')
        .map((it): RunNode => ({ kind: 'ended', it })),
    ];
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    return node.kind === 'running' ? runningItem(node.it) : endedItem(node.it);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.progress.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  private refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.refresh();
    }, QUIET_MS);
  }
}

function runningItem(it: RunningRun): vscode.TreeItem {
  const item = new vscode.TreeItem(it.title);
  item.id = it.run;
  item.description = it.message ?? '';
  item.iconPath = new vscode.ThemeIcon('loading~spin');
  item.contextValue = it.cancellable ? 'running.cancellable' : 'running';
  return item;
}

function endedItem(it: AgentRun): vscode.TreeItem {
  const item = new vscode.TreeItem(it.agent);
  const when = new Date(it.beganMs).toLocaleString();
  item.id = it.transcript;
  item.description = `${it.state} · ${when}`;
  item.tooltip = [it.message, `for: ${it.cause}`, `${it.steps} steps, ${it.tokens} tokens`]
    .filter((line) => line !== '')
    .join('\n');
  item.iconPath = new vscode.ThemeIcon(it.state === 'done' ? 'check' : 'warning');
  item.contextValue = 'ended';
  const node: RunNode = { kind: 'ended', it };
  item.command = { command: 'aios.client.showRun', title: 'Transcript', arguments: [node] };
  return item;
}
