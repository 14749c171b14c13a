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

local action_is, reply = routes.action_is, answers.reply
local evaluated_at = os.time()
local most_readme_bytes = 16384

local function count()
  return catalogue.counts(Skills).skills
end

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
local new_version = fields.with(fields.version, {
  description = "A version that is not there yet; without it only what is said of the skill changes",
})

Handlers.add("Info", action_is("Info"), routes.serve({
  action = "Info",
  category = "core",
  description = "What this process is, and all that it can be asked",
}, function()
  return routes.info({
    name = "skills-registry",
    description = "Skills of agents: what they do, who offers them, and in which versions",
    counts = catalogue.counts(Skills),
    downloadsProcess = peers.id("downloads"),
  }, evaluated_at)
end))

Handlers.add("Ping", action_is("Ping"), routes.serve({
  action = "Ping",
  category = "utility",
  description = "Whether this process answers",
}, function(_, _, now)
  return { at = now, skills = count() }
end))

Handlers.add("Register", action_is("Register"), routes.serve({
  action = "Register",
  category = "core",
  description = "Registers a skill with its first version; the name is the sender's from then on. Data: Markdown",
  fields = {
    fields.name,
    fields.with(fields.version, required),
    fields.with(fields.description, required),
    fields.author,
    fields.license,
    fields.homepage,
    fields.keywords,
    fields.content,
    fields.dependencies,
  },
}, function(input, msg, now)
  local whole, problem = with_readme(input, msg)
  if not whole then return nil, problem end
  return changed(catalogue.register(Skills, whole, msg.From, now))
end))

Handlers.add("Update", action_is("Update"), routes.serve({
  action = "Update",
  category = "core",
  description = "Publishes another version, or says other things of the skill; its owner only. Data: Markdown",
  fields = {
    fields.name,
    new_version,
    fields.description,
    fields.author,
    fields.license,
    fields.homepage,
    fields.keywords,
    fields.content,
    fields.dependencies,
  },
}, function(input, msg, now)
  local whole, problem = with_readme(input, msg)
  if not whole then return nil, problem end
  return changed(catalogue.update(Skills, whole, msg.From, now))
end))

Handlers.add("Get", action_is("Get"), routes.serve({
  action = "Get",
  category = "core",
  description = "A skill and one of its versions, with all that is known of them",
  fields = { fields.name, fields.range },
}, function(input)
  return catalogue.get(Skills, input)
end))

Handlers.add("Versions", action_is("Versions"), routes.serve({
  action = "Versions",
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

Handlers.add("List", action_is("List"), routes.serve({
  action = "List",
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

Handlers.add("Search", action_is("Search"), routes.serve({
  action = "Search",
  category = "core",
  description = "Skills in which every word of a query is found, the best first",
  fields = { fields.query, fields.keyword, fields.limit, fields.offset },
}, function(input)
  local found = search.find(catalogue.listed(Skills, input), input.query)
  return pages.of("skills", found, input, catalogue.summary)
end))

Handlers.add("Download", action_is("Download"), routes.serve({
  action = "Download",
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

Handlers.add("Deprecate", action_is("Deprecate"), routes.serve({
  action = "Deprecate",
  category = "core",
  description = "Warns whoever gets a version, or any version; the skill's owner only",
  fields = { fields.name, fields.version, fields.reason },
}, function(input, msg, now)
  return catalogue.deprecate(Skills, input, msg.From, now, input.reason)
end))

Handlers.add("Undeprecate", action_is("Undeprecate"), routes.serve({
  action = "Undeprecate",
  category = "core",
  description = "Takes such a warning back",
  fields = { fields.name, fields.version },
}, function(input, msg, now)
  return catalogue.deprecate(Skills, input, msg.From, now, nil)
end))

Handlers.add("Unlist", action_is("Unlist"), routes.serve({
  action = "Unlist",
  category = "core",
  description = "Takes a skill out of lists and searches; who knows its name still gets it",
  fields = { fields.name },
}, function(input, msg, now)
  return catalogue.set_listed(Skills, input, msg.From, now, false)
end))

Handlers.add("Relist", action_is("Relist"), routes.serve({
  action = "Relist",
  category = "core",
  description = "Puts a skill back into lists and searches",
  fields = { fields.name },
}, function(input, msg, now)
  return catalogue.set_listed(Skills, input, msg.From, now, true)
end))

Handlers.add("Transfer", action_is("Transfer"), routes.serve({
  action = "Transfer",
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

Handlers.add("Recount", action_is("Recount"), routes.serve({
  action = "Recount",
  category = "utility",
  description = "Asks the process downloads for all its counts; the owner of this process only",
}, function(_, msg)
  if msg.From ~= Owner then return nil, problems.not_process_owner() end
  if not peers.send("downloads", { Action = "Send-Totals" }) then return nil, problems.no_peer("downloads") end
  return { asked = peers.id("downloads") }
end))

Handlers.add("Downloads-Counted", action_is("Downloads-Counted"), routes.from_peer("downloads", {
  action = "Downloads-Counted",
  fields = { fields.name, fields.count("Total", "total") },
}, function(input)
  catalogue.set_downloads(Skills, { [input.name] = input.total })
end))

Handlers.add("Totals", action_is("Totals"), routes.from_peer("downloads", {
  action = "Totals",
}, function(_, msg)
  catalogue.set_downloads(Skills, json.decode(msg.Data))
end))
