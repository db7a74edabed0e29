--- What the cases are made of: files, buffers, waiting, comparing.
local M = {}

M.pid_file = vim.fn.tempname()
M.patience_ms = 30000

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

--- The bytes that writing the buffer would give.
---@param path string
---@return string
function M.buffer(path)
  local bufnr = vim.fn.bufadd(vim.fn.fnamemodify(path, ':p'))
  vim.fn.bufload(bufnr)
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, true)
  return table.concat(lines, '\n') .. (vim.bo[bufnr].endofline and '\n' or '')
end

--- Opens a file and waits until the server knows it.
---@param path string
---@return vim.lsp.Client
function M.open(path)
  vim.cmd.edit(path)
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

--- Runs the one code action whose title has `part` in it.
---@param part string
function M.act(part)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title:find(part, 1, true) ~= nil
    end,
  })
end

--- Waits until every file of the workspace is indexed.
---@param client vim.lsp.Client
function M.wait_until_indexed(client)
  M.wait('index', function()
    local status = M.ask(client, 'workspace/executeCommand', { command = 'aios.status' })
    return status.quiescent and status.indexed > 0
  end)
end

--- Waits for a proposal's diff, which the server shows, and answers it there.
---@param answer 'apply'|'reject'
---@return string diff
function M.answer_diff(answer)
  M.wait('diff document', function()
    local here = vim.api.nvim_buf_get_name(0)
    return here:find('/proposals/', 1, true)
      and #vim.lsp.get_clients({ name = 'aios', bufnr = 0 }) > 0
  end)
  local diff = M.buffer(vim.api.nvim_buf_get_name(0))
  M.act(answer)
  return diff
end

return M
