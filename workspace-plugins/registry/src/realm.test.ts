import { expect, test } from "vitest";
import { isRealmAllowed } from "./realm.ts";
import { isRegistryHost } from "./reference.ts";

test.for<readonly [asked: string, realm: string, nothing: boolean, credential: boolean]>([
  ["https://registry.example/v2/", "https://tokens.example/token", true, true],
  ["https://registry.example/v2/", "http://registry.example/token", false, false],
  ["https://registry.example/v2/", "http://169.254.169.254/token", false, false],
  ["https://registry.example/v2/", "http://127.0.0.1:8080/token", false, false],
  ["https://registry.example/v2/", "https://localhost/token", false, false],
  ["https://registry.example/v2/", "http://0x7f.1/token", false, false],
  ["http://10.0.0.7:5000/v2/", "http://10.0.0.7:5001/token", true, false],
  ["http://10.0.0.7:5000/v2/", "http://[::1]:5001/token", false, false],
  ["http://127.0.0.1:5000/v2/", "http://localhost:5001/token", true, true],
  ["http://127.0.0.1:5000/v2/", "http://tokens.example/token", true, false],
])(
  "%s may send to %s for a token: %s, with a credential: %s",
  ([from, to, nothing, credential]) => {
    const [asked, realm] = [new URL(from), new URL(to)];
    const registry = asked.host;
    if (!isRegistryHost(registry)) throw new Error(registry);
    expect(isRealmAllowed(realm, { registry, asked, shown: "nothing" })).toBe(nothing);
    expect(isRealmAllowed(realm, { registry, asked, shown: "credential" })).toBe(credential);
  },
);
