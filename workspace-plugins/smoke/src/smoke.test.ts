import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { digestOf } from "@slipway/signature";
import type { SealedContainer } from "./seal.ts";
import { definition, fakeRunner, openReadyRig, openRig } from "./test/rig.ts";
import type { Answer } from "./test/rig.ts";

const honest = fakeRunner((_container, inputs) => ({
  outputs: { "out/result.txt": `${inputs["src/a.txt"]}done\n` },
}));

/** What a smoke of that container fails with; it must leave no transcript. */
async function failureOf(work: (container: SealedContainer) => Answer, text = definition) {
  await using rig = await openReadyRig();
  await rig.write("boot/smoke.yml", text);
  const result = await rig.smoke(fakeRunner(work));
  expect(existsSync(rig.places.transcript)).toBe(false);
  return result.ok ? undefined : result.failure;
}

describe("runSmoke", () => {
  it("leaves a transcript that verifies when both runs agree", async () => {
    await using rig = await openReadyRig();
    expect(await rig.smoke(honest)).toMatchObject({
      ok: true,
      value: { state: "done", cause: "smoke-passed", facts: { inputs: 1, outputs: 1 } },
    });
    expect(await readFile(`${rig.places.outputs}/out/result.txt`, "utf8")).toBe("alpha\ndone\n");
    expect(await rig.verify()).toMatchObject({ ok: true, value: { cause: "transcript-verified" } });
  });

  it("makes the same claims on another run and with another key", async () => {
    const digests: string[] = [];
    for (const _ of [1, 2]) {
      await using rig = await openReadyRig();
      await rig.smoke(honest);
      digests.push(await readFile(rig.places.receipt, "utf8"));
    }
    expect(digests[0]).toBe(digests[1]);
  });

  it("puts exactly the declared files into the container", async () => {
    await using rig = await openReadyRig();
    await rig.write("boot/src/b.txt", "beta");
    await rig.write("boot/other.txt", "undeclared");
    const seen: string[] = [];
    await rig.smoke(
      fakeRunner((_container, inputs) => {
        seen.push(Object.keys(inputs).join(" "));
        return { outputs: { out: "" } };
      }),
    );
    expect(seen).toEqual(["src/a.txt src/b.txt", "src/b.txt src/a.txt"]);
  });

  it("asks for a sealed container of the image id", async () => {
    await using rig = await openReadyRig();
    const asked: SealedContainer[] = [];
    await rig.smoke(
      fakeRunner((container) => {
        asked.push(container);
        return { outputs: { out: "" } };
      }),
    );
    expect(asked[0]).toMatchObject({
      image: digestOf("an image"),
      network: "none",
      readOnlyRoot: true,
      dropCapabilities: ["ALL"],
      noNewPrivileges: true,
      user: "65532:65532",
      command: ["run", "it"],
    });
  });

  it("names the file and the byte that two runs do not agree on, and keeps both versions", async () => {
    await using rig = await openReadyRig();
    const result = await rig.smoke(
      fakeRunner(({ environment }) => ({
        outputs: { "out/a": "same", "out/b": `zone ${environment["TZ"]}` },
      })),
    );
    expect(result).toEqual({
      ok: false,
      failure: {
        reason: "not-reproducible",
        file: "out/b",
        difference: "content",
        offset: 8,
        first: '"zone XXX-14"',
        second: '"zone XXX+12"',
      },
    });
    expect(await readFile(`${rig.places.differing}/second/out/b`, "utf8")).toBe("zone XXX+12");
    expect(existsSync(rig.places.transcript)).toBe(false);
  });

  it("takes an earlier transcript away when a run fails", async () => {
    await using rig = await openReadyRig();
    await rig.smoke(honest);
    await rig.smoke(fakeRunner(() => ({ facts: { status: "1" } })));
    expect(existsSync(rig.places.transcript)).toBe(false);
    expect(await rig.verify()).toMatchObject({ failure: { reason: "transcript-missing" } });
  });

  it("refuses to run without a key", async () => {
    await using rig = await openRig();
    const result = await rig.smoke(fakeRunner(() => expect.unreachable()));
    expect(result).toMatchObject({ ok: false, failure: { reason: "signing-key-missing" } });
  });

  it("refuses to run an image that has not been built, or one of several", async () => {
    await using rig = await openRig();
    await rig.initKeys();
    expect(await rig.smoke(honest)).toMatchObject({ failure: { reason: "smoke-image-missing" } });
    await rig.writeReceipt(digestOf("a"), "alpine");
    await rig.writeReceipt(digestOf("b"), "debian");
    expect(await rig.smoke(honest)).toMatchObject({
      failure: { reason: "smoke-image-ambiguous", bases: ["alpine", "debian"] },
    });
  });

  it("tells a failed command with its exit code and last words", async () => {
    expect(await failureOf(() => ({ facts: { status: "7" }, stderr: "one\ntwo\n" }))).toMatchObject(
      {
        reason: "smoke-command-failed",
        run: "first",
        exitCode: 7,
        output: ["one", "two"],
      },
    );
  });

  it("does not take output without its last words for success", async () => {
    expect(await failureOf(() => ({ lastWords: "" }))).toMatchObject({
      reason: "smoke-output-truncated",
    });
    expect(await failureOf(() => ({ exit: { outputIsWhole: false } }))).toMatchObject({
      reason: "smoke-output-truncated",
    });
  });

  it("does not take a killed child for success, though the exit code is 0", async () => {
    expect(await failureOf(() => ({ exit: { oomKilled: true } }))).toMatchObject({
      reason: "smoke-out-of-memory",
    });
  });

  it("fails when a control says that the seal is not there, or does not answer", async () => {
    expect(await failureOf(() => ({ facts: { interfaces: "lo eth0" } }))).toEqual({
      reason: "seal-broken",
      run: "first",
      control: "interfaces",
      expected: "lo",
      found: "lo eth0",
    });
    expect(await failureOf(() => ({ facts: { writeToWork: "no" } }))).toMatchObject({
      control: "writeToWork",
    });
  });

  it("fails when an output is missing or no regular file", async () => {
    expect(await failureOf(() => ({ facts: { missing: "out" } }))).toMatchObject({
      reason: "smoke-output-missing",
      path: "out",
    });
    expect(await failureOf(() => ({ outputs: { "../out": "" } }))).toMatchObject({
      reason: "smoke-output-refused",
      detail: "its name leaves the folder",
    });
  });

  it("compares with golden digests", async () => {
    const text = `${definition}golden: { out: "${digestOf("expected")}" }\n`;
    expect(await failureOf(() => ({ outputs: { out: "found" } }), text)).toEqual({
      reason: "golden-differs",
      file: "out",
      expected: digestOf("expected"),
      found: digestOf("found"),
    });
  });

  it("tells every problem of smoke.yml at once", async () => {
    const failure = await failureOf(
      () => expect.unreachable(),
      "image: codex\ncommand: []\noutputs: [../x, 'a/**']\nspeed: 1\n",
    );
    expect(failure).toMatchObject({ reason: "definition-invalid" });
    const problems = failure?.reason === "definition-invalid" ? failure.problems : [];
    expect(problems.map(({ line, message }) => `${line} ${message.split(":")[0]}`)).toEqual([
      "4 Unrecognized key",
      "2 command",
      "3 outputs.0",
      "3 outputs.1",
    ]);
  });

  it("tells on which bases an image is built when it is on none of that name", async () => {
    const failure = await failureOf(() => expect.unreachable(), `${definition}base: debain\n`);
    expect(failure).toMatchObject({ reason: "smoke-base-unknown", base: "debain" });
  });

  it("refuses inputs that lie outside of the project", async () => {
    const text = definition.replace("src/**", "../../**");
    expect(await failureOf(() => expect.unreachable(), text)).toMatchObject({
      reason: "definition-invalid",
      problems: [{ message: "inputs.0: must stay inside the project" }],
    });
  });

  it("tells an input pattern that matches nothing", async () => {
    const text = definition.replace("src/**", "none/**");
    expect(await failureOf(() => expect.unreachable(), text)).toMatchObject({
      reason: "smoke-input-missing",
      pattern: "none/**",
    });
  });
});
