--- The skills: plain tables in, plain tables out, no messages. Each function returns data, or nothing and a problem.
--
--   skills[name] = { name, owner, description, author, license, homepage, keywords, createdAt, updatedAt, unlisted,
--                    downloads, versions = { [version] = { version, contentId, dependencies, readme, publishedAt,
--                    deprecated = reason } } }

local problems = require("problems")
local semver = require("semver")

local catalogue = {}

local most_versions = 500
local described = { "description", "author", "license", "homepage", "keywords" }

--- The versions of a skill, newest first: by what they are, not by when they came.
local function sorted_versions(skill)
  local list = {}
  for text, version in pairs(skill.versions) do
    list[#list + 1] = { parsed = semver.parse(text), version = version }
  end
  table.sort(list, function(a, b) return semver.compare(a.parsed, b.parsed) > 0 end)
  return list
end

--- The newest version that a range allows. One that is deprecated is chosen only where all are, and for `latest` a
-- prerelease only where there is nothing else.
local function newest(skill, range)
  local sorted = sorted_versions(skill)
  local function first(accepts)
    for _, candidate in ipairs(sorted) do
      if accepts(candidate.parsed, candidate.version) then return candidate.version end
    end
  end
  if range == nil or range == "latest" then
    return first(function(parsed, version) return not semver.is_prerelease(parsed) and not version.deprecated end)
      or first(function(parsed) return not semver.is_prerelease(parsed) end)
      or first(function() return true end)
  end
  local wanted = semver.parse_range(range)
  local function within(parsed) return semver.satisfies(parsed, wanted) end
  return first(function(parsed, version) return within(parsed) and not version.deprecated end) or first(within)
end

--- The version of equal precedence: 1.0.0+b is 1.0.0+a, and whoever asks for one gets the other.
local function version_equal_to(skill, text)
  local wanted = semver.parse(text)
  for known, version in pairs(skill.versions) do
    if semver.compare(semver.parse(known), wanted) == 0 then return version end
  end
end

local function count_of(map)
  local n = 0
  for _ in pairs(map) do n = n + 1 end
  return n
end

local function describe(skill, input)
  local changed = false
  for _, key in ipairs(described) do
    if input[key] ~= nil then
      skill[key] = input[key]
      changed = true
    end
  end
  return changed
end

local function publish(skill, input, now)
  skill.versions[input.version] = {
    version = input.version,
    contentId = input.contentId,
    dependencies = input.dependencies or nil,
    readme = input.readme,
    publishedAt = now,
  }
end

local function owned(skills, name, sender)
  local skill = skills[name]
  if not skill then return nil, problems.unknown_skill(name) end
  if skill.owner ~= sender then return nil, problems.not_owner(name) end
  return skill
end

--- What lists tell of a skill.
function catalogue.summary(skill)
  local latest = newest(skill)
  return {
    name = skill.name,
    version = latest.version,
    description = skill.description,
    author = skill.author,
    keywords = skill.keywords or {},
    owner = skill.owner,
    downloads = skill.downloads,
    deprecated = latest.deprecated,
    createdAt = skill.createdAt,
    updatedAt = skill.updatedAt,
  }
end

--- What the list of versions tells of each.
function catalogue.version_summary(version)
  return {
    version = version.version,
    contentId = version.contentId,
    publishedAt = version.publishedAt,
    deprecated = version.deprecated,
    prerelease = semver.is_prerelease(semver.parse(version.version)),
  }
end

local function detail(skill, version)
  local told = catalogue.summary(skill)
  told.license, told.homepage = skill.license, skill.homepage
  told.versions = count_of(skill.versions)
  told.unlisted = skill.unlisted
  told.version, told.deprecated = version.version, version.deprecated
  told.contentId, told.dependencies = version.contentId, version.dependencies
  told.readme, told.publishedAt = version.readme, version.publishedAt
  return told
end

--- A name belongs to who registers it first.
function catalogue.register(skills, input, sender, now)
  local known = skills[input.name]
  if known then
    if known.owner ~= sender then return nil, problems.name_taken(input.name) end
    return nil, problems.name_used(input.name)
  end
  local skill = {
    name = input.name,
    owner = sender,
    downloads = 0,
    createdAt = now,
    updatedAt = now,
    versions = {},
  }
  describe(skill, input)
  publish(skill, input, now)
  skills[input.name] = skill
  return detail(skill, skill.versions[input.version])
end

--- Another version, other words about the skill, or both. What is published is never replaced.
function catalogue.update(skills, input, sender, now)
  local skill, problem = owned(skills, input.name, sender)
  if not skill then return nil, problem end
  if input.version then
    local known = version_equal_to(skill, input.version)
    if known then return nil, problems.version_used(input.name, known.version) end
    if count_of(skill.versions) >= most_versions then
      return nil, problems.too_many_versions(input.name, most_versions)
    end
    publish(skill, input, now)
  elseif input.contentId or input.dependencies ~= nil or input.readme then
    return nil, problems.of_a_version()
  end
  local changed = describe(skill, input)
  if not changed and not input.version then return nil, problems.nothing_to_do() end
  skill.updatedAt = now
  return detail(skill, input.version and skill.versions[input.version] or newest(skill))
end

--- A skill and the version that a range allows, each as it is kept.
function catalogue.resolve(skills, name, range)
  local skill = skills[name]
  if not skill then return nil, problems.unknown_skill(name) end
  local version = newest(skill, range)
  if not version then return nil, problems.unknown_version(name, range) end
  return { skill = skill, version = version }
end

function catalogue.get(skills, input)
  local found, problem = catalogue.resolve(skills, input.name, input.range)
  if not found then return nil, problem end
  return detail(found.skill, found.version)
end

--- All versions of a skill, newest first.
function catalogue.versions(skills, input)
  local skill = skills[input.name]
  if not skill then return nil, problems.unknown_skill(input.name) end
  local versions = {}
  for i, entry in ipairs(sorted_versions(skill)) do versions[i] = entry.version end
  return versions
end

--- With a reason: who gets it is told so. Without: it is taken back. One version, or all there are.
function catalogue.deprecate(skills, input, sender, now, reason)
  local skill, problem = owned(skills, input.name, sender)
  if not skill then return nil, problem end
  local meant = skill.versions
  if input.version then
    local version = version_equal_to(skill, input.version)
    if not version then return nil, problems.unknown_version(input.name, input.version) end
    meant = { version }
  end
  for _, version in pairs(meant) do version.deprecated = reason end
  skill.updatedAt = now
  return catalogue.summary(skill)
end

--- An unlisted skill is in no list and no search, and whoever knows its name still gets it.
function catalogue.set_listed(skills, input, sender, now, listed)
  local skill, problem = owned(skills, input.name, sender)
  if not skill then return nil, problem end
  skill.unlisted = not listed or nil
  skill.updatedAt = now
  return { name = skill.name, listed = listed }
end

function catalogue.transfer(skills, input, sender, now)
  local skill, problem = owned(skills, input.name, sender)
  if not skill then return nil, problem end
  skill.owner, skill.updatedAt = input.newOwner, now
  return catalogue.summary(skill)
end

--- The skills that lists may show, of an owner or with a keyword where one is given.
function catalogue.listed(skills, input)
  local found = {}
  for _, skill in pairs(skills) do
    local meant = not skill.unlisted and (not input.ownedBy or skill.owner == input.ownedBy)
    if meant and input.keyword then
      meant = false
      for _, keyword in ipairs(skill.keywords or {}) do meant = meant or keyword == input.keyword end
    end
    if meant then found[#found + 1] = skill end
  end
  return found
end

--- { skills, versions, owners }
function catalogue.counts(skills)
  local owners, versions = {}, 0
  for _, skill in pairs(skills) do
    owners[skill.owner] = true
    versions = versions + count_of(skill.versions)
  end
  return { skills = count_of(skills), versions = versions, owners = count_of(owners) }
end

--- Totals as the process downloads counted them; of a skill that it never saw downloaded there is none.
function catalogue.set_downloads(skills, totals)
  for name, total in pairs(totals) do
    if skills[name] then skills[name].downloads = total end
  end
end

return catalogue
