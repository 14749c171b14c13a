import { readFile, writeFile } from "node:fs/promises";
import { readSigningKey, signStatement, signingKeyFile, trustFiles } from "@slipway/attestation";
import { digestOf } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import { Statement, statementOf } from "./statement.ts";
import { fakeRunner, openReadyRig } from "./test/rig.ts";

type ReadyRig = Awaited<ReturnType<typeof openReadyRig>>;

const honest = fakeRunner(() => ({ outputs: { "out/result.txt": "done\n" } }));

/** What verification says after `change`, of a transcript that was good before it. */
async function verdictAfter(change: (rig: ReadyRig) => Promise<unknown>, now?: Date) {
  await using rig = await openReadyRig();
  await rig.smoke(honest);
  expect(await rig.verify()).toMatchObject({ ok: true });
  await change(rig);
  const verdict = await rig.verify(now);
  return verdict.ok ? verdict.value : verdict.failure;
}

type Bundle = {
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
  verificationMaterial: { publicKey: { hint: string } };
};

async function editBundle(rig: ReadyRig, edit: (bundle: Bundle) => void): Promise<void> {
  const bundle = JSON.parse(await readFile(rig.places.transcript, "utf8")) as Bundle;
  edit(bundle);
  await writeFile(rig.places.transcript, JSON.stringify(bundle));
}

function editPayload(rig: ReadyRig, edit: (payload: string) => string): Promise<void> {
  return editBundle(rig, ({ dsseEnvelope }) => {
    const payload = Buffer.from(dsseEnvelope.payload, "base64").toString("utf8");
    dsseEnvelope.payload = Buffer.from(edit(payload)).toString("base64");
  });
}

async function resign(rig: ReadyRig, edit: (statement: Statement) => Statement): Promise<void> {
  const bundle = JSON.parse(await readFile(rig.places.transcript, "utf8")) as Bundle;
  const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString("utf8");
  const key = await readSigningKey(signingKeyFile(rig.variables));
  if (!key.ok) throw new Error("no key");
  const text = await signStatement(edit(Statement.parse(JSON.parse(payload))), key.value);
  await writeFile(rig.places.transcript, text);
}

async function editTrust(rig: ReadyRig, facts: Readonly<Record<string, string>>): Promise<void> {
  const { local } = trustFiles(rig.root);
  const trust = JSON.parse(await readFile(local, "utf8")) as { signers: Record<string, object> };
  const signers = Object.entries(trust.signers).map(([hint, signer]) => [
    hint,
    { ...signer, ...facts },
  ]);
  await writeFile(
    local,
    JSON.stringify({ schema: 1, signers: Object.fromEntries(signers) as object }),
  );
}

describe("verifyBoot", () => {
  it("calls a changed payload tampered", async () => {
    expect(
      await verdictAfter((rig) => editPayload(rig, (text) => text.replace("codex", "codey"))),
    ).toMatchObject({
      reason: "transcript-tampered",
      part: "signature",
      detail: "signature verification failed",
    });
  });

  it("calls a second signature, and another payload type, tampered", async () => {
    expect(
      await verdictAfter((rig) =>
        editBundle(rig, ({ dsseEnvelope: { signatures } }) => signatures.push({ sig: "AAAA" })),
      ),
    ).toMatchObject({ reason: "transcript-tampered", part: "envelope" });
    expect(
      await verdictAfter((rig) =>
        editBundle(rig, ({ dsseEnvelope }) => {
          dsseEnvelope.payloadType = "text/plain";
        }),
      ),
    ).toMatchObject({ reason: "transcript-tampered", part: "envelope" });
  });

  it("calls what is no transcript tampered", async () => {
    expect(await verdictAfter((rig) => writeFile(rig.places.transcript, "{"))).toMatchObject({
      reason: "transcript-tampered",
      part: "envelope",
    });
  });

  it("calls a changed, missing or added output tampered, and names it", async () => {
    expect(
      await verdictAfter((rig) => writeFile(`${rig.places.outputs}/out/result.txt`, "forged")),
    ).toMatchObject({ reason: "transcript-tampered", part: "outputs/out/result.txt" });
    expect(await verdictAfter((rig) => writeFile(`${rig.places.outputs}/extra`, ""))).toMatchObject(
      { reason: "transcript-tampered", part: "outputs/extra" },
    );
  });

  it("calls a changed or added input stale, and names it", async () => {
    expect(await verdictAfter((rig) => rig.write("boot/src/a.txt", "changed"))).toMatchObject({
      reason: "transcript-stale",
      part: "src/a.txt",
      found: digestOf("changed"),
    });
    expect(await verdictAfter((rig) => rig.write("boot/src/b.txt", ""))).toMatchObject({
      reason: "transcript-stale",
      part: "src/b.txt",
      recorded: "absent",
    });
  });

  it("calls a transcript of another definition or another image stale", async () => {
    expect(
      await verdictAfter((rig) =>
        rig.write("boot/smoke.yml", "image: codex\ncommand: [x]\noutputs: [out]\n"),
      ),
    ).toMatchObject({ reason: "transcript-stale", part: "smoke.yml" });
    expect(await verdictAfter((rig) => rig.writeReceipt(digestOf("other")))).toMatchObject({
      reason: "transcript-stale",
      part: "image",
      found: digestOf("other"),
    });
  });

  it("does not trust a key that no trust file names", async () => {
    expect(
      await verdictAfter((rig) =>
        writeFile(trustFiles(rig.root).local, JSON.stringify({ schema: 1, signers: {} })),
      ),
    ).toMatchObject({ reason: "transcript-untrusted", detail: "unknown" });
  });

  it("does not trust a key that is revoked or out of its time", async () => {
    const day = "2025-06-01T00:00:00Z";
    expect(await verdictAfter((rig) => editTrust(rig, { revokedAt: day }))).toMatchObject({
      reason: "transcript-untrusted",
      detail: "revoked",
    });
    expect(await verdictAfter((rig) => editTrust(rig, { validUntil: day }))).toMatchObject({
      detail: "no-longer-valid",
    });
    const before = new Date("2025-05-01T00:00:00Z");
    expect(await verdictAfter((rig) => editTrust(rig, { validFrom: day }), before)).toMatchObject({
      detail: "not-valid-yet",
    });
  });

  it("refuses a trust file that names a key wrongly", async () => {
    expect(
      await verdictAfter(async (rig) => {
        const { local } = trustFiles(rig.root);
        const text = await readFile(local, "utf8");
        await writeFile(local, text.replace(/sha256:[0-9a-f]{64}/, digestOf("another key")));
      }),
    ).toMatchObject({ reason: "trust-file-invalid" });
  });

  it("computes success from the phases, whoever signed them", async () => {
    expect(
      await verdictAfter((rig) =>
        resign(rig, ({ predicate: { claims, observation } }) =>
          statementOf(
            {
              ...claims,
              phases: claims.phases.map((phase) =>
                phase.name === "compare" ? { ...phase, state: "failed" } : phase,
              ),
            },
            observation,
          ),
        ),
      ),
    ).toMatchObject({ reason: "transcript-records-failure", phase: "compare", state: "failed" });
  });

  it("refuses claims that contradict their own digests, whoever signed them", async () => {
    expect(
      await verdictAfter((rig) =>
        resign(rig, (statement) => ({
          ...statement,
          predicate: { ...statement.predicate, claimsDigest: digestOf("other") },
        })),
      ),
    ).toMatchObject({ reason: "transcript-tampered", part: "claimsDigest" });
  });
});
