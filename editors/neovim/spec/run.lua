-- Runs the specification against the real server, in the current folder, which is scratch:
--   AIOS_BIN=… AIOS_CLIENT=… nvim --clean --headless -i NONE -n -l spec/run.lua
-- Ends with 0 where everything holds. One Neovim lives through all cases, in order, as a user's
-- does. AIOS_SPEC names other themes than those of one whole session.
local client_dir = assert(vim.env.AIOS_CLIENT, 'AIOS_CLIENT names the folder of this client')
package.path = client_dir .. '/spec/?.lua;' .. package.path
vim.opt.runtimepath:prepend(client_dir)
vim.cmd('filetype on')
vim.cmd.source(client_dir .. '/plugin/aios.lua')

-- Nobody is there to choose; a case that wants something chosen says so itself.
vim.ui.select = function(_, _, on_choice)
  on_choice(nil)
end

local cases = {}
local themes = vim.split(vim.env.AIOS_SPEC or 'asking changing living', ' ')
for _, theme in ipairs(themes) do
  vim.list_extend(cases, require(theme))
end

local failed = 0
for _, case in ipairs(cases) do
  local ok, trace = xpcall(case.run, debug.traceback)
  io.stdout:write((ok and 'ok      ' or 'FAILED  ') .. case.name .. '\n')
  if not ok then
    failed = failed + 1
    io.stdout:write(trace .. '\n')
    io.stdout:write(vim.trim(vim.fn.execute('messages')) .. '\n')
    -- What follows stands on what failed.
    break
  end
end
for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop()
end
vim.wait(5000, function()
  return #vim.lsp.get_clients() == 0
end)
os.exit(failed == 0 and 0 or 1)
