import { canonicalJson } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { z } from "zod";
import { ownerLabel } from "./run-owner.ts";

/** The digest of an image's config, which is what an engine calls its id. */
export type ImageId = Digest;

/** A container as we ask for it. What is not said is the engine's default. */
export type ContainerSpec = {
  readonly image: ImageId;
  readonly command: readonly string[];
  /** Replaces the image's own; an empty list takes it away. */
  readonly entrypoint?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly user?: string;
  readonly hostname?: string;
  /** `none`, `bridge`, `host` or the name of a network. */
  readonly network: string;
  readonly readOnlyRoot: boolean;
  readonly dropCapabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly memoryBytes?: number;
  readonly nanoCpus?: number;
  readonly pids?: number;
  /** Mount point to options. An engine mounts `noexec` unless told `exec`. */
  readonly temporaryFolders: Readonly<Record<string, string>>;
  readonly mounts: readonly {
    readonly type: "bind" | "volume";
    readonly source: string;
    readonly target: string;
    readonly readOnly: boolean;
  }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  /** From the first moment on; engines before API 1.42 start without a size and are told later. */
  readonly terminalSize?: { readonly columns: number; readonly rows: number };
  /** The engine's own first process before the command: it passes signals on and reaps. */
  readonly init?: boolean;
  /** `<name>:<address>` for the container's hosts file. */
  readonly extraHosts?: readonly string[];
  readonly publishedPorts?: readonly PublishedPort[];
};

/** A port of the container at an address of the host; the engine picks one where it is not said. */
export type PublishedPort = {
  readonly container: number;
  readonly protocol: "tcp" | "udp";
  readonly hostAddress?: string;
  readonly hostPort?: number;
};

/** The engine's account of a container, in its own shape; keys that we do not read are dropped. */
export const Inspected = z.object({
  Id: z.string(),
  Image: z.string(),
  State: z.object({ ExitCode: z.int(), OOMKilled: z.boolean(), Error: z.string() }),
  Config: z.object({
    User: z.string(),
    Hostname: z.string(),
    Env: z.array(z.string()).nullable(),
    Cmd: z.array(z.string()).nullable(),
  }),
  HostConfig: z.object({
    NetworkMode: z.string(),
    ReadonlyRootfs: z.boolean(),
    Privileged: z.boolean(),
    CapAdd: z.array(z.string()).nullish(),
    CapDrop: z.array(z.string()).nullish(),
    SecurityOpt: z.array(z.string()).nullish(),
    Memory: z.int(),
    MemorySwap: z.int(),
    NanoCpus: z.int().nullish(),
    PidsLimit: z.int().nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
    Init: z.boolean().nullish(),
  }),
  Mounts: z.array(z.object({ Type: z.string(), Destination: z.string(), RW: z.boolean() })),
});

export type Inspected = z.output<typeof Inspected>;

/** The body of the engine's "create a container" request. */
export function configurationOf(spec: ContainerSpec, owner: string) {
  const terminal = spec.terminal ?? false;
  return {
    Image: spec.image,
    Cmd: [...spec.command],
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: [...spec.entrypoint] }),
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    ...(spec.workingDirectory === undefined ? {} : { WorkingDir: spec.workingDirectory }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
    Labels: { ...spec.labels, [ownerLabel]: owner },
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: terminal,
    ExposedPorts: Object.fromEntries(
      (spec.publishedPorts ?? []).map((port) => [portName(port), {}]),
    ),
    HostConfig: hostConfigurationOf(spec),
  };
}

function hostConfigurationOf(spec: ContainerSpec) {
  return {
    NetworkMode: spec.network,
    ReadonlyRootfs: spec.readOnlyRoot,
    CapDrop: [...spec.dropCapabilities],
    SecurityOpt: spec.noNewPrivileges ? ["no-new-privileges"] : [],
    // Equal to the memory limit: no swap beside it.
    ...(spec.memoryBytes === undefined
      ? {}
      : { Memory: spec.memoryBytes, MemorySwap: spec.memoryBytes }),
    ...(spec.nanoCpus === undefined ? {} : { NanoCpus: spec.nanoCpus }),
    ...(spec.pids === undefined ? {} : { PidsLimit: spec.pids }),
    Tmpfs: { ...spec.temporaryFolders },
    Mounts: spec.mounts.map((mount) => ({
      Type: mount.type,
      Source: mount.source,
      Target: mount.target,
      ReadOnly: mount.readOnly,
    })),
    ...(spec.terminalSize === undefined
      ? {}
      : { ConsoleSize: [spec.terminalSize.rows, spec.terminalSize.columns] }),
    ...(spec.init === undefined ? {} : { Init: spec.init }),
    ExtraHosts: [...(spec.extraHosts ?? [])],
    PortBindings: portBindingsOf(spec.publishedPorts ?? []),
    // Output is taken from the attached stream: a log file loses bytes when it rotates or the disk is full.
    LogConfig: { Type: "none", Config: {} },
  };
}

function portBindingsOf(ports: readonly PublishedPort[]) {
  const byPort = Map.groupBy(ports, portName);
  return Object.fromEntries(
    [...byPort].map(([name, bindings]) => [
      name,
      bindings.map(({ hostAddress = "", hostPort }) => ({
        HostIp: hostAddress,
        HostPort: hostPort === undefined ? "" : String(hostPort),
      })),
    ]),
  );
}

function portName({ container, protocol }: PublishedPort): string {
  return `${container}/${protocol}`;
}

export type Difference = { readonly setting: string; readonly asked: string; readonly got: string };

/** The first setting that the engine did not take over: it accepts a key it does not know in silence. */
export function findDifference(spec: ContainerSpec, got: Inspected): Difference | undefined {
  const host = got.HostConfig;
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ["image", spec.image, got.Image],
    ["network", spec.network, host.NetworkMode],
    ["read-only root", spec.readOnlyRoot, host.ReadonlyRootfs],
    ["privileged", false, host.Privileged],
    ["added capabilities", [], host.CapAdd ?? []],
    ["dropped capabilities", spec.dropCapabilities, host.CapDrop ?? []],
    [
      "no new privileges",
      spec.noNewPrivileges,
      (host.SecurityOpt ?? []).includes("no-new-privileges"),
    ],
    ["user", spec.user ?? got.Config.User, got.Config.User],
    ["memory", spec.memoryBytes ?? 0, host.Memory],
    ["cpus", spec.nanoCpus ?? 0, host.NanoCpus ?? 0],
    ["pids", spec.pids ?? 0, host.PidsLimit ?? 0],
    ["init", spec.init ?? host.Init ?? false, host.Init ?? false],
    ["temporary folders", spec.temporaryFolders, host.Tmpfs ?? {}],
    ["mounts", spec.mounts.map(({ target }) => target).toSorted(), mountPoints(got)],
  ];
  return rows
    .map(([setting, asked, found]) => ({
      setting,
      asked: canonicalJson(asked),
      got: canonicalJson(found),
    }))
    .find(({ asked, got: found }) => asked !== found);
}

function mountPoints(got: Inspected): readonly string[] {
  return got.Mounts.filter(({ Type }) => Type !== "tmpfs")
    .map(({ Destination }) => Destination)
    .toSorted();
}
