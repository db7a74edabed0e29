// Runs what the specification sends over a socket: one JSON object a line, `{id, source, args}`,
// answered by `{id, result}` or `{id, error}`. `source` is a function `(vscode, args) => …`.
const net = require('node:net');
const readline = require('node:readline');
const vscode = require('vscode');

exports.activate = () => {
  const path = process.env.AIOS_SPEC_SOCKET;
  if (path !== undefined) {
    net.createServer(serve).listen(path);
  }
};

function serve(socket) {
  readline.createInterface({ input: socket }).on('line', async (line) => {
    const { id, source, args } = JSON.parse(line);
    let answer;
    try {
      const step = new Function(`return (${source})`)();
      answer = { id, result: await step(vscode, args) };
    } catch (error) {
      answer = { id, error: String(error?.stack ?? error) };
    }
    socket.write(`${JSON.stringify(answer)}\n`);
  });
}
