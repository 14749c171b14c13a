import { connect } from "node:net";
import type { Socket } from "node:net";
import { ok } from "@slipway/signature/basics";
import { answered, send } from "../http.ts";
import { openLimit } from "../limit.ts";

export const loopback = "127.0.0.1";

export type Listener =
  | { readonly state: "free" }
  | { readonly state: "registry"; readonly socket: Socket }
  | { readonly state: "other"; readonly answer: string };

/** Who answers on a loopback port. The socket of a registry stays open: its end is the registry's end. */
export async function whoListens(port: number, signal: AbortSignal): Promise<Listener> {
  const socket = await tryConnect(port);
  if (socket === undefined) return { state: "free" };
  const options = { signal, timeoutMs: 5000, counted: () => {}, limit: openLimit(1) };
  const url = new URL(`http://${loopback}:${port}/v2/`);
  const answer = await answered(await send(options, { method: "GET", url }), async (response) => {
    const speaksV2 = response.header("docker-distribution-api-version") === "registry/2.0";
    return ok({ isRegistry: speaksV2, text: `HTTP ${response.status}` });
  });
  if (answer.ok && answer.value.isRegistry) return { state: "registry", socket };
  socket.destroy();
  return { state: "other", answer: answer.ok ? answer.value.text : answer.failure.reason };
}

/** An open connection, or `undefined` where nothing listens. */
export async function tryConnect(port: number): Promise<Socket | undefined> {
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>();
  const socket = connect({ host: loopback, port });
  socket.once("connect", () => resolve(socket));
  socket.once("error", () => resolve(undefined));
  return promise;
}

/** Resolves when the other side has closed the connection or `signal` fires; ends the connection. */
export async function untilClosed(socket: Socket, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const finish = () => resolve(undefined);
  socket.once("close", finish);
  socket.on("error", finish);
  socket.resume();
  signal.addEventListener("abort", finish, { once: true });
  if (signal.aborted || socket.destroyed) finish();
  await promise;
  signal.removeEventListener("abort", finish);
  socket.destroy();
}
