import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import type { RunningNetwork } from "@slipway/ao-network";
import { connectTo } from "@slipway/ao-network/rig";
import type { Answer, Client, Tags } from "@slipway/ao-network/rig";
import { bundleProcess, deployProcess } from "@slipway/processes";
import { taskOf } from "@slipway/processes/test-task";
import { z } from "zod";

const example = path.resolve(import.meta.dirname, "..");
const project = "skills-registry";
/** Who sends what is handled many at once. */
const somebody = "somebody";

export type ProcessName = "registry" | "downloads";

export type Deployed = {
  readonly said: string;
  readonly ids: Readonly<Record<ProcessName, string>>;
};

/** What a handler answered: to whom, as what, and with which data. */
export type Reply = {
  readonly to: string | undefined;
  readonly action: string | undefined;
  readonly error: string | undefined;
  readonly code: string | undefined;
  readonly data: unknown;
};

/** A local network to which both processes of the example are deployed. */
export type Rig = AsyncDisposable & {
  readonly network: RunningNetwork;
  readonly owner: Client;
  readonly ids: Readonly<Record<ProcessName, string>>;
  /** Signed by the owner, unless said. */
  readonly send: (
    to: ProcessName,
    tags: Tags,
    data?: string,
    client?: Client,
  ) => Promise<readonly Reply[]>;
  /** A dry-run by nobody in particular: it writes nothing. */
  readonly read: (to: ProcessName, tags: Tags, data?: string) => Promise<Reply>;
  /** What code of the owner returns in a process; nothing that it does is kept. */
  readonly look: (to: ProcessName, code: string) => Promise<string>;
  /** The same, and kept. */
  readonly evaluate: (to: ProcessName, code: string) => Promise<string>;
  /** Many messages in one dry-run, each after those before it: what each is answered. */
  readonly readAll: (to: ProcessName, messages: readonly Tags[]) => Promise<readonly Reply[]>;
  /** Many messages in one evaluation, which is kept. Nobody hears the answers. */
  readonly sendAll: (to: ProcessName, messages: readonly Tags[]) => Promise<void>;
  /** Changes files of the copy that this rig works on. */
  readonly edit: (file: string, change: (text: string) => string) => Promise<void>;
  /** Bundles and deploys: what happened, and the processes by their names. */
  readonly deploy: (deployTarget?: string) => Promise<Deployed>;
};

export async function openRig(): Promise<Rig> {
  const root = await mkdtemp(path.join(os.tmpdir(), "skills-registry-"));
  const folder = path.join(root, project);
  await cp(example, folder, {
    recursive: true,
    filter: (file) => !["dist", "test"].includes(path.basename(file)),
  });
  const network = await startNetwork(path.join(root, ".slipway/ao-network"));
  const owner = await connectTo(network);
  const edit: Rig["edit"] = async (file, change) => {
    const absolute = path.join(folder, file);
    await writeFile(absolute, change(await readFile(absolute, "utf8")));
  };
  await edit("ao.yml", (text) => `${text}  node: { mode: mainnet, network: local }\n`);
  const deploy = (deployTarget = "local") => deployIn(root, deployTarget);
  const { ids } = await deploy();
  const ownerAddress = await ownerOf(network, ids.registry);
  const evaluate = async (to: ProcessName, code: string): Promise<string> =>
    outputOf(await owner.ask(ids[to], { Action: "Eval" }, code));
  const rig: Rig = {
    network,
    owner,
    ids,
    send: async (to, tags, data, client = owner) =>
      repliesOf(await client.ask(ids[to], tags, data)),
    read: async (to, tags, data) => {
      const options = data === undefined ? {} : { data };
      return onlyOne(repliesOf(await owner.dryRun(ids[to], tags, options)));
    },
    look: async (to, code) => {
      const options = { owner: ownerAddress, data: code };
      return outputOf(await owner.dryRun(ids[to], { Action: "Eval" }, options));
    },
    evaluate,
    readAll: async (to, messages) => {
      const answers = z
        .array(z.array(Message))
        .parse(JSON.parse(await rig.look(to, handling(messages))));
      return answers.map((sent) =>
        onlyOne(sent.map(replyOf).filter((reply) => reply.to === somebody)),
      );
    },
    sendAll: async (to, messages) => {
      await evaluate(to, handling(messages));
    },
    edit,
    deploy,
    [Symbol.asyncDispose]: async () => {
      await network.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
  return rig;
}

/** Another user of the network: a wallet of their own. */
export async function openStranger(network: RunningNetwork): Promise<Client> {
  return connectTo(network, (await network.wallets.open("stranger")).file);
}

export function onlyOne(replies: readonly Reply[]): Reply {
  const [reply, ...others] = replies;
  if (reply === undefined || others.length > 0) {
    throw new Error(`expected one reply, found ${JSON.stringify(replies)}`);
  }
  return reply;
}

const Ids = z.object({ registry: z.string(), downloads: z.string() });

async function deployIn(workspaceRoot: string, deployTarget: string): Promise<Deployed> {
  const task = taskOf(workspaceRoot, project);
  const bundled = await bundleProcess(task);
  if (!bundled.ok) throw new Error(JSON.stringify(bundled.failure));
  const deployed = await deployProcess(task, { deployTarget });
  if (!deployed.ok) throw new Error(JSON.stringify(deployed.failure));
  const { state, cause, facts } = deployed.value;
  return { said: `${state} ${cause}`, ids: Ids.parse(facts) };
}

/** Lua that gives messages to the handlers of a process and returns, as JSON, what each had them send. */
function handling(messages: readonly Tags[]): string {
  return `
    local json, answers, now = require("json"), {}, os.time()
    for i, tags in ipairs(json.decode([==[${JSON.stringify(messages)}]==])) do
      ao.clearOutbox()
      local message = { From = "${somebody}", Owner = "${somebody}", Timestamp = now, Data = " ", Tags = tags }
      for name, value in pairs(tags) do message[name] = value end
      Handlers.evaluate(message, ao.env)
      answers[i] = ao.outbox.Messages
    end
    ao.clearOutbox()
    return json.encode(answers)`;
}

const Message = z.looseObject({
  Target: z.string().optional(),
  Data: z.string().optional(),
  Tags: z.array(z.object({ name: z.string(), value: z.coerce.string() })).default([]),
});

function repliesOf(answer: Answer): readonly Reply[] {
  if (answer.Error !== undefined) throw new Error(answer.Error);
  return answer.Messages.map((message) => replyOf(Message.parse(message)));
}

function replyOf({ Target, Data, Tags: tags }: z.output<typeof Message>): Reply {
  const tag = (name: string): string | undefined => tags.find((one) => one.name === name)?.value;
  return {
    to: Target,
    action: tag("Action"),
    error: tag("Error"),
    code: tag("Error-Code"),
    data: Data === undefined ? undefined : JSON.parse(Data),
  };
}

function outputOf(answer: Answer): string {
  if (answer.Error !== undefined) throw new Error(answer.Error);
  return answer.Output?.data ?? "";
}

async function ownerOf(network: RunningNetwork, process: string): Promise<string> {
  const spawned: unknown = await (await fetch(`${network.su}/processes/${process}`)).json();
  return z.object({ owner: z.object({ address: z.string() }) }).parse(spawned).owner.address;
}
