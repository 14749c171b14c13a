import type { Digest } from "@slipway/signature";
import { bootstrap, workFolder } from "./bootstrap.ts";
import type { SmokeDefinition } from "./definition.ts";
import type { Conditions } from "./variation.ts";

/** What a container may do at most. Part of the transcript's claims. */
export type SealPolicy = {
  readonly network: "none";
  readonly readOnlyRoot: true;
  readonly dropCapabilities: readonly string[];
  readonly noNewPrivileges: true;
  readonly user: string;
  readonly memoryBytes: number;
  readonly nanoCpus: number;
  readonly pids: number;
  readonly temporaryFolders: Readonly<Record<string, string>>;
};

/** A container as this package asks an engine for it. */
export type SealedContainer = SealPolicy & {
  readonly image: Digest;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly hostname: string;
  readonly mounts: readonly never[];
  readonly labels: Readonly<Record<string, string>>;
};

/** A number without an account: nothing in the image belongs to it. */
const userId = 65532;

export function sealOf({ limits }: Pick<SmokeDefinition, "limits">): SealPolicy {
  // An engine mounts a tmpfs noexec, and owned by root, unless it is told otherwise.
  const folder = `rw,exec,nosuid,nodev,uid=${userId},gid=${userId},mode=0700,size=${limits.memoryMebibytes}m`;
  return {
    network: "none",
    readOnlyRoot: true,
    dropCapabilities: ["ALL"],
    noNewPrivileges: true,
    user: `${userId}:${userId}`,
    memoryBytes: limits.memoryMebibytes * 2 ** 20,
    nanoCpus: Math.round(limits.cpus * 1e9),
    pids: limits.pids,
    temporaryFolders: { [workFolder]: folder, "/tmp": folder },
  };
}

export function sealedContainer(
  definition: SmokeDefinition,
  image: Digest,
  conditions: Conditions,
): SealedContainer {
  const outputs = definition.outputs.join("\n");
  return {
    ...sealOf(definition),
    image,
    entrypoint: ["/bin/sh", "-c", bootstrap, "slipway-smoke", conditions.umask, outputs],
    command: definition.command,
    environment: {
      HOME: `${workFolder}/home`,
      LANG: "C.UTF-8",
      TZ: conditions.timezone,
      ...(conditions.extraVariable === "" ? {} : { SLIPWAY_EXTRA: conditions.extraVariable }),
    },
    workingDirectory: workFolder,
    hostname: conditions.hostname,
    mounts: [],
    labels: { "dev.slipway.kind": "smoke" },
  };
}

export type SealControl = {
  readonly control: string;
  readonly expected: string;
  readonly found: string;
};

const noCapabilities = "0".repeat(16);

/**
 * What the container itself saw of its seal, control by control. Two of them must succeed (`lo` is there, the work
 * folder takes a file): a probe that sees nothing at all would otherwise look like a perfect seal.
 */
export function sealControls(facts: ReadonlyMap<string, string>): readonly SealControl[] {
  const row = (
    control: string,
    expected: string,
    found = facts.get(control) ?? "no answer",
  ): SealControl => ({
    control,
    expected,
    found,
  });
  const capabilities = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];
  return [
    row("interfaces", "lo"),
    row("routes", "0"),
    ...capabilities.map((set) => row(set, noCapabilities)),
    row("NoNewPrivs", "1"),
    row("Seccomp", "2"),
    row("root", "ro", (facts.get("root") ?? "no answer").split(",")[0]),
    row("writeToRoot", "no"),
    row("writeToWork", "yes"),
    row("Uid", String(userId), (facts.get("Uid") ?? "no answer").split(/\s/)[0]),
    row("engineSocket", "no"),
  ];
}

/** Packets that a run tried to send and that had no route; `undefined` where the kernel did not say. */
export function networkAttempts(facts: ReadonlyMap<string, string>): number | undefined {
  const ip4 = differenceOf(counterOf(facts.get("before.ip4")), counterOf(facts.get("after.ip4")));
  const ip6 = differenceOf(
    Number(facts.get("before.ip6") ?? 0),
    Number(facts.get("after.ip6") ?? 0),
  );
  return ip4 === undefined || ip6 === undefined ? undefined : ip4 + ip6;
}

/** `OutNoRoutes` of /proc/net/snmp: the twelfth number of its `Ip:` line (net/ipv4/proc.c). */
function counterOf(values: string | undefined): number | undefined {
  const counter = Number(values?.split(" ")[11]);
  return Number.isSafeInteger(counter) ? counter : undefined;
}

function differenceOf(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}
