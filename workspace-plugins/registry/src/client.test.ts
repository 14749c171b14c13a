import { buffer } from "node:stream/consumers";
import { digestOf } from "@slipway/signature";
import { describe, expect, test } from "vitest";
import { reset, serveOdd, status } from "../test/odd-registry.ts";
import { defaultRetryPolicy } from "./retry.ts";

const hello = { digest: digestOf("hello"), sizeBytes: 5 };
const readAll = async (chunks: AsyncIterable<Uint8Array>) => (await buffer(chunks)).toString();

describe("an answer", () => {
  test("404 is missing and nothing is asked twice", async () => {
    await using rig = await serveOdd([status(404)]);
    expect(await rig.registry.headManifest(rig.reference)).toEqual({ state: "missing" });
    expect(rig.asked).toEqual(["HEAD /v2/a/b/manifests/1"]);
  });

  test("a refusal is unknown, with status, method, url without query and what the registry said", async () => {
    const body = JSON.stringify({ errors: [{ code: "DENIED", message: "no\u001B[31m" }] });
    await using rig = await serveOdd([status(403, {}, body)]);
    expect(await rig.registry.getManifest(rig.reference)).toEqual({
      state: "unknown",
      failure: {
        reason: "registry-refused",
        method: "GET",
        url: `http://${rig.reference.registry}/v2/a/b/manifests/1`,
        status: 403,
        retryable: false,
        codes: ["DENIED"],
        detail: "no [31m",
      },
    });
  });

  test("5xx, 429 and a reset are asked again, and Retry-After is kept to", async () => {
    const named = status(200, { "docker-content-digest": hello.digest });
    await using rig = await serveOdd([
      status(503),
      status(429, { "retry-after": "3" }),
      reset,
      named,
    ]);
    const answer = await rig.registry.headManifest(rig.reference);
    expect(answer).toEqual({ state: "present", value: { digest: hello.digest } });
    expect(rig.asked.length).toBe(4);
    expect(rig.pauses[1]).toBe(3000);
  });

  test("it stays unknown when no try is left", async () => {
    await using rig = await serveOdd([status(500)]);
    const answer = await rig.registry.headManifest(rig.reference);
    expect(answer).toMatchObject({ state: "unknown", failure: { status: 500, retryable: true } });
    expect(rig.asked.length).toBe(4);
  });

  test("silence ends at the time limit", async () => {
    const retry = { ...defaultRetryPolicy, tries: 1 };
    await using rig = await serveOdd([() => {}], { timeoutMs: 50, retry });
    const answer = await rig.registry.headManifest(rig.reference);
    expect(answer).toMatchObject({ state: "unknown", failure: { reason: "registry-timeout" } });
  });

  test("a stop ends a request at once and no other is made", async () => {
    const stopping = new AbortController();
    await using rig = await serveOdd([() => stopping.abort()], { signal: stopping.signal });
    const answer = await rig.registry.headManifest(rig.reference);
    expect(answer).toMatchObject({ state: "unknown", failure: { reason: "registry-stopped" } });
    expect(rig.asked.length).toBe(1);
  });

  test("every request is counted", async () => {
    const questions: string[] = [];
    const counted = (question: string) => void questions.push(question);
    await using rig = await serveOdd([status(404)], { counted });
    await rig.registry.listTags(rig.reference);
    expect(questions).toEqual([`GET http://${rig.reference.registry}/v2/a/b/tags/list`]);
  });
});

describe("a blob", () => {
  test.for([
    ["other bytes", "jello", digestOf("jello")],
    ["more bytes", "hello and more", "too-long"],
    ["fewer bytes", "hell", digestOf("hell")],
  ])("with %s never ends well for its reader", async ([, body = "", actual]) => {
    await using rig = await serveOdd([status(200, {}, body)]);
    let finished = false;
    const answer = await rig.registry.readBlob(rig.reference, hello, async (chunks) => {
      await readAll(chunks);
      finished = true;
    });
    expect(answer).toMatchObject({ failure: { reason: "blob-mismatch", actual } });
    expect(finished).toBe(false);
  });
});

describe("an upload", () => {
  test.for([
    [
      "/v2/a/b/blobs/uploads/7",
      `/v2/a/b/blobs/uploads/7?digest=${encodeURIComponent(hello.digest)}`,
    ],
    ["/u?_state=a%3D~b", `/u?_state=a%3D~b&digest=${encodeURIComponent(hello.digest)}`],
  ])("to %s keeps the query it was given", async ([location = "", put]) => {
    await using rig = await serveOdd([status(404), status(202, { location }), status(201)]);
    const sent = await rig.registry.uploadBlob(rig.reference, hello.digest, new Blob(["hello"]));
    expect(sent).toEqual({ ok: true, value: "uploaded" });
    expect(rig.asked.at(-1)).toBe(`PUT ${put}`);
  });

  test("is not sent to another host", async () => {
    const foreign = status(202, { location: "http://127.0.0.2:1/steal?token=x" });
    await using rig = await serveOdd([status(404), foreign]);
    const sent = await rig.registry.uploadBlob(rig.reference, hello.digest, new Blob(["hello"]));
    expect(sent).toMatchObject({
      failure: { reason: "upload-location-foreign", location: "http://127.0.0.2:1/steal?…" },
    });
    expect(rig.asked.length).toBe(2);
  });

  test("that broke is begun again with the question whether it is there", async () => {
    const opened = status(202, { location: "/u/1" });
    await using rig = await serveOdd([status(404), opened, reset, status(200)]);
    const sent = await rig.registry.uploadBlob(rig.reference, hello.digest, new Blob(["hello"]));
    expect(sent).toEqual({ ok: true, value: "present" });
  });
});

describe("a manifest", () => {
  test("asked by digest is refused when other bytes come", async () => {
    await using rig = await serveOdd([status(200, {}, "{}")]);
    const pinned = { ...rig.reference, digest: hello.digest };
    expect(await rig.registry.getManifest(pinned)).toMatchObject({
      failure: { reason: "manifest-mismatch", actual: digestOf("{}") },
    });
  });

  test("without a digest in the answer to HEAD is read", async () => {
    await using rig = await serveOdd([status(200), status(200, {}, "{}")]);
    const answer = await rig.registry.headManifest(rig.reference);
    expect(answer).toMatchObject({ state: "present", value: { digest: digestOf("{}") } });
  });
});

test("tags are read page by page, and a page on another host is refused", async () => {
  const first = status(200, { link: '</v2/a/b/tags/list?last=x>; rel="next"' }, '{"tags":["x"]}');
  await using rig = await serveOdd([first, status(200, {}, '{"tags":["y"]}')]);
  expect(await rig.registry.listTags(rig.reference)).toEqual({
    state: "present",
    value: ["x", "y"],
  });
  const foreign = status(200, { link: '<http://127.0.0.2/x>; rel="next"' }, '{"tags":["x"]}');
  await using other = await serveOdd([foreign]);
  expect(await other.registry.listTags(other.reference)).toMatchObject({ state: "unknown" });
});
