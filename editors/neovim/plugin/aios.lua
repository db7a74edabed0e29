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
