import { buffer } from "node:stream/consumers";
import { digestOf } from "@slipway/signature";
import { describe, expect, test } from "vitest";
import { cutOff, reset, serveOdd, status } from "../test/odd-registry.ts";
import type { Reply } from "../test/odd-registry.ts";

const hello = { digest: digestOf("hello"), sizeBytes: 5 };
const length = { "content-length": "5" };
const readAll = async (chunks: AsyncIterable<Uint8Array>) => (await buffer(chunks)).toString();
const blobUrl = `/v2/a/b/blobs/${hello.digest}`;

describe("a download that breaks off", () => {
  test("is asked for from where it broke", async () => {
    const rest = status(206, { "content-range": "bytes 2-4/5" }, "llo");
    await using rig = await serveOdd([cutOff(200, length, "he"), rest]);
    const answer = await rig.registry.readBlob(rig.reference, hello, readAll);
    expect(answer).toEqual({ state: "present", value: "hello" });
    expect(rig.requests.map((request) => request.headers.range)).toEqual([undefined, "bytes=2-"]);
  });

  test("is taken up where a server sends all of it again", async () => {
    await using rig = await serveOdd([cutOff(200, length, "he"), status(200, {}, "hello")]);
    const answer = await rig.registry.readBlob(rig.reference, hello, readAll);
    expect(answer).toEqual({ state: "present", value: "hello" });
    expect(rig.asked).toEqual([`GET ${blobUrl}`, `GET ${blobUrl}`]);
  });

  test("goes on as long as something comes, and ends after so many tries in vain", async () => {
    const parts = [0, 1, 2, 3].map((at) =>
      cutOff(at === 0 ? 200 : 206, at === 0 ? length : range(at), "hello".charAt(at)),
    );
    await using rig = await serveOdd([...parts, reset, reset, status(206, range(4), "o")]);
    const answer = await rig.registry.readBlob(rig.reference, hello, readAll);
    expect(answer).toEqual({ state: "present", value: "hello" });
    await using dead = await serveOdd([cutOff(200, length, "he"), reset]);
    expect(await dead.registry.readBlob(dead.reference, hello, readAll)).toMatchObject({
      state: "unknown",
      failure: { reason: "registry-unreachable" },
    });
  });

  test("is refused where another part comes than was asked for, or other bytes", async () => {
    const first = cutOff(200, length, "he");
    await using rig = await serveOdd([first, status(206, range(1), "llo")]);
    expect(await rig.registry.readBlob(rig.reference, hello, readAll)).toMatchObject({
      failure: { reason: "response-invalid", problem: "range-invalid" },
    });
    await using other = await serveOdd([first, status(206, range(2), "LLO")]);
    expect(await other.registry.readBlob(other.reference, hello, readAll)).toMatchObject({
      failure: { reason: "blob-mismatch", actual: digestOf("heLLO") },
    });
  });
});

const range = (from: number) => ({ "content-range": `bytes ${from}-4/5` });

describe("a redirect", () => {
  const basic = { findCredential: async () => ({ ok: true, value: ada }) as const };
  const ada = { kind: "password", username: "ada", password: "engine" } as const;
  const challenge = status(401, { "www-authenticate": 'Basic realm="x"' });

  test("of a read is followed, and the credentials stay behind", async () => {
    await using storage = await serveOdd([status(200, {}, "hello")]);
    const location = `http://127.0.0.1:${storage.port}/storage?signature=1`;
    await using rig = await serveOdd([challenge, status(307, { location })], basic);
    const answer = await rig.registry.readBlob(rig.reference, hello, readAll);
    expect(answer).toEqual({ state: "present", value: "hello" });
    expect(rig.requests[1]?.headers.authorization).toMatch(/^Basic /);
    expect(storage.asked).toEqual(["GET /storage?signature=1"]);
    expect(storage.requests[0]?.headers.authorization).toBe(undefined);
  });

  test("to itself ends", async () => {
    await using rig = await serveOdd([status(302, { location: blobUrl })]);
    expect(await rig.registry.readBlob(rig.reference, hello, readAll)).toMatchObject({
      failure: { reason: "redirect-refused", problem: "too-many" },
    });
    expect(rig.asked.length).toBe(6);
  });

  test("of an upload is not followed", async () => {
    const away = status(307, { location: "/elsewhere" });
    await using rig = await serveOdd([status(404), away]);
    const sent = await rig.registry.uploadBlob(rig.reference, hello.digest, new Blob(["hello"]));
    expect(sent).toMatchObject({ failure: { reason: "registry-refused", status: 307 } });
  });
});

describe("an upload in pieces", () => {
  const opened = status(202, { location: "/u/1" });
  const options = { chunkBytes: 2 };
  const upload = async (replies: readonly Reply[]) => {
    await using rig = await serveOdd([status(404), ...replies], options);
    const sent = await rig.registry.uploadBlob(rig.reference, hello.digest, new Blob(["hello"]));
    const headers = rig.requests.map((request) => request.headers["content-range"]);
    return {
      sent,
      asked: rig.asked.slice(1),
      ranges: headers.filter((text) => text !== undefined),
    };
  };
  const took = (last: number, at: number) =>
    status(202, { location: `/u/${at}`, range: `0-${last}` });
  const put = `?digest=${encodeURIComponent(hello.digest)}`;

  test("goes where each answer says", async () => {
    const { sent, asked, ranges } = await upload([
      opened,
      took(1, 2),
      took(3, 3),
      took(4, 4),
      status(201),
    ]);
    expect(sent).toEqual({ ok: true, value: "uploaded" });
    expect(asked).toEqual([
      "POST /v2/a/b/blobs/uploads/",
      "PATCH /u/1",
      "PATCH /u/2",
      "PATCH /u/3",
      `PUT /u/4${put}`,
    ]);
    expect(ranges).toEqual(["0-1", "2-3", "4-4"]);
  });

  test("that breaks off goes on from what the registry has", async () => {
    const has = status(204, { range: "0-2", location: "/u/9" });
    const { sent, asked, ranges } = await upload([
      opened,
      took(1, 2),
      reset,
      has,
      took(4, 4),
      status(201),
    ]);
    expect(sent).toEqual({ ok: true, value: "uploaded" });
    expect(asked.slice(2)).toEqual(["PATCH /u/2", "GET /u/2", "PATCH /u/9", `PUT /u/4${put}`]);
    expect(ranges.at(-1)).toBe("3-4");
  });

  test("that the registry forgot is begun again", async () => {
    const again = [status(404), opened, took(1, 2), took(3, 3), took(4, 4), status(201)];
    const { sent } = await upload([opened, took(1, 2), reset, status(404), ...again]);
    expect(sent).toEqual({ ok: true, value: "uploaded" });
  });

  test("is sent whole where pieces are refused", async () => {
    const { sent, asked } = await upload([opened, status(405), opened, status(201)]);
    expect(sent).toEqual({ ok: true, value: "uploaded" });
    expect(asked.at(-1)).toBe(`PUT /u/1${put}`);
  });

  test("ends where the registry takes nothing of a piece", async () => {
    const { sent, asked } = await upload([opened, took(1, 2), took(1, 3)]);
    expect(sent).toMatchObject({ failure: { problem: "range-invalid" } });
    expect(asked.length).toBe(3);
  });
});

test("a blob that another repository has is asked for, and nothing is sent", async () => {
  await using rig = await serveOdd([status(404), status(201)]);
  const { reference, registry } = rig;
  const from = reference.repository;
  const sent = await registry.uploadBlob(reference, hello.digest, new Blob(["hello"]), from);
  expect(sent).toEqual({ ok: true, value: "mounted" });
  const query = new URLSearchParams({ mount: hello.digest, from }).toString();
  expect(rig.asked.at(-1)).toBe(`POST /v2/a/b/blobs/uploads/?${query}`);
});
