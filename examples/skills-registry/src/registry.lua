--- The registry of skills: who offers what, in which versions. The process `downloads` counts for it.
-- State lives in a global, and an upgrade keeps it.

local answers = require("answers")
local catalogue = require("catalogue")
local fields = require("fields")
local json = require("json")
local pages = require("pages")
local peers = require("peers")
local problems = require("problems")
local routes = require("routes")
local search = require("search")

Skills = Skills or {}

local most_readme_bytes = 16384

--- The answer of a change, after which what HyperBEAM exposes is no longer true.
local function changed(data, problem)
  if data then
    local counts = catalogue.counts(Skills)
    answers.expose({ ["skills-count"] = counts.skills, ["versions-count"] = counts.versions })
  end
  return data, problem
end

local function with_readme(input, msg)
  local text, problem = fields.read_text(msg.Data, most_readme_bytes)
  if text == false then return nil, problem end
  input.readme = text
  return input
end

local required = { required = true }
local details = {
  fields.author,
  fields.license,
  fields.homepage,
  fields.keywords,
  fields.content,
  fields.dependencies,
}
local new_version = fields.with(fields.version, {
  description = "A version that is not there yet; without it only what is said of the skill changes",
})

Handlers.add("Info", routes.info(function()
  return {
    name = "skills-registry",
    description = "Skills of agents: what they do, who offers them, and in which versions",
    counts = catalogue.counts(Skills),
    downloadsProcess = peers.id("downloads"),
  }
end))

Handlers.add("Ping", routes.ping(function()
  return { skills = catalogue.counts(Skills).skills }
end))

Handlers.add("Register", routes.serve("Register", {
  category = "core",
  description = "Registers a skill with its first version; the name is the sender's from then on. Data: Markdown",
  fields = {
    fields.name,
    fields.with(fields.version, required),
    fields.with(fields.description, required),
    table.unpack(details),
  },
}, function(input, msg, now)
  local whole, problem = with_readme(input, msg)
  if not whole then return nil, problem end
  return changed(catalogue.register(Skills, whole, msg.From, now))
end))

Handlers.add("Update", routes.serve("Update", {
  category = "core",
  description = "Publishes another version, or says other things of the skill; its owner only. Data: Markdown",
  fields = {
    fields.name,
    new_version,
    fields.description,
    table.unpack(details),
  },
}, function(input, msg, now)
  local whole, problem = with_readme(input, msg)
  if not whole then return nil, problem end
  return changed(catalogue.update(Skills, whole, msg.From, now))
end))

Handlers.add("Get", routes.serve("Get", {
  category = "core",
  description = "A skill and one of its versions, with all that is known of them",
  fields = { fields.name, fields.range },
}, function(input)
  return catalogue.get(Skills, input)
end))

Handlers.add("Versions", routes.serve("Versions", {
  category = "core",
  description = "The versions of a skill, newest first",
  fields = { fields.name, fields.limit, fields.offset },
}, function(input)
  local versions, problem = catalogue.versions(Skills, input)
  if not versions then return nil, problem end
  return pages.of("versions", versions, input, catalogue.version_summary)
end))

local sorts = {
  name = { value = function(skill) return skill.name end, order = "asc" },
  created = { value = function(skill) return skill.createdAt end, order = "desc" },
  updated = { value = function(skill) return skill.updatedAt end, order = "desc" },
  downloads = { value = function(skill) return skill.downloads end, order = "desc" },
}

Handlers.add("List", routes.serve("List", {
  category = "core",
  description = "Skills, one page of them",
  fields = {
    fields.sort({ "name", "created", "updated", "downloads" }),
    fields.order,
    fields.address,
    fields.keyword,
    fields.limit,
    fields.offset,
  },
}, function(input)
  local sort = sorts[input.sort or "name"]
  local skills = pages.sort(catalogue.listed(Skills, input), sort.value, input.order or sort.order)
  return pages.of("skills", skills, input, catalogue.summary)
end))

Handlers.add("Search", routes.serve("Search", {
  category = "core",
  description = "Skills in which every word of a query is found, the best first",
  fields = { fields.query, fields.keyword, fields.limit, fields.offset },
}, function(input)
  local found = search.find(catalogue.listed(Skills, input), input.query)
  return pages.of("skills", found, input, catalogue.summary)
end))

Handlers.add("Download", routes.serve("Download", {
  category = "core",
  description = "Where the files of a version are; the download is counted, once a day for each sender and version",
  fields = { fields.name, fields.range },
}, function(input, msg)
  local found, problem = catalogue.resolve(Skills, input.name, input.range)
  if not found then return nil, problem end
  local version = found.version
  local counted = peers.send("downloads", {
    Action = "Count-Download",
    Name = input.name,
    Version = version.version,
    By = msg.From,
  })
  return {
    name = input.name,
    version = version.version,
    contentId = version.contentId,
    dependencies = version.dependencies,
    deprecated = version.deprecated,
    counted = counted,
  }
end))

Handlers.add("Deprecate", routes.serve("Deprecate", {
  category = "core",
  description = "Warns whoever gets a version, or any version; the skill's owner only",
  fields = { fields.name, fields.version, fields.reason },
}, function(input, msg, now)
  return catalogue.deprecate(Skills, input, msg.From, now, input.reason)
end))

Handlers.add("Undeprecate", routes.serve("Undeprecate", {
  category = "core",
  description = "Takes such a warning back",
  fields = { fields.name, fields.version },
}, function(input, msg, now)
  return catalogue.deprecate(Skills, input, msg.From, now, nil)
end))

Handlers.add("Unlist", routes.serve("Unlist", {
  category = "core",
  description = "Takes a skill out of lists and searches; who knows its name still gets it",
  fields = { fields.name },
}, function(input, msg, now)
  return catalogue.set_listed(Skills, input, msg.From, now, false)
end))

Handlers.add("Relist", routes.serve("Relist", {
  category = "core",
  description = "Puts a skill back into lists and searches",
  fields = { fields.name },
}, function(input, msg, now)
  return catalogue.set_listed(Skills, input, msg.From, now, true)
end))

Handlers.add("Transfer", routes.serve("Transfer", {
  category = "core",
  description = "Gives a skill to another owner, at once and for good",
  fields = {
    fields.name,
    fields.with(fields.address, {
      name = "New-Owner",
      key = "newOwner",
      required = true,
      description = "The address that owns it from then on",
    }),
  },
}, function(input, msg, now)
  return catalogue.transfer(Skills, input, msg.From, now)
end))

Handlers.add("Recount", routes.serve("Recount", {
  category = "utility",
  description = "Asks the process downloads for all its counts; the owner of this process only",
}, function(_, msg)
  if msg.From ~= Owner then return nil, problems.not_process_owner() end
  if not peers.send("downloads", { Action = "Send-Totals" }) then return nil, problems.no_peer("downloads") end
  return { asked = peers.id("downloads") }
end))

Handlers.add("Downloads-Counted", routes.from_peer("Downloads-Counted", "downloads", {
  fields = { fields.name, fields.count("Total", "total") },
}, function(input)
  catalogue.set_downloads(Skills, { [input.name] = input.total })
end))

Handlers.add("Totals", routes.from_peer("Totals", "downloads", {}, function(_, msg)
  catalogue.set_downloads(Skills, json.decode(msg.Data))
end))
