-- Registers `:Aios`. Nothing else is loaded until it is used.
if vim.g.loaded_aios then
  return
end
vim.g.loaded_aios = true

vim.api.nvim_create_user_command('Aios', function(args)
  require('aios.commands').run(args)
end, {
  nargs = '+',
  desc = 'Commands of the aios language server',
  complete = function(lead, line)
    return require('aios.commands').complete(lead, line)
  end,
})

-- `<Plug>(aios-undo)` and the like, for maps of the user's own; none is made here.
for _, name in ipairs({
  'accept', 'apply', 'callees', 'callers', 'decline', 'history', 'impact', 'journal', 'move',
  'pick', 'proposals', 'redo', 'reject', 'rename', 'show', 'tests', 'undo', 'verify',
}) do
  vim.keymap.set('n', ('<Plug>(aios-%s)'):format(name), ('<Cmd>Aios %s<CR>'):format(name))
end
