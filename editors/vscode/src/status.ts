// How the server is, in the status bar and in the language status.
import * as vscode from 'vscode';
import type { ServerStatus } from './lsp_ext';

export type Phase = 'starting' | 'running' | 'stopped' | 'failed';

export class Status implements vscode.Disposable {
  private readonly bar = vscode.window.createStatusBarItem('aios', vscode.StatusBarAlignment.Left);
  private readonly language = vscode.languages.createLanguageStatusItem('aios', { scheme: 'file' });
  private last: ServerStatus | undefined;

  constructor() {
    this.bar.name = 'AIOS';
    this.bar.command = 'aios.client.memory';
    this.language.name = 'AIOS';
    this.language.command = { command: 'aios.client.showLog', title: 'Show Log' };
    this.phase('stopped');
    this.bar.show();
  }

  // The last thing the server said of itself.
  get server(): ServerStatus | undefined {
    return this.last;
  }

  phase(phase: Phase, why?: string): void {
    this.last = undefined;
    const texts: Record<Phase, string> = {
      starting: '$(loading~spin) AIOS',
      running: '$(check) AIOS',
      stopped: '$(circle-slash) AIOS',
      failed: '$(error) AIOS',
    };
    const level = phase === 'failed' ? 'error' : 'ok';
    this.show(texts[phase], why ?? `The server is ${phase}.`, level, phase === 'starting');
  }

  update(status: ServerStatus): void {
    this.last = status;
    const icons = { ok: '$(check)', warning: '$(warning)', error: '$(error)' };
    const icon = status.quiescent ? icons[status.health] : '$(loading~spin)';
    const indexed = status.quiescent
      ? `${status.indexed} files indexed, ${status.skipped} skipped`
      : `indexing: ${status.indexed} of ${status.files} files`;
    const shared = status.readOnly ? 'Another server keeps the index.' : undefined;
    const lines = [status.message, indexed, shared].filter((it) => it !== undefined);
    this.show(`${icon} AIOS`, lines.join('\n\n'), status.health, !status.quiescent);
  }

  dispose(): void {
    this.bar.dispose();
    this.language.dispose();
  }

  private show(text: string, detail: string, level: ServerStatus['health'], busy: boolean): void {
    const colours = {
      ok: undefined,
      warning: new vscode.ThemeColor('statusBarItem.warningBackground'),
      error: new vscode.ThemeColor('statusBarItem.errorBackground'),
    };
    const severities = {
      ok: vscode.LanguageStatusSeverity.Information,
      warning: vscode.LanguageStatusSeverity.Warning,
      error: vscode.LanguageStatusSeverity.Error,
    };
    this.bar.text = text;
    this.bar.tooltip = detail;
    this.bar.backgroundColor = colours[level];
    this.language.text = 'AIOS';
    this.language.detail = detail.split('\n', 1)[0] ?? '';
    this.language.severity = severities[level];
    this.language.busy = busy;
  }
}
