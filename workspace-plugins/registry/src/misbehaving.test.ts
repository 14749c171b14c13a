import { buffer } from "node:stream/consumers";
import { digestOf, ok } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  bomb,
  breaksAfter,
  drips,
  endless,
  hangs,
  hangsAfter,
  lost,
  resets,
  says,
  withBody,
  withHeaders,
} from "../test/faults.ts";
import { answer, serveMemory } from "../test/memory-registry.ts";
import type { Fault, MemoryRegistry } from "../test/memory-registry.ts";
import { openRegistry } from "./client.ts";
import type { RegistryOptions } from "./client.ts";
import { mediaTypes } from "./manifest.ts";
import { parseReference } from "./reference.ts";
import type { Reference } from "./reference.ts";
import { defaultRetryPolicy } from "./retry.ts";

const layer = Buffer.alloc(100_000, "layer");
const descriptor = { digest: digestOf(layer), sizeBytes: layer.byteLength };
const config = Buffer.from("{}");
const manifest = {
  mediaType: mediaTypes.dockerManifest,
  bytes: Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.dockerManifest,
      config: { digest: digestOf(config), size: config.byteLength },
      layers: [{ digest: descriptor.digest, size: descriptor.sizeBytes }],
    }),
  ),
};
const ada = { kind: "password", username: "ada", password: "engine" } as const;

let served: MemoryRegistry;
let pauses: number[];

beforeEach(async () => {
  served = await serveMemory();
  pauses = [];
});
afterEach(async () => served[Symbol.asyncDispose]());

const retry = { ...defaultRetryPolicy, pause: async (ms: number) => void pauses.push(ms) };
const open = (options: RegistryOptions = {}) => openRegistry({ retry, ...options });

function name(repository = "team/tool", host = served.host): Reference {
  const parsed = parseReference(`${host}/${repository}:1`);
  if (!parsed.ok) throw new Error(repository);
  return parsed.value;
}

/** The package is there, and nothing of how it came there is counted. */
async function published(): Promise<Reference> {
  const registry = openRegistry();
  for (const blob of [config, layer]) {
    const sent = await registry.uploadBlob(name(), digestOf(blob), new Blob([blob]));
    if (!sent.ok) throw new Error(JSON.stringify(sent.failure));
  }
  expect(await registry.putManifest(name(), manifest)).toMatchObject({ ok: true });
  forgetQuestions();
  return name();
}

const questions = () => served.asked.slice(seen);
let seen = 0;
const forgetQuestions = () => {
  seen = served.asked.length;
};
beforeEach(() => {
  seen = 0;
});

const read = async (options: RegistryOptions = {}) =>
  open(options).readBlob(await published(), descriptor, async (chunks) => buffer(chunks));
const whole = { state: "present", value: layer };
const upload = async (options: RegistryOptions = {}) =>
  open(options).uploadBlob(name(), descriptor.digest, new Blob([layer]));
/** What the registry has of the layer now, by its own word. */
const landed = () => openRegistry().headBlob(name(), descriptor.digest);
const there = { state: "present", value: { sizeBytes: layer.byteLength } };

describe("a registry that is busy", () => {
  test("is asked again after as many seconds as it says", async () => {
    served.misbehave(/GET .*blobs/, says(429, { "retry-after": "3" }), 1);
    expect(await read()).toEqual(whole);
    expect(pauses).toEqual([3000]);
  });

  test("is asked again at the time that it says, by its own clock", async () => {
    const date = "Fri, 20 Nov 2026 10:00:00 GMT";
    const later = "Fri, 20 Nov 2026 10:00:07 GMT";
    served.misbehave(/GET .*blobs/, says(503, { date, "retry-after": later }), 1);
    expect(await read()).toEqual(whole);
    expect(pauses).toEqual([7000]);
  });

  test("is asked again soon where it says nothing, or what cannot be read, or a time that is past", async () => {
    const past = "Fri, 20 Nov 2020 10:00:07 GMT";
    const texts = [{}, { "retry-after": "soon" }, { "retry-after": past }];
    for (const headers of texts) served.misbehave(/GET .*blobs/, says(503, headers), 1);
    expect(await read()).toEqual(whole);
    expect(pauses.length).toBe(3);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(800);
  });

  test("is not waited for longer than a minute: the failure says how long it asks for", async () => {
    served.misbehave(/GET .*blobs/, says(429, { "retry-after": "3600" }));
    expect(await read()).toMatchObject({
      state: "unknown",
      failure: { reason: "registry-refused", status: 429, retryAfterMs: 3_600_000 },
    });
    expect(questions().length).toBe(1);
  });

  test("is given up after four tries", async () => {
    served.misbehave(/GET .*blobs/, says(503));
    expect(await read()).toMatchObject({ state: "unknown", failure: { status: 503 } });
    expect(questions().length).toBe(4);
  });
});

describe("a download", () => {
  test.for([
    ["that is reset before its first byte", resets],
    ["that is reset in the middle", breaksAfter(70_000)],
    ["that promises more than it sends", withHeaders({ "content-length": "400000" })],
    ["that hangs before its headers", hangs],
    ["that hangs in the middle", hangsAfter(70_000)],
    ["whose refusal is reset in the middle", resetRefusal],
  ] as const)("%s comes whole at the next try", async ([, fault]) => {
    served.misbehave(/GET .*blobs/, fault, 1);
    expect(await read({ timeoutMs: 200 })).toEqual(whole);
    expect(questions().length).toBe(2);
  });

  test.for([
    ["shorter than it should be", withBody((body) => body.subarray(0, 70_000)), 70_000],
    ["longer than it should be", withBody((body) => Buffer.concat([body, body])), undefined],
    ["other than it should be", withBody((body) => Buffer.alloc(body.byteLength)), 100_000],
  ] as const)("that is %s is refused, and not asked for again", async ([, fault, bytes]) => {
    served.misbehave(/GET .*blobs/, fault);
    expect(await read()).toMatchObject({
      state: "unknown",
      failure: {
        reason: "blob-mismatch",
        expected: descriptor.digest,
        ...(bytes === undefined ? { actual: "too-long" } : { actualBytes: bytes }),
      },
    });
    expect(questions().length).toBe(1);
  });

  test("without an end is cut off soon after the size that was to come", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    served.misbehave(/GET .*blobs/, endless(200, resolve));
    expect(await read()).toMatchObject({ failure: { reason: "blob-mismatch" } });
    expect(await promise).toBeLessThan(20_000_000);
  });

  test("that comes packed, though that was not asked for, is not unpacked", async () => {
    served.misbehave(/GET .*blobs/, bomb(200_000_000));
    expect(await read()).toMatchObject({
      failure: { reason: "response-invalid", problem: "encoding-unasked" },
    });
  });

  test("that drips is ended at the time limit, though it is never silent so long", async () => {
    served.misbehave(/GET .*blobs/, drips(20), 1);
    expect(await read({ timeoutMs: 200 })).toEqual(whole);
  });

  test("that breaks off after each byte is given up, though something always comes", async () => {
    served.misbehave(/GET .*blobs/, (reply, response, request) => {
      breaksAfter(1)(reply, response, request);
    });
    expect(await read()).toMatchObject({
      state: "unknown",
      failure: { reason: "registry-unreachable" },
    });
    expect(questions().length).toBeLessThanOrEqual(500);
  });

  test("takes up where it broke, however many at one time break", async () => {
    await published();
    served.misbehave(/GET .*blobs/, breaksAfter(70_000), 4);
    const registry = open({ parallel: 2 });
    const reads = Array.from({ length: 4 }, () =>
      registry.readBlob(name(), descriptor, async (chunks) => buffer(chunks)),
    );
    expect(await Promise.all(reads)).toEqual([whole, whole, whole, whole]);
  });
});

/** A refusal whose words do not come whole. */
function resetRefusal(...[, response, request]: Parameters<Fault>): void {
  response.writeHead(503, { "content-length": "100" }).write("{");
  setImmediate(() => request.socket.destroy());
}

describe("a redirect of a blob to another host", () => {
  const guarded =
    (to: string) =>
    (...[, response, request]: Parameters<Fault>) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      } else response.writeHead(307, { location: to }).end();
    };

  test("is followed without the credentials", async () => {
    await using storage = await serveMemory();
    storage.misbehave(/storage/, (_reply, response) => void response.end(layer));
    served.misbehave(/GET .*blobs/, guarded(`http://${storage.host}/storage?signature=1`));
    const findCredential = async () => ok(ada);
    expect(await read({ findCredential })).toEqual(whole);
    expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("that asks there for credentials gets none, and sends nobody to a token server", async () => {
    await using thief = await serveMemory();
    const challenges = [`Bearer realm="http://${thief.host}/token"`, 'Basic realm="x"'];
    for (const challenge of challenges) {
      await using storage = await serveMemory();
      storage.misbehave(/storage/, says(401, { "www-authenticate": challenge }));
      served.misbehave(/GET .*blobs/, says(307, { location: `http://${storage.host}/storage` }), 1);
      const looked: string[] = [];
      const findCredential = async (host: string) => {
        looked.push(host);
        return ok(ada);
      };
      expect(await read({ findCredential })).toMatchObject({
        state: "unknown",
        failure: { reason: "registry-refused", status: 401 },
      });
      expect(looked).toEqual([]);
    }
    expect(thief.asked).toEqual([]);
  });

  test("that names a user there goes without", async () => {
    await using storage = await serveMemory();
    storage.misbehave(/storage/, (_reply, response) => void response.end(layer));
    served.misbehave(
      /GET .*blobs/,
      says(307, { location: `http://eve:secret@${storage.host}/storage` }),
    );
    expect(await read()).toEqual(whole);
    expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test.for([
    ["in a ring", says(302, { location: "/v2/" }), "redirect-refused"],
    ["to no place", says(302), "registry-refused"],
    ["to what is no page", says(302, { location: "data:text/plain,x" }), "redirect-refused"],
  ] as const)("%s ends with a failure", async ([, fault, reason]) => {
    served.misbehave(/GET /, fault);
    expect(await read()).toMatchObject({ state: "unknown", failure: { reason } });
  });
});

describe("an upload", () => {
  test.for([
    ["relative", (id: string) => id],
    ["absolute", (id: string) => `http://${served.host}/v2/team/tool/blobs/uploads/${id}`],
    ["a path", (id: string) => `/v2/team/tool/blobs/uploads/${id}`],
    ["with a query", (id: string) => `/v2/team/tool/blobs/uploads/${id}?_state=a%2Bb~`],
    ["with a user", (id: string) => `http://eve:x@${served.host}/v2/team/tool/blobs/uploads/${id}`],
  ] as const)("goes to a location that is %s", async ([, location]) => {
    served.misbehave(/POST/, withHeaders({ location: location("1") }), 1);
    expect(await upload()).toEqual({ ok: true, value: "uploaded" });
    expect(await landed()).toEqual(there);
    expect(served.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test.for([
    ["to another host", { location: "http://127.0.0.2:9/take" }, "upload-location-foreign"],
    ["to another scheme", { location: "ftp://127.0.0.1/take" }, "upload-location-foreign"],
    ["to no location", { location: undefined }, "response-invalid"],
    ["to what is no location", { location: "http://" }, "response-invalid"],
  ] as const)("that is sent %s sends nothing", async ([, headers, reason]) => {
    served.misbehave(/POST/, withHeaders(headers));
    expect(await upload()).toMatchObject({ ok: false, failure: { reason } });
    expect(questions().map((question) => question.split(" ")[0])).toEqual(["HEAD", "POST"]);
  });

  test.for([
    ["resets", resets],
    ["refuses for now", says(503)],
    ["hangs", hangs],
  ] as const)("that the registry %s is done again", async ([, fault]) => {
    served.misbehave(/PUT/, fault, 1);
    expect(await upload({ timeoutMs: 500 })).toEqual({ ok: true, value: "uploaded" });
    expect(await landed()).toEqual(there);
  });

  test.for([
    ["resets", resets],
    ["refuses for now", says(503)],
    ["hangs", hangs],
  ] as const)("that the registry took before it %s is not sent twice", async ([, fault]) => {
    served.misbehave(/PUT/, lost(fault), 1);
    expect(await upload({ timeoutMs: 500 })).toEqual({ ok: true, value: "present" });
    expect(questions().filter((question) => question.startsWith("PUT")).length).toBe(1);
  });

  test("of a blob that the registry has with another size is sent anew", async () => {
    await published();
    served.misbehave(/HEAD .*blobs/, withHeaders({ "content-length": "70000" }), 1);
    expect(await upload()).toEqual({ ok: true, value: "uploaded" });
  });

  test("in pieces ends where the registry forgets again and again what it had", async () => {
    let patches = 0;
    served.misbehave(/PATCH/, (reply, response, request) => {
      patches += 1;
      if (patches % 2 === 0) return request.socket.destroy();
      const { location = "" } = reply().headers;
      return void response.writeHead(202, { location, range: "0-69999" }).end();
    });
    served.misbehave(/GET .*uploads/, (reply, response) => {
      const { location = "" } = reply().headers;
      response.writeHead(204, { location, range: "0-0" }).end();
    });
    const sent = await upload({ chunkBytes: 70_000 });
    expect(sent).toMatchObject({ ok: false, failure: { reason: "registry-unreachable" } });
    expect(patches).toBeLessThan(50);
  });
});

describe("a token server", () => {
  const challenge = (to: string) => ({ "www-authenticate": `Bearer realm="http://${to}/token"` });

  /** Tokens come from `tokens`; the registry takes those that `takes` says of. */
  async function behindTokens(
    takes: (header: string | undefined) => boolean,
    token: Fault,
    options: RegistryOptions = {},
  ) {
    const tokens = await serveMemory();
    tokens.misbehave(/token/, token);
    await published();
    served.misbehave(/./, (reply, response, request) => {
      if (takes(request.headers.authorization)) {
        answer(reply(), response);
      } else response.writeHead(401, challenge(tokens.host)).end();
    });
    return {
      registry: open({ timeoutMs: 200, ...options }),
      asked: tokens.asked,
      misbehave: tokens.misbehave,
      [Symbol.asyncDispose]: tokens[Symbol.asyncDispose],
    };
  }

  const gives = (token: string): Fault => says(200, {}, JSON.stringify({ token, expires_in: 300 }));

  test.for([
    ["fails", says(500), "registry-refused"],
    ["hangs", hangs, "registry-timeout"],
    ["resets", resets, "registry-unreachable"],
    ["refuses", says(403), "registry-refused"],
    ["gives no token", says(200, {}, "{}"), "response-invalid"],
    ["gives a page", says(200, {}, "<html>"), "response-invalid"],
    ["gives a token of two lines", gives("a\r\nb"), "response-invalid"],
    ["gives a bomb", bomb(100_000_000), "response-invalid"],
  ] as const)("that %s ends the request with a failure", async ([, token, reason]) => {
    await using rig = await behindTokens(() => false, token);
    const result = await rig.registry.getManifest(name());
    expect(result).toMatchObject({ state: "unknown", failure: { reason } });
    const tries = "retryable" in (result as { failure: object }).failure ? 4 : 1;
    expect(rig.asked.length).toBeLessThanOrEqual(tries);
  });

  test("is asked once however many requests begin at one time, and none waits for another's place", async () => {
    await using rig = await behindTokens((header) => header === "Bearer one", gives("one"), {
      parallel: 2,
    });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => rig.registry.headManifest(name())),
    );
    expect(answers.map(({ state }) => state)).toEqual(Array(6).fill("present"));
    expect(rig.asked.length).toBe(1);
  });

  test("on this machine is not asked for a registry elsewhere", async () => {
    await using tokens = await serveMemory();
    await published();
    served.misbehave(/./, says(401, challenge(tokens.host)));
    // Another address of the same server, which is not taken for this machine's own.
    const host = served.host.replace("127.0.0.1", "0.0.0.0");
    const elsewhere = name("team/tool", host);
    const registry = open({ plainHosts: new Set([elsewhere.registry]) });
    expect(await registry.getManifest(elsewhere)).toMatchObject({
      state: "unknown",
      failure: { reason: "response-invalid", problem: "realm-insecure" },
    });
    expect(tokens.asked).toEqual([]);
  });

  test("that is named with a user is asked without", async () => {
    await using tokens = await serveMemory();
    tokens.misbehave(/token/, gives("one"));
    await published();
    served.misbehave(/./, (reply, response, request) => {
      if (request.headers.authorization === "Bearer one") answer(reply(), response);
      else response.writeHead(401, challenge(`eve:secret@${tokens.host}`)).end();
    });
    expect(await open().getManifest(name())).toMatchObject({ state: "present" });
    expect(tokens.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("whose tokens are never taken is not asked in a ring", async () => {
    await using rig = await behindTokens(() => false, gives("one"));
    expect(await rig.registry.getManifest(name())).toMatchObject({
      state: "unknown",
      failure: { reason: "registry-refused", status: 401 },
    });
    expect(rig.asked.length).toBe(1);
    expect(questions().length).toBe(2);
  });

  test("gives another token when one ends in the middle of an upload", async () => {
    let given = 0;
    let taken = 0;
    // Each token is good for three requests.
    await using rig = await behindTokens(
      (header) => {
        if (header !== `Bearer t${given}`) return false;
        taken += 1;
        if (taken % 3 === 0) given += 1;
        return true;
      },
      (reply, response, request) => gives(`t${given}`)(reply, response, request),
    );
    const blob = Buffer.alloc(500_000, "other");
    const piecewise = openRegistry({ retry, chunkBytes: 60_000 });
    const sent = await piecewise.uploadBlob(name(), digestOf(blob), new Blob([blob]));
    expect(sent).toEqual({ ok: true, value: "uploaded" });
    expect(rig.asked.length).toBeGreaterThan(2);
  });
});

describe("a manifest", () => {
  test.for([
    ["of more than 4 MiB", withBody(() => Buffer.alloc(5_000_000, " ")), "response-invalid"],
    ["without an end", endless(200, () => {}), "response-invalid"],
    ["that unpacks into a bomb", bomb(200_000_000), "response-invalid"],
    ["that was cut short", withBody((body) => body.subarray(0, 20)), "manifest-mismatch"],
    ["of other bytes", withBody(() => Buffer.from("{}")), "manifest-mismatch"],
  ] as const)("%s is refused", async ([, fault, reason]) => {
    await published();
    served.misbehave(/GET .*manifests/, fault);
    expect(await open().getManifest(name())).toMatchObject({
      state: "unknown",
      failure: { reason },
    });
    expect(questions().length).toBe(1);
  });

  test.for([
    ["is reset in the middle", breaksAfter(20)],
    ["hangs in the middle", hangsAfter(20)],
  ] as const)("that %s comes whole at the next try", async ([, fault]) => {
    await published();
    served.misbehave(/GET .*manifests/, fault, 1);
    expect(await open({ timeoutMs: 200 }).getManifest(name())).toMatchObject({
      state: "present",
      value: { digest: digestOf(manifest.bytes), bytes: manifest.bytes },
    });
  });

  test("that the registry took for another is told", async () => {
    await published();
    served.misbehave(/PUT/, withHeaders({ "docker-content-digest": digestOf("other") }));
    expect(await open().putManifest(name(), manifest)).toMatchObject({
      failure: { reason: "manifest-mismatch", actual: digestOf("other") },
    });
  });
});

describe("pages of tags", () => {
  const page = (tags: readonly string[], next?: string): Fault =>
    says(
      200,
      next === undefined ? {} : { link: `<${next}>; rel="next"` },
      JSON.stringify({ name: "team/tool", tags }),
    );

  test.for([
    ["that lead to themselves", "/v2/team/tool/tags/list"],
    ["that lead to themselves by another writing", "/v2/team/../team/tool/tags/list"],
  ] as const)("%s are refused at once", async ([, next]) => {
    served.misbehave(/tags/, page(["a"], next));
    expect(await open().listTags(name())).toMatchObject({
      state: "unknown",
      failure: { reason: "response-invalid", problem: "next-page-seen" },
    });
    expect(questions().length).toBe(1);
  });

  test("that go round in a ring are refused when they come round", async () => {
    served.misbehave(/list$/, page(["a"], "/v2/team/tool/tags/list?last=a"));
    served.misbehave(/last=a/, page(["b"], "/v2/team/tool/tags/list?last=b"));
    served.misbehave(/last=b/, page(["c"], "/v2/team/tool/tags/list?last=a"));
    expect(await open().listTags(name())).toMatchObject({
      failure: { reason: "response-invalid", problem: "next-page-seen" },
    });
    expect(questions().length).toBe(3);
  });

  test("without an end are refused when there are too many tags", async () => {
    let at = 0;
    served.misbehave(/tags/, (reply, response, request) => {
      at += 1;
      const tags = Array.from({ length: 20_000 }, (_, index) => `t${at}-${index}`);
      page(tags, `/v2/team/tool/tags/list?last=${at}`)(reply, response, request);
    });
    expect(await open().listTags(name())).toMatchObject({
      failure: { reason: "response-invalid", problem: "tags-too-many" },
    });
    expect(questions().length).toBeLessThan(20);
  });

  test("without an end are refused when there are too many pages, though they hold nothing", async () => {
    let at = 0;
    served.misbehave(/tags/, (reply, response, request) => {
      at += 1;
      page([], `/v2/team/tool/tags/list?last=${at}`)(reply, response, request);
    });
    expect(await open().listTags(name())).toMatchObject({
      failure: { reason: "response-invalid", problem: "tags-too-many" },
    });
  });

  test("with what is no tag are refused", async () => {
    served.misbehave(/tags/, page(["1", "a\u001B[31m"]));
    expect(await open().listTags(name())).toMatchObject({
      failure: { reason: "response-invalid", problem: "tags-invalid" },
    });
  });

  test("are read to the last where they have one", async () => {
    await published();
    const registry = open();
    for (const tag of ["2", "3", "4"]) {
      const reference = parseReference(`${served.host}/team/tool:${tag}`);
      if (reference.ok) await registry.putManifest(reference.value, manifest);
    }
    served.misbehave(/list$/, page(["1"], "/v2/team/tool/tags/list?n=1&last=1"));
    expect(await registry.listTags(name())).toEqual({
      state: "present",
      value: ["1", "2", "3", "4"],
    });
  });
});
