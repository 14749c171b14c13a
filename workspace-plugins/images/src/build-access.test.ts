import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { accessMembers, proxyArguments, proxyVariables } from "./build-access.ts";
import type { BuildAccess } from "./build-access.ts";

async function textsOf(access: BuildAccess): Promise<Readonly<Record<string, string>>> {
  const members = await accessMembers(access);
  return Object.fromEntries(
    members.map((member) => [
      member.name,
      "bytes" in member ? Buffer.from(member.bytes).toString("utf8") : "no bytes",
    ]),
  );
}

const npmrc = "audit=false\nfund=false\nupdate-notifier=false\n";

test("a build without a CA bundle gets the registry and trusts what the image trusts", async () => {
  expect(
    await textsOf({ caBundle: undefined, npmRegistry: "http://localhost:4873/", proxies: {} }),
  ).toEqual({
    ".slipway-access/env.sh":
      "export SLIPWAY_NPM_REGISTRY='http://localhost:4873/'\n" +
      "export NPM_CONFIG_USERCONFIG=/tmp/slipway/access/npmrc\n",
    ".slipway-access/npmrc": `registry=http://localhost:4873/\n${npmrc}`,
  });
});

test("user and password of the registry stay out of the context", async () => {
  const npmRegistry = "https://ann:s%20ecret@npm.example/team/";
  const texts = await textsOf({ caBundle: undefined, npmRegistry, proxies: {} });
  expect(texts[".slipway-access/npmrc"]).toBe(`registry=https://npm.example/team/\n${npmrc}`);
  expect(JSON.stringify(texts)).not.toMatch(/ann|ecret/);
});

test("a CA bundle lies in the context, and every client is told where it is mounted", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-access-"));
  const caBundle = path.join(folder, "ca.pem");
  await writeFile(caBundle, "certificates\n");
  const texts = await textsOf({ caBundle, npmRegistry: "https://npm.example/", proxies: {} });
  await rm(folder, { recursive: true });
  const mounted = "/tmp/slipway/access/ca.crt";
  expect(texts).toEqual({
    ".slipway-access/ca.crt": "certificates\n",
    ".slipway-access/env.sh": [
      "export SLIPWAY_NPM_REGISTRY='https://npm.example/'",
      `export SSL_CERT_FILE=${mounted}`,
      `export CURL_CA_BUNDLE=${mounted}`,
      `export NODE_EXTRA_CA_CERTS=${mounted}`,
      `export PIP_CERT=${mounted}`,
      `export REQUESTS_CA_BUNDLE=${mounted}`,
      `export GIT_SSL_CAINFO=${mounted}`,
      `export CARGO_HTTP_CAINFO=${mounted}`,
      "export NPM_CONFIG_USERCONFIG=/tmp/slipway/access/npmrc",
      "",
    ].join("\n"),
    ".slipway-access/npmrc": `registry=https://npm.example/\n${npmrc}cafile=${mounted}\n`,
  });
});

test("a shell that reads the settings gets the registry as it is, whatever is in it", async () => {
  const npmRegistry = "http://localhost:4873/it's/$HOME/$(id)/";
  const texts = await textsOf({ caBundle: undefined, npmRegistry, proxies: {} });
  const script = `${texts[".slipway-access/env.sh"]}printf %s "$SLIPWAY_NPM_REGISTRY"`;
  expect(execFileSync("sh", ["-s"], { input: script, encoding: "utf8" })).toBe(npmRegistry);
});

test("proxies are set in both cases, by their own value where both are there", () => {
  const variables = {
    http_proxy: "http://proxy.example:1",
    HTTPS_PROXY: "http://proxy.example:2",
    NO_PROXY: "localhost",
    no_proxy: "localhost,internal.example",
    ALL_PROXY: "",
    FTP_PROXY: "http://proxy.example:3",
  };
  expect(proxyVariables(variables)).toEqual({
    HTTP_PROXY: "http://proxy.example:1",
    http_proxy: "http://proxy.example:1",
    HTTPS_PROXY: "http://proxy.example:2",
    https_proxy: "http://proxy.example:2",
    NO_PROXY: "localhost",
    no_proxy: "localhost,internal.example",
  });
});

test("ALL_PROXY, which no engine passes on, goes with the settings and without its password", async () => {
  const proxies = proxyVariables({
    ALL_PROXY: "http://ann:word@proxy.example:1",
    HTTP_PROXY: "http://ann:word@proxy.example:2",
  });
  const access = { caBundle: undefined, npmRegistry: "https://npm.example/", proxies };
  const texts = await textsOf(access);
  expect(texts[".slipway-access/env.sh"]).toContain(
    "export ALL_PROXY='http://proxy.example:1/'\nexport all_proxy='http://proxy.example:1/'\n",
  );
  expect(JSON.stringify(texts)).not.toMatch(/word|HTTP_PROXY/);
  expect(proxyArguments(access)).toEqual({
    HTTP_PROXY: "http://ann:word@proxy.example:2",
    http_proxy: "http://ann:word@proxy.example:2",
  });
});
