--- How often skills were downloaded. The registry says what was; nobody else is believed.

local answers = require("answers")
local fields = require("fields")
local clock = require("clock")
local json = require("json")
local pages = require("pages")
local peers = require("peers")
local routes = require("routes")
local tally = require("tally")

Downloads = Downloads or {}
Seen = Seen or { keys = {} }

Handlers.add("Info", routes.info(function()
  return {
    name = "skills-registry-downloads",
    description = "How often the skills of a registry were downloaded",
    counts = tally.sum(Downloads),
    registryProcess = peers.id("registry"),
  }
end))

Handlers.add("Ping", routes.ping(function()
  return { downloads = tally.sum(Downloads).downloads }
end))

Handlers.add("Downloads", routes.serve("Downloads", {
  category = "core",
  description = "How often a skill was downloaded: in all, each version, and each of the last 30 days there were any",
  fields = { fields.name },
}, function(input)
  return tally.of(Downloads, input.name)
end))

Handlers.add("Top", routes.serve("Top", {
  category = "core",
  description = "Skills by their downloads, one page of them",
  fields = { fields.order, fields.limit, fields.offset },
}, function(input)
  local entries = pages.sort(tally.entries(Downloads), function(entry) return entry.total end, input.order or "desc")
  return pages.of("skills", entries, input, function(entry)
    return { name = entry.name, downloads = entry.total }
  end)
end))

Handlers.add("Count-Download", routes.from_peer("Count-Download", "registry", {
  fields = {
    fields.name,
    fields.with(fields.version, { required = true }),
    fields.with(fields.address, { name = "By", key = "by", required = true }),
  },
}, function(input, _, now)
  local total = tally.count(Downloads, Seen, input, clock.day(now))
  if not total then return end
  peers.send("registry", {
    Action = "Downloads-Counted",
    Name = input.name,
    Total = string.format("%d", total),
  })
  answers.expose({ ["downloads-count"] = tally.sum(Downloads).downloads })
end))

Handlers.add("Send-Totals", routes.from_peer("Send-Totals", "registry", {}, function()
  peers.send("registry", { Action = "Totals", Data = json.encode(tally.totals(Downloads)) })
end))
