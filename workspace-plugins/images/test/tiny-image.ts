import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { packMembers } from "../src/archive.ts";
import type { Member } from "../src/archive.ts";
import type { ImageId } from "../src/container.ts";
import type { Engine } from "../src/engine-port.ts";

const run = promisify(execFile);

/** An image of busybox alone, with setpriv if asked, and one command `agent`, a shell script. Made within two seconds. */
export async function buildTinyImage(
  engine: Engine,
  image: {
    readonly tag: string;
    readonly agent: string;
    readonly script: string;
    readonly withSetpriv: boolean;
    /** Further lines of the Dockerfile. */
    readonly lines?: readonly string[];
  },
): Promise<ImageId> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "slipway-tiny-"));
  const programs = image.withSetpriv ? await programFiles("/usr/bin/setpriv") : [];
  const members: Member[] = [
    { name: "root/bin/busybox", executable: true, bytes: await readFile("/bin/busybox") },
    { name: `root/bin/${image.agent}`, executable: true, bytes: Buffer.from(image.script) },
    ...programs.map(({ name, bytes }) => ({ name: `root${name}`, executable: true, bytes })),
    {
      name: "root/etc/passwd",
      bytes: Buffer.from("root:x:0:0::/root:/bin/sh\nother:x:1234:5:::\n"),
    },
    { name: "root/etc/group", bytes: Buffer.from("root:x:0:\nstaff:x:4321:\n") },
    { name: "root/etc/skel/.profile", bytes: Buffer.from("# skel\n") },
    { name: "Dockerfile", bytes: Buffer.from(dockerfileOf(image.lines ?? [])) },
  ];
  const built = await engine.build({
    context: packMembers(members),
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: { "dev.slipway.test": "tiny" },
    tag: image.tag,
    networkMode: "none",
    logFile: path.join(folder, "build.txt"),
    signal: AbortSignal.timeout(120_000),
    timeoutMs: 120_000,
  });
  await rm(folder, { recursive: true, force: true });
  if (!built.ok) throw new Error(JSON.stringify(built.failure));
  return built.value;
}

/** The same content as a folder, for the definition of a base; with a word for bash, and setpriv. */
export async function writeTinyRoot(folder: string): Promise<void> {
  const members = [
    { name: "/bin/busybox", bytes: await readFile("/bin/busybox") },
    { name: "/bin/bash", bytes: Buffer.from('#!/bin/sh\nexec sh "$@"\n') },
    { name: "/etc/passwd", bytes: Buffer.from("root:x:0:0::/root:/bin/sh\n") },
    { name: "/etc/group", bytes: Buffer.from("root:x:0:\n") },
    ...(await programFiles("/usr/bin/setpriv")),
  ];
  for (const { name, bytes } of members) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes, { mode: 0o755 });
  }
}

function dockerfileOf(lines: readonly string[]): string {
  return [
    "FROM scratch",
    "COPY root /",
    'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
    "RUN mkdir -p /root /tmp /usr/share && chmod 1777 /tmp",
    ...lines,
    "",
  ].join("\n");
}

/** A program of this machine and the libraries it needs, at their places. */
export async function programFiles(
  program: string,
): Promise<readonly { readonly name: string; readonly bytes: Uint8Array }[]> {
  const { stdout } = await run("ldd", [program]);
  const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file]) => file ?? "");
  return Promise.all(
    [program, ...libraries].map(async (name) => ({ name, bytes: await readFile(name) })),
  );
}
