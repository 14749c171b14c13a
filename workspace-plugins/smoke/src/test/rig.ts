import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { initKeys, signingKeyFile } from "@slipway/attestation";
import { digestOf, ok } from "@slipway/signature";
import tar from "tar-stream";
import { trailer } from "../bootstrap.ts";
import { placesOf } from "../project.ts";
import type { SmokeProject } from "../project.ts";
import type { SealedContainer } from "../seal.ts";
import { runSmoke } from "../smoke.ts";
import type { ContainerExit, ContainerRunner } from "../sealed-run.ts";
import { verifyBoot } from "../verify-boot.ts";

const imageId = digestOf("an image");

export const definition = `image: codex
inputs: ["src/**"]
command: [run, it]
outputs: [out]
`;

/** A workspace of its own with one smoke project, `boot`, and the receipt of its image. */
export async function openRig() {
  const root = await mkdtemp(path.join(os.tmpdir(), "slipway-smoke-"));
  const project: SmokeProject = {
    name: "boot",
    folder: path.join(root, "boot"),
    imageFolder: path.join(root, "codex", "dist", "image"),
  };
  const variables = { XDG_CONFIG_HOME: path.join(root, "config") };
  const write = async (file: string, text: string): Promise<void> => {
    const absolute = path.join(root, file);
    await mkdir(path.dirname(absolute), { recursive: true });
    await writeFile(absolute, text);
  };
  await write("boot/smoke.yml", definition);
  await write("boot/src/a.txt", "alpha\n");
  const signal = new AbortController().signal;
  return {
    root,
    project,
    places: placesOf(project),
    variables,
    write,
    writeReceipt: (id: string, base = "debian") =>
      write(
        `codex/dist/image/${base}/receipt.json`,
        JSON.stringify({
          reference: `slipway/codex:${base}`,
          imageId: id,
          diffIds: [digestOf("layer")],
        }),
      ),
    initKeys: () => initKeys(root, variables),
    smoke: <Refusal>(
      run: ContainerRunner<Refusal>,
      options: { readonly signal?: AbortSignal; readonly nextSecond?: () => Promise<void> } = {},
    ) =>
      runSmoke(
        {
          run,
          engine: { version: "1", os: "linux", architecture: "amd64" },
          nextSecond: options.nextSecond ?? (async () => undefined),
        },
        {
          project,
          keyFile: signingKeyFile(variables),
          startedAt: new Date(0),
          signal: options.signal ?? signal,
          progress: () => undefined,
        },
      ),
    verify: (now = new Date("2026-01-01T00:00:00Z")) =>
      verifyBoot({ project, workspaceRoot: root, now, signal }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** A rig with a key and an image. */
export async function openReadyRig() {
  const rig = await openRig();
  await rig.initKeys();
  await rig.writeReceipt(imageId);
  return rig;
}

export type Answer = {
  readonly outputs?: Readonly<Record<string, string>>;
  readonly stderr?: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly lastWords?: string;
  readonly exit?: Partial<ContainerExit>;
};

/** A container that answers as the bootstrap does; `work` sees what went in. */
export function fakeRunner(
  work: (container: SealedContainer, inputs: Readonly<Record<string, string>>) => Answer,
): ContainerRunner<never> {
  return async (container, streams) => {
    const answer = work(container, await unpack(streams.stdin));
    await streams.stderr(Buffer.from(answer.stderr ?? ""));
    const facts = Object.entries({ ...sealedFacts, ...answer.facts }).map(
      ([name, value]) => `${name}=${value}\n`,
    );
    streams.stdout(Buffer.from(`${facts.join("")}\n`));
    streams.stdout(await pack(answer.outputs ?? {}));
    streams.stdout(Buffer.from(answer.lastWords ?? trailer));
    return ok({ ...plainExit, ...answer.exit });
  };
}

const sealedFacts = {
  interfaces: "lo",
  routes: "0",
  Uid: "65532\t65532",
  CapInh: "0".repeat(16),
  CapPrm: "0".repeat(16),
  CapEff: "0".repeat(16),
  CapBnd: "0".repeat(16),
  CapAmb: "0".repeat(16),
  NoNewPrivs: "1",
  Seccomp: "2",
  root: "ro,relatime",
  writeToRoot: "no",
  writeToWork: "yes",
  engineSocket: "no",
  status: "0",
};

const plainExit: ContainerExit = {
  exitCode: 0,
  oomKilled: false,
  outputIsWhole: true,
  inspected: {
    Image: imageId,
    HostConfig: { NetworkMode: "none", ReadonlyRootfs: true, Privileged: false },
  },
};

async function pack(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = tar.pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  return buffer(archive);
}

async function unpack(stream: Readable): Promise<Readonly<Record<string, string>>> {
  const extract = tar.extract();
  extract.end(await buffer(stream));
  const files: Record<string, string> = {};
  for await (const member of extract) files[member.header.name] = String(await buffer(member));
  return files;
}
