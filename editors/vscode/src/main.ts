// The extension's way in and out.
import * as vscode from 'vscode';
import { CallsView } from './calls';
import { setTrace } from './client';
import { registerCommands } from './commands';
import { Ctx } from './ctx';
import { JournalView } from './journal';
import { ReviewView } from './review';
import { RunsView } from './runs';
import { SearchView } from './search';

let ctx: Ctx | undefined;

export async function activate(extension: vscode.ExtensionContext): Promise<void> {
  const mine = new Ctx(extension);
  ctx = mine;
  const views = {
    search: new SearchView(),
    review: new ReviewView(mine),
    journal: new JournalView(mine),
    calls: new CallsView(mine),
    runs: new RunsView(mine),
  };
  extension.subscriptions.push(mine, ...Object.values(views));
  extension.subscriptions.push(...registerCommands(mine, views));
  extension.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((it) => configurationChanged(mine, it)),
  );
  try {
    await mine.start();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // Not awaited: an unread message must not hold up the other extensions.
    void offerLog(mine, why);
  }
}

export async function deactivate(): Promise<void> {
  await ctx?.stop();
}

async function configurationChanged(
  ctx: Ctx,
  change: vscode.ConfigurationChangeEvent,
): Promise<void> {
  if (change.affectsConfiguration('aios.server.path')) {
    await ctx.restart().catch((error: Error) => offerLog(ctx, error.message));
  } else if (change.affectsConfiguration('aios.trace.server')) {
    await setTrace(ctx.running());
  }
}

async function offerLog(ctx: Ctx, why: string): Promise<void> {
  const answer = await vscode.window.showErrorMessage(`AIOS: ${why}`, 'Show Log', 'Settings');
  if (answer === 'Show Log') {
    ctx.log.show();
  } else if (answer === 'Settings') {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'aios.server.path');
  }
}
