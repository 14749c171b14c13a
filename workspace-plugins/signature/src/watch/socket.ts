import { createServer, connect } from "node:net";
import type { Socket } from "node:net";

/** More than any question has; an answer is bounded by the same. */
const longestLineBytes = 64 * 1024;
const idleMs = 5000;
const mostConnections = 64;

/** Answers lines on a Unix socket, one line a connection; `undefined` closes it without one. */
export async function serveLines(
  socketFile: string,
  answer: (line: string) => Promise<string | undefined>,
): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on("close", () => open.delete(socket)));
    // The other side may go at any moment; its connection is closed then, and nobody waits for it.
    socket.on("error", () => socket.destroy());
    socket.setTimeout(idleMs, () => socket.destroy());
    onLine(socket, (line) => {
      if (line === undefined) return void socket.destroy();
      socket.setTimeout(0);
      const finish = (text: string | undefined) =>
        text === undefined ? socket.destroy() : socket.end(`${text}\n`);
      // The connection is what waits for it.
      void answer(line).then(finish, () => socket.destroy());
    });
  });
  server.maxConnections = mostConnections;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(socketFile, resolve);
  await promise;
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** The line that answers, or `undefined` where nobody listens, or none comes in time. */
export async function exchangeLine(
  socketFile: string,
  line: string,
  patienceMs: number,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect(socketFile, () => socket.write(`${line}\n`));
  const giveUp = () => resolve(undefined);
  socket.setTimeout(patienceMs, giveUp);
  socket.on("error", giveUp).on("close", giveUp);
  onLine(socket, resolve);
  const answered = await promise;
  socket.destroy();
  return answered;
}

/** `undefined`: what came is no line, or too long for one. */
function onLine(socket: Socket, tell: (line: string | undefined) => void): void {
  const parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
    const end = part.indexOf("\n");
    if (end === -1 && length <= longestLineBytes) return;
    socket.off("data", take).resume();
    const whole = Buffer.concat(parts);
    tell(end === -1 ? undefined : whole.toString("utf8", 0, length - part.length + end));
  };
  socket.on("data", take);
}
