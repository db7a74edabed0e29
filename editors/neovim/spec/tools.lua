--- What the cases are made of: files, buffers, waiting, comparing.
local M = {}

M.pid_file = vim.fn.tempname()
-- The machine may be busy.
M.patience_ms = 120000

--- Waits until `condition` gives something, and gives that.
---@generic T
---@param what string
---@param condition fun(): T?
---@return T
function M.wait(what, condition)
  local result
  vim.wait(M.patience_ms, function()
    result = condition()
    return result ~= nil and result ~= false
  end, 20)
  if not result then
    error('no ' .. what .. ' in ' .. M.patience_ms .. ' ms', 2)
  end
  return result
end

---@param actual any
---@param expected any
---@param what string
function M.same(actual, expected, what)
  if not vim.deep_equal(actual, expected) then
    local format = '%s\n  expected %s\n  actual   %s'
    error(format:format(what, vim.inspect(expected), vim.inspect(actual)), 2)
  end
end

---@param path string
---@return string? bytes
function M.read(path)
  local file = io.open(path, 'rb')
  if not file then
    return nil
  end
  local bytes = file:read('*a')
  file:close()
  return bytes
end

--- The buffer of a file; no pattern is made of its name.
---@param path string
---@return integer? bufnr
function M.bufnr(path)
  local name = vim.fn.fnamemodify(path, ':p')
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(bufnr) == name then
      return bufnr
    end
  end
end

--- The bytes that writing the buffer would give.
---@param path string
---@return string
function M.buffer(path)
  local bufnr = vim.fn.bufadd(vim.fn.fnamemodify(path, ':p'))
  vim.fn.bufload(bufnr)
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, true)
  return table.concat(lines, '\n') .. (vim.bo[bufnr].endofline and '\n' or '')
end

--- What a file holds for the user: its buffer where it is open, else the disk; nil where there is
--- none.
---@param path string
---@return string?
function M.text(path)
  local bufnr = M.bufnr(path)
  local is_open = bufnr and vim.api.nvim_buf_is_loaded(bufnr)
  if is_open and vim.uv.fs_stat(path) then
    return M.buffer(path)
  end
  return M.read(path)
end

--- Enables the server. Its process id is left behind, for the case that kills it.
function M.enable()
  vim.lsp.config('aios', {
    cmd = {
      'sh',
      '-c',
      ('echo $$ > %s; exec "$AIOS_BIN" lsp'):format(vim.fn.shellescape(M.pid_file)),
    },
  })
  vim.lsp.enable('aios')
end

---@return vim.lsp.Client
function M.client()
  return assert(require('aios.server').client())
end

--- Waits until the server holds the text of a buffer: Neovim sends what was typed a little later.
---@param path string
function M.wait_until_known(path)
  local document = { textDocument = { uri = vim.uri_from_bufnr(assert(M.bufnr(path))) } }
  M.wait('text at the server', function()
    return M.ask(M.client(), 'aios/documentText', document).text == M.buffer(path)
  end)
end

--- Runs a command of the server to its end and gives its outcome.
---@param command string
---@param argument? table
---@return any
function M.run(command, argument)
  local whole = vim.tbl_extend('force', argument or {}, { wait = true })
  local params = { command = command, arguments = { whole } }
  return M.ask(M.client(), 'workspace/executeCommand', params)
end

--- Waits until the last change is measured, so that the journal says what became of it.
function M.settle()
  M.wait('end of the last change', function()
    local last = M.run('aios.journal', { limit = 1 })[1]
    return not last or last.state ~= 'started'
  end)
end

--- Waits for a message of the server that `part` stands in, and gives it.
---@param part string
---@param cause fun() what makes the server say it
---@return string
function M.told(part, cause)
  local told
  local show_message = vim.lsp.handlers['window/showMessage']
  local notify = vim.notify
  local function take(text)
    if text:find(part, 1, true) then
      told = text
    end
  end
  vim.lsp.handlers['window/showMessage'] = function(_, params)
    take(params.message)
  end
  vim.notify = take
  cause()
  local ok, why = pcall(M.wait, 'message with ' .. part, function()
    return told
  end)
  vim.lsp.handlers['window/showMessage'] = show_message
  vim.notify = notify
  assert(ok, why)
  return told
end

--- Answers the next `vim.ui.select` with the first item whose text has `part` in it.
---@param part string
---@return fun(): boolean was_asked
function M.choose(part)
  local select, was_asked = vim.ui.select, false
  vim.ui.select = function(items, options, on_choice)
    vim.ui.select, was_asked = select, true
    for nth, item in ipairs(items) do
      if options.format_item(item):find(part, 1, true) then
        return on_choice(item, nth)
      end
    end
    error(('%s: nothing with %s'):format(options.prompt, part))
  end
  return function()
    return was_asked
  end
end

--- Opens a file and waits until the server knows it.
---@param path string
---@return vim.lsp.Client
function M.open(path)
  local bufnr = M.bufnr(path)
  if bufnr and vim.api.nvim_buf_is_loaded(bufnr) then
    vim.api.nvim_set_current_buf(bufnr)
  else
    vim.cmd.edit(vim.fn.fnameescape(path))
  end
  return M.wait('client for ' .. path, function()
    local client = vim.lsp.get_clients({ name = 'aios', bufnr = 0 })[1]
    return client and client.initialized and client
  end)
end

---@param client vim.lsp.Client
---@param method string
---@param params table
---@return any
function M.ask(client, method, params)
  local answer, reason = client:request_sync(method, params, M.patience_ms, 0)
  assert(answer, ('%s: %s'):format(method, reason))
  if answer.err then
    if answer.err.code == -32801 then
      return M.ask(client, method, params)
    end
    error(('%s: %s'):format(method, answer.err.message), 2)
  end
  return answer.result
end

---@param client vim.lsp.Client
---@return table params of a request about the cursor
function M.at_cursor(client)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.context = { includeDeclaration = true }
  return params
end

--- Puts the cursor on the first `word` of the buffer.
---@param word string
function M.cursor_on(word)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search('\\V\\<' .. word .. '\\>', 'c') > 0, 'no ' .. word .. ' in the buffer')
end

--- Runs the one code action whose title has `part` in it. It is asked for again where it is not
--- there: what was typed in another buffer, and is sent a little later, makes an answer worthless.
---@param part string
function M.act(part)
  local is_there, is_missing
  local notify = vim.notify
  vim.notify = function(text, ...)
    is_missing = is_missing or text == 'No code actions available'
    return notify(text, ...)
  end
  local ok, why = pcall(M.wait, 'code action ' .. part, function()
    is_there, is_missing = false, false
    vim.lsp.buf.code_action({
      apply = true,
      filter = function(action)
        local is_it = action.title:find(part, 1, true) ~= nil
        is_there = is_there or is_it
        return is_it
      end,
    })
    M.wait('answer', function()
      return is_there or is_missing
    end)
    return is_there
  end)
  vim.notify = notify
  assert(ok, why)
end

--- Waits until every file of the workspace is indexed.
---@param client vim.lsp.Client
function M.wait_until_indexed(client)
  M.wait('index', function()
    local status = M.ask(client, 'workspace/executeCommand', { command = 'aios.status' })
    return status.quiescent and status.indexed > 0
  end)
end

--- Waits for a proposal's diff, which the server shows in the current window.
function M.wait_for_diff()
  M.wait('diff document', function()
    return require('aios.preview').proposal(0)
      and #vim.lsp.get_clients({ name = 'aios', bufnr = 0 }) > 0
  end)
end

--- Has shown what is not trusted, and trusts it there. Its document stays, for the answer.
---@return string shown
function M.trust_what_is_shown()
  vim.cmd('Aios trust')
  M.wait('what is not trusted', function()
    return require('aios.preview').is_trust(0)
      and #vim.lsp.get_clients({ name = 'aios', bufnr = 0 }) > 0
  end)
  local shown = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
  M.act('AIOS: trust these files')
  return shown
end

--- Waits for a proposal's diff and answers it there.
---@param answer 'apply'|'reject'
---@return string diff
function M.answer_diff(answer)
  M.wait_for_diff()
  local diff = M.buffer(vim.api.nvim_buf_get_name(0))
  M.act(('AIOS: %s this proposal'):format(answer))
  return diff
end

return M
