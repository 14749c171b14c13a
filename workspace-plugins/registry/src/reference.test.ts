import { describe, expect, test } from "vitest";
import { apiOf, formatReference, parseReference, parseShortReference } from "./reference.ts";
import { plainHostsIn } from "./user-registry.ts";

const digest = `sha256:${"a".repeat(64)}`;

function check(text: string, expected: string): void {
  const parsed = parseReference(text);
  const shown = parsed.ok
    ? `${formatReference(parsed.value)} ${apiOf(parsed.value, new Set()).href}`
    : parsed.failure.reason === "reference-invalid" && parsed.failure.problem;
  expect(shown).toBe(expected);
}

describe("a reference", () => {
  test.for([
    ["localhost:5055/agents/a:1.0.0", "http://localhost:5055/v2/agents/a/"],
    ["localhost/a", "http://localhost/v2/a/"],
    ["127.0.0.1:5000/a:x", "http://127.0.0.1:5000/v2/a/"],
    ["[::1]:5000/a:x", "http://[::1]:5000/v2/a/"],
    [`registry.example/a/b@${digest}`, "https://registry.example/v2/a/b/"],
    [`registry.example:8443/a:1@${digest}`, "https://registry.example:8443/v2/a/"],
    ["127.0.0.1.evil.example/a:1", "https://127.0.0.1.evil.example/v2/a/"],
    ["localhost.evil.example/a:1", "https://localhost.evil.example/v2/a/"],
  ])("%s prints as itself and is asked at %s", ([text = "", url = ""]) => {
    check(text, `${text} ${url}`);
  });

  test.for([
    ["agents/a:1", "host-missing"],
    ["a", "host-missing"],
    ["", "host-missing"],
    ["-x.example/a:1", "host-invalid"],
    ["user@host.example/a", "host-missing"],
    ["host.example:99999/a", "host-invalid"],
    ["1.2.3.4.5/a/b", "host-invalid"],
    ["127.0.0.256/a/b", "host-invalid"],
    ["[:::]/a/b", "host-invalid"],
    ["host.example/", "repository-invalid"],
    ["host.example/A", "repository-invalid"],
    ["host.example/../a", "repository-invalid"],
    ["host.example/a//b", "repository-invalid"],
    ["host.example/a?x=1", "repository-invalid"],
    ["host.example/a:", "tag-invalid"],
    ["host.example/a:.x", "tag-invalid"],
    ["host.example/a:1:2", "tag-invalid"],
    ["host.example/a@sha256:abc", "digest-invalid"],
    [`host.example/a@${digest}@${digest}`, "digest-invalid"],
  ])("%s is refused: %s", ([text = "", problem = ""]) => check(text, problem));
});

const hub = "docker.io";
test.for([
  ["words", "library/words:latest"],
  ["words:1", "library/words:1"],
  [`${hub}/words:1`, "library/words:1"],
  [`index.${hub}/words:1`, "library/words:1"],
  [`index.${hub}/team/words:1`, "team/words:1"],
  [`${hub}/team/words:1`, "team/words:1"],
  ["team/words:1", "team/words:1"],
])("%s is %s of Docker Hub, as Docker has it", ([text = "", expected = ""]) => {
  const short = parseShortReference(text);
  const full = text.startsWith("words") || text.startsWith("team") ? short : parseReference(text);
  expect(full).toEqual(short);
  expect(short.ok && formatReference(short.value)).toBe(`${hub}/${expected}`);
});

test("a repository without a folder is expanded for no other registry", () => {
  const parsed = parseShortReference("registry.example/words:1");
  expect(parsed.ok && parsed.value.repository).toBe("words");
});

test("TLS is left away on this machine, and where a user names the host", () => {
  const SLIPWAY_PLAIN_HTTP_REGISTRIES = "host.example:5000, 10.0.0.7,no host";
  const plain = plainHostsIn({ SLIPWAY_PLAIN_HTTP_REGISTRIES });
  const protocolOf = (text: string) => {
    const parsed = parseShortReference(text);
    return parsed.ok && apiOf(parsed.value, plain).protocol;
  };
  expect(protocolOf("localhost:5055/tool:1")).toBe("http:");
  expect(protocolOf("host.example:5000/tool:1")).toBe("http:");
  expect(protocolOf("10.0.0.7/tool:1")).toBe("http:");
  expect(protocolOf("host.example/tool:1")).toBe("https:");
  expect(protocolOf("10.0.0.8/tool:1")).toBe("https:");
});
