import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { Digest } from "@slipway/signature";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../test/engines.ts";
import { packMembers, unpackArchive } from "./archive.ts";
import type { Member } from "./archive.ts";
import { accessMembers, proxyArguments, proxyVariables } from "./build-access.ts";
import { openEngine } from "./engine.ts";
import type { Engine } from "./engine-port.ts";

const signal = new AbortController().signal;
const repositoryRoot = path.join(import.meta.dirname, "..", "..", "..");
const base = "slipway-test/steps:base";

const bash = '#!/bin/sh\nexec /bin/sh "$@"\n';
const baseDockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "/bin"]
COPY bash /bin/bash
`;
const installer =
  'echo "installing $AGENT_VERSION"; mkdir -p /opt; echo "$AGENT_VERSION" > /opt/version\n';

function text(name: string, content: string, executable = false): Member {
  return { name, executable, bytes: Buffer.from(content) };
}

/** Of every file, layers that are compressed unpacked. */
async function textsBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const bytes = await readFile(path.join(entry.parentPath, entry.name));
      const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return (isCompressed ? gunzipSync(bytes) : bytes).toString("latin1");
    }),
  );
}

for (const { name, title, start, absent } of engines)
  describe.skipIf(absent !== undefined)(`with ${title}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let engine: Engine;
    let folder: string;
    const built = new Set<Digest>();

    beforeAll(async () => {
      server = await start();
      const opened = await openEngine({ ...server, counted: () => undefined, signal });
      if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
      engine = opened.value;
      folder = await mkdtemp(path.join(os.tmpdir(), "slipway-steps-"));
      const busybox = { name: "busybox", executable: true, bytes: await readFile("/bin/busybox") };
      await build([busybox, text("bash", bash, true)], { dockerfile: baseDockerfile, tag: base });
    });

    afterAll(async () => {
      for (const id of built) await engine.removeImage(id, { force: true });
      engine[Symbol.dispose]();
      await server[Symbol.asyncDispose]?.();
      await rm(folder, { recursive: true });
    });

    type Build = {
      readonly dockerfile: string;
      readonly tag?: string;
      readonly buildArgs?: Readonly<Record<string, string>>;
    };

    async function build(members: readonly Member[], { dockerfile, tag, buildArgs = {} }: Build) {
      const logFile = path.join(folder, "build.log");
      const answer = await engine.build({
        context: packMembers([...members, text("Dockerfile", dockerfile)]),
        dockerfile: "Dockerfile",
        buildArgs,
        labels: { "dev.slipway.test": "steps" },
        networkMode: "none",
        logFile,
        signal,
        timeoutMs: 60_000,
        ...(tag === undefined ? {} : { tag }),
      });
      if (!answer.ok) throw new Error(JSON.stringify(answer.failure));
      built.add(answer.value);
      return { id: answer.value, log: (await readFile(logFile, "utf8")).split("\n") };
    }

    /** By the Dockerfile of every agent. */
    async function buildAgent(options: {
      readonly version: string;
      readonly install?: string;
      readonly caBundle?: string;
      readonly proxies?: Readonly<Record<string, string>>;
    }) {
      const { version, install = installer, caBundle, proxies = {} } = options;
      const file = path.join(repositoryRoot, "infra/images/agent.Dockerfile");
      const access = { caBundle, npmRegistry: "http://localhost:4873/", proxies };
      return build([text("definition/install.sh", install), ...(await accessMembers(access))], {
        dockerfile: await readFile(file, "utf8"),
        buildArgs: {
          ...proxyArguments(access),
          BASE_IMAGE: base,
          AGENT: "steps",
          AGENT_VERSION: version,
        },
      });
    }

    /** Of all that the engine saves of an image. */
    async function textsOf(id: Digest): Promise<readonly string[]> {
      const saved = await engine.save(id, signal);
      if (!saved.ok) throw new Error(JSON.stringify(saved.failure));
      const place = await mkdtemp(path.join(folder, "saved-"));
      await unpackArchive(saved.value, place);
      return textsBelow(place);
    }

    const foundIn = (log: readonly string[]): string =>
      log.find((line) => line.startsWith("found: ")) ?? "nothing was said";

    const cachedSteps = (log: readonly string[]): readonly string[] =>
      log.filter((line) => line.endsWith(": cached"));

    it("another version is installed, the same one is not installed again", async () => {
      const run = String(process.hrtime.bigint());
      const first = await buildAgent({ version: `1.${run}` });
      expect(first.log).toContain(`installing 1.${run}`);
      const again = await buildAgent({ version: `1.${run}` });
      // Podman does not see what changes in mounted files, so it is never asked to remember.
      const isRemembered = name === "Docker";
      expect(again.log.includes(`installing 1.${run}`)).toBe(!isRemembered);
      expect(cachedSteps(again.log).filter((line) => line.includes("install.sh"))).toHaveLength(
        isRemembered ? 1 : 0,
      );
      const second = await buildAgent({ version: `2.${run}` });
      expect(second.log).toContain(`installing 2.${run}`);
    });

    it("another install.sh is run, on the layers that are there", async () => {
      const run = String(process.hrtime.bigint());
      await buildAgent({ version: run });
      const other = await buildAgent({ version: run, install: `${installer}echo otherwise\n` });
      expect(other.log).toContain("otherwise");
      const below = await engine.image(base);
      const above = await engine.image(other.id);
      const layers = below.ok && below.value !== undefined ? below.value.diffIds : [];
      expect(layers).toHaveLength(3);
      expect(above.ok && above.value?.diffIds.slice(0, 3)).toEqual(layers);
      const again = await build(
        [
          { name: "busybox", executable: true, bytes: await readFile("/bin/busybox") },
          text("bash", `${bash}# ${run}\n`, true),
        ],
        { dockerfile: baseDockerfile },
      );
      expect(cachedSteps(again.log)).toHaveLength(name === "Docker" ? 2 : 0);
    });

    it("what npm downloads is there for the next build by its digest alone, and the image has nothing of it", async () => {
      const run = String(process.hrtime.bigint());
      const content = `content-v2/sha512/${run}`;
      const install = [
        'cd "$npm_config_cache/_cacache"',
        `echo "found: $(ls ${content} index-v5 2>&1)" | tr '\\n' ' '`,
        `mkdir -p ${content} && echo ${run} > ${content}/package && echo ${run} > index-v5/${run}`,
        "",
      ].join("\n");
      const first = await buildAgent({ version: `1.${run}`, install });
      expect(foundIn(first.log)).not.toContain("package");
      const second = await buildAgent({ version: `2.${run}`, install });
      expect(foundIn(second.log)).toContain("package");
      expect(foundIn(second.log)).not.toMatch(new RegExp(`index-v5:.*${run}`));
      expect(await textsOf(second.id)).not.toContainEqual(
        expect.stringContaining(`${run}/package`),
      );
      const clean = {
        version: `3.${run}`,
        install: `rm -r "$npm_config_cache/_cacache/${content}"\n`,
      };
      await buildAgent(clean);
    });

    it("steps see proxies and the CA bundle, and nothing of the image holds them", async () => {
      const run = String(process.hrtime.bigint());
      const caBundle = path.join(folder, "ca.pem");
      await writeFile(caBundle, `certificate of ca-${run}\n`);
      const proxies = proxyVariables({
        HTTP_PROXY: `http://ann:word@a-${run}.example:1`,
        https_proxy: `http://b-${run}.example:2`,
        ALL_PROXY: `http://c-${run}.example:3`,
        NO_PROXY: `d-${run}.example`,
      });
      const install = `env; echo "bundle: $(cat "$SSL_CERT_FILE")"; echo made > /opt-file\n`;
      const { id, log } = await buildAgent({ version: run, install, caBundle, proxies });
      for (const [variable, value] of Object.entries(proxies)) {
        const slash = variable.toUpperCase() === "ALL_PROXY" ? "/" : "";
        expect(log).toContain(`${variable}=${value}${slash}`);
      }
      expect(log).toContain(`bundle: certificate of ca-${run}`);
      const texts = await textsOf(id);
      expect(texts.some((one) => one.includes("opt-file"))).toBe(true);
      const secrets = [/\b[abcd]-\d+\.example/, /ann:word/, new RegExp(`ca-${run}`)];
      expect(secrets.filter((secret) => texts.some((one) => secret.test(one)))).toEqual([]);
    });
  });
