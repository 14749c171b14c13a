import { chmod, mkdir, mkdtemp, realpath, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildTinyImage } from "../../test/tiny-image.ts";
import type { ImageId } from "../container.ts";
import { openEngine } from "../engine.ts";
import type { Engine } from "../engine-port.ts";
import { agentContainer } from "./agent-container.ts";
import type { Mount } from "./mounts.ts";

const signal = new AbortController().signal;
const entrypointFile = path.join(import.meta.dirname, "../../../../infra/images/entrypoint.sh");
const tags = ["slipway-test/entrypoint:setpriv", "slipway-test/entrypoint:su"] as const;

let engine: Engine;
/** Of the images with setpriv of util-linux, and with su of busybox only. */
let images: readonly ImageId[];

beforeAll(async () => {
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) throw new Error(`this test needs an engine: ${JSON.stringify(opened.failure)}`);
  engine = opened.value;
  const script = '#!/bin/sh\nexec /bin/sh -c "$1"\n';
  images = [
    await buildTinyImage(engine, { tag: tags[0], agent: "agent", script, withSetpriv: true }),
    await buildTinyImage(engine, { tag: tags[1], agent: "agent", script, withSetpriv: false }),
  ];
});

afterAll(async () => {
  for (const tag of tags) await engine.removeImage(tag, { force: true });
  engine[Symbol.dispose]();
});

const me = {
  AICAGE_UID: "1234",
  AICAGE_GID: "4321",
  AICAGE_HOST_USER: "me",
  AICAGE_HOME: "/home/me",
  AICAGE_WORKSPACE: "/work space",
  AICAGE_ENTRYPOINT_CMD: "agent",
};

/** What the script wrote, both outputs, and how it ended. */
async function check(
  script: string,
  of: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly mounts?: readonly Pick<Mount, "source" | "target">[];
    readonly image?: ImageId | undefined;
  } = {},
): Promise<{ readonly lines: readonly string[]; readonly exitCode: number | undefined }> {
  let output = "";
  const collect = (bytes: Uint8Array): void => void (output += Buffer.from(bytes).toString());
  const [usual] = images;
  const id = of.image ?? usual;
  if (id === undefined) throw new Error("no image");
  const spec = agentContainer({
    agent: "agent",
    image: { id, entrypoint: [] },
    words: [script],
    environment: { ...me, ...of.environment },
    mounts: (of.mounts ?? []).map((mount) => ({ ...mount, isReadOnly: false, as: "share" })),
    settings: { network: "none" },
    terminalSize: undefined,
    entrypointFile,
  });
  const exit = await engine.run(spec, {
    stdout: collect,
    stderr: collect,
    signal,
    timeoutMs: 60_000,
  });
  if (!exit.ok) throw new Error(JSON.stringify(exit.failure));
  return { lines: output.trimEnd().split("\n"), exitCode: exit.value.exitCode };
}

async function openFolder() {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "slipway-entrypoint-")));
  return {
    folder,
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}

describe("the user", () => {
  it("is the person outside, in a home and a workspace of their own", async () => {
    const script =
      'id -un; id -u; id -gn; id -G; pwd; echo $HOME $USER; stat -c "%U %a" . ~ ~/.profile; touch x ~/y && echo may';
    const told = ["me", "1234", "staff", "4321", "/work space", "/home/me me"];
    for (const image of images) {
      expect(await check(script, { image })).toEqual({
        lines: [...told, "me 755", "me 755", "me 644", "may"],
        exitCode: 0,
      });
    }
  });

  it("takes the place of one of the image with the same id or name, and makes its group", async () => {
    const { lines } = await check("id -un; id -gn; cat /etc/passwd /etc/group", {
      environment: { AICAGE_GID: "777" },
    });
    expect(lines).toEqual([
      "me",
      "me",
      "root:x:0:0::/root:/bin/sh",
      "me:x:1234:777::/home/me:/bin/sh",
      "root:x:0:",
      "staff:x:4321:",
      "me:x:777:",
    ]);
  });

  it("is root for root, and finds in a rootless engine its mounts at root's home", async () => {
    await using rig = await openFolder();
    await mkdir(path.join(rig.folder, "sub"));
    const environment = {
      AICAGE_UID: "0",
      AICAGE_GID: "0",
      AICAGE_HOST_USER: "root",
      AICAGE_HOME: "/root",
      AICAGE_MOUNT_HOME: "/home/me",
    };
    const mounts = ["/home/me/.codex", "/home/me/.codex/sub", "/home/me/a/b c"].map((target) => ({
      source: target.endsWith("sub") ? path.join(rig.folder, "sub") : rig.folder,
      target,
    }));
    const script =
      'id -u; echo $HOME; readlink ~/.codex; readlink "$HOME/a/b c"; ls -d ~/.codex/sub';
    expect(await check(script, { environment, mounts })).toEqual({
      lines: ["0", "/root", "/home/me/.codex", "/home/me/a/b c", "/root/.codex/sub"],
      exitCode: 0,
    });
  });

  it("joins the group of the engine's socket", async () => {
    const socket = { source: "/var/run/docker.sock", target: "/var/run/docker.sock" };
    const { gid } = await stat(socket.source);
    const { lines } = await check("id -G", { mounts: [socket] });
    expect(lines).toEqual([`4321 ${gid}`]);
  });
});

describe("mounts at home", () => {
  it("have parents that the user owns, and keep their own owners", async () => {
    await using rig = await openFolder();
    await chmod(rig.folder, 0o755);
    await mkdir(path.join(rig.folder, "inner"));
    const { uid } = await stat(rig.folder);
    const mounts = [
      { source: rig.folder, target: "/home/me/a b/c/mount" },
      { source: rig.folder, target: "/home/me/a b/c/mount/inner" },
    ];
    const script = 'cd ~; stat -c %u "a b" "a b/c" "a b/c/mount"; touch "a b/c/own" && echo may';
    const { lines } = await check(script, { mounts });
    expect(lines).toEqual(["1234", "1234", String(uid), "may"]);
    expect((await stat(path.join(rig.folder, "inner"))).uid).toBe(uid);
  });

  it.each(["/home/me", "/home", "/root"])("are refused as all of %s", async (target) => {
    await using rig = await openFolder();
    expect(await check("echo started", { mounts: [{ source: rig.folder, target }] })).toEqual({
      lines: [`Refusing to start: home path or parent is a mountpoint: ${target}`],
      exitCode: 1,
    });
  });

  it("do not have skeletons copied into them", async () => {
    await using rig = await openFolder();
    const file = path.join(rig.folder, ".profile");
    await writeFile(file, "mine\n");
    const mounts = [{ source: file, target: "/home/me/.profile" }];
    expect((await check("cat ~/.profile", { mounts })).lines).toEqual(["mine"]);
  });
});

describe("the agent", () => {
  it("has its words, its exit code, its streams and its signals to itself", async () => {
    expect(await check("exit 42")).toMatchObject({ exitCode: 42 });
    expect(await check("kill -TERM $$")).toMatchObject({ exitCode: 143 });
  });

  it("that is not there, or no program, ends as a shell would end it", async () => {
    const none = { AICAGE_ENTRYPOINT_CMD: "no-such-agent" };
    expect(await check("", { environment: none })).toMatchObject({ exitCode: 127 });
    const noProgram = { AICAGE_ENTRYPOINT_CMD: "/etc/passwd" };
    expect(await check("", { environment: noProgram })).toMatchObject({ exitCode: 126 });
  });

  it("finds a program of ~/.local/bin", async () => {
    expect((await check("echo $PATH")).lines[0]).toMatch(/^\/home\/me\/\.local\/bin:/);
  });
});

describe("the workspace", () => {
  it("that is mounted keeps its owner", async () => {
    await using rig = await openFolder();
    await chmod(rig.folder, 0o777);
    const { uid } = await stat(rig.folder);
    const mounts = [{ source: rig.folder, target: "/work space" }];
    const { lines } = await check("stat -c %u .; touch made; pwd", { mounts });
    expect(lines).toEqual([String(uid), "/work space"]);
    expect((await stat(path.join(rig.folder, "made"))).uid).toBe(1234);
  });
});

describe("the zone", () => {
  it("is taken where the image has no zones to look it up in", async () => {
    const environment = { TZ: "Nowhere/Land" };
    expect((await check("echo $TZ", { environment })).lines).toEqual(["Nowhere/Land"]);
  });

  it("is that of the image where it has zones, and one that it does not know is refused", async () => {
    await using zones = await openFolder();
    await mkdir(path.join(zones.folder, "Here"));
    await writeFile(path.join(zones.folder, "Here/Land"), "");
    const mounts = [{ source: zones.folder, target: "/usr/share/zoneinfo" }];
    const known = { environment: { TZ: "Here/Land" }, mounts };
    expect(await check("readlink /etc/localtime", known)).toEqual({
      lines: ["/usr/share/zoneinfo/Here/Land"],
      exitCode: 0,
    });
    expect(await check("echo started", { environment: { TZ: "Nowhere/Land" }, mounts })).toEqual({
      lines: ["Requested timezone not found: Nowhere/Land"],
      exitCode: 1,
    });
  });
});

describe("the clipboard", () => {
  it("is the terminal's where that is asked for and the base has what writes to it", async () => {
    await using shims = await openFolder();
    const shim = path.join(shims.folder, "xclip");
    await writeFile(shim, "#!/bin/sh\n");
    for (const place of [shims.folder, shim]) await chmod(place, 0o755);
    const mounts = [{ source: shims.folder, target: "/opt/aicage/clipboard-shims" }];
    const environment = { AICAGE_ENABLE_OSC52_CLIPBOARD: "1" };
    const find = async (of: Parameters<typeof check>[1]) =>
      (await check("command -v xclip || echo none", of)).lines;
    expect(await find({ environment, mounts })).toEqual(["/opt/aicage/clipboard-shims/xclip"]);
    expect(await find({ mounts })).toEqual(["none"]);
    expect(await find({ environment })).toEqual(["none"]);
  });
});
