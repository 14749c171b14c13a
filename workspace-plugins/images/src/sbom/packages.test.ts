import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { distributionIn, isPackageFile, packagesIn } from "./packages.ts";

function packages(name: string, text: string) {
  return packagesIn(name, Buffer.from(text));
}

const status = "var/lib/dpkg/status";

describe("packagesIn, of Debian's database,", () => {
  it("has what is installed, with what it was built from", () => {
    const text = `Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc (2.36-9)
Version: 2.36-9+deb12u9
Description: GNU C Library
 Version: 9 in a description is none
Conffiles:
 /etc/ld.so.conf 593ad12389ab2b6f952e7ede67b8fbbf

Package: gone
Status: deinstall ok config-files
Version: 1

Package: held
Status: hold ok installed
Version: 1:2.0-1
Architecture: all
`;
    expect(packages(status, text)).toEqual([
      {
        kind: "deb",
        name: "libc6",
        version: "2.36-9+deb12u9",
        architecture: "amd64",
        source: "glibc",
      },
      { kind: "deb", name: "held", version: "1:2.0-1", architecture: "all" },
    ]);
  });

  it("has those of an image without dpkg, which has a file for each and no state", () => {
    expect(packages("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2026a\n")).toEqual([
      { kind: "deb", name: "tzdata", version: "2026a" },
    ]);
    expect(isPackageFile("var/lib/dpkg/status.d/tzdata.md5sums")).toBe(false);
  });

  it.skipIf(!existsSync(`/${status}`))("says what dpkg itself says of this machine", () => {
    const format = "-f=${db:Status-Status} ${Package} ${Version} ${Architecture}\\n";
    const told = execFileSync("dpkg-query", ["-W", format], { encoding: "utf8" })
      .trimEnd()
      .split("\n")
      .flatMap((line) => (line.startsWith("installed ") ? line.replace("installed ", "") : []));
    const found = packagesIn(status, readFileSync(`/${status}`));
    const lines = found.map((one) => `${one.name} ${one.version} ${one.architecture}`);
    expect(told.length).toBeGreaterThan(10);
    expect(lines.toSorted()).toEqual(told.toSorted());
  });
});

describe("packagesIn", () => {
  it("reads Alpine's database, wherever it is", () => {
    const text =
      "C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\no:musl\nL:MIT\nF:lib\nR:ld.so\n\nP:busybox-binsh\nV:1.36.1-r29\no:busybox\n\n";
    const found = [
      {
        kind: "apk",
        name: "musl",
        version: "1.2.5-r0",
        architecture: "x86_64",
        source: "musl",
        license: "MIT",
      },
      { kind: "apk", name: "busybox-binsh", version: "1.36.1-r29", source: "busybox" },
    ];
    expect(packages("lib/apk/db/installed", text)).toEqual(found);
    expect(packages("usr/lib/apk/db/installed", text)).toEqual(found);
  });

  it("reads package.json of what is installed, and of nothing else", () => {
    const file = "usr/lib/node_modules/@scope/tool/package.json";
    expect(packages(file, '{"name":"@scope/tool","version":"1.2.3","license":"MIT"}')).toEqual([
      {
        kind: "npm",
        name: "@scope/tool",
        version: "1.2.3",
        license: "MIT",
        path: "usr/lib/node_modules/@scope/tool",
      },
    ]);
    expect(isPackageFile("opt/node_modules/a/node_modules/b/package.json")).toBe(true);
    expect(isPackageFile("usr/lib/node_modules/tool/dist/esm/package.json")).toBe(false);
    expect(isPackageFile("home/me/project/package.json")).toBe(false);
    expect(isPackageFile("usr/lib/node_modules/.bin/package.json")).toBe(false);
  });

  it("reads Python's metadata down to the description", () => {
    const text =
      "Metadata-Version: 2.1\nName: requests\nVersion: 2.32.3\nLicense: Apache-2.0\n\nVersion: 9\n";
    const found = {
      kind: "pypi",
      name: "requests",
      version: "2.32.3",
      license: "Apache-2.0",
    };
    const folder = "usr/lib/python3/dist-packages/requests-2.32.3";
    expect(packages(`${folder}.dist-info/METADATA`, text)).toEqual([
      { ...found, path: `${folder}.dist-info` },
    ]);
    expect(packages(`${folder}.egg-info/PKG-INFO`, text)).toEqual([
      { ...found, path: `${folder}.egg-info` },
    ]);
  });

  it("has nothing of what is broken, or larger than a name can be", () => {
    const file = "node_modules/a/package.json";
    for (const text of ["", "{", "[]", '{"name":"a"}', '{"name":"a","version":1}']) {
      expect(packages(file, text)).toEqual([]);
    }
    const long = "x".repeat(257);
    expect(packages(file, `{"name":"${long}","version":"1"}`)).toEqual([]);
    expect(packages(file, `{"name":"a","version":"${long}"}`)).toEqual([]);
    expect(packages(file, `{"name":"a","version":"1","license":"${long}"}`)).toEqual([
      { kind: "npm", name: "a", version: "1", path: "node_modules/a" },
    ]);
    expect(packages(status, "Package:\nVersion: 1\n\nnonsense")).toEqual([]);
  });
});

describe("distributionIn", () => {
  it("reads os-release, quoted or not", () => {
    expect(distributionIn(Buffer.from('NAME="Debian"\nID=debian\nVERSION_ID="12"\n'))).toEqual({
      id: "debian",
      version: "12",
    });
    expect(distributionIn(Buffer.from("ID='arch'\n"))).toEqual({ id: "arch", version: undefined });
    expect(distributionIn(Buffer.from("ID=no/such id\n"))).toBeUndefined();
    expect(distributionIn(Buffer.from(""))).toBeUndefined();
  });
});

it("has what a base declares of programs that no manager of packages put there", () => {
  const file = "usr/share/slipway/components/node.json";
  expect(isPackageFile(file)).toBe(true);
  expect(packages(file, '{"name": "node", "version": "26.10.0", "license": "MIT"}')).toEqual([
    { kind: "generic", name: "node", version: "26.10.0", license: "MIT" },
  ]);
  expect(packages(file, '{"name": "node"}')).toEqual([]);
  expect(packages(file, "{")).toEqual([]);
  expect(isPackageFile("usr/share/slipway/components/deeper/node.json")).toBe(false);
});
