import type { Credential } from "@slipway/registry";
import type { EngineCredential } from "./engine-port.ts";

export function asOfEngine(credential: Credential): EngineCredential {
  switch (credential.kind) {
    case "password":
      return { username: credential.username, password: credential.password };
    case "identity-token":
      return { identitytoken: credential.token };
    case "registry-token":
      return { registrytoken: credential.token };
  }
}
