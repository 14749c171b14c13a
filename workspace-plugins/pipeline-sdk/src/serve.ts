import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { Hook, Plugin, PluginInfoSchema } from "./generated/slipway/pipelines/v1/plugin_pb.js";
import type { Hello, PluginInfo } from "./generated/slipway/pipelines/v1/plugin_pb.js";
import { serveUnary } from "./grpc-server.ts";
import { takeStandardStreams } from "./standard-streams.ts";

type Methods = Omit<typeof Plugin.method, "handshake">;

export type HookCall = {
  /** Aborted when the core takes the call back, or its deadline has passed. */
  readonly signal: AbortSignal;
  /** What the handshake said of the file's words to this plugin: a JSON object, or empty. */
  readonly settings: string;
};

/** What a plugin does, and with what it says about itself. A hook that throws fails the call with the message of its error. */
export type PluginDefinition = Pick<
  MessageInitShape<typeof PluginInfoSchema>,
  "capabilities" | "requires" | "conflictsWith" | "metadata" | "features"
> & {
  /** provider/github, lang/ruby, policy/security */
  readonly name: string;
  readonly version: string;
  readonly hooks: {
    readonly [Name in keyof Methods]?: (
      request: MessageShape<Methods[Name]["input"]>,
      call: HookCall,
    ) => Promise<MessageInitShape<Methods[Name]["output"]>>;
  };
};

/** The protocols that this SDK speaks, from and to. */
const protocols = { min: 1, max: 1 };

const hookNumbers = {
  detect: Hook.DETECT,
  plan: Hook.PLAN,
  generate: Hook.GENERATE,
  validate: Hook.VALIDATE,
  preflight: Hook.PREFLIGHT,
} as const satisfies { readonly [Name in keyof Methods]: Hook };

/**
 * Makes this process the plugin: gRPC on standard input and output until the input ends. All else that is written to standard
 * output, `console` included, goes to standard error, which is the plugin's log.
 */
export function servePlugin(definition: PluginDefinition): void {
  if (process.env["SLIPWAY_PLUGIN_COOKIE"] === undefined) {
    process.stderr.write(`${introduce(definition)}\n`);
    process.exitCode = 1;
    return;
  }
  const streams = takeStandardStreams();
  serveUnary(streams, new Map(methodsOf(definition)));
}

function introduce({ name, version }: PluginDefinition): string {
  return `${name} ${version} is a plugin of slipway, which starts it by itself and talks to it on its standard input and output. Name it in cig.toml, or try it with: slipway ci plugin test <this program>`;
}

function methodsOf(definition: PluginDefinition) {
  const { handshake, detect, plan, generate, validate, preflight } = Plugin.method;
  const { hooks } = definition;
  const kept = { settings: "" };
  const served = serveWith(kept);
  return [
    served(handshake, async (hello) => {
      kept.settings = hello.settings;
      return handshakeOf(definition, hello);
    }),
    ...(hooks.detect === undefined ? [] : [served(detect, hooks.detect)]),
    ...(hooks.plan === undefined ? [] : [served(plan, hooks.plan)]),
    ...(hooks.generate === undefined ? [] : [served(generate, hooks.generate)]),
    ...(hooks.validate === undefined ? [] : [served(validate, hooks.validate)]),
    ...(hooks.preflight === undefined ? [] : [served(preflight, hooks.preflight)]),
  ];
}

type Method<Input extends DescMessage, Output extends DescMessage> = {
  readonly name: string;
  readonly input: Input;
  readonly output: Output;
};

function serveWith(kept: Pick<HookCall, "settings">) {
  return <Input extends DescMessage, Output extends DescMessage>(
    { name, input, output }: Method<Input, Output>,
    hook: (
      request: MessageShape<Input>,
      call: HookCall,
    ) => Promise<MessageInitShape<Output> | MessageShape<Output>>,
  ) => {
    const answer = async (request: Uint8Array, signal: AbortSignal): Promise<Uint8Array> => {
      const result = await hook(fromBinary(input, request), { ...kept, signal });
      return toBinary(output, create(output, result));
    };
    return [`/${Plugin.typeName}/${name}`, answer] as const;
  };
}

function handshakeOf(definition: PluginDefinition, hello: Hello): PluginInfo {
  const { hooks, ...said } = definition;
  const chosen = Math.min(protocols.max, hello.protocolMax);
  const isSpoken = chosen >= Math.max(protocols.min, hello.protocolMin);
  return create(PluginInfoSchema, {
    ...said,
    protocol: isSpoken ? chosen : 0,
    protocolMin: protocols.min,
    protocolMax: protocols.max,
    hooks: Object.entries(hookNumbers).flatMap(([name, number]) =>
      Object.hasOwn(hooks, name) ? [number] : [],
    ),
  });
}
