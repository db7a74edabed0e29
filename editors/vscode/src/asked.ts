// Commands that an action or a lens of the server starts, and that need the user, or a view, first:
// a command of the protocol can ask for nothing and show nothing.
import * as vscode from 'vscode';
import type { ExecuteCommandSignature } from 'vscode-languageclient';
import type { Place } from './lsp_ext';

type Argument = Partial<Place> & Record<string, unknown>;

// What a command is told, completed by the user; `undefined` where they do not want it any more.
export async function executeCommand(
  command: string,
  args: unknown[],
  next: ExecuteCommandSignature,
): Promise<unknown> {
  const [given, ...others] = args;
  const told = isArgument(given) ? await completed(command, given) : given;
  if (isArgument(given) && told === undefined) {
    return undefined;
  }
  return next(command, args.length === 0 ? args : [told, ...others]);
}

async function completed(command: string, given: Argument): Promise<Argument | undefined> {
  switch (command) {
    case 'aios.renameSymbol':
      return given.newName === undefined ? withName(given) : given;
    case 'aios.runAgent':
      return typeof given.prompt === 'string' && given.message === undefined
        ? withAnswer(given, 'message', { title: 'AIOS', prompt: given.prompt })
        : given;
    case 'aios.callers':
      // Nobody sees what a lens is answered.
      void vscode.commands.executeCommand('aios.client.showCalls', given);
      return given;
    default:
      return given;
  }
}

async function withName(given: Argument): Promise<Argument | undefined> {
  const { textDocument, position } = given;
  let value = '';
  if (textDocument !== undefined && position !== undefined) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(textDocument.uri));
    const at = new vscode.Position(position.line, position.character);
    const word = document.getWordRangeAtPosition(at);
    value = word === undefined ? '' : document.getText(word);
  }
  return withAnswer(given, 'newName', {
    title: 'AIOS: Rename Symbol Everywhere',
    prompt: 'The new name. Nothing is changed before you have seen it.',
    value,
  });
}

async function withAnswer(
  given: Argument,
  field: string,
  options: vscode.InputBoxOptions,
): Promise<Argument | undefined> {
  const answer = await vscode.window.showInputBox(options);
  return answer === undefined || answer.trim() === '' ? undefined : { ...given, [field]: answer };
}

function isArgument(it: unknown): it is Argument {
  return typeof it === 'object' && it !== null && !Array.isArray(it);
}
