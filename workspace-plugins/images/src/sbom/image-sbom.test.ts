import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { digestOf } from "@slipway/signature";
import { pack as openPack } from "tar-stream";
import type { Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { StoredLayer } from "./image-files.ts";
import { imageSbom } from "./image-sbom.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-sbom-"));
});
afterEach(async () => rm(folder, { recursive: true }));

type Entry = string | Partial<Header>;

/** A text is a file; else the header of what has none. */
async function layer(entries: Readonly<Record<string, Entry>>): Promise<StoredLayer> {
  const pack = openPack();
  for (const [name, entry] of Object.entries(entries)) {
    if (typeof entry === "string") pack.entry({ name }, entry);
    else pack.entry({ name, ...entry }, "");
  }
  pack.finalize();
  const bytes = await buffer(Readable.from(pack));
  const digest = digestOf(bytes);
  const file = path.join(folder, digest);
  await writeFile(file, bytes);
  return { digest, file };
}

async function billOf(layers: readonly StoredLayer[]): Promise<string> {
  const reference = "slipway/codex:debian";
  return imageSbom({ reference, manifestDigest: digestOf("manifest"), layers });
}

const Bill = z.object({
  metadata: z.object({
    component: z.object({ name: z.string(), version: z.string() }),
    properties: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  }),
  components: z
    .array(
      z.object({
        type: z.string(),
        name: z.string(),
        purl: z.string().optional(),
        properties: z.array(z.object({ value: z.string() })).default([]),
      }),
    )
    .default([]),
});

async function parsedBill(layers: readonly StoredLayer[]) {
  return Bill.parse(JSON.parse(await billOf(layers)));
}

async function references(...layers: readonly StoredLayer[]): Promise<readonly string[]> {
  const { components } = await parsedBill(layers);
  return components.flatMap(({ purl }) => purl ?? []);
}

function npm(name: string, version = "1.0.0"): string {
  return JSON.stringify({ name, version, license: "MIT" });
}

const debian = {
  "usr/lib/os-release": "ID=debian\nVERSION_ID=12\n",
  "var/lib/dpkg/status":
    "Package: libc6\nStatus: install ok installed\nVersion: 2.36-9+deb12u9\nArchitecture: amd64\nSource: glibc\n",
};

describe("imageSbom", () => {
  it("is CycloneDX by its own schema, and names the image by the digest of its manifest", async () => {
    const bill = await billOf([
      await layer(debian),
      await layer({
        "usr/lib/node_modules/@scope/tool/package.json": npm("@scope/tool"),
        "usr/lib/node_modules/odd/package.json": JSON.stringify({
          name: "odd name <&>",
          version: "not a version ü",
          license: "SEE LICENSE IN x",
        }),
        "usr/lib/python3/Pkg.dist-info/METADATA": "Name: Some_Pkg\nVersion: 1\nLicense: MIT\n",
        "lib/apk/db/installed": "P:musl\nV:1\n",
        "var/lib/rpm/rpmdb.sqlite": "rpm",
      }),
    ]);
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(bill)).toBeNull();
    const { metadata } = Bill.parse(JSON.parse(bill));
    const version = digestOf("manifest");
    expect(metadata.component).toEqual({ name: "slipway/codex:debian", version });
  });

  it("has the package URL of each", async () => {
    const layers = [
      await layer(debian),
      await layer({
        "usr/lib/node_modules/@scope/tool/package.json": npm("@scope/tool"),
        "usr/lib/python3/Pkg.dist-info/METADATA": "Name: Some_Pkg\nVersion: 1\n",
        "usr/share/slipway/components/node.json": '{"name": "node", "version": "26.10.0"}',
      }),
    ];
    // The library writes a + as it is, which is the same URL as one with %2B.
    expect((await references(...layers)).map(decodeURIComponent)).toEqual([
      "pkg:deb/debian/libc6@2.36-9+deb12u9?arch=amd64&distro=debian-12&upstream=glibc",
      "pkg:generic/node@26.10.0",
      "pkg:npm/@scope/tool@1.0.0",
      "pkg:pypi/some-pkg@1",
    ]);
  });

  it("is the same text for the same packages, in whatever order they lie", async () => {
    const a = { "node_modules/a/package.json": npm("a") };
    const b = { "node_modules/b/package.json": npm("b") };
    const one = await billOf([await layer({ ...a, ...b }), await layer(debian)]);
    expect(await billOf([await layer(debian), await layer(b), await layer(a)])).toBe(one);
    expect(one).not.toMatch(/serialNumber|timestamp/);
  });

  it("has a package once, with some of the places where it is", async () => {
    const places = ["a", "b", "c", "d", "e", "f", "g"].map((name) => `opt/${name}/node_modules/x`);
    const files = places.map((place) => [`${place}/package.json`, npm("x")] as const);
    const { components } = await parsedBill([await layer(Object.fromEntries(files))]);
    expect(components.map(({ properties }) => properties.map(({ value }) => value))).toEqual([
      ["and 2 more", ...places.slice(0, 5)],
    ]);
  });

  it("says what it could not look into", async () => {
    const broken = path.join(folder, "broken");
    await writeFile(broken, "no tar".repeat(1000));
    const { metadata, components } = await parsedBill([
      { digest: digestOf("broken"), file: broken },
      await layer({ "usr/lib/sysimage/rpm/rpmdb.sqlite": "rpm", ...debian }),
    ]);
    expect(components).toHaveLength(2);
    expect(metadata.properties).toEqual([
      {
        name: "slipway:unread",
        value: `layer ${digestOf("broken")}: not a header of a tar: its checksum is another`,
      },
      { name: "slipway:unread", value: "usr/lib/sysimage/rpm/rpmdb.sqlite: an RPM database" },
    ]);
  });
});

describe("imageSbom, of layers on each other,", () => {
  const low = {
    "opt/node_modules/a/package.json": npm("a"),
    "opt/node_modules/b/package.json": npm("b"),
    "srv/node_modules/c/package.json": npm("c"),
  };
  const [a, b, c] = ["a", "b", "c"].map((name) => `pkg:npm/${name}@1.0.0`);

  it.each([
    { layers: [], expected: [a, b, c] },
    { layers: [{ "opt/node_modules/.wh.a": "" }], expected: [b, c] },
    { layers: [{ "opt/node_modules/a/.wh.package.json": "" }], expected: [b, c] },
    { layers: [{ ".wh.opt": "" }], expected: [c] },
    { layers: [{ "opt/.wh..wh..opq": "" }], expected: [c] },
    { layers: [{ ".wh..wh..opq": "" }], expected: [] },
    { layers: [{ opt: "a file now" }], expected: [c] },
    { layers: [{ opt: { type: "symlink", linkname: "srv" } as const }], expected: [c] },
    { layers: [{ opt: { type: "directory" } as const }], expected: [a, b, c] },
    { layers: [{ "opt/.wh.node": "" }], expected: [a, b, c] },
    // What a layer has itself, its whiteouts do not hide.
    {
      layers: [{ "srv/node_modules/d/package.json": npm("c", "2.0.0"), "srv/.wh..wh..opq": "" }],
      expected: [a, b, "pkg:npm/c@2.0.0"],
    },
    { layers: [{ ".wh.opt": "" }, low], expected: [a, b, c] },
  ])("has what is left: $layers", async ({ layers, expected }) => {
    const upper: StoredLayer[] = [];
    for (const entries of layers) upper.push(await layer(entries));
    expect(await references(await layer(low), ...upper)).toEqual(expected);
  });

  it("reads a file by a second name of it", async () => {
    const linked = await layer({
      "opt/package.json": npm("linked"),
      "opt/node_modules/linked/package.json": { type: "link", linkname: "./opt/package.json" },
    });
    expect(await references(linked)).toEqual(["pkg:npm/linked@1.0.0"]);
  });

  it("has the database of the uppermost layer", async () => {
    const upgraded = debian["var/lib/dpkg/status"].replace("deb12u9", "deb12u10");
    const found = await references(
      await layer(debian),
      await layer({ "var/lib/dpkg/status": upgraded }),
    );
    expect(found).toHaveLength(1);
    expect(decodeURIComponent(found[0] ?? "")).toContain("libc6@2.36-9+deb12u10?");
  });
});
