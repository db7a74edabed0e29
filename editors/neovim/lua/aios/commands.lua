--- `:Aios {subcommand}` and the commands that ask the user for something first.
local server = require('aios.server')

local M = {}

---@class aios.Subcommand
---@field desc string
---@field run fun(client: vim.lsp.Client, argument: string)

local execute, notify = server.execute, server.notify

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

--- Starts an agent, or goes on with it; what it needs to be told is asked for.
---@param command lsp.Command
---@param ctx { bufnr: integer, client_id: integer }
function M.run_agent(command, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local argument = command.arguments[1]
  require('aios.handlers').save_written(ctx.bufnr)
  if not argument.prompt or argument.message then
    return execute(client, command.command, argument)
  end
  vim.ui.input({ prompt = argument.prompt .. ' ' }, function(message)
    if message and message ~= '' then
      execute(client, command.command, vim.tbl_extend('force', argument, { message = message }))
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
  local client = server.client()
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

--- Runs the code action of the buffer whose title has `part` in it: a mark in a proposal's diff.
---@param part string
---@return fun()
local function act(part)
  return function()
    vim.lsp.buf.code_action({
      apply = true,
      filter = function(action)
        return action.title:find(part, 1, true) ~= nil
      end,
    })
  end
end

--- Has a model mend what is wrong in the line, whoever says that it is: of what other servers and
--- linters find, `gra` tells our server nothing.
local function fix()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local wrong = vim.diagnostic.get(0, { lnum = line })
  if #wrong == 0 then
    return notify('nothing is said to be wrong in this line')
  end
  vim.lsp.buf.code_action({
    apply = true,
    context = { diagnostics = vim.lsp.diagnostic.from(wrong) },
    filter = function(action)
      return vim.startswith(action.title, 'AIOS: fix with a model')
    end,
  })
end

--- Answers a proposal: the one that is named, else the one whose diff is shown, else the only one.
---@param command string
---@return fun(client: vim.lsp.Client, id: string)
local function answer(command)
  return function(client, id)
    local proposal = id ~= '' and id or require('aios.preview').proposal(0)
    execute(client, command, proposal and { proposal = proposal })
  end
end

--- Applies a proposal: in its diff what was accepted there, where something was marked.
---@param client vim.lsp.Client
---@param id string
local function apply(client, id)
  local preview = require('aios.preview')
  if id == '' and preview.proposal(0) and preview.has_marks(0) then
    return act('AIOS: apply accepted')()
  end
  answer('aios.applyProposal')(client, id)
end

---@param client vim.lsp.Client
---@param to string
local function move(client, to)
  if to == '' then
    local here = vim.fn.expand('%:.')
    return vim.ui.input({ prompt = 'Move to: ', default = here }, function(path)
      if path and path ~= '' and path ~= here then
        move(client, path)
      end
    end)
  end
  local from = vim.uri_from_bufnr(0)
  local target = vim.uri_from_fname(vim.fs.normalize(vim.fn.fnamemodify(to, ':p')))
  execute(client, 'aios.moveFile', { from = from, to = target })
end

---@param name string
---@return fun(client: vim.lsp.Client, argument: string)
local function pick(name)
  return function(client, argument)
    require('aios.pick')[name](client, argument)
  end
end

---@type table<string, aios.Subcommand>
M.subcommands = {
  apply = { desc = 'Apply a proposal, or what is accepted in its diff: [id]', run = apply },
  reject = { desc = 'Reject a proposal: [id]', run = answer('aios.rejectProposal') },
  accept = { desc = 'Mark the hunk under the cursor to be taken', run = act('AIOS: accept this') },
  decline = { desc = 'Mark the hunk under the cursor not to be', run = act('AIOS: reject this') },
  proposals = { desc = 'Choose among the proposals that wait', run = pick('proposals') },
  show = { desc = 'Show a proposal again: [id]', run = plain('aios.showProposal', 'proposal') },
  journal = { desc = 'Choose among the changes that were made', run = pick('journal') },
  history = { desc = 'List the changes that were made', run = plain('aios.showHistory') },
  undo = { desc = 'Undo the last change: [id]', run = plain('aios.undo', 'transaction') },
  redo = { desc = 'Redo what was undone: [id]', run = plain('aios.redo', 'transaction') },
  rename = { desc = 'Rename the symbol under the cursor: [name]', run = rename },
  move = { desc = 'Move the file with the imports of all who use it: [path]', run = move },
  settings = { desc = 'Create .aios/config.toml', run = plain('aios.createSettings') },
  search = { desc = 'Search the workspace: {question}', run = search },
  pick = { desc = 'Search, and choose among the hits: [question]', run = pick('search') },
  callers = { desc = 'Who calls the symbol: [name]', run = question('callers') },
  callees = { desc = 'Whom the symbol calls: [name]', run = question('callees') },
  impact = { desc = 'What depends on the symbol: [name]', run = question('impact') },
  tests = { desc = 'The tests that reach the symbol: [name]', run = question('tests') },
  cycles = { desc = 'Modules that load each other', run = overall('cycles') },
  deadcode = { desc = 'What nothing alive uses', run = overall('deadCode') },
  graph = { desc = 'Draw what is around the symbol: [name or modules]', run = graph },
  ['do'] = { desc = 'Do what a sentence or a /command says: [text]', run = typed },
  fix = { desc = 'Have a model fix what is wrong in this line', run = fix },
  clear = { desc = 'Take the marks of a review away', run = plain('aios.clearFindings') },
  trust = { desc = 'Show what is not trusted, or trust it', run = plain('aios.trust', 'seen') },
  untrust = { desc = 'Take the trust in this workspace back', run = plain('aios.untrust') },
  verify = { desc = 'Run the checks of the project: [id]', run = plain('aios.verify', 'proposal') },
  runs = { desc = 'Choose among what runs, and what agents did', run = pick('runs') },
  stop = { desc = 'Stop what runs: [run]', run = plain('aios.cancelRun', 'run') },
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
  local client = server.client()
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
