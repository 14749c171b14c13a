import { equals } from "@bufbuild/protobuf";
import type { DescMessage, Message, MessageInitShape } from "@bufbuild/protobuf";
import { Hook, Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import type { PluginInfo } from "@slipway/pipeline-sdk/protocol";
import type { Result } from "@slipway/signature";
import { shakeHands } from "./handshake.ts";
import type { PluginFailure } from "./plugin-failure.ts";
import { startPlugin } from "./plugin-process.ts";
import type { CallLimits, Plugin, PluginProgram } from "./plugin-process.ts";

/** `problem` says in what way a plugin fell short, where no call failed. */
export type ConformanceCheck = {
  readonly name: string;
  readonly problem?: string;
  readonly failure?: PluginFailure;
};

export type Conformance = {
  readonly plugin: string;
  readonly version: string;
  readonly checks: readonly ConformanceCheck[];
};

type Verdict = string | PluginFailure | undefined;

/** What every plugin has to do, in whatever language it is written; each check has a process of its own. */
export async function testConformance(
  program: PluginProgram,
  limits: CallLimits,
): Promise<Conformance> {
  const first = await withPlugin(program, async (plugin) => shakeHands(plugin, limits));
  const handshake = "answers the handshake";
  if (!first.ok) {
    const checks = [{ name: handshake, failure: first.failure }];
    return { plugin: program.name, version: "", checks };
  }
  const { name: plugin, version } = first.value;
  const checks: ConformanceCheck[] = [{ name: handshake }];
  for (const [name, judge] of Object.entries(judges)) {
    checks.push(described(name, await judge({ program, limits, info: first.value })));
  }
  return { plugin, version, checks };
}

function described(name: string, verdict: Verdict): ConformanceCheck {
  if (verdict === undefined) return { name };
  return typeof verdict === "string" ? { name, problem: verdict } : { name, failure: verdict };
}

async function withPlugin<Value>(
  program: PluginProgram,
  use: (plugin: Plugin) => Promise<Value>,
): Promise<Value> {
  await using plugin = startPlugin(program);
  return await use(plugin);
}

type Case = {
  readonly program: PluginProgram;
  readonly limits: CallLimits;
  readonly info: PluginInfo;
};

const judges: Readonly<Record<string, (one: Case) => Promise<Verdict>>> = {
  "says what it is to a person, and ends with 1": async ({ program }) => {
    await using plugin = startPlugin(program, {});
    const end = await plugin.finish();
    if (end === undefined) return "without SLIPWAY_PLUGIN_COOKIE it does not end";
    if (end.code !== 1) return `without SLIPWAY_PLUGIN_COOKIE it ends with ${String(end.code)}`;
    return plugin.log().length === 0 ? "it says nothing on standard error" : undefined;
  },
  "answers 0 to protocols that it does not speak": async ({ program, limits }) =>
    withPlugin(program, async (plugin) => {
      const hello = { protocolMin: 1000, protocolMax: 1001 };
      const answer = await plugin.call(Service.method.handshake, hello, limits);
      if (!answer.ok) return answer.failure;
      const { protocol, protocolMin, protocolMax } = answer.value;
      if (protocol !== 0) return `it takes protocol ${protocol} of 1000 to 1001`;
      return protocolMin === 0 || protocolMax < protocolMin
        ? "it does not say which protocols it speaks"
        : undefined;
    }),
  "ignores fields that it does not know": async ({ program, limits }) =>
    withPlugin(program, async (plugin) => {
      const $unknown = [{ no: 1000, wireType: 2, data: new Uint8Array([1, 0]) }];
      const hello = { protocolMin: 1, protocolMax: 1, $unknown };
      const answer = await plugin.call(Service.method.handshake, hello, limits);
      return answer.ok ? undefined : answer.failure;
    }),
  "answers each hook that it names, twice alike": async (one) => eachHook(one, true, answersTwice),
  "has no hook that it does not name": async (one) => eachHook(one, false, isUnimplemented),
  "answers eight calls at once": async (one) =>
    eachHook(one, true, async (plugin, { ask }, limits) => {
      const all = await Promise.all(Array.from({ length: 8 }, async () => ask(plugin, limits)));
      return all.map(brokenAnswer).find((failure) => failure !== undefined);
    }),
  "goes on after a call that was taken back": async (one) =>
    eachHook(one, true, async (plugin, { ask }, limits) => {
      const stop = new AbortController();
      const taken = ask(plugin, { ...limits, signal: stop.signal });
      stop.abort();
      await taken;
      return brokenAnswer(await ask(plugin, limits));
    }),
  "ends with 0 when its input ends": async ({ program, limits }) =>
    withPlugin(program, async (plugin) => {
      const info = await shakeHands(plugin, limits);
      if (!info.ok) return info.failure;
      const end = await plugin.finish();
      if (end === undefined) return "it goes on";
      return end.code === 0 ? undefined : `it ends with ${end.signal ?? String(end.code)}`;
    }),
};

type Answer = Result<Message, PluginFailure>;

type AskedHook = {
  readonly ask: (plugin: Plugin, limits: CallLimits) => Promise<Answer>;
  readonly isSame: (one: Message, other: Message) => boolean;
};

type JudgeHook = (plugin: Plugin, hook: AskedHook, limits: CallLimits) => Promise<Verdict>;

/** The first hook that falls short, of those that the plugin names, or of the others. */
async function eachHook(
  { program, limits, info }: Case,
  isNamed: boolean,
  judge: JudgeHook,
): Promise<Verdict> {
  return withPlugin(program, async (plugin) => {
    const shaken = await shakeHands(plugin, limits);
    if (!shaken.ok) return shaken.failure;
    for (const [number, hook] of hooks) {
      if (info.hooks.includes(number) !== isNamed) continue;
      const verdict = await judge(plugin, hook, limits);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  });
}

function asking<Input extends DescMessage>(
  method: { readonly name: string; readonly input: Input; readonly output: DescMessage },
  request: MessageInitShape<Input>,
): AskedHook {
  return {
    ask: async (plugin, limits) => plugin.call(method, request, limits),
    isSame: (one, other) => equals(method.output, one, other),
  };
}

const graph = { project: "conformance", workflows: [{ id: "main", name: "main" }] };

const hooks = new Map([
  [Hook.DETECT, asking(Service.method.detect, { repository: { root: "." } })],
  [Hook.PLAN, asking(Service.method.plan, { graph })],
  [Hook.GENERATE, asking(Service.method.generate, { target: "conformance", graph })],
  [Hook.VALIDATE, asking(Service.method.validate, { graph })],
  [Hook.PREFLIGHT, asking(Service.method.preflight, { job: "main" })],
]);

const unimplemented = 12;

/** A hook that is named may refuse a request, if it says why. */
function brokenAnswer(answer: Answer): PluginFailure | undefined {
  if (answer.ok) return undefined;
  const { failure } = answer;
  const isRefusal = failure.reason === "plugin-call-failed" && failure.status !== unimplemented;
  return isRefusal && failure.message !== "" ? undefined : failure;
}

const answersTwice: JudgeHook = async (plugin, { ask, isSame }, limits) => {
  const first = await ask(plugin, limits);
  const second = await ask(plugin, limits);
  const failure = brokenAnswer(first) ?? brokenAnswer(second);
  if (failure !== undefined) return failure;
  if (first.ok !== second.ok) return "the same request is answered once and refused once";
  return first.ok && second.ok && !isSame(first.value, second.value)
    ? "the same request is answered differently"
    : undefined;
};

const isUnimplemented: JudgeHook = async (plugin, { ask }, limits) => {
  const answer = await ask(plugin, limits);
  if (answer.ok) return "it answers a hook that it does not name";
  const { failure } = answer;
  return failure.reason === "plugin-call-failed" && failure.status === unimplemented
    ? undefined
    : failure;
};
