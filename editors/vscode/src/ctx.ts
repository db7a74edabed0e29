// What the extension holds while it runs: the client, its status, its log.
import * as vscode from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import { type Binary, findBinary } from './binary';
import { newClient, setTrace } from './client';
import { reviewProposal, saveDocuments, serverStatus } from './lsp_ext';
import { tellOthers } from './others';
import { Status } from './status';

export class Ctx implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('AIOS', { log: true });
  readonly status = new Status();
  binary: Binary | undefined;
  // Fires whenever something that takes its time begins, goes on or ends.
  readonly onProgress: vscode.Event<void>;
  private readonly progressed = new vscode.EventEmitter<void>();
  private client: LanguageClient | undefined;
  private others: vscode.Disposable | undefined;
  // Starts and stops one after the other, whoever asks.
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly extension: vscode.ExtensionContext) {
    this.onProgress = this.progressed.event;
  }

  isRunning(): boolean {
    return this.client?.isRunning() === true;
  }

  // The client of a server that runs; tells the user where there is none.
  running(): LanguageClient {
    if (this.client?.isRunning() !== true) {
      throw new Error('the server is not running: use "AIOS: Restart Server", or see the log');
    }
    return this.client;
  }

  // Asks the server for one of its commands. `argument` is the one object that each takes.
  async execute<T>(command: string, argument: object = {}): Promise<T> {
    return this.running().sendRequest<T>('workspace/executeCommand', {
      command,
      arguments: [argument],
    });
  }

  start(): Promise<void> {
    return this.inTurn(() => this.startNow());
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.stopNow());
  }

  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  dispose(): void {
    this.progressed.dispose();
    this.status.dispose();
    this.log.dispose();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => {});
    return mine;
  }

  private async startNow(): Promise<void> {
    this.status.phase('starting');
    try {
      this.binary = await findBinary(this.extension);
      this.log.info(`${this.binary.version}, from ${this.binary.from}: ${this.binary.path}`);
      const client = newClient(this.binary, this.log, () => this.progressed.fire());
      this.client = client;
      client.onNotification(serverStatus, (it) => this.status.update(it));
      client.onNotification(reviewProposal, ({ proposal }) => {
        void vscode.commands.executeCommand('aios.client.review', proposal);
      });
      client.onNotification(saveDocuments, ({ uris }) => {
        const saved = vscode.workspace.textDocuments.filter(
          (it) => it.isDirty && uris.includes(client.code2ProtocolConverter.asUri(it.uri)),
        );
        void Promise.all(saved.map((it) => it.save()));
      });
      client.onDidChangeState(({ newState }) => this.stateChanged(newState));
      await setTrace(client);
      await client.start();
      this.others = tellOthers(client);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.log.error(why);
      this.status.phase('failed', why);
      throw error;
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.others?.dispose();
    if (client?.needsStop() === true) {
      await client.stop();
    }
    this.status.phase('stopped');
  }

  private stateChanged(state: State): void {
    const isRunning = state === State.Running;
    if (state === State.Starting) {
      this.status.phase('starting');
    } else if (this.status.server === undefined || !isRunning) {
      this.status.phase(isRunning ? 'running' : 'stopped');
    }
    // Menus and welcome views hang on it.
    void vscode.commands.executeCommand('setContext', 'aios.running', isRunning);
  }
}
