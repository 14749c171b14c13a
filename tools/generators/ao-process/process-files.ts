/** A definition with one process and the local network, and Lua that answers its check; by path in the project. */
export function processFiles(name: string): ReadonlyMap<string, string> {
  return new Map([
    ["ao.yml", definition(name)],
    ["src/main.lua", source(name)],
  ]);
}

function definition(name: string): string {
  return `name: ${name}

processes:
  ${name}:
    source: src/main.lua
    state: [Count]
    checks:
      - action: Info
        expect:
          tags: { Action: Info-Response }
          data: { name: ${name} }

targets:
  local: { mode: legacy, network: local }
`;
}

function source(name: string): string {
  return `local json = require("json")

-- An upgrade runs this file again in the same process: what is kept there stays.
Count = Count or 0

Handlers.add("Info", "Info", function(msg)
  msg.reply({ Action = "Info-Response", Data = json.encode({ name = "${name}", count = Count }) })
end)

Handlers.add("Count", "Count", function(msg)
  Count = Count + 1
  msg.reply({ Action = "Count-Response", Data = json.encode({ count = Count }) })
end)
`;
}
