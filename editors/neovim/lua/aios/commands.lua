--- `:Aios {subcommand}` and the commands that ask the user for something first.
local M = {}

---@class aios.Subcommand
---@field desc string
---@field run fun(client: vim.lsp.Client, argument: string)

---@param text string
---@param level? integer
local function notify(text, level)
  vim.notify('aios: ' .. text, level or vim.log.levels.INFO)
end

--- The client of the current buffer, else the only one there is.
---@return vim.lsp.Client?
function M.client()
  local here = vim.lsp.get_clients({ name = 'aios', bufnr = 0 })
  local all = #here > 0 and here or vim.lsp.get_clients({ name = 'aios' })
  return all[1]
end

---@param client vim.lsp.Client
---@param command string
---@param argument? table
---@param on_result? fun(result: any)
local function execute(client, command, argument, on_result)
  local params = { command = command, arguments = { argument or vim.empty_dict() } }
  client:request('workspace/executeCommand', params, function(err, result)
    if err then
      notify(err.message, vim.log.levels.ERROR)
    elseif on_result then
      on_result(result)
    end
  end)
end

--- Asks for a name, then renames what `command` points at.
---@param command lsp.Command
---@param ctx { bufnr: integer, client_id: integer }
function M.rename_at(command, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local argument = command.arguments[1]
  vim.ui.input({ prompt = 'New name: ', default = vim.fn.expand('<cword>') }, function(name)
    if name and name ~= '' then
      execute(client, 'aios.renameSymbol', vim.tbl_extend('force', argument, { newName = name }))
    end
  end)
end

---@param client vim.lsp.Client
---@param name string
local function rename(client, name)
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local command = { title = 'Rename', command = 'aios.renameSymbol', arguments = { position } }
  if name == '' then
    return M.rename_at(command, { bufnr = 0, client_id = client.id })
  end
  execute(client, command.command, vim.tbl_extend('force', position, { newName = name }))
end

---@param client vim.lsp.Client
---@param query string
local function search(client, query)
  if query == '' then
    return notify('search needs a question', vim.log.levels.WARN)
  end
  execute(client, 'aios.search', { query = query }, function(result)
    local items = {}
    for _, hit in ipairs(result.hits) do
      local at = hit.location
      items[#items + 1] = {
        filename = vim.uri_to_fname(at.uri),
        lnum = at.range.start.line + 1,
        end_lnum = at.range['end'].line + 1,
        text = ('%s (%.2f: %s)'):format(hit.symbol or hit.path, hit.score, hit.why),
      }
    end
    vim.fn.setqflist({}, ' ', { title = 'aios: ' .. query, items = items })
    if #items == 0 then
      return notify('nothing found')
    end
    vim.cmd.copen()
  end)
end

--- The place of an item in the quickfix list: where it is named, else where it stands.
---@param item table
---@return table
local function entry(item)
  local site = item.edge and item.edge.sites[1]
  local at = site and item.depth == 1 and site or item.location
  local edge = item.edge and (' (%s, %s)'):format(item.edge.kind, item.edge.resolution) or ''
  local test = item.test and ' [test]' or ''
  return {
    filename = vim.uri_to_fname(at.uri),
    lnum = at.range.start.line + 1,
    end_lnum = at.range['end'].line + 1,
    col = at.range.start.character + 1,
    text = ('  '):rep(math.max(item.depth - 1, 0)) .. item.name .. edge .. test,
  }
end

--- Shows the answer of a question in the quickfix list, and says what it does not cover.
---@param title string
---@param answer table
local function show(title, answer)
  if #answer.items == 0 then
    return notify(title .. ': nothing found')
  end
  local items = vim.tbl_map(entry, answer.items)
  vim.fn.setqflist({}, ' ', { title = 'aios: ' .. title, items = items })
  vim.cmd.copen()
  local said = vim.deepcopy(answer.notes)
  if answer.limit ~= vim.NIL and answer.limit then
    local limit = answer.limit
    said[#said + 1] = ('stopped at %d %s, at least %d more'):format(
      limit.max,
      limit.what,
      limit.leftOut
    )
  end
  if answer.coverage.sameName > 0 then
    said[#said + 1] = ('%d more places bear the name and do not resolve'):format(
      answer.coverage.sameName
    )
  end
  if answer.coverage.waiting > 0 then
    said[#said + 1] = ('%d files wait to be indexed'):format(answer.coverage.waiting)
  end
  if #said > 0 then
    notify(table.concat(said, '; '))
  end
end

--- Asks what a command asks, about the place it names.
---@param command lsp.Command
---@param ctx { bufnr: integer, client_id: integer }
function M.ask_at(command, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  execute(client, command.command, command.arguments[1], function(answer)
    show(command.command:gsub('^aios%.', ''), answer)
  end)
end

--- A question about the symbol under the cursor, or about a named one.
---@param name string
---@return fun(client: vim.lsp.Client, argument: string)
local function question(name)
  return function(client, argument)
    local about = argument ~= '' and { symbol = argument }
      or vim.lsp.util.make_position_params(0, client.offset_encoding)
    M.ask_at({ title = name, command = 'aios.' .. name, arguments = { about } }, {
      bufnr = 0,
      client_id = client.id,
    })
  end
end

--- A question about the whole workspace.
---@param name string
---@return fun(client: vim.lsp.Client)
local function overall(name)
  return function(client)
    local command = { title = name, command = 'aios.' .. name, arguments = {} }
    M.ask_at(command, { bufnr = 0, client_id = client.id })
  end
end

--- Opens a diagram of what is around the symbol, or with `modules` of the modules.
---@param client vim.lsp.Client
---@param argument string
local function graph(client, argument)
  local about = argument == 'modules' and vim.empty_dict()
    or argument ~= '' and { symbol = argument }
    or vim.lsp.util.make_position_params(0, client.offset_encoding)
  execute(client, 'aios.exportGraph', about, function(picture)
    vim.cmd.new()
    vim.bo.buftype = 'nofile'
    vim.bo.bufhidden = 'wipe'
    vim.bo.filetype = 'mermaid'
    vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(vim.trim(picture.text), '\n'))
  end)
end

--- Does what is typed: a sentence, or / and a skill. Asks for it where nothing is.
---@param client vim.lsp.Client
---@param text string
local function typed(client, text)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local function start(words)
    if words and words ~= '' then
      execute(client, 'aios.doCommand', vim.tbl_extend('force', params, { text = words }))
    end
  end
  if text ~= '' then
    return start(text)
  end
  vim.ui.input({ prompt = 'aios: ', completion = 'customlist,v:lua.AiosComplete' }, start)
end

--- How the command that is being typed can go on, in whole lines.
---@param text string
---@return string[]
local function completed(text)
  local client = M.client()
  local params = { command = 'aios.completeCommand', arguments = { { text = text } } }
  local answer = client and client:request_sync('workspace/executeCommand', params, 500, 0)
  local result = answer and answer.result
  if not result then
    return {}
  end
  local start = vim.fn.strcharpart(text, 0, result.start)
  return vim.tbl_map(function(item)
    return start .. item.text
  end, result.items)
end

-- `vim.ui.input` completes by the name of a global function only.
function _G.AiosComplete(_, line)
  return completed(line)
end

---@param name string
---@param key? string the field that the argument is
---@return fun(client: vim.lsp.Client, argument: string)
local function plain(name, key)
  return function(client, argument)
    execute(client, name, key and argument ~= '' and { [key] = argument } or nil)
  end
end

---@type table<string, aios.Subcommand>
M.subcommands = {
  apply = { desc = 'Apply a proposal: [id]', run = plain('aios.applyProposal', 'proposal') },
  reject = { desc = 'Reject a proposal: [id]', run = plain('aios.rejectProposal', 'proposal') },
  undo = { desc = 'Undo the last change: [id]', run = plain('aios.undo', 'transaction') },
  redo = { desc = 'Redo what was undone: [id]', run = plain('aios.redo', 'transaction') },
  rename = { desc = 'Rename the symbol under the cursor: [name]', run = rename },
  settings = { desc = 'Create .aios/config.toml', run = plain('aios.createSettings') },
  search = { desc = 'Search the workspace: {question}', run = search },
  callers = { desc = 'Who calls the symbol: [name]', run = question('callers') },
  callees = { desc = 'Whom the symbol calls: [name]', run = question('callees') },
  impact = { desc = 'What depends on the symbol: [name]', run = question('impact') },
  tests = { desc = 'The tests that reach the symbol: [name]', run = question('tests') },
  cycles = { desc = 'Modules that load each other', run = overall('cycles') },
  deadcode = { desc = 'What nothing alive uses', run = overall('deadCode') },
  graph = { desc = 'Draw what is around the symbol: [name or modules]', run = graph },
  ['do'] = { desc = 'Do what a sentence or a /command says: [text]', run = typed },
  clear = { desc = 'Take the marks of a review away', run = plain('aios.clearFindings') },
  reindex = { desc = 'Look at every file again', run = plain('aios.reindex') },
  status = {
    desc = 'How the server is',
    run = function(client)
      execute(client, 'aios.status', nil, function(status)
        notify(vim.inspect(status))
      end)
    end,
  },
}

---@param args vim.api.keyset.create_user_command.command_args
function M.run(args)
  local name = args.fargs[1]
  local subcommand = M.subcommands[name]
  if not subcommand then
    return notify(('no subcommand `%s`'):format(name), vim.log.levels.ERROR)
  end
  local client = M.client()
  if not client then
    return notify("no server is running: vim.lsp.enable('aios')", vim.log.levels.ERROR)
  end
  subcommand.run(client, table.concat(args.fargs, ' ', 2))
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local typing = line:match('^%s*%S+%s+do%s+(.*)$')
  if typing then
    -- Neovim replaces the last word only.
    local before = #typing - #lead
    return vim.tbl_map(function(it)
      return it:sub(before + 1)
    end, completed(typing))
  end
  -- Else only the subcommand itself is completed.
  if line:match('^%s*%S+%s+%S+%s') then
    return {}
  end
  local names = vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, vim.tbl_keys(M.subcommands))
  table.sort(names)
  return names
end

return M
