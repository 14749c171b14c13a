export type Variables = Readonly<Record<string, string | undefined>>;

/** Of the host, as they are: what a terminal, a clock, a language and a network need to be the same inside. */
const passed = [
  "COLORTERM",
  "LANG",
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [
    name,
    name.toLowerCase(),
  ]),
];

/** The environment of an agent's container; later entries of `asked` win over all else but the identity. */
export function containerEnvironment(of: {
  readonly agent: string;
  readonly project: string;
  readonly host: Variables;
  /** `Europe/Berlin`, where the host knows its own. */
  readonly zone: string | undefined;
  readonly hasTerminal: boolean;
  readonly identity: Readonly<Record<string, string>>;
  /** `NAME=value`, those of the image. */
  readonly ofImage: readonly string[];
  /** `NAME` or `NAME=value`. */
  readonly asked: readonly string[];
}): Readonly<Record<string, string>> {
  const { host, zone, hasTerminal } = of;
  const isSaid = of.ofImage.some((line) => line.startsWith("AICAGE_ENTRYPOINT_CMD="));
  return {
    ...known(passed, host),
    ...(zone === undefined ? {} : { TZ: zone }),
    ...(hasTerminal ? { TERM: "xterm", ...known(["TERM"], host) } : {}),
    ...Object.fromEntries(of.asked.flatMap((one) => askedVariable(one, host))),
    ...of.identity,
    AICAGE_WORKSPACE: of.project,
    // An image says it itself where its command is not called as its agent.
    ...(isSaid && !isOurBase(of.ofImage) ? {} : { AICAGE_ENTRYPOINT_CMD: of.agent }),
  };
}

/** A base starts a shell: an agent's image that says nothing of its own has that from below. */
function isOurBase(ofImage: readonly string[]): boolean {
  return ofImage.includes("AICAGE_ENTRYPOINT_CMD=bash");
}

function known(names: readonly string[], host: Variables): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = host[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A name alone is the host's value; where the host has none, neither has the container. */
function askedVariable(
  text: string,
  host: Variables,
): readonly (readonly [name: string, value: string])[] {
  const at = text.indexOf("=");
  const name = at === -1 ? text : text.slice(0, at);
  const value = at === -1 ? host[name] : text.slice(at + 1);
  return value === undefined ? [] : [[name, value]];
}
