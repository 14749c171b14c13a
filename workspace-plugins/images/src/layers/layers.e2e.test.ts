import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../test/engines.ts";
import { fail } from "@slipway/signature";
import { filesUnder, valueOf } from "../../test/rig.ts";
import { programFiles } from "../../test/tiny-image.ts";
import { packMembers } from "../archive.ts";
import type { ImageId } from "../container.ts";
import { openEngine } from "../engine.ts";
import type { Engine } from "../engine-port.ts";
import { blobFile, layOutArchive } from "../layout.ts";
import { loadImage } from "../load.ts";
import { splitReference } from "../names.ts";
import type { ImageReceipt } from "../receipt.ts";
import type { StoredImage } from "../stored/stored-image.ts";
import { openFileWindow } from "./file-window.ts";
import { readLayer } from "./read-layer.ts";

const { signal } = new AbortController();
const unasked = { reason: "engine-lost", detail: "nobody was to ask for it" } as const;
const reference = `slipway-test/layers:${process.pid}`;

/** What layers have trouble with, in the second layer of commands; the third has only its own folders. */
const dockerfile = [
  "FROM scratch",
  "COPY root /",
  'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
  "RUN mkdir -p /tmp /made /gone /anew /folder && echo old | tee /anew/old /gone/old /folder/old /kept > /lost",
  "RUN " +
    [
      "cp /bin/busybox /made/marked && setcap cap_setuid+ep /made/marked",
      "echo one > /made/first && ln /made/first /made/second && ln -s first /made/link",
      "rm -r /gone /lost /anew && mkdir /anew && echo new > /anew/new",
      "truncate -s 3000000 /made/sparse && echo end >> /made/sparse",
      `echo long > /made/${"ü".repeat(100)}`,
      "rm -r /folder && echo file > /folder && ln /kept /made/kept",
      "echo bytes > /made/$(printf '\\377\\376')",
      "mkfifo /made/pipe && mknod /made/null c 1 3 && chown 7:8 /made/first && chmod 4750 /made/first",
      "date > /dev/null",
    ].join(" && "),
  "RUN true",
  "",
].join("\n");

for (const { title, start, absent } of engines)
  describe.skipIf(absent !== undefined)(`layers of ${title}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let engine: Engine;
    let root: string;

    beforeAll(async () => {
      server = await start();
      engine = valueOf(await openEngine({ ...server, counted: () => undefined, signal }));
      root = await mkdtemp(path.join(os.tmpdir(), "slipway-layers-"));
    });
    afterAll(async () => {
      await engine.removeImage(reference, { force: true });
      engine[Symbol.dispose]();
      await server[Symbol.asyncDispose]?.();
      await rm(root, { recursive: true });
    });

    /** Lays out what a build without a cache has made, and removes it. */
    async function build(folder: string): Promise<ImageReceipt> {
      const id = await buildImage();
      try {
        return await layOut(folder, id);
      } finally {
        await engine.removeImage(id);
      }
    }

    async function layOut(folder: string, id: ImageId, stored?: StoredImage) {
      const request = { workspaceRoot: root, folder: path.join(root, folder), reference };
      return valueOf(
        await layOutArchive(
          { ...request, below: undefined, inputs: {} },
          async () =>
            stored === undefined
              ? engine.save(id, signal)
              : fail({ ...unasked, operation: "save" }),
          async () => stored,
        ),
      );
    }

    async function buildImage(): Promise<ImageId> {
      const programs = await Promise.all(
        ["/usr/sbin/setcap", "/usr/sbin/getcap"].map(programFiles),
      );
      const files = new Map(programs.flat().map(({ name, bytes }) => [name, bytes]));
      files.set("/bin/busybox", await readFile("/bin/busybox"));
      const members = [...files].map(([name, bytes]) => ({
        name: `root${name}`,
        executable: true,
        bytes,
      }));
      return valueOf(
        await engine.build({
          context: packMembers([
            ...members,
            { name: "Dockerfile", bytes: Buffer.from(dockerfile) },
          ]),
          dockerfile: "Dockerfile",
          buildArgs: {},
          labels: { "dev.slipway.test": "layers" },
          noCache: true,
          logFile: path.join(root, "build.txt"),
          signal,
          timeoutMs: 120_000,
        }),
      );
    }

    async function inContainer(receipt: ImageReceipt, script: string): Promise<readonly string[]> {
      let output = "";
      const collect = (bytes: Uint8Array): void => {
        output += Buffer.from(bytes).toString("utf8");
      };
      valueOf(
        await engine.run(
          {
            image: receipt.imageId,
            command: ["/bin/sh", "-c", script],
            entrypoint: [],
            environment: {},
            network: "none",
            readOnlyRoot: true,
            dropCapabilities: [],
            noNewPrivileges: false,
            memoryBytes: 2 ** 28,
            pids: 64,
            temporaryFolders: {},
            mounts: [],
            labels: {},
          },
          { stdout: collect, stderr: collect, signal, timeoutMs: 60_000 },
        ),
      );
      return output.trimEnd().split("\n");
    }

    it("are the same for two builds without a cache, and mean to the engine what was built", async () => {
      const first = await build("first");
      const second = await build("second");
      expect(second).toEqual(first);

      const ports = {
        images: engine.images,
        load: async (archive: Parameters<Engine["load"]>[0]) => engine.load(archive, signal),
        tag: async (id: ImageReceipt["imageId"], name: string) =>
          engine.tag(id, ...splitReference(name)),
      };
      const image = { workspaceRoot: root, folder: "first", receipt: first, target: "test" };
      valueOf(await loadImage(ports, image));
      const script = [
        "getcap /made/marked",
        "stat -c '%n %a %u:%g %h' /made/first /made/second",
        "readlink /made/link",
        "ls -d /gone /lost /anew/* 2>/dev/null",
        "cat /folder /made/kept /made/$(printf '\\377\\376'); stat -c %h /kept",
        "wc -c < /made/sparse; tail -c 4 /made/sparse",
        `cat /made/${"ü".repeat(100)}`,
        "stat -c '%F %t:%T' /made/null /made/pipe",
        "stat -c %Y /made/first /made",
      ].join(";");
      expect(await inContainer(first, script)).toEqual([
        "/made/marked cap_setuid=ep",
        "/made/first 4750 7:8 2",
        "/made/second 4750 7:8 2",
        "first",
        "/anew/new",
        "file",
        "old",
        "bytes",
        "2",
        "3000004",
        "end",
        "long",
        "character special file 1:3",
        "fifo 0:0",
        "0",
        "0",
      ]);
    });

    it("are byte by byte the same when they are read from the disk of the engine", async ({
      skip,
    }) => {
      const id = await buildImage();
      try {
        const stored = await engine.stored(id, signal);
        if (stored === undefined) return skip("this engine's disk cannot be read");
        const read = await layOut("read", id, stored);
        expect(await layOut("saved", id)).toEqual(read);
        expect(await filesUnder(path.join(root, "saved"))).toEqual(
          await filesUnder(path.join(root, "read")),
        );
      } finally {
        await engine.removeImage(id);
      }
    });

    it("have the bytes of the capability as the kernel has them", async () => {
      const { diffIds } = await build("bytes");
      const found: string[] = [];
      for (const digest of new Set(diffIds)) {
        await using layer = await openFileWindow(blobFile(path.join(root, "bytes"), digest));
        const marked = valueOf(await readLayer(layer)).find(({ name }) => name === "made/marked");
        const value = marked?.records.get("SCHILY.xattr.security.capability");
        if (value !== undefined) found.push(Buffer.from(value, "latin1").toString("hex"));
      }
      // linux/capability.h: revision 2 and the effective bit; bit 7 is CAP_SETUID.
      expect(found).toEqual(["0100000280000000000000000000000000000000"]);
    });
  });
