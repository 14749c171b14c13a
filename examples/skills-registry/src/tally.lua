--- Counts of downloads: plain tables in, plain tables out.
--
--   counts[name] = { name, total, versions = { [version] = n }, days = { ["2026-11-21"] = n } }
--   seen = { day, keys = { ["name@version by address"] = true } }

local tally = {}

local kept_days = 30

--- Nobody counts twice a day for one version; yesterday's names are forgotten with their day.
local function is_first(seen, key, day)
  if seen.day ~= day then seen.day, seen.keys = day, {} end
  if seen.keys[key] then return false end
  seen.keys[key] = true
  return true
end

local function increment(map, key)
  map[key] = (map[key] or 0) + 1
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function forget_old_days(days)
  local known = sorted_keys(days)
  for i = 1, #known - kept_days do days[known[i]] = nil end
end

--- The new total of a skill, or nothing when this download is counted already.
function tally.count(counts, seen, download, day)
  local key = download.name .. "@" .. download.version .. " by " .. download.by
  if not is_first(seen, key, day) then return nil end
  local entry = counts[download.name] or { name = download.name, total = 0, versions = {}, days = {} }
  counts[download.name] = entry
  entry.total = entry.total + 1
  increment(entry.versions, download.version)
  increment(entry.days, day)
  forget_old_days(entry.days)
  return entry.total
end

local function listed(map, key)
  local list = {}
  for i, known in ipairs(sorted_keys(map)) do list[i] = { [key] = known, downloads = map[known] } end
  return list
end

--- What is told of one skill. One that was never downloaded has been downloaded no times.
function tally.of(counts, name)
  local entry = counts[name] or { total = 0, versions = {}, days = {} }
  return {
    name = name,
    total = entry.total,
    versions = listed(entry.versions, "version"),
    days = listed(entry.days, "day"),
  }
end

function tally.entries(counts)
  local list = {}
  for _, entry in pairs(counts) do list[#list + 1] = entry end
  return list
end

--- { [name] = total }
function tally.totals(counts)
  local totals = {}
  for name, entry in pairs(counts) do totals[name] = entry.total end
  return totals
end

--- { skills, downloads }
function tally.sum(counts)
  local skills, downloads = 0, 0
  for _, entry in pairs(counts) do skills, downloads = skills + 1, downloads + entry.total end
  return { skills = skills, downloads = downloads }
end

return tally
