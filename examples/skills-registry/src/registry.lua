--- Handlers of the skills registry. State lives in a global, and an upgrade keeps it.

local json = require("json")
local skills = require("skills")

Skills = Skills or {}

local function reply(msg, action, data)
  ao.send({ Target = msg.From, Action = action, Data = json.encode(data) })
end

local function refuse(msg, action, problem)
  ao.send({ Target = msg.From, Action = action, Error = problem, Data = json.encode({ error = problem }) })
end

local function action_is(name)
  return function(msg) return msg.Action == name end
end

local function count()
  local n = 0
  for _ in pairs(Skills) do n = n + 1 end
  return n
end

Handlers.add("Info", action_is("Info"), function(msg)
  reply(msg, "Info-Response", {
    name = "skills-registry",
    handlers = { "Info", "Register", "Search" },
    count = count(),
  })
end)

Handlers.add("Register", action_is("Register"), function(msg)
  local skill, problem = skills.from_tags(msg.Tags, msg.From)
  if skill then skill, problem = skills.register(Skills, skill) end
  if not skill then return refuse(msg, "Register-Error", problem) end
  reply(msg, "Register-Response", skill)
end)

Handlers.add("Search", action_is("Search"), function(msg)
  local found = skills.search(Skills, msg.Tags.Query)
  reply(msg, "Search-Response", { count = #found, skills = found })
end)
