--- The skills themselves: plain tables in, plain tables out, no messages.

local skills = {}

local required = { "Name", "Version", "Description" }

--- A skill from the tags of a message, or nothing and what is missing.
function skills.from_tags(tags, owner)
  for _, name in ipairs(required) do
    if type(tags[name]) ~= "string" or tags[name] == "" then
      return nil, "missing tag " .. name
    end
  end
  return {
    name = tags.Name,
    version = tags.Version,
    description = tags.Description,
    owner = owner,
  }
end

--- A name belongs to who registered it first; its owner may replace the version.
function skills.register(registry, skill)
  local known = registry[skill.name]
  if known and known.owner ~= skill.owner then
    return nil, "the name is taken by another owner"
  end
  registry[skill.name] = skill
  return skill
end

--- Skills whose name or description has the text, whatever its case, sorted by name.
function skills.search(registry, text)
  local wanted = string.lower(text or "")
  local found = {}
  for _, skill in pairs(registry) do
    local haystack = string.lower(skill.name .. "\n" .. skill.description)
    if string.find(haystack, wanted, 1, true) then
      found[#found + 1] = skill
    end
  end
  table.sort(found, function(a, b) return a.name < b.name end)
  return found
end

return skills
